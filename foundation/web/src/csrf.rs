//! The token that proves a form comes from one of our own pages.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use subtle::ConstantTimeEq;

/// The token of a session: an HMAC-SM3 of its id, so that it need not be kept anywhere.
pub fn csrf_token(secret: &[u8], session: &str) -> String {
    let mac = guomi::sm3::hmac(secret, session.as_bytes());
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, mac)
}

/// Compares without telling by its duration how much was right.
pub(crate) fn same_token(expected: &str, given: &str) -> bool {
    !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(given.as_bytes()))
}

/// Whether a changing request comes from another site, as far as the browser says: `Sec-Fetch-Site` where it is
/// sent, else `Origin` against `Host`. Clients that send neither are no browsers and carry no foreign cookies.
pub(crate) fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return false;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    text(ORIGIN.as_str()).is_some_and(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_none() || authority != text(HOST.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_and_secret_has_its_own_token() {
        let token = csrf_token(b"secret", "session");
        assert_eq!(token.len(), 43);
        assert_ne!(token, csrf_token(b"secret", "sessioo"));
        assert_ne!(token, csrf_token(b"sekret", "session"));
        assert!(same_token(&token, &csrf_token(b"secret", "session")));
        assert!(!same_token(&token, &token[1..]) && !same_token("", ""));
    }

    #[test]
    fn foreign_sites_are_told_apart() {
        let check = |method: Method, pairs: &[(&'static str, &str)]| {
            let headers = pairs
                .iter()
                .map(|(name, value)| (axum::http::HeaderName::from_static(name), value.parse().unwrap()));
            is_cross_site(&method, &headers.collect())
        };
        assert!(!check(Method::GET, &[("sec-fetch-site", "cross-site")]));
        assert!(check(Method::POST, &[("sec-fetch-site", "cross-site")]));
        assert!(check(Method::POST, &[("sec-fetch-site", "same-site")]));
        assert!(!check(
            Method::POST,
            &[("sec-fetch-site", "same-origin"), ("origin", "https://a"), ("host", "b")]
        ));
        assert!(check(Method::POST, &[("origin", "https://evil"), ("host", "gov")]));
        assert!(check(Method::DELETE, &[("origin", "null"), ("host", "gov")]));
        assert!(!check(Method::POST, &[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")]));
        assert!(!check(Method::POST, &[]));
    }
}
