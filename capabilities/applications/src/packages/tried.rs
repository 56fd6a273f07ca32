//! The table of packages that are tried out: visible to the body that brought them in, for a short time.

use std::collections::BTreeMap;

use kernel::{DraftId, StaffActor, Timestamp};
use store::{Tx, vals};

/// How long a tried package is kept.
pub(crate) const KEPT_DAYS: i64 = 7;
/// Most packages that a body tries at a time; the oldest gives way.
const KEPT_MAX: i64 = 20;

/// The files of a package by name.
pub(crate) type Files = BTreeMap<String, String>;

/// A package that is tried.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    pub(crate) id: String,
    pub(crate) staff_name: String,
    pub(crate) made_at: Timestamp,
}

/// Keeps the files for the clerk's body.
pub(crate) async fn keep(
    tx: &mut Tx,
    by: &StaffActor,
    files: &Files,
    now: Timestamp,
) -> Result<String, store::Error> {
    let id = store::fresh_id::<DraftId>(now).to_string();
    let text = serde_json::to_string(files).unwrap_or_default();
    tx.execute(
        "insert into tried_packages (id, body, staff_name, files, made_at) values ($1, $2, $3, $4, $5)",
        vals![&id, by.body, &by.shown_as, text, now],
    )
    .await?;
    tx.execute(
        "delete from tried_packages where body = $1 and id not in
             (select id from tried_packages where body = $1 order by made_at desc, id desc limit $2)",
        vals![by.body, KEPT_MAX],
    )
    .await?;
    Ok(id)
}

/// What the clerk's body tries, newest first.
pub(crate) async fn list(tx: &mut Tx, by: &StaffActor) -> Result<Vec<Tried>, store::Error> {
    let rows = tx
        .fetch_all(
            "select id, staff_name, made_at from tried_packages where body = $1
             order by made_at desc, id desc limit $2",
            vals![by.body, KEPT_MAX],
        )
        .await?;
    let one = |row: &store::Row| Ok(Tried { id: row.get(0)?, staff_name: row.get(1)?, made_at: row.get(2)? });
    rows.iter().map(one).collect()
}

/// The files, for a clerk of the same body.
pub(crate) async fn find(tx: &mut Tx, by: &StaffActor, id: &str) -> Result<Option<Files>, store::Error> {
    let row = tx
        .fetch_optional("select files from tried_packages where id = $1 and body = $2", vals![id, by.body])
        .await?;
    let Some(row) = row else { return Ok(None) };
    let files =
        serde_json::from_value(row.get(0)?).map_err(|_shape| row.damaged(0, "file names and texts"))?;
    Ok(Some(files))
}

/// Forgets what was brought in long ago (housekeeping). How many were forgotten.
pub async fn forget_tried(tx: &mut Tx, now: Timestamp) -> Result<u64, store::Error> {
    let before = now.checked_sub(jiff::SignedDuration::from_hours(KEPT_DAYS * 24)).unwrap_or(Timestamp::MIN);
    tx.execute("delete from tried_packages where made_at < $1", vals![before]).await
}
