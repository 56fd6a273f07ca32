//! What is known when a rule is asked: borrowed, never copied.

use serde_json::{Map, Value};

/// The groups of facts that the platform knows. No other name may stand for a member of a list.
pub(crate) const ROOTS: [&str; 8] =
    ["form", "finding", "opinion", "register", "licence", "applicant", "case", "ask"];

/// One borrowed group of facts.
#[derive(Debug, Clone, Copy)]
pub enum Root<'a> {
    /// Named values.
    Map(&'a Map<String, Value>),
    /// Any JSON value.
    Value(&'a Value),
}

impl<'a> From<&'a Map<String, Value>> for Root<'a> {
    fn from(map: &'a Map<String, Value>) -> Self {
        Self::Map(map)
    }
}

impl<'a> From<&'a Value> for Root<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Value(value)
    }
}

/// The facts under their roots (事实): `form`, `finding`, `opinion`, `register`, `licence`, `applicant`, `case`;
/// and `ask`, what the guided choice asks beside them.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    roots: Vec<(&'a str, Root<'a>)>,
}

/// A fact that was found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fact<'a> {
    Map(&'a Map<String, Value>),
    Value(&'a Value),
}

impl<'a> Facts<'a> {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a group of facts. The first group of a name is the one that counts.
    #[must_use]
    pub fn with(mut self, name: &'a str, root: impl Into<Root<'a>>) -> Self {
        self.roots.push((name, root.into()));
        self
    }

    /// The fact at a path. `null` is no fact: an answer that was left out and one that was emptied are the same.
    pub(crate) fn find(&self, path: &[String]) -> Option<Fact<'a>> {
        let (root, fields) = path.split_first()?;
        let (_, found) = self.roots.iter().find(|(name, _)| name == root)?;
        let mut fact = match found {
            Root::Map(map) => Fact::Map(map),
            Root::Value(value) => Fact::Value(value),
        };
        for field in fields {
            let value = match fact {
                Fact::Map(map) => map.get(field),
                Fact::Value(value) => value.get(field.as_str()),
            };
            fact = Fact::Value(value?);
        }
        match fact {
            Fact::Value(Value::Null) => None,
            Fact::Value(_) | Fact::Map(_) => Some(fact),
        }
    }
}

impl<'a> From<&'a Map<String, Value>> for Facts<'a> {
    fn from(roots: &'a Map<String, Value>) -> Self {
        Self { roots: roots.iter().map(|(name, value)| (name.as_str(), Root::Value(value))).collect() }
    }
}
