//! The ways of a case that an office knows.

use super::*;

fn accept_clerk() -> Actor {
    clerk(1, TOWN, &[Role::Acceptance])
}
fn vet() -> Actor {
    clerk(2, COUNTY, &[Role::Review])
}
fn town_reviewer() -> Actor {
    clerk(3, TOWN, &[Role::Review])
}
fn county_head() -> Actor {
    clerk(4, COUNTY, &[Role::Decision])
}

fn accepted(facts: &serde_json::Value) -> Play {
    let mut play = Play::start("2026-09-21T09:30", facts);
    let task = play.at("2026-09-22T10:00").claim(&accept_clerk(), TaskKind::Accept, None);
    play.give(&accept_clerk(), Command::Accept { task }).unwrap();
    play
}

fn opinion(task: TaskId, fee: i64) -> Command {
    Command::GiveOpinion {
        task,
        conclusion: Conclusion::Agree,
        text: "属实".into(),
        findings: object(&json!({ "fee": fee })),
    }
}

fn noticed(fee: i64) -> Play {
    let mut play = accepted(&json!({ "large": false }));
    let task = play.at("2026-09-23T10:00").claim(&vet(), TaskKind::Review, Some("vet"));
    play.give(&vet(), opinion(task, fee)).unwrap();
    let task = play.claim(&town_reviewer(), TaskKind::Notice, None);
    play.give(&town_reviewer(), Command::PublishNotice { task }).unwrap();
    play
}

#[test]
fn a_case_is_granted_by_the_competent_body_after_the_notice() {
    let mut play = noticed(20_000);
    // Seven calendar days after 23 September end on 30 September, a Wednesday.
    assert_eq!(play.case.hanging_notice().unwrap().until, date("2026-09-30"));
    play.at("2026-10-01T08:00").give(&Actor::System, Command::Tick).unwrap();
    let task = play.claim(&county_head(), TaskKind::Decide, None);
    let decide = |final_fee: i64| Command::Decide {
        task,
        grant: true,
        reason: "符合条件".into(),
        findings: object(&json!({ "final_fee": final_fee })),
    };
    assert!(matches!(play.give(&county_head(), decide(20_001)), Err(CaseError::Findings(_))));
    play.give(&county_head(), decide(20_000)).unwrap();
    assert_eq!((play.case.status, play.case.outcome), (Status::Closed, Some(Outcome::Granted)));
    assert!(matches!(play.give(&county_head(), decide(1)), Err(CaseError::Closed)));
    check_invariants(&play);
}

#[test]
fn small_sums_are_decided_by_the_town() {
    let mut play = noticed(1000);
    play.at("2026-10-01T08:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(play.case.task(play.task(TaskKind::Decide, None)).unwrap().body, body_id(TOWN));
}

#[test]
fn the_decision_waits_for_the_notice_and_its_time_is_not_counted() {
    let mut play = noticed(20_000);
    assert_eq!(play.due(), None, "the promise stands still while the notice hangs");
    play.at("2026-09-30T23:59").give(&Actor::System, Command::Tick).unwrap();
    assert!(play.case.hanging_notice().is_some(), "the last day belongs to the notice");
    play.at("2026-10-01T00:00").give(&Actor::System, Command::Tick).unwrap();
    assert!(play.case.hanging_notice().is_none());
    // 22 Sept accepted; 23 Sept to 1 Oct not counted; 8, 9, 10 (make-up), 12, … are days 1 to 10: 20 October...
    // counted by hand: 8 9 10 12 13 14 15 16 19 20 October.
    assert_eq!(play.due(), Some(date("2026-10-20")));
}

#[test]
fn a_stage_waits_for_all_its_required_branches() {
    let mut play = accepted(&json!({ "large": true }));
    let task = play.claim(&vet(), TaskKind::Review, Some("vet"));
    play.give(&vet(), opinion(task, 5000)).unwrap();
    assert_eq!(play.case.stage, "review");
    assert!(
        matches!(play.give(&vet(), opinion(task, 5000)), Err(CaseError::TaskDone)),
        "a branch finished twice"
    );
    let task = play.claim(&town_reviewer(), TaskKind::Review, Some("visit"));
    let text = "情况属实".to_owned();
    let agree = Command::GiveOpinion { task, conclusion: Conclusion::Agree, text, findings: Map::new() };
    play.give(&town_reviewer(), agree).unwrap();
    assert_eq!(play.case.stage, "notice");
    check_invariants(&play);
}

#[test]
fn one_correction_notice_merges_all_defects_and_pauses_the_clock() {
    let mut play = accepted(&json!({ "large": true }));
    // Accepted on 22 September with ten working days: 23 24 28 29 30 Sept, 8 9 10 12 13 October.
    assert_eq!(play.due(), Some(date("2026-10-13")));
    let vet_task = play.claim(&vet(), TaskKind::Review, Some("vet"));
    let visit_task = play.claim(&town_reviewer(), TaskKind::Review, Some("visit"));
    let note = |task, material: &str| Command::NoteDefect {
        defect: Defect {
            material: Some(material.into()),
            field: None,
            problem: "看不清".into(),
            ground: "示例办法 第三条".into(),
            task,
        },
    };
    play.give(&vet(), note(vet_task, "photo")).unwrap();
    play.give(&town_reviewer(), note(visit_task, "lease")).unwrap();
    // Reviewers note, the acceptance desk sends.
    let send = Command::SendCorrection { task: vet_task };
    assert!(matches!(play.give(&vet(), send), Err(CaseError::NotCompetent)));
    let task = play.at("2026-09-24T10:00").claim(&accept_clerk(), TaskKind::Correct, None);
    let send = Command::SendCorrection { task };
    play.give(&accept_clerk(), send.clone()).unwrap();
    assert_eq!(play.case.correction.as_ref().unwrap().defects.len(), 2);
    assert!(matches!(play.give(&vet(), opinion(vet_task, 1)), Err(CaseError::AwaitingCorrection)));
    let answer =
        |facts| Command::Resubmit { fields: vec![], materials: vec!["photo".into()], facts, partial: false };
    assert!(matches!(play.give(&vet(), answer(Map::new())), Err(CaseError::NotApplicant)));
    play.at("2026-09-28T10:00").give(&citizen(), answer(object(&json!({ "large": true })))).unwrap();
    // Counted: 23 Sept; not counted 24 to 28; then 29 30 Sept, 8 9 10 12 13 14 15 October are days 2 to 10.
    assert_eq!((play.case.status, play.due()), (Status::InProgress, Some(date("2026-10-15"))));
    play.give(&vet(), note(vet_task, "photo")).unwrap_err();
    assert!(matches!(play.give(&accept_clerk(), send), Err(CaseError::TaskDone)));
    check_invariants(&play);
}

#[test]
fn silence_is_acceptance_from_the_day_of_receipt() {
    let mut play = Play::start("2026-09-21T09:30", &json!({}));
    assert_eq!(
        play.due(),
        Some(date("2026-09-29")),
        "22 23 24 28 29: the holiday and the make-up Sunday are seen"
    );
    play.at("2026-09-29T23:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(play.case.status, Status::Submitted);
    play.at("2026-10-05T00:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(play.case.status, Status::InProgress, "a timer days late has the same effect");
    // Ten working days from the receipt on 21 September: 22 23 24 28 29 30 Sept, 8 9 10 12 October.
    assert_eq!(play.due(), Some(date("2026-10-12")));
    check_invariants(&play);
}

#[test]
fn what_comes_too_late_is_not_let_through() {
    let mut play = Play::start("2026-09-21T09:30", &json!({}));
    let task = play.at("2026-09-22T10:00").claim(&accept_clerk(), TaskKind::Accept, None);
    let defect = Defect {
        material: None,
        field: Some("name".into()),
        problem: "错字".into(),
        ground: "指南".into(),
        task,
    };
    play.give(&accept_clerk(), Command::NoteDefect { defect }).unwrap();
    play.give(&accept_clerk(), Command::SendCorrection { task }).unwrap();
    let late = Command::Resubmit {
        fields: vec!["name".into()],
        materials: vec![],
        facts: Map::new(),
        partial: false,
    };
    assert!(matches!(play.at("2026-12-01T10:00").give(&citizen(), late), Err(CaseError::Closed)));
    assert_eq!(play.case.outcome, Some(Outcome::OutOfTime));
    check_invariants(&play);
}

#[test]
fn only_the_clerk_who_took_a_task_does_it() {
    let mut play = Play::start("2026-09-21T09:30", &json!({}));
    let other = clerk(8, TOWN, &[Role::Acceptance]);
    let task = play.task(TaskKind::Accept, None);
    let accept = Command::Accept { task };
    assert!(matches!(play.give(&accept_clerk(), accept.clone()), Err(CaseError::NotClaimed)));
    play.give(&accept_clerk(), Command::Claim { task }).unwrap();
    assert!(matches!(play.give(&other, Command::Claim { task }), Err(CaseError::TakenBy(_))));
    assert!(matches!(play.give(&other, accept.clone()), Err(CaseError::TakenBy(_))));
    assert!(matches!(play.give(&vet(), accept.clone()), Err(CaseError::NotCompetent)));
    assert!(matches!(play.give(&citizen(), accept.clone()), Err(CaseError::NotCompetent)));
    play.give(&accept_clerk(), accept.clone()).unwrap();
    assert!(matches!(play.give(&accept_clerk(), accept), Err(CaseError::TaskDone)));
}

#[test]
fn a_withdrawn_case_changes_no_more() {
    let mut play = accepted(&json!({}));
    let withdraw = Command::Withdraw { reason: "不再需要".into() };
    assert!(matches!(play.give(&vet(), withdraw.clone()), Err(CaseError::NotApplicant)));
    play.give(&citizen(), withdraw.clone()).unwrap();
    assert!(matches!(play.give(&citizen(), withdraw), Err(CaseError::Closed)));
    play.now = play.now.checked_add((24 * 400).hours()).unwrap();
    play.give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(play.case.outcome, Some(Outcome::Withdrawn));
    check_invariants(&play);
}

#[test]
fn only_the_platform_itself_lets_time_act_and_records_effects() {
    let mut play = accepted(&json!({}));
    let record = || Command::RecordEffect { effect: "issue:dog-licence".into(), reference: "x".into() };
    for who in [citizen(), accept_clerk(), Actor::Anonymous] {
        assert!(matches!(play.give(&who, Command::Tick), Err(CaseError::NotCompetent)));
        assert!(matches!(play.give(&who, record()), Err(CaseError::NotCompetent)));
    }
    play.give(&Actor::System, record()).unwrap();
    play.give(&Actor::System, record()).unwrap();
    assert_eq!(play.case.effects.len(), 1, "an effect is recorded once");
}
