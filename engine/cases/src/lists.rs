//! Lists of whole cases: an applicant's own, and those whose public notice hangs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{CaseId, Items, PersonId, Principal, Timestamp};
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
    /// Who submitted it, for themselves or as an agent.
    pub person: PersonId,
}

/// Which cases of an applicant; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnCases {
    /// Only those that are no part of one thing (一件事).
    pub single: bool,
    /// Only those that run, or only those that are closed.
    pub closed: Option<bool>,
    /// Only of this item.
    pub item: Option<String>,
    /// Only the one of this number, and those of these items.
    pub named: Option<(String, Vec<String>)>,
    /// Only those submitted from the first instant on, and before the second.
    pub submitted: Option<(Timestamp, Timestamp)>,
    /// Only of these items: as far as a mandate lets its holder see (授权事项).
    pub within: Items,
}

/// What a list of an applicant's cases reads, by whose they are and in which dialect.
macro_rules! own {
    ($columns:literal, $whose:literal, $items:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from cases where ",
            $whose,
            " and id < $2 and ($4 = 0 or bundle is null)
             and ($5 = 0 or ($5 = 1 and status <> 'closed') or ($5 = 2 and status = 'closed'))
             and ($6 = '' or item = $6)
             and ($7 = 0 or number = $8 or item in (",
            $items,
            "))
             and submitted_at >= $10 and submitted_at < $11
             and ($12 = '' or $12 like '%,' || item || ',%') ",
            $rest
        )
    };
}

macro_rules! own_list {
    ($whose:literal) => {
        Sql::Two {
            sqlite: own!(
                "id, number, item, handling, status, stage, outcome, due_on, yellow_from, submitted_at, bundle, person",
                $whose,
                "select value from json_each($9)",
                "order by id desc limit $3"
            ),
            postgres: own!(
                "id, number, item, handling, status, stage, outcome, due_on, yellow_from, submitted_at, bundle, person",
                $whose,
                "select json_array_elements_text(cast($9 as json))",
                "order by id desc limit $3"
            ),
        }
    };
}

/// The cases of an applicant, newest first: of the person alone, or of the legal person whose hat they wear.
pub async fn of_applicant(
    tx: &mut Tx,
    applicant: &Applicant,
    which: &OwnCases,
    today: Date,
    page: &PageRequest,
) -> Result<Page<CaseSummary>, CaseError> {
    const OF_PERSON: Sql = own_list!("person = $1 and legal_person is null");
    const OF_LEGAL_PERSON: Sql = own_list!("legal_person = $1");
    let (sql, whose) = match applicant.principal() {
        Principal::LegalPerson(legal_person) => (OF_LEGAL_PERSON, legal_person.to_string()),
        Principal::Person(person) => (OF_PERSON, person.to_string()),
    };
    // Newest first: the first page starts above every id, which are hexadecimal in any collation.
    let before = page.keys(vals!["z"])?.pop().unwrap_or_else(|| "z".into());
    let closed = which.closed.map_or(0_i64, |closed| if closed { 2 } else { 1 });
    let (number, items) = which.named.clone().unwrap_or_default();
    let (from, to) = which.submitted.unwrap_or((Timestamp::MIN, Timestamp::MAX));
    let values = vals![
        whose,
        before,
        page.size.limit(),
        which.single,
        closed,
        which.item.clone().unwrap_or_default(),
        which.named.is_some(),
        number,
        serde_json::to_string(&items)?,
        from,
        to,
        which.within.to_list()
    ];
    let rows = tx.fetch_all(sql, values).await?;
    let items = rows.iter().map(|row| summary(row, today)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.size, |item| vals![item.id]))
}

/// The items (item and handling code) of which an applicant has cases, and when the first of them was submitted.
pub async fn items_of_applicant(
    tx: &mut Tx,
    applicant: &Applicant,
) -> Result<Vec<(String, String, Timestamp)>, CaseError> {
    const OF_PERSON: &str = "select item, handling, min(submitted_at) from cases
         where person = $1 and legal_person is null group by item, handling order by item, handling limit 200";
    const OF_LEGAL_PERSON: &str = "select item, handling, min(submitted_at) from cases
         where legal_person = $1 group by item, handling order by item, handling limit 200";
    let rows = match applicant.principal() {
        Principal::LegalPerson(legal_person) => tx.fetch_all(OF_LEGAL_PERSON, vals![legal_person]).await?,
        Principal::Person(person) => tx.fetch_all(OF_PERSON, vals![person]).await?,
    };
    let read = |row: &Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    Ok(rows.iter().map(read).collect::<Result<_, store::Error>>()?)
}

/// The newest hundred cases of an applicant that run or were granted at or after `since`: those in which a day may
/// still lie ahead.
pub async fn alive_of_applicant(
    tx: &mut Tx,
    applicant: &Applicant,
    since: Timestamp,
) -> Result<Vec<Case>, CaseError> {
    const OF_PERSON: &str = "select state from cases where person = $1 and legal_person is null
         and (status <> 'closed' or (outcome = 'granted' and closed_at >= $2)) order by id desc limit 100";
    const OF_LEGAL_PERSON: &str = "select state from cases where legal_person = $1
         and (status <> 'closed' or (outcome = 'granted' and closed_at >= $2)) order by id desc limit 100";
    let rows = match applicant.principal() {
        Principal::LegalPerson(legal_person) => {
            tx.fetch_all(OF_LEGAL_PERSON, vals![legal_person, since]).await?
        }
        Principal::Person(person) => tx.fetch_all(OF_PERSON, vals![person, since]).await?,
    };
    rows.iter().map(|row| from_state(&row.get::<String>(0)?)).collect()
}

/// Which case has this number (办件编号), and who applies in it.
pub async fn of_number(tx: &mut Tx, number: &str) -> Result<Option<(CaseId, Applicant)>, CaseError> {
    let sql = "select id, person, legal_person from cases where number = $1";
    let row = tx.fetch_optional(sql, vals![number]).await?;
    let read = |row: &Row| -> Result<_, store::Error> {
        Ok((row.get(0)?, Applicant { person: row.get(1)?, acting_for: row.get(2)?, through: None }))
    };
    Ok(row.as_ref().map(read).transpose()?)
}

/// Of which item each of these cases is.
pub async fn items_of(tx: &mut Tx, cases: &[CaseId]) -> Result<BTreeMap<CaseId, String>, CaseError> {
    const OF: Sql = Sql::Two {
        sqlite: "select id, item from cases where id in (select value from json_each($1))",
        postgres: "select id, item from cases where id in (select json_array_elements_text(cast($1 as json)))",
    };
    if cases.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = tx.fetch_all(OF, vals![serde_json::to_string(cases)?]).await?;
    Ok(rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, store::Error>>()?)
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
        person: row.get(11)?,
    })
}

/// The cases that are parts of these things (一件事), by their master numbers.
pub async fn of_bundles(tx: &mut Tx, numbers: &[String], today: Date) -> Result<Vec<CaseSummary>, CaseError> {
    const OF_BUNDLES: Sql = Sql::Two {
        sqlite: "select id, number, item, handling, status, stage, outcome, due_on, yellow_from, submitted_at, bundle, person
             from cases where bundle in (select value from json_each($1)) order by id",
        postgres: "select id, number, item, handling, status, stage, outcome, due_on, yellow_from, submitted_at, bundle, person
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
