//! What the commands and pages of this room work with, and the table of its routes.

use axum::http::Method;
use kernel::{Permission, Role};
use store::{Db, Files, Vault};
use web::Routes;

use crate::signers::Signers;
use crate::{check, mine, revoke, view};

/// Checking documents.
pub(crate) const CHECK: Permission = Permission::everyone("licences.check");
/// Seeing one's own documents.
pub(crate) const SEE_OWN: Permission = Permission::persons("licences.see-own");
/// Seeing a document; whose, the page asks.
pub(crate) const SEE: Permission = Permission::signed_in("licences.see");
/// Revoking a document of the own body.
pub(crate) const REVOKE: Permission = Permission::staff("licences.revoke", &[Role::Decision]);

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// Database.
    pub db: Db,
    /// Sealed files.
    pub files: Files,
    /// Personal data, sealed.
    pub vault: Vault,
    /// Who seals for which body.
    pub signers: Signers,
    /// The address that people type, such as `https://example.gov.cn`; it stands in QR codes.
    pub public_url: String,
}

impl Room {
    /// Where anyone can look up the state of a document.
    pub(crate) fn status_url(&self, identifier: &str) -> String {
        format!("{}/l/{identifier}", self.public_url.trim_end_matches('/'))
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    let one = "/api/v1/licences/{id}";
    Routes::new()
        .page(Method::GET, "/check", CHECK, check::http::show)
        .page(Method::POST, "/check", CHECK, check::http::upload)
        .page(Method::GET, "/l/{identifier}", CHECK, check::http::scanned)
        .page(Method::GET, "/ca/root.pem", CHECK, check::http::root)
        .page(Method::GET, "/my/licences", SEE_OWN, mine::list)
        .page(Method::GET, "/licences/{id}", SEE, view::http::show)
        .page(Method::GET, "/licences/{id}/file.pdf", SEE, view::http::file)
        .page(Method::GET, "/licences/{id}/file.ofd", SEE, view::http::ofd_file)
        .page(Method::POST, "/licences/{id}/revoke", REVOKE, revoke::http::submit)
        .api(Method::GET, "/api/v1/licences", SEE_OWN, mine::api, mine::operation())
        .api(Method::GET, one, SEE, view::api::show, view::api::show_operation())
        .api(Method::GET, &format!("{one}/file"), SEE, view::api::file, view::api::file_operation())
        .api(
            Method::GET,
            &format!("{one}/file.ofd"),
            SEE,
            view::api::ofd_file,
            view::api::ofd_file_operation(),
        )
        .api(Method::POST, &format!("{one}/revocation"), REVOKE, revoke::http::api, revoke::http::operation())
        .api(
            Method::POST,
            "/api/v1/licence-checks",
            CHECK,
            check::api::look_up,
            check::api::look_up_operation(),
        )
        .api(
            Method::POST,
            "/api/v1/licence-checks/file",
            CHECK,
            check::api::file,
            check::api::file_operation(),
        )
        .with_state(room)
}
