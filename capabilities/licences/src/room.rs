//! What the commands and pages of this room work with, and the table of its routes.

use axum::http::Method;
use kernel::{Permission, Role};
use store::{Db, Files, Vault};
use web::Routes;

use crate::signers::Signers;
use crate::{authorise, check, desk, mine, present, revoke, service, uses, view};

/// Checking documents.
pub(crate) const CHECK: Permission = Permission::everyone("licences.check");
/// Seeing one's own documents.
pub(crate) const SEE_OWN: Permission = Permission::persons("licences.see-own");
/// Seeing a document; whose, the page asks.
pub(crate) const SEE: Permission = Permission::signed_in("licences.see");
/// Revoking a document of the own body.
pub(crate) const REVOKE: Permission = Permission::staff("licences.revoke", &[Role::Decision]);

/// Showing one's own documents by a code.
pub(crate) const PRESENT: Permission = Permission::persons("licences.present");
/// Letting others use one's own documents, and ending that.
pub(crate) const AUTHORISE: Permission = Permission::persons("licences.authorise");
/// Seeing who used one's own documents, and who may.
pub(crate) const SEE_USES: Permission = Permission::persons("licences.see-uses");
/// Looking at documents that their holders show, or let the own body use.
pub(crate) const SCAN: Permission =
    Permission::staff("licences.scan", &[Role::Acceptance, Role::Review, Role::Decision]);
/// The service for other systems; which system may do what, its token says.
pub(crate) const SERVE: Permission = Permission::everyone("licences.serve");

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
        .merge(wallet())
        .merge(serving())
        .with_state(room)
}

/// What holders do with their documents (卡包), and what clerks see of it.
fn wallet() -> Routes<Room> {
    let (uses, rights) = ("/api/v1/licences/{id}/uses", "/api/v1/licences/{id}/authorisations");
    let right = "/licences/{id}/authorisations/{authorisation}/end";
    Routes::new()
        .page(Method::POST, "/licences/{id}/present", PRESENT, present::http::submit)
        .page(Method::GET, "/licences/{id}/uses", SEE_USES, uses::http::show)
        .page(Method::GET, "/licences/{id}/authorise", AUTHORISE, authorise::http::show)
        .page(Method::POST, "/licences/{id}/authorise", AUTHORISE, authorise::http::submit)
        .page(Method::GET, right, AUTHORISE, authorise::http::ask_end)
        .page(Method::POST, right, AUTHORISE, authorise::http::end)
        .page(Method::GET, "/desk/licences", SCAN, desk::http::show)
        .page(Method::POST, "/desk/licences", SCAN, desk::http::scan)
        .page(Method::POST, "/desk/licences/authorisations/{authorisation}", SCAN, desk::http::opened)
        .page(Method::GET, "/desk/licences/authorisations/{authorisation}/file.pdf", SCAN, desk::http::file)
        .api(
            Method::POST,
            "/api/v1/licences/{id}/presentation",
            PRESENT,
            present::http::api,
            present::http::operation(),
        )
        .api(Method::GET, uses, SEE_USES, uses::http::api, uses::http::operation())
        .api(Method::GET, rights, SEE_USES, authorise::api::list, authorise::api::list_operation())
        .api(Method::POST, rights, AUTHORISE, authorise::api::give, authorise::api::give_operation())
        .api(
            Method::DELETE,
            "/api/v1/licences/{id}/authorisations/{authorisation}",
            AUTHORISE,
            authorise::api::end,
            authorise::api::end_operation(),
        )
        .api(
            Method::GET,
            "/api/v1/licence-receivers",
            AUTHORISE,
            authorise::api::receivers,
            authorise::api::receivers_operation(),
        )
        .api(Method::POST, "/api/v1/desk/licence-codes", SCAN, desk::api::scan, desk::api::scan_operation())
}

/// What other systems call (证照共享服务).
fn serving() -> Routes<Room> {
    use service::api;
    let subscription = "/api/v1/licence-service/subscriptions/{identifier}";
    Routes::new()
        .api(Method::POST, "/api/v1/licence-service/queries", SERVE, api::ask, api::ask_operation())
        .api(
            Method::POST,
            "/api/v1/licence-service/comparisons",
            SERVE,
            api::comparison,
            api::comparison_operation(),
        )
        .api(Method::POST, "/api/v1/licence-service/fetches", SERVE, api::fetched, api::fetched_operation())
        .api(Method::POST, "/api/v1/licence-service/codes", SERVE, api::shown, api::shown_operation())
        .api(
            Method::GET,
            "/api/v1/licence-service/authorisations",
            SERVE,
            api::rights,
            api::rights_operation(),
        )
        .api(Method::PUT, subscription, SERVE, api::subscribed, api::subscribed_operation())
        .api(Method::DELETE, subscription, SERVE, api::unsubscribed, api::unsubscribed_operation())
}
