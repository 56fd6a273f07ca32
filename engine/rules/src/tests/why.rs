//! Explanations: which clause held, with what it read.

use serde_json::{Value, json};

use super::{holds, household};
use crate::{Comparison, Held, Joined, Outcome, Reading, plain_value};

#[test]
fn each_clause_says_what_it_read() {
    let held = holds(
        "form.age >= 18 && (form.kind == 'local' || form.never > 3) && form.has_officials",
        &household(),
    );
    assert!(!held.holds);
    assert_eq!(held.joined, Joined::All);
    let outcomes: Vec<(&str, &Outcome)> =
        held.why.iter().map(|clause| (clause.text.as_str(), &clause.outcome)).collect();
    assert_eq!(
        outcomes,
        [
            ("form.age >= 18", &Outcome::NotHeld),
            ("form.kind == \"local\" || form.never > 3", &Outcome::Held),
            ("form.has_officials", &Outcome::Held),
        ]
    );
    let age = Comparison { left: "form.age".into(), found: json!(17), sign: ">=".into(), needed: json!(18) };
    assert_eq!(held.why[0].comparison, Some(age));
    assert_eq!(held.why[1].joined, Some(Joined::Any));
    assert_eq!(held.why[1].parts[1].outcome, Outcome::Missing { path: "form.never".into() });
    let stored = serde_json::to_string(&held).unwrap();
    assert_eq!(serde_json::from_str::<Held>(&stored).unwrap(), held);
}

#[test]
fn a_single_clause_and_a_turned_comparison_are_told_the_same_way() {
    let held = holds("18 <= form.age", &household());
    let told = Comparison { left: "form.age".into(), found: json!(17), sign: ">=".into(), needed: json!(18) };
    assert_eq!(held.why[0].comparison, Some(told));
    assert!(!held.holds && held.why.len() == 1);
}

#[test]
fn an_explanation_repeats_no_lists_and_no_long_texts() {
    let mut facts = household();
    facts["form"]["name"] = json!("长".repeat(500));
    let held = holds("form.members.exists(m, m.name == form.name)", &facts);
    let expected = [
        Reading { path: "form.members".into(), value: Some(json!(3)) },
        Reading { path: "form.name".into(), value: Some(json!("长".repeat(100))) },
    ];
    assert_eq!(held.why[0].read, expected);
    assert!(!serde_json::to_string(&held).unwrap().contains('甲'), "the members' names are not told");
}

#[test]
fn a_clause_becomes_a_message_with_labels() {
    let label = |path: &str| if path == "form.age" { "年龄".to_owned() } else { path.to_owned() };
    let show = |path: &str, value: &Value| format!("{} ({path})", plain_value(path, value));
    let held =
        holds("form.age >= 18 && form.never == 1 && form.has_officials && form.kind > 3", &household());
    let said: Vec<_> = held.why.iter().map(|clause| clause.message(&label, &show)).collect();
    let keys: Vec<&str> = said.iter().map(|message| message.key).collect();
    assert_eq!(keys, ["rules-compared", "rules-missing", "rules-clause", "rules-broken"]);
    let expected = [
        ("fact", "年龄"),
        ("found", "17 (form.age)"),
        ("sign", "at-least"),
        ("needed", "18 (form.age)"),
        ("held", "no"),
    ];
    assert_eq!(said[0].args, expected.map(|(name, value)| (name, value.to_owned())));
}
