//! Finding a case by its number or by one of its tasks, and the items of a worklist.

use std::collections::BTreeSet;

use kernel::{BodyId, CaseId, StaffActor, StaffId, TaskId};
use store::{Tx, vals};

use super::ranges::WORKING_ROLES;
use crate::error::CaseError;

/// Fewer last digits than this say nothing.
pub const NUMBER_END_MIN: usize = 4;
/// Tasks that are looked at for one ending of a number; a case has a few of them in a body.
const TASKS_LOOKED_AT: i64 = 400;

/// The case of this number (办件编号). Whether whoever asks may see it is theirs to ask afterwards.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<CaseId>, CaseError> {
    let row = tx.fetch_optional("select id from cases where number = $1", vals![number]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

pub(super) const BY_NUMBER_END: &str = "select t.case_id from case_tasks t
     where t.body = $1 and t.number_reversed >= $2 and t.number_reversed < $3
     order by t.number_reversed, t.case_id limit $4";

/// The cases on which this body works or worked and whose number ends like this: at most `limit`, and one more when
/// there are more.
pub async fn find_by_number_end(
    tx: &mut Tx,
    body: BodyId,
    end: &str,
    limit: usize,
) -> Result<Vec<CaseId>, CaseError> {
    if end.chars().count() < NUMBER_END_MIN {
        return Ok(Vec::new());
    }
    let from: String = end.chars().rev().collect();
    // No number is longer or has small letters, so this stands behind all that begin with `from`, in any collation.
    let until = format!("{from}{}", "z".repeat(64));
    let rows = tx.fetch_all(BY_NUMBER_END, vals![body, from, until, TASKS_LOOKED_AT]).await?;
    let mut found: Vec<CaseId> = Vec::new();
    for row in &rows {
        let case = row.get(0)?;
        // The tasks of one case lie beside each other.
        if found.last() != Some(&case) && found.len() <= limit {
            found.push(case);
        }
    }
    Ok(found)
}

/// The case to which a task (任务) belongs, also when the task is done.
pub async fn case_of_task(tx: &mut Tx, task: TaskId) -> Result<Option<CaseId>, CaseError> {
    let row = tx.fetch_optional("select case_id from case_tasks where id = $1", vals![task]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// The unfinished tasks that a clerk has taken in this body, at most so many: the case, and the task.
pub async fn tasks_of_clerk(
    tx: &mut Tx,
    clerk: StaffId,
    body: BodyId,
    most: u32,
) -> Result<Vec<(CaseId, TaskId)>, CaseError> {
    let sql = "select case_id, id from case_tasks
         where claimed_by = $1 and state in ('claimed', 'waiting') and body = $2 order by id limit $3";
    let rows = tx.fetch_all(sql, vals![clerk, body, most]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// From one item to the next along the index: as many steps as there are items, however many tasks there are.
pub(super) const ITEMS: &str = "with recursive known (item) as (
     select min(t.item) from case_tasks t where t.body = $1 and t.role = $2 and t.state in ('open', 'claimed')
     union all
     select (select min(t.item) from case_tasks t
             where t.body = $1 and t.role = $2 and t.state in ('open', 'claimed') and t.item > known.item)
     from known where known.item is not null
 ) select item from known where item is not null limit 200";

/// The codes of the items of which work waits for a clerk's body and roles: what a filter can choose from.
pub async fn items_of_worklist(tx: &mut Tx, clerk: &StaffActor) -> Result<BTreeSet<String>, CaseError> {
    let mut items = BTreeSet::new();
    for role in WORKING_ROLES.into_iter().filter(|role| clerk.roles.contains(role)) {
        for row in &tx.fetch_all(ITEMS, vals![clerk.body, role.as_str()]).await? {
            items.insert(row.get(0)?);
        }
    }
    Ok(items)
}
