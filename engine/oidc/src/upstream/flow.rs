//! Whoever has gone to a provider and is to come back. The browser keeps a secret in a cookie; nonce and code verifier are
//! keyed hashes of the state under it. So an answer counts only in the browser that asked, and what lies in the database
//! lets nobody finish it.

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use identity::Token;
use kernel::{SessionId, Timestamp, from_micros, to_micros};
use store::{Tx, vals};
use web::cookie;

use super::Failure;
use crate::Room;

/// How long somebody may be away, and how long the browser keeps its secret.
pub(crate) const SECONDS: u64 = 600;

/// When what begins now is over.
pub(crate) fn end(now: Timestamp) -> Timestamp {
    from_micros(to_micros(now) + i64::try_from(SECONDS * 1_000_000).unwrap_or(i64::MAX))
}

/// Why somebody goes there, and where they want to be afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flow {
    /// The visit that wants to link an account; none where somebody signs in.
    pub(crate) linking: Option<SessionId>,
    pub(crate) next: String,
}

fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-upstream" } else { "upstream" }
}

/// The secret of the browser, if it has one.
pub(crate) fn carried(room: &Room, headers: &HeaderMap) -> Option<Token> {
    let name = cookie_name(room.identity.site.config.secure_cookies);
    cookie::read(headers, name).and_then(Token::parse)
}

/// Hands the secret to the browser, for as long as something can come of it.
pub(crate) fn hand(room: &Room, headers: &mut HeaderMap, browser: &Token) {
    put(room, headers, &browser.reveal(), SECONDS);
}

/// Takes it away.
pub(crate) fn take_back(room: &Room, headers: &mut HeaderMap) {
    put(room, headers, "", 0);
}

fn put(room: &Room, headers: &mut HeaderMap, value: &str, seconds: u64) {
    let secure = room.identity.site.config.secure_cookies;
    let made: Option<HeaderValue> = cookie::set(cookie_name(secure), value, Some(seconds), secure);
    if let Some(made) = made {
        headers.append(SET_COOKIE, made);
    }
}

/// The nonce that belongs to a state in this browser.
pub(crate) fn nonce(browser: &Token, state: &str) -> String {
    web::csrf_token(browser.reveal().as_bytes(), &format!("upstream nonce {state}"))
}

/// The code verifier (RFC 7636): 43 characters that only this browser's secret leads to.
pub(crate) fn verifier(browser: &Token, state: &str) -> String {
    web::csrf_token(browser.reveal().as_bytes(), &format!("upstream verifier {state}"))
}

/// Remembers that somebody goes there; returns the state.
pub(crate) async fn begin(
    tx: &mut Tx,
    provider: &str,
    browser: &Token,
    flow: &Flow,
    now: Timestamp,
) -> store::Result<String> {
    let state = Token::fresh();
    tx.execute(
        "insert into oidc_upstream_flows (state_digest, browser_digest, provider, session, next, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        vals![state.digest(), browser.digest(), provider, flow.linking, &flow.next, end(now)],
    )
    .await?;
    Ok(state.reveal())
}

/// Takes what was remembered, once: for this state, of this provider, in this browser. Another browser and another
/// provider leave it where it is, so that they spoil nothing.
pub(crate) async fn take(
    tx: &mut Tx,
    provider: &str,
    browser: &Token,
    state: &str,
    now: Timestamp,
) -> Result<Result<Flow, Failure>, store::Error> {
    let Some(state) = Token::parse(state) else { return Ok(Err(Failure::Over)) };
    let row = tx
        .fetch_optional(
            "delete from oidc_upstream_flows
             where state_digest = $1 and browser_digest = $2 and provider = $3 and expires_at > $4
             returning session, next",
            vals![state.digest(), browser.digest(), provider, now],
        )
        .await?;
    let Some(row) = row else { return Ok(Err(Failure::Over)) };
    Ok(Ok(Flow { linking: row.get(0)?, next: row.get(1)? }))
}
