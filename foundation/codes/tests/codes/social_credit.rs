//! GB 32100-2015 and GB 11714.

use codes::SocialCreditCode;

use crate::{published, sentence};

#[test]
fn published_codes() {
    for text in published("uscc_valid") {
        let code = SocialCreditCode::parse(&text).unwrap();
        assert_eq!(code.to_string(), text);
        let again = SocialCreditCode::from_parts(&text[..2], &text[2..8], &text[8..16]).unwrap();
        assert_eq!(again, code);
    }
}

#[test]
fn the_parts_have_names() {
    // A social organisation; and 湖南省民政厅 itself.
    let organisation = SocialCreditCode::parse("51430000MJJ509249B").unwrap();
    assert_eq!(organisation.registrar_name(), Some("民政"));
    assert_eq!(organisation.class_name(), Some("社会团体"));
    assert_eq!(organisation.organisation_code(), "MJJ509249");
    assert_eq!(organisation.division().unwrap().as_str(), "430000");
    let department = SocialCreditCode::parse("11430000006122340X").unwrap();
    assert_eq!((department.registrar_name(), department.class_name()), (Some("机构编制"), Some("机关")));
    let enterprise = SocialCreditCode::from_parts("91", "430100", "MA4L0X2X").unwrap();
    assert_eq!((enterprise.registrar_name(), enterprise.class_name()), (Some("工商(市场监管)"), None));
    assert_eq!(enterprise.as_str().len(), 18);
}

#[test]
fn each_check_is_named() {
    let outer = sentence(SocialCreditCode::parse("114300000061223401"));
    assert_eq!(outer, "character 18: check character is 1, must be X (GB 32100)");
    let inner = sentence(SocialCreditCode::parse("11430000006122341X"));
    assert_eq!(inner, "character 17: organisation code check is 1, must be 0 (GB 11714)");
}

#[test]
fn letters_outside_the_alphabet() {
    for letter in ['I', 'O', 'S', 'V', 'Z', 'o', '-'] {
        let error = sentence(SocialCreditCode::parse(&format!("1143000000612234{letter}X")));
        assert!(error.starts_with("character 17") && error.contains("other than I, O, S, V, Z"), "{error}");
    }
    assert!(sentence(SocialCreditCode::parse("11A30000006122340X")).contains("must be a digit (GB 32100)"));
}

#[test]
fn lower_case_is_folded() {
    assert_eq!(SocialCreditCode::parse("51430000mjj509249b").unwrap().as_str(), "51430000MJJ509249B");
}
