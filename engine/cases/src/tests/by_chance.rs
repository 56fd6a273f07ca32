//! A state machine driven by random commands: whatever anyone tries, the invariants hold.

use super::*;

#[derive(Debug, Clone)]
struct Move {
    hours: i64,
    who: u8,
    what: u8,
    task: u8,
    agree: bool,
    fee: i64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (0i64..200, 0u8..6, 0u8..12, 0u8..6, any::<bool>(), -5i64..60_000);
    let one =
        one.prop_map(|(hours, who, what, task, agree, fee)| Move { hours, who, what, task, agree, fee });
    prop::collection::vec(one, 1..60)
}

fn actor(who: u8) -> Actor {
    match who {
        0 => clerk(1, TOWN, &[Role::Acceptance, Role::Review, Role::Decision]),
        1 => clerk(2, COUNTY, &[Role::Review, Role::Decision]),
        2 => clerk(3, TOWN, &[Role::Acceptance]),
        3 => citizen(),
        4 => Actor::Anonymous,
        _ => Actor::System,
    }
}

fn command(play: &Play, step: &Move) -> Command {
    let live: Vec<TaskId> = play.case.live_tasks().map(|task| task.id).collect();
    let all: Vec<TaskId> = play.case.tasks.iter().map(|task| task.id).collect();
    // Mostly live tasks, sometimes finished ones.
    let pool = if step.task == 5 || live.is_empty() { all } else { live };
    let task = pool[usize::from(step.task) % pool.len()];
    let text = if step.fee % 7 == 0 { String::new() } else { "说明".to_owned() };
    let conclusion = if step.agree { Conclusion::Agree } else { Conclusion::Disagree };
    match step.what {
        0 | 1 => Command::Claim { task },
        2 => Command::Release { task },
        3 => Command::Accept { task },
        4 => Command::NoteDefect {
            defect: Defect {
                material: step.agree.then(|| "photo".into()),
                field: (!step.agree).then(|| "name".into()),
                problem: text,
                ground: "指南".into(),
                task,
            },
        },
        5 => Command::SendCorrection { task },
        6 => Command::Resubmit {
            fields: vec![],
            materials: vec![],
            facts: object(&json!({ "large": step.agree })),
        },
        7 => Command::GiveOpinion { task, conclusion, text, findings: object(&json!({ "fee": step.fee })) },
        8 => Command::PublishNotice { task },
        9 => Command::Decide {
            task,
            grant: step.agree,
            reason: text,
            findings: object(&json!({ "final_fee": step.fee })),
        },
        10 if step.fee > 55_000 => Command::Withdraw { reason: text },
        10 if step.fee > 50_000 => Command::NotAccept { task, reason: text },
        10 => Command::DropDefect { task, index: usize::from(step.task) },
        _ => Command::Tick,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_whatever_is_tried(steps in moves(), large in any::<bool>()) {
        let mut play = Play::start("2026-03-02T09:00", &json!({ "large": large }));
        for step in &steps {
            play.now = play.now.checked_add(step.hours.hours()).unwrap();
            let before = play.case.clone();
            let given = play.give(&actor(step.who), command(&play, step));
            if before.status == Status::Closed {
                prop_assert_eq!(&before, &play.case, "a closed case changes no more");
            }
            // A refusal is always one that a person can act on, never a fault of a clock or of stored data.
            let fault = matches!(given, Err(CaseError::Clock(_) | CaseError::Damaged(_) | CaseError::Store(_)));
            prop_assert!(!fault, "{given:?}");
            check_invariants(&play);
        }
    }
}
