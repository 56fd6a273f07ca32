//! Throwing a draft away.

use kernel::{Actor, DraftId, Refusal, Timestamp};
use store::{Tx, vals};

use crate::draft::{self, DraftError};
use crate::{Room, stand_in};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why a draft was not thrown away.
#[derive(Debug, thiserror::Error)]
pub enum DiscardError {
    /// Only a person may.
    #[error("only the applicant may discard a draft")]
    NotAPerson(Refusal),
    /// There is none, or it was submitted.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<DiscardError> for Refusal {
    fn from(error: DiscardError) -> Self {
        match error {
            DiscardError::NotAPerson(refusal) => refusal,
            DiscardError::Draft(error) => error.into(),
            DiscardError::Store(error) => error.into(),
        }
    }
}

/// Removes a draft and what was attached to it. A submitted one stays: it is part of the case.
pub async fn discard(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
) -> Result<(), DiscardError> {
    let person = by.person().map_err(DiscardError::NotAPerson)?;
    draft::get_open(tx, room, person, id).await?;
    draft::lock_open(tx, id, now).await?;
    // The files themselves stay in the store: another material may have the same content under the same name.
    tx.execute("delete from materials where draft_id = $1 and case_id is null", vals![id]).await?;
    stand_in::forget(tx, id).await?;
    tx.execute("delete from drafts where id = $1 and case_id is null", vals![id]).await?;
    Ok(())
}
