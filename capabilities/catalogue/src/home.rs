//! The home page: what can be done here, for whom, and how.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use web::{AppError, Shell, Visitor};

use crate::find::{Piece, pieces};
use crate::outline::limit_text;
use crate::room::pick;
use crate::{Clientele, Package, Room};

/// An item as lists show it.
pub(crate) struct Card {
    pub(crate) href: String,
    pub(crate) name: String,
    /// The name, marked where it answers a search.
    pub(crate) pieces: Vec<Piece>,
    /// The summary in the same way.
    pub(crate) summary_pieces: Vec<Piece>,
    /// Another text of the item that answers a search better; empty when the name or the summary does.
    pub(crate) why: Vec<Piece>,
    pub(crate) limit: String,
    pub(crate) visits: u32,
    pub(crate) free: bool,
}

impl Card {
    pub(crate) fn new(package: &Package, visitor: &Visitor) -> Self {
        let item = &package.item;
        let name = pick(visitor, &item.name);
        Self {
            href: package.guide_href(),
            name: name.to_owned(),
            pieces: pieces(name, &[]),
            summary_pieces: pieces(pick(visitor, &item.summary), &[]),
            why: Vec::new(),
            limit: limit_text(visitor, &item.limits.promised.within),
            visits: item.visits,
            free: item.fees.is_empty(),
        }
    }

    pub(crate) fn all(packages: &[Arc<Package>], visitor: &Visitor) -> Vec<Self> {
        packages.iter().map(|package| Self::new(package, visitor)).collect()
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    groups: Vec<Group>,
}

struct Group {
    id: &'static str,
    title: String,
    cards: Vec<Card>,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let group = |id: &'static str, key: &str, clientele| Group {
        id,
        title: visitor.t(key),
        cards: Card::all(&room.library.search("", clientele), &visitor),
    };
    let groups = vec![
        group("people", "catalogue-for-people", Clientele::People),
        group("organisations", "catalogue-for-organisations", Clientele::Organisations),
    ];
    web::page(&HomePage { shell: Shell::new(&visitor, visitor.t("catalogue-home-title")), groups })
}
