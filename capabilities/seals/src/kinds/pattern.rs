//! How a number is put together: literal text and named parts in braces, such as `{division}{kind}{serial:5}`.

use std::str::FromStr;

use serde::Deserialize;

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// Division, six digits (GB/T 2260).
    Division,
    /// Code of the kind of seal.
    Kind,
    /// Unified social credit code of the body.
    Uscc,
    /// Year, four digits.
    Year,
    /// Serial with so many digits.
    Serial(usize),
}

/// How a number is put together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Vec<Part>);

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A part that there is not.
    #[error("{{{0}}}: the parts are division, kind, uscc, year and serial:N with N from 3 to 9")]
    Unknown(String),
    /// A brace without the other.
    #[error("a brace stands alone")]
    Brace,
    /// Numbers would repeat.
    #[error("exactly one {{serial:N}} makes numbers differ")]
    Serial,
    /// What stands in identifiers is plain.
    #[error("other characters than letters, digits, dots, hyphens and strokes")]
    Characters,
}

/// What the named parts stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'a> {
    /// Division of the body; of a longer code the first six digits count.
    pub division: &'a str,
    /// Code of the kind of seal.
    pub kind: &'a str,
    /// Unified social credit code of the body.
    pub uscc: &'a str,
    /// Year.
    pub year: i16,
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (literal, after) = match rest.split_once('{') {
                Some((literal, after)) => (literal, Some(after)),
                None => (rest, None),
            };
            if literal.contains('}') {
                return Err(PatternError::Brace);
            }
            if !literal.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-/".contains(&byte)) {
                return Err(PatternError::Characters);
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            let Some(after) = after else { break };
            let (name, after) = after.split_once('}').ok_or(PatternError::Brace)?;
            parts.push(Part::read(name)?);
            rest = after;
        }
        let serials = parts.iter().filter(|part| matches!(part, Part::Serial(_))).count();
        if serials == 1 { Ok(Self(parts)) } else { Err(PatternError::Serial) }
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;
    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl Part {
    fn read(name: &str) -> Result<Self, PatternError> {
        let unknown = || PatternError::Unknown(name.to_owned());
        match name {
            "division" => Ok(Self::Division),
            "kind" => Ok(Self::Kind),
            "uscc" => Ok(Self::Uscc),
            "year" => Ok(Self::Year),
            _ => {
                let digits = name.strip_prefix("serial:").and_then(|digits| digits.parse().ok());
                let digits = digits.filter(|digits| (3..=9).contains(digits));
                digits.map(Self::Serial).ok_or_else(unknown)
            }
        }
    }
}

impl Pattern {
    /// The number with this serial; nothing when the serial has more digits than there is room for.
    pub fn fill(&self, named: Named<'_>, serial: i64) -> Option<String> {
        self.0.iter().map(|part| part.filled(named, serial)).collect()
    }

    /// What all numbers of one serial have in common: a serial counts within it.
    pub fn counter(&self, named: Named<'_>) -> String {
        let part = |part: &Part| match part {
            Part::Serial(_) => Some("*".to_owned()),
            Part::Literal(_) | Part::Division | Part::Kind | Part::Uscc | Part::Year => part.filled(named, 0),
        };
        self.0.iter().filter_map(part).collect()
    }
}

impl Part {
    fn filled(&self, named: Named<'_>, serial: i64) -> Option<String> {
        Some(match self {
            Self::Literal(text) => text.clone(),
            Self::Division => {
                let digits: String = named.division.chars().take(6).collect();
                format!("{digits:0<6}")
            }
            Self::Kind => named.kind.to_owned(),
            Self::Uscc => named.uscc.to_owned(),
            Self::Year => format!("{:04}", named.year),
            Self::Serial(digits) => {
                let digits = *digits;
                Some(format!("{serial:0digits$}")).filter(|shown| shown.len() <= digits)?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMED: Named<'_> =
        Named { division: "430102001", kind: "04", uscc: "11430102DEM000030T", year: 2026 };

    #[test]
    fn numbers_are_put_together_and_count_within_what_they_share() {
        let number: Pattern = "{division}{kind}{serial:5}".parse().unwrap();
        assert_eq!(number.fill(NAMED, 7).as_deref(), Some("4301020400007"));
        assert_eq!(number.fill(NAMED, 100_000), None);
        assert_eq!(number.counter(NAMED), "43010204*");
        let short = Named { division: "43", ..NAMED };
        assert_eq!(number.fill(short, 1).as_deref(), Some("4300000400001"));
        let id: Pattern = "ES-{uscc}.{year}.{serial:3}".parse().unwrap();
        assert_eq!(id.fill(NAMED, 12).as_deref(), Some("ES-11430102DEM000030T.2026.012"));
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        let check = |text: &str, expected: PatternError| {
            assert_eq!(text.parse::<Pattern>(), Err(expected), "{text}");
        };
        check("", PatternError::Serial);
        check("{kind}", PatternError::Serial);
        check("{serial:5}{serial:5}", PatternError::Serial);
        check("{serial:2}", PatternError::Unknown("serial:2".into()));
        check("{serial:99999999999999999999}", PatternError::Unknown("serial:99999999999999999999".into()));
        check("{serial:5", PatternError::Brace);
        check("serial}", PatternError::Brace);
        check("章{serial:5}", PatternError::Characters);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_every_number_is_ascii(text in "[{}a-z:0-9.]{0,20}", serial in 0_i64..100_000) {
            if let Ok(pattern) = text.parse::<Pattern>() {
                let filled = pattern.fill(NAMED, serial);
                prop_assert!(filled.is_none_or(|number| number.is_ascii()));
            }
        }
    }
}
