//! Windows of other divisions where papers are received and checked for the competent body (异地代收).

use cases::{Bodies, Body, Level};
use catalogue::Package;
use jiff::civil::Date;
use kernel::{BodyId, Role};
use store::Tx;
use web::Visitor;

use crate::{Room, division};

pub(crate) mod http;

/// Most windows that a list shows; whoever looks for another names its division.
const SHOWN_MAX: usize = 20;
/// Most bodies that are asked for their staff for one list.
const LOOKED_AT_MAX: usize = 60;

/// Whether a body has a window for an item: it serves the department, in a county or town.
fn has_window(body: &Body, package: &Package) -> bool {
    let department = package.case_type.department();
    let serves = body.serves.iter().any(|served| served == "*" || served == department);
    serves && matches!(body.level(), Level::County | Level::Town)
}

/// Whether somebody there accepts applications.
async fn is_staffed(tx: &mut Tx, body: BodyId, today: Date) -> Result<bool, store::Error> {
    let staff = identity::staff_of(tx, body, today).await?;
    Ok(staff.iter().any(|clerk| !clerk.is_disabled && clerk.roles.contains(&Role::Acceptance)))
}

/// The body of this slug, if papers can be handed in there.
pub(crate) async fn find(
    tx: &mut Tx,
    bodies: &Bodies,
    package: &Package,
    slug: &str,
    today: Date,
) -> Result<Option<BodyId>, store::Error> {
    let Some(body) = bodies.by_slug(slug).filter(|body| has_window(body, package)) else { return Ok(None) };
    Ok(is_staffed(tx, body.id, today).await?.then_some(body.id))
}

/// A window that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// The body's short name.
    pub(crate) slug: String,
    /// Its division.
    pub(crate) place: String,
    /// Its name.
    pub(crate) name: String,
}

/// Windows whose name or division contains these words, the nearest divisions together.
pub(crate) async fn search(
    tx: &mut Tx,
    visitor: &Visitor,
    room: &Room,
    package: &Package,
    words: &str,
) -> Result<Vec<Window>, store::Error> {
    let words = words.trim();
    let bodies = room.bodies();
    let mut found: Vec<(&Body, String)> = bodies
        .0
        .iter()
        .filter(|body| has_window(body, package))
        .map(|body| (body, division::full_name(&body.division)))
        .filter(|(body, place)| {
            let named = [body.name.zh.as_str(), body.name.en.as_str(), place];
            body.division.starts_with(words) || named.iter().any(|name| name.contains(words))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.division.cmp(&b.division));
    let mut windows = Vec::new();
    for (body, place) in found.into_iter().take(LOOKED_AT_MAX) {
        if windows.len() == SHOWN_MAX {
            break;
        }
        if is_staffed(tx, body.id, visitor.today()).await? {
            let name = visitor.pick(&body.name.zh, &body.name.en).to_owned();
            windows.push(Window { slug: body.slug.clone(), place, name });
        }
    }
    Ok(windows)
}

#[cfg(test)]
mod tests;
