//! What the commands and pages of this room work with, and the table of its routes.

use std::sync::Arc;

use axum::http::Method;
use identity::find_body;
use kernel::{BodyId, Permission, Role};
use ofd::Face;
use store::{Db, Tx};
use web::Routes;

use crate::keys::Keys;
use crate::kinds::Rules;
use crate::{api, pages};

/// Seeing seals: of the own body, for the seal authority all.
pub(crate) const SEE: Permission =
    Permission::staff("seals.see", &[Role::Administration, Role::Decision, Role::Audit]);
/// Asking for a seal.
pub(crate) const REQUEST: Permission = Permission::staff("seals.request", &[Role::Administration]);
/// Taking steps; which, the command asks.
pub(crate) const STEP: Permission = Permission::staff("seals.step", &[Role::Administration, Role::Decision]);
/// Taking the certificates and the list of revoked ones along, to check seals without the platform.
pub(crate) const CHECK: Permission = Permission::everyone("seals.check");

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// Database.
    pub db: Db,
    /// The keys.
    pub keys: Keys,
    /// Kinds, numbers and the seal authority.
    pub rules: Arc<Rules>,
    /// Faces that seals are drawn with; a character is taken from the first that has it.
    pub faces: Arc<[Face]>,
}

impl Room {
    /// The seal authority (印章管理机关), where one is named and known.
    pub async fn authority(&self, tx: &mut Tx) -> store::Result<Option<BodyId>> {
        match &self.rules.authority {
            Some(slug) => Ok(find_body(tx, slug).await?.map(|body| body.id)),
            None => Ok(None),
        }
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    let (all, one) = ("/api/v1/seals", "/api/v1/seals/{seal}");
    Routes::new()
        .page(Method::GET, "/admin/seals", SEE, pages::list::show)
        .page(Method::GET, "/admin/seals/new", REQUEST, pages::new::show)
        .page(Method::POST, "/admin/seals", REQUEST, pages::new::submit)
        .page(Method::GET, "/admin/seals/{seal}", SEE, pages::show::show)
        .page(Method::POST, "/admin/seals/{seal}/step", STEP, pages::show::step)
        .page(Method::GET, "/admin/seals/{seal}/revoke", STEP, pages::revoke::show)
        .page(Method::POST, "/admin/seals/{seal}/revoke", STEP, pages::revoke::submit)
        .page(Method::GET, "/ca/seals.crl", CHECK, pages::files::list)
        .page(Method::GET, "/ca/seals.pem", CHECK, pages::files::certificates)
        .api(Method::GET, all, SEE, api::list, api::list_operation())
        .api(Method::POST, all, REQUEST, api::request_seal, api::request_operation())
        .api(Method::GET, one, SEE, api::show, api::show_operation())
        .api(Method::POST, &format!("{one}/steps"), STEP, api::step, api::step_operation())
        .api(Method::GET, &format!("{one}/uses"), SEE, api::uses, api::uses_operation())
        .api(Method::GET, &format!("{one}/picture"), SEE, api::picture, api::picture_operation())
        .with_state(room)
}
