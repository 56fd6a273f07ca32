//! Recomputing the whole log (审计): from the database with the facts that it stands for, and from the published files. The
//! first difference is named; memory stays small, because one tile is looked at at a time.

mod database;
mod files;
#[cfg(test)]
mod tests;

use crate::Kind;
use crate::error::Error;
use crate::policy::Distrust;

pub use database::audit_database;
pub use files::audit_folder;

/// What was looked at and found in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audited {
    /// Entries in the tree.
    pub entries: u64,
    /// Facts that were read again and are as they were written down.
    pub facts: u64,
    /// Entries whose salt was deleted, so that nobody can tell what they stand for.
    pub muted: u64,
    /// Entries of kinds whose facts were not read.
    pub unread: u64,
    /// Entries that wait for their place.
    pub pending: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Tiles, and bundles of entries where files were read.
    pub tiles: u64,
}

/// Why an audit did not end well.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Something was changed, removed, added or put back.
    #[error(transparent)]
    Difference(#[from] Difference),
    /// It could not be looked at.
    #[error(transparent)]
    Error(#[from] Error),
}

impl From<store::Error> for AuditError {
    fn from(error: store::Error) -> Self {
        Self::Error(error.into())
    }
}

/// The first difference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// A row of the log is gone.
    #[error("entry {position} is missing")]
    EntryMissing {
        /// Its place.
        position: u64,
    },
    /// A row of the log, or its node, was changed.
    #[error("entry {position} ({kind} {reference}) is not what stands in the tree")]
    EntryChanged {
        /// Its place.
        position: u64,
        /// Its kind.
        kind: Kind,
        /// What it stands for.
        reference: String,
    },
    /// An entry of a bundle is not the one in the tree.
    #[error("entry {position} of the published bundles is not what stands in the tree")]
    BundleChanged {
        /// Its place.
        position: u64,
    },
    /// The fact was changed behind the log.
    #[error("entry {position}: the {kind} {reference} was changed after it had been written down")]
    FactChanged {
        /// Its place.
        position: u64,
        /// Its kind.
        kind: Kind,
        /// Which one.
        reference: String,
    },
    /// The fact was removed behind the log.
    #[error("entry {position}: the {kind} {reference} was removed")]
    FactRemoved {
        /// Its place.
        position: u64,
        /// Its kind.
        kind: Kind,
        /// Which one.
        reference: String,
    },
    /// There are facts that were never written down.
    #[error("there are {facts} facts of kind {kind} since the log began, and {entries} entries for them")]
    OtherCount {
        /// Of which kind.
        kind: Kind,
        /// How many facts.
        facts: u64,
        /// How many entries, those that wait included.
        entries: u64,
    },
    /// There are rows behind the end of the log.
    #[error("the log says that it has {size} entries, and there is an entry {position}")]
    EntryBeyond {
        /// What the log says.
        size: u64,
        /// Its place.
        position: u64,
    },
    /// A node above the leaves was changed.
    #[error("tile {level}/{number} is not the one that its entries give")]
    TileChanged {
        /// Its level.
        level: u8,
        /// Which one.
        number: u64,
    },
    /// A node is gone.
    #[error("{name} is missing or shorter than it must be")]
    TileMissing {
        /// Its path.
        name: String,
    },
    /// The tree does not have the root that was signed.
    #[error("the checkpoint of {size} entries has another root than the tree")]
    CheckpointDiffers {
        /// Of how many entries.
        size: u64,
    },
    /// What is kept as a checkpoint is none of this log.
    #[error("the checkpoint of {size} entries is not believed: {reason}")]
    CheckpointDistrusted {
        /// Of how many entries.
        size: u64,
        /// Why.
        reason: Distrust,
    },
    /// What is kept as a checkpoint is no note.
    #[error("the checkpoint of {size} entries is damaged: {reason}")]
    CheckpointDamaged {
        /// Of how many entries.
        size: u64,
        /// Why.
        reason: String,
    },
    /// More was signed than there is.
    #[error(
        "a checkpoint of {signed} entries was signed, and the log has {size}: the database was rolled back"
    )]
    Shortened {
        /// What was signed.
        signed: u64,
        /// What is there.
        size: u64,
    },
    /// Nothing was published.
    #[error("there is no published checkpoint in {folder}")]
    NothingPublished {
        /// Where.
        folder: String,
    },
}
