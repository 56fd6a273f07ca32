//! GB 11643-1999. The numbers are the standard's own examples and made-up ones.

use codes::{CivilDate, ResidentId};

use crate::sentence;

/// The two examples in the text of GB 11643-1999.
const EXAMPLES: [&str; 2] = ["11010519491231002X", "440524188001010014"];

#[test]
fn examples_of_the_standard() {
    let [woman, man] = EXAMPLES.map(|text| ResidentId::parse(text).unwrap());
    assert!(!woman.is_male());
    assert_eq!(woman.birth_date(), CivilDate::new(1949, 12, 31).unwrap());
    assert_eq!(woman.division_at_issue().unwrap().as_str(), "110105");
    assert!(man.is_male());
    assert_eq!(man.birth_date().to_string(), "1880-01-01");
}

#[test]
fn wrong_check_names_the_right_one() {
    let error = sentence(ResidentId::parse("110105194912310024"));
    assert_eq!(error, "character 18: check digit is 4, must be X (GB 11643)");
}

#[test]
fn lower_case_and_blanks_are_read() {
    assert_eq!(ResidentId::parse(" \u{3000}11010519491231002x\n").unwrap().as_str(), EXAMPLES[0]);
}

#[test]
fn fifteen_digits_become_eighteen() {
    let id = ResidentId::parse("110105491231002").unwrap();
    assert_eq!(id.as_str(), EXAMPLES[0]);
    let error = sentence(ResidentId::parse("110105491331002"));
    assert_eq!(error, "characters 7-12: birth date must be a real day, as year, month, day (GB 11643)");
    assert!(ResidentId::parse("11010549123100X").is_err());
}

#[test]
fn a_birth_date_must_be_a_real_day() {
    for (digits, real) in [("20000229", true), ("19000229", false), ("19990431", false), ("00000101", false)]
    {
        let text = format!("430102{digits}001");
        let read = (0..=9)
            .map(|c| c.to_string())
            .chain(["X".into()])
            .filter_map(|c| ResidentId::parse(&(text.clone() + &c)).ok());
        assert_eq!(read.count(), usize::from(real), "{digits}");
    }
}

#[test]
fn unknown_divisions_are_no_reason_to_refuse() {
    let birth = CivilDate::new(1990, 1, 1).unwrap();
    // Abolished, never assigned, and not of the build of GB/T 2260.
    for division in ["432500", "999999", "000000", "430001"] {
        let id = ResidentId::from_parts(division, birth, 12).unwrap();
        assert_eq!(ResidentId::parse(id.as_str()).unwrap(), id);
    }
    let id = ResidentId::from_parts("430001", birth, 12).unwrap();
    assert_eq!(id.division_at_issue(), None);
}

#[test]
fn a_foreigners_card_has_no_division() {
    // 2023 version: 9, province 31, nationality 840; same check.
    let id = ResidentId::from_parts("931840", CivilDate::new(1980, 5, 6).unwrap(), 1).unwrap();
    assert!(id.is_foreign_permanent_resident());
    assert_eq!(id.division_at_issue(), None);
}

#[test]
fn the_number_does_not_leak() {
    let id = ResidentId::parse("11010519491231002X").unwrap();
    assert_eq!(id.masked(), "110105********002X");
    assert_eq!(format!("{id:?}"), "ResidentId(110105********002X)");
    assert_eq!(format!("{:?}", Some(&id)), "Some(ResidentId(110105********002X))");
    // A number sent without quotes is refused without being repeated.
    let error = serde_json::from_str::<ResidentId>("110105194912310021").unwrap_err().to_string();
    assert!(error.contains("must be a string") && !error.contains("1949"), "{error}");
    let error = serde_json::from_str::<ResidentId>("\"110105194912310021\"").unwrap_err().to_string();
    assert!(error.contains("check digit") && !error.contains("1949"), "{error}");
}

#[test]
fn json_carries_the_whole_number() {
    let id = ResidentId::parse(EXAMPLES[0]).unwrap();
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(json, "\"11010519491231002X\"");
    assert_eq!(serde_json::from_str::<ResidentId>(&json).unwrap(), id);
}

#[test]
fn parts_are_checked() {
    let birth = CivilDate::new(1990, 1, 1).unwrap();
    assert!(ResidentId::from_parts("430102", birth, 1000).is_err());
    assert!(ResidentId::from_parts("43010", birth, 1).is_err());
    assert!(ResidentId::from_parts("43010X", birth, 1).is_err());
}
