//! Giving a post (任职), ending one (免职), and moving from one to another (调动).

use jiff::civil::Date;
use kernel::{Actor, PostId, StaffId, Timestamp, china_date, china_midnight};
use serde_json::json;
use store::jobs::{self, NewJob};
use store::{Tx, vals};

use super::hire::{GivenPost, body_of, fault, post_faults};
use super::{
    StaffingError, administered, administrator, is_below, managed, not_oneself, reason, still_administered,
    take_turns,
};
use crate::acts::{ActKind, NewAct, record_act};
use crate::posts::{self, NewPost, PostRecord, find_post};
use crate::staff::find_staff;

/// The job that is due when somebody's last day in a post is over: what they have taken goes back. Payload: `staff`.
pub const POST_ENDED_JOB: &str = "identity.post-ended";

/// Plans what follows the last day. Should the day be moved, the job finds them at work and does nothing.
pub(crate) async fn plan_end(tx: &mut Tx, staff: StaffId, last_day: Option<Date>) -> store::Result<()> {
    let Some(behind) = last_day.and_then(|day| day.tomorrow().ok()) else { return Ok(()) };
    plan_settling(tx, staff, &behind.to_string(), china_midnight(behind)).await
}

/// Plans that their work is looked through; `word` tells one time from another.
pub(crate) async fn plan_settling(
    tx: &mut Tx,
    staff: StaffId,
    word: &str,
    run_at: Timestamp,
) -> store::Result<()> {
    let payload = json!({ "staff": staff });
    let job = NewJob { kind: POST_ENDED_JOB, key: format!("{staff}:{word}"), payload, run_at };
    jobs::enqueue(tx, &job).await?;
    Ok(())
}

/// Gives somebody one more post.
pub async fn give_post(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    staff: StaffId,
    post: GivenPost,
) -> Result<PostId, StaffingError> {
    let admin = administrator(by)?;
    let (account, _posts) = managed(tx, admin, staff).await?;
    not_oneself(admin, staff)?;
    if account.is_disabled || account.last_day.is_some() {
        return Err(StaffingError::Over("identity-staffing-has-left"));
    }
    begin(tx, by, now, (staff, &account.name), post).await
}

async fn begin(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    (staff, name): (StaffId, &str),
    mut post: GivenPost,
) -> Result<PostId, StaffingError> {
    let admin = administrator(by)?;
    post.title = post.title.trim().to_owned();
    let mut faults = Vec::new();
    let body = body_of(tx, admin, &post.body, &mut faults).await?;
    faults.extend(post_faults(&post, china_date(now)));
    let Some(body) = body.filter(|_| faults.is_empty()) else { return Err(StaffingError::Fields(faults)) };
    let GivenPost { title, roles, first_day, last_day, .. } = &post;
    let (first_day, last_day) = (*first_day, *last_day);
    let new = NewPost { staff, body: body.id, title, roles, first_day, last_day };
    let id = posts::insert(tx, &new, now).await?;
    plan_end(tx, staff, last_day).await?;
    let became = posts::written(&body.slug, title, roles, first_day, last_day);
    let act = NewAct::new(ActKind::PostGiven, Some(body.id), format!("staff:{staff}")).named(name);
    record_act(tx, by, act.changed("", became), now).await?;
    Ok(id)
}

/// Ends a post with a last day. One that has not begun by then never was.
pub async fn end_post(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    post: PostId,
    last_day: Date,
    why: &str,
) -> Result<StaffId, StaffingError> {
    take_turns(tx).await?;
    let (staff, found) = ending(tx, by, post).await?;
    let today = china_date(now);
    let bodies = administered(tx, &[&found], today).await?;
    finish(tx, by, now, (staff, &found), last_day, reason(why)?).await?;
    still_administered(tx, &bodies, today).await?;
    Ok(staff)
}

/// Ends a post with a last day, and begins another one: one change.
pub async fn move_post(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    post: PostId,
    last_day: Date,
    next: GivenPost,
    why: &str,
) -> Result<StaffId, StaffingError> {
    take_turns(tx).await?;
    let (staff, found) = ending(tx, by, post).await?;
    let account = find_staff(tx, staff).await?.ok_or(StaffingError::Unknown)?;
    if account.is_disabled || account.last_day.is_some() {
        return Err(StaffingError::Over("identity-staffing-has-left"));
    }
    let today = china_date(now);
    if next.first_day <= last_day {
        return Err(StaffingError::Fields(vec![fault("next/first_day", "identity-staffing-not-after")]));
    }
    let bodies = administered(tx, &[&found], today).await?;
    finish(tx, by, now, (staff, &found), last_day, reason(why)?).await?;
    begin(tx, by, now, (staff, &account.name), next).await.map_err(of_next)?;
    still_administered(tx, &bodies, today).await?;
    Ok(staff)
}

/// What is wrong with the post that follows is said of that one.
fn of_next(error: StaffingError) -> StaffingError {
    let StaffingError::Fields(mut fields) = error else { return error };
    for one in &mut fields {
        one.field.insert_str(0, "next/");
    }
    StaffingError::Fields(fields)
}

/// A post that the administrator may end.
async fn ending(tx: &mut Tx, by: &Actor, post: PostId) -> Result<(StaffId, PostRecord), StaffingError> {
    let admin = administrator(by)?;
    let (staff, found) = find_post(tx, post).await?.ok_or(StaffingError::Unknown)?;
    if !is_below(tx, admin.body, found.body).await? {
        return Err(StaffingError::Unknown);
    }
    not_oneself(admin, staff)?;
    Ok((staff, found))
}

async fn finish(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    (staff, post): (StaffId, &PostRecord),
    last_day: Date,
    why: &str,
) -> Result<(), StaffingError> {
    let today = china_date(now);
    if post.last_day.is_some_and(|last| last < today) {
        return Err(StaffingError::Over("identity-staffing-post-over"));
    }
    if last_day < today {
        return Err(StaffingError::Fields(vec![fault("last_day", "identity-staffing-past")]));
    }
    let account = find_staff(tx, staff).await?.ok_or(StaffingError::Unknown)?;
    let became = close(tx, post, last_day).await?;
    plan_end(tx, staff, Some(last_day)).await?;
    let act = NewAct::new(ActKind::PostEnded, Some(post.body), format!("staff:{staff}"));
    let act = act.named(&account.name).changed(post.written(), became).because(why);
    record_act(tx, by, act, now).await?;
    Ok(())
}

/// Sets the last day, or takes back what has not begun by then. How it became, for the record.
pub(crate) async fn close(tx: &mut Tx, post: &PostRecord, last_day: Date) -> store::Result<String> {
    if last_day < post.first_day {
        tx.execute("update sessions set post = null where post = $1", vals![post.id]).await?;
        tx.execute("delete from post_roles where post = $1", vals![post.id]).await?;
        tx.execute("delete from posts where id = $1", vals![post.id]).await?;
        return Ok(String::new());
    }
    tx.execute("update posts set last_day = $1 where id = $2", vals![last_day, post.id]).await?;
    Ok(posts::written(&post.body_slug, &post.title, &post.roles, post.first_day, Some(last_day)))
}
