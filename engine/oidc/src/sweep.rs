//! Forgetting what is over: for a daily job.

use jiff::ToSpan as _;
use kernel::{Refusal, Timestamp};
use store::{Tx, vals};

use crate::{Room, keys};

/// How long sign-ons that are over stay: 网络安全法 §21(3) asks for logs of at least six months.
const KEPT_DAYS: i64 = 400;
/// How many rows one sweep takes of each table: the database has one writer.
const ROWS_MAX: i64 = 200_000;

/// Forgets requests, codes, tokens and sign-ons that are over, has old keys followed by new ones, and says how many
/// rows went.
pub async fn forget_old(tx: &mut Tx, room: &Room, now: Timestamp) -> Result<u64, Refusal> {
    let ago = |days: i64| now.checked_sub((days * 24).hours()).unwrap_or(Timestamp::MIN);
    let mut gone = 0;
    for (sql, before) in [
        ("delete from oidc_requests where expires_at < $1", now),
        ("delete from oidc_assertions where expires_at < $1", now),
        ("delete from oidc_upstream_flows where expires_at < $1", now),
        ("delete from oidc_upstream_pending where expires_at < $1", now),
        ("delete from oidc_misses where at < $1", ago(1)),
        ("delete from oidc_devices where expires_at < $1", ago(1)),
    ] {
        gone += tx.execute(sql, vals![before]).await?;
    }
    for (sql, before) in [
        (
            "delete from oidc_tokens where digest in
               (select digest from oidc_tokens where expires_at < $1 order by expires_at limit $2)",
            ago(1),
        ),
        (
            "delete from oidc_tokens where grant_id in
               (select id from oidc_grants where expires_at < $1 order by expires_at limit $2)",
            ago(KEPT_DAYS),
        ),
        (
            "delete from oidc_grants where id in (
               select id from oidc_grants where expires_at < $1 order by expires_at limit $2)
             and not exists (select 1 from oidc_devices d where d.grant_id = oidc_grants.id)",
            ago(KEPT_DAYS),
        ),
    ] {
        gone += tx.execute(sql, vals![before, ROWS_MAX]).await?;
    }
    keys::renew_old(tx, &room.identity.vault, now).await?;
    Ok(gone)
}
