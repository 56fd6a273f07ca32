//! What is the same for every request: texts, clock, settings; and the order of the layers around the rooms.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use kernel::{Refusal, Timestamp};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use crate::{AppError, Catalogue, layers, render, visitor};

/// Where the time comes from; only the binary has one that reads the machine.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Settings of the web side.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Pages are reached over https: cookies are `Secure` with the `__Host-` prefix, and HSTS is sent.
    pub secure_cookies: bool,
    /// The data are made up, and every page says so (演示环境).
    pub demo: bool,
    /// After this time a reading request is given up; a sending one, which may carry files, after ten times as long.
    pub timeout: Duration,
    /// Largest body of a form or a JSON request.
    pub body_bytes_max: usize,
    /// Largest body of a form with files.
    pub upload_bytes_max: usize,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            secure_cookies: true,
            demo: false,
            timeout: Duration::from_secs(30),
            body_bytes_max: 1024 * 1024,
            upload_bytes_max: 25 * 1024 * 1024,
        }
    }
}

/// Texts, clock and settings in one piece, cheap to clone.
#[derive(Clone)]
pub struct Site {
    /// Every sentence.
    pub texts: Arc<Catalogue>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Settings.
    pub config: Arc<WebConfig>,
}

impl Site {
    /// Puts the parts together.
    pub fn new(texts: Arc<Catalogue>, clock: Clock, config: WebConfig) -> Self {
        Self { texts, clock, config: Arc::new(config) }
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Makes the [`crate::Visitor`] of each request. Lies inside identity's layer, which says who is signed in:
/// `outer_layers(visitor_layer(router, &site).layer(identity), &site)`.
pub fn visitor_layer(router: Router, site: &Site) -> Router {
    router.layer(from_fn_with_state(site.clone(), visitor::attach))
}

/// The layers around everything, outermost last: a request passes them from the bottom line up.
pub fn outer_layers(router: Router, site: &Site) -> Router {
    router
        .layer(DefaultBodyLimit::max(site.config.body_bytes_max))
        .layer(from_fn_with_state(site.clone(), layers::limits))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(site.clone(), render::render_errors))
        .layer(from_fn_with_state(site.clone(), layers::security_headers))
        .layer(CompressionLayer::new().gzip(true).compress_when(DefaultPredicate::new().and(may_compress)))
        .layer(from_fn(layers::request_id_and_log))
}

/// Pages for a signed-in visitor hold a secret token beside text from the address line, so compressing them
/// would tell the token by the length of the answer (BREACH). They are the ones marked `no-store`.
fn may_compress(
    _status: StatusCode,
    _version: axum::http::Version,
    headers: &axum::http::HeaderMap,
    _extensions: &axum::http::Extensions,
) -> bool {
    headers.get(CACHE_CONTROL).is_none_or(|value| value.as_bytes() != b"no-store")
}

#[derive(Debug, thiserror::Error)]
#[error("handler panicked: {0}")]
struct Panicked(String);

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the payload over")]
fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response {
    let text = payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "without a message".into());
    AppError(Refusal::internal(Panicked(text))).into_response()
}

/// Seconds after which a visitor may come back when a part does not answer.
pub(crate) const RETRY_SECONDS: u64 = 30;

/// Sets `Retry-After` (RFC 9110 §10.2.3).
pub(crate) fn retry_after(response: &mut Response, seconds: u64) {
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
}
