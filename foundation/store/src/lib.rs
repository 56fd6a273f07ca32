//! Everything that outlives a request, behind one door: rows in SQLite or PostgreSQL, jobs to be done later,
//! messages that leave the platform, files, and personal data under lock.
//!
//! One way to read and write: every query goes through a [`Tx`], opened by [`Db::begin`] to write or by
//! [`Db::snapshot`] to read. The same SQL text runs on both engines.

pub mod access_log;
pub mod alarms;
mod backoff;
mod constraint;
pub mod copies;
pub mod data_class;
mod db;
mod error;
mod files;
mod group_commit;
mod id;
pub mod idempotency;
pub mod jobs;
pub mod look_delays;
mod migrate;
pub mod outbox;
pub mod page;
mod refresh;
pub mod rotation;
mod row;
pub mod schema;
mod sqlite;
mod tx;
mod val;
mod vault;

pub use db::{Db, Engine};
pub use error::{Error, Result};
pub use files::{FileRef, Files};
pub use id::fresh_id;
pub use migrate::Migration;
pub use refresh::refresh_forever;
pub use row::{FromCol, Row};
pub use tx::{Sql, Tx};
pub use val::Val;
pub use vault::{KeyState, Purpose, Vault, VaultKey};

/// The tables of this room itself; give them first to [`Db::migrate`].
pub const MIGRATIONS: &[Migration] = &[
    Migration::new("store/0001_store", include_str!("../migrations/0001_store.sql")),
    Migration::new("store/0002_personal_data", include_str!("../migrations/0002_personal_data.sql")),
    Migration::new("store/0003_look_delays", include_str!("../migrations/0003_look_delays.sql")),
];

/// What each column of this room's own tables holds ([`data_class`]).
pub const CLASSES: &str = include_str!("../migrations/classes.txt");
