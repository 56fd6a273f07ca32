//! A retry never does the work twice: the answer is kept under the name that the client gave the request (幂等键).
//!
//! Everything happens in the command's own transaction. A second request with the same key, coming while the first is
//! still at work, waits for it and then repeats its answer; should the first be undone, the second is the first.

use kernel::Timestamp;

use crate::{Error, Result, Tx, vals};

mod once;

pub use once::Once;

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Not seen before: do it, then [`complete`].
    First,
    /// Done before: give this answer again.
    Replay(StoredResponse),
    /// The key belongs to another request: refuse.
    Mismatch,
}

/// An answer that was given. It is kept in clear: keep references in it, not personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResponse {
    /// HTTP status.
    pub status: u16,
    /// Body, or the address that a page was redirected to.
    pub body: String,
}

/// Looks whether `scope` (the actor's reference) has sent the request named `key` before. `request_digest` tells
/// requests apart.
pub async fn begin(
    tx: &mut Tx,
    scope: &str,
    key: &str,
    request_digest: &str,
    now: Timestamp,
) -> Result<Outcome> {
    // On PostgreSQL the insert waits for another open transaction with the same key; on SQLite there is no other.
    let inserted = tx
        .execute(
            "insert into idempotency_keys (scope, key, digest, created_at) values ($1, $2, $3, $4)
             on conflict (scope, key) do nothing",
            vals![scope, key, request_digest, now],
        )
        .await?;
    if inserted == 1 {
        return Ok(Outcome::First);
    }
    let row = tx
        .fetch_one(
            "select digest, status, body from idempotency_keys where scope = $1 and key = $2",
            vals![scope, key],
        )
        .await?;
    if row.get::<String>(0)? != request_digest {
        return Ok(Outcome::Mismatch);
    }
    Ok(Outcome::Replay(StoredResponse { status: row.get(1)?, body: row.get(2)? }))
}

/// Keeps the answer. Without it, repetitions of a committed request end in an internal error.
pub async fn complete(tx: &mut Tx, scope: &str, key: &str, response: &StoredResponse) -> Result<()> {
    let updated = tx
        .execute(
            "update idempotency_keys set status = $3, body = $4 where scope = $1 and key = $2 and status is null",
            vals![scope, key, response.status, &response.body],
        )
        .await?;
    if updated == 1 { Ok(()) } else { Err(Error::Missing) }
}

/// Forgets what is older than `before`, and says how many.
pub async fn expire(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("delete from idempotency_keys where created_at < $1", vals![before]).await
}
