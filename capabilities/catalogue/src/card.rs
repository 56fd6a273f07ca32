//! An item as a card of a list.

use std::sync::Arc;

use web::Visitor;

use crate::Package;
use crate::find::{Piece, pieces};
use crate::outline::limit_text;
use crate::room::pick;

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
