//! What this room works with, and the table of its routes.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::extract::FromRef;
use axum::http::Method;
use identity::permission::{LINK_UPSTREAM, REGISTER, SIGN_IN};
use kernel::Refusal;
use store::{Db, Tx};
use tokio::sync::watch;
use web::Routes;

use crate::keys::{self, Ring};
use crate::permission::{ASK, CONSENT, MANAGE_CLIENTS, SEE_CLIENTS, SEE_OWN, SIGN_ON, SIGN_OUT};
use crate::upstream::{Provider, Upstream, http as upstream, unknown};
use crate::{
    admin, authorize, connected, consent, cors, device, discovery, introspect, logout, par, revoke, token,
    userinfo,
};

/// How often a node asks whether another one has changed the keys. A new key signs a day after it was made, so this
/// only matters when one is withdrawn.
const ASK_EVERY: Duration = Duration::from_secs(5);

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// Database.
    pub db: Db,
    /// Who is there, personal data, texts and clock.
    pub identity: identity::Room,
    /// The address of the platform, without a slash at its end: the issuer (签发者).
    pub issuer: Arc<str>,
    keys: Arc<RwLock<Arc<Ring>>>,
    /// Whose accounts open ours (上游身份提供方).
    pub(crate) upstreams: Arc<[Provider]>,
}

impl FromRef<Room> for identity::Room {
    fn from_ref(room: &Room) -> Self {
        room.identity.clone()
    }
}

impl Room {
    /// Reads the keys, and makes the first.
    pub async fn open(identity: identity::Room, issuer: &str) -> Result<Self, Refusal> {
        let db = identity.db.clone();
        let room = Self {
            db: db.clone(),
            issuer: issuer.trim_end_matches('/').into(),
            keys: Arc::default(),
            upstreams: Arc::default(),
            identity,
        };
        let mut tx = db.begin().await?;
        keys::begin(&mut tx, &room.identity.vault, (room.identity.site.clock)()).await?;
        tx.commit().await?;
        room.refresh().await?;
        Ok(room)
    }

    /// Lets accounts at these providers open accounts here. `identity` has been told their names before.
    pub fn with_upstreams(self, upstreams: Vec<Upstream>) -> Result<Self, Refusal> {
        let made = upstreams.into_iter().map(Provider::new).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { upstreams: made.into(), ..self })
    }

    /// The keys as this node knows them.
    pub(crate) fn ring(&self) -> Arc<Ring> {
        match self.keys.read() {
            Ok(ring) => Arc::clone(&ring),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Reads the keys anew, after this node or another one has changed them.
    pub async fn refresh(&self) -> store::Result<()> {
        let mut tx = self.db.snapshot().await?;
        let found = Arc::new(keys::load(&mut tx, &self.identity.vault, (self.identity.site.clock)()).await?);
        tx.rollback().await?;
        match self.keys.write() {
            Ok(mut ring) => *ring = found,
            Err(poisoned) => *poisoned.into_inner() = found,
        }
        Ok(())
    }

    /// Refreshes every few seconds until `shutdown` says true or its sender is gone.
    pub async fn keep_fresh(self, shutdown: watch::Receiver<bool>) {
        store::refresh_forever(ASK_EVERY, shutdown, "the signing keys", || self.refresh()).await;
    }

    /// An address of this platform.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    pub(crate) async fn begin(&self) -> store::Result<Tx> {
        self.db.begin().await
    }
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    protocol().merge(preflights()).merge(pages()).merge(admin_pages()).merge(api()).with_state(room)
}

/// What connected systems call.
fn protocol() -> Routes<Room> {
    let userinfo = "/oauth/userinfo";
    Routes::new()
        .api(
            Method::GET,
            "/.well-known/openid-configuration",
            ASK,
            discovery::openid,
            discovery::operation("showOpenIdConfiguration"),
        )
        .api(
            Method::GET,
            "/.well-known/oauth-authorization-server",
            ASK,
            discovery::oauth,
            discovery::operation("showAuthorizationServer"),
        )
        .api(Method::GET, "/oauth/jwks", ASK, discovery::jwks, discovery::jwks_operation())
        .api(Method::POST, "/oauth/par", ASK, par::push, par::operation())
        .api(Method::POST, "/oauth/token", ASK, token::answer, token::operation())
        .api(Method::GET, userinfo, ASK, userinfo::answer, userinfo::operation("showUserInfo"))
        .api(Method::POST, userinfo, ASK, userinfo::answer, userinfo::operation("showUserInfoByPost"))
        .api(Method::POST, "/oauth/introspect", ASK, introspect::answer, introspect::operation())
        .api(Method::POST, "/oauth/revoke", ASK, revoke::answer, revoke::operation())
        .api(
            Method::POST,
            "/oauth/device-authorization",
            ASK,
            device::start::answer,
            device::start::operation(),
        )
}

/// What a browser asks before a script of another origin may call.
fn preflights() -> Routes<Room> {
    let everywhere =
        ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth/jwks"];
    let mut routes = Routes::new();
    for path in everywhere {
        routes = routes.page(Method::OPTIONS, path, ASK, cors::anybody);
    }
    for path in ["/oauth/token", "/oauth/userinfo", "/oauth/revoke"] {
        routes = routes.page(Method::OPTIONS, path, ASK, cors::public_clients);
    }
    routes
}

fn pages() -> Routes<Room> {
    Routes::new()
        .page(Method::GET, "/oauth/authorize", SIGN_ON, authorize::begin)
        .page(Method::GET, "/oauth/authorize/{request}", SIGN_ON, authorize::go_on)
        .page(Method::POST, "/oauth/authorize/{request}", CONSENT, consent::submit)
        .page(Method::GET, "/oauth/end-session", SIGN_OUT, logout::show)
        .api(Method::POST, "/oauth/end-session", SIGN_OUT, logout::by_post, logout::operation())
        .page(Method::POST, "/oauth/end-session/confirm", SIGN_OUT, logout::submit)
        .page(Method::GET, "/device", CONSENT, device::page::show)
        .page(Method::POST, "/device", CONSENT, device::page::look_up)
        .page(Method::POST, "/device/answer", CONSENT, device::page::answer)
        .merge(upstream_pages())
        .page(Method::GET, "/my/connected-systems", SEE_OWN, connected::show)
        .page(Method::POST, "/my/connected-systems/{client}/part", SEE_OWN, connected::part)
}

/// Signing in with an account elsewhere. Whoever begins and comes back is a stranger as often as not.
fn upstream_pages() -> Routes<Room> {
    Routes::new()
        .page(Method::POST, "/sign-in/upstream/{provider}", SIGN_IN, upstream::start)
        .page(Method::GET, "/sign-in/upstream/{provider}/callback", SIGN_IN, upstream::callback)
        .page(Method::POST, "/account/upstream/{provider}/link", LINK_UPSTREAM, upstream::start_link)
        .page(Method::GET, "/sign-in/link", SIGN_IN, unknown::show)
        .page(Method::POST, "/sign-in/link", LINK_UPSTREAM, unknown::link)
        .page(Method::POST, "/sign-in/link/register", REGISTER, unknown::register)
        .page(Method::POST, "/sign-in/link/drop", SIGN_IN, unknown::drop)
}

fn admin_pages() -> Routes<Room> {
    use admin::{keys as signing, pages};
    Routes::new()
        .page(Method::GET, "/admin/clients", SEE_CLIENTS, pages::list)
        .page(Method::GET, "/admin/clients/new", MANAGE_CLIENTS, pages::new)
        .page(Method::POST, "/admin/clients", MANAGE_CLIENTS, pages::register)
        .page(Method::GET, "/admin/clients/{client}", SEE_CLIENTS, pages::show)
        .page(Method::GET, "/admin/clients/{client}/change", MANAGE_CLIENTS, pages::edit)
        .page(Method::POST, "/admin/clients/{client}", MANAGE_CLIENTS, pages::change)
        .page(Method::POST, "/admin/clients/{client}/secret", MANAGE_CLIENTS, pages::renew)
        .page(Method::POST, "/admin/clients/{client}/shut-out", MANAGE_CLIENTS, pages::shut)
        .page(Method::POST, "/admin/clients/{client}/let-in", MANAGE_CLIENTS, pages::let_in)
        .page(Method::POST, "/admin/clients/{client}/grants/{grant}/end", MANAGE_CLIENTS, pages::end)
        .page(Method::GET, "/admin/signing-keys", SEE_CLIENTS, signing::list)
        .page(Method::POST, "/admin/signing-keys", MANAGE_CLIENTS, signing::add)
        .page(Method::POST, "/admin/signing-keys/{kid}/withdraw", MANAGE_CLIENTS, signing::take_away)
}

fn api() -> Routes<Room> {
    use admin::api;
    let (all, one) = ("/api/v1/clients", "/api/v1/clients/{client}");
    let (keys, key) = ("/api/v1/signing-keys", "/api/v1/signing-keys/{kid}");
    let grants = "/api/v1/clients/{client}/grants";
    Routes::new()
        .api(Method::GET, all, SEE_CLIENTS, api::list, api::list_operation())
        .api(Method::POST, all, MANAGE_CLIENTS, api::register, api::register_operation())
        .api(Method::GET, one, SEE_CLIENTS, api::show, api::show_operation())
        .api(Method::PUT, one, MANAGE_CLIENTS, api::change, api::change_operation())
        .api(
            Method::POST,
            "/api/v1/clients/{client}/secret",
            MANAGE_CLIENTS,
            api::renew,
            api::renew_operation(),
        )
        .api(
            Method::PUT,
            "/api/v1/clients/{client}/shut-out",
            MANAGE_CLIENTS,
            api::shut,
            api::shut_operation(),
        )
        .api(
            Method::DELETE,
            "/api/v1/clients/{client}/shut-out",
            MANAGE_CLIENTS,
            api::let_in,
            api::let_in_operation(),
        )
        .api(Method::GET, grants, SEE_CLIENTS, api::grants, api::grants_operation())
        .api(
            Method::DELETE,
            "/api/v1/clients/{client}/grants/{grant}",
            MANAGE_CLIENTS,
            api::end,
            api::end_operation(),
        )
        .api(Method::GET, keys, SEE_CLIENTS, api::keys, api::keys_operation())
        .api(Method::POST, keys, MANAGE_CLIENTS, api::add_key, api::add_key_operation())
        .api(Method::DELETE, key, MANAGE_CLIENTS, api::withdraw_key, api::withdraw_key_operation())
        .api(Method::GET, "/api/v1/connected-systems", SEE_OWN, connected::list, connected::list_operation())
        .api(
            Method::DELETE,
            "/api/v1/connected-systems/{client}",
            SEE_OWN,
            connected::part_api,
            connected::part_operation(),
        )
}
