//! Documents that come out of cases (证照): templates, drawing, electronic seals, and checking them without the platform.
//!
//! A document is made in three steps, each a plain function: [`template::Document::render`] fills in the facts of a case,
//! [`document::draw`] makes an archival PDF with its metadata attached, [`seal::seal`] adds the signature. The same document
//! is drawn as OFD ([`document::draw_ofd`]) and sealed with the body's electronic seal ([`ofd::sign()`]). [`verify::verify`]
//! checks either with nothing but the file and the trusted authority's certificate.

mod authorise;
mod check;
mod desk;
pub mod document;
mod end;
mod facts;
mod fonts;
mod issue;
mod metadata;
mod mine;
pub mod number;
mod present;
mod receiver;
mod record;
mod revoke;
mod room;
pub mod seal;
mod sealed_file;
mod seals;
mod service;
mod signers;
pub mod template;
#[cfg(test)]
mod test_others;
#[cfg(test)]
mod test_site;
#[cfg(test)]
mod testing;
mod uses;
pub mod verify;
mod view;

pub use authorise::{
    Authorisation, AuthoriseError, NewAuthorisation, authorise, end_authorisation, end_rights_of,
};
pub use check::{Check, How, Verdict, check_file, look_up, look_up_identifier};
pub use end::{cancel_held, replace_older};
pub use facts::LEDGER_SOURCE;
pub use fonts::{MissingGlyph, check_glyphs, face_files};
pub use issue::{Holder, IssueError, Issued, IssuerBody, NewLicence, Prepared, issue, prepare};
pub use metadata::{Issue, METADATA_FILE, Metadata, MetadataError};
pub use present::{PresentError, Presentation, forget_old, present};
pub use receiver::Receiver;
pub use record::{
    Ending, Licence, State, ending, find, held_by, held_of, is_in_force_of, merge_holder, names_file, of_case,
};
pub use revoke::{RevokeError, revoke, revoke_by_decision};
pub use room::{Room, routes};
pub use service::subscribe::{CHANNEL as STATE_CHANNEL, deliverers};
pub use signers::{Signers, SignersError};
pub use uses::{How as UsedHow, Use, note_in_application};
pub use verify::{Verified, VerifyError, verify as verify_file, verify_at as verify_file_at};
pub use view::get_visible;

/// Tables of this room.
pub const MIGRATIONS: &[store::Migration] = &[
    store::Migration::new("licences/0001_licences", include_str!("sql/0001_licences.sql")),
    store::Migration::new("licences/0002_replaced", include_str!("sql/0002_replaced.sql")),
    store::Migration::new("licences/0003_ofd", include_str!("sql/0003_ofd.sql")),
    store::Migration::new("licences/0004_wallet", include_str!("sql/0004_wallet.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
