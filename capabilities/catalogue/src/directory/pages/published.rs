//! `/lists`: the lists that are published, each as a page, a file and an endpoint.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use kernel::Refusal;
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, Choice, Shell, Visitor, page};

use super::directory::division_choices;
use super::item::{Row, row};
use super::{Room, address, download, prefix};
use crate::Package;
use crate::directory::Elements;
use crate::directory::marks::Marks;
use crate::directory::record::{Published, list_published};

#[derive(Template)]
#[template(path = "directory/pages/lists.html")]
struct IndexPage {
    shell: Shell,
    /// Address, name, what it means.
    lists: Vec<(String, String, String)>,
}

pub(super) async fn index(visitor: Visitor) -> Result<Response, AppError> {
    let list = |list: Published| {
        let word = list.as_str();
        let (name, means) = (format!("directory-list-{word}"), format!("directory-list-{word}-means"));
        (format!("/lists/{word}"), visitor.t(&name), visitor.t(&means))
    };
    let mut lists = Published::ALL.map(list).to_vec();
    let (name, means) = (visitor.t("directory-list-reduced"), visitor.t("directory-list-reduced-means"));
    lists.push(("/lists/reduced".to_owned(), name, means));
    page(&IndexPage { shell: Shell::new(&visitor, visitor.t("directory-published")), lists })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) division: String,
    pub(super) after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "directory/pages/published.html")]
struct PublishedPage {
    shell: Shell,
    path: String,
    csv: String,
    means: String,
    divisions: Vec<Choice>,
    /// What is offered here and belongs to the list: address and name.
    guides: Vec<(String, String)>,
    rows: Vec<Row>,
    next: String,
    first: String,
}

/// Whether a package belongs to a list: by the same marks as a row.
pub(super) fn has(list: Published, package: &Package) -> bool {
    let elements = Elements::of_package(package);
    let deepest = package.item.levels.iter().map(|level| level.code()).max().unwrap_or_default();
    let marks = Marks::of(&elements, deepest);
    match list {
        Published::Online => marks.online,
        Published::AtOnce => marks.at_once,
        Published::Nearby => marks.nearby,
        Published::InOneGo => marks.in_one_go,
        Published::OneVisit => marks.one_visit,
        Published::Proofs => {
            elements.materials.iter().flatten().any(crate::directory::ListedMaterial::is_proof)
        }
        Published::Intermediaries => package.item.materials.iter().any(|material| material.source == "30"),
    }
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let (word, is_file) = name.strip_suffix(".csv").map_or((name.as_str(), false), |word| (word, true));
    let list = Published::from_word(word).ok_or(Refusal::NotFound)?;
    if is_file {
        return Ok(download::published(room, &visitor, list, prefix(&asked.division)).into_response());
    }
    let path = format!("/lists/{word}");
    let is_first = asked.after.is_none();
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = list_published(&mut tx, list, prefix(&asked.division).as_deref(), &request).await?;
    let values = [("division", asked.division.as_str())];
    let next = found.next.map_or_else(String::new, |next| {
        let next = next.to_string();
        address(&path, &[&values[..], &[("after", &next)]].concat())
    });
    let library = room.library();
    let offered = library.list().filter(|package| is_first && has(list, package));
    let guides = offered.map(|package| {
        let name = visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned();
        (format!("/items/{}/{}", package.item.code, package.item.handling), name)
    });
    page(&PublishedPage {
        shell: Shell::new(&visitor, visitor.t(&format!("directory-list-{word}")))
            .crumb(visitor.t("directory-published"), "/lists"),
        csv: address(&format!("{path}.csv"), &values),
        means: visitor.t(&format!("directory-list-{word}-means")),
        divisions: division_choices(&asked.division),
        guides: guides.collect(),
        rows: found.items.iter().map(|found| row(&visitor, found)).collect(),
        first: if is_first { String::new() } else { address(&path, &values) },
        next,
        path,
    })
}
