//! The ledger (存证账本): a log of what happened that nobody can quietly change.
mod checkpoint;
mod entry;
mod note;
mod policy;
mod proof;
mod tile;
mod tree;
