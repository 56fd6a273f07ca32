//! The storage suite: every test runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alarms;
mod faults;
mod files;
mod idempotency;
mod jobs;
mod look_delays;
mod migrate;
mod outbox;
mod page;
mod rotation;
mod sqlite;
mod tx;
mod values;
mod vault;
