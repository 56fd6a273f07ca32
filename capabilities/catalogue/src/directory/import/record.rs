//! An import as it is kept: its file, its state, its position, its counts, its report.

use kernel::Timestamp;
use serde::Serialize;
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

use super::{ImportedBy, Outcome, ReportRow};
use crate::directory::source::{List, Source};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Every row is looked at; nothing changes.
    Checking,
    /// It was looked at, and waits for a word.
    Checked,
    /// It goes into the lists.
    Running,
    /// Every row was dealt with.
    Done,
    /// It was looked at and left.
    Discarded,
}

impl ImportState {
    const ALL: [Self; 5] = [Self::Checking, Self::Checked, Self::Running, Self::Done, Self::Discarded];

    /// The word used in tables and in keys of sentences.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Done => "done",
            Self::Discarded => "discarded",
        }
    }

    /// Whether rows are being dealt with.
    pub const fn is_going_on(self) -> bool {
        matches!(self, Self::Checking | Self::Running)
    }

    const fn after(self) -> Self {
        match self {
            Self::Checking => Self::Checked,
            Self::Running => Self::Done,
            Self::Checked | Self::Done | Self::Discarded => self,
        }
    }
}

/// What became of the rows so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    /// Rows whose code was not there.
    pub new: i64,
    /// Rows that were there with other elements.
    pub changed: i64,
    /// Rows that say what is there.
    pub unchanged: i64,
    /// Rows that break a rule.
    pub refused: i64,
    /// Rows with a code that no table knows; they are among the others.
    pub flagged: i64,
}

impl ImportCounts {
    /// Rows dealt with.
    pub fn all(&self) -> i64 {
        self.new + self.changed + self.unchanged + self.refused
    }

    pub(crate) fn add(&mut self, row: &ReportRow) {
        match row.outcome {
            Outcome::New => self.new += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused => self.refused += 1,
        }
        if row.findings.iter().any(|finding| !finding.rule.refuses()) {
            self.flagged += 1;
        }
    }
}

/// An import of a list (清单导入).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub number: i64,
    /// Which list.
    pub list: List,
    /// The file's name.
    pub file_name: String,
    /// Where it stands.
    pub state: ImportState,
    /// Rows of the file.
    pub rows: i64,
    /// Rows dealt with.
    pub position: i64,
    /// What became of them.
    pub counts: ImportCounts,
    /// Headers that name no element; their columns are left out.
    pub ignored: Vec<String>,
    /// Who brought it in.
    pub started_name: String,
    /// When.
    pub started_at: Timestamp,
    /// When it last got on.
    pub last_at: Timestamp,
    pub(super) sm3: String,
}

/// `imports!("where number = $1")`: the columns that `read` reads.
macro_rules! imports {
    ($rest:literal) => {
        concat!(
            "select number, list, file_name, sm3, state, rows, position, new_rows, changed_rows, unchanged_rows, ",
            "refused_rows, flagged_rows, ignored, started_name, started_at, last_at from directory_imports ",
            $rest
        )
    };
}

fn read(row: &Row) -> store::Result<Import> {
    let word: String = row.get(4)?;
    let state = ImportState::ALL.into_iter().find(|state| state.as_str() == word);
    Ok(Import {
        number: row.get(0)?,
        list: List::from_word(&row.get::<String>(1)?).ok_or_else(|| row.damaged(1, "a list"))?,
        file_name: row.get(2)?,
        sm3: row.get(3)?,
        state: state.ok_or_else(|| row.damaged(4, "a state"))?,
        rows: row.get(5)?,
        position: row.get(6)?,
        counts: ImportCounts {
            new: row.get(7)?,
            changed: row.get(8)?,
            unchanged: row.get(9)?,
            refused: row.get(10)?,
            flagged: row.get(11)?,
        },
        ignored: serde_json::from_value(row.get(12)?).map_err(|_shape| row.damaged(12, "headers"))?,
        started_name: row.get(13)?,
        started_at: row.get(14)?,
        last_at: row.get(15)?,
    })
}

/// The import of this number.
pub async fn find(tx: &mut Tx, number: i64) -> store::Result<Option<Import>> {
    let row = tx.fetch_optional(imports!("where number = $1"), vals![number]).await?;
    row.as_ref().map(read).transpose()
}

/// The import that deals with this file at the moment.
pub(super) async fn open_of_file(tx: &mut Tx, sm3: &str) -> store::Result<Option<Import>> {
    let sql = imports!(
        "where sm3 = $1 and state in ('checking', 'checked', 'running') order by number desc limit 1"
    );
    tx.fetch_optional(sql, vals![sm3]).await?.as_ref().map(read).transpose()
}

/// The imports, the latest first.
pub async fn list(tx: &mut Tx, request: &PageRequest) -> store::Result<Page<Import>> {
    let mut vals = request.keys(vals![i64::MAX])?;
    vals.extend(vals![request.size.limit()]);
    let rows = tx.fetch_all(imports!("where number < $1 order by number desc limit $2"), vals).await?;
    let imports = rows.iter().map(read).collect::<store::Result<_>>()?;
    Ok(Page::cut(imports, request.size, |import: &Import| vals![import.number]))
}

pub(super) async fn insert(
    tx: &mut Tx,
    source: &Source,
    file_name: &str,
    sm3: &str,
    by: &ImportedBy,
    now: Timestamp,
) -> store::Result<Import> {
    let next = tx.fetch_one("select coalesce(max(number), 0) + 1 from directory_imports", vals![]).await?;
    let number: i64 = next.get(0)?;
    let rows = i64::try_from(source.len()).unwrap_or(i64::MAX);
    tx.execute(
        "insert into directory_imports (number, list, file_name, sm3, state, rows, position, new_rows, changed_rows,
             unchanged_rows, refused_rows, flagged_rows, ignored, started_by, started_name, started_at, last_at)
         values ($1, $2, $3, $4, 'checking', $5, 0, 0, 0, 0, 0, 0, $6, $7, $8, $9, $9)",
        vals![
            number,
            source.list.as_str(),
            file_name,
            sm3,
            rows,
            serde_json::Value::from(source.ignored.clone()),
            &by.reference,
            &by.name,
            now
        ],
    )
    .await?;
    find(tx, number).await?.ok_or(store::Error::Missing)
}

/// From looked at, or still being looked at, to going in: the counts and the report begin anew.
pub(super) async fn to_running(tx: &mut Tx, number: i64, now: Timestamp) -> store::Result<bool> {
    let sql = "update directory_imports set state = 'running', position = 0, new_rows = 0, changed_rows = 0,
                   unchanged_rows = 0, refused_rows = 0, flagged_rows = 0, last_at = $2
               where number = $1 and state in ('checking', 'checked')";
    let is_so = tx.execute(sql, vals![number, now]).await? == 1;
    if is_so {
        tx.execute("delete from directory_import_reports where number = $1", vals![number]).await?;
    }
    Ok(is_so)
}

pub(super) async fn discard(tx: &mut Tx, number: i64, now: Timestamp) -> store::Result<bool> {
    let sql = "update directory_imports set state = 'discarded', last_at = $2
               where number = $1 and state in ('checking', 'checked')";
    Ok(tx.execute(sql, vals![number, now]).await? == 1)
}

/// Moves the position over a batch, with its report, if nobody else has. `None`: somebody has, and nothing of this batch
/// may be kept.
pub(super) async fn advance(
    tx: &mut Tx,
    import: &Import,
    lines: &[ReportRow],
    now: Timestamp,
) -> store::Result<Option<Import>> {
    let mut next = import.clone();
    if import.position == 0 {
        next.counts = ImportCounts::default();
        tx.execute("delete from directory_import_reports where number = $1", vals![import.number]).await?;
    }
    lines.iter().for_each(|line| next.counts.add(line));
    next.position += i64::try_from(lines.len()).unwrap_or_default();
    next.last_at = now;
    if next.position >= next.rows {
        next.state = next.state.after();
    }
    let counts = next.counts;
    // Looking may begin anew after it was cut off, so its position is not compared; going in never counts a row twice.
    let moved = tx
        .execute(
            "update directory_imports set position = $2, state = $3, new_rows = $4, changed_rows = $5,
                 unchanged_rows = $6, refused_rows = $7, flagged_rows = $8, last_at = $9
             where number = $1 and state = $10 and (state = 'checking' or position = $11)",
            vals![
                import.number,
                next.position,
                next.state.as_str(),
                counts.new,
                counts.changed,
                counts.unchanged,
                counts.refused,
                counts.flagged,
                now,
                import.state.as_str(),
                import.position
            ],
        )
        .await?;
    if moved == 0 {
        return Ok(None);
    }
    tx.execute(
        "insert into directory_import_reports (number, position, lines) values ($1, $2, $3)
         on conflict (number, position) do update set lines = excluded.lines",
        vals![import.number, import.position, serde_json::to_string(lines).unwrap_or_default()],
    )
    .await?;
    Ok(Some(next))
}

/// The report of a batch: the first with a position after `after`; with where it begins.
pub async fn report(tx: &mut Tx, number: i64, after: i64) -> store::Result<Option<(i64, Vec<ReportRow>)>> {
    let sql = "select position, lines from directory_import_reports where number = $1 and position > $2
               order by position limit 1";
    let Some(row) = tx.fetch_optional(sql, vals![number, after]).await? else { return Ok(None) };
    let lines = serde_json::from_value(row.get(1)?).map_err(|_shape| row.damaged(1, "report lines"))?;
    Ok(Some((row.get(0)?, lines)))
}
