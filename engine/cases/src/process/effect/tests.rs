//! How effects are written in packages and jobs, and what they read.

use serde_json::{Value, json};

use super::*;

fn check(written: &Value, key: &str, reads: &[&str], issues: Option<&str>) {
    let effect: Effect = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&effect).unwrap(), written, "a job keeps it as the package says it");
    assert_eq!((effect.key().as_str(), effect.reads(), effect.issues()), (key, reads.to_vec(), issues));
}

#[test]
fn each_effect_has_its_key_and_says_what_it_reads() {
    check(&json!({"issue": "permit"}), "issue:permit", &[], Some("permit"));
    check(&json!({"replace": "permit"}), "issue:permit", &[], Some("permit"));
    check(&json!({"revoke": "permit"}), "revoke:permit", &[], None);
    check(&json!({"cancel": "permit"}), "cancel:permit", &[], None);
    let of_another = json!({"cancel": {"document": "notice", "holder": "form.deceased_id"}});
    check(&of_another, "cancel:notice", &["form.deceased_id"], None);
    check(&json!({"register": "dogs"}), "register:dogs", &[], None);
    let change =
        json!({"change": {"register": "dogs", "entry": "form.code", "fields": {"name": "form.new_name"}}});
    check(&change, "change:dogs", &["form.new_name", "form.code"], None);
    check(&json!({"restore": "dogs"}), "restore:dogs", &[], None);
    let end = json!({"end": {"register": "dogs", "reason": {"zh": "注销", "en": "Ended"}}});
    check(&end, "end:dogs", &[], None);
    check(&json!({"push": "police"}), "push:police", &[], None);
    check(&json!({"pay": {"receiver": "treasury", "amount": "sum"}}), "pay:treasury", &[], None);
}

#[test]
fn a_change_and_an_end_need_an_entry() {
    let needs = |written: Value| {
        let effect: Effect = serde_json::from_value(written).unwrap();
        effect.needs_entry().map(|(register, entry)| (register.to_owned(), entry.map(str::to_owned)))
    };
    let end = json!({"end": {"register": "dogs", "reason": {"zh": "注销", "en": "Ended"}}});
    assert_eq!(needs(end), Some(("dogs".into(), None)));
    let change = json!({"change": {"register": "dogs", "entry": "form.code", "fields": {}}});
    assert_eq!(needs(change), Some(("dogs".into(), Some("form.code".into()))));
    assert_eq!(needs(json!({"register": "dogs"})), None);
    let unknown = json!({"change": {"register": "dogs", "fields": {}, "why": "x"}});
    assert!(serde_json::from_value::<Effect>(unknown).is_err());
}
