//! `/desk`: the worklist (待办).

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cases::{COUNTED_MAX, Case, Lights, Place, Scope, Sort, TaskKind, WorkFilter, WorkPage};
use kernel::{Actor, Role, StaffActor};
use legal_time::Light;
use serde::Deserialize;
use store::Tx;
use store::page::{Cursor, PageSize};
use web::{AppError, Choice, Shell, Visitor};

use super::redirect;
use crate::Room;
use crate::desk::filters::{self, SavedFilter};
use crate::desk::listing::{self, Asked, ListWords};
use crate::desk::views::{self, DeskTaskRow};
use crate::desk::{DeskError, REASSIGN, WATCH, WORK, export, names, numbers, see};

mod choices;

use choices::Choices;

/// Which part of the list, and what was looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListQuery {
    #[serde(flatten)]
    words: ListWords,
    /// A case number, or its end, to look for.
    number: String,
    /// `all`: every row comes ticked.
    select: String,
}

#[derive(Template)]
#[template(path = "desk/pages/list.html", whitespace = "minimize")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    is_done: bool,
    empty_title: String,
    empty_text: String,
    saved: Vec<Chip>,
    rows: Vec<Row>,
    lights: Vec<Filter>,
    choices: Choices,
    /// Filters beside the light.
    filters: usize,
    links: Links,
    is_partial: bool,
    all_chosen: bool,
    /// Names the batch that is sent from this page.
    key: String,
    number: String,
    number_error: String,
    found: Option<FoundCases>,
    may_watch: bool,
    may_manage: bool,
    rows_max: usize,
}

/// A scope.
struct Tab {
    text: String,
    href: String,
    is_here: bool,
}

/// A saved filter.
struct Chip {
    name: String,
    href: String,
    is_here: bool,
    is_default: bool,
}

/// Where the list goes on.
struct Links {
    /// The query of this list without its page.
    query: String,
    /// The same without light.
    any_light: String,
    /// Without any filter.
    plain: String,
    first: String,
    previous: String,
    next: String,
    choose_all: String,
}

/// Cases of which the number was asked for.
struct FoundCases {
    rows: Vec<FoundCase>,
    has_more: bool,
}

struct FoundCase {
    href: String,
    item_name: String,
    number: Vec<String>,
    status: String,
}

/// A row of a list of tasks.
pub(super) struct Row {
    pub(super) task: DeskTaskRow,
    pub(super) number: Vec<String>,
    pub(super) due: String,
    pub(super) light: &'static str,
    pub(super) light_word: String,
    submitted: String,
    finished: String,
    /// Whether the clerk can take it, or has it.
    is_choosable: bool,
    /// What there is to say of a row that is not to be worked on now.
    state_word: String,
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
    /// Runs the platform: has pages of their own instead of work.
    is_administration: bool,
    /// Reads what others do, on pages of its own.
    is_audit: bool,
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
    let mut tx = room.db.snapshot().await?;
    let saved = filters::list(&mut tx, clerk.staff).await?;
    let is_bare = query.words == ListWords::default() && query.number.is_empty();
    if let Some(opening) = saved.iter().find(|saved| saved.is_default && is_bare) {
        return Ok(redirect(&format!("/desk?{}", opening.query)));
    }
    let (found, number_error) = match look_for(&mut tx, clerk, &query.number).await? {
        Looked::For(cases) if cases.cases.len() == 1 => {
            return Ok(redirect(&format!("/desk/cases/{}", cases.cases[0].id)));
        }
        Looked::For(cases) => (Some(cases), String::new()),
        Looked::TooShort(message) => (None, visitor.message(&message)),
        Looked::NotAsked => (None, String::new()),
    };
    let asked = query.words.read()?;
    let list = List::read(&mut tx, &room, &visitor, clerk, &asked).await?;
    drop(tx);
    let mut page = list.page(&visitor, &room, clerk, &asked, saved);
    page.all_chosen = query.select == "all";
    page.found = found.as_ref().map(|found| found_cases(&visitor, &room, found)).transpose()?;
    page.number = query.number;
    page.number_error = number_error;
    web::page(&page)
}

/// `/desk/export.csv`: the list as a file.
pub(super) async fn export(
    State(room): State<Room>,
    visitor: Visitor,
    Query(words): Query<ListWords>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?.clone();
    Ok(export::csv(room, visitor, clerk, words.read()?))
}

/// Supervision has lists of its own; administration has no cases.
fn elsewhere(visitor: &Visitor) -> Result<Response, AppError> {
    if visitor.actor.may(WATCH) {
        return Ok(redirect("/desk/watch"));
    }
    let has = |role: Role| matches!(&visitor.actor, Actor::Staff(staff) if staff.roles.contains(&role));
    let (is_administration, is_audit) = (has(Role::Administration), has(Role::Audit));
    web::page(&NothingPage { shell: Shell::new(visitor, visitor.t("web-desk")), is_administration, is_audit })
}

enum Looked {
    NotAsked,
    For(numbers::Found),
    TooShort(kernel::Message),
}

async fn look_for(tx: &mut Tx, clerk: &StaffActor, number: &str) -> Result<Looked, DeskError> {
    if number.trim().is_empty() {
        return Ok(Looked::NotAsked);
    }
    match numbers::find(tx, clerk, number).await {
        Ok(found) => Ok(Looked::For(found)),
        Err(DeskError::Refused(kernel::Refusal::Invalid(mut faults))) if faults.len() == 1 => {
            Ok(faults.pop().map_or(Looked::NotAsked, |fault| Looked::TooShort(fault.message)))
        }
        Err(error) => Err(error),
    }
}

fn found_cases(visitor: &Visitor, room: &Room, found: &numbers::Found) -> Result<FoundCases, DeskError> {
    let one = |case: &Case| {
        let package = see::package(room, case)?;
        Ok::<_, DeskError>(FoundCase {
            href: format!("/desk/cases/{}", case.id),
            item_name: names::pick(visitor, &package.item.name),
            number: super::pieces(&case.number),
            status: match case.outcome {
                Some(outcome) => names::outcome(visitor, outcome),
                None => names::status(visitor, case.status),
            },
        })
    };
    let rows = found.cases.iter().map(one).collect::<Result<_, _>>()?;
    Ok(FoundCases { rows, has_more: found.has_more })
}

/// What was read for the page.
struct List {
    page: WorkPage,
    lights: Lights,
    items: Vec<String>,
    is_deputy: bool,
}

impl List {
    async fn read(
        tx: &mut Tx,
        room: &Room,
        visitor: &Visitor,
        clerk: &StaffActor,
        asked: &Asked,
    ) -> Result<Self, DeskError> {
        let query = asked.query(room, clerk, visitor.today());
        let mut page = cases::worklist(tx, &query, &asked.place, asked.size).await?;
        crate::recuse::hide(tx, clerk.staff, &mut page.items).await?;
        let lights = cases::count_lights(tx, &query).await?;
        let items = cases::items_of_worklist(tx, clerk).await?.into_iter().collect();
        Ok(Self { page, lights, items, is_deputy: !clerk.deputy_of.is_empty() })
    }

    fn page(
        self,
        visitor: &Visitor,
        room: &Room,
        clerk: &StaffActor,
        asked: &Asked,
        saved: Vec<SavedFilter>,
    ) -> ListPage {
        let links = links(asked, &self.page);
        let rows = self.page.items.into_iter().map(|item| views::task_row(visitor, room, clerk, item));
        let chip = |SavedFilter { name, query, is_default, no: _ }: SavedFilter| Chip {
            is_here: query == links.query,
            href: format!("/desk?{query}"),
            name,
            is_default,
        };
        ListPage {
            shell: Shell::new(visitor, visitor.t("web-desk")),
            tabs: tabs(visitor, asked.scope, self.is_deputy),
            is_done: asked.scope == Scope::Done,
            empty_title: visitor.t(&format!("desk-empty-{}", listing::scope_word(asked.scope))),
            empty_text: visitor.t(&format!("desk-empty-{}-text", listing::scope_word(asked.scope))),
            saved: saved.into_iter().map(chip).collect(),
            rows: rows.map(|task| row(visitor, task)).collect(),
            lights: if asked.scope == Scope::Done {
                Vec::new()
            } else {
                filters("/desk", visitor, asked, self.lights)
            },
            choices: Choices::of(visitor, room, clerk, asked, &self.items),
            filters: asked.filters(),
            links,
            is_partial: self.page.is_partial,
            all_chosen: false,
            key: visitor.request_id.clone(),
            number: String::new(),
            number_error: String::new(),
            found: None,
            may_watch: visitor.actor.may(WATCH),
            may_manage: visitor.actor.may(REASSIGN),
            rows_max: export::ROWS_MAX,
        }
    }
}

fn tabs(visitor: &Visitor, here: Scope, is_deputy: bool) -> Vec<Tab> {
    let all = [Scope::Body, Scope::Mine, Scope::Delegated, Scope::Watched, Scope::Done];
    let shown = all.into_iter().filter(|scope| *scope != Scope::Delegated || is_deputy || here == *scope);
    let tab = |scope| {
        let word = listing::scope_word(scope);
        Tab {
            text: visitor.t(&format!("desk-tab-{word}")),
            href: format!("/desk?scope={word}"),
            is_here: scope == here,
        }
    };
    shown.map(tab).collect()
}

fn links(asked: &Asked, page: &WorkPage) -> Links {
    let query = asked.to_query();
    let link = |name: &str, cursor: Option<&Cursor>| {
        cursor.map(|cursor| format!("/desk?{query}&{name}={cursor}")).unwrap_or_default()
    };
    let here = match &asked.place {
        Place::First => String::new(),
        Place::After(cursor) => format!("&after={cursor}"),
        Place::Before(cursor) => format!("&before={cursor}"),
    };
    let with = |filter: WorkFilter| format!("/desk?{}", Asked { filter, ..asked.clone() }.to_query());
    Links {
        any_light: with(WorkFilter { light: None, ..asked.filter.clone() }),
        plain: with(WorkFilter::default()),
        first: if asked.place == Place::First { String::new() } else { format!("/desk?{query}") },
        previous: link("before", page.previous.as_ref()),
        next: link("after", page.next.as_ref()),
        choose_all: format!("/desk?{query}{here}&select=all"),
        query,
    }
}

pub(super) fn row(visitor: &Visitor, task: DeskTaskRow) -> Row {
    let is_live = matches!(task.state, "open" | "claimed");
    Row {
        number: super::pieces(&task.number),
        due: task.due_on.filter(|_| is_live).map(|day| visitor.date(day)).unwrap_or_default(),
        light: if is_live { task.light.as_str() } else { "" },
        light_word: crate::trace::light_word(visitor, task.light, task.due_on),
        submitted: visitor.datetime(task.submitted_at),
        finished: task.finished_at.map(|at| visitor.datetime(at)).unwrap_or_default(),
        is_choosable: task.state == "open" || (task.state == "claimed" && (task.mine || task.delegated)),
        state_word: if is_live { String::new() } else { visitor.t(&format!("desk-state-{}", task.state)) },
        task,
    }
}

/// The lights with their numbers; the one that is chosen leads back to all.
pub(super) fn filters(path: &str, visitor: &Visitor, asked: &Asked, lights: Lights) -> Vec<Filter> {
    let counted = [
        (Light::Red, lights.red),
        (Light::Yellow, lights.yellow),
        (Light::Green, lights.green),
        (Light::Grey, lights.grey),
    ];
    let one = |(light, count): (Light, i64)| {
        let chosen = asked.filter.light == Some(light);
        let filter = WorkFilter { light: (!chosen).then_some(light), ..asked.filter.clone() };
        let count = self::count(count);
        Filter {
            light: light.as_str(),
            text: format!("{} {count}", visitor.t(&format!("cases-light-{}", light.as_str()))),
            href: format!("{path}?{}", Asked { filter, ..asked.clone() }.to_query()),
            chosen,
        }
    };
    counted.into_iter().map(one).collect()
}

/// A number of tasks; `999+` where no more were counted.
pub(super) fn count(count: i64) -> String {
    if count >= COUNTED_MAX { format!("{}+", COUNTED_MAX - 1) } else { count.to_string() }
}
