//! The life of electronic seals (统一电子印章): asked for by a body, approved by another person, made by the seal authority,
//! used only while in force and always on record, suspended, revoked, ended by the calendar.
//!
//! [`seal`] says what may follow what and who may do it; [`Keys`] keeps the keys; [`sign()`] is the only way to a seal that
//! signs. What is made follows GB/T 38540-2020.

mod api;
mod draw;
mod import;
mod keys;
mod kinds;
mod list;
mod make;
mod pages;
mod record;
mod renew;
mod request;
mod room;
pub mod seal;
mod sign;
mod step;
#[cfg(test)]
mod tests;

pub use draw::picture;
pub use import::{ImportError, import_maker, import_signer, trust_anchor};
pub use keys::{Keys, KeysError};
pub use kinds::{Kind, Pattern, PatternError, Purpose, Rules, RulesError};
pub use make::MakeError;
pub use record::{SealRecord, UseRecord, find, find_by_number};
pub use renew::{LIST_JOB, ListError, TELL_JOB, issue_list, last_list, list_is_due, take_expiring};
pub use request::{NewSeal, RequestError, request};
pub use room::{Room, routes};
pub use sign::{Granted, SignError, Wanted, open_key, sign};
pub use step::{StepError, TakeStep, take_step};

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] =
    &[store::Migration::new("seals/0001_seals", include_str!("sql/0001_seals.sql"))];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
