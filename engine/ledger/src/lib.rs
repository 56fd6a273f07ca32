//! The ledger (存证账本): a log of what happened that nobody can quietly change.
//!
//! A room writes down a [`Fact`] in the transaction that makes it so ([`append`]). The leading node gives the entries their
//! places in a Merkle tree ([`integrate`]) and signs what the tree is then ([`sign`]); every node publishes the tree as
//! files ([`publish`]), so that anyone can keep a copy. A [`Proof`] shows without the platform that an entry is in the tree;
//! [`audit_database`] and [`audit_folder`] recompute all of it; a [`witness`] sees to it that everybody is shown one tree.
//!
//! Nothing personal is in the tree: an entry is a kind, a time and a salted hash ([`entry`]; docs/ledger.md, docs/adr/0022).

mod append;
mod audit;
pub mod checkpoint;
pub mod entry;
mod error;
mod folder;
mod integrate;
mod keep;
mod log;
mod nodes;
pub mod note;
pub mod policy;
pub mod proof;
mod prove;
mod publish;
mod source;
pub mod tile;
pub mod tree;
pub mod witness;

pub use append::{append, mute};
pub use audit::{AuditError, Audited, Difference, audit_database, audit_folder};
pub use entry::{Fact, Kind};
pub use error::{Error, Result};
pub use integrate::{BATCH, Turn, integrate, sign};
pub use keep::{CHECKPOINT_SECONDS, keep_forever, turn};
pub use log::{Ledger, open_or_create_key, references, size_of, verifier_of};
pub use policy::Policy;
pub use proof::{Proof, ProofError, Proven};
pub use prove::{Provable, last_checkpoint, prove, prove_consistency};
pub use publish::{publish, read_published};
pub use source::{Read, Reading, Source};

/// Tables of this room. Those of the entries have two texts, which differ in the types of the numbers that count rows:
/// SQLite keeps a table in the order of an `integer primary key`.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration::new("ledger/0001_ledger", include_str!("sql/0001_ledger.sql")),
    store::Migration::two(
        "ledger/0002_entries",
        include_str!("sql/0002_entries.sql"),
        include_str!("sql/0002_entries.postgres.sql"),
    ),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
