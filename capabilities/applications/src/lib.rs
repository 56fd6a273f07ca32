//! Asking for something: drafts, materials, submission, correction, withdrawal; and the desk where it is handled.
//!
//! An applicant begins a draft, fills it in page by page, hands in files, looks at everything once more and submits
//! it: in that one transaction the draft becomes a case of the engine. From then on the answers change only in
//! answer to the one correction notice.

mod acting;
pub mod again;
mod asked;
pub mod attach;
mod body_choice;
mod copies;
pub mod correct;
pub mod desk;
pub mod detach;
pub mod discard;
pub mod division;
pub mod dossier;
pub mod draft;
pub mod evidence;
mod fields;
pub mod hear;
mod http;
mod known;
pub mod letters;
pub mod master;
pub mod merge;
pub mod mine;
pub mod notices;
pub mod object;
pub mod own_case;
mod packages;
pub mod permission;
mod prefill;
pub mod progress;
mod proof;
pub mod reach;
mod reasons;
mod recuse;
mod requirement;
pub mod retention;
mod room;
mod routes;
pub mod save;
pub mod stand_in;
pub mod start;
pub mod submit;
pub mod supply;
#[cfg(test)]
mod testing;
mod text;
mod timer;
pub mod trace;
pub mod view;
mod window;
pub mod withdraw;

pub use copies::copy;
pub use master::go_on::{GoOnError, run as run_bundle};
pub use packages::forget_tried;
pub use progress::forget as forget_look_ups;
pub use room::Room;
pub use routes::routes;
pub use timer::{TimerError, run_timer};

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration::new("applications/0001_applications", include_str!("sql/0001_applications.sql")),
    store::Migration::new("applications/0002_desk_filters", include_str!("sql/0002_desk_filters.sql")),
    store::Migration::new("applications/0003_applicant", include_str!("sql/0003_applicant.sql")),
    store::Migration::new("applications/0004_workbench", include_str!("sql/0004_workbench.sql")),
    store::Migration::new("applications/0005_tried_packages", include_str!("sql/0005_tried_packages.sql")),
    store::Migration::new("applications/0006_bundles", include_str!("sql/0006_bundles.sql")),
    store::Migration::new("applications/0007_progress", include_str!("sql/0007_progress.sql")),
    store::Migration::new("applications/0008_acting", include_str!("sql/0008_acting.sql")),
    store::Migration::new("applications/0009_recusals", include_str!("sql/0009_recusals.sql")),
    store::Migration::new("applications/0010_by_file", include_str!("sql/0010_by_file.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences for applicants: Chinese and English. The desk has its own.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
