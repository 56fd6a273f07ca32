//! Whether conditions can hold at all (可达性): tried with every value that matters to them. A part that is more than a
//! comparison with something written counts as unknown, so `false` is sure and `true` means "perhaps".

#![expect(clippy::wildcard_enum_match_arm, reason = "what is no plain comparison is unknown, whatever it is")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::evaluate::Evaluation;
use crate::expression::Expression;
use crate::facts::Facts;
use crate::fault::NoValue;
use crate::node::{Literal, Node};
use crate::value::Val;

/// Most combinations that are tried; conditions with more are let through.
const COMBINATIONS_MAX: usize = 20_000;

/// What a fact may be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Domain {
    /// The only values there are; nothing: any.
    pub only: Option<Vec<Value>>,
    /// Smallest number.
    pub min: Option<i64>,
    /// Largest number.
    pub max: Option<i64>,
    /// Numbers have no decimals.
    pub whole: bool,
    /// Whether it is there in every case.
    pub always: bool,
}

impl Domain {
    /// A fact that is never there.
    pub fn never() -> Self {
        Self { only: Some(Vec::new()), ..Self::default() }
    }
}

/// What is known of the facts, by dotted path. Of a path that is not named nothing is known.
pub type Domains = BTreeMap<String, Domain>;

/// Whether all of `hold` can hold at once while none of `fail` does. `false` is sure.
pub fn can_hold(hold: &[&Expression], fail: &[&Expression], domains: &Domains) -> bool {
    let mut named: BTreeMap<String, Vec<Literal>> = BTreeMap::new();
    for expression in hold.iter().chain(fail) {
        collect(expression.node(), &mut named);
    }
    // A group cannot be tried beside what stands in it.
    let paths: Vec<String> = named.keys().cloned().collect();
    named.retain(|path, _| !paths.iter().any(|other| other.starts_with(&format!("{path}."))));
    let unknown = Domain::default();
    let axes: Vec<(&str, Vec<Option<Value>>)> = named
        .iter()
        .map(|(path, literals)| (path.as_str(), samples(domains.get(path).unwrap_or(&unknown), literals)))
        .collect();
    let count = axes.iter().try_fold(1_usize, |count, (_, values)| count.checked_mul(values.len()));
    if count.is_none_or(|count| count > COMBINATIONS_MAX) {
        return true;
    }
    let exact: BTreeSet<&str> = axes.iter().map(|(path, _)| *path).collect();
    (0..count.unwrap_or(0)).any(|number| {
        let facts = facts_of(&axes, number);
        let facts = Facts::from(&facts);
        let try_out = Trial { facts: &facts, exact: &exact };
        hold.iter().all(|expression| try_out.outcomes(expression.node()).yes)
            && fail.iter().all(|expression| {
                let outcome = try_out.outcomes(expression.node());
                outcome.no || outcome.none
            })
    })
}

/// What may come of a part.
#[derive(Clone, Copy)]
struct Outcomes {
    yes: bool,
    no: bool,
    /// No value.
    none: bool,
}

const UNKNOWN: Outcomes = Outcomes { yes: true, no: true, none: true };

struct Trial<'a> {
    facts: &'a Facts<'a>,
    exact: &'a BTreeSet<&'a str>,
}

impl Trial<'_> {
    fn outcomes(&self, node: &Node) -> Outcomes {
        match node {
            Node::All(nodes) => {
                let all: Vec<Outcomes> = nodes.iter().map(|node| self.outcomes(node)).collect();
                Outcomes {
                    yes: all.iter().all(|outcome| outcome.yes),
                    no: all.iter().any(|outcome| outcome.no),
                    none: all.iter().any(|outcome| outcome.none),
                }
            }
            Node::Any(nodes) => {
                let all: Vec<Outcomes> = nodes.iter().map(|node| self.outcomes(node)).collect();
                Outcomes {
                    yes: all.iter().any(|outcome| outcome.yes),
                    no: all.iter().all(|outcome| outcome.no),
                    none: all.iter().any(|outcome| outcome.none),
                }
            }
            Node::Not(inner) => {
                let inner = self.outcomes(inner);
                Outcomes { yes: inner.no, no: inner.yes, none: inner.none }
            }
            leaf if is_plain(leaf) && self.is_exact(leaf) => match Evaluation::new(self.facts).value(leaf) {
                Ok(Val::Bool(so)) => Outcomes { yes: so, no: !so, none: false },
                Err(NoValue::Missing { .. }) => Outcomes { yes: false, no: false, none: true },
                // What does not fit its types is told by the check of types.
                Ok(_) | Err(NoValue::Fault { .. } | NoValue::TooComplex) => UNKNOWN,
            },
            _ => UNKNOWN,
        }
    }

    fn is_exact(&self, node: &Node) -> bool {
        let mut exact = true;
        crate::parse::paths(node, &mut |path| exact &= self.exact.contains(path.join(".").as_str()));
        exact
    }
}

/// A part that compares one fact with what is written, or asks whether it is so or given.
fn is_plain(node: &Node) -> bool {
    let pair = |sides: &[Node; 2]| {
        matches!(sides, [Node::Path(_), Node::Literal(_)] | [Node::Literal(_), Node::Path(_)])
    };
    match node {
        Node::Literal(_) | Node::Path(_) => true,
        Node::Compare(_, sides) => pair(sides) || matches!(&**sides, [Node::Literal(_), Node::Literal(_)]),
        Node::In(sides) => match &**sides {
            [Node::Path(_), Node::List(list)] => list.iter().all(|node| matches!(node, Node::Literal(_))),
            _ => false,
        },
        Node::Has(inner) | Node::Given(inner) => matches!(&**inner, Node::Path(_)),
        _ => false,
    }
}

/// The facts that the plain parts read, with the values that are written beside them.
fn collect(node: &Node, named: &mut BTreeMap<String, Vec<Literal>>) {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().for_each(|node| collect(node, named)),
        Node::Not(inner) => collect(inner, named),
        Node::Path(path) => named.entry(path.join(".")).or_default().push(Literal::Bool(true)),
        Node::Has(inner) | Node::Given(inner) => {
            // What is looked up is a group of facts, of which nothing else is known here.
            if let Node::Path(path) = &**inner
                && !matches!(path.first().map(String::as_str), Some("register" | "licence"))
            {
                named.entry(path.join(".")).or_default();
            }
        }
        Node::Compare(_, sides) => {
            if let [Node::Path(path), Node::Literal(literal)] | [Node::Literal(literal), Node::Path(path)] =
                &**sides
            {
                named.entry(path.join(".")).or_default().push(literal.clone());
            }
        }
        Node::In(sides) => {
            if let [Node::Path(path), Node::List(list)] = &**sides {
                let entry = named.entry(path.join(".")).or_default();
                entry.extend(list.iter().filter_map(|node| match node {
                    Node::Literal(literal) => Some(literal.clone()),
                    _ => None,
                }));
            }
        }
        _ => {}
    }
}

/// Values that stand for all that a fact may be: what is written, what lies beside it, the ends, and its absence.
fn samples(domain: &Domain, literals: &[Literal]) -> Vec<Option<Value>> {
    let mut values: Vec<Value> = match &domain.only {
        Some(only) => only.clone(),
        None => literals.iter().flat_map(|literal| around(literal, domain.whole)).collect(),
    };
    if domain.only.is_none() {
        if literals.is_empty() {
            values.push(Value::from("…")); // any value will do
        }
        let is_number = literals.iter().any(|l| matches!(l, Literal::Int(_) | Literal::Number(_)));
        if is_number {
            values.extend(domain.min.into_iter().chain(domain.max).map(Value::from));
        }
        let fits = |value: &Value| match value.as_f64() {
            Some(number) => {
                domain.min.is_none_or(|min| number >= min as f64)
                    && domain.max.is_none_or(|max| number <= max as f64)
            }
            None => true,
        };
        values.retain(fits);
    }
    let mut samples: Vec<Option<Value>> = Vec::new();
    for value in values {
        if !samples.contains(&Some(value.clone())) {
            samples.push(Some(value));
        }
    }
    if !domain.always || samples.is_empty() {
        samples.push(None);
    }
    samples
}

fn around(literal: &Literal, whole: bool) -> Vec<Value> {
    match literal {
        Literal::Bool(_) => vec![Value::Bool(true), Value::Bool(false)],
        Literal::Int(number) => {
            let beside = [number.saturating_sub(1), *number, number.saturating_add(1)];
            let mut values: Vec<Value> = beside.into_iter().map(Value::from).collect();
            if !whole {
                let number = *number as f64;
                values.extend([number - 0.5, number + 0.5].map(Value::from));
            }
            values
        }
        Literal::Number(number) => {
            let tiny = number.abs().max(1.0) * 1e-9;
            [*number - tiny, *number, *number + tiny].map(Value::from).to_vec()
        }
        Literal::Text(text) => {
            // Texts are compared for order too: one before, one behind.
            vec![Value::from(text.as_str()), Value::from(""), Value::from(format!("{text}…"))]
        }
        Literal::Date(day) => {
            let beside = [day.yesterday().ok(), Some(*day), day.tomorrow().ok()];
            beside.into_iter().flatten().map(|day| Value::from(day.to_string())).collect()
        }
    }
}

/// The combination of this number, as groups of facts.
fn facts_of(axes: &[(&str, Vec<Option<Value>>)], mut number: usize) -> Map<String, Value> {
    let mut facts = Map::new();
    for (path, values) in axes {
        let value = &values[number % values.len()];
        number /= values.len();
        let Some(value) = value else { continue };
        let parts: Vec<&str> = path.split('.').collect();
        insert(&mut facts, &parts, value);
    }
    facts
}

fn insert(group: &mut Map<String, Value>, path: &[&str], value: &Value) {
    match path {
        [] => {}
        [last] => drop(group.insert((*last).to_owned(), value.clone())),
        [first, rest @ ..] => {
            let inner = group.entry((*first).to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}
