//! The identifier of an electronic licence (电子证照标识), GB/T 36904-2018.

use crate::text::{CAPITALS, DIGITS, check_alphabet, clean_capitals, number};
use crate::{CodeError, SocialCreditCode};

const STANDARD: &str = "GB/T 36904";
/// The object identifier under which all licences are numbered, and the dot after it.
const ROOT: &str = "1.2.156.3005.2.";
const TYPE_LENGTH: usize = 21;
/// The standard leaves issuer and serial open; a column in a database cannot. The longest serial seen has 32.
const LONGEST: usize = 64;

/// The identifier of an electronic licence (电子证照标识):
/// `1.2.156.3005.2.` type (21) `.` issuer `.` serial `.` version (3) `.` check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceIdentifier(String);

text_code!(LicenceIdentifier);
shown_code!(LicenceIdentifier);

impl LicenceIdentifier {
    /// Reads and checks an identifier, root included.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = clean_capitals(text, STANDARD)?;
        let end = text.len();
        let Some(rest) = text.strip_prefix(ROOT) else {
            return wrong("root", (1, ROOT.len()), "1.2.156.3005.2 and a dot");
        };
        let fields: Vec<&str> = rest.split('.').collect();
        let &[kind, issuer, serial, version, check] = fields.as_slice() else {
            let expected = "type, issuer, serial, version, check between dots";
            return wrong("all after the root", (ROOT.len() + 1, end), expected);
        };
        check_fields([kind, issuer, serial, version])?;
        if check.len() != 1 {
            return wrong("check character", place(end - check.len(), check), "one character");
        }
        check_alphabet(check, end - 1, &CAPITALS, STANDARD)?;
        let expected = check_character([kind, issuer, serial, version]);
        match check.chars().find(|found| *found != expected) {
            None => Ok(Self(text)),
            Some(found) => {
                let (part, position) = ("check character", end);
                Err(CodeError::Check { part, position, found, expected, standard: STANDARD })
            }
        }
    }

    /// The identifier of a new licence, check computed: type code (证照类型代码), issuer (颁证机构代码), serial
    /// (流水号), version (版本号, at most 999).
    pub fn from_parts(type_code: &str, issuer: &str, serial: &str, version: u16) -> Result<Self, CodeError> {
        let [kind, issuer, serial] = [
            clean_capitals(type_code, STANDARD)?,
            clean_capitals(issuer, STANDARD)?,
            clean_capitals(serial, STANDARD)?,
        ];
        let version = format!("{version:03}");
        let fields = [kind.as_str(), &issuer, &serial, &version];
        check_fields(fields)?;
        let check = check_character(fields);
        Ok(Self(format!("{ROOT}{kind}.{issuer}.{serial}.{version}.{check}")))
    }

    /// The n-th part after the root; all five are there once the identifier has been read.
    fn field(&self, n: usize) -> &str {
        self.0[ROOT.len()..].split('.').nth(n).unwrap_or_default()
    }

    /// The licence type (证照类型代码): the defining body's social credit code and three digits.
    pub fn type_code(&self) -> &str {
        self.field(0)
    }

    /// The body that defined the licence type.
    pub fn type_owner(&self) -> SocialCreditCode {
        SocialCreditCode::trusted(&self.type_code()[..18])
    }

    /// The issuer's code (颁证机构代码): a social credit code, but divisions occur in real licences.
    pub fn issuer(&self) -> &str {
        self.field(1)
    }

    /// The issuer, if its code is a social credit code.
    pub fn issuer_uscc(&self) -> Option<SocialCreditCode> {
        SocialCreditCode::parse(self.issuer()).ok()
    }

    /// The serial (流水号).
    pub fn serial(&self) -> &str {
        self.field(2)
    }

    /// The version (版本号), raised by one with each reissue.
    pub fn version(&self) -> u32 {
        number(self.field(3))
    }

    /// The check character (校验位).
    pub fn check_character(&self) -> &str {
        self.field(4)
    }
}

/// A part of the wrong build; `place` counts from 1 in the whole identifier.
fn wrong<T>(part: &'static str, place: (usize, usize), expected: &'static str) -> Result<T, CodeError> {
    Err(CodeError::Part { part, first: place.0, last: place.1, expected, standard: STANDARD })
}

/// Where a part stands that begins after `at` characters; an empty part is where it should begin.
fn place(at: usize, text: &str) -> (usize, usize) {
    (at + 1, at + text.len().max(1))
}

/// Checks type, issuer, serial and version.
fn check_fields([kind, issuer, serial, version]: [&str; 4]) -> Result<(), CodeError> {
    let mut at = ROOT.len();
    if kind.len() != TYPE_LENGTH {
        let expected = "21 characters: social credit code and three digits";
        return wrong("licence type", place(at, kind), expected);
    }
    SocialCreditCode::check(&kind[..18], at)?;
    check_alphabet(&kind[18..], at + 18, &DIGITS, STANDARD)?;
    at += kind.len() + 1;
    for (part, text) in [("issuer", issuer), ("serial", serial)] {
        if text.is_empty() || text.len() > LONGEST {
            return wrong(part, place(at, text), "1 to 64 characters");
        }
        check_alphabet(text, at, &CAPITALS, STANDARD)?;
        at += text.len() + 1;
    }
    if version.len() != 3 {
        return wrong("version", place(at, version), "three digits");
    }
    check_alphabet(version, at, &DIGITS, STANDARD)
}

/// ISO 7064 MOD 37,36 (GB/T 17710-2008) over the parts without root and dots.
fn check_character(fields: [&str; 4]) -> char {
    let product = fields.iter().flat_map(|field| field.chars()).fold(36, |product, c| {
        let sum = (product + c.to_digit(36).unwrap_or(0)) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    char::from_digit((37 - product) % 36, 36).map_or('0', |c| c.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mod_37_36_example_of_the_standard() {
        assert_eq!(check_character(["A12425GABC1234002", "", "", ""]), 'M');
        // How the text is cut does not matter, only its order.
        assert_eq!(check_character(["A124", "25GABC", "1234", "002"]), 'M');
    }
}
