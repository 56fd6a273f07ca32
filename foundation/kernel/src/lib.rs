//! What every room agrees on and nothing more: typed ids, who acts, what they may do, how a refusal looks,
//! and which day it is in China. No I/O: time and randomness come in as parameters.

mod actor;
mod assurance;
mod id;
mod mandate;
mod refusal;
mod rule;
mod time;
mod words;

pub use actor::{Actor, Audience, Permission, PersonActor, Role, StaffActor};
pub use assurance::AssuranceLevel;
pub use id::{
    ActId, AuthorisationId, BodyId, CaseId, ClientId, DeputyId, DraftId, EventId, GrantId, InvalidId, JobId,
    LegalPersonId, LetterId, LicenceId, MandateId, MasterCaseId, MaterialId, MessageId, NewsId, NoteId,
    NoticeId, OfferId, PersonId, PostId, RecoveryId, RevisionId, SealId, SessionId, StaffId, StaffImportId,
    TaskId, TemplateId, TypedId,
};
pub use mandate::{Items, Mandate, MandateKind, Principal, Right};
pub use refusal::{FieldError, Message, Refusal};
pub use rule::Rule;
pub use time::{Timestamp, china_date, china_midnight, from_micros, to_micros};
pub use words::Words;
