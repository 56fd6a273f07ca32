//! How storage says no, and how much of that may be shown.

use std::borrow::Cow;

use kernel::{Message, Refusal};

/// What the rooms above get back.
pub type Result<T> = std::result::Result<T, Error>;

/// A storage error. Only [`Error::Unique`] is something a command can act on; use [`Error::on_constraint`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that must be there is not there. Never silently a 404: say `fetch_optional` where absence is normal.
    #[error("a row that must exist is missing")]
    Missing,
    /// A stored value cannot be read as what it should be.
    #[error("column {column} does not hold {expected}")]
    Damaged {
        /// The column's name in the result.
        column: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// A unique or primary key constraint was hit.
    #[error("unique constraint {constraint} violated")]
    Unique {
        /// The constraint's name, the same on both engines.
        constraint: String,
    },
    /// Locks, deadlock or time limits: the same request may well succeed when repeated.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database cannot be reached or cannot take writes at the moment.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// An earlier statement of this transaction failed, so nothing of it can be kept.
    #[error("the transaction failed earlier; nothing of it was kept")]
    TransactionFailed,
    /// The job was cancelled, or its lease ran out and another worker has it.
    #[error("the job is no longer this worker's")]
    LeaseLost,
    /// The page cursor is none, or one of another list.
    #[error(transparent)]
    InvalidCursor(#[from] crate::page::InvalidCursor),
    /// The database address cannot be used.
    #[error("database address: {0}")]
    Address(String),
    /// A migration could not be applied.
    #[error("migration {name}: {reason}")]
    Migration {
        /// The migration's name.
        name: String,
        /// What stands in the way.
        reason: String,
    },
    /// The vault's key cannot be used, or something was not sealed with it.
    #[error("vault: {0}")]
    Vault(String),
    /// There is no file of this name.
    #[error("file {0} is missing")]
    FileMissing(String),
    /// The file does not hold what its name says.
    #[error("file {0} is damaged")]
    FileDamaged(String),
    /// The disk refused.
    #[error("file storage: {0}")]
    File(#[source] std::io::Error),
    /// Any other database error.
    #[error("{}", safe_text(.0))]
    Db(#[source] sqlx::Error),
    /// The same of SQLite.
    #[error("database error: {0}")]
    Sqlite(#[source] rusqlite::Error),
}

impl Error {
    /// Whether a unique or primary key constraint was hit.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Unique { .. })
    }

    /// Turns the violation of one named constraint into the caller's own refusal; everything else passes through.
    ///
    /// The transaction is spent by then, as on PostgreSQL: where the answer has to go on working in the same
    /// transaction, write `on conflict do nothing` and count the rows.
    pub fn on_constraint<E: From<Self>>(self, name: &str, refusal: impl FnOnce() -> E) -> E {
        if matches!(&self, Self::Unique { constraint } if constraint == name) {
            refusal()
        } else {
            E::from(self)
        }
    }

    /// Sorts an error of the PostgreSQL driver.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's list of errors is open-ended")]
    pub(crate) fn from_driver(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::Missing,
            sqlx::Error::PoolTimedOut => Self::Busy("no free connection in time".into()),
            sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::BeginFailed => {
                Self::Unavailable(error.to_string())
            }
            sqlx::Error::Database(database) => match database.code().as_deref().map(kind_of_code) {
                Some(Kind::Busy) => Self::Busy(safe_text(&error)),
                Some(Kind::Unavailable) => Self::Unavailable(safe_text(&error)),
                Some(Kind::Other) | None => match (database.is_unique_violation(), database.constraint()) {
                    (true, Some(constraint)) => Self::Unique { constraint: constraint.to_owned() },
                    (true, None) | (false, _) => Self::Db(error),
                },
            },
            _ => Self::Db(error),
        }
    }
}

impl Error {
    /// Sorts an error of SQLite, before the name of a violated constraint is known.
    pub(crate) fn from_sqlite(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|failure| failure.extended_code.to_string());
        match code.as_deref().map(kind_of_code) {
            Some(Kind::Busy) => Self::Busy(error.to_string()),
            Some(Kind::Unavailable) => Self::Unavailable(error.to_string()),
            Some(Kind::Other) | None => Self::Sqlite(error),
        }
    }
}

enum Kind {
    Busy,
    Unavailable,
    Other,
}

/// SQLSTATE classes of PostgreSQL (appendix A of its manual) and result codes of SQLite (sqlite.org/rescode.html).
/// SQLSTATEs have five characters and SQLite's codes at most four, so the two cannot be confused.
fn kind_of_code(code: &str) -> Kind {
    if code.len() == 5 {
        return match (code, code.get(..2)) {
            // serialization failure, deadlock, lock not available, statement time limit
            ("40001" | "40P01" | "55P03" | "57014", _) => Kind::Busy,
            // server stopping or starting; connection; out of disk, memory or connections
            ("57P01" | "57P02" | "57P03", _) | (_, Some("08" | "53")) => Kind::Unavailable,
            _ => Kind::Other,
        };
    }
    // The low byte of an extended SQLite code is its primary code.
    match code.parse::<i64>().map(|number| number & 0xff) {
        Ok(5 | 6) => Kind::Busy,               // SQLITE_BUSY, SQLITE_LOCKED
        Ok(10 | 13 | 14) => Kind::Unavailable, // SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
        Ok(_) | Err(_) => Kind::Other,
    }
}

/// What may stand in a log: PostgreSQL repeats stored values in the detail and in class 22 (data exception) messages.
fn safe_text(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(database) = error else { return error.to_string() };
    let code = database.code().unwrap_or(Cow::Borrowed("no code"));
    if code.len() == 5 && code.starts_with("22") {
        return format!("database error {code} (a value was refused)");
    }
    format!("database error {code}: {}", database.message())
}

/// The form in which an internal error travels to the log: text only, so that no `{:?}` can print row values.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Fault(String);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if let Error::Busy(_) | Error::Unavailable(_) = error {
            tracing::warn!(%error, "storage is unavailable");
            return Self::Unavailable;
        }
        if let Error::InvalidCursor(_) = error {
            return Self::Malformed(Message::new("store-cursor-invalid"));
        }
        Self::internal(Fault(error.to_string()))
    }
}
