//! What this room works with, who may do what, and the routes.

use std::sync::Arc;

use axum::http::Method;
use kernel::{Permission, Role};
use web::Routes;

use crate::copy::Source;
use crate::{alarms, close, copy, delays, keys, looks, merge, question, supervise};

/// Seeing who looked at one's own data (个人信息保护法 §44: the right to know).
const SEE_LOOKS: Permission = Permission::persons("privacy.see-looks");
/// Taking a copy of one's own data along (§45).
const COPY: Permission = Permission::persons("privacy.copy-data");
/// Closing one's account (§47).
const CLOSE: Permission = Permission::persons("privacy.close-account");
/// Making two accounts of one's own one.
const MERGE: Permission = Permission::persons("privacy.merge-accounts");
/// Reading that it is closed, or became part of another.
const SEE_CLOSED: Permission = Permission::everyone("privacy.see-closed");
/// Watching over looks of staff.
pub(crate) const SUPERVISE: Permission = Permission::staff("privacy.supervise-looks", &[Role::Supervision]);
/// Seeing looks and alarms: the auditor too, who finds nothing for anybody.
const SEE_ALL_LOOKS: Permission =
    Permission::staff("privacy.see-all-looks", &[Role::Supervision, Role::Audit]);
/// Saying how many looks are too many.
pub(crate) const SET_LIMITS: Permission = Permission::staff("privacy.set-limits", &[Role::Administration]);
/// Changing the keys under which personal data lies.
pub(crate) const ROTATE: Permission = Permission::staff("privacy.rotate-keys", &[Role::Administration]);
/// Seeing keys and limits without touching them.
const SEE_KEYS: Permission = Permission::staff("privacy.see-keys", &[Role::Administration, Role::Audit]);

/// The surroundings of this room. Cheap to clone.
#[derive(Clone)]
pub struct Room {
    /// Where drafts are begun, with database, vault and the directory of bodies.
    pub applications: applications::Room,
    /// What each room keeps of a person, for the copy of their data, in the order of the copy.
    pub copies: Arc<[Source]>,
}

impl Room {
    pub(crate) fn db(&self) -> &store::Db {
        &self.applications.db
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    let mine = Routes::new()
        .page(Method::GET, "/my/data", COPY, copy::show)
        .page(Method::POST, "/my/data/copy", COPY, copy::take)
        .page(Method::GET, "/my/data/close", CLOSE, close::show)
        .page(Method::POST, "/my/data/close", CLOSE, close::close)
        .page(Method::GET, "/account-closed", SEE_CLOSED, close::closed)
        .page(Method::GET, "/my/data/merge", MERGE, merge::show)
        .page(Method::POST, "/my/data/merge", MERGE, merge::submit)
        .page(Method::POST, "/my/data/merge/code", MERGE, merge::offer)
        .page(Method::GET, "/account-merged", SEE_CLOSED, merge::merged)
        .page(Method::GET, "/my/data/looks", SEE_LOOKS, looks::show)
        .page(Method::GET, "/my/data/looks.csv", SEE_LOOKS, looks::file)
        .page(Method::POST, "/my/data/looks/{id}/question", SEE_LOOKS, question::ask)
        .api(Method::GET, "/api/v1/my/data-looks", SEE_LOOKS, looks::api, looks::operation());
    let desk = Routes::new()
        .page(Method::GET, "/desk/looks", SEE_ALL_LOOKS, supervise::show)
        .page(Method::GET, "/desk/looks/alarms", SEE_ALL_LOOKS, alarms::show)
        .page(Method::POST, "/desk/looks/alarms/{id}", SUPERVISE, alarms::acknowledge)
        .page(Method::GET, "/desk/looks/delays", SEE_ALL_LOOKS, delays::list)
        .page(Method::POST, "/desk/looks/delays/{id}/end", SUPERVISE, delays::end)
        .page(Method::GET, "/desk/looks/{id}/delay", SUPERVISE, delays::show)
        .page(Method::POST, "/desk/looks/{id}/delay", SUPERVISE, delays::order);
    let admin = Routes::new()
        .page(Method::GET, "/admin/looks", SEE_KEYS, alarms::limits)
        .page(Method::POST, "/admin/looks", SET_LIMITS, alarms::set_limits)
        .page(Method::GET, "/admin/keys", SEE_KEYS, keys::show)
        .page(Method::POST, "/admin/keys", ROTATE, keys::rotate);
    mine.merge(desk).merge(admin).with_state(room)
}
