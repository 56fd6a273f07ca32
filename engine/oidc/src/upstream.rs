//! Signing in here with an account at an upstream identity provider (上游身份提供方), such as the national platform: here this
//! program is the client of another's OpenID Connect (Core 1.0, code flow with PKCE).
//!
//! `http` leads the browser there and takes it back, `flow` remembers in between, `exchange` asks the provider and
//! `id_token` checks what it says. Whom nobody here knows lies in `pending` until `unknown` has asked them. Which account of
//! theirs opens which of ours, `identity` keeps; docs/adr/0020 says why nothing is joined by itself.

use std::time::Duration;

use axum::http::StatusCode;
use kernel::Words;

mod exchange;
mod fetch;
mod flow;
pub(crate) mod http;
mod id_token;
mod pending;
mod provider;
pub(crate) mod unknown;

pub(crate) use provider::Provider;

use id_token::Unfit;

/// How long one answer of a provider may take.
pub const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(10);

/// By which names a provider tells of a person; a name that is missing is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimNames {
    /// The full name.
    pub name: Option<String>,
    /// The identity number (公民身份号码).
    pub resident_id: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
}

/// An upstream provider as the config names it.
#[derive(Clone)]
pub struct Upstream {
    /// Its name in addresses.
    pub id: String,
    /// Its name for people.
    pub name: Words,
    /// Its issuer, letter by letter as it writes it.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: String,
    /// What is asked for, `openid` included.
    pub scopes: Vec<String>,
    /// How it names what it tells.
    pub claims: ClaimNames,
    /// Whether it compares its holders with a register, so that accounts here are verified by it (实名核验).
    pub vouches: bool,
    /// The level that is asked for and demanded, if any.
    pub acr: Option<String>,
    /// How long one of its answers may take.
    pub timeout: Duration,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upstream").field("id", &self.id).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Upstream {
    /// What pages call it.
    pub fn named(&self) -> identity::UpstreamName {
        identity::UpstreamName { id: self.id.clone(), name: self.name.clone() }
    }
}

/// Whether an address may be an issuer's: https, or http on the machine itself, without query and fragment.
pub fn is_upstream_address(text: &str) -> bool {
    crate::client::is_safe_uri(text) && !text.contains('?')
}

/// Why nobody was signed in. What a provider wrote itself is in none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Never begun, too long ago, used before, or begun in another browser or with another provider.
    #[error("flow-over")]
    Over,
    /// The person has said no there.
    #[error("access-denied")]
    Denied,
    /// The provider answers with an error of its own.
    #[error("provider-error")]
    ProviderError,
    /// The answer names another issuer, or none where one was announced (RFC 9207).
    #[error("response-issuer")]
    ResponseIssuer,
    /// No connection, or no answer in time.
    #[error("unreachable")]
    Unreachable,
    /// It answers with this status.
    #[error("status-{0}")]
    Status(u16),
    /// It answers more than is read.
    #[error("too-large")]
    TooLarge,
    /// Its answer is no JSON object.
    #[error("not-json")]
    NotJson,
    /// Its metadata are of another issuer, or name an address that is not safe.
    #[error("metadata")]
    Metadata,
    /// Its token answer lacks something.
    #[error("token-answer")]
    TokenAnswer,
    /// The ID token does not pass.
    #[error("id-token-{0}")]
    IdToken(Unfit),
    /// What it tells of the person is about another account.
    #[error("userinfo-subject")]
    UserinfoSubject,
}

impl Failure {
    /// The sentence that says what happened and what to do next.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::Over => "oidc-upstream-over",
            Self::Denied => "oidc-upstream-denied",
            Self::Unreachable | Self::Status(_) | Self::ProviderError => "oidc-upstream-away",
            Self::ResponseIssuer
            | Self::TooLarge
            | Self::NotJson
            | Self::Metadata
            | Self::TokenAnswer
            | Self::IdToken(_)
            | Self::UserinfoSubject => "oidc-upstream-unfit",
        }
    }

    /// With which status the page comes. None is a fault of ours, so none says so.
    pub(crate) const fn status(self) -> StatusCode {
        if matches!(self, Self::Denied) { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST }
    }
}
