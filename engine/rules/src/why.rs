//! Why a condition held or did not (规则说明): clause by clause, as data that can be kept and said in any language.

use kernel::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evaluate::Evaluation;
use crate::facts::Facts;
use crate::fault::NoValue;
use crate::node::{Comparator, Node};
use crate::value::{List, Val};

/// Longest text that an explanation repeats, in characters.
const SHOWN_MAX: usize = 100;

/// The answer to a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Whether it holds.
    pub holds: bool,
    /// How the clauses belong together.
    pub joined: Joined,
    /// The clauses in the order of the text.
    pub why: Vec<Clause>,
}

/// How clauses belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Joined {
    /// `&&`: each must hold.
    All,
    /// `||`: one must hold.
    Any,
}

/// One clause of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Its text, written in one fixed way.
    pub text: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What it read, each fact once. Lists and groups show only that they are there: an explanation is kept with the case
    /// and must not repeat personal data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<Reading>,
    /// The two sides, where the clause compares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// How its own clauses belong together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
    /// Its own clauses, where `&&` stands inside `||` or the other way round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Clause>,
}

/// What came of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It held.
    Held,
    /// It did not hold.
    NotHeld,
    /// A fact is missing.
    Missing {
        /// Its path.
        path: String,
    },
    /// The facts do not fit the rule, or the work is too much.
    Broken,
}

/// A fact that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Its path.
    pub path: String,
    /// Its value; for a list the number of its members; nothing for a missing fact or a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// The two sides of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// What is compared: a path such as `form.age`, or a calculation.
    pub left: String,
    /// The value of the left side.
    pub found: Value,
    /// How: `<`, `<=`, `>`, `>=`, `==`, `!=`.
    pub sign: String,
    /// The value of the right side.
    pub needed: Value,
}

/// Explains a condition whose outcome is known.
pub(crate) fn explain(node: &Node, facts: &Facts<'_>, holds: bool) -> Held {
    let clause = clause(node, facts);
    match clause.joined {
        Some(joined) => Held { holds, joined, why: clause.parts },
        None => Held { holds, joined: Joined::All, why: vec![clause] },
    }
}

fn clause(node: &Node, facts: &Facts<'_>) -> Clause {
    let outcome = match Evaluation::new(facts).yes_or_no(node) {
        Ok(true) => Outcome::Held,
        Ok(false) => Outcome::NotHeld,
        Err(NoValue::Missing { path }) => Outcome::Missing { path },
        Err(NoValue::TooComplex | NoValue::Fault { .. }) => Outcome::Broken,
    };
    let (joined, nodes) = match node {
        Node::All(nodes) => (Some(Joined::All), nodes.as_slice()),
        Node::Any(nodes) => (Some(Joined::Any), nodes.as_slice()),
        Node::Literal(_)
        | Node::Path(_)
        | Node::Member(_)
        | Node::Field(..)
        | Node::Index(..)
        | Node::List(_)
        | Node::Not(_)
        | Node::Negative(_)
        | Node::If(_)
        | Node::Compare(..)
        | Node::In(_)
        | Node::Calculate(..)
        | Node::Has(_)
        | Node::Given(_)
        | Node::Call(..)
        | Node::Each(..) => (None, [].as_slice()),
    };
    Clause {
        text: node.to_string(),
        outcome,
        read: if joined.is_some() { Vec::new() } else { readings(node, facts) },
        comparison: comparison(node, facts),
        joined,
        parts: nodes.iter().map(|node| clause(node, facts)).collect(),
    }
}

fn readings(node: &Node, facts: &Facts<'_>) -> Vec<Reading> {
    let mut paths = Vec::new();
    crate::parse::paths(node, &mut |path| {
        if !paths.contains(&path) {
            paths.push(path);
        }
    });
    let reading = |path: &[String]| Reading {
        path: path.join("."),
        value: facts.find(path).and_then(Val::of_fact).and_then(|value| shown(&value)),
    };
    paths.into_iter().map(reading).collect()
}

/// What an explanation may repeat of a value.
pub(crate) fn shown(value: &Val<'_>) -> Option<Value> {
    match value {
        Val::Bool(_) | Val::Int(_) | Val::Number(_) | Val::Date(_) => Some(value.to_json()),
        Val::Text(text) => Some(Value::String(text.chars().take(SHOWN_MAX).collect())),
        Val::List(List::Facts(values)) => Some(Value::from(values.len())),
        Val::List(List::Made(values)) => Some(Value::from(values.len())),
        Val::Object(_) => None,
    }
}

fn comparison(node: &Node, facts: &Facts<'_>) -> Option<Comparison> {
    let Node::Compare(comparator, sides) = node else { return None };
    let [left, right] = &**sides;
    // `18 <= form.age` is said the other way round.
    let turned = matches!(left, Node::Literal(_)) && !matches!(right, Node::Literal(_));
    let (left, right) = if turned { (right, left) } else { (left, right) };
    let comparator = if turned { comparator.turned() } else { *comparator };
    let value = |side| Evaluation::new(facts).value(side).ok().and_then(|value| shown(&value));
    Some(Comparison {
        left: if let Node::Path(path) = left { path.join(".") } else { left.to_string() },
        found: value(left)?,
        sign: comparator.sign().to_owned(),
        needed: value(right)?,
    })
}

impl Comparator {
    pub(crate) const fn turned(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }
}

impl Clause {
    /// The clause as a sentence. `label` names a fact (`form.age` → 年龄), `show` writes a value of that fact (fen → 元).
    pub fn message(&self, label: &dyn Fn(&str) -> String, show: &dyn Fn(&str, &Value) -> String) -> Message {
        if let Outcome::Missing { path } = &self.outcome {
            return Message::new("rules-missing").with("fact", label(path));
        }
        let held = match self.outcome {
            Outcome::Held => "yes",
            Outcome::NotHeld => "no",
            Outcome::Missing { .. } | Outcome::Broken => {
                return Message::new("rules-broken").with("clause", &self.text);
            }
        };
        if let Some(Comparison { left, found, sign, needed }) = &self.comparison {
            return Message::new("rules-compared")
                .with("fact", label(left))
                .with("found", show(left, found))
                .with("sign", sign_name(sign))
                .with("needed", show(left, needed))
                .with("held", held);
        }
        let read = self.read.iter().filter_map(|reading| {
            let value = reading.value.as_ref()?;
            Some(format!("{} = {}", label(&reading.path), show(&reading.path, value)))
        });
        Message::new("rules-clause")
            .with("clause", &self.text)
            .with("read", read.collect::<Vec<_>>().join(", "))
            .with("held", held)
    }
}

/// The sign as a word that the catalogue can select by.
fn sign_name(sign: &str) -> &'static str {
    match sign {
        "<" => "less",
        "<=" => "at-most",
        ">" => "greater",
        ">=" => "at-least",
        "!=" => "not-equal",
        _ => "equal",
    }
}

/// A value as it stands, for [`Clause::message`] without a form at hand.
pub fn plain_value(_path: &str, value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
