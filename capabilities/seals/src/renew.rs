//! What time asks for: the next list of revoked certificates, and word to the keepers before a seal ends.

use guomi::crl::{Crl, CrlError, CrlSpec, Reason, Revoked};
use guomi::x509::CertError;
use guomi::{Authority, Certificate};
use jiff::ToSpan as _;
use kernel::{SealId, Timestamp, china_date};
use serde_json::json;
use store::jobs::{self, NewJob};
use store::{Row, Tx, vals};

use crate::kinds::Rules;
use crate::record::{self, SealRecord, select_seals};
use crate::seal::RevokeReason;

/// The job that tells whoever has to do something next.
pub const TELL_JOB: &str = "seals.tell";
/// The job that issues a list after a revocation.
pub const LIST_JOB: &str = "seals.list";
/// How long a list holds.
const LIST_SECONDS: i64 = 7 * 24 * 60 * 60;
/// The next list is made so long before the last one ends, so that nobody finds none.
const LIST_AHEAD_SECONDS: i64 = 3 * 24 * 60 * 60;
/// Keepers of so many seals are told in one night.
const TOLD_MAX: i64 = 200;

/// Plans that people are told of a step; the platform knows how.
pub(crate) async fn tell(tx: &mut Tx, seal: &SealRecord, step: &str, now: Timestamp) -> store::Result<()> {
    let payload = json!({ "seal": seal.id.to_string(), "step": step });
    let key = format!("seal:{}:{}", seal.id, seal.version);
    jobs::enqueue(tx, &NewJob { kind: TELL_JOB, key, payload, run_at: now }).await?;
    Ok(())
}

/// Why no list is issued.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The list.
    #[error(transparent)]
    Crl(#[from] CrlError),
    /// A stored certificate cannot be read.
    #[error("the stored certificate of seal {0} cannot be read: {1}")]
    Certificate(SealId, CertError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Issues the next list of revoked certificates and keeps it. Certificates of other authorities are not named: their
/// authority revokes them.
pub async fn issue_list(tx: &mut Tx, authority: &Authority, now: Timestamp) -> Result<Crl, ListError> {
    let mut revoked = Vec::new();
    for seal in record::revoked(tx).await? {
        let der = seal.certificate.as_deref().unwrap_or_default();
        let certificate =
            Certificate::from_der(der).map_err(|error| ListError::Certificate(seal.id, error))?;
        if let Some(at) = seal.revoked_at
            && certificate.verify_signed_by(authority.certificate()).is_ok()
        {
            let reason = seal.revoke_reason.map_or(Reason::Unspecified, reason);
            revoked.push(Revoked { serial: certificate.serial_hex(), at: at.as_second(), reason });
        }
    }
    let row = tx.fetch_one("select coalesce(max(number), 0) from seal_lists", vals![]).await?;
    let number = row.get::<i64>(0)? + 1;
    let this_update = now.as_second();
    let next_update = this_update + LIST_SECONDS;
    let spec = CrlSpec { number: number.unsigned_abs(), this_update, next_update, revoked };
    let list = authority.revocation_list(&spec)?;
    tx.execute(
        "insert into seal_lists (number, issued_at, next_update, list) values ($1, $2, $3, $4)",
        vals![number, now, next_update, list.to_der()],
    )
    .await?;
    tracing::info!(number, revoked = list.len(), "list of revoked certificates issued");
    Ok(list)
}

const fn reason(reason: RevokeReason) -> Reason {
    match reason {
        RevokeReason::KeyCompromise => Reason::KeyCompromise,
        RevokeReason::BodyChanged => Reason::AffiliationChanged,
        RevokeReason::Superseded => Reason::Superseded,
        RevokeReason::NoLongerUsed => Reason::CessationOfOperation,
    }
}

/// The last list in DER.
pub async fn last_list(tx: &mut Tx) -> store::Result<Option<Vec<u8>>> {
    let sql = "select list from seal_lists order by number desc limit 1";
    tx.fetch_optional(sql, vals![]).await?.map(|row| row.get(0)).transpose()
}

/// Whether it is time for the next list.
pub async fn list_is_due(tx: &mut Tx, now: Timestamp) -> store::Result<bool> {
    let sql = "select next_update from seal_lists order by number desc limit 1";
    let next = tx.fetch_optional(sql, vals![]).await?.map(|row| row.get::<i64>(0)).transpose()?;
    Ok(next.is_none_or(|next| next - LIST_AHEAD_SECONDS <= now.as_second()))
}

/// The seals whose keepers are to be told now that their period ends soon; each is given once.
pub async fn take_expiring(tx: &mut Tx, rules: &Rules, now: Timestamp) -> store::Result<Vec<SealRecord>> {
    let today = china_date(now);
    let last = today.saturating_add(i64::from(rules.warn_days).days());
    let rows = tx
        .fetch_all(
            select_seals!(
                "where warned_at is null and state in ('in-force', 'suspended') and valid_until >= $1
                   and valid_until <= $2 order by valid_until, id limit $3"
            ),
            vals![today, last, TOLD_MAX],
        )
        .await?;
    let seals = rows.iter().map(|row: &Row| record::read(row)).collect::<store::Result<Vec<_>>>()?;
    for seal in &seals {
        tx.execute("update seals set warned_at = $2 where id = $1", vals![seal.id, now]).await?;
    }
    Ok(seals)
}
