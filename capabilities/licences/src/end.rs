//! The end of older documents that a decision has for a consequence: a new one stands in their place (换发), or what they
//! stood for has ended (注销). Every check asks the table, so it knows at once.

use kernel::{Actor, LicenceId, Timestamp};
use store::{Result, Tx, Vault, vals};

use crate::issue::HOLDER_CODE;
use crate::service::subscribe::tell;
use crate::{State, facts};

/// What follows wherever documents end: it is written into the ledger, and whoever subscribed is told.
pub(crate) async fn note_ended(tx: &mut Tx, now: Timestamp, ids: &[LicenceId], state: State) -> Result<()> {
    facts::write_ended(tx, now, ids).await?;
    for id in ids {
        tell(tx, *id, state, now).await?;
    }
    Ok(())
}

/// Marks the older documents of the same id and holder as replaced by this one; how many. Repeating it changes nothing.
/// Ids of documents are names across packages: what one package issues another replaces. The caller commits.
pub async fn replace_older(tx: &mut Tx, now: Timestamp, new: LicenceId) -> Result<u64> {
    let rows = tx
        .fetch_all(
            "update licences set status = 'replaced', revoked_at = $2, revoked_by = $3, revoke_reason = '',
                 replaced_by = (select identifier from licences where id = $1)
             where holder_code_blind = (select holder_code_blind from licences where id = $1)
               and document = (select document from licences where id = $1)
               and status = 'valid' and id < $1 returning id",
            vals![new, now, Actor::System.reference()],
        )
        .await?;
    let ended: Vec<LicenceId> = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    note_ended(tx, now, &ended, State::Replaced).await?;
    if !ended.is_empty() {
        tracing::info!(licence = %new, ended = ended.len(), "older documents replaced");
    }
    Ok(ended.len() as u64)
}

/// Marks the documents of this id that the holder of this code has as cancelled; their numbers, none when nothing was on
/// record: there may be a paper from before the platform. The caller commits.
pub async fn cancel_held(
    tx: &mut Tx,
    vault: &Vault,
    now: Timestamp,
    holder_code: &str,
    document: &str,
    reason: &str,
) -> Result<Vec<String>> {
    let reason: String = reason.trim().chars().filter(|c| *c != '\0').take(500).collect();
    let rows = tx
        .fetch_all(
            "update licences set status = 'cancelled', revoked_at = $3, revoked_by = $4, revoke_reason = $5
             where holder_code_blind = $1 and document = $2 and status = 'valid' returning number, id",
            vals![vault.blind(HOLDER_CODE, holder_code), document, now, Actor::System.reference(), reason],
        )
        .await?;
    let numbers: Vec<String> = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    let ended: Vec<LicenceId> = rows.iter().map(|row| row.get(1)).collect::<Result<_>>()?;
    note_ended(tx, now, &ended, State::Cancelled).await?;
    if !numbers.is_empty() {
        tracing::info!(document, ended = numbers.len(), "documents cancelled");
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests;
