//! What the two sign-in pages and the registration page have in common.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use web::{AppError, FormErrors, Visitor, encode, local_path, page_with_status};

use crate::Room;
use crate::authenticate::{hand_cookie, hand_half, settle_cookies};
use crate::sessions::{Opened, close_session};
use crate::sign_in::Step;

/// Where to go afterwards, if the address asks for a page of this site.
pub(crate) fn next_path(next: &str) -> &str {
    local_path(next).unwrap_or_default()
}

/// The page at this path, and where it leads afterwards.
pub(crate) fn with_next(path: &str, next: &str) -> String {
    match next_path(next) {
        "" => path.to_owned(),
        next => format!("{path}?next={}", encode(next)),
    }
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
            let mut response = Redirect::to(&with_next("/sign-in/second", next)).into_response();
            hand_half(room, response.headers_mut(), &second.token);
            Ok(response)
        }
    }
}

/// How long to wait, in words: seconds below two minutes, then whole minutes.
fn wait_words(visitor: &Visitor, seconds: u64) -> String {
    if seconds < 120 {
        visitor.t1("identity-wait-seconds", "seconds", seconds)
    } else {
        visitor.t1("identity-wait-minutes", "minutes", seconds.div_ceil(60))
    }
}

/// The page again after a refusal, which `say` writes on it: what was wrong, or how long to wait (429).
pub(crate) fn refused<P: askama::Template>(
    visitor: &Visitor,
    refusal: Refusal,
    mut again: P,
    say: impl FnOnce(&mut P, FormErrors, String),
) -> Result<Response, AppError> {
    if let Refusal::TooMany(seconds) = refusal {
        say(&mut again, FormErrors::none(), wait_words(visitor, seconds));
        let mut response = page_with_status(StatusCode::TOO_MANY_REQUESTS, &again)?;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        return Ok(response);
    }
    say(&mut again, FormErrors::of(visitor, refusal)?, String::new());
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
}
