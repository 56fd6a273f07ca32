//! What a request says, as names and values. A name that comes twice makes the whole request unreadable (RFC 6749 §3.1).

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use crate::fault::Fault;

/// Longest request that is read.
const BYTES_MAX: usize = 64 * 1024;

/// Names and values; an empty value is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Fault> {
        if text.len() > BYTES_MAX {
            return Err(Fault::invalid_request("the request is too long"));
        }
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(text)
            .map_err(|_form| Fault::invalid_request("the parameters are not urlencoded UTF-8"))?;
        let mut found = BTreeMap::new();
        for (name, value) in pairs {
            if value.contains('\0') {
                return Err(Fault::invalid_request("a value holds the character NUL"));
            }
            if found.insert(name, value).is_some() {
                return Err(Fault::invalid_request("a parameter comes twice"));
            }
        }
        Ok(Self(found))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn need(&self, name: &str, missing: &'static str) -> Result<&str, Fault> {
        self.get(name).ok_or(Fault::invalid_request(missing))
    }
}

/// An urlencoded body with the headers beside it: the endpoints that clients call with their own proof. No cookie is
/// looked at here, so no form token is asked for.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) params: Params,
    pub(crate) headers: HeaderMap,
}

impl<S: Send + Sync> FromRequest<S> for Called {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let headers = request.headers().clone();
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = kind
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|_cut| Fault::invalid_request("the body cannot be read").into_response())?;
        if !is_form && !body.is_empty() {
            let wrong = Fault::invalid_request("the body must be application/x-www-form-urlencoded");
            return Err(wrong.into_response());
        }
        let params = Params::parse(&body).map_err(axum::response::IntoResponse::into_response)?;
        Ok(Self { params, headers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_once() {
        let params = Params::parse(b"a=1&b=&c=x+y%E7%94%B2").unwrap();
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (Some("1"), None, Some("x y甲")));
        for wrong in [b"a=1&a=1".as_slice(), b"a=1&a=", b"a=%00"] {
            assert!(Params::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(Params::parse(&vec![b'a'; BYTES_MAX + 1]).is_err());
    }
}
