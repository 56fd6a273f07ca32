//! Asking a decision table.

use jiff::civil::Date;
use kernel::{Message, Words};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::cell::fit;
use super::form::{heading, is_allowed};
use super::{DecisionTable, HitPolicy};
use crate::evaluate::Evaluation;
use crate::facts::Facts;
use crate::fault::{Mistake, NoValue};
use crate::node::Arithmetic;
use crate::value::Val;

/// Steps that one question to a table may take, all its columns and results together.
const STEPS_MAX: usize = 1_000_000;

/// What a table says (决策结果).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableOutcome {
    /// The results by name; empty when no row matched.
    pub outputs: Map<String, Value>,
    /// Which rows the results come from, counted from 0.
    pub rules: Vec<usize>,
    /// What was asked and found, column by column.
    pub inputs: Vec<InputRead>,
    /// Why: the rows with their basis.
    pub why: Vec<Ground>,
}

/// What a column found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRead {
    /// Heading of the column.
    pub label: Words,
    /// What it asks.
    pub expression: String,
    /// The value; nothing when a fact is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A row that the results come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Number of the row, counted from 1 as people do.
    pub row: usize,
    /// Its cells.
    pub when: Vec<String>,
    /// Its legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Its remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Why a table has no answer. Rows are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    /// A column cannot be asked.
    #[error("column {column}: {why}")]
    Input {
        /// Heading of the column.
        column: String,
        /// Why not.
        why: NoValue,
    },
    /// Several rows match where only one may.
    #[error("rules {0:?} match together, and only one may")]
    Several(Vec<usize>),
    /// Rows that match together say different things.
    #[error("rules {0:?} match together and do not say the same")]
    Differ(Vec<usize>),
    /// A result cannot be made.
    #[error("rule {row}, result {id}: {why}")]
    Output {
        /// Number of the row.
        row: usize,
        /// Name of the result.
        id: String,
        /// Why not.
        why: NoValue,
    },
    /// A result that its column does not allow.
    #[error("rule {row}, result {id}: this value is not among the allowed ones")]
    NotAllowed {
        /// Number of the row.
        row: usize,
        /// Name of the result.
        id: String,
    },
    /// The results cannot be put together.
    #[error("result {id}: {mistake}")]
    Together {
        /// Name of the result.
        id: String,
        /// Why not.
        mistake: Mistake,
    },
}

impl TableOutcome {
    /// The ground of each row as a sentence. `table` is the title in the reader's language.
    pub fn messages(&self, table: &str) -> Vec<Message> {
        let said = |ground: &Ground| {
            let message = match &ground.basis {
                Some(basis) => Message::new("rules-table-row-basis").with("basis", basis),
                None => Message::new("rules-table-row"),
            };
            message.with("table", table).with("row", ground.row)
        };
        if self.why.is_empty() {
            return vec![Message::new("rules-table-no-row").with("table", table)];
        }
        self.why.iter().map(said).collect()
    }
}

impl DecisionTable {
    /// What the table says of these facts under the rows that are in force on a day. A missing fact matches only `-`.
    pub fn evaluate(&self, facts: &Facts<'_>, on: Date) -> Result<TableOutcome, TableFault> {
        let mut evaluation = Evaluation::with_steps(facts, STEPS_MAX);
        let values = self.ask(&mut evaluation)?;
        let mut matching = Vec::new();
        for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| row.is_in_force(on)) {
            let mut matches = true;
            for ((column, cell), value) in row.when.iter().enumerate().zip(&values) {
                matches = matches
                    && match value {
                        Some(value) => {
                            cell.matches(value).map_err(|mistake| self.input_fault(column, mistake))?
                        }
                        None => cell.is_anything(),
                    };
            }
            if matches {
                matching.push(at);
            }
        }
        let results = self.results(&matching, &mut evaluation)?;
        let (outputs, rules) = self.settle(&matching, results)?;
        Ok(TableOutcome { outputs, inputs: self.read_inputs(&values), why: self.grounds(&rules), rules })
    }

    /// The value of each column; nothing where a fact is missing.
    fn ask<'a>(&'a self, evaluation: &mut Evaluation<'a>) -> Result<Vec<Option<Val<'a>>>, TableFault> {
        let mut values = Vec::new();
        for (column, input) in self.inputs.iter().enumerate() {
            let value = match evaluation.value(input.expression.node()) {
                Ok(value) => {
                    Some(fit(value, input.kind).map_err(|mistake| self.input_fault(column, mistake))?)
                }
                Err(NoValue::Missing { .. }) => None,
                Err(why @ (NoValue::TooComplex | NoValue::Fault { .. })) => {
                    return Err(TableFault::Input { column: self.heading(column), why });
                }
            };
            values.push(value);
        }
        Ok(values)
    }

    /// The results of each matching row.
    fn results<'a>(
        &'a self,
        matching: &[usize],
        evaluation: &mut Evaluation<'a>,
    ) -> Result<Vec<Vec<Value>>, TableFault> {
        let used = match self.form.hit {
            HitPolicy::First => matching.get(..1).unwrap_or_default(),
            HitPolicy::Unique if matching.len() > 1 => {
                return Err(TableFault::Several(matching.iter().map(|at| at + 1).collect()));
            }
            HitPolicy::Unique
            | HitPolicy::Any
            | HitPolicy::Priority
            | HitPolicy::RuleOrder
            | HitPolicy::Collect
            | HitPolicy::CollectSum
            | HitPolicy::CollectMin
            | HitPolicy::CollectMax
            | HitPolicy::CollectCount => matching,
        };
        used.iter().map(|at| self.result_row(*at, evaluation)).collect()
    }

    fn result_row<'a>(
        &'a self,
        at: usize,
        evaluation: &mut Evaluation<'a>,
    ) -> Result<Vec<Value>, TableFault> {
        let row = at + 1;
        let made = self.rows[at].then.iter().zip(&self.outputs).map(|(expression, output)| {
            let fault = |why| TableFault::Output { row, id: output.id.clone(), why };
            let value = evaluation.value(expression.node()).map_err(fault)?;
            let value = fit(value, output.kind).map_err(|mistake| {
                fault(NoValue::Fault { place: expression.source().to_owned(), mistake })
            })?;
            let value = value.to_json();
            if !is_allowed(&output.values, &value) {
                return Err(TableFault::NotAllowed { row, id: output.id.clone() });
            }
            Ok(value)
        });
        made.collect()
    }

    /// What the policy makes of the results, and from which rows.
    fn settle(
        &self,
        matching: &[usize],
        results: Vec<Vec<Value>>,
    ) -> Result<(Map<String, Value>, Vec<usize>), TableFault> {
        let ids = || self.outputs.iter().map(|output| output.id.clone());
        let one = |row: Vec<Value>| ids().zip(row).collect::<Map<_, _>>();
        if matching.is_empty() && self.form.hit != HitPolicy::CollectCount {
            return Ok((Map::new(), Vec::new()));
        }
        match self.form.hit {
            HitPolicy::Unique | HitPolicy::First => {
                Ok((results.into_iter().next().map(one).unwrap_or_default(), matching[..1].to_vec()))
            }
            HitPolicy::Any => {
                if results.windows(2).any(|pair| pair[0] != pair[1]) {
                    return Err(TableFault::Differ(matching.iter().map(|at| at + 1).collect()));
                }
                Ok((results.into_iter().next().map(one).unwrap_or_default(), matching.to_vec()))
            }
            HitPolicy::Priority => {
                let ranked = results.into_iter().zip(matching).min_by_key(|(row, _)| self.rank(row));
                Ok(ranked.map(|(row, at)| (one(row), vec![*at])).unwrap_or_default())
            }
            HitPolicy::RuleOrder | HitPolicy::Collect => {
                let column =
                    |at: usize| results.iter().filter_map(|row| row.get(at).cloned()).collect::<Value>();
                Ok((ids().enumerate().map(|(at, id)| (id, column(at))).collect(), matching.to_vec()))
            }
            HitPolicy::CollectSum
            | HitPolicy::CollectMin
            | HitPolicy::CollectMax
            | HitPolicy::CollectCount => {
                let value = self.aggregate(&results)?;
                Ok((one(vec![value]), matching.to_vec()))
            }
        }
    }

    /// Places of the results in the lists of allowed ones: the smaller, the more important.
    fn rank(&self, row: &[Value]) -> Vec<usize> {
        let listed = row.iter().zip(&self.outputs).filter(|(_, output)| !output.values.is_empty());
        listed
            .map(|(value, output)| output.values.iter().position(|v| v == value).unwrap_or(usize::MAX))
            .collect()
    }

    fn aggregate(&self, results: &[Vec<Value>]) -> Result<Value, TableFault> {
        let id = self.outputs.first().map(|output| output.id.clone()).unwrap_or_default();
        let together = |mistake| TableFault::Together { id, mistake };
        let mut values = results.iter().filter_map(|row| row.first()).filter_map(Val::of);
        let made = match self.form.hit {
            HitPolicy::CollectCount => return Ok(Value::from(results.len())),
            HitPolicy::CollectSum => {
                values.try_fold(Val::Int(0), |sum, value| sum.calculate(Arithmetic::Add, &value))
            }
            HitPolicy::CollectMin => {
                crate::function::extreme(&values.collect::<Vec<_>>(), std::cmp::Ordering::Less)
            }
            HitPolicy::Unique
            | HitPolicy::First
            | HitPolicy::Any
            | HitPolicy::Priority
            | HitPolicy::RuleOrder
            | HitPolicy::Collect
            | HitPolicy::CollectMax => {
                crate::function::extreme(&values.collect::<Vec<_>>(), std::cmp::Ordering::Greater)
            }
        };
        made.map(|value| value.to_json()).map_err(together)
    }

    fn heading(&self, column: usize) -> String {
        self.form.inputs.get(column).map(|input| heading(input, column)).unwrap_or_default()
    }

    fn input_fault(&self, column: usize, mistake: Mistake) -> TableFault {
        let place = self.inputs[column].expression.source().to_owned();
        TableFault::Input { column: self.heading(column), why: NoValue::Fault { place, mistake } }
    }

    fn read_inputs(&self, values: &[Option<Val<'_>>]) -> Vec<InputRead> {
        let read = |(input, value): (&super::InputForm, &Option<Val<'_>>)| InputRead {
            label: input.label.clone(),
            expression: input.expression.source().to_owned(),
            value: value.as_ref().and_then(crate::why::shown),
        };
        self.form.inputs.iter().zip(values).map(read).collect()
    }

    fn grounds(&self, rules: &[usize]) -> Vec<Ground> {
        let ground = |at: &usize| Ground {
            row: at + 1,
            when: self.rows[*at].when.iter().map(ToString::to_string).collect(),
            basis: self.form.rules[*at].basis.clone(),
            note: self.form.rules[*at].note.clone(),
        };
        rules.iter().map(ground).collect()
    }
}
