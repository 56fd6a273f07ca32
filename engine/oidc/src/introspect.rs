//! `/oauth/introspect`: whether a token is worth something, for the system to which it was shown (RFC 7662).

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use identity::Token;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Operation, Visitor};

use crate::Room;
use crate::client::AuthMethod;
use crate::client_auth::authenticate;
use crate::fault::Fault;
use crate::grant;
use crate::params::Called;

/// What a token is; only `active` when it is nothing to this client.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Introspection {
    /// Whether it is worth something now.
    active: bool,
    /// What it allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// To which client it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// `Bearer`, or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// By which name that client knows the person; the client's own id where it acts by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// Until when, in seconds of the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// Who gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
}

pub(crate) async fn answer(
    State(room): State<Room>,
    visitor: Visitor,
    called: Called,
) -> Result<Response, Fault> {
    let mut tx = room.begin().await?;
    let client = authenticate(&mut tx, &room, &called, visitor.now).await?;
    if client.settings.auth_method == AuthMethod::None {
        return Err(Fault::invalid_client()); // a stranger could try tokens out here
    }
    let token = Token::parse(called.params.need("token", "token is needed")?);
    let live = match token {
        Some(token) => grant::find(&mut tx, &token, visitor.now).await?,
        None => None,
    };
    tx.commit().await?;
    let own = |live: &grant::Live| live.grant.client == client.id;
    let shown = live.filter(|live| own(live) || (client.settings.may_introspect && !live.is_refresh));
    let told = shown.map_or_else(Introspection::default, |live| Introspection {
        active: true,
        scope: Some(live.scope),
        client_id: Some(live.grant.client.to_string()),
        token_type: Some(if live.is_refresh { "refresh_token" } else { "Bearer" }),
        sub: Some(live.grant.sub),
        exp: Some(live.expires_at.as_second()),
        iat: Some(live.issued_at.as_second()),
        iss: Some(room.issuer.to_string()),
    });
    Ok(([(CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

pub(crate) fn operation() -> Operation {
    Operation::new("introspectToken", "Says whether a token is worth something (RFC 7662).")
        .description("For the client that has it, and for systems that serve data to others.")
        .tag("sign-on")
        .returns::<Introspection>(200, "What it is.")
}
