//! `/desk/watch`: supervision looks at clocks (电子监察). Nothing personal is read here, so nothing is noted.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::{Body, Lights, Place, Scope};
use serde::Deserialize;
use store::page::Cursor;
use web::{AppError, Shell, Visitor};

use super::list::{self, Filter, Row};
use crate::Room;
use crate::desk::listing::{Asked, ListWords};
use crate::desk::watch as watching;
use crate::desk::{names, see, views};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BodiesQuery {
    /// The slug of the last body of the page before.
    after: String,
}

#[derive(Template)]
#[template(path = "desk/pages/watch.html", whitespace = "minimize")]
struct BodiesPage {
    shell: Shell,
    rows: Vec<BodyRow>,
    next: String,
    first: String,
}

struct BodyRow {
    name: String,
    slug: String,
    red: String,
    yellow: String,
    green: String,
    grey: String,
}

pub(super) async fn bodies(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<BodiesQuery>,
) -> Result<Response, AppError> {
    let watcher = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let page = watching::bodies(&mut tx, &room, watcher, &query.after, visitor.today()).await?;
    let row = |(body, lights): (Body, Lights)| BodyRow {
        name: names::pick(&visitor, &body.name),
        slug: body.slug,
        red: list::count(lights.red),
        yellow: list::count(lights.yellow),
        green: list::count(lights.green),
        grey: list::count(lights.grey),
    };
    web::page(&BodiesPage {
        shell: Shell::new(&visitor, visitor.t("desk-watch-title")).crumb(visitor.t("web-desk"), "/desk"),
        next: page.next.map(|after| format!("/desk/watch?after={after}")).unwrap_or_default(),
        rows: page.items.into_iter().map(row).collect(),
        first: if query.after.is_empty() { String::new() } else { "/desk/watch".to_owned() },
    })
}

#[derive(Template)]
#[template(path = "desk/pages/watch_body.html", whitespace = "minimize")]
struct WatchPage {
    shell: Shell,
    rows: Vec<Row>,
    filters: Vec<Filter>,
    filtered: bool,
    slug: String,
    all_href: String,
    next: String,
    previous: String,
    first: String,
}

pub(super) async fn tasks(
    State(room): State<Room>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(words): Query<ListWords>,
) -> Result<Response, AppError> {
    let watcher = see::staff(&visitor.actor)?;
    let body = watching::body(&room, watcher, &slug)?;
    let clerk = watching::as_clerk_of(watcher, &body);
    let asked = Asked { scope: Scope::Body, ..words.read()? };
    let query = asked.query(&room, &clerk, visitor.today());
    let mut tx = room.db.snapshot().await?;
    let mut page = cases::worklist(&mut tx, &query, &asked.place, asked.size).await?;
    crate::recuse::hide(&mut tx, watcher.staff, &mut page.items).await?;
    let lights = cases::count_lights(&mut tx, &query).await?;
    drop(tx);
    let (path, words) = (format!("/desk/watch/{slug}"), asked.to_query());
    let link = |name: &str, cursor: Option<&Cursor>| {
        cursor.map(|cursor| format!("{path}?{words}&{name}={cursor}")).unwrap_or_default()
    };
    let (next, previous) = (link("after", page.next.as_ref()), link("before", page.previous.as_ref()));
    let rows = page.items.into_iter().map(|item| views::task_row(&visitor, &room, &clerk, item));
    let title = names::pick(&visitor, &body.name);
    let watch = visitor.t("desk-watch-title");
    web::page(&WatchPage {
        shell: Shell::new(&visitor, title).crumb(visitor.t("web-desk"), "/desk").crumb(watch, "/desk/watch"),
        rows: rows.map(|task| list::row(&visitor, task)).collect(),
        filters: list::filters(&path, &visitor, &asked, lights),
        filtered: asked.filter.light.is_some(),
        slug,
        first: if asked.place == Place::First { String::new() } else { format!("{path}?{words}") },
        all_href: path,
        next,
        previous,
    })
}
