//! A state machine driven by chance: half of what is tried fits the moment, half is anything by anyone. Whatever
//! happens, the invariants hold.

use super::everything::every_construct;
use super::*;
use crate::{AskFor, Intake, Promised, Votes};

/// One thing that somebody tries. `dice` decides what the names of the fields leave open.
#[derive(Debug, Clone)]
pub(super) struct Move {
    pub(super) hours: i64,
    fits: bool,
    who: u8,
    what: u8,
    pick: u8,
    agree: bool,
    dice: i64,
}

pub(super) fn moves(most: usize) -> impl Strategy<Value = Vec<Move>> {
    let hours = prop_oneof![3 => 0i64..30, 1 => 30i64..600];
    let one = (hours, any::<bool>(), 0u8..7, 0u8..26, 0u8..8, prop::bool::weighted(0.8), 0i64..60_000);
    let one = one.prop_map(|(hours, fits, who, what, pick, agree, dice)| Move {
        hours,
        fits,
        who,
        what,
        pick,
        agree,
        dice,
    });
    prop::collection::vec(one, 1..most)
}

/// Which constructs the case meets, and how it comes in.
pub(super) fn facts() -> impl Strategy<Value = (serde_json::Value, Intake)> {
    let names = [
        "large",
        "levels",
        "signed",
        "surveyed",
        "judged",
        "tested",
        "heard",
        "published",
        "urgent",
        "simple",
    ];
    let switches = prop::collection::vec(prop::bool::weighted(0.4), names.len());
    (switches, 10i64..100, any::<bool>(), any::<bool>()).prop_map(
        move |(switches, age, promised, committed)| {
            let mut facts = Map::new();
            facts.extend(names.iter().zip(switches).map(|(name, on)| ((*name).to_owned(), json!(on))));
            facts.insert("age".into(), json!(age));
            let limit = "10 working days".parse().unwrap();
            let promised = promised.then(|| Promised { material: "lease".into(), limit });
            let intake = Intake {
                promised: promised.into_iter().collect(),
                commitments: committed.then(|| "income".to_owned()).into_iter().collect(),
                ..Intake::default()
            };
            (json!(facts), intake)
        },
    )
}

const ALL_ROLES: [Role; 3] = [Role::Acceptance, Role::Review, Role::Decision];

pub(super) fn actor(who: u8) -> Actor {
    match who {
        0 => clerk(1, TOWN, &ALL_ROLES),
        1 => clerk(2, COUNTY, &ALL_ROLES),
        2 => clerk(3, TOWN, &[Role::Acceptance]),
        3 => citizen(),
        4 => Actor::Anonymous,
        5 => clerk(4, COUNTY, &[Role::Review]),
        _ => Actor::System,
    }
}

/// Who tries what.
pub(super) fn attempt(case: &Case, step: &Move) -> (Actor, Command) {
    if step.fits { fitting(case, step) } else { (actor(step.who), anything(case, step)) }
}

/// What the moment asks for: of a clerk who may, or of the applicant when it is their turn.
fn fitting(case: &Case, step: &Move) -> (Actor, Command) {
    if case.status == Status::Correction {
        return (citizen(), resubmit(case, step));
    }
    if case.open_hearing().is_some() {
        let reason = "要求听证".to_owned();
        return (
            citizen(),
            if step.agree { Command::RequestHearing { reason } } else { Command::WaiveHearing },
        );
    }
    if case.status == Status::Suspended {
        return (actor(1), Command::Resume { reason: "诉讼已结".into() });
    }
    if case.hanging_notice().is_some() && step.dice % 2 == 0 {
        return (citizen(), Command::Object { text: "情况不符".into() });
    }
    let of_body = |task: &crate::Task| if task.body == body_id(TOWN) { actor(0) } else { actor(1) };
    let given = case.tasks.iter().rfind(|task| task.stage == case.stage && task.conclusion.is_some());
    if let Some(task) = given.filter(|_| step.dice % 8 == 0) {
        return (of_body(task), Command::TakeBack { task: task.id });
    }
    if let Some(promise) =
        case.promises.iter().find(|promise| promise.kept.is_none()).filter(|_| step.pick < 3)
    {
        return (citizen(), Command::Supply { material: promise.material.clone() });
    }
    let live: Vec<&crate::Task> = case.live_tasks().collect();
    let Some(task) = live.get(usize::from(step.pick) % live.len().max(1)) else {
        return (Actor::System, Command::Tick);
    };
    let who = of_body(task);
    let command =
        if task.claimed_by.is_some() { at_work(task, step) } else { Command::Claim { task: task.id } };
    (who, command)
}

/// Mostly the work itself, now and then one of the turns that work can take.
fn at_work(work: &crate::Task, step: &Move) -> Command {
    let (task, reason) = (work.id, "说明".to_owned());
    match step.dice % 16 {
        0 => Command::SendBack { task, reason },
        1 => note_defect(work, step, reason),
        2 => Command::DropDefect { task, index: 0 },
        3 => {
            Command::Ask { task, asked: AskFor::Extension { by: "10 working days".parse().unwrap() }, reason }
        }
        4 => Command::Ask { task, asked: AskFor::Suspension { ground: "court".into() }, reason },
        5 => Command::Expedite { task, reason },
        7 if step.pick < 2 => {
            Command::Ask { task, asked: AskFor::Termination { ground: "court".into() }, reason }
        }
        8 if work.work == TaskKind::Accept => Command::NotAccept { task, reason },
        6 => Command::Route { task, level: crate::Level::County, reason },
        _ => work_on(work, step),
    }
}

fn note_defect(work: &crate::Task, step: &Move, problem: String) -> Command {
    let (material, field) = (step.agree.then(|| "photo".into()), (!step.agree).then(|| "name".into()));
    Command::NoteDefect {
        defect: Defect { material, field, problem, ground: "指南".into(), task: work.id }
    }
}

/// The work that a task is there for.
fn work_on(task: &crate::Task, step: &Move) -> Command {
    let (task, work) = (task.id, task.work);
    let text = "情况属实".to_owned();
    let conclusion = if step.agree { Conclusion::Agree } else { Conclusion::Disagree };
    match work {
        TaskKind::Accept => Command::Accept { task },
        TaskKind::Correct => Command::SendCorrection { task },
        TaskKind::Review => Command::GiveOpinion { task, conclusion, text, findings: opinion_findings(step) },
        TaskKind::Arrange => Command::Arrange { task, on: day(step), place: text, people: experts(step) },
        TaskKind::Conclude => Command::Conclude {
            task,
            conclusion: Some(conclusion),
            text,
            findings: if step.dice % 2 == 0 { object(&json!({ "passed": true })) } else { Map::new() },
            votes: Some(Votes { agree: 3, disagree: 0 }),
        },
        TaskKind::Notice => Command::PublishNotice { task },
        TaskKind::Answer => Command::AnswerObjection { task, upheld: step.agree, text },
        TaskKind::Approve => Command::Approve { task, grant: step.agree, reason: text },
        TaskKind::Decide => Command::Decide {
            task,
            grant: step.agree,
            reason: text,
            findings: object(&json!({ "amount": step.dice })),
        },
        TaskKind::Check => Command::Check { task, passed: step.agree, text, findings: Map::new() },
    }
}

fn opinion_findings(step: &Move) -> Map<String, serde_json::Value> {
    if step.pick.is_multiple_of(2) { object(&json!({ "fee": step.dice - 100 })) } else { Map::new() }
}

fn day(step: &Move) -> jiff::civil::Date {
    date("2026-03-02").checked_add((step.dice % 200).days()).unwrap()
}

fn experts(step: &Move) -> Vec<String> {
    (0..step.pick).map(|n| format!("专家{n}")).collect()
}

fn resubmit(case: &Case, step: &Move) -> Command {
    let materials = vec!["photo".to_owned()];
    Command::Resubmit { fields: vec![], materials, facts: case.facts.clone(), partial: step.dice % 3 == 0 }
}

fn anything(case: &Case, step: &Move) -> Command {
    let all: Vec<&crate::Task> = case.tasks.iter().collect();
    let Some(any) = all.get(usize::from(step.pick) * 7 % all.len().max(1)) else {
        return Command::Withdraw { reason: "不办了".into() };
    };
    let task = any.id;
    let text = if step.dice % 7 == 0 { String::new() } else { "说明".to_owned() };
    let ground = if step.agree { "court" } else { "other" }.to_owned();
    match step.what {
        0..=5 => work_on(any, step),
        6 => Command::Claim { task },
        7 => Command::Release { task, reason: String::new() },
        8 => {
            let Actor::Staff(to) = actor(2) else { unreachable!() };
            Command::Transfer { task, to: to.staff, name: "示例3".into(), reason: text }
        }
        9 => Command::Route {
            task,
            level: if step.agree { crate::Level::County } else { crate::Level::Town },
            reason: text,
        },
        10 => Command::NotAccept { task, reason: if step.dice > 55_000 { text } else { String::new() } },
        11 => Command::Expedite { task, reason: text },
        12 | 13 => note_defect(any, step, text),
        14 => Command::DropDefect { task, index: usize::from(step.pick) },
        15 => resubmit(case, step),
        16 => Command::Supply { material: "lease".into() },
        17 => Command::TakeBack { task },
        18 => Command::SendBack { task, reason: text },
        19 => Command::Object { text },
        20 => Command::Ask {
            task,
            asked: AskFor::Extension { by: format!("{} working days", 1 + step.dice % 20).parse().unwrap() },
            reason: text,
        },
        21 => Command::Ask { task, asked: AskFor::Suspension { ground }, reason: text },
        22 if step.dice > 50_000 => {
            Command::Ask { task, asked: AskFor::Termination { ground }, reason: text }
        }
        23 if step.dice > 58_000 => Command::Withdraw { reason: text },
        24 => Command::RecordEffect { effect: "issue:licence".into(), reference: "x".into() },
        _ => Command::Tick,
    }
}

/// How many sequences of commands are tried.
pub(super) fn sequences(unless_set: u32) -> u32 {
    std::env::var("TONGBAN_SEQUENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(unless_set)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sequences(10_000), ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_whatever_is_tried((facts, intake) in facts(), steps in moves(50)) {
        let mut play = Play::of(every_construct(), "2026-03-02T09:00", &facts, intake);
        for step in &steps {
            play.now = play.now.checked_add(step.hours.hours()).unwrap();
            let before = play.case.clone();
            let (who, command) = attempt(&play.case, step);
            let given = play.give(&who, command);
            // A refusal is always one that a person can act on, never a fault of a clock or of stored data.
            let fault = matches!(given, Err(CaseError::Clock(_) | CaseError::Damaged(_) | CaseError::Store(_)));
            prop_assert!(!fault, "{given:?}");
            if before.status == Status::Closed {
                prop_assert_eq!(before.outcome, play.case.outcome);
                prop_assert_eq!(&before.notices, &play.case.notices);
                prop_assert_eq!(&before.promised_clock, &play.case.promised_clock);
            }
        }
        check_invariants(&play);
    }
}

/// The machine is worth something only when it gets everywhere.
#[test]
fn chance_reaches_every_event_and_every_end() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut kinds, mut ends) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..1_000 {
        let (facts, intake) = facts().new_tree(&mut runner).unwrap().current();
        let steps = moves(50).new_tree(&mut runner).unwrap().current();
        let mut play = Play::of(every_construct(), "2026-03-02T09:00", &facts, intake);
        for step in &steps {
            play.now = play.now.checked_add(step.hours.hours()).unwrap();
            let (who, command) = attempt(&play.case, step);
            let _refused = play.give(&who, command);
        }
        kinds.extend(play.history.iter().map(|recorded| recorded.event.kind()));
        ends.extend(play.case.outcome.map(Outcome::as_str));
    }
    let wanted_ends = ["granted", "refused", "not-accepted", "withdrawn", "out-of-time", "terminated"];
    let missing: Vec<_> = wanted_ends.iter().filter(|end| !ends.contains(*end)).collect();
    assert!(missing.is_empty(), "never ended: {missing:?}");
    let missing: Vec<_> = EVERY_KIND.iter().filter(|kind| !kinds.contains(*kind)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

const EVERY_KIND: [&str; 42] = [
    "submitted",
    "rules-applied",
    "expedited",
    "task-opened",
    "task-claimed",
    "task-released",
    "task-transferred",
    "task-routed",
    "accepted",
    "not-accepted",
    "defect-noted",
    "defect-dropped",
    "correction-sent",
    "resubmitted",
    "correction-lapsed",
    "promise-kept",
    "promise-broken",
    "stage-started",
    "opinion-given",
    "opinion-taken-back",
    "sent-back",
    "stage-concluded",
    "arranged",
    "hearing-offered",
    "hearing-requested",
    "hearing-waived",
    "notice-published",
    "objection-made",
    "objection-answered",
    "notice-ended",
    "approval-asked",
    "approval-given",
    "extended",
    "suspended",
    "resumed",
    "terminated",
    "warned",
    "decided",
    "withdrawn",
    "out-of-time",
    "effect-done",
    "checked",
];
