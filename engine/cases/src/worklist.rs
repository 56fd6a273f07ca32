//! Lists of cases and tasks, paged by key.

use jiff::civil::Date;
use kernel::{CaseId, Role, StaffActor, StaffId, TaskId};
use legal_time::Light;
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

use crate::case::{Applicant, Case};
use crate::error::CaseError;
use crate::record::{FAR_DAY, from_state};
use crate::status::{Outcome, Status, TaskKind};

/// A task as a worklist shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkItem {
    /// The task.
    pub task: TaskId,
    /// Its case.
    pub case: CaseId,
    /// 办件编号
    pub number: String,
    /// Item code.
    pub item: String,
    /// Handling code.
    pub handling: String,
    /// Stage id.
    pub stage: String,
    /// Branch id.
    pub branch: Option<String>,
    /// Kind of work.
    pub work: TaskKind,
    /// Who has it.
    pub claimed_by: Option<StaffId>,
    /// Their name.
    pub claimed_name: Option<String>,
    /// Last day, when known.
    pub due_on: Option<Date>,
    /// How urgent.
    pub light: Light,
}

/// Which work to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Open work of my body and roles, and what I have taken.
    #[default]
    Body,
    /// Only what I have taken.
    Mine,
}

/// How urgent a last day is today.
pub fn light_on(due_on: Option<Date>, yellow_from: Option<Date>, today: Date) -> Light {
    match (due_on, yellow_from) {
        (Some(due), _) if today > due => Light::Red,
        (Some(_), Some(yellow)) if today >= yellow => Light::Yellow,
        (Some(_), _) => Light::Green,
        (None, _) => Light::Grey,
    }
}

/// Work that waits for this clerk, most urgent first. `light` filters.
pub async fn worklist(
    tx: &mut Tx,
    clerk: &StaffActor,
    scope: Scope,
    light: Option<Light>,
    today: Date,
    page: &PageRequest,
) -> Result<Page<WorkItem>, CaseError> {
    let has = |role: Role| clerk.roles.contains(&role).then(|| role.as_str());
    let (from, until) = match light {
        None => (None, None),
        Some(Light::Red) => (None, Some(today)),
        Some(Light::Yellow | Light::Green | Light::Grey) => (Some(today), None),
    };
    let yellow_from_at_most = (light == Some(Light::Yellow)).then_some(today);
    let yellow_from_above = (light == Some(Light::Green)).then_some(today);
    let [after_due, after_id] =
        page.keys(vals!["", ""])?.try_into().unwrap_or_else(|_two| ["".into(), "".into()]);
    let only_mine = (scope == Scope::Mine).then_some(clerk.staff);
    let rows = tx
        .fetch_all(
            "select t.id, t.case_id, c.number, c.item, c.handling, t.stage, t.branch, t.work, t.claimed_by,
                 t.claimed_name, t.due_on, t.yellow_from
             from case_tasks t join cases c on c.id = t.case_id
             where t.body = $1 and t.state in ('open', 'claimed') and t.role in ($2, $3, $4)
               and (cast($5 as text) is null or t.claimed_by = $5)
               and (cast($6 as text) is null or t.due_on >= $6)
               and (cast($7 as text) is null or t.due_on < $7)
               and (cast($8 as text) is null or t.yellow_from <= $8)
               and (cast($9 as text) is null or t.yellow_from > $9)
               and (t.due_on, t.id) > ($10, $11)
             order by t.due_on, t.id limit $12",
            vals![
                clerk.body,
                has(Role::Acceptance),
                has(Role::Review),
                has(Role::Decision),
                only_mine,
                from,
                until,
                yellow_from_at_most,
                yellow_from_above,
                after_due,
                after_id,
                page.size.limit()
            ],
        )
        .await?;
    let items = rows.iter().map(|row| work_item(row, today)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.size, |item| {
        vals![item.due_on.map_or_else(|| FAR_DAY.to_owned(), |day| day.to_string()), item.task]
    }))
}

fn work_item(row: &Row, today: Date) -> Result<WorkItem, CaseError> {
    let known = |text: String| if text == FAR_DAY { None } else { text.parse::<Date>().ok() };
    let (due_on, yellow_from) = (known(row.get(10)?), known(row.get(11)?));
    Ok(WorkItem {
        task: row.get(0)?,
        case: row.get(1)?,
        number: row.get(2)?,
        item: row.get(3)?,
        handling: row.get(4)?,
        stage: row.get(5)?,
        branch: row.get(6)?,
        work: word(row, 7, TaskKind::from_word)?,
        claimed_by: row.get(8)?,
        claimed_name: row.get(9)?,
        due_on,
        light: light_on(due_on, yellow_from, today),
    })
}

fn word<T>(row: &Row, column: usize, read: impl Fn(&str) -> Option<T>) -> Result<T, store::Error> {
    let text: String = row.get(column)?;
    read(&text)
        .ok_or_else(|| store::Error::Damaged { column: column.to_string(), expected: "a word of its list" })
}

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
    pub submitted_at: kernel::Timestamp,
}

/// The cases of an applicant, newest first: of the person alone, or of the legal person whose hat they wear.
pub async fn of_applicant(
    tx: &mut Tx,
    applicant: &Applicant,
    today: Date,
    page: &PageRequest,
) -> Result<Page<CaseSummary>, CaseError> {
    const COLUMNS_OF_PERSON: &str =
        "select id, number, item, handling, status, stage, outcome, due_on, yellow_from,
            submitted_at from cases
         where person = $1 and legal_person is null and id < $2
         order by id desc limit $3";
    const COLUMNS_OF_LEGAL_PERSON: &str = "select id, number, item, handling, status, stage, outcome, due_on,
            yellow_from, submitted_at from cases
         where legal_person = $1 and id < $2
         order by id desc limit $3";
    // Newest first: the first page starts above every id, which are hexadecimal in any collation.
    let before = page.keys(vals!["z"])?.pop().unwrap_or_else(|| "z".into());
    let size = page.size.limit();
    let rows = match applicant.acting_for {
        Some(legal_person) => {
            tx.fetch_all(COLUMNS_OF_LEGAL_PERSON, vals![legal_person, before, size]).await?
        }
        None => tx.fetch_all(COLUMNS_OF_PERSON, vals![applicant.person, before, size]).await?,
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
    })
}

/// The case of this number (办件编号). Whether whoever asks may see it is theirs to ask afterwards.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<CaseId>, CaseError> {
    let row = tx.fetch_optional("select id from cases where number = $1", vals![number]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// The case to which a task (任务) belongs, also when the task is done.
pub async fn case_of_task(tx: &mut Tx, task: TaskId) -> Result<Option<CaseId>, CaseError> {
    let row = tx.fetch_optional("select case_id from case_tasks where id = $1", vals![task]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
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

/// How many tasks of each light wait for this clerk's body and roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lights {
    /// Past their end.
    pub red: i64,
    /// Near their end.
    pub yellow: i64,
    /// In time.
    pub green: i64,
    /// End not known.
    pub grey: i64,
}

/// Counts the waiting work of a clerk by light; bounded by the open work of one body.
pub async fn count_lights(tx: &mut Tx, clerk: &StaffActor, today: Date) -> Result<Lights, CaseError> {
    let has = |role: Role| clerk.roles.contains(&role).then(|| role.as_str());
    let row = tx
        .fetch_one(
            "select cast(coalesce(sum(case when due_on < $5 then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when due_on >= $5 and due_on < $6 and yellow_from <= $5 then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when due_on < $6 and yellow_from > $5 then 1 else 0 end), 0) as bigint),
                 cast(coalesce(sum(case when due_on = $6 then 1 else 0 end), 0) as bigint)
             from case_tasks
             where body = $1 and state in ('open', 'claimed') and role in ($2, $3, $4)",
            vals![
                clerk.body,
                has(Role::Acceptance),
                has(Role::Review),
                has(Role::Decision),
                today,
                FAR_DAY
            ],
        )
        .await?;
    Ok(Lights { red: row.get(0)?, yellow: row.get(1)?, green: row.get(2)?, grey: row.get(3)? })
}
