//! Finding short Chinese texts by everyday words (检索): half phrases, phrases with something in between, pinyin and
//! initials, slips of the pen, other words for the same thing. Pure: no I/O, no clock; who uses it brings the texts.
//!
//! A query is cut into pairs of neighbouring characters and into words of other scripts; a document is found when it
//! covers enough of what the query asks for. Where that finds nothing whole, the same is tried by sound and by single
//! characters. The few best are then looked at closely. See `docs/adr/0011-search-is-our-own.md`.

mod build;
mod find;
mod mark;
mod postings;
mod query;
mod rank;
mod sound;
mod text;
mod vocabulary;

pub use build::{Document, Index, Weight};
pub use find::{Found, Hit};
pub use vocabulary::{Synonym, Vocabulary};

#[cfg(test)]
mod tests;
