//! The numbers and codes of government work (代码), as types that cannot hold a wrong value.
//!
//! Every type is made by `parse`, which trims surrounding blanks, folds ASCII letters to upper case where the
//! standard has only capitals, refuses full-width characters with a clear sentence, and checks every rule of
//! the standard that can be checked without a table of what exists today. Retired divisions, unknown item
//! types and other provinces' case numbers therefore stay readable. `divisions` is the list of those that exist. No I/O.

#[macro_use]
mod text;

mod case_number;
mod date;
mod describe;
mod division;
pub mod divisions;
mod error;
mod item;
mod licence;
mod resident_id;
mod service_code;
mod social_credit;
pub mod tables;

pub use case_number::{CaseNumber, CaseNumberParts};
pub use date::CivilDate;
pub use describe::{KINDS, Part, describe};
pub use division::{DivisionCode, DivisionLevel};
pub use error::CodeError;
pub use item::{ItemCode, ItemType};
pub use licence::LicenceIdentifier;
pub use resident_id::ResidentId;
pub use service_code::{HandlingItemCode, ImplementationCode};
pub use social_credit::SocialCreditCode;
