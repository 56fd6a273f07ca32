//! Which pages of other origins may call here by script (跨域): everybody may read what is public, and pages of public
//! clients may exchange and ask with their own tokens. No cookie ever goes along, and nothing else is opened.

use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use store::vals;

use crate::Room;

const ANYBODY: HeaderValue = HeaderValue::from_static("*");

/// What is the same for everybody may be read by everybody.
pub(crate) fn open_to_all(mut response: Response) -> Response {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
    response
}

pub(crate) async fn anybody() -> Response {
    answer(open_to_all(StatusCode::NO_CONTENT.into_response()), "GET")
}

pub(crate) async fn public_clients(State(room): State<Room>, headers: HeaderMap) -> Response {
    let response = StatusCode::NO_CONTENT.into_response();
    match known_origin(&room, &headers).await {
        Some(origin) => answer(with_origin(response, origin), "GET, POST"),
        None => response,
    }
}

fn answer(mut response: Response, methods: &'static str) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// Lets a script of a public client's page read the answer.
pub(crate) async fn allow(room: &Room, headers: &HeaderMap, response: Response) -> Response {
    match known_origin(room, headers).await {
        Some(origin) => with_origin(response, origin),
        None => response,
    }
}

fn with_origin(mut response: Response, origin: HeaderValue) -> Response {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    response
}

/// The origin of the call, if it is one of a public client that is not shut out. Servers send none, and cost no look.
async fn known_origin(room: &Room, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    let text = origin.to_str().ok()?;
    let mut tx = room.db.snapshot().await.ok()?;
    let row = tx
        .fetch_optional(
            "select 1 from oidc_origins o join oidc_clients c on c.id = o.client
             where o.origin = $1 and c.disabled_at is null limit 1",
            vals![text],
        )
        .await
        .ok()?;
    row.map(|_known| origin.clone())
}
