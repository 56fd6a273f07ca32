//! Who looked at whose data, and why (个人信息查询记录); the person reads it on a page of their own (谁查过我的数据).

use jiff::Timestamp;
use kernel::EventId;

use crate::page::{Page, PageRequest};
use crate::vault::Purpose;
use crate::{Result, Tx, fresh_id, vals};

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Access {
    /// Its id.
    pub id: EventId,
    /// Which data.
    pub field: String,
    /// Why.
    pub purpose: String,
    /// Who: an actor's reference.
    pub by: String,
    /// For which case.
    pub case: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Notes a look at `subject`'s data.
pub async fn record(
    tx: &mut Tx,
    purpose: &Purpose,
    subject: &str,
    field: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "insert into personal_data_accesses (id, subject, field, purpose, accessed_by, case_id, accessed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        vals![fresh_id::<EventId>(now), subject, field, purpose.name, &purpose.by, purpose.case.clone(), now],
    )
    .await?;
    Ok(())
}

/// The looks at `subject`'s data, the latest first.
pub async fn list(tx: &mut Tx, subject: &str, request: &PageRequest) -> Result<Page<Access>> {
    let mut vals = request.keys(vals![i64::MAX, "z"])?; // after every id, which is hexadecimal
    vals.extend(vals![subject, request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, field, purpose, accessed_by, case_id, accessed_at from personal_data_accesses
             where subject = $3 and (accessed_at, id) < ($1, $2) order by accessed_at desc, id desc limit $4",
            vals,
        )
        .await?;
    let looks = rows.iter().map(|row| {
        Ok(Access {
            id: row.get(0)?,
            field: row.get(1)?,
            purpose: row.get(2)?,
            by: row.get(3)?,
            case: row.get(4)?,
            at: row.get(5)?,
        })
    });
    Ok(Page::cut(looks.collect::<Result<_>>()?, request.size, |look| vals![look.at, look.id]))
}
