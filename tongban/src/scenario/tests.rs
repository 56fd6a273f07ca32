//! Reading scenarios: every verb with what it needs, and every slip named with its step.

use super::step::Side;
use super::{Action, Materials, Scenario};

fn read(step: &str) -> Result<Scenario, String> {
    Scenario::parse(&format!(
        "name: {{zh: 示例, en: Example}}\napplicant: zhang-yanshi\ndivision: \"430102\"\nsteps:\n  - {{at: 2026-04-27 \
         10:00, {step}}}\nend: {{status: closed}}\n"
    ))
}

fn fault(step: &str) -> String {
    read(step).map(|_read| ()).expect_err(step)
}

#[test]
fn every_verb_is_written_as_it_is_called() {
    for action in Action::ALL {
        let word = action.as_str();
        let who = if action.side() == Side::Staff { "who: sj-review, " } else { "" };
        let needed = match action {
            Action::Opinion => "conclusion: agree",
            Action::Decide => "outcome: granted",
            Action::Arrange => "on: 2026-05-06",
            Action::AnswerObjection => "upheld: true",
            Action::Approve => "grant: false",
            Action::Check => "passed: true",
            Action::Ask => "what: extension, by: 10 working days",
            Action::Transfer => "to: sj-review-2",
            Action::Deputise => "to: sj-review-2, days: 5",
            Action::Route => "level: city",
            Action::DropDefect => "index: 0",
            Action::Supply => "material: lease",
            Action::Apply
            | Action::Resubmit
            | Action::RequestHearing
            | Action::WaiveHearing
            | Action::Object
            | Action::Withdraw
            | Action::Wait
            | Action::Claim
            | Action::Release
            | Action::Accept
            | Action::NotAccept
            | Action::Expedite
            | Action::NoteDefect
            | Action::SendCorrection
            | Action::TakeBack
            | Action::SendBack
            | Action::Conclude
            | Action::PublishNotice
            | Action::Resume => "text: ''",
        };
        let scenario = read(&format!("{who}do: {word}, {needed}")).unwrap();
        assert_eq!(scenario.steps[0].action, *action, "{word}");
    }
}

#[test]
fn what_a_verb_needs_must_be_there() {
    for (step, rule) in [
        ("who: a, do: opinion, text: 好", "step 1 (opinion): needs conclusion"),
        ("who: a, do: decide", "step 1 (decide): needs outcome"),
        ("do: supply", "step 1 (supply): needs material"),
        ("do: accept", "step 1 (accept): needs who: the login of staff"),
        ("who: a, do: arrange, place: 现场", "step 1 (arrange): needs on"),
        ("who: a, do: ask, text: 要时间", "step 1 (ask): needs what"),
    ] {
        assert_eq!(fault(step), rule);
    }
}

#[test]
fn what_a_verb_does_not_know_is_an_error() {
    for (step, rule) in [
        ("who: a, do: accept, branch: fire", "has no branch; it has nothing more"),
        ("do: withdraw, text: 不办了, upheld: true", "has no upheld; it has text"),
        ("who: a, do: withdraw", "is not done by staff (who)"),
        ("who: a, as: b, do: accept", "is not done by a person (as)"),
        ("as: b, do: wait", "is not done by a person (as)"),
        ("who: a, do: opinion, conclusion: maybe", "maybe is not agree or disagree"),
        ("who: a, do: decide, outcome: withdrawn", "withdrawn is not granted or refused"),
        ("do: apply, materials: some", "materials: some is not all, a list or {all-but: […]}"),
        ("who: a, do: ask, what: extension, ground: court", "so much time (by)"),
        ("who: a, do: ask, what: extension, by: 5 working days, ground: court", "without a ground"),
        ("who: a, do: ask, what: suspension", "on a ground"),
        ("who: a, do: ask, what: termination, ground: gone, by: 5 working days", "on a ground"),
    ] {
        let told = fault(step);
        assert!(told.starts_with("step 1 (") && told.contains(rule), "{step}: {told}");
    }
    assert!(fault("do: dance").contains("dance"), "no such verb");
    assert!(fault("do: wait, colour: red").contains("colour"), "no such key");
    assert!(fault("do: wait, expect: {colour: red}").contains("colour"), "nothing of the kind is seen");
}

#[test]
fn materials_are_all_a_list_or_all_but_some() {
    let materials =
        |text: &str| read(&format!("do: apply, materials: {text}")).unwrap().steps[0].materials.clone();
    assert!(matches!(materials("all"), Some(Materials::Word(word)) if word == "all"));
    assert!(matches!(materials("[plan]"), Some(Materials::These(these)) if these == ["plan"]));
    assert!(
        matches!(materials("{all-but: [plan]}"), Some(Materials::AllBut { all_but }) if all_but == ["plan"])
    );
}

#[test]
fn time_goes_forward() {
    let told = fault("do: wait}\n  - {at: 2026-04-27 09:59, do: wait");
    assert_eq!(told, "step 2 (wait): 2026-04-27 09:59 lies before the step above it");
    assert!(read("do: wait}\n  - {at: 2026-04-27 10:00, do: wait").is_ok(), "the same minute is no slip");
    let told = Scenario::parse(
        "name: {zh: 示例, en: Example}\napplicant: a\ndivision: \"430102\"\nsteps: [{at: tomorrow, do: wait}]\n\
         end: {status: closed}",
    );
    assert_eq!(told.unwrap_err(), "step 1 (wait): tomorrow is no time like 2026-09-21 09:30");
}

#[test]
fn what_must_be_seen_is_read_in_full() {
    let step = "do: wait, expect: {status: in-progress, stage: review, due: none, light: grey, express: true, \
                tasks: [fire, approve], days: {stage: 2026-05-12, fire: none}}";
    let scenario = read(step).unwrap();
    let expected = scenario.steps[0].expect.as_ref().unwrap();
    assert_eq!((expected.due.as_deref(), expected.express), (Some("none"), Some(true)));
    assert_eq!(expected.tasks.as_deref().unwrap(), ["fire", "approve"]);
    assert_eq!(expected.days["stage"], "2026-05-12");
    let end = "status: closed, outcome: granted, documents: [permit], revoked: [permit], pushes: [inspection], \
               payments: [{receiver: treasury, amount: 40000}]";
    let scenario = Scenario::parse(&format!(
        "name: {{zh: 示例, en: Example}}\napplicant: a\ndivision: \"430102\"\nsteps: []\nend: {{{end}}}"
    ));
    let end = scenario.unwrap().end;
    assert_eq!((end.revoked.len(), end.pushes.len(), end.payments[0].amount), (1, 1, 40_000));
}
