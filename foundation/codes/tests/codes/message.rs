//! What people read: errors and descriptions.

use codes::{CodeError, KINDS, Part, ResidentId, SocialCreditCode, describe};

use crate::{published, sentence};

/// The value of the part with this English label.
fn value<'a>(parts: &'a [Part], label: &str) -> &'a str {
    parts.iter().find(|part| part.label == label).map_or("(no such part)", |part| &part.value)
}

#[test]
fn full_width_digits_are_named_not_converted() {
    let error = ResidentId::parse("43010219900101123\u{ff14}").unwrap_err();
    assert_eq!(error, CodeError::FullWidth { position: 18, found: '\u{ff14}', expected: '4' });
    assert_eq!(error.rule(), "full-width");
    let other = sentence(SocialCreditCode::parse("1143000000612234零X"));
    assert_eq!(other, "character 17: is '零', must be an ASCII letter or digit (GB 32100)");
}

#[test]
fn empty_and_length() {
    assert_eq!(sentence(ResidentId::parse(" \t")), "nothing given (GB 11643)");
    assert_eq!(
        sentence(ResidentId::parse("4301021990")),
        "length is 10, must be 18 (or 15, as issued until 1999) (GB 11643)"
    );
}

#[test]
fn every_kind_describes_an_example() {
    let case_number = &published("case_no")[0];
    let licence = &published("valid")[2];
    let examples = [
        ("resident-id", "11010519491231002X", "birth date", "1949-12-31"),
        ("uscc", "51430000MJJ509249B", "class", "1 社会团体"),
        ("division", "430102001", "lies in", "430102 < 430100 < 430000"),
        ("item", "000511001000", "item type", "05 行政给付"),
        ("implementation", "11440100007482575H3440118009000", "use level", "3 市级"),
        ("handling-item", "11440100007482575H344011800900001", "handling item", "01"),
        ("case-number", case_number, "serial", "0068"),
        ("licence-id", licence, "issuer", "340100 (not a social credit code 非统一社会信用代码)"),
    ];
    assert_eq!(examples.map(|example| example.0), KINDS);
    for (kind, code, label, expected) in examples {
        let parts = describe(kind, code).unwrap();
        assert_eq!(value(&parts, label), expected, "{kind}: {parts:?}");
        assert!(parts.iter().all(|part| !part.label_zh.is_empty() && !part.value.is_empty()));
    }
}

#[test]
fn a_description_never_shows_the_whole_number() {
    let parts = describe("resident-id", "11010519491231002X").unwrap();
    assert_eq!(value(&parts, "number, masked"), "110105********002X");
    assert!(!format!("{parts:?}").contains("11010519491231002X"));
}

#[test]
fn flags_and_foreign_forms() {
    assert_eq!(value(&describe("item", "442199806003").unwrap(), "item type"), "21 unknown 未知类型");
    assert_eq!(
        value(&describe("item", "432011103W00").unwrap(), "sub-item"),
        "W00 added by the province 地方新增"
    );
    assert_eq!(
        value(&describe("case-number", "SZ-17").unwrap(), "form"),
        "of another platform, opaque 外部编号"
    );
}

#[test]
fn wrong_codes_are_explained() {
    let error = describe("licence-id", &published("invalid_published")[0]).unwrap_err();
    assert!(error.contains("check character is M, must be D"), "{error}");
    let error = describe("passport", "E1").unwrap_err();
    assert!(error.contains("resident-id, uscc, division"), "{error}");
}
