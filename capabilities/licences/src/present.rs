//! Showing a document by a code (出示): its holder makes one, a clerk or a connected system types or scans it, and sees the
//! document once. The code is the holder's consent, so it lasts for minutes.

use identity::{AgentAct, printed_code};
use kernel::{Actor, EventId, LicenceId, Refusal, Timestamp, china_date};
use store::{Tx, Vault, fresh_id, vals};

use crate::{Licence, State, view};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Under which codes are compared.
const CODE: &str = "licences.presentation";
/// Forty bits; with [`MISSES_MAX`] nobody guesses one in five minutes.
const LENGTH: usize = 8;
/// As long as somebody stands at a window.
const CODE_SECONDS: i64 = 300;
/// So many codes that are none may one clerk or system type.
const MISSES_MAX: u32 = 10;
/// In this time.
const MISSES_SECONDS: i64 = 15 * 60;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum PresentError {
    /// There is no such document, or it is not theirs to show.
    #[error("refused")]
    Refused(Refusal),
    /// It holds no longer.
    #[error("the document is not in force")]
    NotInForce,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<PresentError> for Refusal {
    fn from(error: PresentError) -> Self {
        match error {
            PresentError::Refused(refusal) => refusal,
            PresentError::NotInForce => Self::conflict("licences-present-not-in-force"),
            PresentError::Store(error) => error.into(),
        }
    }
}

/// A code that was just made. It can be read this once.
#[derive(Clone, PartialEq, Eq)]
pub struct Presentation {
    /// Eight letters and digits with a hyphen between.
    pub code: String,
    /// Until when it shows the document.
    pub until: Timestamp,
}

impl std::fmt::Debug for Presentation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presentation").field("until", &self.until).finish_non_exhaustive()
    }
}

pub(crate) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(at)
}

/// Makes the code under which a document is shown once; an earlier one is void. The caller commits.
pub async fn present(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: LicenceId,
) -> Result<Presentation, PresentError> {
    let person = by.person().map_err(PresentError::Refused)?;
    let (licence, item) = view::collect(tx, person, id).await.map_err(PresentError::Refused)?;
    if licence.state(china_date(now)) != State::Valid {
        return Err(PresentError::NotInForce);
    }
    let (code, until) = (printed_code::fresh::<LENGTH>(4), later(now, CODE_SECONDS));
    tx.execute(
        "insert into licence_presentations (licence, code_blind, made_by, made_at, expires_at)
         values ($1, $2, $3, $4, $5)
         on conflict (licence) do update set code_blind = excluded.code_blind, made_by = excluded.made_by,
             made_at = excluded.made_at, expires_at = excluded.expires_at",
        vals![id, printed_code::blind(vault, CODE, "", &code), by.reference(), now, until],
    )
    .await?;
    let page = format!("/licences/{id}/uses");
    identity::note_agent_act(tx, by, AgentAct::Presented, &item, &page, now).await?;
    Ok(Presentation { code, until })
}

/// Uses a code up: the document that it shows. A code that is none is noted against `who`, a reference, so the caller
/// commits also then; who has missed too often waits.
pub(crate) async fn redeem(
    tx: &mut Tx,
    vault: &Vault,
    who: &str,
    typed: &str,
    now: Timestamp,
) -> Result<Option<Licence>, Refusal> {
    let since = later(now, -MISSES_SECONDS);
    let row = tx
        .fetch_one("select count(*) from licence_misses where who = $1 and at > $2", vals![who, since])
        .await?;
    if row.get::<u32>(0)? >= MISSES_MAX {
        return Err(Refusal::TooMany(MISSES_SECONDS.unsigned_abs()));
    }
    let row = tx
        .fetch_optional(
            "delete from licence_presentations where code_blind = $1 and expires_at > $2 returning licence",
            vals![printed_code::blind(vault, CODE, "", typed), now],
        )
        .await?;
    if let Some(row) = row {
        return Ok(crate::find(tx, row.get(0)?).await?);
    }
    tx.execute(
        "insert into licence_misses (id, who, at) values ($1, $2, $3)",
        vals![fresh_id::<EventId>(now), who, now],
    )
    .await?;
    Ok(None)
}

/// Forgets codes that have run out and misses that count no more; how many.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    let codes = tx.execute("delete from licence_presentations where expires_at <= $1", vals![now]).await?;
    let since = later(now, -MISSES_SECONDS);
    Ok(codes + tx.execute("delete from licence_misses where at <= $1", vals![since]).await?)
}
