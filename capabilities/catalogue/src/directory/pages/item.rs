//! `/directory/{code}`: an item of the directory list, and who carries it out, level by level.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use codes::ItemCode;
use kernel::Refusal;
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, Choice, Shell, Visitor, page};

use super::directory::{division_choices, level_choices};
use super::{DIRECTORY, Room, address, named, place, prefix};
use crate::directory::record::{ImplementationFilter, Listed, find_item, history, implementations_of};
use crate::directory::source::List;
use crate::directory::{ELEMENTS, Elements};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    division: String,
    level: String,
    after: Option<Cursor>,
}

/// An element with what it says.
pub(super) struct Said {
    pub(super) name: String,
    pub(super) text: String,
}

/// What the row says, in the order of the standard, codes by their names.
pub(super) fn said(visitor: &Visitor, elements: &Elements) -> Vec<Said> {
    let lists = ["materials", "fees", "questions", "intermediaries"];
    let single = ELEMENTS.iter().filter(|element| !lists.contains(&element.name));
    let said = single.filter_map(|element| {
        let text = super::implementation::words(visitor, element, elements);
        let name = super::implementation::label(visitor, element);
        (!text.is_empty()).then_some(Said { name, text })
    });
    said.collect()
}

/// An implementation in the list.
pub(super) struct Row {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) level: String,
    pub(super) place: String,
    pub(super) body: String,
    /// 暂停, 取消; empty while it is in use.
    pub(super) state: String,
}

pub(super) fn row(visitor: &Visitor, row: &Listed) -> Row {
    Row {
        level: named(visitor, "use_level", &row.level),
        place: place(&row.division),
        body: row.body_name.clone(),
        state: if row.state == "1" { String::new() } else { named(visitor, "task_state", &row.state) },
        code: row.code.clone(),
        name: row.name.clone(),
    }
}

/// An earlier edition, with what was different then.
struct Earlier {
    since: String,
    until: String,
    changes: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "directory/pages/item.html")]
struct ItemPage {
    shell: Shell,
    code: String,
    said: Vec<Said>,
    materials: Vec<String>,
    /// Guides of what is offered here: address and name.
    guides: Vec<(String, String)>,
    /// The directory list has no row of it; what is shown is the package's.
    is_package_only: bool,
    levels: Vec<Choice>,
    divisions: Vec<Choice>,
    rows: Vec<Row>,
    next: String,
    first: String,
    earlier: Vec<Earlier>,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let code = ItemCode::parse(&code).map_err(|_form| Refusal::NotFound)?.to_string();
    let mut tx = room.db.snapshot().await?;
    let found = find_item(&mut tx, &code).await?;
    let library = room.library();
    let offered: Vec<_> = library.list().filter(|package| package.item.code == code).collect();
    let guides = offered.iter().map(|package| {
        let name = visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned();
        (format!("/items/{}/{}", package.item.code, package.item.handling), name)
    });
    let guides: Vec<(String, String)> = guides.collect();
    let is_package_only = found.is_none();
    let elements = match found {
        Some((elements, _since)) => elements,
        None => Elements::of_package(offered.first().ok_or(Refusal::NotFound)?),
    };
    let filter = ImplementationFilter {
        item: None,
        division: prefix(&asked.division),
        level: Some(asked.level.clone()).filter(|level| !level.is_empty()),
    };
    let is_first = asked.after.is_none();
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let listed = implementations_of(&mut tx, &code, &filter, &request).await?;
    let editions = history(&mut tx, List::Items, &code).await?;
    let path = format!("{DIRECTORY}/{code}");
    let values = [("division", asked.division.as_str()), ("level", &asked.level)];
    let next = listed.next.map_or_else(String::new, |next| {
        let next = next.to_string();
        address(&path, &[&values[..], &[("after", &next)]].concat())
    });
    let title = elements.task_name.clone().unwrap_or_else(|| code.clone());
    page(&ItemPage {
        shell: Shell::new(&visitor, title).crumb(visitor.t("directory-title"), DIRECTORY),
        said: said(&visitor, &elements),
        materials: elements
            .materials
            .iter()
            .flatten()
            .map(|material| material.material_name.clone())
            .collect(),
        guides,
        is_package_only,
        levels: level_choices(&visitor, &asked.level),
        divisions: division_choices(&asked.division),
        rows: listed.items.iter().map(|found| row(&visitor, found)).collect(),
        next,
        first: if is_first { String::new() } else { address(&path, &values) },
        earlier: earlier(&visitor, &elements, &editions),
        code,
    })
}

/// Each edition against the one that overtook it.
fn earlier(
    visitor: &Visitor,
    now: &Elements,
    editions: &[crate::directory::record::Edition],
) -> Vec<Earlier> {
    let mut newer = now;
    let mut all = Vec::new();
    for edition in editions {
        let changed =
            ELEMENTS.iter().filter(|element| element.text(&edition.elements) != element.text(newer));
        let change = |element: &crate::directory::Element| {
            let text = super::implementation::words(visitor, element, &edition.elements);
            let text = if text.is_empty() { visitor.t("directory-said-nothing") } else { text };
            (super::implementation::label(visitor, element), text)
        };
        all.push(Earlier {
            since: visitor.datetime(edition.since),
            until: visitor.datetime(edition.until),
            changes: changed.map(change).collect(),
        });
        newer = &edition.elements;
    }
    all
}
