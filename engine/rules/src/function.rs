//! The functions of the language: names, arguments, meaning. docs/rules.md lists them for authors.

use std::cmp::Ordering;

use jiff::civil::Date;

use crate::fault::Mistake;
use crate::node::Arithmetic;
use crate::value::Val;

/// A function of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Date,
    YearsBetween,
    MonthsBetween,
    DaysBetween,
    Size,
    StartsWith,
    EndsWith,
    Contains,
    Min,
    Max,
    Sum,
    Round,
    Floor,
    Ceil,
    Abs,
}

/// What asks each member of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Macro {
    Exists,
    All,
    ExistsOne,
    Filter,
    Map,
}

impl Function {
    const EVERY: [Self; 15] = [
        Self::Date,
        Self::YearsBetween,
        Self::MonthsBetween,
        Self::DaysBetween,
        Self::Size,
        Self::StartsWith,
        Self::EndsWith,
        Self::Contains,
        Self::Min,
        Self::Max,
        Self::Sum,
        Self::Round,
        Self::Floor,
        Self::Ceil,
        Self::Abs,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::YearsBetween => "years_between",
            Self::MonthsBetween => "months_between",
            Self::DaysBetween => "days_between",
            Self::Size => "size",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Contains => "contains",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Round => "round",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Abs => "abs",
        }
    }

    /// Whether it is written after its first argument: `form.name.startsWith("…")`.
    pub(crate) const fn is_member(self) -> bool {
        matches!(self, Self::StartsWith | Self::EndsWith | Self::Contains)
    }

    /// The function of a call. CEL allows `size` in both ways of writing.
    pub(crate) fn find(name: &str, as_member: bool) -> Option<Self> {
        Self::EVERY
            .into_iter()
            .find(|function| function.name() == name)
            .filter(|function| function.is_member() == as_member || *function == Self::Size)
    }

    /// Least and greatest number of arguments (the target is one), and how to say it.
    pub(crate) const fn arguments(self) -> (usize, usize, &'static str) {
        match self {
            Self::Date | Self::Round | Self::Floor | Self::Ceil | Self::Abs => (1, 1, "one value"),
            Self::Size => (1, 1, "one text or list"),
            Self::Sum => (1, 1, "one list"),
            Self::YearsBetween | Self::MonthsBetween | Self::DaysBetween => (2, 2, "two dates"),
            Self::StartsWith | Self::EndsWith | Self::Contains => {
                (2, 2, "a text before the dot and one in brackets")
            }
            Self::Min | Self::Max => (1, 16, "one list or 2 to 16 values"),
        }
    }
}

impl Macro {
    const EVERY: [Self; 5] = [Self::Exists, Self::All, Self::ExistsOne, Self::Filter, Self::Map];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::All => "all",
            Self::ExistsOne => "exists_one",
            Self::Filter => "filter",
            Self::Map => "map",
        }
    }

    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|each| each.name() == name)
    }
}

impl Function {
    /// Whether a single list stands for its members.
    pub(crate) const fn takes_members(self) -> bool {
        matches!(self, Self::Min | Self::Max | Self::Sum)
    }

    /// The result for values that are at hand. The numbers of values were checked when the text was read.
    pub(crate) fn apply<'a>(self, values: &[Val<'a>]) -> Result<Val<'a>, Mistake> {
        match (self, values) {
            (Self::Date, [value]) => value.as_date().map(Val::Date),
            (Self::YearsBetween, [from, to]) => Ok(Val::Int(months(from, to)? / 12)),
            (Self::MonthsBetween, [from, to]) => Ok(Val::Int(months(from, to)?)),
            (Self::DaysBetween, [from, to]) => {
                let (from, to) = (from.as_date()?, to.as_date()?);
                from.until(to)
                    .map(|span| Val::Int(i64::from(span.get_days())))
                    .map_err(|_too_far| Mistake::Overflow)
            }
            (Self::Size, [Val::Text(text)]) => whole_count(text.chars().count()),
            (Self::Size, [Val::List(list)]) => whole_count(list.len()),
            (Self::Size, [other]) => Err(Mistake::Kind { wanted: "a text or a list", found: other.kind() }),
            (Self::Min, values) => extreme(values, Ordering::Less),
            (Self::Max, values) => extreme(values, Ordering::Greater),
            (Self::Sum, values) => {
                values.iter().try_fold(Val::Int(0), |sum, value| sum.calculate(Arithmetic::Add, value))
            }
            (Self::Round, [value]) => rounded(value, f64::round),
            (Self::Floor, [value]) => rounded(value, f64::floor),
            (Self::Ceil, [value]) => rounded(value, f64::ceil),
            (Self::Abs, [Val::Int(number)]) => number.checked_abs().map(Val::Int).ok_or(Mistake::Overflow),
            (Self::Abs, [Val::Number(number)]) => Ok(Val::Number(number.abs())),
            (
                Self::Date
                | Self::YearsBetween
                | Self::MonthsBetween
                | Self::DaysBetween
                | Self::Size
                | Self::StartsWith
                | Self::EndsWith
                | Self::Contains
                | Self::Round
                | Self::Floor
                | Self::Ceil
                | Self::Abs,
                values,
            ) => match values.first() {
                Some(value) => Err(Mistake::Kind { wanted: "a number", found: value.kind() }),
                None => Err(Mistake::EmptyList),
            },
        }
    }
}

/// Full months from one day to another, negative when the second comes first. A month is full on the day with the same
/// number; where the month has no such day, on the first of the next, since its last day must be over (民法典 §202).
fn months(from: &Val<'_>, to: &Val<'_>) -> Result<i64, Mistake> {
    let (from, to) = (from.as_date()?, to.as_date()?);
    let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
    let month = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    Ok(sign * (month(last) - month(first) - i64::from(last.day() < first.day())))
}

fn whole_count<'a>(count: usize) -> Result<Val<'a>, Mistake> {
    i64::try_from(count).map(Val::Int).map_err(|_too_far| Mistake::Overflow)
}

pub(crate) fn extreme<'a>(values: &[Val<'a>], wanted: Ordering) -> Result<Val<'a>, Mistake> {
    let (first, rest) = values.split_first().ok_or(Mistake::EmptyList)?;
    rest.iter()
        .try_fold(first, |best, value| Ok(if value.order(best)? == wanted { value } else { best }))
        .cloned()
}

/// To a whole number. Halves go away from zero (四舍五入).
pub(crate) fn rounded<'a>(value: &Val<'_>, how: fn(f64) -> f64) -> Result<Val<'a>, Mistake> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2^63
    match value {
        Val::Int(number) => Ok(Val::Int(*number)),
        Val::Number(number) => {
            let whole = how(*number);
            if !(-LIMIT..LIMIT).contains(&whole) {
                return Err(Mistake::Overflow);
            }
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
            Ok(Val::Int(whole as i64))
        }
        Val::Bool(_) | Val::Text(_) | Val::Date(_) | Val::List(_) | Val::Object(_) => {
            Err(Mistake::Kind { wanted: "a number", found: value.kind() })
        }
    }
}
