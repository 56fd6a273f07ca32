//! Keeping an eye on a case (关注). A clerk watches few cases, so their list is sorted in memory.

use std::collections::BTreeMap;

use kernel::{BodyId, CaseId, StaffId, Timestamp};
use store::{Tx, vals};

use super::ranges::{At, Key, Walk, columns, due_days};
use super::{Part, WorkFilter, WorkItem, WorkQuery, WorkState};
use crate::error::CaseError;
use crate::tasks::FAR_DAY;

/// Cases that one clerk may watch.
pub const WATCHED_MAX: i64 = 200;
/// Tasks of so many cases, with room for long processes.
const TASKS_MAX: i64 = 6000;

/// Watches a case. Whether the clerk may see it is asked before. Watching twice is watching.
pub async fn watch(tx: &mut Tx, staff: StaffId, case: CaseId, now: Timestamp) -> Result<(), CaseError> {
    if is_watched(tx, staff, case).await? {
        return Ok(());
    }
    let row = tx.fetch_one("select count(*) from case_watchers where staff = $1", vals![staff]).await?;
    if row.get::<i64>(0)? >= WATCHED_MAX {
        return Err(CaseError::WatchesTooMany);
    }
    tx.execute(
        "insert into case_watchers (staff, case_id, since) values ($1, $2, $3)
         on conflict (staff, case_id) do nothing",
        vals![staff, case, now],
    )
    .await?;
    Ok(())
}

/// Watches a case no longer.
pub async fn unwatch(tx: &mut Tx, staff: StaffId, case: CaseId) -> Result<(), CaseError> {
    tx.execute("delete from case_watchers where staff = $1 and case_id = $2", vals![staff, case]).await?;
    Ok(())
}

/// Whether this clerk watches the case.
pub async fn is_watched(tx: &mut Tx, staff: StaffId, case: CaseId) -> Result<bool, CaseError> {
    let sql = "select 1 from case_watchers where staff = $1 and case_id = $2";
    Ok(tx.fetch_optional(sql, vals![staff, case]).await?.is_some())
}

pub(super) const TASKS: &str = concat!(
    "select ",
    columns!(),
    ", t.body from case_watchers w join case_tasks t on t.case_id = w.case_id
     where w.staff = $1 limit $2"
);

/// The work of the watched cases that the clerk's body has or had work on; of a case without waiting work, what was
/// done last.
pub(super) async fn items(tx: &mut Tx, query: &WorkQuery<'_>) -> Result<Vec<WorkItem>, CaseError> {
    let clerk = query.clerk;
    let mut cases: BTreeMap<CaseId, (bool, Vec<WorkItem>)> = BTreeMap::new();
    for row in &tx.fetch_all(TASKS, vals![clerk.staff, TASKS_MAX]).await? {
        let item = WorkItem::read(row, query.days)?;
        let (is_seen, items) = cases.entry(item.case).or_default();
        *is_seen |= row.get::<BodyId>(18)? == clerk.body;
        items.push(item);
    }
    let of_case = |(is_seen, items): (bool, Vec<WorkItem>)| {
        if !is_seen {
            return Vec::new(); // the clerk has moved to another body since
        }
        let (over, live): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.state.is_over());
        let last =
            over.into_iter().max_by_key(|item| (item.finished_at, item.task)).filter(|_| live.is_empty());
        live.into_iter().chain(last).collect()
    };
    Ok(cases.into_values().flat_map(of_case).collect())
}

/// The rows of the list that fit and lie ahead.
pub(super) async fn part(tx: &mut Tx, query: &WorkQuery<'_>, walk: &Walk) -> Result<Part, CaseError> {
    let fitting = items(tx, query).await?.into_iter().filter(|item| fits(item, query));
    let mut rows: Vec<(Key, WorkItem)> = fitting.map(|item| (key(&item, walk), item)).collect();
    rows.retain(|(key, _)| walk.is_ahead(key));
    Ok(Part { rows, looked_up_to: None })
}

/// What is over stands behind all that waits.
fn key(item: &WorkItem, walk: &Walk) -> Key {
    let key = item.key(walk.order);
    match key.at {
        At::Rank(rank) if item.state.is_over() => Key { at: At::Rank(format!("2{rank}")), ..key },
        At::Rank(_) | At::Instant(_) => key,
    }
}

fn fits(item: &WorkItem, query: &WorkQuery<'_>) -> bool {
    let WorkFilter { light, item: code, handling, division, work, stage, due_from, due_to, express, claimed } =
        query.filter;
    let in_days = |item: &WorkItem| {
        let days = due_days(query.filter, query.days);
        days.is_some_and(|(first, last)| (first..=last).contains(&item.due_on.unwrap_or(FAR_DAY)))
    };
    light.is_none_or(|light| item.light == light)
        && code.as_ref().is_none_or(|code| *code == item.item)
        && handling.as_ref().is_none_or(|handling| *handling == item.handling)
        && division.as_ref().is_none_or(|division| item.division.starts_with(division))
        && work.is_none_or(|work| work == item.work)
        && stage.as_ref().is_none_or(|stage| *stage == item.stage)
        && ((due_from.is_none() && due_to.is_none()) || in_days(item))
        && express.is_none_or(|express| express == item.express)
        && claimed.is_none_or(|claimed| claimed == (item.state == WorkState::Claimed))
}
