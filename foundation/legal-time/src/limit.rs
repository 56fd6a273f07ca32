//! A limit (时限): a number, a unit and the clause it comes from.

use std::fmt;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(test)]
mod tests;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Working days (工作日): what 日 means in the Administrative Licensing Law (行政许可法 §82).
    WorkingDays,
    /// Calendar days (日, 自然日).
    CalendarDays,
    /// Calendar months (个月).
    Months,
}

impl Unit {
    /// The word used in packages, tables and URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkingDays => "working-days",
            Self::CalendarDays => "calendar-days",
            Self::Months => "months",
        }
    }
}

/// How long something may take, counted in what, and on which legal basis (法定依据).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limit {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
    /// The clause it comes from, such as `行政许可法 §42`.
    pub basis: Option<String>,
}

/// Why a limit is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// A limit of nothing.
    #[error("limit: the number must be at least 1")]
    Zero,
    /// Beyond ten years of days, surely a slip.
    #[error("limit: the number must be at most {}", Limit::MAX_AMOUNT)]
    TooLong,
    /// Not a number followed by a unit.
    #[error(
        "limit: {0:?} is not a number and a unit; write \"20 working days\", \"60 calendar days\", \
         \"3 months\", \"20 个工作日\", \"60 日\" or \"3 个月\""
    )]
    Form(String),
    /// Plain "days": the law means now the one, now the other, so the writer must say which.
    #[error("limit: \"days\" may mean two things; write \"working days\" or \"calendar days\"")]
    AmbiguousDays,
}

impl Limit {
    /// The largest number accepted: ten years of days.
    pub const MAX_AMOUNT: u32 = 3660;

    /// A limit without a basis yet.
    pub fn new(amount: u32, unit: Unit) -> Result<Self, LimitError> {
        let limit = Self { amount, unit, basis: None };
        limit.check()?;
        Ok(limit)
    }

    /// Names the clause the limit comes from.
    #[must_use]
    pub fn within(mut self, basis: impl Into<String>) -> Self {
        self.basis = Some(basis.into());
        self
    }

    /// Refuses nothing and more than ten years; for limits that were put together by hand.
    pub fn check(&self) -> Result<(), LimitError> {
        match self.amount {
            0 => Err(LimitError::Zero),
            1..=Self::MAX_AMOUNT => Ok(()),
            _ => Err(LimitError::TooLong),
        }
    }

    /// `20个工作日`, `60日`, `3个月`.
    pub fn display_zh(&self) -> String {
        let unit = match self.unit {
            Unit::WorkingDays => "个工作日",
            Unit::CalendarDays => "日",
            Unit::Months => "个月",
        };
        format!("{}{unit}", self.amount)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::WorkingDays => "working day",
            Unit::CalendarDays => "calendar day",
            Unit::Months => "month",
        };
        write!(f, "{} {unit}{}", self.amount, if self.amount == 1 { "" } else { "s" })
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let form = || LimitError::Form(text.to_owned());
        let text_trimmed = text.trim();
        let digits = text_trimmed.len() - text_trimmed.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = text_trimmed.split_at(digits);
        let words = rest.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let unit = match words.as_str() {
            "working days" | "working day" | "working-days" | "工作日" | "个工作日" => {
                Unit::WorkingDays
            }
            "calendar days" | "calendar day" | "calendar-days" | "日" | "天" | "自然日" | "个自然日" => {
                Unit::CalendarDays
            }
            "months" | "month" | "月" | "个月" => Unit::Months,
            "days" | "day" => return Err(LimitError::AmbiguousDays),
            _ => return Err(form()),
        };
        if number.is_empty() {
            return Err(form());
        }
        // Nothing but digits is left, so the only possible fault is that the number is too big for its type.
        let amount = number.parse().map_err(|_too_big: std::num::ParseIntError| LimitError::TooLong)?;
        Self::new(amount, unit)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    amount: u32,
    unit: Unit,
    #[serde(default)]
    basis: Option<String>,
}

struct LimitVisitor;

impl<'de> Visitor<'de> for LimitVisitor {
    type Value = Limit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a limit such as \"20 working days\", or a map of amount, unit and basis")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Limit, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Limit, A::Error> {
        let Parts { amount, unit, basis } = Parts::deserialize(MapAccessDeserializer::new(map))?;
        let limit = Limit { amount, unit, basis };
        limit.check().map_err(serde::de::Error::custom)?;
        Ok(limit)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitVisitor)
    }
}

impl Serialize for Limit {
    /// The short form when there is no basis, the map when there is one.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let Some(basis) = &self.basis else { return serializer.collect_str(self) };
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("amount", &self.amount)?;
        map.serialize_entry("unit", &self.unit)?;
        map.serialize_entry("basis", basis)?;
        map.end()
    }
}
