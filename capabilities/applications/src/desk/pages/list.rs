//! `/desk`: the worklist (待办).

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cases::{Lights, Scope};
use kernel::{CaseId, StaffActor};
use legal_time::Light;
use serde::Deserialize;
use store::Tx;
use store::page::{Cursor, PageRequest};
use web::{AppError, Shell, Visitor};

use super::redirect;
use crate::Room;
use crate::desk::api::{LightWord, ScopeWord};
use crate::desk::views::{self, DeskTaskRow};
use crate::desk::{DeskError, WATCH, WORK, see};

/// Which part of the list, and what was done before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    scope: ScopeWord,
    /// Empty when no light was chosen: forms send it all the same.
    light: String,
    after: Option<Cursor>,
    /// A case number to look for.
    number: String,
    /// How many tasks were taken by the form of the list.
    taken: Option<u32>,
    /// How many could not be.
    missed: Option<u32>,
}

#[derive(Template)]
#[template(path = "desk/pages/list.html", whitespace = "minimize")]
struct ListPage {
    shell: Shell,
    mine: bool,
    rows: Vec<Row>,
    filters: Vec<Filter>,
    all_href: String,
    filtered: bool,
    next: String,
    first: String,
    number: String,
    not_found: bool,
    taken: Option<u32>,
    missed: u32,
    may_watch: bool,
}

/// A row of a list of tasks.
pub(super) struct Row {
    pub(super) task: DeskTaskRow,
    pub(super) number: Vec<String>,
    pub(super) due: String,
    pub(super) light: &'static str,
    pub(super) light_word: String,
}

/// A light by which the list can be narrowed, with its number of tasks.
pub(super) struct Filter {
    pub(super) light: &'static str,
    pub(super) text: String,
    pub(super) href: String,
    pub(super) chosen: bool,
}

#[derive(Template)]
#[template(path = "desk/pages/nothing.html", whitespace = "minimize")]
struct NothingPage {
    shell: Shell,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    if !visitor.actor.may(WORK) {
        return elsewhere(&visitor);
    }
    let number = query.number.trim().to_owned();
    let mut tx = room.db.snapshot().await?;
    if !number.is_empty()
        && let Some(case) = visible_by_number(&mut tx, clerk, &number).await?
    {
        return Ok(redirect(&format!("/desk/cases/{case}")));
    }
    let light = light_of(&query.light);
    let today = visitor.today();
    let request = PageRequest { after: query.after.clone(), ..PageRequest::default() };
    let page = cases::worklist(&mut tx, clerk, query.scope.into(), light, today, &request).await?;
    let lights = cases::count_lights(&mut tx, clerk, today).await?;
    let mine = Scope::from(query.scope) == Scope::Mine;
    let base = if mine { "/desk?scope=mine" } else { "/desk?scope=body" };
    let here = light.map_or_else(|| base.to_owned(), |light| format!("{base}&light={}", light.as_str()));
    let next = page.next.as_ref().map(|next| format!("{here}&after={next}")).unwrap_or_default();
    let rows = page.items.into_iter().map(|item| views::task_row(&visitor, &room, clerk, item));
    web::page(&ListPage {
        shell: Shell::new(&visitor, visitor.t("web-desk")),
        mine,
        rows: rows.map(|task| row(&visitor, task)).collect(),
        filters: filters(&visitor, base, light, lights),
        all_href: base.to_owned(),
        filtered: light.is_some(),
        next,
        first: if request.after.is_some() { here } else { String::new() },
        not_found: !number.is_empty(),
        number,
        taken: query.taken,
        missed: query.missed.unwrap_or_default(),
        may_watch: visitor.actor.may(WATCH),
    })
}

/// Supervision has lists of its own; administration has no cases.
fn elsewhere(visitor: &Visitor) -> Result<Response, AppError> {
    if visitor.actor.may(WATCH) {
        return Ok(redirect("/desk/watch"));
    }
    web::page(&NothingPage { shell: Shell::new(visitor, visitor.t("web-desk")) })
}

async fn visible_by_number(
    tx: &mut Tx,
    clerk: &StaffActor,
    number: &str,
) -> Result<Option<CaseId>, DeskError> {
    let Some(id) = cases::find_by_number(tx, number).await? else { return Ok(None) };
    match see::case(tx, clerk, id).await {
        Ok(case) => Ok(Some(case.id)),
        Err(DeskError::Case(cases::CaseError::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn light_of(word: &str) -> Option<Light> {
    let word: Option<LightWord> = serde_json::from_value(word.into()).ok();
    word.map(Light::from)
}

pub(super) fn row(visitor: &Visitor, task: DeskTaskRow) -> Row {
    Row {
        number: super::pieces(&task.number),
        due: task.due_on.map(|day| visitor.date(day)).unwrap_or_default(),
        light: task.light.as_str(),
        light_word: crate::trace::light_word(visitor, task.light, task.due_on),
        task,
    }
}

pub(super) fn filters(visitor: &Visitor, base: &str, chosen: Option<Light>, lights: Lights) -> Vec<Filter> {
    let counted = [
        (Light::Red, lights.red),
        (Light::Yellow, lights.yellow),
        (Light::Green, lights.green),
        (Light::Grey, lights.grey),
    ];
    let one = |(light, count): (Light, i64)| Filter {
        light: light.as_str(),
        text: format!("{} {count}", visitor.t(&format!("cases-light-{}", light.as_str()))),
        href: format!("{base}&light={}", light.as_str()),
        chosen: chosen == Some(light),
    };
    counted.into_iter().map(one).collect()
}
