//! The code domains against the copy in `data/service_code_tables.json`.

use std::collections::BTreeMap;

use codes::DivisionLevel;
use codes::tables::{self, ApplicantKind, UseLevel};

#[test]
fn every_code_of_the_data_file_has_its_name_and_there_are_no_others() {
    let mut file: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(include_str!("../data/service_code_tables.json")).unwrap();
    file.remove("_note");
    // Its one entry carries a remark; see the test below.
    file.remove("material_source_local");
    for (registrar, classes) in file.remove("uscc_org_class").unwrap().as_object().unwrap() {
        file.insert(format!("uscc_org_class_{registrar}"), classes.clone());
    }
    for (name, entries) in &file {
        let expected: BTreeMap<String, String> = serde_json::from_value(entries.clone()).unwrap();
        let table = tables::table(name).unwrap_or_else(|| panic!("no table {name}"));
        let found: BTreeMap<String, String> =
            table.entries.iter().map(|(code, zh)| ((*code).to_owned(), (*zh).to_owned())).collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(table.entries.len(), expected.len(), "{name} repeats a code");
    }
    assert_eq!(tables::all().count(), file.len() + 1);
}

#[test]
fn names_and_unknown_codes() {
    assert_eq!(tables::name_of("online_depth", "7"), Some("互联网电子证照反馈"));
    assert_eq!(tables::name_of("material_source_local", "30"), Some("中介机构或法定机构产生"));
    assert_eq!(tables::name_of("task_type", "21"), None);
    assert_eq!(tables::name_of("no_such_table", "1"), None);
}

#[test]
fn enums_travel_as_their_codes() {
    for level in UseLevel::ALL {
        assert_eq!(UseLevel::from_code(level.code()), Some(*level));
    }
    assert_eq!(serde_json::to_string(&ApplicantKind::Other).unwrap(), "\"9\"");
    assert_eq!(serde_json::from_str::<ApplicantKind>("\"4\"").unwrap(), ApplicantKind::SocialOrganisation);
    let error = serde_json::from_str::<ApplicantKind>("\"7\"").unwrap_err().to_string();
    assert!(error.contains("\"7\" is no ApplicantKind code"), "{error}");
    assert_eq!(UseLevel::from(DivisionLevel::County).name(), "县级");
}
