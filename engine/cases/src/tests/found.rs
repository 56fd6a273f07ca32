//! What playing the example packages has found.

use rules::Expression;

use super::everything::every_construct;
use super::*;
use crate::{AskFor, Intake, Level};

fn town() -> Actor {
    clerk(1, TOWN, &[Role::Acceptance, Role::Review, Role::Decision])
}
fn county() -> Actor {
    clerk(2, COUNTY, &[Role::Review, Role::Decision])
}

fn opinion(task: TaskId, conclusion: Conclusion, findings: &serde_json::Value) -> Command {
    Command::GiveOpinion { task, conclusion, text: "意见".into(), findings: object(findings) }
}

fn accepted(case_type: CaseType, facts: &serde_json::Value) -> Play {
    let mut play = Play::of(case_type, "2026-03-02T09:00", facts, Intake::default());
    let task = play.claim(&town(), TaskKind::Accept, None);
    play.give(&town(), Command::Accept { task }).unwrap();
    play
}

#[test]
fn what_was_just_said_decides_about_what_comes_next() {
    let mut case_type = every_construct();
    let against = || Some(Expression::parse("opinion.vet == \"disagree\"").unwrap());
    let stage = case_type.process.stages.iter_mut().find(|stage| stage.id == "levels").unwrap();
    stage.when = against();
    for (conclusion, next) in [(Conclusion::Disagree, "levels"), (Conclusion::Agree, "decision")] {
        let mut play = accepted(case_type.clone(), &json!({}));
        let task = play.claim(&town(), TaskKind::Review, Some("vet"));
        play.give(&town(), opinion(task, conclusion, &json!({ "fee": 9 }))).unwrap();
        assert_eq!(play.case.stage, next, "{conclusion:?}");
        check_invariants(&play);
    }
}

#[test]
fn what_several_signed_decides_who_decides() {
    let mut case_type = every_construct();
    let decision = case_type.process.stages.last_mut().unwrap();
    let crate::StageKind::Decision { by, .. } = &mut decision.kind else { unreachable!() };
    *by = serde_json::from_value(json!([
        { "level": "county", "role": "decision", "when": "opinion.signing == \"disagree\"" },
        { "level": "town", "role": "decision" }
    ]))
    .unwrap();
    for (conclusion, body) in [(Conclusion::Disagree, COUNTY), (Conclusion::Agree, TOWN)] {
        let mut play = accepted(case_type.clone(), &json!({ "signed": true }));
        let task = play.claim(&town(), TaskKind::Review, Some("vet"));
        play.give(&town(), opinion(task, Conclusion::Agree, &json!({ "fee": 9 }))).unwrap();
        for (signer, who) in [("signer-a", town()), ("signer-b", county())] {
            let task = play.claim(&who, TaskKind::Review, Some(signer));
            play.give(&who, opinion(task, conclusion, &json!({}))).unwrap();
        }
        let decides = play.task(TaskKind::Decide, None);
        assert_eq!(play.case.task(decides).unwrap().body, body_id(body), "{conclusion:?}");
    }
}

#[test]
fn nothing_is_granted_on_what_a_reviewer_left_open() {
    let mut play = accepted(every_construct(), &json!({}));
    let task = play.claim(&town(), TaskKind::Review, Some("vet"));
    play.give(&town(), opinion(task, Conclusion::Disagree, &json!({}))).unwrap();
    let task = play.claim(&county(), TaskKind::Decide, None);
    let decide = |task, grant| Command::Decide { task, grant, reason: "理由".into(), findings: Map::new() };
    assert!(
        matches!(play.give(&county(), decide(task, true)), Err(CaseError::Findings(f)) if f[0].id == "fee")
    );
    // Sent back, established, granted against the advice.
    play.give(&county(), Command::SendBack { task, reason: "请核定费用".into() }).unwrap();
    let task = play.claim(&town(), TaskKind::Review, Some("vet"));
    play.give(&town(), opinion(task, Conclusion::Disagree, &json!({ "fee": 5000 }))).unwrap();
    let task = play.claim(&county(), TaskKind::Decide, None);
    play.give(&county(), decide(task, true)).unwrap();
    assert_eq!(play.case.outcome, Some(Outcome::Granted));
    check_invariants(&play);
}

#[test]
fn the_time_for_asking_for_a_hearing_stands_still_while_the_case_is_suspended() {
    let mut play = accepted(every_construct(), &json!({ "heard": true }));
    let task = play.claim(&town(), TaskKind::Review, Some("vet"));
    let asked = AskFor::Suspension { ground: "court".into() };
    play.give(&town(), Command::Ask { task, asked, reason: "诉讼".into() }).unwrap();
    play.give(&town(), opinion(task, Conclusion::Agree, &json!({ "fee": 9 }))).unwrap();
    let right = |play: &Play| {
        let right = play.case.open_hearing().unwrap();
        right.clock.evaluate(&Calendar::china()).unwrap().due.date()
    };
    // Told on Monday 2 March: five working days are 3 4 5 6 9 March.
    assert_eq!(right(&play), Some(date("2026-03-09")));
    let task = play.at("2026-03-04T09:00").claim(&county(), TaskKind::Approve, None);
    play.give(&county(), Command::Approve { task, grant: true, reason: "同意".into() }).unwrap();
    assert_eq!(right(&play), None);
    play.at("2026-03-16T09:00").give(&county(), Command::Resume { reason: "判决".into() }).unwrap();
    // 3 March was the first day; 4 to 16 March do not count; 17 18 19 20 March are the others.
    assert_eq!(right(&play), Some(date("2026-03-20")));
    play.at("2026-03-20T20:00")
        .give(&citizen(), Command::RequestHearing { reason: "当面说明".into() })
        .unwrap();
    check_invariants(&play);
}

#[test]
fn a_review_may_be_that_of_another_department() {
    let mut case_type = every_construct();
    let crate::StageKind::Review { branches } = &mut case_type.process.stages[0].kind else { unreachable!() };
    branches[1].by =
        serde_json::from_value(json!({ "level": "county", "department": "23", "role": "review" })).unwrap();
    branches[1].routes = vec![Level::Town];
    let mut play = Play::of(case_type, "2026-03-02T09:00", &json!({ "large": true }), Intake::default());
    let other = |n: u8, division: &str| {
        let Some(body) = play.bodies.0.first().cloned() else { unreachable!() };
        Body { id: body_id(n), division: division.into(), serves: vec!["23".into()], ..body }
    };
    let (of_county, of_town) = (other(33, "430102"), other(34, "430102001"));
    play.bodies.0.extend([of_county, of_town]);
    let task = play.claim(&town(), TaskKind::Accept, None);
    play.give(&town(), Command::Accept { task }).unwrap();
    let visit = play.task(TaskKind::Review, Some("visit"));
    assert_eq!(play.case.task(visit).unwrap().body, body_id(33));
    // Passed on, it stays with its department.
    let health = clerk(7, 33, &[Role::Review]);
    play.give(&health, Command::Claim { task: visit }).unwrap();
    play.give(&health, Command::Route { task: visit, level: Level::Town, reason: "就近".into() }).unwrap();
    assert_eq!(play.case.task(visit).unwrap().body, body_id(34));
}

#[test]
fn a_correction_ends_in_time_though_acceptance_was_late_and_never_warned_of() {
    let mut case_type = dog_licence();
    case_type.process.acceptance.silence = crate::Silence::Nothing;
    let mut play = Play::of(case_type, "2026-09-21T09:30", &json!({}), Intake::default());
    // Acceptance was due on 29 September; nobody came by before, so the first warning is the last one.
    play.at("2026-10-09T09:00").give(&Actor::System, Command::Tick).unwrap();
    let task = play.claim(&town(), TaskKind::Accept, None);
    let defect = Defect {
        material: None,
        field: Some("name".into()),
        problem: "错字".into(),
        ground: "指南".into(),
        task,
    };
    play.give(&town(), Command::NoteDefect { defect }).unwrap();
    play.give(&town(), Command::SendCorrection { task }).unwrap();
    let due = play.due().unwrap();
    let next = play.with(|ctx| play.case.next_timer(ctx)).unwrap().unwrap();
    assert!(
        play.now < kernel::china_midnight(next) && next <= due,
        "{next}, and the applicant has until {due}"
    );
    check_invariants(&play);
}
