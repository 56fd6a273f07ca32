//! Administrative divisions (行政区划代码): GB/T 2260 to the county, GB/T 10114 to the town, and the village
//! digits of the statistical code. Only the build is checked: an abolished division stays readable.

use crate::CodeError;
use crate::text::{DIGITS, check_alphabet, clean};

const STANDARD: &str = "GB/T 2260";

/// How deep a division lies (行政层级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DivisionLevel {
    /// 省、自治区、直辖市.
    Province,
    /// 市、地区、自治州、盟.
    City,
    /// 县、县级市、区、旗.
    County,
    /// 乡、镇、街道.
    Town,
    /// 村、社区.
    Village,
}

impl DivisionLevel {
    /// The level of a code in its one form: six digits to the county, nine for a town, twelve for a village.
    pub(crate) fn of(code: &str) -> Self {
        match code.len() {
            12 => Self::Village,
            9 => Self::Town,
            _ if code.ends_with("0000") => Self::Province,
            _ if code.ends_with("00") => Self::City,
            _ => Self::County,
        }
    }

    /// The short Chinese name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Province => "省级",
            Self::City => "市级",
            Self::County => "县级",
            Self::Town => "乡级",
            Self::Village => "村级",
        }
    }

    /// The English word, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::Town => "town",
            Self::Village => "village",
        }
    }
}

/// The code of a division (行政区划代码) in one form per division: six digits to the county (`430000`, `430100`,
/// `430102`), nine for a town, twelve for a village.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(String);

text_code!(DivisionCode);
shown_code!(DivisionCode);

impl DivisionCode {
    /// Reads 2, 4, 6, 9 or 12 digits. Trailing zeros that only fill up are taken off or added: `43`,
    /// `430000` and `430000000000` are one division.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut text = clean(text, STANDARD)?;
        check_alphabet(&text, 0, &DIGITS, STANDARD)?;
        if ![2, 4, 6, 9, 12].contains(&text.len()) {
            let (found, expected) = (text.len(), "2, 4, 6, 9 or 12");
            return Err(CodeError::Length { found, expected, standard: STANDARD });
        }
        while text.len() < 6 {
            text.push('0');
        }
        for filled in [9, 6] {
            if text.len() > filled && text.ends_with("000") {
                text.truncate(filled);
            }
        }
        check_parts(&text)?;
        Ok(Self(text))
    }

    /// The level.
    pub fn level(&self) -> DivisionLevel {
        DivisionLevel::of(&self.0)
    }

    /// The digits without those that only fill up: `43`, `4301`, `430102`, and so on. Every division inside
    /// has a code that begins with them.
    pub fn prefix(&self) -> &str {
        match self.level() {
            DivisionLevel::Province => &self.0[..2],
            DivisionLevel::City => &self.0[..4],
            DivisionLevel::County | DivisionLevel::Town | DivisionLevel::Village => &self.0,
        }
    }

    /// The next division above. A town of a city without counties (441900003 in 东莞) lies in the city
    /// itself, and the parent of a municipality's district is the filling city level (110101 → 110100), as
    /// GB/T 2260 has it.
    pub fn parent(&self) -> Option<Self> {
        let parent = match self.level() {
            DivisionLevel::Province => return None,
            DivisionLevel::City => format!("{}0000", &self.0[..2]),
            DivisionLevel::County => format!("{}00", &self.0[..4]),
            DivisionLevel::Town => self.0[..6].to_owned(),
            DivisionLevel::Village => self.0[..9].to_owned(),
        };
        Some(Self(parent))
    }

    /// All divisions above, the nearest first.
    pub fn ancestors(&self) -> Vec<Self> {
        std::iter::successors(self.parent(), Self::parent).collect()
    }

    /// Whether this is `ancestor` or lies in it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        self.0.starts_with(ancestor.prefix())
    }
}

/// Nothing may stand below a level that is left out, but a town may lie in a city without counties.
fn check_parts(text: &str) -> Result<(), CodeError> {
    let wrong = |part, first, last, expected| {
        Err(CodeError::Part { part, first, last, expected, standard: STANDARD })
    };
    if text.starts_with('0') {
        return wrong("province", 1, 2, "10 to 99");
    }
    if &text[2..4] == "00" && (text.len() > 6 || &text[4..6] != "00") {
        return wrong("city", 3, 4, "other than 00 when a county or town follows");
    }
    if text.len() == 12 && &text[6..9] == "000" {
        return wrong("town", 7, 9, "other than 000 when a village follows");
    }
    Ok(())
}
