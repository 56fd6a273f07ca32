//! Each rule alone, and what must hold for any rows.

use proptest::prelude::*;

use super::*;
use crate::directory::ListedMaterial;
use crate::directory::element::{Codes, Part as _};

fn code() -> ImplementationCode {
    ImplementationCode::parse("11430000006122340X2432011103000").unwrap()
}

fn item() -> Elements {
    Elements {
        catalog_code: Some("432011103000".into()),
        task_name: Some("演示登记（一）".into()),
        task_type: Some("20".into()),
        by_law: Some("《演示办法》第三条".into()),
        use_level: Some(Codes(vec!["2".into(), "3".into()])),
        anticipate_day: Some(20),
        limit_scene_num: Some(1),
        online_handle_depth: Some(Codes(vec!["3".into()])),
        is_fee: Some(false),
        materials: Some(vec![ListedMaterial::named("申请表")]),
        ..Elements::default()
    }
}

fn rules_of(row: &Elements, above: Option<&Bounds>) -> Vec<(RowRule, String)> {
    let found = check_implementation(row, &code(), Some(&item()), above);
    found.into_iter().map(|finding| (finding.rule, finding.element)).collect()
}

fn check(change: impl FnOnce(&mut Elements), expected: &[(RowRule, &str)]) {
    let mut row = Elements::default();
    change(&mut row);
    let expected: Vec<(RowRule, String)> =
        expected.iter().map(|(rule, element)| (*rule, (*element).to_owned())).collect();
    assert_eq!(rules_of(&row, None), expected, "{row:?}");
}

#[test]
fn a_row_that_says_nothing_inherits_everything() {
    check(|_| {}, &[]);
    assert_eq!(check_implementation(&Elements::default(), &code(), None, None)[0].rule, RowRule::NoItem);
}

#[test]
fn the_same_item_is_the_same_everywhere() {
    check(|row| row.task_name = Some("演示登记(一) ".into()), &[]);
    check(|row| row.task_name = Some("演示备案".into()), &[(RowRule::SameName, "task_name")]);
    check(|row| row.task_type = Some("05".into()), &[(RowRule::SameType, "task_type")]);
    check(|row| row.by_law = Some("《别的办法》".into()), &[(RowRule::SameBasis, "by_law")]);
    check(|row| row.dept_code = Some("1".into()), &[(RowRule::SameCode, "dept_code")]);
    check(|row| row.catalog_code = Some("432011103001".into()), &[(RowRule::SameCode, "catalog_code")]);
    check(|row| row.use_level = Some(Codes(vec!["3".into()])), &[(RowRule::SameCode, "use_level")]);
}

#[test]
fn a_row_is_only_better_than_the_directory() {
    check(|row| row.promise_day = Some(20), &[]);
    check(|row| row.promise_day = Some(21), &[(RowRule::PromisedStatutory, "promise_day")]);
    check(|row| row.anticipate_day = Some(21), &[(RowRule::Statutory, "anticipate_day")]);
    check(|row| row.limit_scene_num = Some(2), &[(RowRule::Visits, "limit_scene_num")]);
    check(
        |row| row.online_handle_depth = Some(Codes(vec!["2".into()])),
        &[(RowRule::Depth, "online_handle_depth")],
    );
    check(|row| row.is_fee = Some(true), &[(RowRule::FeeAdded, "is_fee")]);
    let added =
        |basis: &str| vec![ListedMaterial { by_law: basis.into(), ..ListedMaterial::named("场地证明") }];
    check(|row| row.materials = Some(added("")), &[(RowRule::MaterialAdded, "materials")]);
    check(|row| row.materials = Some(added("《演示办法》第五条")), &[]);
    let catch_all = vec![ListedMaterial { by_law: "x".into(), ..ListedMaterial::named("其他材料") }];
    check(|row| row.materials = Some(catch_all), &[(RowRule::CatchAll, "materials")]);
}

#[test]
fn unknown_codes_are_flagged_and_never_refused() {
    check(|row| row.project_type = Some("7".into()), &[(RowRule::UnknownCode, "project_type")]);
    check(
        |row| row.area_code = Some("449900".into()),
        &[(RowRule::DivisionLevel, "area_code"), (RowRule::UnknownDivision, "area_code")],
    );
    assert!(!RowRule::UnknownCode.refuses() && RowRule::SameName.refuses());
}

#[test]
fn limits_of_different_units_are_compared_only_where_it_is_sure() {
    assert!(is_longer((21, "1"), (20, "1")) && is_longer((21, "1"), (20, "2")));
    assert!(!is_longer((28, "2"), (20, "1")) && is_longer((71, "2"), (20, "1")));
    assert!(!is_longer((100, "9"), (1, "1")), "an unknown unit is flagged, not compared");
}

#[test]
fn every_rule_has_its_sentence() {
    let keys = include_str!("../rules.rs").split('"').filter(|text| text.starts_with("directory-rule-"));
    let keys: Vec<&str> = keys.collect();
    assert_eq!(keys.len(), 27, "one for each rule");
    for key in keys {
        let line = format!("\n{key} = ");
        assert!(crate::MESSAGES.0.contains(&line) && crate::MESSAGES.1.contains(&line), "{key}");
    }
    assert_eq!(serde_json::to_value(RowRule::SameName).unwrap(), "same-name");
    assert_eq!(RowRule::SameName.key(), "directory-rule-same-name");
}

fn any_row() -> impl Strategy<Value = Elements> {
    let number = || proptest::option::of(0..60_u32);
    (number(), number(), number(), proptest::option::of(1..8_u32)).prop_map(
        |(legal, promised, visits, depth)| Elements {
            anticipate_day: legal,
            promise_day: promised,
            limit_scene_num: visits,
            online_handle_depth: depth.map(|depth| Codes(vec![depth.to_string()])),
            ..Elements::default()
        },
    )
}

proptest! {
    /// What is taken is never worse than the directory and the level above; and only what is worse is refused.
    #[test]
    fn what_is_taken_is_never_worse(row in any_row(), above in any_row()) {
        let bounds = Bounds::of(&above);
        let whole = row.over(&item());
        let legal = whole.anticipate_day.unwrap();
        let no_worse = row.anticipate_day.is_none_or(|days| days <= 20)
            && row.promise_day.is_none_or(|days| days <= legal && above.promise_day.is_none_or(|most| days <= most))
            && row.limit_scene_num.is_none_or(|visits| visits <= 1 && above.limit_scene_num.is_none_or(|most| visits <= most))
            && row.depth().is_none_or(|depth| depth >= 3 && above.depth().is_none_or(|least| depth >= least));
        prop_assert_eq!(rules_of(&row, Some(&bounds)).is_empty(), no_worse, "{:?} above {:?}", row, above);
    }

    /// Rows below may always say what the row above says.
    #[test]
    fn the_same_as_above_is_never_refused_for_it(row in any_row()) {
        let mut row = row;
        row.anticipate_day = row.anticipate_day.map(|days| days.min(20));
        row.promise_day = row.promise_day.map(|days| days.min(row.anticipate_day.unwrap_or(20)));
        row.limit_scene_num = row.limit_scene_num.map(|visits| visits.min(1));
        row.online_handle_depth = row.depth().map(|depth| Codes(vec![depth.max(3).to_string()]));
        prop_assert!(rules_of(&row, None).is_empty());
        let bounds = Bounds::of(&row);
        prop_assert!(rules_of(&row, Some(&bounds)).is_empty());
    }

    /// What a row says can be written and read again, whatever it is.
    #[test]
    fn cells_come_back(text in "\\PC{0,40}", number in any::<u32>(), flag in any::<bool>()) {
        let row = Elements {
            task_name: Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            limit_scene_num: Some(number),
            is_fee: Some(flag),
            materials: Some(vec![ListedMaterial::named(&text)]),
            ..Elements::default()
        };
        let mut again = Elements::default();
        for element in ELEMENTS {
            element.read(&mut again, &element.text(&row)).map_err(|bad| TestCaseError::fail(format!("{bad:?}")))?;
        }
        prop_assert_eq!(again, row);
    }
}
