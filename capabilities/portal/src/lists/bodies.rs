//! The bodies that serve people, by division, and what each of them takes in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::Body;
use catalogue::Package;
use codes::DivisionCode;
use kernel::Refusal;
use serde::Deserialize;
use web::{AppError, Shell, Visitor};

use super::{Cut, ItemRow, pick};
use crate::{Room, place};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Only bodies of this division and those inside it.
    division: String,
    page: String,
}

#[derive(Template)]
#[template(path = "lists/bodies.html")]
struct BodiesPage {
    shell: Shell,
    rows: Vec<BodyRow>,
    total: usize,
    /// The division that was asked for; empty for all.
    within: String,
    /// The visitor's own place, where it is another: name and address of its list.
    own: Vec<(String, String)>,
    page: usize,
    pages: usize,
    before: String,
    after: String,
}

struct BodyRow {
    name: String,
    href: String,
    place: String,
    address: String,
    phone: String,
}

fn row(visitor: &Visitor, body: &Body) -> BodyRow {
    BodyRow {
        name: pick(visitor, &body.name),
        href: format!("/bodies/{}", body.slug),
        place: place::short_name(&body.division),
        address: body.address.clone(),
        phone: body.phone.clone(),
    }
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let division = DivisionCode::parse(&asked.division).ok();
    let prefix = division.as_ref().map_or("", DivisionCode::prefix);
    let bodies = room.bodies();
    let found: Vec<&Body> = bodies.0.iter().filter(|body| body.division.starts_with(prefix)).collect();
    let cut = Cut::new(found.len(), &asked.page);
    let code = division.as_ref().map_or("", DivisionCode::as_str);
    let href = |wanted: bool, page: usize| {
        if wanted { format!("/bodies?division={code}&page={page}") } else { String::new() }
    };
    let county = visitor.place.as_ref().and_then(|place| place.code.get(..6).map(str::to_owned));
    let own = county.filter(|county| county != code).map(|county| {
        let name = visitor.t1("portal-bodies-own", "place", place::short_name(&county));
        (name, format!("/bodies?division={county}"))
    });
    web::page(&BodiesPage {
        rows: found[cut.from..cut.to].iter().map(|body| row(&visitor, body)).collect(),
        total: found.len(),
        within: if code.is_empty() { String::new() } else { place::short_name(code) },
        own: own.into_iter().collect(),
        page: cut.page,
        pages: cut.pages,
        before: href(cut.page > 1, cut.page - 1),
        after: href(cut.page < cut.pages, cut.page + 1),
        shell: Shell::new(&visitor, visitor.t("portal-bodies")),
    })
}

#[derive(Template)]
#[template(path = "lists/body.html")]
struct BodyPage {
    shell: Shell,
    body: BodyRow,
    rows: Vec<ItemRow>,
    total: usize,
    page: usize,
    pages: usize,
    before: String,
    after: String,
}

/// Whether applications for this item come in at bodies such as this one.
fn takes_in(body: &Body, package: &Package) -> bool {
    let case_type = &package.case_type;
    case_type.process.acceptance.by.list().iter().any(|by| {
        by.level == Some(body.level())
            && body.serves(by.department.as_deref().unwrap_or(case_type.department()))
    })
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let bodies = room.bodies();
    let body = bodies.by_slug(&slug).ok_or(Refusal::NotFound)?;
    let library = room.library();
    let items = library.list().filter(|package| takes_in(body, package));
    let items: Vec<&Arc<Package>> = items.collect();
    let cut = Cut::new(items.len(), &asked.page);
    let href = |wanted: bool, page: usize| {
        if wanted { format!("/bodies/{slug}?page={page}") } else { String::new() }
    };
    let body = row(&visitor, body);
    web::page(&BodyPage {
        shell: Shell::new(&visitor, body.name.clone()).crumb(visitor.t("portal-bodies"), "/bodies"),
        body,
        rows: items[cut.from..cut.to].iter().map(|package| ItemRow::new(&visitor, package)).collect(),
        total: items.len(),
        page: cut.page,
        pages: cut.pages,
        before: href(cut.page > 1, cut.page - 1),
        after: href(cut.page < cut.pages, cut.page + 1),
    })
}
