//! What a clerk has typed into a form of a task and not sent (未提交的意见): kept while they work, when something in it is
//! wrong, and when a colleague was first. Sealed, because it speaks of a person's case.

use jiff::ToSpan as _;
use kernel::{Actor, CaseId, StaffActor, TaskId, Timestamp};
use store::{Row, Tx, vals};
use web::FormPairs;

use super::{DeskError, see};
use crate::Room;

/// The forms whose text is kept.
pub(super) const FORMS: [&str; 4] = ["give-opinion", "decide", "not-accept", "note-defect"];
/// Parts of every form that say where it belongs and not what was typed.
const FRAME: [&str; 6] = ["do", "task", "version", "shown", "template", "index"];
/// What nobody came back to in this time is forgotten.
const KEPT_DAYS: i64 = 90;
/// More than any form of ours holds.
const BYTES_MAX: usize = 64 * 1024;

/// Something typed and not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) task: TaskId,
    /// Which form: the word of its command.
    pub(super) form: String,
    pub(super) pairs: FormPairs,
    pub(super) saved_at: Timestamp,
}

/// The parts of a form that were typed. A form without a word is as good as none.
fn typed(pairs: &FormPairs) -> Vec<(String, String)> {
    let kept = pairs.0.iter().filter(|(name, value)| !FRAME.contains(&name.as_str()) && !value.is_empty());
    kept.cloned().collect()
}

/// Keeps what was typed into a form of a task; an empty form is forgotten. That the clerk may see the case is asked
/// before. Says whether something is kept.
pub(super) async fn save(
    tx: &mut Tx,
    room: &Room,
    clerk: &StaffActor,
    of: (CaseId, TaskId, &str),
    pairs: &FormPairs,
    now: Timestamp,
) -> Result<bool, DeskError> {
    let (case, task, form) = of;
    let fields = typed(pairs);
    let plain = serde_json::to_vec(&fields).map_err(cases::CaseError::from)?;
    if !FORMS.contains(&form) || plain.len() > BYTES_MAX {
        return Ok(false);
    }
    if fields.is_empty() {
        forget(tx, clerk, task, form).await?;
        return Ok(false);
    }
    let old = now.checked_sub((KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
    tx.execute("delete from desk_drafts where saved_at < $1", vals![old]).await?;
    tx.execute(
        "insert into desk_drafts (task, clerk, form, case_id, fields_sealed, saved_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (task, clerk, form) do update
         set fields_sealed = excluded.fields_sealed, saved_at = excluded.saved_at",
        vals![task, clerk.staff, form, case, room.vault.seal("desk.draft", &plain)?, now],
    )
    .await?;
    Ok(true)
}

/// Everything that this clerk has typed on a case and not sent.
pub(super) async fn list(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    case: CaseId,
) -> Result<Vec<Draft>, DeskError> {
    let clerk = see::staff(by)?;
    let purpose = see::purpose(by, case);
    let rows = tx
        .fetch_all(
            "select task, form, fields_sealed, saved_at from desk_drafts
             where case_id = $1 and clerk = $2 order by task, form",
            vals![case, clerk.staff],
        )
        .await?;
    let read = |row: &Row| -> Result<Draft, DeskError> {
        let plain = room.vault.open("desk.draft", &row.get::<Vec<u8>>(2)?, &purpose)?;
        let fields = serde_json::from_slice(&plain).map_err(cases::CaseError::from)?;
        Ok(Draft { task: row.get(0)?, form: row.get(1)?, pairs: FormPairs(fields), saved_at: row.get(3)? })
    };
    rows.iter().map(read).collect()
}

/// Forgets what was typed into one form of a task.
pub(super) async fn forget(
    tx: &mut Tx,
    clerk: &StaffActor,
    task: TaskId,
    form: &str,
) -> Result<(), DeskError> {
    tx.execute(
        "delete from desk_drafts where task = $1 and clerk = $2 and form = $3",
        vals![task, clerk.staff, form],
    )
    .await?;
    Ok(())
}
