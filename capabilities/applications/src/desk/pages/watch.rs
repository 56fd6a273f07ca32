//! `/desk/watch`: supervision looks at clocks (电子监察). Nothing personal is read here, so nothing is noted.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::{Body, Lights, Scope};
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, Shell, Visitor};

use super::list::{self, Filter, Row};
use crate::Room;
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
    lights: Lights,
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
        lights,
    };
    web::page(&BodiesPage {
        shell: Shell::new(&visitor, visitor.t("desk-watch-title")).crumb(visitor.t("web-desk"), "/desk"),
        next: page.next.map(|after| format!("/desk/watch?after={after}")).unwrap_or_default(),
        rows: page.items.into_iter().map(row).collect(),
        first: if query.after.is_empty() { String::new() } else { "/desk/watch".to_owned() },
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WatchQuery {
    light: String,
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "desk/pages/watch_body.html", whitespace = "minimize")]
struct WatchPage {
    shell: Shell,
    rows: Vec<Row>,
    filters: Vec<Filter>,
    filtered: bool,
    all_href: String,
    next: String,
    first: String,
}

pub(super) async fn tasks(
    State(room): State<Room>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(query): Query<WatchQuery>,
) -> Result<Response, AppError> {
    let watcher = see::staff(&visitor.actor)?;
    let body = watching::body(&room, watcher, &slug)?;
    let clerk = watching::as_clerk_of(watcher, &body);
    let (light, today) = (list::light_of(&query.light), visitor.today());
    let request = PageRequest { after: query.after.clone(), ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let page = cases::worklist(&mut tx, &clerk, Scope::Body, light, today, &request).await?;
    let lights = cases::count_lights(&mut tx, &clerk, today).await?;
    // The query of a filter starts the address' query here; the worklist has one already.
    let base = format!("/desk/watch/{slug}?");
    let here = light.map_or_else(|| base.clone(), |light| format!("{base}&light={}", light.as_str()));
    let next = page.next.as_ref().map(|next| format!("{here}&after={next}")).unwrap_or_default();
    let rows = page.items.into_iter().map(|item| views::task_row(&visitor, &room, &clerk, item));
    let title = names::pick(&visitor, &body.name);
    let watch = visitor.t("desk-watch-title");
    web::page(&WatchPage {
        shell: Shell::new(&visitor, title).crumb(visitor.t("web-desk"), "/desk").crumb(watch, "/desk/watch"),
        rows: rows.map(|task| list::row(&visitor, task)).collect(),
        filters: list::filters(&visitor, &base, light, lights),
        filtered: light.is_some(),
        all_href: format!("/desk/watch/{slug}"),
        next,
        first: if request.after.is_some() { here } else { String::new() },
    })
}
