//! What the two sign-in pages and the registration page have in common.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use web::{AppError, Visitor, encode, local_path, page_with_status};

use crate::Room;
use crate::authenticate::{hand_cookie, hand_half, settle_cookies};
use crate::sessions::{Opened, close_session};
use crate::sign_in::Step;

/// Where to go afterwards, if the address asks for a page of this site.
pub(crate) fn next_path(next: &str) -> &str {
    local_path(next).unwrap_or_default()
}

/// Hands the new visit to the browser and goes on. A visit that the browser had before ends: it would go on unseen.
pub(crate) async fn enter(
    room: &Room,
    visitor: &Visitor,
    opened: &Opened,
    next: &str,
    otherwise: &str,
) -> Result<Response, AppError> {
    if let Some(before) = visitor.session {
        let mut tx = room.db.begin().await?;
        close_session(&mut tx, before, visitor.now).await?;
        tx.commit().await?;
    }
    let mut response = Redirect::to(local_path(next).unwrap_or(otherwise)).into_response();
    hand_cookie(room, response.headers_mut(), &opened.token);
    settle_cookies(room, response.headers_mut(), opened.mark.as_ref());
    Ok(response)
}

/// Goes on to the visit, or to the second step.
pub(crate) async fn go_on(
    room: &Room,
    visitor: &Visitor,
    step: &Step,
    next: &str,
    otherwise: &str,
) -> Result<Response, AppError> {
    match step {
        Step::Opened(opened) => enter(room, visitor, opened, next, otherwise).await,
        Step::Second(second) => {
            let next = match next_path(next) {
                "" => String::new(),
                next => format!("?next={}", encode(next)),
            };
            let mut response = Redirect::to(&format!("/sign-in/second{next}")).into_response();
            hand_half(room, response.headers_mut(), &second.token);
            Ok(response)
        }
    }
}

/// How long to wait, in words: seconds below two minutes, then whole minutes.
pub(crate) fn wait_words(visitor: &Visitor, seconds: u64) -> String {
    if seconds < 120 {
        visitor.t1("identity-wait-seconds", "seconds", seconds)
    } else {
        visitor.t1("identity-wait-minutes", "minutes", seconds.div_ceil(60))
    }
}

/// The page again, with 429 and the time to wait.
pub(crate) fn too_many(template: &impl askama::Template, seconds: u64) -> Result<Response, AppError> {
    let mut response = page_with_status(StatusCode::TOO_MANY_REQUESTS, template)?;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}
