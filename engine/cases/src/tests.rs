//! The engine's rules: a neutral process (a dog licence) driven by hand and by chance.

use std::collections::BTreeSet;

use jiff::ToSpan;
use kernel::{
    Actor, BodyId, CaseId, PersonActor, PersonId, Role, StaffActor, StaffId, TaskId, Timestamp, TypedId,
    Words,
};
use legal_time::Calendar;
use proptest::prelude::*;
use serde_json::{Map, json};
use testkit::{date, instant};

use crate::case::Case;
use crate::command::{Command, Context};
use crate::error::CaseError;
use crate::event::{Conclusion, Defect, Event, Recorded};
use crate::process::{CaseType, TypeRef};
use crate::{Bodies, Body, Outcome, Status, TaskKind, TaskState};

mod by_chance;
mod by_hand;
mod everything;
mod found;
mod in_the_ledger;
mod reevaluated;
mod stored;
mod stored_by_chance;
mod wall;
mod ways;

static CHINA: std::sync::LazyLock<Calendar> = std::sync::LazyLock::new(Calendar::china);

/// A process with two parallel branches, a conditional one, a public notice and a delegated decision.
pub(crate) fn dog_licence() -> CaseType {
    let process = json!({
        "acceptance": {
            "by": { "level": "town", "role": "acceptance" },
            "limit": { "within": "5 working days", "basis": "行政许可法 第三十二条" },
            "silence": "accepted"
        },
        "correction": { "limit": { "within": "15 working days", "basis": "示例办法 第三条" } },
        "stages": [
            { "id": "review", "kind": "review", "name": { "zh": "审查", "en": "Review" }, "branches": [
                { "id": "vet", "name": { "zh": "检疫", "en": "Vet" }, "by": { "level": "county", "role": "review" },
                  "limit": { "within": "3 working days", "basis": "示例办法 第四条" },
                  "findings": [{ "id": "fee", "label": { "zh": "费用", "en": "Fee" }, "type": "money",
                                 "required": true, "min": 1, "max": 50000 }] },
                { "id": "visit", "name": { "zh": "入户", "en": "Visit" }, "by": { "level": "town", "role": "review" },
                  "when": "form.large == true" }
            ] },
            { "id": "notice", "kind": "public-notice", "name": { "zh": "公示", "en": "Notice" },
              "by": { "level": "town", "role": "review" },
              "lasts": { "within": "7 calendar days", "basis": "示例办法 第五条" }, "stops_clock": true },
            { "id": "decision", "kind": "decision", "name": { "zh": "决定", "en": "Decision" },
              "by": [
                { "level": "town", "role": "decision", "when": "finding.fee <= 1000" },
                { "level": "county", "role": "decision" }
              ],
              "findings": [{ "id": "final_fee", "label": { "zh": "核定费用", "en": "Final fee" }, "type": "money",
                             "required": true, "at_most": { "finding": "fee" } }] }
        ],
        "effects": { "granted": [{ "issue": "dog-licence" }], "refused": [{ "issue": "refusal" }] }
    });
    let limit =
        |within: &str| serde_json::from_value(json!({ "within": within, "basis": "示例办法" })).unwrap();
    CaseType {
        reference: TypeRef { item: "009911001000".into(), handling: "01".into(), version: "1".into() },
        name: Words::new("养犬登记", "Dog licence"),
        process: serde_json::from_value(process).unwrap(),
        tables: Vec::new(),
        statutory: limit("20 working days"),
        promised: limit("10 working days"),
    }
}

pub(crate) const COUNTY: u8 = 1;
pub(crate) const TOWN: u8 = 2;

pub(crate) fn body_id(n: u8) -> BodyId {
    BodyId::from_parts(Timestamp::UNIX_EPOCH, [n; 10])
}

pub(crate) fn bodies() -> Bodies {
    let body = |n: u8, slug: &str, division: &str, uscc: &str| Body {
        id: body_id(n),
        slug: slug.into(),
        name: Words::new(slug, slug),
        uscc: uscc.into(),
        division: division.into(),
        serves: vec!["11".into()],
        address: String::new(),
        phone: String::new(),
    };
    Bodies(vec![
        body(COUNTY, "county", "430102", "11430000006122340X"),
        body(TOWN, "town", "430102001", "11430000006122439E"),
    ])
}

pub(crate) fn clerk(n: u8, body: u8, roles: &[Role]) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff: StaffId::from_parts(Timestamp::UNIX_EPOCH, [n; 10]),
        body: body_id(body),
        division: String::new(),
        roles: roles.iter().copied().collect(),
        deputy_of: BTreeSet::new(),
        shown_as: format!("示例{n}"),
    })
}

pub(crate) fn citizen() -> Actor {
    let person = PersonId::from_parts(Timestamp::UNIX_EPOCH, [9; 10]);
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person,
        acting_for: None,
        shown_as: "张*".into(),
    })
}

/// Plays commands on a case in memory, keeping its history.
pub(crate) struct Play {
    pub(crate) case: Case,
    pub(crate) history: Vec<Recorded>,
    pub(crate) now: Timestamp,
    calendar: Calendar,
    bodies: Bodies,
    case_type: CaseType,
    tasks_made: std::sync::atomic::AtomicU32,
}

impl Play {
    pub(crate) fn start(at: &str, facts: &serde_json::Value) -> Self {
        Self::of(dog_licence(), at, facts, crate::Intake::default())
    }

    /// A case of this type, as `open` makes it.
    pub(crate) fn of(
        case_type: CaseType,
        at: &str,
        facts: &serde_json::Value,
        intake: crate::Intake,
    ) -> Self {
        let now = instant(at);
        let Actor::Person(person) = citizen() else { unreachable!() };
        let submitted = Event::Submitted {
            number: "N1".into(),
            case_type: case_type.reference.clone(),
            division: "430102001".into(),
            body: body_id(TOWN),
            applicant: crate::Applicant::of(&person),
            facts: object(facts),
            answers: Map::new(),
            intake,
            acceptance_limit: case_type.process.acceptance.limit.to_limit(),
        };
        let first = recorded(now, 1, &citizen(), submitted);
        let case = Case::begin(CaseId::from_parts(now, [7; 10]), &first).unwrap();
        let mut play = Self {
            case,
            history: vec![first],
            now,
            calendar: CHINA.clone(),
            bodies: bodies(),
            case_type,
            tasks_made: std::sync::atomic::AtomicU32::new(0),
        };
        let following = play.with(|ctx| play.case.receive(ctx)).unwrap();
        play.take(&Actor::System, following);
        play
    }

    fn with<T>(&self, run: impl FnOnce(&Context<'_>) -> T) -> T {
        let new_task = || {
            let n = self.tasks_made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let mut bytes = [0; 10];
            bytes[..4].copy_from_slice(&n.to_be_bytes());
            TaskId::from_parts(self.now, bytes)
        };
        run(&Context {
            now: self.now,
            calendar: &self.calendar,
            bodies: &self.bodies,
            case_type: &self.case_type,
            new_task: &new_task,
        })
    }

    fn take(&mut self, by: &Actor, events: Vec<Event>) {
        for event in events {
            let recorded = recorded(self.now, self.case.version + 1, by, event);
            self.case.apply(&recorded);
            self.history.push(recorded);
        }
    }

    pub(crate) fn at(&mut self, when: &str) -> &mut Self {
        self.now = instant(when);
        self
    }

    /// As `act` does: time first, then the command.
    pub(crate) fn give(&mut self, by: &Actor, command: Command) -> Result<(), CaseError> {
        loop {
            let overdue = self.with(|ctx| self.case.decide(ctx, &Actor::System, Command::Tick))?;
            if overdue.is_empty() {
                break;
            }
            self.take(&Actor::System, overdue);
        }
        let events = self.with(|ctx| self.case.decide(ctx, by, command))?;
        self.take(by, events);
        Ok(())
    }

    /// The live task of this kind (and branch).
    pub(crate) fn task(&self, work: TaskKind, branch: Option<&str>) -> TaskId {
        let wanted = |t: &&crate::Task| t.work == work && (branch.is_none() || t.branch.as_deref() == branch);
        self.case.live_tasks().find(wanted).map_or_else(|| panic!("no live {work:?} task"), |t| t.id)
    }

    /// Claims and returns the live task of this kind.
    pub(crate) fn claim(&mut self, by: &Actor, work: TaskKind, branch: Option<&str>) -> TaskId {
        let task = self.task(work, branch);
        self.give(by, Command::Claim { task }).unwrap();
        task
    }

    pub(crate) fn due(&self) -> Option<jiff::civil::Date> {
        self.case.leading_clock().evaluate(&self.calendar).unwrap().due.date()
    }
}

fn recorded(at: Timestamp, seq: i64, by: &Actor, event: Event) -> Recorded {
    let id = kernel::EventId::from_parts(at, [u8::try_from(seq % 251).unwrap(); 10]);
    Recorded { id, seq, at, actor: by.reference(), actor_name: String::new(), stood_in_for: None, event }
}

fn object(value: &serde_json::Value) -> Map<String, serde_json::Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// What the crate's first lines promise, checked on a case and its history.
pub(crate) fn check_invariants(play: &Play) {
    let Play { case, history, .. } = play;
    let replayed = Case::replay(case.id, history).unwrap();
    assert_eq!(&replayed, case, "the state is the fold of the events");
    let text = serde_json::to_string(case).unwrap();
    assert_eq!(&serde_json::from_str::<Case>(&text).unwrap(), case, "the state reads back");
    let times = |wanted: fn(&Event) -> bool| history.iter().filter(|r| wanted(&r.event)).count();
    assert!(times(|e| matches!(e, Event::CorrectionSent { .. })) <= 1, "one correction notice");
    assert!(times(|e| matches!(e, Event::Decided { .. })) <= 1, "one decision");
    assert!(times(|e| matches!(e, Event::Extended { .. })) <= 1, "extended once");
    assert!(case.requests.iter().filter(|r| r.granted.is_none()).count() <= 1, "one request at a time");
    let seqs: Vec<i64> = history.iter().map(|r| r.seq).collect();
    assert_eq!(seqs, (1..=case.version).collect::<Vec<_>>(), "no gap in the history");
    check_done_once(history);
    check_waiting(case);
    check_clocks(play);
    if case.outcome == Some(Outcome::Granted) {
        assert!(case.hanging_notice().is_none(), "granted while a notice hangs");
        assert!(
            case.promises.iter().all(|promise| promise.kept == Some(true)),
            "a promised material is missing"
        );
        let vetoed = case.opinions().get("body-in-charge").and_then(|word| word.as_str()) == Some("disagree");
        assert!(!vetoed, "granted against a binding body");
    }
    for task in &case.tasks {
        assert!(task.claimed_by.is_some() || task.state != TaskState::Claimed);
    }
}

/// A task is done once, unless its opinion was taken back in between.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other events do no task")]
fn check_done_once(history: &[Recorded]) {
    let mut done = BTreeSet::new();
    for recorded in history {
        match &recorded.event {
            Event::OpinionGiven { task, .. }
            | Event::Decided { task: Some(task), .. }
            | Event::Checked { task, .. }
            | Event::SentBack { task, .. } => assert!(done.insert(*task), "a task is done once"),
            Event::OpinionTakenBack { task, .. } => assert!(done.remove(task), "only what was given"),
            _ => {}
        }
    }
}

fn check_waiting(case: &Case) {
    if case.status == Status::Closed {
        assert!(case.outcome.is_some() && case.closed_at.is_some(), "a closed case has an outcome");
        assert!(case.live_tasks().all(|t| t.stage == crate::AFTERWARDS), "a closed case has no open work");
        assert!(case.holds.is_empty());
        return;
    }
    assert!(case.outcome.is_none());
    let waits = case.live_tasks().any(|task| !task.optional)
        || case.hanging_notice().is_some()
        || case.open_hearing().is_some();
    assert!(waits, "an open case always waits for somebody or for a day: {:?}", case.stage);
    let holds = |hold| case.holds.contains(&hold);
    assert_eq!(holds(crate::Hold::Correction), case.status == Status::Correction);
    assert_eq!(holds(crate::Hold::Suspension), case.status == Status::Suspended);
    assert_eq!(case.suspension.is_some(), case.status == Status::Suspended);
}

/// The decision clocks stand still exactly while something holds the case, and no clock is ever at fault.
fn check_clocks(play: &Play) {
    let case = &play.case;
    let clock_of = |task: &crate::Task| task.clock.clone();
    let decision = case.promised_clock.iter().chain(&case.statutory_clock);
    for clock in decision.clone() {
        let stands =
            matches!(clock.evaluate(&play.calendar).unwrap().state, legal_time::ClockState::Paused { .. });
        assert_eq!(stands, !case.holds.is_empty(), "held by {:?}", case.holds);
    }
    let others = case.tasks.iter().filter_map(clock_of).chain(case.stage_clock.clone());
    let of_applicant = case.promises.iter().map(|promise| promise.clock.clone());
    let of_applicant = of_applicant.chain(case.hearings.iter().map(|right| right.clock.clone()));
    for clock in others.chain(of_applicant).chain([case.acceptance_clock.clone()]) {
        clock.evaluate(&play.calendar).unwrap();
    }
}
