//! Throwing a draft away.

use identity::AgentAct;
use kernel::{Actor, DraftId, PersonId, Refusal, Timestamp};
use store::{Tx, vals};

use crate::draft::{self, DraftError};
use crate::{Room, acting, stand_in};

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

/// Removes every draft of a natural person's own, and ends what they allowed others with their documents (注销账号).
pub async fn discard_all(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<(), store::Error> {
    licences::end_rights_of(tx, person, now).await?;
    let sql = "select id from drafts where person = $1 and legal_person is null and case_id is null";
    for row in tx.fetch_all(sql, vals![person]).await? {
        remove(tx, row.get(0)?).await?;
    }
    Ok(())
}

async fn remove(tx: &mut Tx, id: DraftId) -> Result<(), store::Error> {
    // Another material may have the same content under the same name: files go by night, once no row knows them.
    tx.execute("delete from materials where draft_id = $1 and case_id is null", vals![id]).await?;
    stand_in::forget(tx, id).await?;
    tx.execute("delete from drafts where id = $1 and case_id is null", vals![id]).await?;
    Ok(())
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
    let draft = draft::get_open(tx, room, person, id).await?;
    draft::lock_open(tx, id, now).await?;
    remove(tx, id).await?;
    acting::note_draft(tx, by, AgentAct::Discarded, &draft, now).await?;
    Ok(())
}
