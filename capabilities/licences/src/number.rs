//! Serials and identifiers of documents (编号). Pure: the next serial is handed out by the database.

use codes::{CodeError, LicenceIdentifier, SocialCreditCode};

/// The type code (证照类型代码, GB/T 36904): the social credit code of the body that defined the type, and three digits.
pub fn type_code(defined_by: &SocialCreditCode, code: &str) -> String {
    format!("{defined_by}{code}")
}

/// The serial inside an identifier: the year and at least six digits, so that serials of one type sort by age.
pub fn identifier_serial(year: i16, serial: u32) -> String {
    format!("{year:04}{serial:06}")
}

/// The identifier of a document (电子证照标识): `code` are the three digits of the template, `version` is 1 for the first issue.
pub fn identifier(
    defined_by: &SocialCreditCode,
    code: &str,
    issuer: &SocialCreditCode,
    year: i16,
    serial: u32,
    version: u16,
) -> Result<LicenceIdentifier, CodeError> {
    let serial = identifier_serial(year, serial);
    LicenceIdentifier::from_parts(&type_code(defined_by, code), issuer.as_str(), &serial, version)
}

/// The serial inside a document number: no leading zeros (GB/T 9704-2012, 7.2.5: 不编虚位).
pub fn printed_serial(serial: u32) -> String {
    serial.to_string()
}

/// Under which counter a document takes its serial: per issuer, template and year, as the number names the year.
pub fn counter(issuer: &SocialCreditCode, template: &str, year: i16) -> String {
    format!("{issuer}/{template}/{year:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_names_type_issuer_serial_and_version() {
        let ministry = SocialCreditCode::parse("11100000000013338W").unwrap();
        let office = SocialCreditCode::parse("11330105002500287C").unwrap();
        let identifier = identifier(&ministry, "021", &office, 2026, 12, 1).unwrap();
        assert!(
            identifier
                .as_str()
                .starts_with("1.2.156.3005.2.11100000000013338W021.11330105002500287C.2026000012.001.")
        );
        assert_eq!(LicenceIdentifier::parse(identifier.as_str()), Ok(identifier));
        assert!(super::identifier(&ministry, "0A1", &office, 2026, 12, 1).is_err());
        assert!(super::identifier(&ministry, "021", &office, 2026, 12, 1000).is_err());
    }

    #[test]
    fn serials_have_no_leading_zeros_in_numbers_and_six_digits_in_identifiers() {
        assert_eq!(printed_serial(7), "7");
        assert_eq!(identifier_serial(2026, 7), "2026000007");
        assert_eq!(identifier_serial(2026, 1_234_567), "20261234567");
    }
}
