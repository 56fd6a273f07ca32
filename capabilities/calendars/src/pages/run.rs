//! How far the run over the open cases is. The page comes back by itself while the run goes on.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::REFRESH;
use axum::response::Response;
use cases::{LastDay, Reevaluation, RunState};
use kernel::Refusal;
use store::Tx;
use store::page::PageRequest;
use web::{AppError, Shell, Visitor, page};

use super::{HREF, Pages};
use crate::{Room, record};

/// After so many seconds a browser asks again.
const AGAIN_SECONDS: &str = "3";

/// A case that moved, or could not.
struct MoveRow {
    number: String,
    clock: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "pages/run.html")]
struct RunPage {
    shell: Shell,
    is_running: bool,
    state: String,
    calendar: String,
    source: String,
    when: String,
    ended: String,
    run: Reevaluation,
    moves: Vec<MoveRow>,
    next: String,
    first: String,
}

impl RunPage {
    /// For the element `progress`: never more than there is.
    fn done(&self) -> i64 {
        self.run.looked_at.min(self.run.open_cases)
    }
}

/// The run of an address; a text that is no number names none.
pub(crate) async fn find(tx: &mut Tx, number: &str) -> Result<Reevaluation, Refusal> {
    let number: i64 = number.parse().map_err(|_no_number| Refusal::NotFound)?;
    cases::find_reevaluation(tx, number).await?.ok_or(Refusal::NotFound)
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<String>,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let run = find(&mut tx, &number).await?;
    let is_first = pages.after.is_none();
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let moves = cases::list_moves(&mut tx, run.number, &request).await?;
    let stored = record::find(&mut tx, &run.calendar).await?;
    let href = format!("{HREF}/runs/{}", run.number);
    let is_running = run.state == RunState::Running;
    let shown = RunPage {
        shell: Shell::new(&visitor, visitor.t("calendars-run-title"))
            .crumb(visitor.t("calendars-title"), HREF),
        is_running,
        state: visitor.t(&format!("calendars-run-{}", run.state.as_str())),
        calendar: run.calendar.clone(),
        source: stored.map(|stored| stored.source).unwrap_or_default(),
        when: visitor.datetime(run.planned_at),
        ended: run.finished_at.map(|at| visitor.datetime(at)).unwrap_or_default(),
        moves: moves.items.iter().map(|moved| move_row(&visitor, moved)).collect(),
        next: moves.next.map_or_else(String::new, |next| format!("{href}?after={next}")),
        first: if is_first { String::new() } else { href },
        run,
    };
    let mut response = page(&shown)?;
    // Who has turned a page reads it, and is not taken back.
    if is_running && is_first {
        response.headers_mut().insert(REFRESH, HeaderValue::from_static(AGAIN_SECONDS));
    }
    Ok(response)
}

fn move_row(visitor: &Visitor, moved: &cases::Move) -> MoveRow {
    let last_day = |last: LastDay| match last {
        LastDay::On { day } => visitor.date(day),
        LastDay::NotAnnounced { year } => visitor.t1("calendars-last-day-unknown", "year", year),
        LastDay::Paused => visitor.t("calendars-last-day-paused"),
    };
    let (before, after) = match moved.days {
        Some((before, after)) => (last_day(before), last_day(after)),
        None => (String::new(), visitor.t("calendars-run-fault")),
    };
    let clock = if moved.clock.is_empty() {
        String::new()
    } else {
        visitor.t1("cases-clock-name", "clock", &moved.clock)
    };
    MoveRow { number: moved.number.clone(), clock, before, after }
}
