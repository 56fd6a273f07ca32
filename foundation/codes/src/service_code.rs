//! What grows out of a catalogue code: the implementation code (实施编码) and the handling-item code (业务办理项编码).

use crate::tables::UseLevel;
use crate::text::{DIGITS, check_alphabet, check_length, clean_capitals, number};
use crate::{CodeError, ItemCode, SocialCreditCode};

const STANDARD: &str = "GB/T 39554.1";

/// One body's edition of an item (实施编码), 31 characters: 18 social credit code of the body, 1 use level, 12
/// catalogue code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImplementationCode(String);

text_code!(ImplementationCode);
shown_code!(ImplementationCode);

impl ImplementationCode {
    /// Reads and checks a code, its parts included.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = clean_capitals(text, STANDARD)?;
        check_length(&text, 31, "31", STANDARD)?;
        Self::check(&text)?;
        Ok(Self(text))
    }

    /// The code of an item as this body carries it out at this level.
    pub fn new(body: &SocialCreditCode, level: UseLevel, item: &ItemCode) -> Self {
        Self(format!("{body}{}{item}", level.code()))
    }

    pub(crate) fn trusted(checked: &str) -> Self {
        Self(checked.to_owned())
    }

    /// Checks the first 31 ASCII characters.
    pub(crate) fn check(text: &str) -> Result<(), CodeError> {
        SocialCreditCode::check(&text[..18], 0)?;
        check_alphabet(&text[18..19], 18, &DIGITS, STANDARD)?;
        if UseLevel::from_code(&text[18..19]).is_none() {
            let (part, expected) = ("use level", "1 to 6");
            return Err(CodeError::Part { part, first: 19, last: 19, expected, standard: STANDARD });
        }
        ItemCode::check(&text[19..31], 19)
    }

    /// The body that carries the item out (实施主体).
    pub fn body(&self) -> SocialCreditCode {
        SocialCreditCode::trusted(&self.0[..18])
    }

    /// The level at which the power is used (行使层级).
    pub fn level(&self) -> UseLevel {
        // The check above lets only these six through.
        UseLevel::from_code(&self.0[18..19]).unwrap_or(UseLevel::National)
    }

    /// The item (基本编码).
    pub fn item(&self) -> ItemCode {
        ItemCode::trusted(&self.0[19..])
    }
}

/// One way of dealing with an item (业务办理项编码), 33 characters: implementation code and 2 digits from 01.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandlingItemCode(String);

text_code!(HandlingItemCode);
shown_code!(HandlingItemCode);

impl HandlingItemCode {
    /// Reads and checks a code, its parts included.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = clean_capitals(text, STANDARD)?;
        check_length(&text, 33, "33", STANDARD)?;
        ImplementationCode::check(&text)?;
        check_alphabet(&text[31..], 31, &DIGITS, STANDARD)?;
        check_ordinal(number(&text[31..]))?;
        Ok(Self(text))
    }

    /// The handling item with this number, 1 to 99, of an implementation.
    pub fn new(implementation: &ImplementationCode, ordinal: u8) -> Result<Self, CodeError> {
        check_ordinal(u32::from(ordinal))?;
        Ok(Self(format!("{implementation}{ordinal:02}")))
    }

    /// The implementation that it belongs to.
    pub fn implementation(&self) -> ImplementationCode {
        ImplementationCode::trusted(&self.0[..31])
    }

    /// The two digits that tell it from its neighbours.
    pub fn ordinal(&self) -> &str {
        &self.0[31..]
    }
}

fn check_ordinal(ordinal: u32) -> Result<(), CodeError> {
    if (1..=99).contains(&ordinal) {
        return Ok(());
    }
    let (part, expected) = ("handling item", "01 to 99");
    Err(CodeError::Part { part, first: 32, last: 33, expected, standard: STANDARD })
}
