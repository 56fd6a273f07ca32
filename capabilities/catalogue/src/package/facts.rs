//! The facts of a case as its documents print them.

use std::collections::BTreeMap;

use cases::FindingType;
use licences::template::{Fact, Table};
use serde_json::{Map, Value};
use web::Lang;

use super::Package;
use crate::{Field, Kind, Masking, Named};

/// Names of bodies and divisions, in Chinese.
type Names<'a> = &'a dyn Fn(Named<'_>) -> Option<String>;

impl Package {
    /// The answers of the form as documents print them: amounts, days, Chinese labels, lists as tables.
    pub fn form_facts(&self, answers: &Value, names: Names<'_>) -> BTreeMap<String, Fact> {
        let facts = self.form.fields().filter_map(|field| {
            let value = answers.get(&field.name)?;
            let fact = match (&field.kind, value) {
                (Kind::List { fields, .. }, Value::Array(entries)) => table(fields, entries, names),
                (Kind::Money { .. }, Value::Number(number)) => Fact::Money(number.as_i64()?),
                (Kind::Number { whole: true, .. }, Value::Number(number)) => Fact::Integer(number.as_i64()?),
                (Kind::YesNo, Value::Bool(yes)) => Fact::YesNo(*yes),
                (Kind::Date, Value::String(text)) => {
                    text.parse().map_or_else(|_odd| Fact::Text(text.clone()), Fact::Date)
                }
                (_, _) => {
                    Fact::Text(self.form.show(&field.name, answers, Lang::ZhCn, Masking::Shown, names)?)
                }
            };
            Some((field.name.clone(), fact))
        });
        facts.collect()
    }

    /// What staff established, as documents print it.
    pub fn finding_facts(&self, findings: &Map<String, Value>) -> BTreeMap<String, Fact> {
        let facts = self.process().findings().filter_map(|finding| {
            let fact = match (finding.kind, findings.get(&finding.id)?) {
                (FindingType::Money, Value::Number(number)) => Fact::Money(number.as_i64()?),
                (FindingType::Integer, Value::Number(number)) => Fact::Integer(number.as_i64()?),
                (FindingType::Boolean, Value::Bool(yes)) => Fact::YesNo(*yes),
                (FindingType::Date, Value::String(text)) => Fact::Date(text.parse().ok()?),
                (FindingType::Text | FindingType::Uscc, Value::String(text)) => Fact::Text(text.clone()),
                (_, _) => return None,
            };
            Some((finding.id.clone(), fact))
        });
        facts.collect()
    }
}

fn table(fields: &[Field], entries: &[Value], names: Names<'_>) -> Fact {
    let columns = fields.iter().map(|field| field.label.zh.clone()).collect();
    let cell = |entry: &Value, field: &Field| {
        let shown = entry.get(&field.name).and_then(|value| crate::form::show(field, value, names));
        shown.unwrap_or_default()
    };
    let rows = entries.iter().map(|entry| fields.iter().map(|field| cell(entry, field)).collect());
    Fact::Table(Table { columns, rows: rows.collect() })
}
