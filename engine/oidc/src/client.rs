//! Connected systems (接入系统): what is registered of each, and the rules that a registration keeps.

use std::net::IpAddr;

use axum::http::Uri;
use kernel::{ClientId, FieldError, Message, Timestamp, Words};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};
use utoipa::ToSchema;

use crate::jws::{self, Alg};
use crate::scope::{Scope, Scopes};

/// How a client proves that it is itself (客户端认证方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: a public client (公共客户端), which has only PKCE.
    None,
    /// By a secret in the `Authorization` header.
    #[default]
    ClientSecretBasic,
    /// By an assertion that it signs with its own key (RFC 7523).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// Every method.
    pub const ALL: [Self; 3] = [Self::None, Self::ClientSecretBasic, Self::PrivateKeyJwt];

    /// The word in metadata and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

impl std::str::FromStr for AuthMethod {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|method| method.as_str() == text)
            .ok_or_else(|| format!("no method {text:?}"))
    }
}

/// On which grounds a client gets tokens (授权类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum GrantType {
    /// Somebody signed on in a browser.
    #[serde(rename = "authorization_code")]
    Code,
    /// A token that came with an earlier one.
    #[serde(rename = "refresh_token")]
    Refresh,
    /// Somebody said yes on another device (RFC 8628).
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    Device,
    /// The system asks in its own name.
    #[serde(rename = "client_credentials")]
    ClientCredentials,
}

impl GrantType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Code, Self::Refresh, Self::Device, Self::ClientCredentials];

    /// The word in requests and metadata.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "authorization_code",
            Self::Refresh => "refresh_token",
            Self::Device => "urn:ietf:params:oauth:grant-type:device_code",
            Self::ClientCredentials => "client_credentials",
        }
    }
}

/// Whom a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// Citizens and those who act for organisations.
    #[default]
    Persons,
    /// Members of staff.
    Staff,
}

/// What is registered of a client (接入登记).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ClientSettings)]
pub struct Settings {
    /// Its name in Chinese, as people read it when they sign on.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// How it proves that it is itself.
    pub auth_method: AuthMethod,
    /// Where the browser may be sent back to; compared letter by letter.
    pub redirect_uris: Vec<String>,
    /// Where the browser may be sent after signing out.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it hears that somebody has signed out; empty: nowhere.
    pub backchannel_logout_uri: String,
    /// On which grounds it gets tokens.
    pub grant_types: Vec<GrantType>,
    /// What it may ask to be told.
    pub scopes: Vec<Scope>,
    /// What of that its service cannot do without; for the rest each person is asked.
    pub needed_scopes: Vec<Scope>,
    /// Words of its own for tokens in its own name, which other systems find by introspection.
    pub system_scopes: Vec<String>,
    /// Clients of one sector know a person by the same name. Empty: the host of its redirect addresses.
    pub sector: String,
    /// Its public keys (JWK set), for `private_key_jwt`.
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
    /// How its ID tokens are signed.
    pub id_token_alg: Alg,
    /// Whether it must push its requests (PAR).
    pub requires_pushed_requests: bool,
    /// Whom it is for.
    pub door: Door,
    /// Whether it may look into tokens of other clients: it serves data to them.
    pub may_introspect: bool,
}

impl Settings {
    /// The name in both languages.
    pub fn name(&self) -> Words {
        Words::new(&self.name_zh, &self.name_en)
    }

    pub(crate) fn allows(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    pub(crate) fn allowed(&self) -> Scopes {
        Scopes::from(self.scopes.as_slice())
    }

    pub(crate) fn needed(&self) -> Scopes {
        Scopes::from(self.needed_scopes.as_slice())
    }

    /// The hosts of its redirect addresses, each once.
    fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = self.redirect_uris.iter().filter_map(|uri| host(uri)).collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// The origins of its redirect addresses, where scripts of its pages come from.
    pub(crate) fn origins(&self) -> Vec<String> {
        let mut origins: Vec<String> = self.redirect_uris.iter().filter_map(|uri| origin(uri)).collect();
        origins.sort();
        origins.dedup();
        origins
    }

    /// Every rule that the registration breaks.
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut wrong =
            |field: &str, key: &'static str| faults.push(FieldError::new(field, Message::new(key)));
        for (field, name) in [("name_zh", &self.name_zh), ("name_en", &self.name_en)] {
            if name.trim().is_empty() || name.chars().count() > 60 || name.contains(char::is_control) {
                wrong(field, "oidc-wrong-name");
            }
        }
        let uses_browser = self.allows(GrantType::Code);
        if self.grant_types.is_empty() {
            wrong("grant_types", "oidc-wrong-grants-none");
        }
        if self.grant_types == [GrantType::Refresh] {
            wrong("grant_types", "oidc-wrong-grants-refresh");
        }
        if self.allows(GrantType::ClientCredentials) && self.auth_method == AuthMethod::None {
            wrong("grant_types", "oidc-wrong-grants-public");
        }
        if uses_browser && self.redirect_uris.is_empty() {
            wrong("redirect_uris", "oidc-wrong-redirects-none");
        }
        for (field, uris) in [
            ("redirect_uris", &self.redirect_uris),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris),
        ] {
            if uris.len() > 20 {
                wrong(field, "oidc-wrong-uris-many");
            }
            if uris.iter().any(|uri| !is_safe_uri(uri)) {
                wrong(field, "oidc-wrong-uri");
            }
        }
        if !self.backchannel_logout_uri.is_empty() && !is_safe_uri(&self.backchannel_logout_uri) {
            wrong("backchannel_logout_uri", "oidc-wrong-uri");
        }
        if self.may_introspect && self.auth_method == AuthMethod::None {
            wrong("may_introspect", "oidc-wrong-introspect");
        }
        self.scope_faults(&mut faults);
        self.sector_and_key_faults(&mut faults);
        faults
    }

    fn scope_faults(&self, faults: &mut Vec<FieldError>) {
        let mut wrong =
            |field: &str, key: &'static str| faults.push(FieldError::new(field, Message::new(key)));
        let speaks_of_people = self.allows(GrantType::Code) || self.allows(GrantType::Device);
        if speaks_of_people && !self.allowed().has(Scope::OpenId) {
            wrong("scopes", "oidc-wrong-scopes-openid");
        }
        if self.door == Door::Staff
            && [Scope::Organisation, Scope::Phone, Scope::ResidentId]
                .iter()
                .any(|scope| self.scopes.contains(scope))
        {
            wrong("scopes", "oidc-wrong-scopes-staff");
        }
        if !self.needed().beyond(&self.allowed()).is_empty() {
            wrong("needed_scopes", "oidc-wrong-needed-beyond");
        }
        if self.needed_scopes.iter().any(|scope| scope.always_asks()) {
            wrong("needed_scopes", "oidc-wrong-needed-sensitive");
        }
        let is_word = |word: &String| {
            (1..=60).contains(&word.len())
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".:_-".contains(&b))
                && Scope::from_name(word).is_none()
        };
        if self.system_scopes.len() > 50 || !self.system_scopes.iter().all(is_word) {
            wrong("system_scopes", "oidc-wrong-system-scopes");
        }
    }

    fn sector_and_key_faults(&self, faults: &mut Vec<FieldError>) {
        let mut wrong =
            |field: &str, key: &'static str| faults.push(FieldError::new(field, Message::new(key)));
        let is_host = |text: &str| {
            text.len() <= 200
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:".contains(&b))
        };
        if !is_host(&self.sector) {
            wrong("sector", "oidc-wrong-sector");
        }
        if self.sector.is_empty() && self.hosts().len() > 1 {
            wrong("sector", "oidc-wrong-sector-needed");
        }
        let keys = self.jwks.as_ref().and_then(|jwks| jwks["keys"].as_array());
        let usable =
            keys.is_some_and(|keys| (1..=10).contains(&keys.len()) && keys.iter().all(jws::is_usable));
        match self.auth_method {
            AuthMethod::PrivateKeyJwt if !usable => wrong("jwks", "oidc-wrong-jwks"),
            AuthMethod::None | AuthMethod::ClientSecretBasic if self.jwks.is_some() => {
                wrong("jwks", "oidc-wrong-jwks-unused");
            }
            AuthMethod::None | AuthMethod::ClientSecretBasic | AuthMethod::PrivateKeyJwt => {}
        }
    }
}

/// A registered client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its `client_id`.
    pub id: ClientId,
    /// What is registered.
    pub settings: Settings,
    /// Since when.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// Since when it is shut out, if it is.
    pub disabled_at: Option<Timestamp>,
    /// SM3 of its secret.
    pub(crate) secret_digest: Option<Vec<u8>>,
}

impl Client {
    /// Clients of one sector know a person by the same name.
    pub(crate) fn sector(&self) -> String {
        let own = || self.settings.hosts().into_iter().next().unwrap_or_else(|| self.id.to_string());
        if self.settings.sector.is_empty() { own() } else { self.settings.sector.clone() }
    }
}

pub(crate) fn read(row: &Row) -> Result<Client> {
    let settings: Value = row.get(1)?;
    Ok(Client {
        id: row.get(0)?,
        settings: serde_json::from_value(settings).map_err(|_form| row.damaged(1, "settings of a client"))?,
        created_at: row.get(2)?,
        version: row.get(3)?,
        disabled_at: row.get(4)?,
        secret_digest: row.get(5)?,
    })
}

/// The client of this id, shut out or not.
pub async fn find_client(tx: &mut Tx, id: ClientId) -> Result<Option<Client>> {
    let row = tx
        .fetch_optional(
            "select id, settings, created_at, version, disabled_at, secret_digest from oidc_clients where id = $1",
            vals![id],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// The client of this id as it was sent, unless it is shut out.
pub(crate) async fn find_open(tx: &mut Tx, id: &str) -> Result<Option<Client>> {
    let Ok(id) = id.parse() else { return Ok(None) };
    Ok(find_client(tx, id).await?.filter(|client| client.disabled_at.is_none()))
}

/// All clients, the latest first.
pub async fn list_clients(tx: &mut Tx, request: &PageRequest) -> Result<Page<Client>> {
    let mut vals = request.keys(vals![i64::MAX, "z"])?; // after every id, which is hexadecimal
    vals.extend(vals![request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, settings, created_at, version, disabled_at, secret_digest from oidc_clients
             where (created_at, id) < ($1, $2) order by created_at desc, id desc limit $3",
            vals,
        )
        .await?;
    let items = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(items, request.size, |client: &Client| vals![client.created_at, client.id]))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn host(uri: &str) -> Option<String> {
    uri.parse::<Uri>().ok()?.host().map(str::to_ascii_lowercase)
}

/// `scheme://host[:port]` as a browser writes it in `Origin`.
pub(crate) fn origin(uri: &str) -> Option<String> {
    let uri: Uri = uri.parse().ok()?;
    let (scheme, host) = (uri.scheme_str()?, uri.host()?.to_ascii_lowercase());
    let usual = if scheme == "https" { 443 } else { 80 };
    let port =
        uri.port_u16().filter(|port| *port != usual).map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{scheme}://{host}{port}"))
}

/// An address to which a browser may be sent: https, or http on the machine itself; no fragment, no user name, no
/// wildcard, nothing that has to be escaped in a page.
pub(crate) fn is_safe_uri(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_graphic() && !b"*#\"'<>\\^`{|}".contains(&b);
    if text.len() > 500 || !text.bytes().all(plain) {
        return false;
    }
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let (Some(scheme), Some(host), Some(authority)) = (uri.scheme_str(), uri.host(), uri.authority()) else {
        return false;
    };
    let is_plain_host = !host.is_empty() && !authority.as_str().contains('@');
    is_plain_host && (scheme == "https" || (scheme == "http" && is_loopback(host)))
}

#[cfg(test)]
mod tests;
