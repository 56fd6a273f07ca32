//! `/admin/calendars`: the calendars, what is in force, and one of them in full.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::{Reevaluation, RunState};
use jiff::civil::Date;
use kernel::Refusal;
use legal_time::{CalendarData, DataDiff, NamedDay};
use serde::Deserialize;
use store::Tx;
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, Shell, Visitor, page, page_with_status};

use crate::announce::{WARN_DAYS, days_announced};
use crate::api::{festival, kind_word};
use crate::record::{self, StoredCalendar};
use crate::{Room, import};

pub(crate) mod change;
pub(crate) mod run;

const HREF: &str = "/admin/calendars";

/// A calendar in the list.
struct Row {
    version: String,
    source: String,
    years: String,
    when: String,
    in_force: bool,
}

/// A run in the list.
struct RunRow {
    number: i64,
    calendar: String,
    state: String,
    moved: String,
    when: String,
}

#[derive(Template)]
#[template(path = "pages/list.html")]
struct ListPage {
    shell: Shell,
    errors: FormErrors,
    source: String,
    version: String,
    in_force: Row,
    in_force_since: String,
    /// That the announced holidays end soon; empty while they do not.
    warning: String,
    /// The run that goes on; 0 for none.
    running: i64,
    calendars: Vec<Row>,
    next: String,
    first: String,
    runs: Vec<RunRow>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Pages {
    after: Option<Cursor>,
}

/// What was filled in when a form comes back.
#[derive(Debug, Default)]
struct Filled {
    errors: FormErrors,
    source: String,
    version: String,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    page(&list_page(&mut tx, &visitor, pages.after, Filled::default()).await?)
}

/// The list with what is wrong with the form in it.
async fn list_again(tx: &mut Tx, visitor: &Visitor, filled: Filled) -> Result<Response, AppError> {
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &list_page(tx, visitor, None, filled).await?)
}

async fn list_page(
    tx: &mut Tx,
    visitor: &Visitor,
    after: Option<Cursor>,
    filled: Filled,
) -> Result<ListPage, Refusal> {
    let in_force = record::in_force(tx).await?;
    let is_first = after.is_none();
    let found = record::list(tx, &PageRequest { after, ..PageRequest::default() }).await?;
    let runs =
        cases::list_reevaluations(tx, &PageRequest { after: None, size: 5.try_into().unwrap_or_default() })
            .await?
            .items;
    let running = runs.iter().find(|run| run.state == RunState::Running).map_or(0, |run| run.number);
    let days = days_announced(&in_force.calendar.data, visitor.today());
    let version = in_force.calendar.version.clone();
    Ok(ListPage {
        shell: Shell::new(visitor, visitor.t("calendars-title")),
        errors: filled.errors,
        source: filled.source,
        version: filled.version,
        in_force_since: visitor.datetime(in_force.since),
        warning: if days < WARN_DAYS {
            warning(visitor, &in_force.calendar.data, days)
        } else {
            String::new()
        },
        running,
        calendars: found.items.iter().map(|stored| row(visitor, stored, &version)).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?after={next}")),
        first: if is_first { String::new() } else { HREF.into() },
        runs: runs.iter().map(|run| run_row(visitor, run)).collect(),
        in_force: row(visitor, &in_force.calendar, &version),
    })
}

fn warning(visitor: &Visitor, data: &CalendarData, days: i32) -> String {
    let last = data.announced_years().map_or(0, |(_first, last)| last);
    visitor.t2("calendars-ends-soon", "year", last, "days", days.max(0))
}

fn row(visitor: &Visitor, stored: &StoredCalendar, in_force: &str) -> Row {
    let (first, last) = stored.data.announced_years().unwrap_or_default();
    Row {
        version: stored.version.clone(),
        source: stored.source.clone(),
        years: format!("{first}–{last}"),
        when: visitor.datetime(stored.imported_at),
        in_force: stored.version == in_force,
    }
}

fn run_row(visitor: &Visitor, run: &Reevaluation) -> RunRow {
    RunRow {
        number: run.number,
        calendar: run.calendar.clone(),
        state: visitor.t(&format!("calendars-run-{}", run.state.as_str())),
        moved: visitor.t2("calendars-run-counts", "looked", run.looked_at, "moved", run.moved),
        when: visitor.datetime(run.planned_at),
    }
}

/// A day with what it is.
struct DayRow {
    day: String,
    what: String,
}

/// A year of a calendar.
struct YearRow {
    year: i16,
    working_days: u32,
    papers: Vec<String>,
    days: Vec<DayRow>,
}

/// A day that changes.
struct ChangeRow {
    day: String,
    before: String,
    after: String,
    is_past: bool,
}

/// What changes, in words.
struct Difference {
    announced: Vec<YearRow>,
    lost: Vec<i16>,
    days: Vec<ChangeRow>,
    has_past: bool,
}

fn named_day(visitor: &Visitor, day: &NamedDay) -> DayRow {
    let key = if day.is_off { "calendars-day-off" } else { "calendars-day-worked" };
    DayRow { day: visitor.date(day.date), what: visitor.t1(key, "name", &day.name) }
}

fn difference(visitor: &Visitor, diff: &DataDiff) -> Difference {
    let today: Date = visitor.today();
    let year = |year: &legal_time::AnnouncedYear| YearRow {
        year: year.year,
        working_days: year.working_days,
        papers: year.papers.clone(),
        days: year.days.iter().map(|day| named_day(visitor, day)).collect(),
    };
    let day = |change: &legal_time::DayChange| {
        let name = festival(&change.before, &change.after);
        let kind = |kind| visitor.t1(&format!("calendars-kind-{}", kind_word(kind)), "name", &name);
        ChangeRow {
            day: visitor.date(change.day),
            before: kind(&change.before),
            after: kind(&change.after),
            is_past: change.day < today,
        }
    };
    let days: Vec<ChangeRow> = diff.days.iter().map(day).collect();
    Difference {
        announced: diff.announced.iter().map(year).collect(),
        lost: diff.lost.clone(),
        has_past: days.iter().any(|day| day.is_past),
        days,
    }
}

#[derive(Template)]
#[template(path = "pages/show.html")]
struct ShowPage {
    shell: Shell,
    calendar: Row,
    imported_by: String,
    turns: Vec<(String, String, String)>,
    years: Vec<YearRow>,
    use_href: String,
    /// What differs from the calendar in force; nothing for that one itself.
    diff: Option<Difference>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(version): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let stored = record::find(&mut tx, &version).await?.ok_or(Refusal::NotFound)?;
    let in_force = record::in_force(&mut tx).await?;
    let turns = record::turns(&mut tx, &version).await?;
    let calendar = stored.calendar();
    let year = |notice: &legal_time::YearNotice| YearRow {
        year: notice.year,
        working_days: calendar.working_days_in_year(notice.year).unwrap_or_default(),
        papers: notice.papers.clone(),
        days: notice.days.iter().map(|day| named_day(&visitor, day)).collect(),
    };
    let is_in_force = stored.version == in_force.calendar.version;
    page(&ShowPage {
        shell: Shell::new(&visitor, stored.version.clone()).crumb(visitor.t("calendars-title"), HREF),
        calendar: row(&visitor, &stored, &in_force.calendar.version),
        imported_by: stored.imported_name.clone(),
        use_href: change::use_href(&stored.version),
        turns: turns
            .iter()
            .map(|turn| (visitor.datetime(turn.since), turn.put_name.clone(), turn.word.clone()))
            .collect(),
        years: stored.data.years().map(year).collect::<Vec<_>>().into_iter().rev().collect(),
        diff: (!is_in_force).then(|| difference(&visitor, &in_force.calendar.data.diff(&stored.data))),
    })
}

/// What is wrong with a form: faults of the data stand at the file, each with its place in it.
fn errors_of(visitor: &Visitor, error: import::ImportError) -> Result<FormErrors, Refusal> {
    if matches!(error, import::ImportError::NothingNew) {
        let mut errors = FormErrors::none();
        errors.add("file", visitor.t("calendars-nothing-new"));
        return Ok(errors);
    }
    let is_data = matches!(error, import::ImportError::Data(_));
    let errors = FormErrors::of(visitor, error.into())?;
    if !is_data {
        return Ok(errors);
    }
    let mut at_file = FormErrors::none();
    for (place, text) in &errors {
        at_file.add("file", if place.is_empty() { text.clone() } else { format!("{place}: {text}") });
    }
    Ok(at_file)
}
