//! What this room works with, who may do what, and the routes.

use axum::http::Method;
use kernel::{Permission, Role};
use web::Routes;

use crate::{alarms, keys, looks, question, supervise};

/// Seeing who looked at one's own data (个人信息保护法 §44: the right to know).
const SEE_LOOKS: Permission = Permission::persons("privacy.see-looks");
/// Watching over looks of staff.
const SUPERVISE: Permission = Permission::staff("privacy.supervise-looks", &[Role::Supervision]);
/// Saying how many looks are too many.
const SET_LIMITS: Permission = Permission::staff("privacy.set-limits", &[Role::Administration]);
/// Changing the keys under which personal data lies.
const ROTATE: Permission = Permission::staff("privacy.rotate-keys", &[Role::Administration]);

/// The surroundings of this room. Cheap to clone.
#[derive(Clone)]
pub struct Room {
    /// Where drafts are begun, with database, vault and the directory of bodies.
    pub applications: applications::Room,
}

impl Room {
    pub(crate) fn db(&self) -> &store::Db {
        &self.applications.db
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    let mine = Routes::new()
        .page(Method::GET, "/my/data/looks", SEE_LOOKS, looks::show)
        .page(Method::GET, "/my/data/looks.csv", SEE_LOOKS, looks::file)
        .page(Method::POST, "/my/data/looks/{id}/question", SEE_LOOKS, question::ask)
        .api(Method::GET, "/api/v1/my/data-looks", SEE_LOOKS, looks::api, looks::operation());
    let desk = Routes::new()
        .page(Method::GET, "/desk/looks", SUPERVISE, supervise::show)
        .page(Method::GET, "/desk/looks/alarms", SUPERVISE, alarms::show)
        .page(Method::POST, "/desk/looks/alarms/{id}", SUPERVISE, alarms::acknowledge);
    let admin = Routes::new()
        .page(Method::GET, "/admin/looks", SET_LIMITS, alarms::limits)
        .page(Method::POST, "/admin/looks", SET_LIMITS, alarms::set_limits)
        .page(Method::GET, "/admin/keys", ROTATE, keys::show)
        .page(Method::POST, "/admin/keys", ROTATE, keys::rotate);
    mine.merge(desk).merge(admin).with_state(room)
}
