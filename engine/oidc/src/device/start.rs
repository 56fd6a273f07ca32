//! `/oauth/device-authorization`: a terminal begins to wait.

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Operation, Visitor};

use super::{DEVICE_SECONDS, INTERVAL_SECONDS, begin};
use crate::Room;
use crate::client::GrantType;
use crate::client_auth::authenticate;
use crate::fault::Fault;
use crate::params::Called;
use crate::scope::{Scope, Scopes};

/// What the terminal shows and keeps (RFC 8628 §3.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceCode {
    /// For the terminal alone.
    device_code: String,
    /// For the person.
    user_code: String,
    /// Where they type it.
    verification_uri: String,
    /// The same with the code in it, for a QR code.
    verification_uri_complete: String,
    /// For so many seconds.
    expires_in: i64,
    /// Seconds between two questions.
    interval: i64,
}

pub(crate) async fn answer(
    State(room): State<Room>,
    visitor: Visitor,
    called: Called,
) -> Result<Response, Fault> {
    let mut tx = room.begin().await?;
    let client = authenticate(&mut tx, &room, &called, visitor.now).await?;
    if !client.settings.allows(GrantType::Device) {
        return Err(Fault::new("unauthorized_client", "the client is not registered for terminals"));
    }
    let asked = Scopes::parse(called.params.get("scope").unwrap_or_default());
    let scope = asked.within(&client.settings.allowed());
    if !scope.has(Scope::OpenId) {
        return Err(Fault::new("invalid_scope", "scope must name openid"));
    }
    let begun = begin(&mut tx, client.id, &scope, visitor.now).await?;
    tx.commit().await?;
    let verification_uri = room.url("/device");
    let body = DeviceCode {
        device_code: begun.device_code.reveal(),
        verification_uri_complete: format!("{verification_uri}?code={}", begun.user_code),
        verification_uri,
        user_code: begun.user_code,
        expires_in: DEVICE_SECONDS,
        interval: INTERVAL_SECONDS,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

pub(crate) fn operation() -> Operation {
    Operation::new("startDevice", "Lets a terminal wait until somebody says yes elsewhere (RFC 8628).")
        .tag("sign-on")
        .returns::<DeviceCode>(200, "What it shows and keeps.")
}
