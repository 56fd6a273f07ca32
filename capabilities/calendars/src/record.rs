//! Calendars as they are stored, and which one is in force.

use kernel::Timestamp;
use legal_time::{Calendar, CalendarData, CalendarFile};
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

/// A calendar that is kept here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCalendar {
    /// In the order of their coming.
    pub number: i64,
    /// Its version.
    pub version: String,
    /// Where it comes from.
    pub source: String,
    /// When it was brought in.
    pub imported_at: Timestamp,
    /// By whom; empty for the one that came with the program.
    pub imported_name: String,
    /// Its notices.
    pub data: CalendarData,
}

/// The calendar in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// How often the calendar in force has changed.
    pub turn: i64,
    /// Since when it is in force.
    pub since: Timestamp,
    /// The calendar.
    pub calendar: StoredCalendar,
}

/// A calendar being put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnOfCalendar {
    /// Its place in the row of turns.
    pub turn: i64,
    /// Which calendar.
    pub version: String,
    /// When.
    pub since: Timestamp,
    /// By whom; empty for the program itself.
    pub put_name: String,
    /// Why an earlier one was put in force again; empty otherwise.
    pub word: String,
}

impl StoredCalendar {
    /// The calendar that can be counted with.
    pub fn calendar(&self) -> Calendar {
        Calendar::new(&self.version, &self.data)
    }
}

fn read(row: &Row) -> Result<StoredCalendar, store::Error> {
    let content: String = row.get(5)?;
    let data = CalendarFile::read(&content).map_err(|_faults| row.damaged(5, "the data of a calendar"))?.data;
    Ok(StoredCalendar {
        number: row.get(0)?,
        version: row.get(1)?,
        source: row.get(2)?,
        imported_at: row.get(3)?,
        imported_name: row.get(4)?,
        data,
    })
}

/// Turn and version of the calendar in force: the cheap question of every node. Nothing before the first start.
pub(crate) async fn turn_in_force(tx: &mut Tx) -> Result<Option<(i64, String)>, store::Error> {
    let sql = "select turn, version from calendar_turns order by turn desc limit 1";
    let row = tx.fetch_optional(sql, vals![]).await?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// The calendar in force.
pub async fn in_force(tx: &mut Tx) -> Result<InForce, store::Error> {
    let row = tx
        .fetch_one(
            "select c.number, c.version, c.source, c.imported_at, c.imported_name, c.content, t.turn, t.since
             from calendar_turns t join calendars c on c.version = t.version order by t.turn desc limit 1",
            vals![],
        )
        .await?;
    Ok(InForce { turn: row.get(6)?, since: row.get(7)?, calendar: read(&row)? })
}

/// The calendar of this version.
pub async fn find(tx: &mut Tx, version: &str) -> Result<Option<StoredCalendar>, store::Error> {
    let sql = "select number, version, source, imported_at, imported_name, content from calendars where version = $1";
    tx.fetch_optional(sql, vals![version]).await?.as_ref().map(read).transpose()
}

/// The version whose data are these, if they are kept here.
pub(crate) async fn version_of(tx: &mut Tx, data: &CalendarData) -> Result<Option<String>, store::Error> {
    let sql = "select version from calendars where content = $1";
    let row = tx.fetch_optional(sql, vals![data.to_json()]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Calendars by version; those that are not kept here are left out.
pub async fn load(tx: &mut Tx, versions: &[&str]) -> Result<Vec<Calendar>, store::Error> {
    let mut found = Vec::with_capacity(versions.len());
    for version in versions {
        found.extend(find(tx, version).await?.map(|stored| stored.calendar()));
    }
    Ok(found)
}

/// The calendars, newest first.
pub async fn list(tx: &mut Tx, page: &PageRequest) -> Result<Page<StoredCalendar>, store::Error> {
    let before = page.keys(vals![i64::MAX])?.pop().unwrap_or_else(|| i64::MAX.into());
    let rows = tx
        .fetch_all(
            "select number, version, source, imported_at, imported_name, content from calendars
             where number < $1 order by number desc limit $2",
            vals![before, page.size.limit()],
        )
        .await?;
    let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.size, |stored| vals![stored.number]))
}

/// When this calendar was in force, newest first; the first hundred times.
pub(crate) async fn turns(tx: &mut Tx, version: &str) -> Result<Vec<TurnOfCalendar>, store::Error> {
    let rows = tx
        .fetch_all(
            "select turn, version, since, put_name, word from calendar_turns
             where version = $1 order by turn desc limit 100",
            vals![version],
        )
        .await?;
    let turn = |row: &Row| {
        Ok(TurnOfCalendar {
            turn: row.get(0)?,
            version: row.get(1)?,
            since: row.get(2)?,
            put_name: row.get(3)?,
            word: row.get(4)?,
        })
    };
    rows.iter().map(turn).collect()
}

/// Keeps a calendar.
pub(crate) async fn insert(
    tx: &mut Tx,
    version: &str,
    source: &str,
    data: &CalendarData,
    by: (&str, &str),
    now: Timestamp,
) -> Result<(), store::Error> {
    tx.execute(
        "insert into calendars (number, version, source, content, imported_at, imported_by, imported_name)
         select coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5, $6 from calendars",
        vals![version, source, data.to_json(), now, by.0, by.1],
    )
    .await?;
    Ok(())
}

/// Puts a calendar in force as this turn. Two at once cannot be the same turn.
pub(crate) async fn insert_turn(
    tx: &mut Tx,
    turn: i64,
    version: &str,
    by: (&str, &str),
    word: &str,
    now: Timestamp,
) -> Result<(), store::Error> {
    tx.execute(
        "insert into calendar_turns (turn, version, since, put_by, put_name, word) values ($1, $2, $3, $4, $5, $6)",
        vals![turn, version, now, by.0, by.1, word],
    )
    .await?;
    Ok(())
}
