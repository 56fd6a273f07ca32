//! `/desk/manage/tasks`: the work of the body, or of one clerk, to be chosen and handed on.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cases::Place;
use jiff::civil::Date;
use kernel::{Refusal, StaffActor, StaffId};
use serde::Deserialize;
use store::Tx;
use store::page::Cursor;
use web::{AppError, Shell, Visitor};

use super::{list, manage, see};
use crate::Room;
use crate::desk::listing::ListWords;
use crate::desk::manage::Wanted;
use crate::desk::{DeskError, views};

/// Whose work, and which of it: the words of a worklist, and the clerk.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::desk::pages) struct TasksQuery {
    #[serde(flatten)]
    words: ListWords,
    /// The clerk who has it.
    of: String,
    /// `all`: every row comes ticked.
    select: String,
}

#[derive(Template)]
#[template(path = "desk/pages/manage/tasks.html", whitespace = "minimize")]
struct TasksPage {
    shell: Shell,
    of: String,
    of_name: String,
    waiting: usize,
    filters: Vec<list::Filter>,
    is_filtered: bool,
    all_href: String,
    choose_all: String,
    all_chosen: bool,
    is_partial: bool,
    rows: Vec<list::Row>,
    back: String,
    first: String,
    previous: String,
    next: String,
}

/// The clerk whose work is meant, who is or was of the manager's body.
async fn clerk(
    tx: &mut Tx,
    manager: &StaffActor,
    id: &str,
    today: Date,
) -> Result<Option<(StaffId, String)>, AppError> {
    if id.is_empty() {
        return Ok(None);
    }
    let id: StaffId = crate::http::id(id)?;
    let staff = identity::staff_of(tx, manager.body, today).await?;
    let found = staff.into_iter().find(|one| one.id == id);
    Ok(Some((id, found.ok_or(AppError(Refusal::NotFound))?.name)))
}

pub(in crate::desk::pages) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<TasksQuery>,
) -> Result<Response, AppError> {
    let manager = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let (of, of_name) = clerk(&mut tx, manager, &query.of, visitor.today()).await?.unzip();
    let of_name = of_name.unwrap_or_default();
    let wanted = Wanted { of, ..Wanted::default() };
    let read = query.words.read()?;
    let asked = crate::desk::listing::Asked { scope: wanted.asked().scope, ..read };
    let eyes = manage::eyes(manager, &wanted);
    let engine = asked.query(&room, &eyes, visitor.today());
    let mut page =
        cases::worklist(&mut tx, &engine, &asked.place, asked.size).await.map_err(DeskError::from)?;
    crate::recuse::hide(&mut tx, manager.staff, &mut page.items).await.map_err(DeskError::from)?;
    let lights = cases::count_lights(&mut tx, &engine).await.map_err(DeskError::from)?;
    let waiting = match of {
        Some(of) => cases::waiting_of_clerk(&mut tx, of, manager.body, engine.days, 100).await,
        None => Ok(Vec::new()),
    };
    let waiting = waiting.map_err(DeskError::from)?.len();
    drop(tx);
    let of_word = of.map(|of| format!("of={of}&")).unwrap_or_default();
    let path = "/desk/manage/tasks";
    let words = asked.to_query();
    let link = |name: &str, cursor: Option<&Cursor>| {
        cursor.map(|cursor| format!("{path}?{of_word}{words}&{name}={cursor}")).unwrap_or_default()
    };
    let here = match &asked.place {
        Place::First => String::new(),
        Place::After(cursor) => format!("&after={cursor}"),
        Place::Before(cursor) => format!("&before={cursor}"),
    };
    let mut filters = list::filters(path, &visitor, &asked, lights);
    for filter in &mut filters {
        filter.href = filter.href.replacen('?', &format!("?{of_word}"), 1);
    }
    let title = if of_name.is_empty() {
        visitor.t("desk-manage-tasks")
    } else {
        visitor.t1("desk-manage-tasks-of", "name", &of_name)
    };
    web::page(&TasksPage {
        shell: Shell::new(&visitor, title)
            .crumb(visitor.t("web-desk"), "/desk")
            .crumb(visitor.t("desk-manage-title"), "/desk/manage"),
        of: of.map(|of| of.to_string()).unwrap_or_default(),
        of_name,
        waiting,
        filters,
        is_filtered: asked.filter.light.is_some() || asked.filters() > 0,
        all_href: format!("{path}?{}", of_word.trim_end_matches('&')),
        choose_all: format!("{path}?{of_word}{words}{here}&select=all"),
        all_chosen: query.select == "all",
        is_partial: page.is_partial,
        rows: page
            .items
            .into_iter()
            .map(|item| list::row(&visitor, views::task_row(&visitor, &room, &eyes, item)))
            .collect(),
        back: format!("{of_word}{words}"),
        first: if asked.place == Place::First { String::new() } else { format!("{path}?{of_word}{words}") },
        previous: link("before", page.previous.as_ref()),
        next: link("after", page.next.as_ref()),
    })
}
