//! Lists of items to which the doors of the home page lead. They come from memory, so their pages are counted.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use catalogue::Package;
use codes::tables::HandlingKind;
use kernel::{Refusal, Words};
use serde::Deserialize;
use web::{AppError, Choice, Shell, Visitor};

use crate::Room;
use crate::entrances::{Clients, is_bundle};

pub(crate) mod bodies;

/// Rows of a page.
const PAGE: usize = 20;

/// The text in the visitor's language.
pub(crate) fn pick(visitor: &Visitor, words: &Words) -> String {
    visitor.pick(&words.zh, &words.en).to_owned()
}

/// An item as lists show it.
pub(crate) struct ItemRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) limit: String,
    pub(crate) visits: u32,
    pub(crate) free: bool,
    pub(crate) is_bundle: bool,
}

impl ItemRow {
    pub(crate) fn new(visitor: &Visitor, package: &Package) -> Self {
        let item = &package.item;
        let limit = &item.limits.promised.within;
        Self {
            href: package.guide_href(),
            name: pick(visitor, &item.name),
            summary: pick(visitor, &item.summary),
            limit: visitor.pick(&limit.display_zh(), &limit.to_string()).to_owned(),
            visits: item.visits,
            free: item.fees.is_empty(),
            is_bundle: is_bundle(package),
        }
    }
}

/// What of a list is wanted. A mistyped filter is none: somebody who looks around wants to see something.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Id of an event.
    topic: String,
    /// `1`: only what is done at once.
    instant: String,
    /// `1`: only what needs no visit.
    online: String,
    page: String,
}

impl Asked {
    fn wants(&self, package: &Package) -> bool {
        let item = &package.item;
        (self.instant != "1" || item.case_type == HandlingKind::AtOnce)
            && (self.online != "1" || item.visits == 0)
    }

    fn is_filtered(&self) -> bool {
        !self.topic.is_empty() || self.instant == "1" || self.online == "1"
    }

    /// The address of another page of the same list.
    fn href(&self, path: &str, page: usize) -> String {
        let mut pairs = Vec::new();
        for (name, value) in [("topic", &self.topic), ("instant", &self.instant), ("online", &self.online)] {
            // Values go back into an address only when they are plain words.
            if !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                pairs.push(format!("{name}={value}"));
            }
        }
        pairs.push(format!("page={page}"));
        format!("{path}?{}", pairs.join("&"))
    }
}

/// Which rows of a counted list are shown.
pub(crate) struct Cut {
    pub(crate) page: usize,
    pub(crate) pages: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Cut {
    /// Page `wanted` of `total` rows; one that does not exist is the nearest that does.
    pub(crate) fn new(total: usize, wanted: &str) -> Self {
        let pages = total.div_ceil(PAGE).max(1);
        let page = wanted.parse().unwrap_or(1_usize).clamp(1, pages);
        Self { page, pages, from: (page - 1) * PAGE, to: (page * PAGE).min(total) }
    }
}

#[derive(Template)]
#[template(path = "lists/list.html")]
struct ListPage {
    shell: Shell,
    lead: String,
    /// Where a few questions find the item.
    choose: String,
    path: String,
    rows: Vec<ItemRow>,
    total: usize,
    /// Choices of the filter by event; empty where the list is of one event.
    topics: Vec<Choice>,
    instant: bool,
    online: bool,
    filtered: bool,
    page: usize,
    pages: usize,
    before: String,
    after: String,
}

fn list_page(
    shell: Shell,
    (lead, choose): (String, String),
    found: &[Arc<Package>],
    asked: &Asked,
    topics: Vec<Choice>,
) -> ListPage {
    let path = shell.path.clone();
    let cut = Cut::new(found.len(), &asked.page);
    let rows = found[cut.from..cut.to].iter().map(|package| ItemRow::new(&shell, package)).collect();
    let href = |wanted: bool, page: usize| if wanted { asked.href(&path, page) } else { String::new() };
    ListPage {
        lead,
        choose,
        rows,
        total: found.len(),
        topics,
        instant: asked.instant == "1",
        online: asked.online == "1",
        filtered: asked.is_filtered(),
        before: href(cut.page > 1, cut.page - 1),
        after: href(cut.page < cut.pages, cut.page + 1),
        page: cut.page,
        pages: cut.pages,
        path,
        shell,
    }
}

fn of_clients(room: &Room, visitor: &Visitor, asked: &Asked, clients: Clients) -> Result<Response, AppError> {
    let (title, lead) = match clients {
        Clients::People => ("portal-people", "portal-people-lead"),
        Clients::Organisations => ("portal-organisations", "portal-organisations-lead"),
    };
    let entrances = &room.set.entrances;
    let event = entrances.event(&asked.topic).filter(|event| event.clients == clients);
    let library = room.library();
    let bundles = library.bundles().map(|bundle| &bundle.asked);
    let found: Vec<Arc<Package>> = bundles
        .chain(library.list())
        .filter(|package| match clients {
            Clients::People => package.item.is_for_people(),
            Clients::Organisations => package.item.is_for_organisations(),
        })
        .filter(|package| event.is_none_or(|event| event.holds(package)) && asked.wants(package))
        .cloned()
        .collect();
    let topics = entrances
        .events_of(clients)
        .map(|event| Choice::new(&event.id, pick(visitor, &event.name)).chosen_if(event.id == asked.topic))
        .collect();
    let shell = Shell::new(visitor, visitor.t(title));
    web::page(&list_page(shell, (visitor.t(lead), "/choose".to_owned()), &found, asked, topics))
}

pub(crate) async fn people(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    of_clients(&room, &visitor, &asked, Clients::People)
}

pub(crate) async fn organisations(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    of_clients(&room, &visitor, &asked, Clients::Organisations)
}

pub(crate) async fn topic(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let event = room.set.entrances.event(&id).ok_or(Refusal::NotFound)?;
    let (above, href) = match event.clients {
        Clients::People => ("portal-people", "/people"),
        Clients::Organisations => ("portal-organisations", "/organisations"),
    };
    let asked = Asked { topic: String::new(), ..asked };
    let mut found = event.offered(&room.library());
    found.retain(|package| asked.wants(package));
    let shell = Shell::new(&visitor, pick(&visitor, &event.name)).crumb(visitor.t(above), href);
    let choose = format!("/choose/{}", event.id);
    web::page(&list_page(shell, (pick(&visitor, &event.line), choose), &found, &asked, Vec::new()))
}
