//! What a guide says first to somebody who has chosen their place: the competent body there, and its windows.

use cases::Bodies;
use serde_json::Map;
use web::Visitor;

use crate::room::pick;
use crate::{Package, Window};

/// Where things are done for the visitor's place.
#[derive(Debug, Default)]
pub(crate) struct Here {
    /// The name of the place; empty when none is chosen.
    pub(crate) place: String,
    /// Who takes applications in for it; none when nobody is there, or the place is not exact enough.
    pub(crate) bodies: Vec<HereBody>,
}

/// A body as people look for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HereBody {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) address: String,
    pub(crate) phone: String,
}

impl Here {
    /// For an item, or for the items of a bundle, each body once.
    pub(crate) fn of<'p>(
        visitor: &Visitor,
        bodies: &Bodies,
        packages: impl Iterator<Item = &'p Package>,
    ) -> Self {
        let Some(place) = &visitor.place else { return Self::default() };
        let mut here = Self { place: place.name.clone(), bodies: Vec::new() };
        for package in packages {
            let case_type = &package.case_type;
            // Executors with a condition cannot be known yet; the last one has none.
            let by = case_type.process.acceptance.by.list().last().filter(|by| by.level.is_some());
            let found =
                by.and_then(|by| bodies.of_executor(by, case_type.department(), &place.code, &Map::new()));
            let Some(body) = found else { continue };
            let body = HereBody {
                name: pick(visitor, &body.name).to_owned(),
                href: format!("/bodies/{}", body.slug),
                address: body.address.clone(),
                phone: body.phone.clone(),
            };
            if !here.bodies.contains(&body) {
                here.bodies.push(body);
            }
        }
        here
    }
}

/// Windows, those of the visitor's place first, the nearest before the others.
pub(crate) fn windows<'w>(visitor: &Visitor, windows: &'w [Window]) -> Vec<&'w Window> {
    let place = visitor.place.as_ref().map_or("", |place| place.code.as_str());
    let shared = |window: &Window| {
        let prefix = window.division.trim_end_matches("00");
        if place.starts_with(prefix) { prefix.len() } else { 0 }
    };
    let mut sorted: Vec<&Window> = windows.iter().collect();
    sorted.sort_by_key(|window| std::cmp::Reverse(shared(window)));
    sorted
}
