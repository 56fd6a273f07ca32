//! What narrows a list of items down: for whom, which event, which type, and where they are taken in. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use cases::{Bodies, Level};

use crate::topic::Topic;
use crate::{Clientele, Package};

/// What somebody wants to see; a filter that is empty lets everything through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter<'a> {
    pub(crate) clientele: Clientele,
    /// Code of the national table of item types.
    pub(crate) kind: &'a str,
    pub(crate) topic: Option<&'a Topic>,
    /// Code of a division.
    pub(crate) place: &'a str,
}

/// One of the filters, when the items are counted that it would let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facet {
    Clientele,
    Kind,
    Topic,
    Place,
}

impl Filter<'_> {
    /// Whether an item is wanted.
    pub(crate) fn wants(&self, package: &Package, takers: &mut Takers<'_>) -> bool {
        self.wants_beside(None, package, takers)
    }

    /// The same without one of the filters.
    pub(crate) fn wants_beside(
        &self,
        facet: Option<Facet>,
        package: &Package,
        takers: &mut Takers<'_>,
    ) -> bool {
        let skips = |one: Facet| facet == Some(one);
        (skips(Facet::Clientele) || self.clientele.may_ask(package))
            && (skips(Facet::Kind) || is_of_kind(package, self.kind))
            && (skips(Facet::Topic) || self.topic.is_none_or(|topic| topic.holds(package)))
            && (skips(Facet::Place) || takers.take(package, self.place))
    }
}

/// Whether an item is of this type; bundles are of none.
pub(crate) fn is_of_kind(package: &Package, kind: &str) -> bool {
    kind.is_empty() || (package.item.kind == kind && !package.is_bundle())
}

/// Who takes applications in, asked for many items and many places: items that are taken in by the same kind of body share
/// the answer.
pub(crate) struct Takers<'b> {
    bodies: &'b Bodies,
    /// Level, whether a body above may stand in, department: where such bodies are.
    places: BTreeMap<(Level, bool, String), Vec<&'b str>>,
}

impl<'b> Takers<'b> {
    pub(crate) fn new(bodies: &'b Bodies) -> Self {
        Self { bodies, places: BTreeMap::new() }
    }

    /// Whether somebody takes the item in for this place: a body of the place itself, around it, or inside it. Without a
    /// place, and where the form names the body, always.
    pub(crate) fn take(&mut self, package: &Package, place: &str) -> bool {
        if place.is_empty() {
            return true;
        }
        // Executors with a condition cannot be known yet; the last one has none.
        let by = package.process().acceptance.by.list().last();
        let Some((by, level)) = by.and_then(|by| Some((by, by.level?))) else { return true };
        let department = by.department.as_deref().unwrap_or(package.case_type.department());
        let key = (level, by.or_above, department.to_owned());
        let bodies = self.bodies;
        let here = self.places.entry(key).or_insert_with(|| {
            let is_at = |at: Level| {
                std::iter::successors(Some(level), |below| below.above())
                    .take(if by.or_above { usize::MAX } else { 1 })
                    .any(|wanted| wanted == at)
            };
            let takes = |body: &&cases::Body| is_at(body.level()) && body.serves(department);
            bodies.0.iter().filter(takes).map(|body| area(&body.division)).collect()
        });
        let place = area(place);
        here.iter().any(|body| body.starts_with(place) || place.starts_with(body))
    }
}

/// The digits that all divisions inside this one share.
fn area(code: &str) -> &str {
    if code.len() > 6 {
        return code;
    }
    code.strip_suffix("0000").or_else(|| code.strip_suffix("00")).unwrap_or(code)
}

/// How many of these items would be seen with another choice of one filter: `is_chosen` says which.
pub(crate) fn count(
    found: &[Arc<Package>],
    filter: &Filter<'_>,
    facet: Facet,
    takers: &mut Takers<'_>,
    is_chosen: &dyn Fn(&Package, &mut Takers<'_>) -> bool,
) -> usize {
    let wanted = |package: &&Arc<Package>| {
        filter.wants_beside(Some(facet), package, takers) && is_chosen(package, takers)
    };
    found.iter().filter(wanted).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_lies_inside_those_that_share_its_digits() {
        for (code, digits) in
            [("430000", "43"), ("430100", "4301"), ("430102", "430102"), ("430102001", "430102001")]
        {
            assert_eq!(area(code), digits);
        }
    }
}
