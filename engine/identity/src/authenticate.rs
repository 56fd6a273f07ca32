//! Says of each request who sends it. Pages know the cookie, the API knows the bearer token, and neither knows the
//! other's: a browser's cookie can do nothing at the API, so the API needs no form tokens.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{AssuranceLevel, Refusal, Timestamp, Words};
use web::{AppError, Post, SignedIn, cookie};

use crate::Room;
use crate::client::Client;
use crate::sessions::{Live, find_session};
use crate::token::Token;

/// Puts [`authenticate`] around the router. It lies around web's visitor layer, which reads what it finds.
pub fn authentication(router: Router, room: &Room) -> Router {
    router.layer(from_fn_with_state(room.clone(), authenticate))
}

/// Looks the visit up and puts web's `SignedIn` into the request, and the [`Client`] from which it comes. A token that is forged, has run out or was
/// revoked makes its bearer a stranger, no more; its cookie is taken away.
pub async fn authenticate(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/assets/") {
        return next.run(request).await; // the same for everybody
    }
    let is_api = path.starts_with("/api/");
    let client = Client::of(request.headers(), request.extensions(), room.behind_proxy);
    request.extensions_mut().insert(client);
    let name = cookie_name(room.site.config.secure_cookies);
    let carried = if is_api { bearer(request.headers()) } else { cookie::read(request.headers(), name) };
    let Some(carried) = carried else { return next.run(request).await };
    let token = Token::parse(carried);
    let now = (room.site.clock)();
    let live = match &token {
        Some(token) => match look_up(&room, token, now).await {
            Ok(live) => live,
            Err(error) => return AppError::from(error).into_response(),
        },
        None => None,
    };
    let is_stale = live.is_none() && !is_api;
    if let Some(owed) = live.as_ref().and_then(|live| owed(&room, live))
        && !owed.lets_through(request.uri().path())
    {
        return owed.answer(is_api, &request);
    }
    if let (Some(live), Some(token)) = (live, token) {
        let csrf = if is_api { String::new() } else { token.csrf() };
        if let Some(work) = &live.at_work {
            let shown = work.has_others && !work.must_choose;
            let body = &work.post.body_name;
            let words = Words::new(work.post.called(&body.zh), work.post.called(&body.en));
            request.extensions_mut().insert(Post(shown.then(|| Arc::new(words))));
        }
        request.extensions_mut().insert(SignedIn { actor: live.actor, session: Some(live.session), csrf });
    }
    let mut response = next.run(request).await;
    if is_stale && !sets_cookie(response.headers(), name) {
        clear_cookie(&room, response.headers_mut());
    }
    response
}

/// What somebody of staff has to do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owed {
    /// Choosing a password of their own.
    Password,
    /// Choosing in which of their posts they act.
    Post,
    /// A strong factor.
    Strong,
}

fn owed(room: &Room, live: &Live) -> Option<Owed> {
    let work = live.at_work.as_ref();
    if work.is_some_and(|work| work.must_change) {
        return Some(Owed::Password);
    }
    if work.is_some_and(|work| work.must_choose) {
        return Some(Owed::Post);
    }
    room.factors.holds_back(&live.actor).then_some(Owed::Strong)
}

impl Owed {
    /// Where they may go: to do it, and out.
    fn lets_through(self, path: &str) -> bool {
        const ALWAYS: [&str; 3] = ["/lang", "/type", "/sign-out"];
        let own: &[&str] = match self {
            Self::Password => &["/account/password", "/account/prove"],
            Self::Post => &["/staff/post", "/api/v1/sessions/current"],
            Self::Strong => &["/account/prove", "/account/totp", "/account/passkeys", "/staff/post"],
        };
        let is_at =
            |open: &str| path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        ALWAYS.into_iter().chain(own.iter().copied()).any(is_at)
            || matches!(path, "/sw.js" | "/manifest.webmanifest" | "/offline")
    }

    /// Pages lead there; the API says no.
    fn answer(self, is_api: bool, request: &Request) -> Response {
        if is_api {
            let refusal = match self {
                Self::Password => Refusal::conflict("identity-start-password-first"),
                Self::Post => Refusal::conflict("identity-post-first"),
                Self::Strong => Refusal::LevelNeeded(AssuranceLevel::Strong),
            };
            return AppError(refusal).into_response();
        }
        let back = match request.uri().query() {
            Some(query) if request.method().is_safe() => format!("{}?{query}", request.uri().path()),
            Some(_) | None => request.uri().path().to_owned(),
        };
        let to = match self {
            Self::Password => "/account/password".to_owned(),
            Self::Post => format!("/staff/post?next={}", web::encode(&back)),
            Self::Strong => format!("/account/prove?wanted=strong&next={}", web::encode(&back)),
        };
        Redirect::to(&to).into_response()
    }
}

async fn look_up(room: &Room, token: &Token, now: Timestamp) -> store::Result<Option<Live>> {
    let mut tx = room.db.snapshot().await?;
    let live = find_session(&mut tx, &room.vault, token, now).await?;
    tx.rollback().await?;
    if let Some(live) = &live
        && let Err(error) = live.touch(&room.db, now).await
    {
        // A page that could be read must not fail because its reading could not be noted.
        tracing::warn!(%error, "visit not prolonged");
    }
    Ok(live)
}

/// RFC 6750 §2.1; the scheme is written in any case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The `__Host-` prefix ties the cookie to this host and to https (RFC 6265bis §4.1.3.2); a browser refuses it over
/// plain http, where the program only listens on its own machine.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

/// The cookie by which a browser is known again; it opens nothing.
pub(crate) fn mark_cookie(secure: bool) -> &'static str {
    if secure { "__Host-device" } else { "device" }
}

/// The cookie of a sign-in that still owes its second step; only the pages of that step read it.
pub(crate) fn half_cookie(secure: bool) -> &'static str {
    if secure { "__Host-half" } else { "half" }
}

fn sets_cookie(headers: &HeaderMap, name: &str) -> bool {
    let is_ours = |value: &HeaderValue| {
        value.as_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"="))
    };
    headers.get_all(SET_COOKIE).iter().any(is_ours)
}

/// How long a browser is known again.
const MARK_SECONDS: u64 = 400 * 24 * 3600;

/// Marks the browser, if it is new, and takes the cookie of the half sign-in away.
pub(crate) fn settle_cookies(room: &Room, headers: &mut HeaderMap, mark: Option<&Token>) {
    let secure = room.site.config.secure_cookies;
    if let Some(mark) = mark {
        put(headers, cookie::set(mark_cookie(secure), &mark.reveal(), Some(MARK_SECONDS), secure));
    }
    put(headers, cookie::set(half_cookie(secure), "", Some(0), secure));
}

/// Hands the browser the token of a sign-in that is half done.
pub(crate) fn hand_half(room: &Room, headers: &mut HeaderMap, token: &Token) {
    let secure = room.site.config.secure_cookies;
    put(headers, cookie::set(half_cookie(secure), &token.reveal(), None, secure));
}

/// Hands the token to the browser. It lasts until the browser closes, and no longer than the visit.
pub(crate) fn hand_cookie(room: &Room, headers: &mut HeaderMap, token: &Token) {
    let secure = room.site.config.secure_cookies;
    put(headers, cookie::set(cookie_name(secure), &token.reveal(), None, secure));
}

/// Takes the cookie of a visit that has ended away.
pub fn clear_cookie(room: &Room, headers: &mut HeaderMap) {
    let secure = room.site.config.secure_cookies;
    put(headers, cookie::set(cookie_name(secure), "", Some(0), secure));
}

fn put(headers: &mut HeaderMap, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests;
