//! The values that matter to a table: cells only compare with what is written in them, so a few values stand for all.

use std::cmp::Ordering;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Cell, DecisionTable};
use crate::node::Literal;
use crate::types::Type;
use crate::value::Val;

/// Values that stand for all that a column can find: what is written in its cells, and what lies before, between and after.
/// `None` when the column cannot be decided.
pub(super) fn samples(table: &DecisionTable, column: usize) -> Option<Vec<Literal>> {
    let input = &table.inputs[column];
    let cells = table.rows.iter().map(|row| &row.when[column]).chain(&input.values);
    let mut named: Vec<Literal> = Vec::new();
    for literal in cells.flat_map(Cell::literals) {
        if !named.contains(literal) {
            named.push(literal.clone());
        }
    }
    let samples = match input.kind {
        Type::Bool => vec![Literal::Bool(false), Literal::Bool(true)],
        Type::Text => {
            named.push(Literal::Text(other_text(&named)));
            named
        }
        Type::Int | Type::Money => around(named, |literal| match literal {
            Literal::Int(number) => {
                vec![Literal::Int(number.saturating_sub(1)), Literal::Int(number.saturating_add(1))]
            }
            Literal::Bool(_) | Literal::Number(_) | Literal::Text(_) | Literal::Date(_) => Vec::new(),
        }),
        Type::Date => around(named, |literal| match literal {
            Literal::Date(date) => neighbours(*date),
            Literal::Bool(_) | Literal::Int(_) | Literal::Number(_) | Literal::Text(_) => Vec::new(),
        }),
        Type::Number => between(named),
        // Without a type the cells may be of several; only a column that asks nothing is decided.
        Type::Unknown | Type::List | Type::Object if named.is_empty() => vec![Literal::Bool(true)],
        Type::Unknown | Type::List | Type::Object => return None,
    };
    let is_possible = |literal: &Literal| match &input.values {
        Some(values) => values.matches(&Val::of_literal(literal)).unwrap_or(false),
        None => true,
    };
    Some(samples.into_iter().filter(is_possible).collect())
}

/// A text that no cell names.
fn other_text(named: &[Literal]) -> String {
    let mut text = "…".to_owned();
    while named.contains(&Literal::Text(text.clone())) {
        text.push('…');
    }
    text
}

/// The values with their neighbours, in order.
fn around(named: Vec<Literal>, neighbours: impl Fn(&Literal) -> Vec<Literal>) -> Vec<Literal> {
    let beside: Vec<Literal> = named.iter().flat_map(neighbours).collect();
    let mut all: Vec<Literal> = named.into_iter().chain(beside).collect();
    if all.is_empty() {
        all.push(Literal::Int(0));
    }
    sort(&mut all);
    all
}

fn neighbours(date: Date) -> Vec<Literal> {
    [date.checked_sub(1.day()), date.checked_add(1.day())].into_iter().flatten().map(Literal::Date).collect()
}

/// Numbers with a value between each two, one below and one above.
fn between(mut named: Vec<Literal>) -> Vec<Literal> {
    sort(&mut named);
    let numbers: Vec<f64> = named.iter().filter_map(number).collect();
    let middles = numbers.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    let ends =
        [numbers.first().map_or(0.0, |first| first - 1.0), numbers.last().map_or(0.0, |last| last + 1.0)];
    named.extend(middles.chain(ends).filter(|number| number.is_finite()).map(Literal::Number));
    sort(&mut named);
    named
}

const fn number(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Int(number) => Some(*number as f64),
        Literal::Number(number) => Some(*number),
        Literal::Bool(_) | Literal::Text(_) | Literal::Date(_) => None,
    }
}

fn sort(literals: &mut Vec<Literal>) {
    let order =
        |a: &Literal, b: &Literal| Val::of_literal(a).order(&Val::of_literal(b)).unwrap_or(Ordering::Equal);
    literals.sort_by(order);
    literals.dedup_by(|a, b| order(a, b).is_eq());
}
