//! Whom a provider has named and nobody here knows yet: kept sealed for ten minutes, for the browser that brought them.

use identity::{Said, Token};
use kernel::{Refusal, Timestamp};
use store::{Purpose, Tx, Vault, vals};

use super::flow;

const SAID: &str = "oidc.upstream-said";

/// Somebody who waits to be asked.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) said: Said,
    pub(crate) next: String,
}

/// Keeps it, in the place of what this browser brought before.
pub(crate) async fn keep(
    tx: &mut Tx,
    vault: &Vault,
    browser: &Token,
    pending: &Pending,
    now: Timestamp,
) -> Result<(), Refusal> {
    let said = serde_json::to_vec(&pending.said).map_err(Refusal::internal)?;
    tx.execute(
        "insert into oidc_upstream_pending (browser_digest, said_sealed, next, expires_at)
         values ($1, $2, $3, $4)
         on conflict (browser_digest) do update set said_sealed = $2, next = $3, expires_at = $4",
        vals![browser.digest(), vault.seal(SAID, &said)?, &pending.next, flow::end(now)],
    )
    .await?;
    Ok(())
}

/// What this browser brought, while it waits.
pub(crate) async fn find(
    tx: &mut Tx,
    vault: &Vault,
    browser: &Token,
    now: Timestamp,
) -> Result<Option<Pending>, Refusal> {
    let row = tx
        .fetch_optional(
            "select said_sealed, next from oidc_upstream_pending where browser_digest = $1 and expires_at > $2",
            vals![browser.digest(), now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    // Whoever brought it sees what they brought: no look that has to be noted.
    let purpose = Purpose::new("oidc.upstream", "system");
    let said = vault.open(SAID, &row.get::<Vec<u8>>(0)?, &purpose)?;
    let said = serde_json::from_slice(&said).map_err(Refusal::internal)?;
    Ok(Some(Pending { said, next: row.get(1)? }))
}

/// Forgets it. `false`: there was nothing.
pub(crate) async fn forget(tx: &mut Tx, browser: &Token) -> store::Result<bool> {
    let sql = "delete from oidc_upstream_pending where browser_digest = $1";
    Ok(tx.execute(sql, vals![browser.digest()]).await? == 1)
}
