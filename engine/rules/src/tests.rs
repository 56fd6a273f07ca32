//! The rules language as packages use it.

mod bounds;
mod dmn;
mod docs;
mod language;
mod messages;
mod plain;
mod possible;
mod reference;
mod table_check;
mod table_reference;
mod tables;
mod types;
mod why;

use serde_json::{Value, json};

use crate::{Expression, Facts, NoValue};

/// Facts that most tests ask.
fn household() -> Value {
    json!({
        "form": {
            "age": 17, "area": 18.5, "whole": 7.0, "income": 120_000, "kind": "local", "name": "张三", "blank": "  ",
            "has_officials": true, "closed": false, "born": "2008-02-29", "nothing": null, "empty": [], "broken": "2026-02-30",
            "members": [
                {"name": "甲", "income": 100_000, "student": true},
                {"name": "乙", "income": 20_000},
                {"name": "丙", "income": 0, "student": false}
            ],
            "tags": ["a", "b"], "holes": [1, null, 3]
        },
        "finding": {"approved-amount": 50_000},
        "case": {"submitted_on": "2026-03-01"}
    })
}

fn value_of(source: &str, facts: &Value) -> Result<Value, NoValue> {
    let expression = Expression::parse(source).unwrap_or_else(|fault| panic!("{source}: {fault}"));
    let facts = facts.as_object().map(Facts::from).unwrap();
    expression.value(&facts)
}

fn holds(source: &str, facts: &Value) -> crate::Held {
    let expression = Expression::parse(source).unwrap_or_else(|fault| panic!("{source}: {fault}"));
    expression.holds(&facts.as_object().map(Facts::from).unwrap())
}
