//! Calendars for programs.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use cases::{LastDay, Reevaluation};
use kernel::{FieldError, Refusal};
use legal_time::{CalendarData, DataDiff, DayKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, Operation, Visitor};

use crate::import::{self, ImportError, Importer, NewCalendar, Preview};
use crate::{Room, record};

/// A calendar of working days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarView {
    /// Its version.
    version: String,
    /// Where it comes from.
    source: String,
    /// When it was brought in, RFC 3339.
    imported_at: String,
    /// By whom; empty for the one that came with the program.
    imported_by: String,
    /// Whether it is in force.
    in_force: bool,
    /// The first announced year.
    first_year: i16,
    /// The last announced year.
    last_year: i16,
    /// The notices, a year each: `year`, `papers`, `days` with `name`, `date`, `isOffDay`. Only for a single calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    years: Option<Value>,
}

/// A page of calendars.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarPage {
    /// The calendars, newest first.
    items: Vec<CalendarView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A calendar to be brought in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportRequest {
    /// One year of the holiday-cn form, laid over the calendar in force; or a whole calendar with `years`.
    #[schema(value_type = Object)]
    calendar: Value,
    /// Its version; made from the years when left out.
    #[serde(default)]
    version: Option<String>,
    /// Where it comes from, as applicants are told.
    #[serde(default)]
    source: Option<String>,
    /// Why, when this calendar has been in force before.
    #[serde(default)]
    word: Option<String>,
    /// The turn that a preview named; another calendar in force meanwhile is then a conflict.
    #[serde(default)]
    turn: Option<i64>,
}

/// An earlier calendar to be put in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutRequest {
    /// Why, when it has been in force before.
    #[serde(default)]
    word: Option<String>,
    /// The turn that a preview named.
    #[serde(default)]
    turn: Option<i64>,
}

/// A year that was unknown before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct YearView {
    /// The year.
    year: i16,
    /// How many days are worked.
    working_days: u32,
    /// Addresses of the notices.
    papers: Vec<String>,
}

/// A day that is another kind of day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayView {
    /// The day.
    day: String,
    /// `working`, `make-up`, `weekend` or `holiday`.
    before: &'static str,
    /// The same, after.
    after: &'static str,
    /// The festival after, or before.
    name: String,
}

/// What distinguishes two calendars.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceView {
    /// Years that were unknown before.
    announced: Vec<YearView>,
    /// Years that become unknown.
    lost: Vec<i16>,
    /// Days of the other years.
    days: Vec<DayView>,
}

/// What a calendar would change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewView {
    /// The calendar in force.
    in_force: String,
    /// Its turn, for the request that follows.
    turn: i64,
    /// The version that would be in force.
    version: String,
    /// Open cases that would be looked at; at most 100,000 are counted.
    open_cases: i64,
    /// It has been in force before: `word` must say why it shall be again.
    needs_word: bool,
    /// The difference.
    difference: DifferenceView,
}

/// A calendar was put in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedView {
    /// Its version.
    version: String,
    /// Number of the run over the open cases.
    run: i64,
}

/// A run over the open cases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunView {
    /// Its number.
    number: i64,
    /// Version of the calendar.
    calendar: String,
    /// `running`, `done` or `superseded`.
    state: &'static str,
    /// Open cases when it was planned.
    open_cases: i64,
    /// Cases looked at so far.
    looked_at: i64,
    /// Cases of which a last day moved.
    moved: i64,
    /// Cases of which nothing moved.
    unchanged: i64,
    /// Among the moved: a last day that was unknown before.
    became_known: i64,
    /// Among the moved: a last day that is unknown now.
    became_unknown: i64,
    /// Cases that could not be read.
    faults: i64,
    /// When it was planned, RFC 3339.
    planned_at: String,
    /// When it ended.
    finished_at: Option<String>,
}

/// A last day of a case before and after.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoveView {
    /// 办件编号
    number: String,
    /// `acceptance`, `correction`, `promised`, `statutory`, `notice` or `task`; empty for a fault.
    clock: String,
    /// The last day before; null while unknown or paused.
    before: Option<String>,
    /// The last day now.
    after: Option<String>,
    /// Why the case could not be read.
    fault: Option<String>,
}

/// A page of moves.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovePage {
    /// The moves, by case.
    items: Vec<MoveView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Asked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Rows of a page, 1 to 100; 20 without it.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct DiffAsked {
    /// The version to compare with; the one in force without it.
    to: Option<String>,
}

fn view(stored: record::StoredCalendar, in_force: &str, whole: bool) -> CalendarView {
    let (first_year, last_year) = stored.data.announced_years().unwrap_or_default();
    let years = whole.then(|| {
        let years = stored.data.years().map(|notice| serde_json::to_value(notice).unwrap_or_default());
        years.collect()
    });
    CalendarView {
        in_force: stored.version == in_force,
        version: stored.version,
        source: stored.source,
        imported_at: stored.imported_at.to_string(),
        imported_by: stored.imported_name,
        first_year,
        last_year,
        years,
    }
}

pub(crate) const fn kind_word(kind: &DayKind) -> &'static str {
    match kind {
        DayKind::Working => "working",
        DayKind::MakeUp(_) => "make-up",
        DayKind::Weekend => "weekend",
        DayKind::Holiday(_) => "holiday",
    }
}

pub(crate) fn festival(before: &DayKind, after: &DayKind) -> String {
    match (after, before) {
        (DayKind::MakeUp(name) | DayKind::Holiday(name), _)
        | (DayKind::Working | DayKind::Weekend, DayKind::MakeUp(name) | DayKind::Holiday(name)) => {
            name.clone()
        }
        (DayKind::Working | DayKind::Weekend, DayKind::Working | DayKind::Weekend) => String::new(),
    }
}

fn difference(diff: DataDiff) -> DifferenceView {
    let year = |year: legal_time::AnnouncedYear| YearView {
        year: year.year,
        working_days: year.working_days,
        papers: year.papers,
    };
    let day = |change: legal_time::DayChange| DayView {
        day: change.day.to_string(),
        before: kind_word(&change.before),
        after: kind_word(&change.after),
        name: festival(&change.before, &change.after),
    };
    DifferenceView {
        announced: diff.announced.into_iter().map(year).collect(),
        lost: diff.lost,
        days: diff.days.into_iter().map(day).collect(),
    }
}

fn preview_view(preview: Preview) -> PreviewView {
    PreviewView {
        in_force: preview.in_force,
        turn: preview.turn,
        version: preview.version,
        open_cases: preview.open_cases,
        needs_word: preview.needs_word,
        difference: difference(preview.diff),
    }
}

pub(crate) async fn list(
    State(room): State<Room>,
    Query(asked): Query<Asked>,
) -> Result<Json<CalendarPage>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let in_force = record::in_force(&mut tx).await?.calendar.version;
    let request = PageRequest { after: asked.after, size: asked.size };
    let found = record::list(&mut tx, &request).await?.map(|stored| view(stored, &in_force, false));
    Ok(Json(CalendarPage { items: found.items, next: found.next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listCalendars", "Lists the calendars of working days, newest first.")
        .tag("calendars")
        .query::<Asked>()
        .returns::<CalendarPage>(200, "A page of calendars.")
}

pub(crate) async fn show(
    State(room): State<Room>,
    Path(version): Path<String>,
) -> Result<Json<CalendarView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let in_force = record::in_force(&mut tx).await?.calendar.version;
    let stored = record::find(&mut tx, &version).await?.ok_or(Refusal::NotFound)?;
    Ok(Json(view(stored, &in_force, true)))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getCalendar", "Shows a calendar with all its notices.")
        .tag("calendars")
        .path_param("version", "The version.")
        .returns::<CalendarView>(200, "The calendar.")
}

pub(crate) async fn diff(
    State(room): State<Room>,
    Path(version): Path<String>,
    Query(asked): Query<DiffAsked>,
) -> Result<Json<DifferenceView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let from = record::find(&mut tx, &version).await?.ok_or(Refusal::NotFound)?;
    let to: CalendarData = match asked.to {
        Some(to) => record::find(&mut tx, &to).await?.ok_or(Refusal::NotFound)?.data,
        None => record::in_force(&mut tx).await?.calendar.data,
    };
    Ok(Json(difference(from.data.diff(&to))))
}

pub(crate) fn diff_operation() -> Operation {
    Operation::new("compareCalendars", "Says what another calendar says differently.")
        .tag("calendars")
        .path_param("version", "The earlier version.")
        .query::<DiffAsked>()
        .returns::<DifferenceView>(200, "The difference.")
}

fn new_calendar(request: ImportRequest) -> NewCalendar {
    let ImportRequest { calendar, version, source, word, turn } = request;
    NewCalendar { content: calendar.to_string(), version, source, word, expected_turn: turn }
}

/// Faults of the data name their place inside the request.
fn refusal(error: ImportError) -> AppError {
    let is_data = matches!(error, ImportError::Data(_));
    let inside = |error: FieldError| {
        let field = format!("calendar/{}", error.field);
        FieldError { field: field.trim_end_matches('/').to_owned(), ..error }
    };
    let refusal: Refusal = error.into();
    if let (true, Refusal::Invalid(errors)) = (is_data, &refusal) {
        return AppError(Refusal::Invalid(errors.iter().cloned().map(inside).collect()));
    }
    AppError(refusal)
}

pub(crate) async fn preview_calendar(
    State(room): State<Room>,
    ApiJson(request): ApiJson<ImportRequest>,
) -> Result<Json<PreviewView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let preview = import::preview(&mut tx, &new_calendar(request)).await.map_err(refusal)?;
    Ok(Json(preview_view(preview)))
}

pub(crate) fn preview_operation() -> Operation {
    Operation::new("previewCalendar", "Checks a calendar and says what it would change; nothing is kept.")
        .tag("calendars")
        .body::<ImportRequest>()
        .returns::<PreviewView>(200, "What would change.")
}

fn importer(visitor: &Visitor) -> Result<Importer, Refusal> {
    Ok(Importer::staff(visitor.actor.staff()?))
}

pub(crate) async fn import_calendar(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(request): ApiJson<ImportRequest>,
) -> Result<Response, AppError> {
    let by = importer(&visitor)?;
    let mut tx = room.db.begin().await?;
    let imported = import::import(&mut tx, &by, &new_calendar(request), visitor.now).await;
    let imported = imported.map_err(refusal)?;
    tx.commit().await?;
    room.refresh().await?;
    let view = ImportedView { version: imported.version, run: imported.run };
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

pub(crate) fn import_operation() -> Operation {
    Operation::new(
        "importCalendar",
        "Brings a calendar in, puts it in force and goes over all open cases with it.",
    )
    .description("The same calendar a second time is a conflict, so a repeated request does nothing twice.")
    .tag("calendars")
    .body::<ImportRequest>()
    .returns::<ImportedView>(201, "The calendar is in force; the run goes over the open cases.")
}

pub(crate) async fn put(
    State(room): State<Room>,
    visitor: Visitor,
    Path(version): Path<String>,
    ApiJson(request): ApiJson<PutRequest>,
) -> Result<Json<ImportedView>, AppError> {
    let by = importer(&visitor)?;
    let mut tx = room.db.begin().await?;
    let PutRequest { word, turn } = request;
    let put = import::put_in_force(&mut tx, &by, &version, word.as_deref(), turn, visitor.now).await;
    let put = put.map_err(refusal)?;
    tx.commit().await?;
    room.refresh().await?;
    Ok(Json(ImportedView { version: put.version, run: put.run }))
}

pub(crate) fn put_operation() -> Operation {
    Operation::new("putCalendarInForce", "Puts a calendar in force that is kept here already.")
        .tag("calendars")
        .path_param("version", "The version.")
        .body::<PutRequest>()
        .returns::<ImportedView>(200, "The calendar is in force; the run goes over the open cases.")
}

fn run_view(run: &Reevaluation) -> RunView {
    RunView {
        number: run.number,
        calendar: run.calendar.clone(),
        state: run.state.as_str(),
        open_cases: run.open_cases,
        looked_at: run.looked_at,
        moved: run.moved,
        unchanged: run.unchanged(),
        became_known: run.became_known,
        became_unknown: run.became_unknown,
        faults: run.faults,
        planned_at: run.planned_at.to_string(),
        finished_at: run.finished_at.map(|at| at.to_string()),
    }
}

pub(crate) async fn run(
    State(room): State<Room>,
    Path(number): Path<String>,
) -> Result<Json<RunView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    Ok(Json(run_view(&crate::pages::run::find(&mut tx, &number).await?)))
}

pub(crate) fn run_operation() -> Operation {
    Operation::new("getCalendarRun", "Shows how far the run over the open cases is, and what came of it.")
        .tag("calendars")
        .path_param("number", "The run.")
        .returns::<RunView>(200, "The run.")
}

pub(crate) async fn moves(
    State(room): State<Room>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<MovePage>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let run = crate::pages::run::find(&mut tx, &number).await?;
    let request = PageRequest { after: asked.after, size: asked.size };
    let day = |last: LastDay| last.day().map(|day| day.to_string());
    let found = cases::list_moves(&mut tx, run.number, &request).await?.map(|moved| MoveView {
        number: moved.number,
        clock: moved.clock,
        before: moved.days.and_then(|(before, _)| day(before)),
        after: moved.days.and_then(|(_, after)| day(after)),
        fault: moved.fault,
    });
    Ok(Json(MovePage { items: found.items, next: found.next }))
}

pub(crate) fn moves_operation() -> Operation {
    Operation::new("listCalendarMoves", "Lists the cases that a run moved, and those it could not read.")
        .tag("calendars")
        .path_param("number", "The run.")
        .query::<Asked>()
        .returns::<MovePage>(200, "A page of moves.")
}
