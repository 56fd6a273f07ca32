//! A request that is sent twice under one name is done once (幂等).

use kernel::{Actor, Refusal, Timestamp};
use store::Tx;
use store::idempotency::{self, Outcome, StoredResponse};

/// Whether the request of this name was done before. `parts` tell it from others under the same name.
pub(crate) async fn is_done(
    tx: &mut Tx,
    by: &Actor,
    key: Option<&str>,
    parts: &[&str],
    now: Timestamp,
) -> Result<bool, Refusal> {
    let Some(key) = key else { return Ok(false) };
    let mut hasher = guomi::sm3::Hasher::new();
    for part in parts {
        // Lengths keep `ab` + `c` and `a` + `bc` apart.
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    match idempotency::begin(tx, &by.reference(), key, &hex::encode(hasher.finish()), now).await? {
        Outcome::First => Ok(false),
        Outcome::Replay(_) => Ok(true),
        Outcome::Mismatch => Err(Refusal::conflict("licences-key-of-other-request")),
    }
}

/// Notes that it is done, in the same transaction.
pub(crate) async fn done(tx: &mut Tx, by: &Actor, key: Option<&str>) -> store::Result<()> {
    let Some(key) = key else { return Ok(()) };
    idempotency::complete(tx, &by.reference(), key, &StoredResponse { status: 200, body: String::new() })
        .await
}
