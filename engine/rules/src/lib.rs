//! The rules language of service packages (规则语言): conditions, eligibility, amounts, instant decisions.
//!
//! Pure: no I/O, no clock, no randomness. The grammar is that of the Common Expression Language (CEL), read by the crate `cel`;
//! the values are those of JSON, dates and amounts in fen. Invariants:
//! 1. Whatever the text and whatever the facts, nothing panics, and reading and answering end within fixed bounds.
//! 2. A missing fact is never a value: what needs it has no value, and a condition without a value does not hold.
//! 3. An answer can be explained: which clause held, with what it read.

mod check;
mod compose;
mod cuts;
mod dmn;
mod evaluate;
mod expression;
mod facts;
mod fault;
mod function;
mod node;
mod parse;
mod plain;
mod possible;
mod table;
mod types;
mod value;
mod why;

pub use dmn::{DmnFault, DmnRule, import_dmn};
pub use expression::Expression;
pub use facts::{Facts, Root};
pub use fault::{ExpressionFault, Kind, Mistake, NoValue, SourceRule};
pub use plain::Plain;
pub use possible::{Domain, Domains, can_hold};
pub use table::{
    CellRule, DecisionTable, Ground, HitPolicy, InputForm, InputRead, OutputForm, RowForm, Scalar,
    TableFault, TableFinding, TableForm, TableFormFault, TableFormRule, TableOutcome, TableRule,
};
pub use types::{Type, TypeFault, TypeRule, Types};
pub use why::{Clause, Comparison, Held, Joined, Outcome, Reading, plain_value};

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));

#[cfg(test)]
mod tests;
