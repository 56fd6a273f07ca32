//! The public face of the room: its routes and the state behind them.

use std::sync::{Arc, RwLock};

use axum::http::Method;
use cases::Bodies;
use kernel::{Permission, Role, Words};
use store::{Db, Vault};
use web::{Routes, Visitor};

use crate::bundle::page as bundles;
use crate::choose::{api as choices, page as choose};
use crate::edit::http as editor;
use crate::life::{api as api_of_life, bring_in, history, http, list};
use crate::questions::{answer, desk as votes};
use crate::{Library, Office, Shelf, Topic, api, find, guide, questions, suggest};

/// Reading guides is everybody's right.
const SEE_ITEMS: Permission = Permission::everyone("catalogue.see-items");

/// Writing items and approving what others wrote; whoever wrote a change cannot approve it.
const MANAGE: Permission = Permission::staff("catalogue.manage", &[Role::Catalogue]);

/// Seeing how readers voted on answers.
pub(crate) const SEE_VOTES: Permission =
    Permission::staff("catalogue.see-votes", &[Role::Catalogue, Role::Administration]);
/// Saying whether an answer was useful is everybody's right; programs do it for an account.
const VOTE: Permission = Permission::everyone("catalogue.vote");
const VOTE_BY_API: Permission = Permission::signed_in("catalogue.vote-by-api");

/// What the pages of this room need.
#[derive(Debug, Clone)]
pub struct Room {
    /// Database: votes on answers.
    pub db: Db,
    /// By which a reader's vote is known again, and nobody's name.
    pub vault: Vault,
    /// The packages in force.
    pub shelf: Shelf,
    /// Finds what the lists say.
    pub lists: crate::directory::Finder,
    /// The address that stands in QR codes and links to be passed on.
    pub public_url: String,
    /// Which body is competent where; replaced as a whole when the directory changes.
    pub bodies: Arc<RwLock<Arc<Bodies>>>,
    /// Events that lead to items, in the order of the portal.
    pub topics: Arc<[Topic]>,
}

impl Room {
    /// The packages as they are now. Ask once in a request, so that it works with one library.
    pub(crate) fn library(&self) -> Arc<Library> {
        self.shelf.now()
    }

    /// The bodies as they are now.
    pub(crate) fn bodies(&self) -> Arc<Bodies> {
        match self.bodies.read() {
            Ok(bodies) => Arc::clone(&bodies),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }
}

/// Search, guides, and the same as an API.
pub fn routes(room: Room) -> Routes<()> {
    Routes::new()
        .page(Method::GET, "/search", SEE_ITEMS, find::show)
        .page(Method::GET, "/items/{code}", SEE_ITEMS, guide::show_first)
        .page(Method::GET, "/items/{code}/{handling}", SEE_ITEMS, guide::show)
        .page(Method::GET, "/items/{code}/{handling}/sheet", SEE_ITEMS, guide::sheet)
        .api(Method::GET, "/api/v1/items", SEE_ITEMS, api::list, api::list_operation())
        .api(Method::GET, "/api/v1/items/{code}/{handling}", SEE_ITEMS, api::get, api::get_operation())
        .page(Method::GET, "/bundles/{id}", SEE_ITEMS, bundles::show)
        .api(Method::GET, "/api/v1/bundles", SEE_ITEMS, bundles::api_list, bundles::list_operation())
        .api(Method::GET, "/api/v1/bundles/{id}", SEE_ITEMS, bundles::api_get, bundles::get_operation())
        .page(Method::GET, "/questions", SEE_ITEMS, questions::show)
        .api(Method::GET, "/api/v1/questions", SEE_ITEMS, questions::list, questions::operation())
        .api(Method::GET, "/api/v1/suggestions", SEE_ITEMS, suggest::show, suggest::operation())
        .page(Method::GET, "/questions/{id}", SEE_ITEMS, answer::show)
        .page(Method::POST, "/questions/{id}/vote", VOTE, answer::cast)
        .api(Method::PUT, "/api/v1/questions/{id}/vote", VOTE_BY_API, answer::api, answer::operation())
        .page(Method::GET, "/desk/answers", SEE_VOTES, votes::show)
        .page(Method::GET, "/desk/answers.csv", SEE_VOTES, votes::file)
        .api(Method::GET, "/api/v1/answers", SEE_VOTES, votes::list, votes::operation())
        .page(Method::GET, "/choose", SEE_ITEMS, choose::start)
        .page(Method::GET, "/choose/{topic}", SEE_ITEMS, choose::show)
        .api(Method::GET, "/api/v1/choices", SEE_ITEMS, choices::list, choices::list_operation())
        .api(Method::GET, "/api/v1/choices/{topic}", SEE_ITEMS, choices::get, choices::operation())
        .with_state(room)
}

/// The life of items: their public history for everybody, and the desk of those who write and approve them.
pub fn life_routes(office: Office) -> Routes<()> {
    public_life().merge(desk()).merge(editing()).merge(desk_api()).with_state(office)
}

fn public_life() -> Routes<Office> {
    Routes::new().page(Method::GET, "/items/{code}/{handling}/versions", SEE_ITEMS, history::show).api(
        Method::GET,
        "/api/v1/items/{code}/{handling}/versions",
        SEE_ITEMS,
        history::list,
        history::operation(),
    )
}

fn desk() -> Routes<Office> {
    let item = "/desk/catalogue/items/{code}/{handling}";
    let revision = "/desk/catalogue/revisions/{id}";
    Routes::new()
        .page(Method::GET, "/desk/catalogue", MANAGE, list::show)
        .page(Method::GET, "/desk/catalogue/import", MANAGE, bring_in::form)
        .page(Method::POST, "/desk/catalogue/import", MANAGE, bring_in::take)
        .page(Method::GET, item, MANAGE, http::show_item)
        .page(Method::POST, &format!("{item}/begin"), MANAGE, http::begin)
        .page(Method::POST, &format!("{item}/{{act}}"), MANAGE, http::act_on_item)
        .page(Method::GET, &format!("{item}/versions/{{version}}/zip"), MANAGE, http::version_zip)
        .page(Method::GET, revision, MANAGE, http::show_revision)
        .page(Method::POST, &format!("{revision}/{{act}}"), MANAGE, http::act_on_revision)
        .page(Method::GET, &format!("{revision}/zip"), MANAGE, http::revision_zip)
}

fn editing() -> Routes<Office> {
    let section = "/desk/catalogue/revisions/{id}/edit/{section}";
    let file = "/desk/catalogue/revisions/{id}/file";
    Routes::new()
        .page(Method::GET, section, MANAGE, editor::show)
        .page(Method::POST, section, MANAGE, editor::save)
        .page(Method::GET, file, MANAGE, editor::show_file)
        .page(Method::POST, file, MANAGE, editor::save_file)
}

fn desk_api() -> Routes<Office> {
    let item = "/api/v1/catalogue/items/{code}/{handling}";
    let all = "/api/v1/catalogue/revisions";
    let one = "/api/v1/catalogue/revisions/{id}";
    let files = format!("{one}/files");
    let version = format!("{item}/versions/{{version}}");
    Routes::new()
        .api(Method::POST, all, MANAGE, api_of_life::import, api_of_life::import_operation())
        .api(Method::GET, one, MANAGE, api_of_life::get, api_of_life::get_operation())
        .api(Method::PUT, &files, MANAGE, api_of_life::save, api_of_life::save_operation())
        .api(Method::POST, &format!("{one}/{{act}}"), MANAGE, api_of_life::act, api_of_life::act_operation())
        .api(
            Method::POST,
            &format!("{item}/revisions"),
            MANAGE,
            api_of_life::begin,
            api_of_life::begin_operation(),
        )
        .api(
            Method::POST,
            &format!("{item}/{{act}}"),
            MANAGE,
            api_of_life::act_on_item,
            api_of_life::item_act_operation(),
        )
        .api(Method::GET, &version, MANAGE, api_of_life::export, api_of_life::export_operation())
}

/// An address with its query.
pub(crate) fn with_query<T: AsRef<str>>(path: &str, pairs: &[(T, T)]) -> String {
    let pairs: Vec<(&str, &str)> =
        pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    match serde_urlencoded::to_string(pairs) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        Ok(_) | Err(_) => path.to_owned(),
    }
}

/// The text in the visitor's language.
pub(crate) fn pick<'w>(visitor: &Visitor, words: &'w Words) -> &'w str {
    visitor.pick(&words.zh, &words.en)
}
