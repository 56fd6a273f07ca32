//! Taking a file back before it is handed in for good.

use cases::CaseError;
use kernel::{Actor, CaseId, DraftId, MaterialId, Refusal, Timestamp};
use store::{Tx, vals};

use crate::Room;
use crate::correct;
use crate::draft::{self, DraftError};

#[cfg(test)]
mod tests;

/// Why a file was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum DetachError {
    /// Only a person may.
    #[error("only the applicant may")]
    NotAPerson(Refusal),
    /// There is no such file here, or it was handed in for good.
    #[error("no such file")]
    NoSuchFile,
    /// The draft cannot be opened or has been submitted.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The case cannot be opened or awaits no correction.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<DetachError> for Refusal {
    fn from(error: DetachError) -> Self {
        match error {
            DetachError::NotAPerson(refusal) => refusal,
            DetachError::NoSuchFile => Self::NotFound,
            DetachError::Draft(error) => error.into(),
            DetachError::Case(error) => error.into(),
            DetachError::Store(error) => error.into(),
        }
    }
}

/// Takes a file of a draft back.
pub async fn detach(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    draft: DraftId,
    file: MaterialId,
) -> Result<(), DetachError> {
    let person = by.person().map_err(DetachError::NotAPerson)?;
    draft::get_open(tx, room, person, draft).await?;
    draft::lock_open(tx, draft, now).await?;
    let gone = tx
        .execute(
            "delete from materials where id = $1 and draft_id = $2 and case_id is null",
            vals![file, draft],
        )
        .await?;
    if gone == 1 { Ok(()) } else { Err(DetachError::NoSuchFile) }
}

/// Takes back a file that waits to be sent in answer to a correction notice.
pub async fn detach_correction(
    tx: &mut Tx,
    by: &Actor,
    case: CaseId,
    file: MaterialId,
) -> Result<(), DetachError> {
    let person = by.person().map_err(DetachError::NotAPerson)?;
    correct::get_awaiting(tx, person, case).await?;
    let gone = tx
        .execute(
            "delete from materials where id = $1 and case_id = $2 and state = 'pending'",
            vals![file, case],
        )
        .await?;
    if gone == 1 { Ok(()) } else { Err(DetachError::NoSuchFile) }
}
