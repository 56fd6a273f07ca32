//! Writing down facts: in the transaction that makes them so, one row each.

use guomi::random_bytes;
use kernel::Timestamp;
use store::{Tx, vals};

use crate::entry::{Fact, Salt};

/// Writes down a fact. It is kept with the caller's transaction or not at all; its place in the tree follows soon after.
pub async fn append(tx: &mut Tx, now: Timestamp, fact: &Fact) -> store::Result<()> {
    let salt: Salt = random_bytes();
    tx.execute(
        "insert into ledger_pending (kind, reference, at, salt, commitment) values ($1, $2, $3, $4, $5)",
        vals![fact.kind().as_str(), fact.reference(), now, salt, fact.commitment(&salt)],
    )
    .await?;
    Ok(())
}

/// Deletes the salt of a fact's entries: nobody can tell any more, or prove, what they stand for. Tree, checkpoints and all
/// other proofs stay as they are. Says how many entries that were; one that waits for its place is not found yet.
pub async fn mute(tx: &mut Tx, kind: crate::Kind, reference: &str) -> store::Result<u64> {
    let sql = "update ledger_entries set salt = null where reference = $1 and kind = $2 and salt is not null";
    tx.execute(sql, vals![reference, kind.as_str()]).await
}
