//! What a decision leaves in the register.

use super::*;
use crate::testing::{CODES, decided, form, new_entry};
use crate::{Entry, entry_from};

fn fault(change: impl FnOnce(&mut Value, &mut Map<String, Value>)) -> String {
    let mut form = form("演示协会");
    let mut findings = Map::from_iter([("uscc".to_owned(), Value::from(CODES[0]))]);
    change(&mut form, &mut findings);
    entry_from(SOCIAL_ORGANISATIONS, &decided(1, &form, &findings)).unwrap_err().to_string()
}

#[test]
fn names_are_kept_and_identity_numbers_are_not() {
    let entry = new_entry(1, "演示协会", "51430000dem000217k");
    assert_eq!((entry.subject_code.as_str(), entry.name.as_str()), (CODES[0], "演示协会"));
    let text = entry.data.to_string();
    assert!(text.contains("周假定") && text.contains("湖南省体育局"), "{text}");
    assert!(!text.contains("439900") && !text.contains("张演示") && !text.contains("hunan-ty"), "{text}");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    assert_eq!(fault(|form, _| form["name"] = " ".into()), "form.name: must be a text");
    assert_eq!(fault(|form, _| form["funds"] = (-1).into()), "form.funds: must be an amount in fen");
    assert_eq!(fault(|_, findings| findings.clear()), "finding.uscc: must be a text");
    let body = fault(|form, _| form["supervising_body"] = "nobody".into());
    assert_eq!(body, "form.supervising_body: must be the name of a known body");
    let code = fault(|_, findings| findings["uscc"] = "51430000DEM000217A".into());
    assert!(code.starts_with("finding.uscc: character 18"), "{code}");
    let findings = Map::new();
    let elsewhere = entry_from("dogs", &decided(1, &form("演示协会"), &findings)).unwrap_err();
    assert_eq!(elsewhere, EntryFault::UnknownRegister("dogs".into()));
}

#[test]
fn funds_are_shown_in_yuan() {
    let new = new_entry(1, "演示协会", CODES[0]);
    let entry = Entry {
        register: new.register.into(),
        subject_code: new.subject_code,
        version: 1,
        name: new.name,
        data: new.data,
        since: new.since,
        until: None,
        ended: None,
    };
    assert_eq!(SocialOrganisation::of(&entry).unwrap().funds_yuan(), "50,000.50");
    let damaged = Entry { data: Value::Null, ..entry };
    assert!(SocialOrganisation::of(&damaged).is_err());
}
