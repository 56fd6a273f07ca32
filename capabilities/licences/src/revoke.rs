//! Revoking a document (撤销). It stops holding everywhere at once, because every check asks the table.

use kernel::{Actor, LicenceId, Message, Refusal, Timestamp};
use store::{Tx, vals};

use crate::end::note_ended;
use crate::room::REVOKE;
use crate::{Licence, State, view};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Shorter is no reason, longer is a report.
const REASON_CHARACTERS: std::ops::RangeInclusive<usize> = 4..=500;

/// Why a document was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// There is none, or this clerk has nothing to do with it; or they may see it and not revoke it.
    #[error("refused")]
    Refused(Refusal),
    /// The reason is missing or too long.
    #[error("reason: must have {} to {} characters", REASON_CHARACTERS.start(), REASON_CHARACTERS.end())]
    Reason,
    /// It is revoked already.
    #[error("the document is revoked already")]
    AlreadyRevoked,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<RevokeError> for Refusal {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::Refused(refusal) => refusal,
            RevokeError::Reason => {
                let (min, max) = (REASON_CHARACTERS.start(), REASON_CHARACTERS.end());
                let message = Message::new("licences-revoke-reason-length").with("min", min).with("max", max);
                Self::field("reason", message)
            }
            RevokeError::AlreadyRevoked => Self::conflict("licences-revoked-already"),
            RevokeError::Store(error) => error.into(),
        }
    }
}

/// Revokes a document for a reason, in the name of the body that issued it. The caller commits.
pub async fn revoke(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    id: LicenceId,
    reason: &str,
) -> Result<Licence, RevokeError> {
    by.require(REVOKE).map_err(RevokeError::Refused)?;
    let licence = view::get_visible(tx, by, id).await.map_err(RevokeError::Refused)?;
    if by.staff().map_err(RevokeError::Refused)?.body != licence.issuer {
        return Err(RevokeError::Refused(Refusal::Forbidden));
    }
    end(tx, &by.reference(), now, id, reason).await?.ok_or(RevokeError::AlreadyRevoked)
}

/// Revokes a document because a decision has this effect, such as a failed check of a commitment. One that is revoked
/// already stays as it is. The caller commits.
pub async fn revoke_by_decision(
    tx: &mut Tx,
    now: Timestamp,
    id: LicenceId,
    reason: &str,
) -> Result<(), RevokeError> {
    end(tx, &Actor::System.reference(), now, id, reason).await.map(drop)
}

/// The document after its end; nothing when it was revoked before.
async fn end(
    tx: &mut Tx,
    by: &str,
    now: Timestamp,
    id: LicenceId,
    reason: &str,
) -> Result<Option<Licence>, RevokeError> {
    let reason = reason.trim();
    if !REASON_CHARACTERS.contains(&reason.chars().count()) || reason.contains('\0') {
        return Err(RevokeError::Reason);
    }
    let changed = tx
        .execute(
            "update licences set status = 'revoked', revoked_at = $2, revoked_by = $3, revoke_reason = $4
             where id = $1 and status = 'valid'",
            vals![id, now, by, reason],
        )
        .await?;
    if changed == 0 {
        return Ok(None);
    }
    note_ended(tx, now, &[id], State::Revoked).await?;
    tracing::info!(licence = %id, by, "document revoked");
    Ok(crate::find(tx, id).await?)
}
