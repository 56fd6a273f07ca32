//! A condition as people can be told it, without any facts: comparisons of one fact with one value, where it is made
//! of such, and its text where it is not.

use serde_json::Value;

use crate::node::{Literal, Node};
use crate::why::Joined;

/// One clause of a condition, in the abstract.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// A fact is compared with a value.
    Compares {
        /// Its path, such as `form.age`.
        path: String,
        /// `<`, `<=`, `>`, `>=`, `==` or `!=`.
        sign: &'static str,
        /// The value; days as `yyyy-mm-dd`.
        value: Value,
    },
    /// A fact must be true, or must not be.
    Is {
        /// Its path.
        path: String,
        /// True or not.
        so: bool,
    },
    /// A fact must be given, or must not be.
    Given {
        /// Its path.
        path: String,
        /// Given or not.
        so: bool,
    },
    /// Anything else, as it is written.
    Other(String),
}

/// The clauses of a condition and how they belong together.
pub(crate) fn plain(node: &Node) -> (Joined, Vec<Plain>) {
    let all = |nodes: &[Node]| nodes.iter().map(|node| one(node, true)).collect();
    if let Node::All(nodes) = node {
        (Joined::All, all(nodes))
    } else if let Node::Any(nodes) = node {
        (Joined::Any, all(nodes))
    } else {
        (Joined::All, vec![one(node, true)])
    }
}

fn one(node: &Node, so: bool) -> Plain {
    if let Node::Not(inner) = node {
        return one(inner, !so);
    }
    if let Node::Path(path) = node {
        return Plain::Is { path: path.join("."), so };
    }
    if let Node::Given(place) | Node::Has(place) = node
        && let Node::Path(path) = &**place
    {
        return Plain::Given { path: path.join("."), so };
    }
    if let (Node::Compare(comparator, sides), true) = (node, so) {
        if let [Node::Path(path), Node::Literal(literal)] = &**sides {
            return compared(path, comparator.sign(), literal);
        }
        if let [Node::Literal(literal), Node::Path(path)] = &**sides {
            return compared(path, comparator.turned().sign(), literal);
        }
    }
    Plain::Other(if so { node.to_string() } else { format!("!({node})") })
}

fn compared(path: &[String], sign: &'static str, literal: &Literal) -> Plain {
    let path = path.join(".");
    match (literal, sign) {
        (Literal::Bool(so), "==") => Plain::Is { path, so: *so },
        (Literal::Bool(so), "!=") => Plain::Is { path, so: !so },
        (Literal::Bool(so), _) => Plain::Compares { path, sign, value: Value::from(*so) },
        (Literal::Int(number), _) => Plain::Compares { path, sign, value: Value::from(*number) },
        (Literal::Number(number), _) => Plain::Compares { path, sign, value: Value::from(*number) },
        (Literal::Text(text), _) => Plain::Compares { path, sign, value: Value::from(text.as_str()) },
        (Literal::Date(day), _) => Plain::Compares { path, sign, value: Value::from(day.to_string()) },
    }
}
