//! Finding before any case what is wrong with a table: types, rows that contradict each other, cases that no row answers.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::form::is_allowed;
use super::rows::Rows;
use super::{Cell, DecisionTable, HitPolicy, Row, fit_literal, regions};
use crate::check::{Check, literal_type};
use crate::evaluate::Evaluation;
use crate::facts::Facts;
use crate::node::{Literal, Node};
use crate::types::{Type, TypeFault, Types};
use crate::value::Val;

/// Combinations of values that the search for gaps looks at.
const LOOKS_MAX: usize = 200_000;
/// Gaps that are told for one table.
const GAPS_MAX: usize = 5;

/// Something that is wrong with a table, or may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table {table}{}: {rule}", .row.map(|row| format!(", rule {row}")).unwrap_or_default())]
pub struct TableFinding {
    /// Name of the table.
    pub table: String,
    /// Number of the row, counted from 1.
    pub row: Option<usize>,
    /// What it is.
    pub rule: TableRule,
}

/// What can be wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableRule {
    /// An expression cannot be right.
    #[error(transparent)]
    Expression(#[from] TypeFault),
    /// A column or result of another type than its expression.
    #[error("{column} is said to be {said} and is {found}")]
    Type {
        /// Column or result.
        column: String,
        /// The type that was written.
        said: Type,
        /// The type of the expression.
        found: Type,
    },
    /// A value outside those that the column allows.
    #[error("{value} in {column} is not among the allowed values")]
    NotAllowed {
        /// Column or result.
        column: String,
        /// The value.
        value: String,
    },
    /// Two rows match together where only one may.
    #[error("matches together with rule {other}, for example when {example}")]
    Overlap {
        /// Number of the other row.
        other: usize,
        /// Values for which both match.
        example: String,
    },
    /// Two rows match together and say different things.
    #[error("matches together with rule {other} and says something else, for example when {example}")]
    Contradiction {
        /// Number of the other row.
        other: usize,
        /// Values for which both match.
        example: String,
    },
    /// No row answers.
    #[error("no rule answers{} when {example}", .on.map(|day| format!(" on {day}")).unwrap_or_default())]
    Gap {
        /// A day on which it is so, where rows change in time.
        on: Option<Date>,
        /// Values for which none does.
        example: String,
    },
    /// Rows above answer everything that this one would.
    #[error("never answers: rules above it always come first")]
    Unreachable,
    /// Too many combinations.
    #[error("too large to be searched for gaps")]
    NotSearched,
}

impl TableRule {
    /// Whether the table can be used although this was found.
    pub const fn is_warning(&self) -> bool {
        match self {
            Self::Gap { .. } | Self::Unreachable | Self::NotSearched => true,
            Self::Expression(_)
            | Self::Type { .. }
            | Self::NotAllowed { .. }
            | Self::Overlap { .. }
            | Self::Contradiction { .. } => false,
        }
    }
}

impl DecisionTable {
    /// Everything that is wrong with the table over facts of these types, and warnings.
    pub fn check(&self, types: &Types) -> Vec<TableFinding> {
        let mut checker = Checker { table: self, found: Vec::new() };
        checker.types(types);
        checker.allowed();
        let columns: Vec<Option<Column>> = (0..self.inputs.len()).map(|at| Column::of(self, at)).collect();
        if matches!(self.form.hit, HitPolicy::Unique | HitPolicy::Any) {
            checker.overlaps(&columns);
        }
        if let Some(columns) = columns.into_iter().collect::<Option<Vec<_>>>() {
            checker.gaps(&columns);
        }
        checker.found
    }
}

/// A column that can be decided: values that stand for all, and which rows pass each.
struct Column {
    samples: Vec<Literal>,
    passing: Vec<Rows>,
    /// Rows that ask nothing of this column.
    unasked: Rows,
}

impl Column {
    fn of(table: &DecisionTable, at: usize) -> Option<Self> {
        let samples = regions::samples(table, at)?;
        let rows_where = |passes: &dyn Fn(&Cell) -> bool| {
            Rows::of(table.rows.len(), |row| passes(&table.rows[row].when[at]))
        };
        let passing = |literal: &Literal| {
            let value = Val::of_literal(literal);
            rows_where(&|cell| cell.matches(&value).unwrap_or(false))
        };
        let passing = samples.iter().map(passing).collect();
        Some(Self { passing, samples, unasked: rows_where(&Cell::is_anything) })
    }
}

struct Checker<'a> {
    table: &'a DecisionTable,
    found: Vec<TableFinding>,
}

impl Checker<'_> {
    fn tell(&mut self, row: Option<usize>, rule: TableRule) {
        self.found.push(TableFinding { table: self.table.form.name.clone(), row, rule });
    }

    fn types(&mut self, types: &Types) {
        for (at, input) in self.table.inputs.iter().enumerate() {
            let column = super::form::heading(&self.table.form.inputs[at], at);
            let found = self.typed(None, &column, input.kind, input.expression.node(), types);
            if input.kind == Type::Unknown {
                self.cells(at, &column, found);
            }
        }
        for (at, row) in self.table.rows.iter().enumerate() {
            for (expression, output) in row.then.iter().zip(&self.table.outputs) {
                self.typed(Some(at + 1), &output.id, output.kind, expression.node(), types);
            }
        }
    }

    /// The cells of a column whose type is known only from what it asks.
    fn cells(&mut self, at: usize, column: &str, found: Type) {
        for (number, row) in self.table.rows.iter().enumerate() {
            for literal in row.when[at].literals() {
                if fit_literal(literal.clone(), found).is_none() {
                    let said = literal_type(literal);
                    self.tell(Some(number + 1), TableRule::Type { column: column.to_owned(), said, found });
                }
            }
        }
    }

    /// Checks an expression and returns its type.
    fn typed(&mut self, row: Option<usize>, column: &str, said: Type, node: &Node, types: &Types) -> Type {
        let mut check = Check::new(types);
        let found = check.kind(node);
        for fault in check.faults {
            self.tell(row, fault.into());
        }
        let literal_date = matches!((said, node), (Type::Date, Node::Literal(Literal::Text(text))) if crate::value::read_date(text).is_some());
        let fits = said == found
            || said == Type::Unknown
            || found == Type::Unknown
            || literal_date
            || matches!(
                (said, found),
                (Type::Money | Type::Number, Type::Int) | (Type::Int | Type::Number, Type::Money)
            );
        if !fits {
            self.tell(row, TableRule::Type { column: column.to_owned(), said, found });
        }
        found
    }

    /// Values that are written but not allowed.
    fn allowed(&mut self) {
        let nothing = Facts::new();
        for (at, row) in self.table.rows.iter().enumerate() {
            for (column, (cell, input)) in row.when.iter().zip(&self.table.inputs).enumerate() {
                let Some(values) = input.values.as_ref().filter(|_| input.kind == Type::Text) else {
                    continue;
                };
                for literal in cell.literals() {
                    if !values.matches(&Val::of_literal(literal)).unwrap_or(false) {
                        let column = super::form::heading(&self.table.form.inputs[column], column);
                        self.tell(Some(at + 1), TableRule::NotAllowed { column, value: literal.to_string() });
                    }
                }
            }
            for (expression, output) in row.then.iter().zip(&self.table.outputs) {
                let Node::Literal(_) = expression.node() else { continue };
                let value = Evaluation::new(&nothing).value(expression.node()).map(|value| value.to_json());
                if value.is_ok_and(|value| !is_allowed(&output.values, &value)) {
                    let value = expression.source().to_owned();
                    self.tell(Some(at + 1), TableRule::NotAllowed { column: output.id.clone(), value });
                }
            }
        }
    }

    /// Rows that match together. In a column without a type two rows that both ask something are taken to differ.
    fn overlaps(&mut self, columns: &[Option<Column>]) {
        let rows = &self.table.rows;
        for (at, row) in rows.iter().enumerate() {
            let mut together = Rows::of(rows.len(), |other| other < at && share_a_day(row, &rows[other]));
            for (number, column) in columns.iter().enumerate() {
                let mut beside = Rows::of(rows.len(), |other| {
                    column.is_none()
                        && (row.when[number].is_anything() || rows[other].when[number].is_anything())
                });
                let passing = column.iter().flat_map(|column| &column.passing);
                passing.filter(|passing| passing.contains(at)).for_each(|passing| beside.add(passing));
                together.keep(&beside);
            }
            for other in together.iter() {
                let example = self.shown(&example(columns, [at, other]));
                let contradicts =
                    row.then != rows[other].then && all_literal(row) && all_literal(&rows[other]);
                let other = other + 1;
                if self.table.form.hit == HitPolicy::Unique {
                    self.tell(Some(at + 1), TableRule::Overlap { other, example });
                } else if contradicts {
                    self.tell(Some(at + 1), TableRule::Contradiction { other, example });
                }
            }
        }
    }

    /// `form.age = 17, form.kind = "local"`; columns without a value are left out.
    fn shown(&self, values: &[String]) -> String {
        let named = self.table.inputs.iter().zip(values).filter(|(_, value)| !value.is_empty());
        let named: Vec<String> =
            named.map(|(input, value)| format!("{} = {value}", input.expression)).collect();
        if named.is_empty() { "anything is asked".to_owned() } else { named.join(", ") }
    }

    /// Combinations that no row answers, and rows that never come first.
    fn gaps(&mut self, columns: &[Column]) {
        let count = self.table.rows.len();
        let mut search = Search {
            columns,
            looks_left: LOOKS_MAX,
            day: None,
            gaps: Vec::new(),
            first: Rows::of(count, |_| false),
            path: Vec::new(),
        };
        for day in periods(self.table) {
            let rows = Rows::of(count, |at| day.is_none_or(|day| self.table.rows[at].is_in_force(day)));
            if rows.first().is_some() {
                search.day = day;
                search.look(&rows);
            }
        }
        let Search { looks_left, gaps, first, .. } = search;
        if looks_left == 0 {
            self.tell(None, TableRule::NotSearched);
            return;
        }
        for (on, gap) in gaps {
            let example = self.shown(&gap);
            self.tell(None, TableRule::Gap { on, example });
        }
        if self.table.form.hit == HitPolicy::First {
            for row in (0..count).filter(|row| !first.contains(*row)) {
                self.tell(Some(row + 1), TableRule::Unreachable);
            }
        }
    }
}

/// For each column a value that passes in both rows; empty where it does not matter.
fn example(columns: &[Option<Column>], rows: [usize; 2]) -> Vec<String> {
    let in_column = |column: &Option<Column>| {
        let column = column.as_ref()?;
        let asked = rows.iter().any(|row| !column.unasked.contains(*row));
        let both = |passing: &Rows| rows.iter().all(|row| passing.contains(*row));
        let found = column.samples.iter().zip(&column.passing).find(|(_, passing)| asked && both(passing));
        found.map(|(literal, _)| literal.to_string())
    };
    columns.iter().map(|column| in_column(column).unwrap_or_default()).collect()
}

fn share_a_day(one: &Row, other: &Row) -> bool {
    let from = one.from.max(other.from);
    let until = earliest(one.until, other.until);
    from.is_none_or(|from| until.is_none_or(|until| from <= until))
}

fn earliest(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (day, None) | (None, day) => day,
    }
}

fn all_literal(row: &Row) -> bool {
    row.then.iter().all(|expression| matches!(expression.node(), Node::Literal(_)))
}

/// A day of each period between changes of the rows in force; `None` for a table whose rows are always in force.
fn periods(table: &DecisionTable) -> Vec<Option<Date>> {
    let mut days = BTreeSet::new();
    for row in &table.rows {
        days.extend(row.from);
        days.extend(row.from.and_then(|from| from.checked_sub(1.day()).ok()));
        days.extend(row.until);
        days.extend(row.until.and_then(|until| until.checked_add(1.day()).ok()));
    }
    if days.is_empty() { vec![None] } else { days.into_iter().map(Some).collect() }
}

/// A walk through the combinations of values, column by column, keeping the rows that still match.
struct Search<'a> {
    columns: &'a [Column],
    looks_left: usize,
    day: Option<Date>,
    gaps: Vec<(Option<Date>, Vec<String>)>,
    /// Rows that come first somewhere.
    first: Rows,
    path: Vec<String>,
}

impl Search<'_> {
    fn look(&mut self, rows: &Rows) {
        let Some(column) = self.columns.get(self.path.len()) else {
            if let Some(first) = rows.first() {
                self.first.insert(first);
            }
            return;
        };
        let mut seen: Vec<Rows> = Vec::new();
        for (literal, passing) in column.samples.iter().zip(&column.passing) {
            self.looks_left = self.looks_left.saturating_sub(1);
            if self.looks_left == 0 {
                return;
            }
            let mut left = rows.clone();
            left.keep(passing);
            if seen.contains(&left) {
                continue; // the same rows as for an earlier value: nothing new below
            }
            let unasked = rows.iter().all(|row| column.unasked.contains(row));
            self.path.push(if unasked { String::new() } else { literal.to_string() });
            if left.first().is_some() {
                self.look(&left);
            } else if self.gaps.len() < GAPS_MAX && self.gaps.iter().all(|(_, gap)| *gap != self.path) {
                self.gaps.push((self.day, self.path.clone()));
            }
            self.path.pop();
            seen.push(left);
        }
    }
}
