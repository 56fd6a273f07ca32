//! Every change leaves the rest of the text alone.

use serde_json::{Value, json};

use super::*;

const TEXT: &str = r#"# The head.
code: "0010"   # never changes
name: {zh: "甲", en: "A"}   # both
keywords: [养老院, 敬老院]
conditions:
  # first of all
  - zh: "一"
    en: "One"   # of two
  # then
  - {zh: "二", en: "Two"}
limits:
  statutory: {within: 20 working days, basis: "法 第一条"}
  promised: {within: 20 working days}
note: >
  long
  text
visits: 0
"#;

fn check(change: &Change, old: &str, new: &str) {
    assert_eq!(TEXT.matches(old).count(), 1, "{old:?} stands once");
    assert_eq!(apply(TEXT, change, false).as_deref(), Some(TEXT.replace(old, new).as_str()), "{change:?}");
}

fn set(path: &str, value: impl Into<Value>) -> Change {
    Change::Set(path.into(), value.into())
}

#[test]
fn a_scalar_changes_and_nothing_else() {
    check(&set("code", "0020"), "\"0010\"", "\"0020\"");
    check(&set("name/en", "B: \"b\""), "en: \"A\"}   # both", "en: \"B: \\\"b\\\"\"}   # both");
    check(&set("conditions/0/en", "1"), "\"One\"   # of", "\"1\"   # of");
    check(&set("conditions/1/zh", "贰"), "\"二\"", "\"贰\"");
    check(
        &set("limits/statutory/within", "10 working days"),
        "20 working days, basis",
        "10 working days, basis",
    );
    check(
        &set("limits/promised/within", "5 calendar days"),
        "within: 20 working days}",
        "within: 5 calendar days}",
    );
    check(&set("visits", 1), "visits: 0", "visits: 1");
    check(&set("note", "short"), ">\n  long\n  text\n", "\"short\"\n");
}

#[test]
fn keys_come_and_go() {
    check(
        &set("limits/promised/basis", "法"),
        "{within: 20 working days}",
        "{within: 20 working days, basis: \"法\"}",
    );
    check(
        &set("conditions/0/x", "y"),
        "    en: \"One\"   # of two\n",
        "    en: \"One\"   # of two\n    x: \"y\"\n",
    );
    check(&Change::Remove("limits/statutory/basis".into()), ", basis: \"法 第一条\"", "");
    check(&Change::Remove("conditions/0/en".into()), "    en: \"One\"   # of two\n", "");
}

#[test]
fn lists_change_with_the_comments_above_their_entries() {
    let arrange = |path: &str, slots: &[Slot]| Change::Arrange(path.into(), slots.to_vec());
    let swapped = "  # then\n  - {zh: \"二\", en: \"Two\"}\n  # first of all\n  - zh: \"一\"\n    en: \"One\"   # of two\n";
    let before = "  # first of all\n  - zh: \"一\"\n    en: \"One\"   # of two\n  # then\n  - {zh: \"二\", en: \"Two\"}\n";
    check(&arrange("conditions", &[Slot::Old(1), Slot::Old(0)]), before, swapped);
    let three =
        arrange("conditions", &[Slot::Old(0), Slot::Old(1), Slot::New(json!({"zh": "三", "en": "3"}))]);
    check(&three, before, &format!("{before}  - zh: \"三\"\n    en: \"3\"\n"));
    check(
        &arrange("keywords", &[Slot::Old(1), Slot::New(json!("托老"))]),
        "[养老院, 敬老院]",
        "[敬老院, 托老]",
    );
    check(
        &arrange("keywords", &[Slot::Old(0), Slot::New(json!("a, b"))]),
        "[养老院, 敬老院]",
        "[养老院, \"a, b\"]",
    );
}

#[test]
fn json_stays_json() {
    let text = "{\n  \"required\": [\"a\"],\n  \"properties\": {\"a\": {\"type\": \"string\", \"title\": \"甲\"}}\n}\n";
    let apply = |change: &Change| apply(text, change, true);
    let title = apply(&set("properties/a/title", "乙")).unwrap();
    assert_eq!(title, text.replace("甲", "乙"));
    let hint = apply(&set("properties/a/description", "说明")).unwrap();
    assert_eq!(hint, text.replace("\"甲\"}", "\"甲\", \"description\": \"说明\"}"));
    let more = Change::Arrange("required".into(), vec![Slot::Old(0), Slot::New(json!("b"))]);
    assert_eq!(apply(&more).unwrap(), text.replace("[\"a\"]", "[\"a\", \"b\"]"));
}

#[test]
fn what_cannot_be_changed_by_itself_is_refused() {
    assert_eq!(apply("a: &x 1\nb: *x\n", &set("a", 2), false), None, "b would change with it");
    assert_eq!(apply("a: [", &set("a", 2), false), None);
    assert_eq!(apply("a: 1\n", &set("b/c", 2), false), None);
    assert!(loses_comments("a: [1, # one\n  2]\n", &Node::read("a: [1, # one\n  2]\n").unwrap(), "a"));
}
