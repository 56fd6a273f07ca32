//! What people see of the care that is taken of their data (个人信息保护): who looked at it and why, and the way to ask about
//! it; a copy of it to take along; what supervision sees of looks; the keys under which it lies.

mod alarms;
mod close;
mod copy;
mod delays;
mod keys;
mod looks;
mod merge;
mod question;
mod room;
mod supervise;
mod words;

pub use copy::{Asker, Entry, Reading, Source};
pub use room::{Room, routes};
pub use words::{FIELDS, field_key, purpose_key};

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
