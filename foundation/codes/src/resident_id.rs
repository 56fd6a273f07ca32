//! The citizen identity number (公民身份号码), GB 11643-1999.

use std::fmt;

use crate::text::{CAPITALS, DIGITS, check_alphabet, check_length, clean_capitals};
use crate::{CivilDate, CodeError, DivisionCode};

const STANDARD: &str = "GB 11643";
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// A citizen identity number (公民身份号码) of 18 characters: 6 division, 8 birth date, 3 sequence, 1 check.
///
/// The number is personal. `Debug` prints it masked and there is no `Display`, so that a place where the
/// whole number leaves is one that says `as_str`, and a reviewer can search for it. Serialising gives the
/// whole number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId(String, CivilDate);

text_code!(ResidentId);

impl ResidentId {
    /// Reads a number of 18 characters, or one of the 15 that were issued until 1999, which becomes the 18
    /// that replaced it. The first six digits are those of the day of issue and are never looked up.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = clean_capitals(text, STANDARD)?;
        if text.len() == 15 {
            check_alphabet(&text, 0, &DIGITS, STANDARD)?;
            let body = format!("{}19{}", &text[..6], &text[6..]);
            let birth = birth_in(&body, (7, 12))?;
            return Ok(Self::with_check(body, birth));
        }
        check_length(&text, 18, "18 (or 15, as issued until 1999)", STANDARD)?;
        check_alphabet(&text[..17], 0, &DIGITS, STANDARD)?;
        check_alphabet(&text[17..], 17, &CAPITALS, STANDARD)?;
        let birth = birth_in(&text, (7, 14))?;
        let expected = check_digit(&text);
        match text.chars().next_back() {
            Some(found) if found != expected => Err(CodeError::Check {
                part: "check digit",
                position: 18,
                found,
                expected,
                standard: STANDARD,
            }),
            Some(_) | None => Ok(Self(text, birth)),
        }
    }

    /// A number from its parts, check digit computed: for fixtures and demonstrations. `sequence` is 0 to
    /// 999, odd for a man.
    pub fn from_parts(division: &str, birth: CivilDate, sequence: u16) -> Result<Self, CodeError> {
        let division = clean_capitals(division, STANDARD)?;
        check_length(&division, 6, "6 for the division", STANDARD)?;
        check_alphabet(&division, 0, &DIGITS, STANDARD)?;
        if sequence > 999 {
            let (part, expected) = ("sequence", "0 to 999");
            return Err(CodeError::Part { part, first: 15, last: 17, expected, standard: STANDARD });
        }
        Ok(Self::with_check(format!("{division}{}{sequence:03}", birth.to_digits()), birth))
    }

    fn with_check(mut body: String, birth: CivilDate) -> Self {
        body.push(check_digit(&body));
        Self(body, birth)
    }

    /// Where the number was issued (发证地区划), perhaps a division that is abolished today. `None` where the
    /// digits name no division: the 2023 permanent residence card of a foreigner has a number of the same
    /// build whose first digit is 9, followed by office and nationality.
    pub fn division_at_issue(&self) -> Option<DivisionCode> {
        if self.is_foreign_permanent_resident() { None } else { DivisionCode::parse(&self.0[..6]).ok() }
    }

    /// Whether this is the number of a foreigner's permanent residence card (外国人永久居留身份证, 2023 version).
    pub fn is_foreign_permanent_resident(&self) -> bool {
        self.0.starts_with('9')
    }

    /// The date of birth (出生日期).
    pub const fn birth_date(&self) -> CivilDate {
        self.1
    }

    /// Whether the sequence is odd, given to men (顺序码奇数为男性).
    pub fn is_male(&self) -> bool {
        self.0.as_bytes()[16] % 2 == 1
    }

    /// The form that may be shown (脱敏): `430102********1234`.
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.0[..6], &self.0[14..])
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResidentId({})", self.masked())
    }
}

/// Reads places 7 to 14 of `body`; `first` and `last` are where the reader of the error sees the date.
fn birth_in(body: &str, (first, last): (usize, usize)) -> Result<CivilDate, CodeError> {
    let (part, expected) = ("birth date", "a real day, as year, month, day");
    CivilDate::from_digits(&body[6..14]).ok_or(CodeError::Part {
        part,
        first,
        last,
        expected,
        standard: STANDARD,
    })
}

/// ISO 7064 MOD 11-2, as GB 11643 annex A tabulates it, over the first 17 digits.
fn check_digit(body: &str) -> char {
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize]
}
