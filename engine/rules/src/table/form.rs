//! A decision table as it is written in YAML or JSON, and the reading of it.

use jiff::civil::Date;
use kernel::Words;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::cell::{Cell, CellRule, fit_literal, is_word, read_literal};
use super::{DecisionTable, HitPolicy, Input, Output, Row};
use crate::expression::Expression;
use crate::fault::ExpressionFault;
use crate::node::Literal;
use crate::types::Type;
use crate::value::Val;

/// Most rows of a table.
const ROWS_MAX: usize = 1_000;
/// Most columns of a table, results included.
const COLUMNS_MAX: usize = 20;

/// A cell as YAML gives it: `true` and `18` need no quotes there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Number(f64),
    /// Anything else.
    Text(String),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bool(yes) => write!(f, "{yes}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A decision table as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableForm {
    /// Name by which a process asks it.
    pub name: String,
    /// Its title.
    #[serde(default)]
    pub label: Words,
    /// What is made of the rows that match.
    #[serde(default)]
    pub hit: HitPolicy,
    /// The columns that are asked.
    pub inputs: Vec<InputForm>,
    /// The columns of results.
    pub outputs: Vec<OutputForm>,
    /// The rows.
    pub rules: Vec<RowForm>,
}

/// A column that is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputForm {
    /// Heading of the column.
    #[serde(default)]
    pub label: Words,
    /// What is asked: a fact or a calculation.
    pub expression: Expression,
    /// Type of the column.
    #[serde(rename = "type", default = "unknown")]
    pub kind: Type,
    /// A cell that says what the value may be at all, such as `>= 0`; gaps are looked for inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
}

/// A column of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputForm {
    /// Name of the result.
    pub id: String,
    /// Heading of the column.
    #[serde(default)]
    pub label: Words,
    /// Type of the result.
    #[serde(rename = "type", default = "unknown")]
    pub kind: Type,
    /// What the result may be, most important first (for `priority`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Scalar>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowForm {
    /// One cell for each column that is asked.
    pub when: Vec<Scalar>,
    /// One cell for each result: a value or an expression.
    pub then: Vec<Scalar>,
    /// The legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// First day on which the row is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day on which the row is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// A remark for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

const fn unknown() -> Type {
    Type::Unknown
}

/// Something in a table that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table {table}{}{}: {rule}", .row.map(|row| format!(", rule {row}")).unwrap_or_default(),
    .column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default())]
pub struct TableFormFault {
    /// Name of the table.
    pub table: String,
    /// Number of the row, counted from 1.
    pub row: Option<usize>,
    /// Heading of the column.
    pub column: Option<String>,
    /// What is wrong.
    pub rule: TableFormRule,
}

/// The rules that a written table must keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFormRule {
    /// A table asks at least one thing and gives at least one.
    #[error("a table needs a name, a column that is asked, a result and a row")]
    Incomplete,
    /// Too large.
    #[error("at most {ROWS_MAX} rules and {COLUMNS_MAX} columns")]
    TooLarge,
    /// Two results of one name.
    #[error("the result {0} is there twice")]
    Twice(String),
    /// A row with too few or too many cells.
    #[error("{given} cells where the table has {columns} columns")]
    Cells {
        /// Cells in the row.
        given: usize,
        /// Columns of the table.
        columns: usize,
    },
    /// A cell is wrong.
    #[error(transparent)]
    Cell(#[from] CellRule),
    /// A result is no expression.
    #[error(transparent)]
    Expression(#[from] ExpressionFault),
    /// The days of a row.
    #[error("in force from {from} until {until}: no day at all")]
    Days {
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// Lists and groups cannot stand in a column.
    #[error("a column cannot be {0}")]
    ColumnType(Type),
    /// The policy needs something that the columns do not have.
    #[error("{0}")]
    Policy(&'static str),
}

impl DecisionTable {
    /// Reads a written table, or names every fault in it.
    pub fn read(form: TableForm) -> Result<Self, Vec<TableFormFault>> {
        let mut reader = Reader { table: form.name.clone(), faults: Vec::new() };
        reader.frame(&form);
        if !reader.faults.is_empty() {
            return Err(reader.faults);
        }
        let inputs: Vec<Input> =
            form.inputs.iter().enumerate().map(|(at, input)| reader.input(at, input)).collect();
        let outputs: Vec<Output> = form.outputs.iter().map(|output| reader.output(output)).collect();
        let rows =
            form.rules.iter().enumerate().filter_map(|(at, row)| reader.row(&form, at + 1, row)).collect();
        if reader.faults.is_empty() { Ok(Self { form, inputs, outputs, rows }) } else { Err(reader.faults) }
    }
}

struct Reader {
    table: String,
    faults: Vec<TableFormFault>,
}

impl Reader {
    fn fault(&mut self, row: Option<usize>, column: Option<String>, rule: TableFormRule) {
        self.faults.push(TableFormFault { table: self.table.clone(), row, column, rule });
    }

    fn frame(&mut self, form: &TableForm) {
        if form.name.trim().is_empty()
            || form.inputs.is_empty()
            || form.outputs.is_empty()
            || form.rules.is_empty()
        {
            self.fault(None, None, TableFormRule::Incomplete);
        }
        if form.rules.len() > ROWS_MAX || form.inputs.len() + form.outputs.len() > COLUMNS_MAX {
            self.fault(None, None, TableFormRule::TooLarge);
        }
        for (at, output) in form.outputs.iter().enumerate() {
            if form.outputs[..at].iter().any(|earlier| earlier.id == output.id) {
                self.fault(None, None, TableFormRule::Twice(output.id.clone()));
            }
        }
        if form.hit.is_aggregate() && form.outputs.len() != 1 {
            self.fault(
                None,
                None,
                TableFormRule::Policy("to collect into one number a table has one result"),
            );
        }
        let adds = matches!(form.hit, HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax);
        let number = |kind| matches!(kind, Type::Int | Type::Money | Type::Number | Type::Unknown);
        if adds && !form.outputs.iter().all(|output| number(output.kind)) {
            self.fault(None, None, TableFormRule::Policy("only numbers have a sum, a least and a greatest"));
        }
        if form.hit == HitPolicy::Priority && form.outputs.iter().all(|output| output.values.is_empty()) {
            let what = "priority needs a result with its values, the most important first";
            self.fault(None, None, TableFormRule::Policy(what));
        }
    }

    fn input(&mut self, at: usize, form: &InputForm) -> Input {
        let column = Some(heading(form, at));
        if matches!(form.kind, Type::List | Type::Object) {
            self.fault(None, column.clone(), TableFormRule::ColumnType(form.kind));
        }
        let values = form.values.as_ref().and_then(|values| match Cell::parse(values, form.kind, true) {
            Ok(cell) => Some(cell),
            Err(rule) => {
                self.fault(None, column, rule.into());
                None
            }
        });
        Input { expression: form.expression.clone(), kind: form.kind, values }
    }

    fn output(&mut self, form: &OutputForm) -> Output {
        let mut values = Vec::new();
        for value in &form.values {
            if let Some(literal) = result_literal(value, form.kind) {
                values.push(Val::of_literal(&literal).to_json());
            } else {
                let rule = CellRule::WrongType { value: value.to_string(), column: form.kind };
                self.fault(None, Some(form.id.clone()), rule.into());
            }
        }
        Output { id: form.id.clone(), kind: form.kind, values }
    }

    fn row(&mut self, form: &TableForm, number: usize, row: &RowForm) -> Option<Row> {
        let faults = self.faults.len();
        for (given, columns) in [(row.when.len(), form.inputs.len()), (row.then.len(), form.outputs.len())] {
            if given != columns {
                self.fault(Some(number), None, TableFormRule::Cells { given, columns });
            }
        }
        if let (Some(from), Some(until)) = (row.from, row.until)
            && until < from
        {
            self.fault(Some(number), None, TableFormRule::Days { from, until });
        }
        let (mut when, mut then) = (Vec::new(), Vec::new());
        for (at, (cell, input)) in row.when.iter().zip(&form.inputs).enumerate() {
            match Cell::parse(&cell.to_string(), input.kind, true) {
                Ok(cell) => when.push(cell),
                Err(rule) => self.fault(Some(number), Some(heading(input, at)), rule.into()),
            }
        }
        for (cell, output) in row.then.iter().zip(&form.outputs) {
            match Expression::parse(&result_source(cell, output.kind)) {
                Ok(expression) => then.push(expression),
                Err(fault) => self.fault(Some(number), Some(output.id.clone()), fault.into()),
            }
        }
        (self.faults.len() == faults).then_some(Row { when, then, from: row.from, until: row.until })
    }
}

/// How a column is called in a fault.
pub(super) fn heading(form: &InputForm, at: usize) -> String {
    let label = if form.label.zh.is_empty() { &form.label.en } else { &form.label.zh };
    if label.is_empty() { format!("{} ({})", at + 1, form.expression) } else { label.clone() }
}

/// A result that is written as a value.
fn result_literal(value: &Scalar, kind: Type) -> Option<Literal> {
    let text = value.to_string();
    let bare = || (kind == Type::Text && is_word(&text)).then(|| Literal::Text(text.clone()));
    let literal = read_literal(text.trim()).or_else(bare);
    fit_literal(literal?, kind)
}

/// The expression of a result: a plain value as such, anything else as it is written.
fn result_source(value: &Scalar, kind: Type) -> String {
    result_literal(value, kind).map_or_else(|| value.to_string(), |literal| literal.to_string())
}

/// Whether a result is among those that its column allows.
pub(super) fn is_allowed(values: &[Value], value: &Value) -> bool {
    values.is_empty() || values.contains(value)
}
