//! Forms of pages: the token first, then the fields.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{Message, Refusal};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::csrf::same_token;
use crate::error::StalePage;
use crate::layers::BodyLimits;
use crate::{AppError, Visitor};

/// The name of the field that carries the token.
pub(crate) const TOKEN_FIELD: &str = "_csrf";

/// An urlencoded form whose `_csrf` field was right, read into `T`.
#[derive(Debug, Clone)]
pub struct PostForm<T>(pub T);

/// What [`PostForm`] reads of a form that has no field but its token.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Nothing {}

/// The same as bare pairs in the order of the page, without the token: for forms made from a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPairs(pub Vec<(String, String)>);

impl FormPairs {
    /// The first value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a field, such as ticked boxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for PostForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (bytes, _pairs) = checked(request, state).await?;
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|error| unreadable(&error))
    }
}

impl<S: Send + Sync> FromRequest<S> for FormPairs {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (_bytes, pairs) = checked(request, state).await?;
        Ok(Self(pairs.into_iter().filter(|(name, _)| name != TOKEN_FIELD).collect()))
    }
}

async fn checked<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<(Bytes, Vec<(String, String)>), Response> {
    let (mut parts, body) = request.into_parts();
    let visitor =
        Visitor::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
    if !is_content_type(&parts.headers, "application/x-www-form-urlencoded") {
        return Err(AppError(Refusal::Unsupported(Message::new("web-form-type"))).into_response());
    }
    let bytes = read_body(Request::from_parts(parts, body), state).await?;
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_bytes(&bytes).map_err(|error| unreadable(&error))?;
    let token = pairs.iter().find(|(name, _)| name == TOKEN_FIELD).map_or("", |(_, value)| value.as_str());
    if same_token(&visitor.csrf, token) { Ok((bytes, pairs)) } else { Err(StalePage.into_response()) }
}

/// The whole body, within the limit that lies around the route.
pub(crate) async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Response> {
    let limit = request.extensions().get::<BodyLimits>().copied().unwrap_or_default().plain;
    Bytes::from_request(request, state).await.map_err(|rejection| {
        let refusal = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Refusal::TooLarge(limit as u64)
        } else {
            Refusal::Malformed(Message::new("web-body-cut"))
        };
        AppError(refusal).into_response()
    })
}

/// Whether the content type is this one, whatever its parameters.
pub(crate) fn is_content_type(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|found| found.trim().eq_ignore_ascii_case(expected))
}

fn unreadable(error: &serde_urlencoded::de::Error) -> Response {
    tracing::debug!(%error, "form cannot be read");
    AppError(Refusal::Malformed(Message::new("web-form-unreadable"))).into_response()
}

#[cfg(test)]
mod tests;
