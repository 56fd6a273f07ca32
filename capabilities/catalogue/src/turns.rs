//! What was put in force, suspended, resumed and cancelled: the lines of `catalogue_turns`.

use jiff::civil::Date;
use kernel::{Actor, Timestamp};
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnKind {
    /// A version was put in force (发布).
    Published,
    /// Nobody can ask for it for a while (暂停).
    Suspended,
    /// It can be asked for again (恢复).
    Resumed,
    /// It is no longer offered (取消).
    Cancelled,
}

impl TurnKind {
    const ALL: [Self; 4] = [Self::Published, Self::Suspended, Self::Resumed, Self::Cancelled];

    /// The word in the table and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A line of an item's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its place in the row of all turns.
    pub turn: i64,
    /// Item and handling item.
    pub key: (String, String),
    /// Which version.
    pub version: String,
    /// What happened.
    pub kind: TurnKind,
    /// When.
    pub since: Timestamp,
    /// Actor reference.
    pub made_by: String,
    /// By whom, as shown; empty for the operator.
    pub made_name: String,
    /// Why.
    pub word: String,
    /// The last day of a suspension, where it is known.
    pub until: Option<Date>,
    /// Item and handling item in the place of a cancelled one.
    pub replaced_by: Option<(String, String)>,
}

impl Turn {
    /// The operator puts a version in force with the folder.
    pub(crate) fn by_operator(key: (String, String), version: String, now: Timestamp) -> Self {
        Self {
            turn: 0,
            key,
            version,
            kind: TurnKind::Published,
            since: now,
            made_by: Actor::System.reference(),
            made_name: String::new(),
            word: String::new(),
            until: None,
            replaced_by: None,
        }
    }
}

/// `select!("where …")`: the columns that [`read`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select turn, item, handling, version, kind, since, made_by, made_name, word, until, replaced_by
             from catalogue_turns ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<Turn, store::Error> {
    let kind: String = row.get(4)?;
    let until: Option<String> = row.get(9)?;
    let replaced_by: Option<String> = row.get(10)?;
    let until = until.map(|day| day.parse().map_err(|_shape| row.damaged(9, "a day"))).transpose()?;
    Ok(Turn {
        turn: row.get(0)?,
        key: (row.get(1)?, row.get(2)?),
        version: row.get(3)?,
        kind: TurnKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or_else(|| row.damaged(4, "the kind of a turn"))?,
        since: row.get(5)?,
        made_by: row.get(6)?,
        made_name: row.get(7)?,
        word: row.get(8)?,
        until,
        replaced_by: replaced_by
            .and_then(|key| key.split_once('-').map(|(item, handling)| (item.into(), handling.into()))),
    })
}

/// The last turn of all; 0 before the first start.
pub(crate) async fn last(tx: &mut Tx) -> Result<i64, store::Error> {
    let sql = "select turn from catalogue_turns order by turn desc limit 1";
    tx.fetch_optional(sql, vals![]).await?.map_or(Ok(0), |row| row.get(0))
}

/// Everything after a turn, in order.
pub(crate) async fn after(tx: &mut Tx, turn: i64) -> Result<Vec<Turn>, store::Error> {
    tx.fetch_all(select!("where turn > $1 order by turn"), vals![turn]).await?.iter().map(read).collect()
}

/// The life of an item, newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    key: &(String, String),
    page: &PageRequest,
) -> Result<Page<Turn>, store::Error> {
    let before = page.keys(vals![i64::MAX])?.pop().unwrap_or_else(|| i64::MAX.into());
    let sql = select!("where item = $1 and handling = $2 and turn < $3 order by turn desc limit $4");
    let rows = tx.fetch_all(sql, vals![&key.0, &key.1, before, page.size.limit()]).await?;
    let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.size, |turn| vals![turn.turn]))
}

/// The version of an item that was published before a turn.
pub(crate) async fn published_before(
    tx: &mut Tx,
    key: &(String, String),
    turn: i64,
) -> Result<Option<String>, store::Error> {
    let sql = "select version from catalogue_turns
               where item = $1 and handling = $2 and turn < $3 and kind = 'published' order by turn desc limit 1";
    tx.fetch_optional(sql, vals![&key.0, &key.1, turn]).await?.map(|row| row.get(0)).transpose()
}

/// Adds a line behind all others and gives its turn. Two at once cannot be the same turn.
pub(crate) async fn insert(tx: &mut Tx, new: &Turn) -> Result<i64, store::Error> {
    let turn = last(tx).await? + 1;
    let replaced_by = new.replaced_by.as_ref().map(|(item, handling)| format!("{item}-{handling}"));
    tx.execute(
        "insert into catalogue_turns (turn, item, handling, version, kind, since, made_by, made_name, word, until,
           replaced_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        vals![
            turn,
            &new.key.0,
            &new.key.1,
            &new.version,
            new.kind.as_str(),
            new.since,
            &new.made_by,
            &new.made_name,
            &new.word,
            new.until.map(|day| day.to_string()),
            replaced_by
        ],
    )
    .await?;
    Ok(turn)
}
