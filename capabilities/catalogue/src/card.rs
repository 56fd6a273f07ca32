//! An item as a card of a list.

use std::sync::Arc;

use web::Visitor;

use crate::Package;
use crate::outline::limit_text;
use crate::room::pick;

/// An item as lists show it.
pub(crate) struct Card {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) limit: String,
    pub(crate) visits: u32,
    pub(crate) free: bool,
}

impl Card {
    pub(crate) fn new(package: &Package, visitor: &Visitor) -> Self {
        let item = &package.item;
        Self {
            href: package.guide_href(),
            name: pick(visitor, &item.name).to_owned(),
            summary: pick(visitor, &item.summary).to_owned(),
            limit: limit_text(visitor, &item.limits.promised.within),
            visits: item.visits,
            free: item.fees.is_empty(),
        }
    }

    pub(crate) fn all(packages: &[Arc<Package>], visitor: &Visitor) -> Vec<Self> {
        packages.iter().map(|package| Self::new(package, visitor)).collect()
    }
}
