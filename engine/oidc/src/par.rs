//! `/oauth/par`: a client pushes its request beforehand, with its own proof (RFC 9126), so that nobody at the browser can
//! read or change it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Operation, Visitor};

use crate::Room;
use crate::authorize::{PUSHED_SECONDS, Pending, REQUEST_URI, keep, read_request};
use crate::client_auth::authenticate;
use crate::fault::Fault;
use crate::params::Called;
use crate::request;

/// Where the request lies.
#[derive(Serialize, ToSchema)]
pub(crate) struct PushedRequest {
    /// What the browser is to bring along.
    request_uri: String,
    /// For so many seconds.
    expires_in: i64,
}

pub(crate) async fn push(
    State(room): State<Room>,
    visitor: Visitor,
    called: Called,
) -> Result<Response, Fault> {
    let mut tx = room.begin().await?;
    let client = authenticate(&mut tx, &room, &called, visitor.now).await?;
    if called.params.get("request_uri").is_some() {
        return Err(Fault::invalid_request("a pushed request cannot name another"));
    }
    let back = request::back(&client, &called.params);
    let back = back.ok_or(Fault::invalid_request("redirect_uri is not registered for this client"))?;
    let asked = read_request(&room, &client, &called.params, back, visitor.now)?;
    let pending = Pending { client, asked, asked_at: visitor.now };
    let handle = keep(&mut tx, &room.identity.vault, &pending, visitor.now).await?;
    tx.commit().await?;
    let request_uri = format!("{REQUEST_URI}{}", handle.reveal());
    let body = Json(PushedRequest { request_uri, expires_in: PUSHED_SECONDS });
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], body).into_response())
}

pub(crate) fn operation() -> Operation {
    Operation::new("pushAuthorizationRequest", "Takes a request to sign somebody on beforehand (RFC 9126).")
        .description("The parameters of the authorization endpoint, urlencoded, with the client's own proof.")
        .tag("sign-on")
        .returns::<PushedRequest>(201, "Where it lies.")
}
