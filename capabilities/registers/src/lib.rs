//! Registers (基础库、登记库): the one authoritative source for what was decided (一数一源).
//!
//! An entry is written in the transaction that carries out a decision, once for each case and effect. A change does not
//! overwrite: it is the next version, and the one before says until when it held. The end is a version too, the last one. Whoever issues, shares or prefills
//! reads here and types nothing again.

mod api;
mod change;
mod csv;
mod entry;
mod facts;
mod pages;
mod room;
mod search;
mod social_organisation;
#[cfg(test)]
mod testing;
mod write;

pub use change::{ChangeError, Changed, change, changeable, end, restore};
pub use entry::{Entry, EntryRef, NewEntry, Step};
pub use facts::{facts, label_of_field, title};
pub use room::{Room, routes};
pub use search::{find_entry, find_last, history, of_case, search};
pub use social_organisation::{
    BroughtIn, Decided, EntryFault, SOCIAL_ORGANISATIONS, SocialOrganisation, brought_in,
};
pub use write::{WriteError, write};

/// Every register that packages may write to.
pub const KNOWN: &[&str] = &[SOCIAL_ORGANISATIONS];

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration::new("registers/0001_registers", include_str!("sql/0001_registers.sql")),
    store::Migration::new("registers/0002_ends", include_str!("sql/0002_ends.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));

/// The entry that a granting decision makes in `register`; the names of registers are those of [`KNOWN`].
pub fn entry_from(register: &str, decided: &Decided<'_>) -> Result<NewEntry, EntryFault> {
    match register {
        SOCIAL_ORGANISATIONS => social_organisation::entry_from(decided),
        other => Err(EntryFault::UnknownRegister(other.to_owned())),
    }
}
