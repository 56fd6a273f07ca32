//! Finding a case from what a clerk has at hand: its number, or a task of it.

use kernel::{CaseId, TaskId};
use store::{Result, Tx, vals};

/// The case of this number. Whether the clerk may see it is asked afterwards.
pub(super) async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<CaseId>> {
    let row = tx.fetch_optional("select id from cases where number = $1", vals![number]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The case to which a task belongs.
pub(super) async fn by_task(tx: &mut Tx, task: TaskId) -> Result<Option<CaseId>> {
    let row = tx.fetch_optional("select case_id from case_tasks where id = $1", vals![task]).await?;
    row.map(|row| row.get(0)).transpose()
}
