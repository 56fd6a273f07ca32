//! Connected systems that call the platform in their own name (系统间调用; RFC 6749 §4.4): which system a token is of, and what its
//! registration lets it do. What a word among its scopes opens, the room says that serves it.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use identity::Token;
use kernel::{ClientId, Refusal, Timestamp, Words};
use store::{Tx, vals};

use crate::client::{Client, find_client, origin, read};
use crate::grant;

/// More systems than are ever offered for a choice.
const SYSTEMS_MAX: i64 = 2_000;

/// A system that calls in its own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Its `client_id`.
    pub client: ClientId,
    /// Its name, as people read it.
    pub name: Words,
    /// `scheme://host[:port]` of every address that is registered of it: only there is it sent anything.
    pub origins: Vec<String>,
    /// What its token and its registration both allow.
    scopes: Vec<String>,
}

impl System {
    /// Refuses what its token, or its registration by now, does not allow (403).
    pub fn require(&self, scope: &str) -> Result<(), Refusal> {
        if self.scopes.iter().any(|word| word == scope) { Ok(()) } else { Err(Refusal::Forbidden) }
    }

    /// How logs and outbox name it.
    pub fn reference(&self) -> String {
        format!("client:{}", self.client)
    }

    /// Whether this is an address at one of its registered origins.
    pub fn is_own_address(&self, uri: &str) -> bool {
        crate::client::is_safe_uri(uri) && origin(uri).is_some_and(|origin| self.origins.contains(&origin))
    }

    /// `words` are those of its token, or of its registration.
    fn of(client: &Client, words: &str) -> Self {
        let settings = &client.settings;
        let registered = settings.redirect_uris.iter().chain(&settings.post_logout_redirect_uris);
        let registered = registered.chain([&settings.backchannel_logout_uri]);
        let mut origins: Vec<String> = registered.filter_map(|uri| origin(uri)).collect();
        origins.sort();
        origins.dedup();
        let is_registered = |word: &&str| settings.system_scopes.iter().any(|known| known == word);
        let scopes = words.split(' ').filter(is_registered).map(str::to_owned).collect();
        Self { client: client.id, name: settings.name(), origins, scopes }
    }
}

/// The token of a call (RFC 6750 §2.1; the scheme is written in any case).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The system that calls with a token of its own (`client_credentials`); what it may do, [`System::require`] says. A token
/// that is none, has run out or stands for a person is 401.
pub async fn get_system(tx: &mut Tx, headers: &HeaderMap, now: Timestamp) -> Result<System, Refusal> {
    let token = bearer(headers).and_then(Token::parse).ok_or(Refusal::Unauthenticated)?;
    let live = grant::find(tx, &token, now).await?.filter(|live| !live.is_refresh);
    let live = live.filter(|live| live.grant.subject.is_none()).ok_or(Refusal::Unauthenticated)?;
    let client = find_client(tx, live.grant.client).await?.filter(|client| client.disabled_at.is_none());
    Ok(System::of(&client.ok_or(Refusal::Unauthenticated)?, &live.scope))
}

/// The systems that are registered for this scope and not shut out, by name.
pub async fn list_systems(tx: &mut Tx, scope: &str) -> store::Result<Vec<System>> {
    let rows = tx
        .fetch_all(
            "select id, settings, created_at, version, disabled_at, secret_digest from oidc_clients
             where disabled_at is null order by name_zh, id limit $1",
            vals![SYSTEMS_MAX],
        )
        .await?;
    let mut systems = Vec::new();
    for row in &rows {
        let client = read(row)?;
        let system = System::of(&client, scope);
        if system.require(scope).is_ok() {
            systems.push(system);
        }
    }
    Ok(systems)
}
