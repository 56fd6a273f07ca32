//! What people ask for most (热门事项).

use kernel::Timestamp;
use store::{Result, Tx, vals};

/// Item and handling code of what was asked for most since an instant, most first; equals in the order of codes.
pub async fn most_asked(tx: &mut Tx, since: Timestamp, limit: usize) -> Result<Vec<(String, String)>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = tx
        .fetch_all(
            "select item, handling, count(*) as asked from cases where submitted_at >= $1
             group by item, handling order by asked desc, item, handling limit $2",
            vals![since, limit],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
