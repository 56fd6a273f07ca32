//! Asking for something: drafts, materials, submission, correction, withdrawal; and the desk where it is handled.
//!
//! An applicant begins a draft, fills it in page by page, hands in files, looks at everything once more and submits
//! it: in that one transaction the draft becomes a case of the engine. From then on the answers change only in
//! answer to the one correction notice.

pub mod attach;
mod body_choice;
pub mod correct;
pub mod desk;
pub mod detach;
pub mod discard;
pub mod division;
pub mod dossier;
pub mod draft;
pub mod evidence;
mod fields;
mod http;
pub mod mine;
pub mod notices;
pub mod own_case;
pub mod permission;
mod prefill;
mod room;
mod routes;
pub mod save;
pub mod start;
pub mod submit;
#[cfg(test)]
mod testing;
mod timer;
pub mod trace;
pub mod view;
pub mod withdraw;

pub use room::Room;
pub use routes::routes;
pub use timer::{TimerError, run_timer};

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration::new("applications/0001_applications", include_str!("sql/0001_applications.sql")),
    store::Migration::new("applications/0002_desk_filters", include_str!("sql/0002_desk_filters.sql")),
];

/// Sentences for applicants: Chinese and English. The desk has its own.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
