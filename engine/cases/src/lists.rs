//! Lists of whole cases: an applicant's own, and those whose public notice hangs.

use jiff::civil::Date;
use kernel::{CaseId, Timestamp};
use legal_time::Light;
use store::page::{Page, PageRequest};
use store::{Row, Sql, Tx, vals};

use crate::case::{Applicant, Case};
use crate::error::CaseError;
use crate::process::TypeRef;
use crate::record::from_state;
use crate::status::{Outcome, Status};

/// A case as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSummary {
    /// Its id.
    pub id: CaseId,
    /// 办件编号
    pub number: String,
    /// Item code.
    pub item: String,
    /// Handling code.
    pub handling: String,
    /// Where it stands.
    pub status: Status,
    /// Stage id.
    pub stage: String,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Last day of the leading clock, when known.
    pub due_on: Option<Date>,
    /// How urgent.
    pub light: Light,
    /// When submitted.
    pub submitted_at: Timestamp,
    /// The master number of the one thing of which it is a part.
    pub bundle: Option<String>,
}

/// Which cases of an applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that are no part of one thing (一件事).
    Single,
}

/// The cases of an applicant, newest first: of the person alone, or of the legal person whose hat they wear.
pub async fn of_applicant(
    tx: &mut Tx,
    applicant: &Applicant,
    which: Which,
    today: Date,
    page: &PageRequest,
) -> Result<Page<CaseSummary>, CaseError> {
    const COLUMNS_OF_PERSON: &str =
        "select id, number, item, handling, status, stage, outcome, due_on, yellow_from,
            submitted_at, bundle from cases
         where person = $1 and legal_person is null and id < $2 and ($4 = 0 or bundle is null)
         order by id desc limit $3";
    const COLUMNS_OF_LEGAL_PERSON: &str = "select id, number, item, handling, status, stage, outcome, due_on,
            yellow_from, submitted_at, bundle from cases
         where legal_person = $1 and id < $2 and ($4 = 0 or bundle is null)
         order by id desc limit $3";
    // Newest first: the first page starts above every id, which are hexadecimal in any collation.
    let before = page.keys(vals!["z"])?.pop().unwrap_or_else(|| "z".into());
    let size = page.size.limit();
    let single = which == Which::Single;
    let rows = match applicant.acting_for {
        Some(legal_person) => {
            tx.fetch_all(COLUMNS_OF_LEGAL_PERSON, vals![legal_person, before, size, single]).await?
        }
        None => tx.fetch_all(COLUMNS_OF_PERSON, vals![applicant.person, before, size, single]).await?,
    };
    let items = rows.iter().map(|row| summary(row, today)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.size, |item| vals![item.id]))
}

fn summary(row: &Row, today: Date) -> Result<CaseSummary, CaseError> {
    let (due_on, yellow_from): (Option<Date>, Option<Date>) = (row.get(7)?, row.get(8)?);
    let outcome: Option<String> = row.get(6)?;
    Ok(CaseSummary {
        id: row.get(0)?,
        number: row.get(1)?,
        item: row.get(2)?,
        handling: row.get(3)?,
        status: word(row, 4, Status::from_word)?,
        stage: row.get(5)?,
        outcome: outcome.as_deref().and_then(Outcome::from_word),
        due_on,
        light: light_on(due_on, yellow_from, today),
        submitted_at: row.get(9)?,
        bundle: row.get(10)?,
    })
}

/// The cases that are parts of these things (一件事), by their master numbers.
pub async fn of_bundles(tx: &mut Tx, numbers: &[String], today: Date) -> Result<Vec<CaseSummary>, CaseError> {
    const OF_BUNDLES: Sql = Sql::Two {
        sqlite: "select id, number, item, handling, status, stage, outcome, due_on, yellow_from, submitted_at, bundle
             from cases where bundle in (select value from json_each($1)) order by id",
        postgres: "select id, number, item, handling, status, stage, outcome, due_on, yellow_from, submitted_at, bundle
             from cases where bundle in (select json_array_elements_text(cast($1 as json))) order by id",
    };
    let numbers = serde_json::to_string(numbers)?;
    let rows = tx.fetch_all(OF_BUNDLES, vals![numbers]).await?;
    rows.iter().map(|row| summary(row, today)).collect()
}

/// The cases whose public notice (公示) hangs today, the one that ends first at the head of the list. The day
/// decides, not the timer: a notice whose end nobody has recorded yet is over all the same.
pub async fn hanging_notices(tx: &mut Tx, today: Date, page: &PageRequest) -> Result<Page<Case>, CaseError> {
    let [after_day, after_id] =
        page.keys(vals!["", ""])?.try_into().unwrap_or_else(|_two| ["".into(), "".into()]);
    let rows = tx
        .fetch_all(
            "select state, notice_until from cases
             where notice_until >= $1 and (notice_until, id) > ($2, $3)
             order by notice_until, id limit $4",
            vals![today, after_day, after_id, page.size.limit()],
        )
        .await?;
    let read = |row: &Row| -> Result<(Case, String), CaseError> {
        let state: String = row.get(0)?;
        Ok((from_state(&state)?, row.get(1)?))
    };
    let found = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(found, page.size, |(case, until)| vals![until.as_str(), case.id]).map(|(case, _until)| case))
}

/// How urgent a last day is today.
fn light_on(due_on: Option<Date>, yellow_from: Option<Date>, today: Date) -> Light {
    match (due_on, yellow_from) {
        (Some(due), _) if today > due => Light::Red,
        (Some(_), Some(yellow)) if today >= yellow => Light::Yellow,
        (Some(_), _) => Light::Green,
        (None, _) => Light::Grey,
    }
}

/// A word that its own list must know.
pub(crate) fn word<T>(row: &Row, column: usize, read: impl Fn(&str) -> Option<T>) -> Result<T, store::Error> {
    let text: String = row.get(column)?;
    read(&text).ok_or_else(|| row.damaged(column, "a word of its list"))
}

/// How many open cases run under which version of a package. Reads one index that holds only open cases.
pub async fn count_open_by_version(tx: &mut Tx) -> store::Result<Vec<(TypeRef, i64)>> {
    let rows = tx
        .fetch_all(
            "select item, handling, package_version, count(*) from cases where status <> 'closed'
             group by item, handling, package_version order by item, handling, package_version",
            vals![],
        )
        .await?;
    let one = |row: &store::Row| {
        let reference = TypeRef { item: row.get(0)?, handling: row.get(1)?, version: row.get(2)? };
        Ok((reference, row.get(3)?))
    };
    rows.iter().map(one).collect()
}
