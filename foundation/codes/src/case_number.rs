//! The number of a case (办件编号): ours has parts, another platform's is opaque.

use crate::text::{Alphabet, check_alphabet, clean};
use crate::{CivilDate, CodeError, ImplementationCode};

const STANDARD: &str = "办件编号";
const LETTERS: Alphabet =
    Alphabet { name: "a digit, a letter or a hyphen", has: |c| c.is_ascii_alphanumeric() || c == '-' };

/// The number of a case (办件编号), 1 to 64 letters, digits and hyphens.
///
/// Ours is implementation code (31), day (8) and serial (4), 43 characters. Other provinces number in their
/// own ways, so a number from outside is kept as it is, its letters' case included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseNumber(String);

text_code!(CaseNumber);
shown_code!(CaseNumber);

/// What our own form of a case number says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNumberParts {
    /// The item as carried out by one body (实施编码).
    pub implementation: ImplementationCode,
    /// The day on which the number was given.
    pub date: CivilDate,
    /// The serial of that day.
    pub serial: u32,
}

impl CaseNumber {
    /// Reads any platform's number.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = clean(text, STANDARD)?;
        if text.len() > 64 {
            return Err(CodeError::Length { found: text.len(), expected: "at most 64", standard: STANDARD });
        }
        check_alphabet(&text, 0, &LETTERS, STANDARD)?;
        Ok(Self(text))
    }

    /// Our number. A day with more than 9999 cases of one item goes on with five digits and more, without a
    /// leading zero, so that no two serials spell the same number.
    pub fn new(implementation: &ImplementationCode, date: CivilDate, serial: u32) -> Self {
        Self(format!("{implementation}{}{serial:04}", date.to_digits()))
    }

    /// The parts, if the number has our form with every check right.
    pub fn parts(&self) -> Option<CaseNumberParts> {
        let (implementation, rest) = self.0.split_at_checked(31)?;
        let (date, serial) = rest.split_at_checked(8)?;
        ImplementationCode::check(implementation).ok()?;
        let date = CivilDate::from_digits(date)?;
        let spelt = serial.len() == 4 || (serial.len() > 4 && !serial.starts_with('0'));
        if !spelt || !serial.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let serial = serial.parse().ok()?;
        Some(CaseNumberParts { implementation: ImplementationCode::trusted(implementation), date, serial })
    }
}
