//! Which bodies supervision watches: those of its own division and below, by the clocks of their work.

use cases::{Body, CaseError, Lights};
use jiff::civil::Date;
use kernel::{Role, StaffActor};
use store::Tx;

use super::DeskError;
use super::listing::Asked;
use crate::Room;

/// Bodies on a page: each costs one statement that counts, along an index and never further than a thousand.
const BODIES_ON_PAGE: usize = 20;

/// A page of bodies with their waiting work; `next` is the slug after which the next page starts.
pub(super) struct BodyPage {
    pub(super) items: Vec<(Body, Lights)>,
    pub(super) next: Option<String>,
}

/// The bodies of the watcher's division and below, by their short names.
pub(super) async fn bodies(
    tx: &mut Tx,
    room: &Room,
    watcher: &StaffActor,
    after: &str,
    today: Date,
) -> Result<BodyPage, DeskError> {
    let bodies = room.bodies();
    let mut watched: Vec<&Body> =
        bodies.0.iter().filter(|body| is_watched(watcher, body) && body.slug.as_str() > after).collect();
    watched.sort_by(|a, b| a.slug.cmp(&b.slug));
    let more = watched.len() > BODIES_ON_PAGE;
    watched.truncate(BODIES_ON_PAGE);
    let everything = Asked::default();
    let mut items = Vec::new();
    for body in &watched {
        let clerk = as_clerk_of(watcher, body);
        let query = everything.query(room, &clerk, today);
        items.push(((*body).clone(), cases::count_lights(tx, &query).await?));
    }
    let next = watched.last().filter(|_| more).map(|body| body.slug.clone());
    Ok(BodyPage { items, next })
}

/// The body of this slug, if it is watched by this member of staff.
pub(super) fn body(room: &Room, watcher: &StaffActor, slug: &str) -> Result<Body, DeskError> {
    let found = room.bodies().by_slug(slug).filter(|body| is_watched(watcher, body)).cloned();
    found.ok_or_else(|| CaseError::NotFound.into())
}

/// A member of staff as the worklist of another body would see them: supervision looks, and takes nothing.
pub(super) fn as_clerk_of(watcher: &StaffActor, body: &Body) -> StaffActor {
    let roles = [Role::Acceptance, Role::Review, Role::Decision];
    StaffActor { body: body.id, roles: roles.into(), ..watcher.clone() }
}

/// A province (`430000`) and a city (`430100`) hold every division that begins like them.
pub fn is_watched(watcher: &StaffActor, body: &Body) -> bool {
    let own = watcher.division.as_str();
    let held = own
        .strip_suffix("0000")
        .filter(|_| own.len() == 6)
        .unwrap_or_else(|| own.strip_suffix("00").filter(|_| own.len() == 6).unwrap_or(own));
    !held.is_empty() && body.division.starts_with(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{BodyId, StaffId, Timestamp, TypedId, Words};

    #[test]
    fn a_division_is_watched_with_all_below_it() {
        let check = |own: &str, other: &str| {
            let watcher = StaffActor {
                strong: false,
                staff: StaffId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]),
                body: BodyId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]),
                division: own.into(),
                roles: [Role::Supervision].into(),
                deputy_of: std::collections::BTreeSet::new(),
                shown_as: String::new(),
            };
            let body = Body {
                id: BodyId::from_parts(Timestamp::UNIX_EPOCH, [2; 10]),
                slug: "b".into(),
                name: Words::new("b", "b"),
                uscc: String::new(),
                division: other.into(),
                serves: Vec::new(),
                address: String::new(),
                phone: String::new(),
            };
            is_watched(&watcher, &body)
        };
        assert!(check("430000", "430000") && check("430000", "430102001"));
        assert!(!check("430000", "440100") && !check("430100", "430000") && !check("430100", "430200"));
        assert!(check("430100", "430102") && check("430102", "430102001") && !check("430102", "430103"));
        assert!(check("430102001", "430102001") && !check("430102001", "430102002"));
        assert!(!check("", "430000"));
    }
}
