//! One run of a service package, and every other piece of work with a clock (办件引擎).
//!
//! Invariants:
//! 1. The state is the fold of the events; both are written in one transaction, and each event into the ledger.
//! 2. A closed case changes no more, but for the record of its effects and the checks that follow a decision.
//! 3. At most one correction notice is sent in a case (一次告知); while it is open, the office's clocks pause.
//! 4. A stage ends when its last required task is done, once; a task is done by the clerk who took it, or by who
//!    stands in for them.
//! 5. Time acts before any command: a late timer never lets through what came too late.
//! 6. A case runs under the package version of its submission.
//! 7. The decision clocks stand still exactly while something holds the case: a correction, a suspension, a special
//!    procedure.
//! 8. A limit is extended at most once, and one request at a time waits for its answer.
//! 9. An open case always waits for somebody or for a day.
//! 10. Nothing is granted while a binding body disagrees, a notice hangs, or a promised material is missing.

mod bodies;
mod case;
mod command;
mod copies;
mod days;
mod effects;
mod error;
mod event;
mod facts;
mod findings;
mod lists;
mod merge;
mod popular;
mod process;
mod record;
mod reevaluate;
mod rehearse;
mod retention;
mod stage;
mod status;
mod tasks;
mod worklist;

pub use bodies::{Bodies, Body, division_at};
pub use case::{
    ACCEPTANCE, AFTERWARDS, Applicant, Arrangement, Case, Correction, HearingRight, Hold, MandateGap, Notice,
    Objection, Promise, Request, Suspension, Task, Through,
};
pub use command::{AskFor, Command, Context};
pub use copies::copy;
pub use effects::{effects_of, is_settled};
pub use error::CaseError;
pub use event::{
    Asked, BundlePart, Conclusion, Defect, Event, Intake, Promised, Recorded, RuleOutcome, StoodInFor, Votes,
};
pub use facts::{LEDGER_SOURCE, event_reference};
pub use findings::{FindingFault, FindingRule, check_findings};
pub use lists::{
    CaseSummary, OwnCases, alive_of_applicant, count_open_by_version, hanging_notices, items_of,
    items_of_applicant, of_applicant, of_bundles, of_number,
};
pub use merge::merge_applicant;
pub use popular::most_asked;
pub use process::Surroundings as PackageSurroundings;
pub use process::{
    Acceptance, AtMost, Branch, Cancelled, CaseType, CorrectionRule, Derived, Effect, Effects, EntryChange,
    EntryEnd, Executor, Executors, ExtensionRule, Finding, FindingType, Generate, GreenChannel, Ground,
    HearingOn, HeldDocument, Instant, InstantFinding, InstantRule, Lapse, LaterCheck, Level, Lookup,
    NoticeLine, ObjectionRule, PaymentOrder, Process, ProcessFault, ProcessRule, Quorum, Sample, Silence,
    Stage, StageKind, StatedLimit, SuspensionRule, TableOutput, TerminationRule, TypeRef, Warnings,
    YELLOW_WORKING_DAYS,
};
pub use record::{
    BUNDLE_JOB, EFFECT_JOB, NewCase, Surroundings, TELL_JOB, TIMER_JOB, act, act_on, get, history, open,
};
pub use reevaluate::{
    ClockName, LastDay, Move, News, REEVALUATE_JOB, Reevaluation, RunState, STEP_SIZE, Stale, Step,
    count_open, end_reevaluation, find_reevaluation, forget_old_moves, is_behind, is_running, list_moves,
    list_reevaluations, moved_sentence, plan_reevaluation, reevaluate, stale,
};
pub use rehearse::{Pace, Rehearsal, Rehearsed, RehearsedStep, rehearse};
pub use retention::{Ended, ended_before, erased_at, mark_erased};
pub use status::{Outcome, Status, TaskKind, TaskState};
pub use worklist::{
    COUNTED_MAX, ClerkLoad, ItemLoad, LightDays, Lights, NUMBER_END_MIN, Place, RoleLoad, Scope, Sort,
    VersionLoad, WATCHED_MAX, WorkFilter, WorkItem, WorkPage, WorkQuery, WorkState, case_of_task,
    count_lights, find_by_number, find_by_number_end, is_watched, items_of_worklist, load_of_clerks,
    load_of_items, load_of_roles, tasks_of_clerk, unwatch, waiting_of_clerk, watch, worklist,
};

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration::new("cases/0001_cases", include_str!("sql/0001_cases.sql")),
    store::Migration::new("cases/0002_told_calendar", include_str!("sql/0002_told_calendar.sql")),
    store::Migration::new("cases/0003_worklist", include_str!("sql/0003_worklist.sql")),
    store::Migration::new("cases/0004_deputies", include_str!("sql/0004_deputies.sql")),
    store::Migration::new("cases/0005_open_by_version", include_str!("sql/0005_open_by_version.sql")),
    store::Migration::new("cases/0006_bundle", include_str!("sql/0006_bundle.sql")),
    store::Migration::new("cases/0007_by_submission", include_str!("sql/0007_by_submission.sql")),
    store::Migration::new("cases/0008_erased", include_str!("sql/0008_erased.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));

#[cfg(test)]
mod tests;
