//! How the log says no.

use std::io;
use std::path::{Path, PathBuf};

/// What stands in the way of the log's work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The folder of the published files, or a key file.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The key file is not readable with this passphrase.
    #[error(transparent)]
    KeyFile(#[from] guomi::key_file::KeyFileError),
    /// The name of a log or witness, or a key, or a note.
    #[error(transparent)]
    Note(#[from] crate::note::NoteError),
    /// The key is not the one with which the log of this database began.
    #[error("the log {origin:?} of this database was begun with another key or name: {has}")]
    OtherLog {
        /// The name that was given.
        origin: String,
        /// The verifier key of the database.
        has: String,
    },
    /// What is stored cannot be right.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// More was signed or published than the database has.
    #[error("the database was rolled back: {what} has {ahead} entries, the database has {size}")]
    RolledBack {
        /// Where more was found.
        what: String,
        /// How much.
        ahead: u64,
        /// What the database has.
        size: u64,
    },
    /// What was signed or published is not the beginning of what the database has.
    #[error("the log is forked: {what} has another root over the first {size} entries than the database")]
    Forked {
        /// Where the other root was found.
        what: String,
        /// Over how many entries.
        size: u64,
    },
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

/// What the functions of this room give.
pub type Result<T> = std::result::Result<T, Error>;

/// A count as a column keeps it.
pub(crate) fn to_column(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(|_range| Error::Damaged(format!("{count} is no count")))
}

/// A count from its column.
pub(crate) fn from_column(count: i64) -> Result<u64> {
    u64::try_from(count).map_err(|_range| Error::Damaged(format!("{count} is no count")))
}
