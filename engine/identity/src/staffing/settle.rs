//! What follows when a last day is over: whoever has left can sign in no more, and the caller learns where they work no
//! longer, so that what they have taken goes back.

use std::collections::BTreeSet;

use kernel::{BodyId, DeputyId, StaffId, Timestamp, china_date};
use store::{Result, Tx, vals};

use crate::name_deputy::plan_telling;
use crate::posts::posts_of;
use crate::sessions::Subject;
use crate::staff::find_staff;
use crate::visits;

/// Where somebody works no longer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// The bodies in which they held a post and hold none today.
    pub left: BTreeSet<BodyId>,
}

/// Closes what the calendar has closed. Running it again changes nothing.
pub async fn settle_posts(tx: &mut Tx, staff: StaffId, now: Timestamp) -> Result<Settled> {
    let today = china_date(now);
    let Some(account) = find_staff(tx, staff).await? else { return Ok(Settled::default()) };
    let has_left = account.is_disabled || account.last_day.is_some_and(|last| last < today);
    if has_left {
        let sql = "update staff set disabled_at = $1 where id = $2 and disabled_at is null";
        tx.execute(sql, vals![now, staff]).await?;
        visits::end_all(tx, Subject::Staff(staff), None, now).await?;
    }
    let posts = posts_of(tx, staff).await?;
    let begun = posts.iter().filter(|post| post.first_day <= today);
    let held: BTreeSet<BodyId> =
        posts.iter().filter(|post| !has_left && post.is_held(today)).map(|post| post.body).collect();
    let left: BTreeSet<BodyId> = begun.map(|post| post.body).filter(|body| !held.contains(body)).collect();
    for body in &left {
        end_deputies(tx, staff, *body, now).await?;
    }
    Ok(Settled { left })
}

/// Nobody stands in for who works there no longer, nor do they for others. Both are told.
async fn end_deputies(tx: &mut Tx, staff: StaffId, body: BodyId, now: Timestamp) -> Result<()> {
    let rows = tx
        .fetch_all(
            "update deputies set ended_at = $1, ended_by = $2
             where body = $3 and (absent = $2 or deputy = $2) and ended_at is null and last_day >= $4
             returning id",
            vals![now, staff, body, china_date(now)],
        )
        .await?;
    for row in &rows {
        plan_telling(tx, row.get::<DeputyId>(0)?, "ended", now).await?;
    }
    Ok(())
}
