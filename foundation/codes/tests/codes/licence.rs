//! GB/T 36904-2018.

use codes::{CodeError, LicenceIdentifier};

use crate::{published, sentence};

#[test]
fn published_identifiers() {
    for text in published("valid") {
        let id = LicenceIdentifier::parse(&text).unwrap();
        assert_eq!(id.to_string(), text);
        let version = u16::try_from(id.version()).unwrap();
        let again = LicenceIdentifier::from_parts(id.type_code(), id.issuer(), id.serial(), version).unwrap();
        assert_eq!(again, id);
    }
}

#[test]
fn parts() {
    let id =
        LicenceIdentifier::parse("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0")
            .unwrap();
    assert_eq!((id.type_code(), id.type_owner().as_str()), ("11100000000013338W009", "11100000000013338W"));
    assert_eq!((id.issuer(), id.serial(), id.version()), ("11330105002500287C", "2025052201", 2));
    assert_eq!(id.issuer_uscc().unwrap().as_str(), id.issuer());
    assert_eq!(id.check_character(), "0");
    let by_division =
        LicenceIdentifier::parse("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9").unwrap();
    assert_eq!((by_division.issuer(), by_division.issuer_uscc()), ("340100", None));
}

#[test]
fn a_published_specimen_with_a_wrong_check() {
    let invalid = published("invalid_published");
    let error = LicenceIdentifier::parse(&invalid[0]).unwrap_err();
    assert!(matches!(error, CodeError::Check { found: 'M', expected: 'D', position: 94, .. }), "{error:?}");
    assert_eq!(error.position(), Some(invalid[0].len()));
    assert_eq!(error.to_string(), "character 94: check character is M, must be D (GB/T 36904)");
}

#[test]
fn broken_builds() {
    for (text, says) in [
        ("1.2.156.3005.3.11100000000013338W009.11330105002500287C.2025052201.002.0", "root"),
        ("11100000000013338W009.11330105002500287C.2025052201.002.0", "root"),
        ("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002", "between dots"),
        ("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.", "one character"),
        ("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.00", "one character"),
        ("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.02.0", "three digits"),
        ("1.2.156.3005.2.11100000000013338W009..2025052201.002.0", "characters 38-38: issuer"),
        ("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025-52201.002.0", "character 61: is '-'"),
        (
            "1.2.156.3005.2.11100000000013338X009.11330105002500287C.2025052201.002.0",
            "character 33: check character is X, must be W (GB 32100)",
        ),
        (
            "1.2.156.3005.2.11100000000013338W09.11330105002500287C.2025052201.002.0",
            "licence type must be 21",
        ),
    ] {
        let error = sentence(LicenceIdentifier::parse(text));
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn new_identifiers_are_checked_too() {
    let kind = "11100000000013338W011";
    let id = LicenceIdentifier::from_parts(kind, "11430000006122244L", "20230000403", 1).unwrap();
    assert_eq!(id.check_character(), "U");
    assert!(LicenceIdentifier::from_parts(kind, "11430000006122244L", "2023.403", 1).is_err());
    assert!(LicenceIdentifier::from_parts(kind, "11430000006122244L", "", 1).is_err());
    assert!(LicenceIdentifier::from_parts(kind, "11430000006122244L", "1", 1000).is_err());
    assert!(LicenceIdentifier::from_parts(&kind[1..], "11430000006122244L", "1", 1).is_err());
}
