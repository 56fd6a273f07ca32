//! The public face of the room: its routes and the state behind them.

use std::sync::{Arc, RwLock};

use axum::http::Method;
use cases::Bodies;
use kernel::{Permission, Words};
use web::{Routes, Visitor};

use crate::bundle::page as bundles;
use crate::{Library, api, find, guide, questions, suggest};

/// Reading guides is everybody's right.
const SEE_ITEMS: Permission = Permission::everyone("catalogue.see-items");

/// What the pages of this room need.
#[derive(Debug, Clone)]
pub struct Room {
    /// The packages.
    pub library: Arc<Library>,
    /// The address that stands in QR codes and links to be passed on.
    pub public_url: String,
    /// Which body is competent where; replaced as a whole when the directory changes.
    pub bodies: Arc<RwLock<Arc<Bodies>>>,
}

impl Room {
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
        .with_state(room)
}

/// The text in the visitor's language.
pub(crate) fn pick<'w>(visitor: &Visitor, words: &'w Words) -> &'w str {
    visitor.pick(&words.zh, &words.en)
}
