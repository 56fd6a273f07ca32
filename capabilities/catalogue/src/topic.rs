//! What items have in common for somebody who looks for them (主题): an event of a life or of an organisation.

use std::sync::Arc;

use kernel::Words;

use crate::{Library, Package};

/// An event that makes people ask, and the items to which it leads. Which there are is said outside this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its id in addresses.
    pub id: String,
    /// What it is called.
    pub name: Words,
    /// It concerns people (个人); otherwise organisations (法人).
    pub people: bool,
    /// `code/handling` of items and `id/bundle` of bundles, the most wanted first.
    pub items: Vec<String>,
}

impl Topic {
    /// What is offered for it at the moment.
    pub(crate) fn offered(&self, library: &Library) -> Vec<Arc<Package>> {
        self.items.iter().filter_map(|name| library.offered_as(name)).collect()
    }

    /// Whether it leads to this item.
    pub(crate) fn holds(&self, package: &Package) -> bool {
        let reference = &package.reference;
        let is_it = |name: &String| name.split_once('/') == Some((&reference.item, &reference.handling));
        self.items.iter().any(is_it)
    }
}
