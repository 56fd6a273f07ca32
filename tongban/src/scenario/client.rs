//! A client of the program's own router: requests without a network.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use kernel::{Timestamp, from_micros, to_micros};
use serde_json::Value;
use tower::ServiceExt as _;

/// A clock that stands until it is set.
#[derive(Debug, Clone)]
pub struct FrozenClock(Arc<AtomicI64>);

impl FrozenClock {
    /// Stands at an instant.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(to_micros(now))))
    }
    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.0.store(to_micros(now), Ordering::SeqCst);
    }
    /// What it shows.
    pub fn now(&self) -> Timestamp {
        from_micros(self.0.load(Ordering::SeqCst))
    }
    /// As the web side wants it.
    pub fn clock(&self) -> web::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    /// Whether the request was carried out.
    pub fn is_good(&self) -> bool {
        self.status.is_success()
    }
}

/// Sends requests into a router.
#[derive(Clone)]
pub struct Client {
    router: Router,
}

const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Client {
    /// Over this router.
    pub fn new(router: Router) -> Self {
        Self { router }
    }

    /// A request with a JSON body, or none.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Answer {
        let bytes = body.map(Value::to_string).unwrap_or_default().into_bytes();
        self.send_bytes(method, path, token, "application/json", bytes, None).await
    }

    /// A page, as a browser with this session cookie asks for it (loopback without https).
    pub async fn page(&self, method: Method, path: &str, session: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if let Some(session) = session {
            request = request.header(header::COOKIE, format!("session={session}"));
        }
        self.answer(request.body(Body::empty())).await
    }

    /// A create with an idempotency key.
    pub async fn create(&self, path: &str, token: &str, body: &Value, key: &str) -> Answer {
        let bytes = body.to_string().into_bytes();
        self.send_bytes(Method::POST, path, Some(token), "application/json", bytes, Some(key)).await
    }

    /// A request with a body of any kind.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        content_type: &str,
        body: Vec<u8>,
        key: Option<&str>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.answer(request.body(Body::from(body))).await
    }

    async fn answer(&self, request: axum::http::Result<Request<Body>>) -> Answer {
        let failed = |status| Answer { status, bytes: Vec::new() };
        let Ok(request) = request else { return failed(StatusCode::BAD_REQUEST) };
        let Ok(response) = self.router.clone().oneshot(request).await;
        let status = response.status();
        match to_bytes(response.into_body(), BODY_BYTES_MAX).await {
            Ok(bytes) => Answer { status, bytes: bytes.to_vec() },
            Err(_unreadable) => failed(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}
