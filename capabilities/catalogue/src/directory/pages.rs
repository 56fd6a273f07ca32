//! Pages of the lists: for everybody the directory, an item, an implementation and the published lists; for the
//! administration bringing lists in and taking them out.

use std::sync::Arc;

use axum::http::Method;
use codes::divisions;
use kernel::{Permission, Role};
use store::{Db, Files};
use web::{Routes, Visitor};

use crate::{Library, Shelf};

mod api;
mod desk;
mod directory;
mod download;
mod implementation;
mod item;
mod published;
mod reduced;

pub use download::{report_cells, report_head};

/// Reading the lists is everybody's right.
const SEE: Permission = Permission::everyone("catalogue.see-directory");
/// Bringing lists in and taking them out.
const MANAGE: Permission = Permission::staff("catalogue.manage-directory", &[Role::Administration]);

const DIRECTORY: &str = "/directory";

/// What the pages of the lists need.
#[derive(Debug, Clone)]
pub struct Room {
    /// Database.
    pub db: Db,
    /// Files that are brought in.
    pub files: Files,
    /// What is offered here.
    pub shelf: Shelf,
}

impl Room {
    /// What is offered here now.
    pub(crate) fn library(&self) -> Arc<Library> {
        self.shelf.now()
    }
}

/// Pages and endpoints of the lists.
pub fn routes(room: Room) -> Routes<()> {
    let imports = "/desk/directory/imports";
    Routes::new()
        .page(Method::GET, DIRECTORY, SEE, directory::show)
        .page(Method::GET, "/directory/{code}", SEE, item::show)
        .page(Method::GET, "/implementations/{code}", SEE, implementation::show)
        .page(Method::GET, "/lists", SEE, published::index)
        .page(Method::GET, "/lists/{name}", SEE, published::show)
        .page(Method::GET, "/lists/reduced", SEE, reduced::show)
        .page(Method::GET, "/lists/reduced.csv", SEE, reduced::file)
        .page(Method::GET, imports, MANAGE, desk::list)
        .page(Method::POST, imports, MANAGE, desk::upload)
        .page(Method::GET, "/desk/directory/imports/{number}", MANAGE, desk::show)
        .page(Method::POST, "/desk/directory/imports/{number}/run", MANAGE, desk::run)
        .page(Method::POST, "/desk/directory/imports/{number}/leave", MANAGE, desk::leave)
        .page(Method::GET, "/desk/directory/imports/{number}/report.csv", MANAGE, download::report)
        .page(Method::GET, "/desk/directory/files/{name}", MANAGE, download::list)
        .api(Method::GET, "/api/v1/directory", SEE, api::items, api::items_operation())
        .api(Method::GET, "/api/v1/directory/{code}", SEE, api::item, api::item_operation())
        .api(
            Method::GET,
            "/api/v1/implementations",
            SEE,
            api::implementations,
            api::implementations_operation(),
        )
        .api(
            Method::GET,
            "/api/v1/implementations/{code}",
            SEE,
            api::implementation,
            api::implementation_operation(),
        )
        .api(Method::GET, "/api/v1/lists/reduced", SEE, reduced::api, reduced::operation())
        .api(Method::GET, "/api/v1/lists/{name}", SEE, api::published, api::published_operation())
        .with_state(room)
}

/// The digits with which the codes of a division and of everything in it begin; nothing for no division.
fn prefix(division: &str) -> Option<String> {
    let code = codes::DivisionCode::parse(division).ok()?;
    Some(code.prefix().to_owned())
}

/// `长沙市芙蓉区`: without the province, which all have in common.
fn place(division: &str) -> String {
    let whole = divisions::full_name(division);
    let province = divisions::name(divisions::PROVINCE).unwrap_or_default();
    whole.strip_prefix(province).filter(|rest| !rest.is_empty()).unwrap_or(&whole).to_owned()
}

/// The name of a code of a national table; a code that it lacks is shown with that said.
fn named(visitor: &Visitor, table: &str, code: &str) -> String {
    super::element::name_of(table, code)
        .map_or_else(|| visitor.t1("directory-code-unknown", "code", code), str::to_owned)
}

fn urlencode(text: &str) -> String {
    askama::filters::urlencode_strict(text).map_or_else(|_| String::new(), |encoded| encoded.to_string())
}

/// An address with those of these values that are there.
fn address(path: &str, values: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", urlencode(value)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
