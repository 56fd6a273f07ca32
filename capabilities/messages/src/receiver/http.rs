//! The receiving side of the HTTP adapter: what a bridge must check, in a page of code.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tokio::net::TcpListener;

use super::{Arrival, Manner};
use crate::send::signature;

pub(super) async fn serve(listener: TcpListener, manner: Manner) {
    let router = Router::new().fallback(take).with_state(manner);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::warn!(%error, "the test receiver has ended");
    }
}

async fn take(
    State(manner): State<Manner>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if manner.is_refusing() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let Some(proof) = proof(&manner, &headers, &body) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Ok(body) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let key = header(&headers, "idempotency-key").to_owned();
    (manner.heard)(Arrival::Http { path: uri.path().to_owned(), key, proof, body });
    axum::Json(json!({ "taken": true })).into_response()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Which proof the request carries; nothing when it does not prove the secret that was agreed.
fn proof(manner: &Manner, headers: &HeaderMap, body: &[u8]) -> Option<&'static str> {
    let bearer = header(headers, "authorization").strip_prefix("Bearer ");
    let signed = header(headers, "tongban-signature");
    let kind = match (bearer, signed) {
        (Some(_), _) => "bearer",
        (None, "") => "none",
        (None, _) => "hmac-sm3",
    };
    let Some(secret) = &manner.secret else { return Some(kind) };
    let timestamp = header(headers, "tongban-timestamp").parse().unwrap_or_default();
    let is_right = match kind {
        "bearer" => bearer == Some(secret.as_str()),
        "hmac-sm3" => signed == signature(secret, timestamp, body),
        _ => false,
    };
    is_right.then_some(kind)
}
