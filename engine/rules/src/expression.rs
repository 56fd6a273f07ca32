//! An expression that has been read once and can be asked often.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::check::Check;
use crate::evaluate::Evaluation;
use crate::facts::Facts;
use crate::fault::{ExpressionFault, NoValue};
use crate::node::Node;
use crate::plain::Plain;
use crate::types::{Type, TypeFault, Types};
use crate::value::Val;
use crate::why::{self, Held, Joined};

/// A condition or calculation over facts (规则表达式). Equal when written the same way.
#[derive(Clone)]
pub struct Expression(Arc<Read>);

struct Read {
    source: String,
    node: Node,
    reads: BTreeSet<String>,
}

impl Expression {
    /// Reads a text. Cheap to clone afterwards.
    pub fn parse(source: &str) -> Result<Self, ExpressionFault> {
        let node = crate::parse::parse(source)?;
        let mut reads = BTreeSet::new();
        crate::parse::paths(&node, &mut |path| {
            reads.insert(path.join("."));
        });
        Ok(Self(Arc::new(Read { source: source.to_owned(), node, reads })))
    }

    /// The text as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The dotted paths of the facts that it may read, such as `form.has_officials`.
    pub fn reads(&self) -> &BTreeSet<String> {
        &self.0.reads
    }

    /// Everything that cannot be right over facts of these types: unknown paths, wrong operands, something else where yes or
    /// no is needed inside.
    pub fn check(&self, types: &Types) -> Vec<TypeFault> {
        let mut check = Check::new(types);
        check.kind(&self.0.node);
        check.faults
    }

    /// The same for a condition, which must be yes or no as a whole.
    pub fn check_condition(&self, types: &Types) -> Vec<TypeFault> {
        let mut check = Check::new(types);
        check.condition(&self.0.node);
        check.faults
    }

    /// The type of its value over facts of these types.
    pub fn type_in(&self, types: &Types) -> Type {
        Check::new(types).kind(&self.0.node)
    }

    /// What it asks, without any facts.
    pub fn plain(&self) -> (Joined, Vec<Plain>) {
        crate::plain::plain(&self.0.node)
    }

    /// Its value over these facts. A date comes as text, an amount as a whole number of fen.
    pub fn value(&self, facts: &Facts<'_>) -> Result<Value, NoValue> {
        Evaluation::new(facts).value(&self.0.node).map(|value| value.to_json())
    }

    pub(crate) fn node(&self) -> &Node {
        &self.0.node
    }

    /// Whether it holds, and why. A missing fact, a value that is not yes or no, and any fault make it not hold.
    pub fn holds(&self, facts: &Facts<'_>) -> Held {
        let holds = matches!(Evaluation::new(facts).value(&self.0.node), Ok(Val::Bool(true)));
        why::explain(&self.0.node, facts, holds)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.0.source).finish()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Expression {}

impl std::str::FromStr for Expression {
    type Err = ExpressionFault;
    fn from_str(source: &str) -> Result<Self, ExpressionFault> {
        Self::parse(source)
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.source)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// A text, or what YAML reads as more than a text: `true`, `18`.
struct Written;

impl serde::de::Visitor<'_> for Written {
    type Value = Expression;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an expression")
    }
    fn visit_str<E: serde::de::Error>(self, source: &str) -> Result<Expression, E> {
        Expression::parse(source).map_err(|fault| E::custom(format!("{fault} (in: {source})")))
    }
    fn visit_bool<E: serde::de::Error>(self, yes: bool) -> Result<Expression, E> {
        self.visit_str(if yes { "true" } else { "false" })
    }
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Expression, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Expression, E> {
        self.visit_str(&number.to_string())
    }
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Expression, E> {
        self.visit_str(&format!("{number:?}"))
    }
}
