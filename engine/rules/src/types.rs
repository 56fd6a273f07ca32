//! What kind of value stands at which path, as the form's schema and the process say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Kind of a fact, an input or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// Yes or no.
    #[serde(rename = "boolean")]
    Bool,
    /// A whole number.
    #[serde(rename = "integer")]
    Int,
    /// An amount in fen (分), a whole number.
    Money,
    /// A number that may have a fraction.
    Number,
    /// A text.
    Text,
    /// A civil day, `yyyy-mm-dd`.
    Date,
    /// A list; its members stand at the path with `[]` behind it.
    List,
    /// Named values; their types stand at the paths below.
    Object,
    /// Nothing is known: everything is let through.
    Unknown,
}

/// The types of facts by dotted path (事实类型表), such as `form.members[].income`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Types(BTreeMap<String, Type>);

/// A place where an expression cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("in {place}: {rule}")]
pub struct TypeFault {
    /// The part of the expression, as text.
    pub place: String,
    /// What is wrong with it.
    pub rule: TypeRule,
}

/// The rules of types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeRule {
    /// No such fact.
    #[error("there is no fact {path}{}", .near.as_ref().map(|near| format!("; is {near} meant?")).unwrap_or_default())]
    UnknownPath {
        /// The path.
        path: String,
        /// The known path that looks most like it.
        near: Option<String>,
    },
    /// The wrong type.
    #[error("{wanted} is needed, this is {found}")]
    Wanted {
        /// What is needed.
        wanted: &'static str,
        /// What it is.
        found: Type,
    },
    /// Two types that cannot be compared or calculated with.
    #[error("{left} and {right} do not go together")]
    Pair {
        /// Type of the left side.
        left: Type,
        /// Type of the right side.
        right: Type,
    },
}

impl Type {
    /// What is needed, in the words of a fault.
    pub(crate) const fn wanted(self) -> &'static str {
        match self {
            Self::Bool => "yes or no",
            Self::Int => "a whole number",
            Self::Money => "an amount",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::List => "a list",
            Self::Object => "a group of values",
            Self::Unknown => "of any type",
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.wanted())
    }
}

impl FromIterator<(String, Type)> for Types {
    fn from_iter<I: IntoIterator<Item = (String, Type)>>(types: I) -> Self {
        Self(types.into_iter().collect())
    }
}

impl Types {
    /// Nothing is known to exist.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every root that the platform knows, with anything below it: for a rule whose form is not at hand.
    pub fn open() -> Self {
        crate::facts::ROOTS.iter().map(|root| ((*root).to_owned(), Type::Unknown)).collect()
    }

    /// Adds a path.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, kind: Type) -> Self {
        self.0.insert(path.into(), kind);
        self
    }

    /// Every path with its type.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Type)> {
        self.0.iter().map(|(path, kind)| (path.as_str(), *kind))
    }

    /// The type at a path: its own, or what follows from the paths above and below it.
    pub(crate) fn find(&self, path: &str) -> Option<Type> {
        if let Some(kind) = self.0.get(path) {
            return Some(*kind);
        }
        if self.has_below(path, "[]") {
            return Some(Type::List);
        }
        if self.has_below(path, ".") {
            return Some(Type::Object);
        }
        // A path below something of which no more is known.
        let above = path.strip_suffix("[]").or_else(|| path.rsplit_once('.').map(|(above, _)| above))?;
        let open = match self.find(above)? {
            Type::Unknown => true,
            Type::Object => !self.has_below(above, "."),
            Type::List => !self.has_below(above, "[]"),
            Type::Bool | Type::Int | Type::Money | Type::Number | Type::Text | Type::Date => false,
        };
        open.then_some(Type::Unknown)
    }

    fn has_below(&self, path: &str, step: &str) -> bool {
        let start = format!("{path}{step}");
        self.0.range(start.clone()..).next().is_some_and(|(below, _)| below.starts_with(&start))
    }

    /// The known path that is written most like this one.
    pub(crate) fn nearest(&self, path: &str) -> Option<String> {
        let most = (path.len() / 4).clamp(1, 3);
        let distances = self.0.keys().map(|known| (distance(path, known), known));
        distances.filter(|(distance, _)| *distance <= most).min().map(|(_, known)| known.clone())
    }
}

/// How many letters must be put in, left out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
