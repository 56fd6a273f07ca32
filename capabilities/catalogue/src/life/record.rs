//! The rows of changes that are being prepared, and of who did what with them.

use kernel::{RevisionId, StaffActor, Timestamp};
use store::{Row, Tx, vals};

use crate::package::Texts;

/// How far a change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written (起草).
    Draft,
    /// The rules hold; another person must approve it (已检查、待审核).
    Checked,
    /// Another person has approved it (已审核).
    Approved,
    /// In force, or in force once (已发布).
    Published,
    /// Given up (已放弃).
    Dropped,
}

impl State {
    const ALL: [Self; 5] = [Self::Draft, Self::Checked, Self::Approved, Self::Published, Self::Dropped];

    /// The word in the table, in the API and in message keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Checked => "checked",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Dropped => "dropped",
        }
    }

    /// Whether it may still become a version.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Checked | Self::Approved)
    }
}

/// A change that is being prepared (修订稿).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// Item and handling item.
    pub key: (String, String),
    /// Name of the item, Chinese and English.
    pub name: (String, String),
    /// The version that it changes; empty for a new item.
    pub base: String,
    /// The version that it will be.
    pub version: String,
    /// How far it has come.
    pub state: State,
    /// Grows with every change.
    pub edition: i64,
    /// When it is to be published.
    pub publish_at: Option<Timestamp>,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// What somebody did with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which act: `begun`, `edited`, `approved`, …
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Actor reference.
    pub made_by: String,
    /// By whom, as shown.
    pub made_name: String,
    /// Why; may be empty.
    pub word: String,
}

/// `select!("where …")`: the columns that [`read`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, item, handling, name_zh, name_en, base, version, state, edition, publish_at, changed_at
             from catalogue_revisions ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<Revision, store::Error> {
    let state: String = row.get(7)?;
    let state = State::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Revision {
        id: row.get::<String>(0)?.parse().map_err(|_form| row.damaged(0, "an id"))?,
        key: (row.get(1)?, row.get(2)?),
        name: (row.get(3)?, row.get(4)?),
        base: row.get(5)?,
        version: row.get(6)?,
        state: state.ok_or_else(|| row.damaged(7, "the state of a revision"))?,
        edition: row.get(8)?,
        publish_at: row.get(9)?,
        changed_at: row.get(10)?,
    })
}

/// The change with this id.
pub(crate) async fn find(tx: &mut Tx, id: RevisionId) -> Result<Option<Revision>, store::Error> {
    tx.fetch_optional(select!("where id = $1"), vals![id]).await?.as_ref().map(read).transpose()
}

/// Its files.
pub(crate) async fn files(tx: &mut Tx, id: RevisionId) -> Result<Texts, store::Error> {
    let row = tx.fetch_one("select files from catalogue_revisions where id = $1", vals![id]).await?;
    serde_json::from_value(row.get(0)?).map_err(|_shape| row.damaged(0, "file names and texts"))
}

/// The open change of an item.
pub(crate) async fn open_of(tx: &mut Tx, key: &(String, String)) -> Result<Option<Revision>, store::Error> {
    let sql = select!("where item = $1 and handling = $2 and state in ('draft', 'checked', 'approved')");
    let row = tx.fetch_optional(sql, vals![&key.0, &key.1]).await?;
    row.as_ref().map(read).transpose()
}

/// Every open change, by item: as many as are being worked on, at most a thousand.
pub(crate) async fn list_open(tx: &mut Tx) -> Result<Vec<Revision>, store::Error> {
    let sql = select!("where state in ('draft', 'checked', 'approved') order by item, handling limit 1000");
    tx.fetch_all(sql, vals![]).await?.iter().map(read).collect()
}

/// Keeps a new change.
pub(crate) async fn insert(tx: &mut Tx, new: &Revision, files: &Texts) -> Result<(), store::Error> {
    let files = serde_json::to_string(files).unwrap_or_default();
    tx.execute(
        "insert into catalogue_revisions (id, item, handling, name_zh, name_en, base, version, files, state, edition,
           publish_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        vals![
            new.id,
            &new.key.0,
            &new.key.1,
            &new.name.0,
            &new.name.1,
            &new.base,
            &new.version,
            files,
            new.state.as_str(),
            new.edition,
            new.publish_at,
            new.changed_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes what has changed, where nobody has changed it since; `files` where they have. `false`: somebody has.
pub(crate) async fn update(tx: &mut Tx, new: &Revision, files: Option<&Texts>) -> Result<bool, store::Error> {
    let files = files.map(|files| serde_json::to_string(files).unwrap_or_default());
    let written = tx
        .execute(
            "update catalogue_revisions set name_zh = $3, name_en = $4, version = $5, state = $6, edition = edition + 1,
               publish_at = $7, changed_at = $8, files = coalesce($9, files)
             where id = $1 and edition = $2",
            vals![
                new.id,
                new.edition,
                &new.name.0,
                &new.name.1,
                &new.version,
                new.state.as_str(),
                new.publish_at,
                new.changed_at,
                files
            ],
        )
        .await?;
    Ok(written == 1)
}

/// Notes what was done.
pub(crate) async fn note(
    tx: &mut Tx,
    id: RevisionId,
    kind: &str,
    by: &By,
    word: &str,
    now: Timestamp,
) -> Result<(), store::Error> {
    tx.execute(
        "insert into catalogue_revision_steps (revision, number, kind, at, made_by, made_name, word)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 from catalogue_revision_steps where revision = $1",
        vals![id, kind, now, &by.reference, &by.name, word],
    )
    .await?;
    Ok(())
}

/// What was done with it, in order; the last thousand steps.
pub(crate) async fn steps(tx: &mut Tx, id: RevisionId) -> Result<Vec<Step>, store::Error> {
    let rows = tx
        .fetch_all(
            "select kind, at, made_by, made_name, word from catalogue_revision_steps
             where revision = $1 order by number desc limit 1000",
            vals![id],
        )
        .await?;
    let one = |row: &Row| {
        Ok(Step {
            kind: row.get(0)?,
            at: row.get(1)?,
            made_by: row.get(2)?,
            made_name: row.get(3)?,
            word: row.get(4)?,
        })
    };
    rows.iter().rev().map(one).collect()
}

/// Whether this person wrote any of it.
pub(crate) async fn has_written(tx: &mut Tx, id: RevisionId, reference: &str) -> Result<bool, store::Error> {
    let sql = "select 1 from catalogue_revision_steps
               where revision = $1 and made_by = $2 and kind in ('begun', 'imported', 'edited') limit 1";
    Ok(tx.fetch_optional(sql, vals![id, reference]).await?.is_some())
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Actor reference.
    pub reference: String,
    /// As shown.
    pub name: String,
}

impl By {
    /// A member of staff.
    pub fn staff(staff: &StaffActor) -> Self {
        Self { reference: kernel::Actor::Staff(staff.clone()).reference(), name: staff.shown_as.clone() }
    }

    /// The platform at the planned time.
    pub(crate) fn platform() -> Self {
        Self { reference: kernel::Actor::System.reference(), name: String::new() }
    }
}
