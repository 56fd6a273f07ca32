//! Somebody leaves (离职) with a last day, or at once; and stays after all, or comes back.

use jiff::civil::Date;
use kernel::{Actor, StaffId, Timestamp, china_date};
use store::{Tx, vals};

use super::hire::fault;
use super::post::{close, plan_end, plan_settling};
use super::{
    StaffingError, administered, administrator, reason, start, still_administered, take_turns, wholly_managed,
};
use crate::acts::{ActKind, NewAct, record_act};
use crate::password::Passwords;
use crate::posts::PostRecord;
use crate::sessions::Subject;
use crate::visits;

/// How somebody leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// The last civil day on which they can sign in.
    pub last_day: Date,
    /// They can sign in no more from this moment on; the last day is today.
    pub at_once: bool,
    /// Why.
    pub reason: String,
}

/// Somebody leaves: every post ends with the last day, then nothing signs in, visits end, and what they have taken goes
/// back to where their colleagues can take it.
pub async fn leave(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    staff: StaffId,
    how: Leave,
) -> Result<(), StaffingError> {
    let admin = administrator(by)?;
    take_turns(tx).await?;
    let today = china_date(now);
    let (account, posts) = wholly_managed(tx, admin, staff, today).await?;
    if account.is_disabled {
        return Err(StaffingError::Over("identity-staffing-has-left"));
    }
    let why = reason(&how.reason)?;
    let last_day = if how.at_once { today } else { how.last_day };
    if last_day < today {
        return Err(StaffingError::Fields(vec![fault("last_day", "identity-staffing-past")]));
    }
    let open: Vec<&PostRecord> =
        posts.iter().filter(|post| post.last_day.is_none_or(|last| last > last_day)).collect();
    let bodies = administered(tx, &open, today).await?;
    let was = open.iter().map(|post| post.written()).collect::<Vec<_>>().join("; ");
    for post in &open {
        close(tx, post, last_day).await?;
    }
    tx.execute(
        "update staff set last_day = $1, leave_reason = $2 where id = $3",
        vals![last_day, why, staff],
    )
    .await?;
    if how.at_once {
        tx.execute("update staff set disabled_at = $1 where id = $2", vals![now, staff]).await?;
        visits::end_all(tx, Subject::Staff(staff), None, now).await?;
        plan_settling(tx, staff, &now.to_string(), now).await?;
    }
    plan_end(tx, staff, Some(last_day)).await?;
    still_administered(tx, &bodies, today).await?;
    let body = posts.last().map(|post| post.body);
    let act = NewAct::new(ActKind::StaffLeaves, body, format!("staff:{staff}")).named(&account.name);
    record_act(tx, by, act.changed(was, last_day.to_string()).because(why), now).await?;
    Ok(())
}

/// Somebody stays after all: the posts that would have ended with them go on. Who has left comes back with a new start
/// password and without posts, which are given anew.
pub async fn stay(
    tx: &mut Tx,
    passwords: &Passwords,
    by: &Actor,
    now: Timestamp,
    staff: StaffId,
) -> Result<Option<String>, StaffingError> {
    let admin = administrator(by)?;
    take_turns(tx).await?;
    let today = china_date(now);
    let (account, posts) = wholly_managed(tx, admin, staff, today).await?;
    let Some(last_day) = account.last_day else {
        return Err(StaffingError::Over("identity-staffing-stays-already"));
    };
    tx.execute(
        "update staff set last_day = null, leave_reason = '', disabled_at = null where id = $1",
        vals![staff],
    )
    .await?;
    if last_day >= today {
        let sql = "update posts set last_day = null where staff = $1 and last_day = $2";
        tx.execute(sql, vals![staff, last_day]).await?;
    }
    let start = if account.is_disabled { Some(start::give(tx, passwords, staff, now).await?) } else { None };
    let body = posts.last().map(|post| post.body);
    let act = NewAct::new(ActKind::StaffStays, body, format!("staff:{staff}")).named(&account.name);
    record_act(tx, by, act.changed(last_day.to_string(), ""), now).await?;
    Ok(start)
}
