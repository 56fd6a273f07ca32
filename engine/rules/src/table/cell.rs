//! The cells of a decision table: small tests of one value, such as `< 60`, `[18..60]`, `"local", "nearby"`, `not(3)`, `-`.

use jiff::civil::Date;

use crate::fault::Mistake;
use crate::node::{Comparator, Literal};
use crate::types::Type;
use crate::value::{Val, read_date};

/// Longest text of a cell, in bytes.
pub(crate) const CELL_BYTES_MAX: usize = 500;

/// Tests of one value: one of them must hold, or with `not(…)` none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    pub(crate) tests: Vec<Test>,
    /// Written as `not(…)`.
    pub(crate) denied: bool,
}

/// One test.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// `-`: anything, even nothing.
    Anything,
    Compare(Comparator, Literal),
    /// `[18..60]`; a round or outward bracket leaves its end out.
    Between(End, End),
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct End {
    pub(crate) at: Literal,
    pub(crate) included: bool,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellRule {
    /// Nothing is written.
    #[error("the cell is empty; write - for anything")]
    Empty,
    /// Longer than allowed.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// Not a test.
    #[error(
        "{0} is no test; write a value, a comparison such as < 60, a range such as [18..60], not(…) or -"
    )]
    NoTest(String),
    /// Not a value.
    #[error("{0} is no value; texts stand in quotes, dates are written yyyy-mm-dd")]
    NoValue(String),
    /// A value of another type than the column.
    #[error("{value} does not fit a column that is {column}")]
    WrongType {
        /// The value.
        value: String,
        /// Type of the column.
        column: Type,
    },
    /// Only numbers and dates have an order.
    #[error("what is {0} has no order: only =, !=, not(…) and lists of values")]
    NoOrder(Type),
    /// The range begins after its end.
    #[error("the range {0} is empty")]
    EmptyRange(String),
}

impl Cell {
    /// Reads a cell of a column of this type. With `bare`, a single word in a column of texts needs no quotes.
    pub(crate) fn parse(source: &str, column: Type, bare: bool) -> Result<Self, CellRule> {
        let text = source.trim();
        if text.len() > CELL_BYTES_MAX {
            return Err(CellRule::TooLong(CELL_BYTES_MAX));
        }
        if text.is_empty() {
            return Err(CellRule::Empty);
        }
        if text == "-" {
            return Ok(Self { tests: vec![Test::Anything], denied: false });
        }
        let inner = text.strip_prefix("not").map(str::trim_start).and_then(|rest| rest.strip_prefix('('));
        let inner = inner.and_then(|rest| rest.strip_suffix(')'));
        let tests = split(inner.unwrap_or(text)).into_iter().map(|part| test(part, column, bare));
        Ok(Self { tests: tests.collect::<Result<_, _>>()?, denied: inner.is_some() })
    }

    /// Whether a value passes.
    pub(crate) fn matches(&self, value: &Val<'_>) -> Result<bool, Mistake> {
        for test in &self.tests {
            if test.matches(value)? {
                return Ok(!self.denied);
            }
        }
        Ok(self.denied)
    }

    /// Whether even a missing value passes.
    pub(crate) fn is_anything(&self) -> bool {
        self.tests == [Test::Anything] && !self.denied
    }

    /// Every value that is named.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &Literal> {
        self.tests
            .iter()
            .flat_map(|test| match test {
                Test::Anything => [None, None],
                Test::Compare(_, literal) => [Some(literal), None],
                Test::Between(from, to) => [Some(&from.at), Some(&to.at)],
            })
            .flatten()
    }
}

impl Test {
    fn matches(&self, value: &Val<'_>) -> Result<bool, Mistake> {
        let order = |literal| value.order(&Val::of_literal(literal));
        Ok(match self {
            Self::Anything => true,
            Self::Compare(comparator, literal) => comparator.accepts(order(literal)?),
            Self::Between(from, to) => {
                let after = order(&from.at)?;
                let before = order(&to.at)?;
                (after.is_gt() || from.included && after.is_eq())
                    && (before.is_lt() || to.included && before.is_eq())
            }
        })
    }
}

/// The parts between commas that stand outside quotes and brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut in_text, mut escaped, mut depth) = (Vec::new(), 0, false, false, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth = depth.saturating_sub(1),
            ',' if !in_text && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn test(text: &str, column: Type, bare: bool) -> Result<Test, CellRule> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CellRule::Empty);
    }
    if text.contains("..") && text.starts_with(['[', '(', ']']) {
        return between(text, column);
    }
    let signs = [
        ("<=", Comparator::AtMost),
        (">=", Comparator::AtLeast),
        ("!=", Comparator::NotEqual),
        ("==", Comparator::Equal),
        ("<", Comparator::Less),
        (">", Comparator::Greater),
        ("=", Comparator::Equal),
    ];
    let found = signs.iter().find_map(|(sign, comparator)| Some((text.strip_prefix(sign)?, *comparator)));
    let (rest, comparator) = found.unwrap_or((text, Comparator::Equal));
    if rest.trim().is_empty() {
        return Err(CellRule::NoTest(text.to_owned()));
    }
    let literal = literal(rest, column, bare)?;
    let orders = !matches!(comparator, Comparator::Equal | Comparator::NotEqual);
    if orders && matches!(literal, Literal::Text(_) | Literal::Bool(_)) {
        return Err(CellRule::NoOrder(column));
    }
    Ok(Test::Compare(comparator, literal))
}

fn between(text: &str, column: Type) -> Result<Test, CellRule> {
    let no_test = || CellRule::NoTest(text.to_owned());
    let (opening, closing) = (&text[..1], text.chars().last().unwrap_or(' '));
    if !matches!(closing, ']' | ')' | '[') {
        return Err(no_test());
    }
    let inner = text[1..].strip_suffix(closing).ok_or_else(no_test)?;
    let (from, to) = inner.split_once("..").ok_or_else(no_test)?;
    let from = End { at: literal(from, column, false)?, included: opening == "[" };
    let to = End { at: literal(to, column, false)?, included: closing == ']' };
    if [&from, &to].iter().any(|end| matches!(end.at, Literal::Text(_) | Literal::Bool(_))) {
        return Err(CellRule::NoOrder(column));
    }
    let order = Val::of_literal(&from.at).order(&Val::of_literal(&to.at));
    let holds_something = order.map_err(|_pair| CellRule::NoTest(text.to_owned()))?;
    if holds_something.is_gt() || holds_something.is_eq() && !(from.included && to.included) {
        return Err(CellRule::EmptyRange(text.to_owned()));
    }
    Ok(Test::Between(from, to))
}

/// A value that fits the column.
fn literal(text: &str, column: Type, bare: bool) -> Result<Literal, CellRule> {
    let text = text.trim();
    let read = read_literal(text)
        .or_else(|| (bare && column == Type::Text && is_word(text)).then(|| Literal::Text(text.to_owned())));
    let literal = read.ok_or_else(|| CellRule::NoValue(text.to_owned()))?;
    fit_literal(literal, column).ok_or_else(|| CellRule::WrongType { value: text.to_owned(), column })
}

/// A value as it is written in cells: `18`, `-3.5`, `"text"`, `true`, `2026-01-01`, `date("2026-01-01")`.
pub(crate) fn read_literal(text: &str) -> Option<Literal> {
    match text {
        "true" => return Some(Literal::Bool(true)),
        "false" => return Some(Literal::Bool(false)),
        _ => {}
    }
    if let Some(quoted) = text.strip_prefix('"') {
        return unquote(quoted).map(Literal::Text);
    }
    if let Some(inner) = text.strip_prefix("date(").and_then(|rest| rest.strip_suffix(')')) {
        let inner = inner.trim().strip_prefix('"').and_then(unquote)?;
        return read_date(&inner).map(Literal::Date);
    }
    if let Some(date) = read_date(text) {
        return Some(Literal::Date(date));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !plain {
        return None;
    }
    match text.parse::<i64>() {
        Ok(whole) => Some(Literal::Int(whole)),
        Err(_no_whole_number) if !digits.contains('.') => None, // too large
        Err(_no_whole_number) => text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Literal::Number),
    }
}

/// The text up to the closing quote, which must be the end.
fn unquote(quoted: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return chars.next().is_none().then_some(text),
            '\\' => text.push(match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                same @ ('"' | '\\') => same,
                _ => return None,
            }),
            c => text.push(c),
        }
    }
    None
}

/// A word that cannot be mistaken for anything else in a column of texts.
pub(crate) fn is_word(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphabetic());
    starts && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// The value as the column keeps it, if it fits.
pub(crate) fn fit_literal(literal: Literal, column: Type) -> Option<Literal> {
    match (column, literal) {
        (Type::Date, Literal::Text(text)) => read_date(&text).map(Literal::Date),
        (Type::Unknown, literal) => Some(literal),
        (Type::Bool, literal @ Literal::Bool(_))
        | (Type::Int | Type::Money, literal @ Literal::Int(_))
        | (Type::Number, literal @ (Literal::Int(_) | Literal::Number(_)))
        | (Type::Text, literal @ Literal::Text(_))
        | (Type::Date, literal @ Literal::Date(_)) => Some(literal),
        (
            Type::Bool
            | Type::Int
            | Type::Money
            | Type::Number
            | Type::Text
            | Type::Date
            | Type::List
            | Type::Object,
            Literal::Bool(_) | Literal::Int(_) | Literal::Number(_) | Literal::Text(_) | Literal::Date(_),
        ) => None,
    }
}

/// A value as a column of this type keeps it: `18.0` is a whole number, a date may come as text.
pub(crate) fn fit<'a>(value: Val<'a>, column: Type) -> Result<Val<'a>, Mistake> {
    let wrong = |value: &Val<'a>| Mistake::Kind { wanted: column.wanted(), found: value.kind() };
    match column {
        Type::Unknown => Ok(value),
        Type::Date => value.as_date().map(Val::Date),
        Type::Int | Type::Money => match value {
            Val::Int(_) => Ok(value),
            Val::Number(number) if number.fract() == 0.0 => {
                crate::function::rounded(&Val::Number(number), f64::round)
            }
            Val::Bool(_) | Val::Number(_) | Val::Text(_) | Val::Date(_) | Val::List(_) | Val::Object(_) => {
                Err(wrong(&value))
            }
        },
        Type::Bool if matches!(value, Val::Bool(_)) => Ok(value),
        Type::Number if matches!(value, Val::Int(_) | Val::Number(_)) => Ok(value),
        Type::Text if matches!(value, Val::Text(_)) => Ok(value),
        Type::List if matches!(value, Val::List(_)) => Ok(value),
        Type::Object if matches!(value, Val::Object(_)) => Ok(value),
        Type::Bool | Type::Number | Type::Text | Type::List | Type::Object => Err(wrong(&value)),
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tests = self.tests.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if self.denied { write!(f, "not({tests})") } else { f.write_str(&tests) }
    }
}

impl std::fmt::Display for Test {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Anything => f.write_str("-"),
            Self::Compare(Comparator::Equal, literal) => write_literal(f, literal),
            Self::Compare(comparator, literal) => {
                write!(f, "{} ", comparator.sign())?;
                write_literal(f, literal)
            }
            Self::Between(from, to) => {
                f.write_str(if from.included { "[" } else { "(" })?;
                write_literal(f, &from.at)?;
                f.write_str("..")?;
                write_literal(f, &to.at)?;
                f.write_str(if to.included { "]" } else { ")" })
            }
        }
    }
}

fn write_literal(f: &mut std::fmt::Formatter<'_>, literal: &Literal) -> std::fmt::Result {
    match literal {
        Literal::Date(date) => write!(f, "{}", shown(*date)),
        Literal::Bool(_) | Literal::Int(_) | Literal::Number(_) | Literal::Text(_) => write!(f, "{literal}"),
    }
}

fn shown(date: Date) -> String {
    date.to_string()
}
