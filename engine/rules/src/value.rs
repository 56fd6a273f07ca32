//! Values while a rule is asked: JSON's, with whole numbers kept apart and days added.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::facts::Fact;
use crate::fault::{Kind, Mistake};
use crate::node::{Arithmetic, Literal};

/// A value: borrowed from the facts where it can be.
#[derive(Debug, Clone)]
pub(crate) enum Val<'a> {
    Bool(bool),
    Int(i64),
    Number(f64),
    Text(Cow<'a, str>),
    Date(Date),
    List(List<'a>),
    Object(&'a Map<String, Value>),
}

/// A list of the facts, or one that the rule made.
#[derive(Debug, Clone)]
pub(crate) enum List<'a> {
    Facts(&'a [Value]),
    Made(Rc<[Val<'a>]>),
}

impl<'a> List<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Facts(values) => values.len(),
            Self::Made(values) => values.len(),
        }
    }

    /// The member at a place; `null` in a list is no value.
    pub(crate) fn get(&self, index: usize) -> Option<Val<'a>> {
        match self {
            Self::Facts(values) => values.get(index).and_then(Val::of),
            Self::Made(values) => values.get(index).cloned(),
        }
    }
}

impl<'a> Val<'a> {
    /// A JSON value; `null` is none.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(yes) => Self::Bool(*yes),
            // A number beyond i64 is kept as a fraction; JSON has no other.
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Number(number.as_f64()?),
            },
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(values) => Self::List(List::Facts(values)),
            Value::Object(map) => Self::Object(map),
        })
    }

    pub(crate) fn of_fact(fact: Fact<'a>) -> Option<Self> {
        match fact {
            Fact::Map(map) => Some(Self::Object(map)),
            Fact::Value(value) => Self::of(value),
        }
    }

    pub(crate) fn of_literal(literal: &'a Literal) -> Self {
        match literal {
            Literal::Bool(yes) => Self::Bool(*yes),
            Literal::Int(number) => Self::Int(*number),
            Literal::Number(number) => Self::Number(*number),
            Literal::Text(text) => Self::Text(Cow::Borrowed(text)),
            Literal::Date(date) => Self::Date(*date),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Boolean,
            Self::Int(_) => Kind::Integer,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Date(_) => Kind::Date,
            Self::List(_) => Kind::List,
            Self::Object(_) => Kind::Object,
        }
    }

    /// As JSON; a day is a text again.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Bool(yes) => Value::Bool(*yes),
            Self::Int(number) => Value::from(*number),
            Self::Number(number) => Value::from(*number),
            Self::Text(text) => Value::String(text.clone().into_owned()),
            Self::Date(date) => Value::String(date.to_string()),
            Self::List(List::Facts(values)) => Value::Array(values.to_vec()),
            Self::List(List::Made(values)) => values.iter().map(Self::to_json).collect(),
            Self::Object(map) => Value::Object((*map).clone()),
        }
    }

    /// As a day: a date, or a text that is one.
    pub(crate) fn as_date(&self) -> Result<Date, Mistake> {
        match self {
            Self::Date(date) => Ok(*date),
            Self::Text(text) => read_date(text).ok_or(Mistake::NotADate),
            Self::Bool(_) | Self::Int(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => {
                Err(Mistake::Kind { wanted: "a date", found: self.kind() })
            }
        }
    }

    /// The order of two values of one kind. A text beside a date is read as a date.
    pub(crate) fn order(&self, other: &Self) -> Result<Ordering, Mistake> {
        let pair = || Mistake::Pair { left: self.kind(), right: other.kind() };
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Ok(left.cmp(right)),
            (Self::Number(left), Self::Number(right)) => left.partial_cmp(right).ok_or_else(pair),
            (Self::Int(left), Self::Number(right)) => Ok(order_mixed(*left, *right)),
            (Self::Number(left), Self::Int(right)) => Ok(order_mixed(*right, *left).reverse()),
            (Self::Text(left), Self::Text(right)) => Ok(left.cmp(right)),
            (Self::Date(_), Self::Date(_) | Self::Text(_)) | (Self::Text(_), Self::Date(_)) => {
                Ok(self.as_date()?.cmp(&other.as_date()?))
            }
            (Self::Bool(left), Self::Bool(right)) => Ok(left.cmp(right)),
            (
                Self::Bool(_)
                | Self::Int(_)
                | Self::Number(_)
                | Self::Text(_)
                | Self::Date(_)
                | Self::List(_)
                | Self::Object(_),
                _,
            ) => Err(pair()),
        }
    }

    /// The result of an arithmetic operator. `/` is exact: 7 / 2 is 3.5, for JSON does not tell 7 from 7.0.
    pub(crate) fn calculate(&self, operator: Arithmetic, other: &Self) -> Result<Val<'static>, Mistake> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => calculate_whole(*left, operator, *right),
            (Self::Int(left), Self::Number(right)) => calculate_fraction(*left as f64, operator, *right),
            (Self::Number(left), Self::Int(right)) => calculate_fraction(*left, operator, *right as f64),
            (Self::Number(left), Self::Number(right)) => calculate_fraction(*left, operator, *right),
            (
                Self::Bool(_)
                | Self::Int(_)
                | Self::Number(_)
                | Self::Text(_)
                | Self::Date(_)
                | Self::List(_)
                | Self::Object(_),
                _,
            ) => Err(Mistake::Pair { left: self.kind(), right: other.kind() }),
        }
    }
}

/// Exactly `yyyy-mm-dd`: the form in which forms, findings and registers keep days.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// A whole number beside a fraction, without losing digits: above 2^53 `as f64` would round.
fn order_mixed(left: i64, right: f64) -> Ordering {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2^63
    if right >= LIMIT {
        return Ordering::Less;
    }
    if right < -LIMIT {
        return Ordering::Greater;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked; the fraction is compared next"
    )]
    let whole = right.trunc() as i64;
    left.cmp(&whole).then_with(|| {
        if right.fract() > 0.0 {
            Ordering::Less
        } else if right.fract() < 0.0 {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    })
}

fn calculate_whole(left: i64, operator: Arithmetic, right: i64) -> Result<Val<'static>, Mistake> {
    let whole = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide | Arithmetic::Remainder if right == 0 => return Err(Mistake::DivisionByZero),
        Arithmetic::Divide if left.checked_rem(right).is_some_and(|rest| rest != 0) => {
            return finite(left as f64 / right as f64);
        }
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    };
    whole.map(Val::Int).ok_or(Mistake::Overflow)
}

fn calculate_fraction(left: f64, operator: Arithmetic, right: f64) -> Result<Val<'static>, Mistake> {
    let divides = matches!(operator, Arithmetic::Divide | Arithmetic::Remainder);
    if divides && right == 0.0 {
        return Err(Mistake::DivisionByZero);
    }
    finite(match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Remainder => left % right,
    })
}

fn finite(number: f64) -> Result<Val<'static>, Mistake> {
    if number.is_finite() { Ok(Val::Number(number)) } else { Err(Mistake::Overflow) }
}
