//! How the desk says no.

use cases::{CaseError, TypeRef};
use kernel::{FieldError, Message, Refusal, Words};

use crate::attach::AttachError;

/// Why something was not done at the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The engine refuses.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Refused before the engine was asked: only staff may, or only of another body or role; what came cannot
    /// be read.
    #[error(transparent)]
    Refused(Refusal),
    /// The case has not come to this work yet.
    #[error("the case has not come to this work yet")]
    NotNow,
    /// The colleague works elsewhere, has another role, or has left.
    #[error("no such colleague for this work")]
    NoSuchColleague,
    /// The colleague is away, and this one stands in for them.
    #[error("the colleague is away")]
    ColleagueAway(Box<identity::DeputyRecord>),
    /// The office must make these materials before it goes on.
    #[error("the office has yet to make {} materials", .0.len())]
    MaterialMissing(Vec<(String, Words)>),
    /// A defect names something that the package does not ask the applicant for.
    #[error("{0}: the package does not ask for it")]
    UnknownTarget(&'static str),
    /// This work does not make such a material.
    #[error("{0} is not made in this work")]
    NotMadeHere(String),
    /// The file is not taken.
    #[error(transparent)]
    Attach(#[from] AttachError),
    /// The case runs under a package version that this node does not know.
    #[error("unknown package version {0:?}")]
    UnknownPackage(TypeRef),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<DeskError> for Refusal {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Case(error) => error.into(),
            DeskError::Refused(refusal) => refusal,
            DeskError::NotNow => Self::conflict("desk-not-now"),
            DeskError::NoSuchColleague => Self::field("to", Message::new("desk-no-such-colleague")),
            DeskError::ColleagueAway(away) => {
                let message = Message::new("desk-colleague-away")
                    .with("name", &away.absent_name)
                    .with("until", away.last_day)
                    .with("deputy", &away.deputy_name);
                Self::field("to", message)
            }
            DeskError::MaterialMissing(missing) => {
                Self::Invalid(missing.iter().map(missing_material).collect())
            }
            DeskError::UnknownTarget(field) => Self::field(field, Message::new("desk-defect-target-unknown")),
            DeskError::NotMadeHere(_) => Self::NotFound,
            DeskError::Attach(error) => error.into(),
            DeskError::Store(error) => error.into(),
            DeskError::UnknownPackage(_) => Self::internal(error),
        }
    }
}

/// Each language takes its own name out of the message.
fn missing_material((id, name): &(String, Words)) -> FieldError {
    let message = Message::new("desk-material-missing").with("zh", &name.zh).with("en", &name.en);
    FieldError::new(format!("materials/{id}"), message)
}
