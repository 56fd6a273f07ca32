//! Every construct of the process language, once by hand.

use super::everything::every_construct;
use super::*;
use crate::{AskFor, Hold, Intake, Promised, Votes};

fn town() -> Actor {
    clerk(1, TOWN, &[Role::Acceptance, Role::Review, Role::Decision])
}
fn county() -> Actor {
    clerk(2, COUNTY, &[Role::Acceptance, Role::Review, Role::Decision])
}

/// Accepted on Monday 2 March 2026; with the opinion of `vet` given, so that the stages after the review come.
fn reviewed(facts: &serde_json::Value) -> Play {
    let mut play = accepted(facts, Intake::default());
    let vet = play.claim(&town(), TaskKind::Review, Some("vet"));
    play.give(&town(), agree(vet, &json!({ "fee": 5000 }))).unwrap();
    play
}

fn accepted(facts: &serde_json::Value, intake: Intake) -> Play {
    let mut play = Play::of(every_construct(), "2026-03-02T09:00", facts, intake);
    let task = play.claim(&town(), TaskKind::Accept, None);
    play.give(&town(), Command::Accept { task }).unwrap();
    play
}

fn agree(task: TaskId, findings: &serde_json::Value) -> Command {
    Command::GiveOpinion {
        task,
        conclusion: Conclusion::Agree,
        text: "同意".into(),
        findings: object(findings),
    }
}

fn disagree(task: TaskId) -> Command {
    Command::GiveOpinion {
        task,
        conclusion: Conclusion::Disagree,
        text: "不同意".into(),
        findings: Map::new(),
    }
}

fn conclude(task: TaskId, votes: Option<(usize, usize)>) -> Command {
    Command::Conclude {
        task,
        conclusion: Some(Conclusion::Agree),
        text: "结论".into(),
        findings: Map::new(),
        votes: votes.map(|(agree, disagree)| Votes { agree, disagree }),
    }
}

fn arrange(task: TaskId, on: &str, people: &[&str]) -> Command {
    let people = people.iter().map(|name| (*name).to_owned()).collect();
    Command::Arrange { task, on: date(on), place: "现场".into(), people }
}

fn statutory_due(play: &Play) -> Option<jiff::civil::Date> {
    let clock = play.case.statutory_clock.as_ref().unwrap();
    clock.evaluate(&Calendar::china()).unwrap().due.date()
}

#[test]
fn levels_review_one_after_the_other_and_may_send_back() {
    let mut play = reviewed(&json!({ "levels": true }));
    let first = play.claim(&town(), TaskKind::Review, Some("first"));
    let back = Command::SendBack { task: first, reason: "再查".into() };
    assert!(
        matches!(play.give(&town(), back), Err(CaseError::NothingBefore)),
        "nothing before the first level"
    );
    play.give(&town(), agree(first, &json!({}))).unwrap();
    let second = play.claim(&county(), TaskKind::Review, Some("second"));
    play.give(&county(), Command::SendBack { task: second, reason: "请补充调查".into() }).unwrap();
    let again = play.claim(&town(), TaskKind::Review, Some("first"));
    assert_ne!(first, again);
    play.give(&town(), agree(again, &json!({}))).unwrap();
    for level in ["second", "third"] {
        let task = play.claim(&county(), TaskKind::Review, Some(level));
        play.give(&county(), agree(task, &json!({}))).unwrap();
    }
    assert_eq!(play.case.stage, "decision");
    check_invariants(&play);
}

#[test]
fn signatures_end_the_stage_when_the_quorum_is_reached_or_out_of_reach() {
    for (votes, passed) in [([true, true], "agree"), ([false, false], "disagree")] {
        let mut play = reviewed(&json!({ "signed": true }));
        for (signer, (yes, who)) in ["signer-a", "signer-b"].iter().zip(votes.iter().zip([town(), county()]))
        {
            assert_eq!(play.case.stage, "signing");
            let task = play.claim(&who, TaskKind::Review, Some(signer));
            play.give(&who, if *yes { agree(task, &json!({})) } else { disagree(task) }).unwrap();
        }
        assert_eq!(play.case.stage, "decision", "two of three decide");
        assert_eq!(play.case.opinions()["signing"], passed);
        check_invariants(&play);
    }
}

#[test]
fn a_survey_is_arranged_attended_and_concluded_while_the_clock_stands() {
    let mut play = reviewed(&json!({ "surveyed": true }));
    assert_eq!((statutory_due(&play), &play.case.holds), (None, &vec![Hold::Stage]));
    let task = play.claim(&county(), TaskKind::Arrange, None);
    let early = arrange(task, "2026-03-01", &[]);
    assert!(
        matches!(play.give(&county(), early), Err(CaseError::TooEarly(_))),
        "yesterday is no day to meet"
    );
    play.give(&county(), arrange(task, "2026-03-05", &[])).unwrap();
    let fire = play.claim(&county(), TaskKind::Review, Some("fire"));
    play.give(&county(), agree(fire, &json!({}))).unwrap();
    let health = play.claim(&town(), TaskKind::Review, Some("health"));
    play.give(&town(), agree(health, &json!({}))).unwrap();
    let task = play.claim(&county(), TaskKind::Conclude, None);
    assert!(matches!(play.give(&county(), conclude(task, None)), Err(CaseError::TooEarly(_))));
    play.at("2026-03-06T10:00").give(&county(), conclude(task, None)).unwrap();
    // Accepted on 2 March, not counted 2 to 6 March; 9 March is day 1 of 20: the Ching Ming holiday of 6 April is out.
    assert_eq!(statutory_due(&play), Some(date("2026-04-03")));
    check_invariants(&play);
}

#[test]
fn a_panel_has_enough_experts_and_each_votes_once() {
    let mut play = reviewed(&json!({ "judged": true }));
    let task = play.claim(&county(), TaskKind::Arrange, None);
    let few = arrange(task, "2026-03-05", &["甲", " ", "乙"]);
    assert!(matches!(play.give(&county(), few), Err(CaseError::TooFewExperts(3))));
    play.give(&county(), arrange(task, "2026-03-05", &["甲", "乙", "丙"])).unwrap();
    let task = play.at("2026-03-05T15:00").claim(&county(), TaskKind::Conclude, None);
    assert!(matches!(
        play.give(&county(), conclude(task, None)),
        Err(CaseError::TextMissing { field: "votes" })
    ));
    assert!(matches!(play.give(&county(), conclude(task, Some((3, 1)))), Err(CaseError::VotesDoNotAddUp(3))));
    play.give(&county(), conclude(task, Some((1, 2)))).unwrap();
    assert_eq!(play.case.opinions()["panel"], "disagree", "two thirds were needed");
    check_invariants(&play);
}

#[test]
fn a_hearing_is_offered_asked_for_and_told_in_time() {
    let mut play = reviewed(&json!({ "heard": true }));
    assert!(play.case.open_hearing().is_some() && play.case.live_tasks().all(|task| task.optional));
    let ask = Command::RequestHearing { reason: "对事实有异议".into() };
    assert!(matches!(play.give(&town(), ask.clone()), Err(CaseError::NotApplicant)));
    play.give(&citizen(), ask.clone()).unwrap();
    assert!(matches!(play.give(&citizen(), ask), Err(CaseError::NoHearing)), "asked for once");
    let task = play.claim(&county(), TaskKind::Arrange, None);
    // Seven working days from 2 March end on the 11th.
    let early = arrange(task, "2026-03-10", &[]);
    assert!(
        matches!(play.give(&county(), early), Err(CaseError::TooEarly(day)) if day == date("2026-03-11"))
    );
    play.give(&county(), arrange(task, "2026-03-12", &[])).unwrap();
    let task = play.at("2026-03-12T16:00").claim(&county(), TaskKind::Conclude, None);
    play.give(&county(), conclude(task, None)).unwrap();
    assert_eq!(play.case.stage, "decision");
    check_invariants(&play);
}

#[test]
fn a_hearing_nobody_asks_for_ends_by_time_or_by_word() {
    let mut silent = reviewed(&json!({ "heard": true }));
    silent.at("2026-03-09T23:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(silent.case.stage, "hearing", "five working days: 3 to 9 March");
    silent.at("2026-03-10T00:10").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(silent.case.stage, "decision");
    let mut waived = reviewed(&json!({ "heard": true }));
    waived.give(&citizen(), Command::WaiveHearing).unwrap();
    assert_eq!(waived.case.stage, "decision");
}

#[test]
fn objections_keep_the_stage_open_until_they_are_answered() {
    let mut play = reviewed(&json!({ "published": true }));
    let object = Command::Object { text: "情况不符".into() };
    assert!(matches!(play.give(&citizen(), object.clone()), Err(CaseError::NoNotice)), "nothing hangs yet");
    let task = play.claim(&town(), TaskKind::Notice, None);
    play.give(&town(), Command::PublishNotice { task }).unwrap();
    assert!(matches!(play.give(&Actor::Anonymous, object.clone()), Err(CaseError::NotAPerson)));
    play.at("2026-03-04T09:00").give(&citizen(), object.clone()).unwrap();
    assert!(matches!(play.give(&citizen(), object.clone()), Err(CaseError::AlreadyObjected)));
    play.at("2026-03-12T09:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(play.case.stage, "notice", "the notice is over, the objection is not answered");
    assert!(matches!(play.give(&citizen(), object), Err(CaseError::NoNotice)), "too late");
    let task = play.claim(&town(), TaskKind::Answer, None);
    play.give(&town(), Command::AnswerObjection { task, upheld: false, text: "经核查属实".into() }).unwrap();
    assert_eq!(play.case.stage, "decision");
    check_invariants(&play);
}

#[test]
fn a_limit_is_extended_once_with_approval_and_not_too_far() {
    let mut play = accepted(&json!({}), Intake::default());
    assert_eq!(statutory_due(&play), Some(date("2026-03-30")));
    let vet = play.claim(&town(), TaskKind::Review, Some("vet"));
    let ask = |days: u32| Command::Ask {
        task: vet,
        asked: AskFor::Extension { by: format!("{days} working days").parse().unwrap() },
        reason: "案情复杂".into(),
    };
    assert!(matches!(play.give(&town(), ask(11)), Err(CaseError::TooMuchTime(_))));
    play.give(&town(), ask(10)).unwrap();
    assert!(matches!(play.give(&town(), ask(5)), Err(CaseError::RequestWaits)));
    let task = play.claim(&county(), TaskKind::Approve, None);
    play.give(&county(), Command::Approve { task, grant: true, reason: "同意".into() }).unwrap();
    // Thirty working days from 2 March, without 6 April (Ching Ming).
    assert_eq!(statutory_due(&play), Some(date("2026-04-14")));
    assert!(matches!(play.give(&town(), ask(1)), Err(CaseError::AlreadyExtended)));
    check_invariants(&play);
}

#[test]
fn a_suspended_case_moves_its_end_and_goes_on_by_word_or_by_time() {
    let suspended = || {
        let mut play = accepted(&json!({}), Intake::default());
        let vet = play.claim(&town(), TaskKind::Review, Some("vet"));
        let asked = AskFor::Suspension { ground: "court".into() };
        play.give(&town(), Command::Ask { task: vet, asked, reason: "等待判决".into() }).unwrap();
        let task = play.claim(&county(), TaskKind::Approve, None);
        play.give(&county(), Command::Approve { task, grant: true, reason: "同意".into() }).unwrap();
        assert_eq!((play.case.status, statutory_due(&play)), (Status::Suspended, None));
        let opinion = agree(vet, &json!({ "fee": 1 }));
        assert!(matches!(play.give(&town(), opinion), Err(CaseError::Suspended)));
        check_invariants(&play);
        play
    };
    let mut by_word = suspended();
    by_word.at("2026-03-13T09:00");
    assert!(matches!(
        by_word.give(&citizen(), Command::Resume { reason: "x".into() }),
        Err(CaseError::NotCompetent)
    ));
    by_word.give(&county(), Command::Resume { reason: "判决生效".into() }).unwrap();
    // 2 to 13 March are not counted: 16 March is day 1 of 20, and 6 April is a holiday.
    assert_eq!(statutory_due(&by_word), Some(date("2026-04-13")));
    let mut by_time = suspended();
    by_time.at("2026-05-02T09:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(by_time.case.status, Status::Suspended, "60 days from 2 March end on 1 May, and so on 6 May");
    by_time.at("2026-05-07T00:01").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(by_time.case.status, Status::InProgress);
}

#[test]
fn a_case_is_terminated_on_a_ground_that_the_package_names() {
    let mut play = accepted(&json!({}), Intake::default());
    let vet = play.claim(&town(), TaskKind::Review, Some("vet"));
    let ask = |ground: &str| Command::Ask {
        task: vet,
        asked: AskFor::Termination { ground: ground.into() },
        reason: "申请人死亡".into(),
    };
    assert!(matches!(play.give(&town(), ask("none")), Err(CaseError::NoSuchGround)));
    play.give(&town(), ask("court")).unwrap();
    let task = play.claim(&county(), TaskKind::Approve, None);
    play.give(&county(), Command::Approve { task, grant: true, reason: "同意".into() }).unwrap();
    assert_eq!(play.case.outcome, Some(Outcome::Terminated));
    assert!(play.case.reason.as_ref().unwrap().contains("示例办法 第八条"));
    check_invariants(&play);
}

#[test]
fn a_promised_material_comes_in_or_ends_the_case() {
    let lease = || Promised { material: "lease".into(), limit: "10 working days".parse().unwrap() };
    let intake = || Intake { promised: vec![lease()], ..Intake::default() };
    let decide = |task| Command::Decide { task, grant: true, reason: "符合".into(), findings: Map::new() };
    let mut kept = Play::of(every_construct(), "2026-03-02T09:00", &json!({}), intake());
    let supply = Command::Supply { material: "lease".into() };
    assert!(matches!(kept.give(&citizen(), supply.clone()), Err(CaseError::NotAcceptedYet)));
    let task = kept.claim(&town(), TaskKind::Accept, None);
    kept.give(&town(), Command::Accept { task }).unwrap();
    let vet = kept.claim(&town(), TaskKind::Review, Some("vet"));
    kept.give(&town(), agree(vet, &json!({ "fee": 5000 }))).unwrap();
    let task = kept.claim(&county(), TaskKind::Decide, None);
    assert!(matches!(kept.give(&county(), decide(task)), Err(CaseError::PromiseOpen(_))));
    kept.give(&citizen(), supply.clone()).unwrap();
    assert!(matches!(kept.give(&citizen(), supply), Err(CaseError::PromiseOver)));
    kept.give(&county(), decide(task)).unwrap();
    check_invariants(&kept);
    let mut broken = accepted(&json!({}), intake());
    broken.at("2026-03-17T00:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(broken.case.outcome, Some(Outcome::OutOfTime), "ten working days end on 16 March");
    check_invariants(&broken);
}

#[test]
fn what_was_committed_is_checked_after_the_decision() {
    let intake = Intake { commitments: vec!["income".into()], ..Intake::default() };
    let mut play = accepted(&json!({}), intake);
    let vet = play.claim(&town(), TaskKind::Review, Some("vet"));
    play.give(&town(), agree(vet, &json!({ "fee": 1 }))).unwrap();
    let task = play.claim(&town(), TaskKind::Decide, None);
    let findings = Map::new();
    play.give(&town(), Command::Decide { task, grant: true, reason: "符合".into(), findings }).unwrap();
    assert_eq!(play.case.status, Status::Closed);
    let task = play.claim(&town(), TaskKind::Check, None);
    let check =
        |task| Command::Check { task, passed: false, text: "与事实不符".into(), findings: Map::new() };
    play.give(&town(), check(task)).unwrap();
    assert!(matches!(play.give(&town(), check(task)), Err(CaseError::TaskDone)));
    assert_eq!(play.case.outcome, Some(Outcome::Granted), "the check ends nothing by itself");
    check_invariants(&play);
}

#[test]
fn rules_decide_at_once_and_say_why_they_do_not() {
    let old = Play::of(
        every_construct(),
        "2026-03-02T09:00",
        &json!({ "age": 82, "simple": true }),
        Intake::default(),
    );
    assert_eq!((old.case.outcome, &old.case.findings["amount"]), (Some(Outcome::Granted), &json!(20000)));
    assert_eq!(old.case.live_tasks().next().unwrap().work, TaskKind::Check, "one in one is drawn for a look");
    let young = Play::of(
        every_construct(),
        "2026-03-02T09:00",
        &json!({ "age": 59, "simple": true }),
        Intake::default(),
    );
    assert_eq!(young.case.status, Status::Submitted);
    let why = &young.case.rules[0];
    assert!(!why.holds && why.why[0].comparison.as_ref().unwrap().found == json!(59), "{why:?}");
    let unknown =
        Play::of(every_construct(), "2026-03-02T09:00", &json!({ "simple": true }), Intake::default());
    assert_eq!(unknown.case.status, Status::Submitted, "what is not known never decides");
    [old, young, unknown].iter().for_each(check_invariants);
}

#[test]
fn the_green_channel_goes_first_with_a_shorter_promise() {
    let by_rule = accepted(&json!({ "urgent": true }), Intake::default());
    // Four working days: 3 to 6 March.
    assert_eq!((by_rule.case.express.as_deref(), by_rule.due()), (Some("急需"), Some(date("2026-03-06"))));
    let mut by_hand = accepted(&json!({}), Intake::default());
    assert_eq!(by_hand.due(), Some(date("2026-03-16")));
    let task = by_hand.claim(&town(), TaskKind::Review, Some("vet"));
    let expedite = Command::Expedite { task, reason: "救灾".into() };
    by_hand.give(&town(), expedite.clone()).unwrap();
    assert_eq!(by_hand.due(), Some(date("2026-03-06")));
    assert!(matches!(by_hand.give(&town(), expedite), Err(CaseError::AlreadyFirst)));
}

#[test]
fn an_opinion_is_taken_back_until_somebody_builds_on_it() {
    let mut play = accepted(&json!({ "large": true }), Intake::default());
    let vet = play.claim(&town(), TaskKind::Review, Some("vet"));
    play.give(&town(), agree(vet, &json!({ "fee": 7 }))).unwrap();
    assert!(matches!(play.give(&county(), Command::TakeBack { task: vet }), Err(CaseError::NotCompetent)));
    play.give(&town(), Command::TakeBack { task: vet }).unwrap();
    assert!(!play.case.findings.contains_key("fee"));
    check_invariants(&play);
    play.give(&town(), agree(vet, &json!({ "fee": 8 }))).unwrap();
    for (branch, who) in [("visit", town()), ("body-in-charge", county())] {
        let task = play.claim(&who, TaskKind::Review, Some(branch));
        play.give(&who, agree(task, &json!({}))).unwrap();
    }
    assert_eq!(play.case.stage, "decision");
    assert!(matches!(play.give(&town(), Command::TakeBack { task: vet }), Err(CaseError::LeftTheHouse)));
}

#[test]
fn work_is_transferred_routed_and_done_by_a_deputy() {
    let mut play = accepted(&json!({}), Intake::default());
    let vet = play.claim(&town(), TaskKind::Review, Some("vet"));
    let colleague = clerk(3, TOWN, &[Role::Review]);
    let Actor::Staff(to) = &colleague else { unreachable!() };
    let hand_over =
        Command::Transfer { task: vet, to: to.staff, name: "示例3".into(), reason: "出差".into() };
    assert!(matches!(
        play.give(&clerk(5, TOWN, &[Role::Review]), hand_over.clone()),
        Err(CaseError::TakenBy(_))
    ));
    play.give(&town(), hand_over).unwrap();
    // A deputy of whoever has it works on it too.
    let Actor::Staff(mut deputy) = clerk(6, TOWN, &[Role::Review]) else { unreachable!() };
    let opinion = agree(vet, &json!({ "fee": 9 }));
    assert!(matches!(play.give(&Actor::Staff(deputy.clone()), opinion.clone()), Err(CaseError::TakenBy(_))));
    deputy.deputy_of.insert(to.staff);
    let up = Command::Route { task: vet, level: crate::Level::County, reason: "超出权限".into() };
    play.give(&Actor::Staff(deputy), up).unwrap();
    assert_eq!(play.case.task(vet).unwrap().body, body_id(COUNTY));
    play.give(&county(), Command::Claim { task: vet }).unwrap();
    play.give(&county(), opinion).unwrap();
    check_invariants(&play);
}

#[test]
fn a_correction_is_answered_in_parts_and_the_office_goes_on_when_it_lapses() {
    let mut play = Play::of(every_construct(), "2026-03-02T09:00", &json!({}), Intake::default());
    let task = play.claim(&town(), TaskKind::Accept, None);
    let (problem, ground) = ("缺".to_owned(), "指南".to_owned());
    let defect = Defect { material: Some("photo".into()), field: None, problem, ground, task };
    play.give(&town(), Command::NoteDefect { defect }).unwrap();
    play.give(&town(), Command::SendCorrection { task }).unwrap();
    let part = Command::Resubmit {
        fields: vec!["name".into()],
        materials: vec![],
        facts: Map::new(),
        partial: true,
    };
    play.at("2026-03-03T09:00").give(&citizen(), part).unwrap();
    assert_eq!(play.case.status, Status::Correction);
    assert_eq!(play.case.correction.as_ref().unwrap().answered, ["name"]);
    play.at("2026-03-24T00:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(play.case.status, Status::Submitted, "fifteen working days end on 23 March");
    check_invariants(&play);
}

#[test]
fn whoever_acts_is_warned_before_the_end_and_after_it_once_each() {
    let mut play = accepted(&json!({}), Intake::default());
    let warned = |play: &Play| play.case.warned.iter().filter(|w| w.task.is_none()).count();
    play.at("2026-03-11T23:00").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(warned(&play), 0);
    // The promise ends on 16 March; 12, 13 and 16 are the last three working days.
    for _ in 0..2 {
        play.at("2026-03-12T00:05").give(&Actor::System, Command::Tick).unwrap();
        assert_eq!(warned(&play), 1);
    }
    play.at("2026-03-17T00:05").give(&Actor::System, Command::Tick).unwrap();
    assert_eq!(warned(&play), 2);
    assert!(play.case.warned.iter().any(|w| w.task.is_none() && w.overdue));
    check_invariants(&play);
}
