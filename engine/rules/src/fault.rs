//! What can be wrong with the text of an expression, and why an expression has no value.

use std::fmt;

/// The text is no expression of the rules language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {rule}")]
pub struct ExpressionFault {
    /// Line in the text, counted from 1.
    pub line: usize,
    /// Character in the line, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub rule: SourceRule,
}

impl ExpressionFault {
    /// The fault at a byte of the text; a byte outside is its end.
    pub(crate) fn at(source: &str, byte: usize, rule: SourceRule) -> Self {
        let mut end = byte.min(source.len());
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        let before = &source[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            rule,
        }
    }
}

/// The rules that the text of an expression must keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceRule {
    /// Nothing is written.
    #[error("nothing is written here")]
    Empty,
    /// Longer than allowed.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// Brackets or operators nested too deep.
    #[error("nested deeper than {0}")]
    TooDeep(usize),
    /// Something that the grammar does not allow there.
    #[error("{0} cannot stand here")]
    Unexpected(String),
    /// The text ends before the expression does.
    #[error("the expression is not finished")]
    Unfinished,
    /// Another fault of grammar, in the words of the reader.
    #[error("{0}")]
    Grammar(String),
    /// The reader itself failed.
    #[error("this cannot be read")]
    Unreadable,
    /// `date("…")` around something else.
    #[error("{0:?} is not a date yyyy-mm-dd")]
    NotADate(String),
    /// CEL, but not part of the rules language.
    #[error("{0} is not part of the rules language")]
    NotSupported(&'static str),
    /// A function that does not exist.
    #[error("there is no function {0}")]
    NoSuchFunction(String),
    /// A function with the wrong number of arguments.
    #[error("{name} takes {takes}, not {given}")]
    Arguments {
        /// The function.
        name: &'static str,
        /// What it takes, in words.
        takes: &'static str,
        /// How many were given.
        given: usize,
    },
    /// The name of a list's member is taken already.
    #[error("the name {0} is already in use here")]
    NameTaken(String),
}

/// Why an expression has no value. A condition without a value does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoValue {
    /// A fact that it needs is not there.
    #[error("{path} is missing")]
    Missing {
        /// Dotted path of the fact, such as `form.members[2].income`.
        path: String,
    },
    /// It needs more steps or memory than the bounds allow.
    #[error("more work than a rule may take")]
    TooComplex,
    /// The facts do not fit the expression.
    #[error("in {place}: {mistake}")]
    Fault {
        /// The part of the expression, as text.
        place: String,
        /// What does not fit.
        mistake: Mistake,
    },
}

/// How facts fail to fit an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// Not the kind of value that is needed.
    #[error("{wanted} is needed, not {found}")]
    Kind {
        /// What is needed.
        wanted: &'static str,
        /// What was there.
        found: Kind,
    },
    /// Two values that have no order or no common arithmetic.
    #[error("{left} and {right} do not go together")]
    Pair {
        /// Kind of the left side.
        left: Kind,
        /// Kind of the right side.
        right: Kind,
    },
    /// Larger than any number here.
    #[error("the number is too large")]
    Overflow,
    /// Division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The text is not a day of the calendar.
    #[error("this text is not a date yyyy-mm-dd")]
    NotADate,
    /// Least or greatest of nothing.
    #[error("the list is empty")]
    EmptyList,
}

/// The kind of a value, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Boolean,
    /// A whole number; an amount is one too.
    Integer,
    /// A number with a fraction.
    Number,
    /// A text.
    Text,
    /// A day.
    Date,
    /// A list.
    List,
    /// Named values.
    Object,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "yes or no",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::List => "a list",
            Self::Object => "a group of values",
        })
    }
}
