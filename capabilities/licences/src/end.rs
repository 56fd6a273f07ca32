//! The end of older documents that a decision has for a consequence: a new one stands in their place (换发), or what they
//! stood for has ended (注销). Every check asks the table, so it knows at once.

use kernel::{Actor, LicenceId, Timestamp};
use store::{Result, Tx, Vault, vals};

use crate::State;
use crate::issue::HOLDER_CODE;
use crate::service::subscribe::tell;

/// Marks the older documents of the same id and holder as replaced by this one; how many. Repeating it changes nothing.
/// Ids of documents are names across packages: what one package issues another replaces. The caller commits.
pub async fn replace_older(tx: &mut Tx, now: Timestamp, new: LicenceId) -> Result<u64> {
    let ended = tx
        .fetch_all(
            "update licences set status = 'replaced', revoked_at = $2, revoked_by = $3, revoke_reason = '',
                 replaced_by = (select identifier from licences where id = $1)
             where holder_code_blind = (select holder_code_blind from licences where id = $1)
               and document = (select document from licences where id = $1)
               and status = 'valid' and id < $1 returning id",
            vals![new, now, Actor::System.reference()],
        )
        .await?;
    for row in &ended {
        tell(tx, row.get(0)?, State::Replaced, now).await?;
    }
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
    for row in &rows {
        tell(tx, row.get(1)?, State::Cancelled, now).await?;
    }
    let numbers: Vec<String> = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    if !numbers.is_empty() {
        tracing::info!(document, ended = numbers.len(), "documents cancelled");
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests;
