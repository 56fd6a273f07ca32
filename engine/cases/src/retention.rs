//! How long what was handed in is kept (保管期限): which ended cases are over their time, and which were emptied.

use kernel::{CaseId, Timestamp, to_micros};
use store::{Result, Tx, vals};

use crate::TypeRef;

/// A case that has ended: when, and which.
pub type Ended = (Timestamp, CaseId);

/// Up to `most` cases of this version that ended before an instant and were not emptied yet, in the order of their ends,
/// beginning behind `after`.
pub async fn ended_before(
    tx: &mut Tx,
    of: &TypeRef,
    before: Timestamp,
    after: Option<Ended>,
    most: u32,
) -> Result<Vec<Ended>> {
    let sql = "select closed_at, id from cases where item = $1 and handling = $2 and package_version = $3
                   and (closed_at, id) > ($4, $5) and closed_at < $6 and status = 'closed' and erased_at is null
               order by closed_at, id limit $7";
    let (ended, id) =
        after.map_or((i64::MIN, String::new()), |(ended, id)| (to_micros(ended), id.to_string()));
    let values = vals![&of.item, &of.handling, &of.version, ended, id, before, most];
    let rows = tx.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Notes that what was handed in is gone. `false`: it was before.
pub async fn mark_erased(tx: &mut Tx, case: CaseId, now: Timestamp) -> Result<bool> {
    let sql = "update cases set erased_at = $2 where id = $1 and status = 'closed' and erased_at is null";
    Ok(tx.execute(sql, vals![case, now]).await? == 1)
}

/// When that was; nothing for a case that still holds everything.
pub async fn erased_at(tx: &mut Tx, case: CaseId) -> Result<Option<Timestamp>> {
    let row = tx.fetch_optional("select erased_at from cases where id = $1", vals![case]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}
