//! Calendars of working days (工作日历): brought in when the State Council announces a year, put in force while the
//! program runs, and told to every open case.

mod announce;
mod api;
mod import;
mod pages;
mod record;
mod room;
#[cfg(test)]
mod tests;

pub use announce::{days_announced, warn_before_the_end};
pub use import::{
    ImportError, Imported, Importer, NewCalendar, Preview, import, preview, preview_version, put_in_force,
};
pub use record::{InForce, StoredCalendar, TurnOfCalendar, find, in_force, list, load};
pub use room::{Room, routes};

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] =
    &[store::Migration::new("calendars/0001_calendars", include_str!("sql/0001_calendars.sql"))];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
