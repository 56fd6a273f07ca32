//! `/desk/manage/items`: how much waits of each item, under which versions of its process.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cases::VersionLoad;
use web::{AppError, Shell, Visitor};

use super::{ManageQuery, address, list, manage, names, see};
use crate::Room;

#[derive(Template)]
#[template(path = "desk/pages/manage/items.html", whitespace = "minimize")]
struct ItemsPage {
    shell: Shell,
    body_name: String,
    query: String,
    may_reassign: bool,
    rows: Vec<ItemRow>,
    next: String,
    first: String,
}

/// One handling of an item.
struct ItemRow {
    name: String,
    code: String,
    waiting: String,
    open: String,
    yellow: String,
    red: String,
    /// The version under which new cases come in; empty where no package is in force.
    in_force: String,
    versions: Vec<VersionRow>,
    href: String,
}

struct VersionRow {
    version: String,
    cases: String,
    is_in_force: bool,
}

pub(in crate::desk::pages) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<ManageQuery>,
) -> Result<Response, AppError> {
    let who = see::staff(&visitor.actor)?;
    let body = manage::body(&room, who, &query.body)?;
    let mut tx = room.db.snapshot().await?;
    let (items, next) = manage::items(&mut tx, &room, &body, &query.after, visitor.today()).await?;
    drop(tx);
    let address = |after: &str| address("/desk/manage/items", &query.body, after);
    let home = if query.body.is_empty() { String::new() } else { format!("?body={}", body.slug) };
    let may_reassign = manage::shares_out(who, &body);
    let mut rows = Vec::new();
    for item in &items {
        for of_handling in item.versions.chunk_by(|a, b| a.handling == b.handling) {
            rows.push(row(&visitor, &room, &item.item, of_handling));
        }
    }
    web::page(&ItemsPage {
        shell: Shell::new(&visitor, visitor.t("desk-manage-items"))
            .crumb(visitor.t("web-desk"), "/desk")
            .crumb(visitor.t("desk-manage-title"), format!("/desk/manage{home}")),
        body_name: names::pick(&visitor, &body.name),
        query: home,
        may_reassign,
        rows,
        next: next.map(|next| address(&next)).unwrap_or_default(),
        first: if query.after.is_empty() { String::new() } else { address("") },
    })
}

fn row(visitor: &Visitor, room: &Room, item: &str, versions: &[VersionLoad]) -> ItemRow {
    let handling = versions.first().map_or("", |first| first.handling.as_str());
    let current = room.library().current(item, handling);
    let in_force = current.as_ref().map(|package| package.reference.version.clone()).unwrap_or_default();
    let sum = |of: fn(&VersionLoad) -> i64| list::count(versions.iter().map(of).sum());
    ItemRow {
        name: current.map_or_else(|| item.to_owned(), |package| names::pick(visitor, &package.item.name)),
        code: format!("{item}/{handling}"),
        waiting: sum(|one| one.waiting),
        open: sum(|one| one.open),
        yellow: sum(|one| one.yellow),
        red: sum(|one| one.red),
        versions: versions
            .iter()
            .map(|one| VersionRow {
                is_in_force: one.version == in_force,
                version: one.version.clone(),
                cases: list::count(one.cases),
            })
            .collect(),
        in_force,
        href: format!("/desk/manage/tasks?item={item}"),
    }
}
