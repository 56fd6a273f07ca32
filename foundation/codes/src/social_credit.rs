//! The unified social credit code (统一社会信用代码), GB 32100-2015, with the organisation code of GB 11714 inside.

use crate::text::{Alphabet, DIGITS, check_alphabet, check_length, clean_capitals};
use crate::{CodeError, DivisionCode, tables};

const STANDARD: &str = "GB 32100";
const INNER_STANDARD: &str = "GB 11714";

/// The 31 characters in the order of their values. The letters stand in every position, X included.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LETTERS: Alphabet = Alphabet {
    name: "a digit or a letter other than I, O, S, V, Z",
    has: |c| u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte)),
};
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A unified social credit code (统一社会信用代码) of 18 characters: registrar, class, 6 division, 9 organisation
/// code with its own check, 1 check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocialCreditCode(String);

text_code!(SocialCreditCode);
shown_code!(SocialCreditCode);

impl SocialCreditCode {
    /// Reads and checks a code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = clean_capitals(text, STANDARD)?;
        check_length(&text, 18, "18", STANDARD)?;
        Self::check(&text, 0)?;
        Ok(Self(text))
    }

    /// A code from its parts, both checks computed: registrar and class (2), division (6), and the first 8
    /// characters of the organisation code (主体标识码). For fixtures and demonstrations; real ones are assigned.
    pub fn from_parts(
        registrar_and_class: &str,
        division: &str,
        organisation: &str,
    ) -> Result<Self, CodeError> {
        let head = clean_capitals(registrar_and_class, STANDARD)?;
        let division = clean_capitals(division, STANDARD)?;
        let organisation = clean_capitals(organisation, INNER_STANDARD)?;
        check_length(&head, 2, "2 for registrar and class", STANDARD)?;
        check_length(&division, 6, "6 for the division", STANDARD)?;
        check_length(&organisation, 8, "8 for the organisation code without its check", INNER_STANDARD)?;
        check_alphabet(&head, 0, &LETTERS, STANDARD)?;
        check_alphabet(&division, 2, &DIGITS, STANDARD)?;
        check_alphabet(&organisation, 8, &LETTERS, STANDARD)?;
        let mut code = format!("{head}{division}{organisation}");
        code.push(inner_check(&code[8..16]));
        code.push(outer_check(&code));
        Ok(Self(code))
    }

    /// Takes what the caller has checked already.
    pub(crate) fn trusted(checked: &str) -> Self {
        Self(checked.to_owned())
    }

    /// Checks 18 ASCII characters before which `at` others stand in the whole code.
    pub(crate) fn check(text: &str, at: usize) -> Result<(), CodeError> {
        check_alphabet(&text[..2], at, &LETTERS, STANDARD)?;
        check_alphabet(&text[2..8], at + 2, &DIGITS, STANDARD)?;
        check_alphabet(&text[8..], at + 8, &LETTERS, STANDARD)?;
        let inner = ("organisation code check", 16, inner_check(&text[8..16]), INNER_STANDARD);
        let outer = ("check character", 17, outer_check(text), STANDARD);
        for (part, place, expected, standard) in [inner, outer] {
            let found = char::from(text.as_bytes()[place]);
            if found != expected {
                return Err(CodeError::Check { part, position: at + place + 1, found, expected, standard });
            }
        }
        Ok(())
    }

    /// The kind of body that registered it (登记管理部门代码).
    pub fn registrar(&self) -> &str {
        &self.0[..1]
    }

    /// The kind of organisation under that registrar (机构类别代码).
    pub fn class(&self) -> &str {
        &self.0[1..2]
    }

    /// The registrar's Chinese name, if known.
    pub fn registrar_name(&self) -> Option<&'static str> {
        tables::name_of("uscc_registrar", self.registrar())
    }

    /// The class's Chinese name, if known: the table covers the registrars 机构编制 and 民政.
    pub fn class_name(&self) -> Option<&'static str> {
        let table = match self.registrar() {
            "1" => "uscc_org_class_1",
            "5" => "uscc_org_class_5",
            _ => return None,
        };
        tables::name_of(table, self.class())
    }

    /// The registering body's division on the day of registration (登记管理机关行政区划); 100000 is the central level.
    /// `None` where the digits are not of the shape of GB/T 2260.
    pub fn division(&self) -> Option<DivisionCode> {
        DivisionCode::parse(&self.0[2..8]).ok()
    }

    /// The nine characters of the organisation code (组织机构代码, GB 11714), its check last.
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }
}

/// GB 32100 4.2: weights 3^i mod 31 over the first 17 characters.
fn outer_check(text: &str) -> char {
    let value =
        |byte: u8| ALPHABET.iter().zip(0u32..).find(|(a, _)| **a == byte).map_or(0, |(_, value)| value);
    let weighted = text
        .bytes()
        .take(17)
        .fold((0, 1), |(sum, weight), byte| (sum + value(byte) * weight, weight * 3 % 31));
    char::from(ALPHABET[((31 - weighted.0 % 31) % 31) as usize])
}

/// GB 11714: letters count A = 10 … Z = 35, other than in the alphabet around it; 10 is written X.
fn inner_check(body: &str) -> char {
    let sum: u32 =
        body.chars().zip(INNER_WEIGHTS).map(|(c, weight)| c.to_digit(36).unwrap_or(0) * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('X'),
    }
}
