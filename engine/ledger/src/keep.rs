//! Keeping the log: what a node does again and again while it runs.

use std::sync::Arc;
use std::time::Duration;

use kernel::Timestamp;
use store::vals;
use tokio::sync::watch;

use crate::error::Result;
use crate::integrate::{BATCH, Turn, integrate, sign};
use crate::log::Ledger;
use crate::publish::publish;

/// Checkpoints are signed this far apart: as long at most does a receipt wait for its proof.
pub const CHECKPOINT_SECONDS: i64 = 10;
/// Batches between two signatures, at most.
const BATCHES_MAX: usize = 64;
const PAUSE: Duration = Duration::from_secs(1);

/// Gives everything that waits its place, signs when the time for it has come, and publishes what is signed.
pub async fn turn(ledger: &Ledger, now: Timestamp) -> Result<()> {
    for _ in 0..BATCHES_MAX {
        // Less than a batch: the others wait for the next turn, so that a busy log is signed too.
        if integrate(ledger, now).await? != Turn::Placed(u64::from(BATCH)) {
            break;
        }
    }
    if is_time(ledger, now).await? {
        sign(ledger, now).await?;
    }
    publish(ledger).await?;
    Ok(())
}

async fn is_time(ledger: &Ledger, now: Timestamp) -> Result<bool> {
    let mut tx = ledger.db.snapshot().await?;
    let sql = "select signed_at from ledger_checkpoints order by size desc limit 1";
    let Some(row) = tx.fetch_optional(sql, vals![]).await? else { return Ok(true) };
    let last: Timestamp = row.get(0)?;
    Ok(now.duration_since(last).as_secs() >= CHECKPOINT_SECONDS)
}

/// Does so until `shutdown` says true or its sender is gone. What cannot be done is told in the log and tried again.
pub async fn keep_forever(
    ledger: Ledger,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    shutdown: watch::Receiver<bool>,
) {
    store::refresh_forever(PAUSE, shutdown, "the ledger", || turn(&ledger, clock())).await;
}
