//! Catalogue, implementation and handling-item codes, and case numbers.

use codes::tables::UseLevel;
use codes::{
    CaseNumber, CivilDate, HandlingItemCode, ImplementationCode, ItemCode, ItemType, SocialCreditCode,
};

use crate::{published, sentence};

#[test]
fn published_implementation_codes() {
    for text in published("service_code_valid") {
        let code = ImplementationCode::parse(&text).unwrap();
        assert_eq!(code.to_string(), text);
        assert_eq!(ImplementationCode::new(&code.body(), code.level(), &code.item()), code);
    }
    let code = ImplementationCode::parse("11440100007482575H3440118009000").unwrap();
    assert_eq!(code.body().as_str(), "11440100007482575H");
    assert_eq!(code.level(), UseLevel::City);
    assert_eq!(code.item().as_str(), "440118009000");
}

#[test]
fn a_national_licensing_item_of_civil_affairs() {
    // 社会团体成立登记.
    let item = ItemCode::parse("000111001000").unwrap();
    assert!(item.is_national() && item.province().is_none());
    assert_eq!((item.item_type(), item.item_type().name()), (ItemType::Licensing, Some("行政许可")));
    assert_eq!((item.department(), item.department_name()), ("11", Some("民政")));
    assert_eq!((item.main_item(), item.sub_item()), ("001", "000"));
}

#[test]
fn sub_items_are_not_always_digits() {
    // Real rows of provincial portals.
    for (text, local) in [
        ("432011103W00", true),
        ("43201400EW00", true),
        ("431011074W00", true),
        ("00011100100Y", false),
        ("512011001001", false),
    ] {
        let item = ItemCode::parse(text).unwrap();
        assert_eq!(item.is_local_addition(), local, "{text}");
        assert_eq!(item.to_string(), text);
    }
    assert_eq!(ItemCode::parse("432011103w00").unwrap().province().unwrap().as_str(), "430000");
}

#[test]
fn unknown_item_types_are_kept_and_flagged() {
    let item = ItemCode::parse("442199806003").unwrap();
    assert_eq!((item.item_type(), item.item_type_code()), (ItemType::Unknown, "21"));
    assert_eq!(item.item_type().name(), None);
    for kind in ItemType::ALL {
        assert_eq!(ItemType::from_code(kind.code().unwrap()), kind);
    }
}

#[test]
fn errors_in_a_part_point_into_the_whole() {
    let wrong_check = sentence(ImplementationCode::parse("11440100007482575X3440118009000"));
    assert_eq!(wrong_check, "character 18: check character is X, must be H (GB 32100)");
    let wrong_level = sentence(ImplementationCode::parse("11440100007482575H7440118009000"));
    assert_eq!(wrong_level, "characters 19-19: use level must be 1 to 6 (GB/T 39554.1)");
    let wrong_item = sentence(ImplementationCode::parse("11440100007482575H344011800900-"));
    assert_eq!(wrong_item, "character 31: is '-', must be a digit or a letter (GB/T 39554.1)");
    assert!(sentence(ItemCode::parse("0001110010000")).contains("length is 13, must be 12"));
    assert!(sentence(ItemCode::parse("0001A1001000")).starts_with("character 5"));
}

#[test]
fn handling_items() {
    let implementation = ImplementationCode::parse("11440100007482575H3440118009000").unwrap();
    let item = HandlingItemCode::new(&implementation, 7).unwrap();
    assert_eq!(item.as_str(), "11440100007482575H344011800900007");
    assert_eq!(HandlingItemCode::parse(item.as_str()).unwrap(), item);
    assert_eq!((item.implementation(), item.ordinal()), (implementation.clone(), "07"));
    for ordinal in [0, 100] {
        let error = sentence(HandlingItemCode::new(&implementation, ordinal));
        assert_eq!(error, "characters 32-33: handling item must be 01 to 99 (GB/T 39554.1)");
    }
    assert!(HandlingItemCode::parse("11440100007482575H344011800900000").is_err());
}

#[test]
fn published_case_numbers() {
    for text in published("case_no") {
        let number = CaseNumber::parse(&text).unwrap();
        let parts = number.parts().unwrap();
        assert_eq!(parts.implementation.as_str(), "12441500196720244T3442199806003");
        assert_eq!((parts.date.to_string().as_str(), parts.serial), ("2022-06-23", 68));
        assert_eq!(CaseNumber::new(&parts.implementation, parts.date, parts.serial), number);
    }
}

#[test]
fn a_busy_day_has_longer_numbers_and_no_collision() {
    let implementation = ImplementationCode::parse("11440100007482575H3440118009000").unwrap();
    let date = CivilDate::new(2026, 9, 24).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for serial in (0..=10_010).chain([99_999, 100_000, u32::MAX]) {
        let number = CaseNumber::new(&implementation, date, serial);
        assert!(number.as_str().len() <= 64);
        assert_eq!(number.as_str().len() == 43, serial <= 9999);
        assert_eq!(number.parts().unwrap().serial, serial);
        assert_eq!(CaseNumber::parse(number.as_str()).unwrap(), number);
        assert!(seen.insert(number));
    }
}

#[test]
fn other_platforms_numbers_are_opaque() {
    let body = SocialCreditCode::parse("11440100007482575H").unwrap();
    for text in [
        "SZ-2024-000017",
        "a",
        "430000202405170001abc",
        // Ours but for: a wrong check, a day that is none, a serial with a needless zero.
        "12441500196720244X3442199806003202206230068",
        "12441500196720244T3442199806003202206310068",
        "12441500196720244T34421998060032022062300068",
        "12441500196720244T34421998060032022062399999999999",
    ] {
        let number = CaseNumber::parse(text).unwrap();
        assert_eq!((number.as_str(), number.parts()), (text, None));
    }
    assert!(CaseNumber::parse(&format!("{body}_1")).is_err());
    assert!(CaseNumber::parse(&"9".repeat(64)).is_ok());
    assert!(sentence(CaseNumber::parse(&"9".repeat(65))).contains("at most 64"));
    assert!(CaseNumber::parse("  ").is_err());
}
