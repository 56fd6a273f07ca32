//! What a client reads first: where everything is and what this platform can do (OpenID Connect Discovery, RFC 8414), and
//! the keys that it signs with.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use web::{Lang, Operation, Visitor};

use crate::client::{AuthMethod, GrantType};
use crate::jws::Alg;
use crate::request::{ACR_DECLARED, ACR_STRONG, ACR_VERIFIED};
use crate::scope::Scope;
use crate::{Room, cors};

fn metadata(room: &Room, now: kernel::Timestamp) -> Value {
    let methods = AuthMethod::ALL.map(AuthMethod::as_str);
    let confidential = [AuthMethod::ClientSecretBasic, AuthMethod::PrivateKeyJwt].map(AuthMethod::as_str);
    let algs = Alg::ALL.map(Alg::as_str);
    json!({
        "issuer": *room.issuer,
        "authorization_endpoint": room.url("/oauth/authorize"),
        "pushed_authorization_request_endpoint": room.url("/oauth/par"),
        "token_endpoint": room.url("/oauth/token"),
        "userinfo_endpoint": room.url("/oauth/userinfo"),
        "introspection_endpoint": room.url("/oauth/introspect"),
        "revocation_endpoint": room.url("/oauth/revoke"),
        "device_authorization_endpoint": room.url("/oauth/device-authorization"),
        "end_session_endpoint": room.url("/oauth/end-session"),
        "jwks_uri": room.url("/oauth/jwks"),
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": room.ring().algs(now),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algs,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [ACR_DECLARED, ACR_VERIFIED, ACR_STRONG],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash",
            "name", "assurance_level", "phone_number", "resident_id", "organisation", "staff"],
        "ui_locales_supported": Lang::ALL.map(Lang::tag),
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "require_pushed_authorization_requests": false,
        "service_documentation": room.url("/api"),
    })
}

fn public(value: Value) -> Response {
    cors::open_to_all(([(CACHE_CONTROL, "public, max-age=300")], Json(value)).into_response())
}

pub(crate) async fn openid(State(room): State<Room>, visitor: Visitor) -> Response {
    public(metadata(&room, visitor.now))
}

pub(crate) async fn oauth(State(room): State<Room>, visitor: Visitor) -> Response {
    public(metadata(&room, visitor.now))
}

pub(crate) async fn jwks(State(room): State<Room>, visitor: Visitor) -> Response {
    public(room.ring().jwks(visitor.now))
}

/// What the provider can do, in the names of OpenID Connect Discovery and RFC 8414.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderMetadata {
    /// The platform's own address.
    issuer: String,
    /// Where the browser goes.
    authorization_endpoint: String,
    /// Where tokens come from.
    token_endpoint: String,
    /// Where the keys are.
    jwks_uri: String,
}

/// Public keys (RFC 7517).
#[derive(Serialize, ToSchema)]
pub(crate) struct KeySet {
    /// Each with its `kid`, `alg` and `use`.
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Value>,
}

pub(crate) fn operation(id: &'static str) -> Operation {
    Operation::new(id, "Where everything of single sign-on is and what it can do.")
        .tag("sign-on")
        .returns::<ProviderMetadata>(200, "The metadata.")
}

pub(crate) fn jwks_operation() -> Operation {
    Operation::new("showKeySet", "The public keys with which the platform signs.")
        .description(
            "A new key is here a day before it signs, an old one a day longer than what it signed is worth.",
        )
        .tag("sign-on")
        .returns::<KeySet>(200, "The keys.")
}
