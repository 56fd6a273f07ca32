//! Decision tables (决策表): rows that a civil servant can read, with the legal basis and the days of each row.

mod cell;
mod check;
mod evaluate;
mod form;
mod regions;
mod rows;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::expression::Expression;
use crate::types::Type;

pub use cell::CellRule;
pub(crate) use cell::{Cell, fit_literal, read_literal};
pub use check::{TableFinding, TableRule};
pub use evaluate::{Ground, InputRead, TableFault, TableOutcome};
pub use form::{InputForm, OutputForm, RowForm, Scalar, TableForm, TableFormFault, TableFormRule};

/// What is made of the rows that match (命中策略), as in DMN.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HitPolicy {
    /// At most one row may match.
    #[default]
    Unique,
    /// The first row that matches.
    First,
    /// Rows that match together must say the same.
    Any,
    /// The row whose results come first in the lists of allowed results.
    Priority,
    /// The results of all rows, in the order of the rows.
    RuleOrder,
    /// The results of all rows.
    Collect,
    /// Their sum.
    CollectSum,
    /// The least.
    CollectMin,
    /// The greatest.
    CollectMax,
    /// How many rows match.
    CollectCount,
}

impl HitPolicy {
    /// Whether many rows make one number.
    pub(crate) const fn is_aggregate(self) -> bool {
        matches!(self, Self::CollectSum | Self::CollectMin | Self::CollectMax | Self::CollectCount)
    }
}

/// A decision table that has been read and can be asked (决策表).
#[derive(Debug, Clone)]
pub struct DecisionTable {
    form: TableForm,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Input {
    expression: Expression,
    kind: Type,
    /// What the value may be at all.
    values: Option<Cell>,
}

#[derive(Debug, Clone)]
struct Output {
    id: String,
    kind: Type,
    /// What the result may be, most important first.
    values: Vec<serde_json::Value>,
}

#[derive(Debug, Clone)]
struct Row {
    when: Vec<Cell>,
    then: Vec<Expression>,
    from: Option<Date>,
    until: Option<Date>,
}

impl Row {
    fn is_in_force(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on) && self.until.is_none_or(|until| on <= until)
    }
}

impl DecisionTable {
    /// The table as it was written.
    pub const fn form(&self) -> &TableForm {
        &self.form
    }

    /// Its name, by which a process asks it.
    pub fn name(&self) -> &str {
        &self.form.name
    }

    /// The dotted paths of all facts that its columns and results may read.
    pub fn reads(&self) -> std::collections::BTreeSet<String> {
        let results = self.rows.iter().flat_map(|row| &row.then);
        let read = self.inputs.iter().map(|input| &input.expression).chain(results);
        read.flat_map(|expression| expression.reads().iter().cloned()).collect()
    }
}

impl PartialEq for DecisionTable {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Serialize for DecisionTable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.form.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DecisionTable {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = TableForm::deserialize(deserializer)?;
        Self::read(form).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            serde::de::Error::custom(faults.join("; "))
        })
    }
}
