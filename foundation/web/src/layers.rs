//! Request id, access log, limits, security headers.

use std::fmt::Write;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use tracing::Instrument;

use crate::visitor::ActorKind;
use crate::{AppError, Site};

/// The request's name in the log and on error pages.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// How many bytes a body may have; the extractors ask for it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BodyLimits {
    pub(crate) plain: usize,
    pub(crate) upload: usize,
}

/// Random bytes in hexadecimal; the operating system always has some.
pub(crate) fn random_hex<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::with_capacity(2 * N), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// Names the request, then writes one line about it. The query is not logged: it may hold what a person typed.
pub(crate) async fn request_id_and_log(mut request: Request, next: Next) -> Response {
    let id = random_hex::<8>().unwrap_or_else(|_no_randomness| "0".repeat(16));
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let started = Instant::now();
    let span = tracing::info_span!("request", id = %id);
    let mut response = next.run(request).instrument(span).await;
    let status = response.status().as_u16();
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let actor = response.extensions().get::<ActorKind>().map_or("none", |kind| kind.0);
    tracing::info!(request_id = %id, %method, path, status, ms, actor, "answered");
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// Refuses bodies that announce too much, and gives up what takes too long.
pub(crate) async fn limits(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let limits = BodyLimits { plain: site.config.body_bytes_max, upload: site.config.upload_bytes_max };
    request.extensions_mut().insert(limits);
    let most = limits.upload.max(limits.plain) as u64;
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
        .unwrap_or(0);
    if announced > most {
        return AppError(Refusal::TooLarge(most)).into_response();
    }
    let reading = request.method() == Method::GET || request.method() == Method::HEAD;
    let time = if reading { site.config.timeout } else { site.config.timeout * 10 };
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            tracing::warn!(seconds = time.as_secs(), "request took too long");
            AppError(Refusal::Unavailable).into_response()
        }
    }
}

/// Nothing from elsewhere, no inline script or style; materials and licences are shown in frames of our own pages.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'self'; \
    manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'";

const ALWAYS: [(&str, &str); 6] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    ),
];

/// Sets the security headers; one that a handler has set more strictly stays.
pub(crate) async fn security_headers(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if site.config.secure_cookies {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    if response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().remove(header::CONTENT_SECURITY_POLICY);
    }
    response
}
