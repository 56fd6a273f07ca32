//! Saved filters (常用筛选): lists that a clerk comes back to, by name. One may be the list that the desk opens with.

use kernel::{Message, Refusal, StaffId, Timestamp};
use store::{Row, Tx, vals};

use super::DeskError;
use super::listing::Asked;

/// Filters of one clerk.
pub(super) const FILTERS_MAX: i64 = 20;
const NAME_LENGTH_MAX: usize = 30;

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SavedFilter {
    /// Its number among those of the clerk.
    pub(super) no: i64,
    /// What the clerk calls it.
    pub(super) name: String,
    /// The query of the list's address.
    pub(super) query: String,
    /// Whether the desk opens with it.
    pub(super) is_default: bool,
}

/// The filters of a clerk, the oldest first.
pub(super) async fn list(tx: &mut Tx, staff: StaffId) -> Result<Vec<SavedFilter>, DeskError> {
    let rows = tx
        .fetch_all(
            "select no, name, query, is_default from desk_filters where staff = $1 order by no",
            vals![staff],
        )
        .await?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

fn read(row: &Row) -> Result<SavedFilter, store::Error> {
    Ok(SavedFilter { no: row.get(0)?, name: row.get(1)?, query: row.get(2)?, is_default: row.get(3)? })
}

/// Saves a list under a name. Of a query only what names a list is kept, so that a saved filter always works.
pub(super) async fn save(
    tx: &mut Tx,
    staff: StaffId,
    name: &str,
    query: &str,
    now: Timestamp,
) -> Result<SavedFilter, DeskError> {
    let asked = Asked::of_query(query).map_err(DeskError::Refused)?;
    let name = checked_name(name)?;
    let row = tx
        .fetch_one("select count(*), coalesce(max(no), 0) from desk_filters where staff = $1", vals![staff])
        .await?;
    let (count, last): (i64, i64) = (row.get(0)?, row.get(1)?);
    if count >= FILTERS_MAX {
        let message = Message::new("desk-filters-too-many").with("most", FILTERS_MAX);
        return Err(DeskError::Refused(Refusal::Conflict(message)));
    }
    let saved = SavedFilter { no: last + 1, name, query: asked.to_query(), is_default: false };
    tx.execute(
        "insert into desk_filters (staff, no, name, query, is_default, created_at) values ($1, $2, $3, $4, 0, $5)",
        vals![staff, saved.no, &saved.name, &saved.query, now],
    )
    .await
    .map_err(taken)?;
    Ok(saved)
}

/// What changes about a saved filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) name: Option<String>,
    pub(super) is_default: Option<bool>,
}

/// Renames a filter, or makes it the one that the desk opens with.
pub(super) async fn change(
    tx: &mut Tx,
    staff: StaffId,
    no: i64,
    change: Change,
) -> Result<SavedFilter, DeskError> {
    let mut saved = get(tx, staff, no).await?;
    if let Some(name) = change.name {
        saved.name = checked_name(&name)?;
    }
    if let Some(is_default) = change.is_default {
        if is_default {
            tx.execute("update desk_filters set is_default = 0 where staff = $1", vals![staff]).await?;
        }
        saved.is_default = is_default;
    }
    tx.execute(
        "update desk_filters set name = $3, is_default = $4 where staff = $1 and no = $2",
        vals![staff, no, &saved.name, saved.is_default],
    )
    .await
    .map_err(taken)?;
    Ok(saved)
}

/// Forgets a filter.
pub(super) async fn delete(tx: &mut Tx, staff: StaffId, no: i64) -> Result<(), DeskError> {
    let deleted =
        tx.execute("delete from desk_filters where staff = $1 and no = $2", vals![staff, no]).await?;
    if deleted == 1 { Ok(()) } else { Err(DeskError::Refused(Refusal::NotFound)) }
}

async fn get(tx: &mut Tx, staff: StaffId, no: i64) -> Result<SavedFilter, DeskError> {
    let sql = "select no, name, query, is_default from desk_filters where staff = $1 and no = $2";
    let row = tx.fetch_optional(sql, vals![staff, no]).await?;
    Ok(read(&row.ok_or(DeskError::Refused(Refusal::NotFound))?)?)
}

fn checked_name(name: &str) -> Result<String, DeskError> {
    let name = name.trim();
    let fits = (1..=NAME_LENGTH_MAX).contains(&name.chars().count()) && !name.contains(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    let message = Message::new("desk-filters-name").with("most", NAME_LENGTH_MAX);
    Err(DeskError::Refused(Refusal::field("name", message)))
}

/// The name is that of another filter; or two were saved at the same moment, and one may be saved again.
fn taken(error: store::Error) -> DeskError {
    error.on_constraint("desk_filters_name_unique", || {
        DeskError::Refused(Refusal::field("name", Message::new("desk-filters-twin")))
    })
}
