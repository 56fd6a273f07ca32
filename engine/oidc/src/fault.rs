//! How an endpoint tells a program no: the error documents of RFC 6749 §5.2 and their relatives.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use serde_json::json;

/// What is wrong, in the words that programs know. The description is for their developers and holds nothing personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
    status: StatusCode,
}

impl Fault {
    pub(crate) const fn new(error: &'static str, description: &'static str) -> Self {
        Self { error, description, status: StatusCode::BAD_REQUEST }
    }

    pub(crate) const fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(crate) const fn invalid_grant(description: &'static str) -> Self {
        Self::new("invalid_grant", description)
    }

    /// One sentence for an unknown client, a wrong secret and a wrong way of proving it: nobody learns which.
    pub(crate) const fn invalid_client() -> Self {
        let description = "the client is not known or has not proved that it is itself";
        Self { error: "invalid_client", description, status: StatusCode::UNAUTHORIZED }
    }

    /// RFC 6750 §3.1.
    pub(crate) const fn invalid_token() -> Self {
        let description = "the access token is not known, has run out or was revoked";
        Self { error: "invalid_token", description, status: StatusCode::UNAUTHORIZED }
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::from(Refusal::from(error))
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        if matches!(refusal, Refusal::Unavailable) {
            let description = "the platform is busy, try again";
            return Self {
                error: "temporarily_unavailable",
                description,
                status: StatusCode::SERVICE_UNAVAILABLE,
            };
        }
        let cause = std::error::Error::source(&refusal).map(ToString::to_string);
        tracing::error!(%refusal, cause, "sign-on endpoint failed");
        let description = "a fault of the platform";
        Self { error: "server_error", description, status: StatusCode::INTERNAL_SERVER_ERROR }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        tracing::debug!(error = self.error, description = self.description, "sign-on refused");
        let body = json!({"error": self.error, "error_description": self.description});
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = match self.error {
                "invalid_token" => "Bearer error=\"invalid_token\"",
                _ => "Basic realm=\"oauth\"",
            };
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
        response
    }
}
