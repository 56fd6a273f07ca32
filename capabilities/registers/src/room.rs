//! What the pages and endpoints of this room work with, and the table of its routes.

use axum::http::Method;
use kernel::Permission;
use store::Db;
use web::Routes;

use crate::{api, csv, pages};

/// Reading a public register.
const READ: Permission = Permission::everyone("registers.read");

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// Database.
    pub db: Db,
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    let entries = "/api/v1/registers/{register}/entries";
    Routes::new()
        .page(Method::GET, "/registers/social-organisations", READ, pages::list)
        .page(Method::GET, "/registers/social-organisations.csv", READ, csv::download)
        .page(Method::GET, "/registers/social-organisations/{uscc}", READ, pages::entry)
        .api(Method::GET, entries, READ, api::list, api::list_operation())
        .api(Method::GET, &format!("{entries}/{{code}}"), READ, api::show, api::show_operation())
        .with_state(room)
}
