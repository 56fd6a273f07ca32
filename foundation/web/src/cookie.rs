//! Reading and setting cookies (RFC 6265bis).

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

/// The value of a cookie, if the request carries it.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// A `Set-Cookie` value for the whole site, never readable by script. No `max_age_seconds` means until the
/// browser closes; 0 removes the cookie. A name or value with characters that a cookie cannot hold gives none.
pub fn set(name: &str, value: &str, max_age_seconds: Option<u64>, secure: bool) -> Option<HeaderValue> {
    let fits = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !b";,\"\\".contains(&b));
    if !fits(name) || !fits(value) || name.contains('=') {
        return None;
    }
    let age = max_age_seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_by_exact_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "xlang=a; lang=b".parse().unwrap());
        headers.append(COOKIE, "type=large".parse().unwrap());
        assert_eq!(read(&headers, "lang"), Some("b"));
        assert_eq!(read(&headers, "type"), Some("large"));
        assert_eq!(read(&headers, "ang"), None);
    }

    #[test]
    fn a_cookie_cannot_smuggle_attributes() {
        assert_eq!(
            set("a", "b", Some(5), true).unwrap(),
            "a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=5; Secure"
        );
        assert_eq!(set("a", "b; Domain=x", None, false), None);
        assert_eq!(set("a", "b\r\nX: y", None, false), None);
    }
}
