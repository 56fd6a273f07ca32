//! A client that keeps its connection: as little work as a client can be, because it shares the machine with what it
//! measures.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// A field of a JSON body; null when there is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What is asked.
pub(super) struct Asked<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) token: &'a str,
    /// Whole `Authorization` header where it is no bearer token; empty for none.
    pub(super) authorization: &'a str,
    /// `name=value`; empty for none.
    pub(super) cookie: &'a str,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    /// Idempotency key.
    pub(super) key: Option<&'a str>,
}

impl<'a> Asked<'a> {
    pub(super) fn get(path: &'a str, token: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            token,
            authorization: "",
            cookie: "",
            content_type: "",
            body: Vec::new(),
            key: None,
        }
    }

    /// A form as browsers and clients send it.
    pub(super) fn form(path: &'a str, pairs: &[(&str, &str)]) -> Self {
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", web::encode(value))).collect();
        let body = pairs.join("&").into_bytes();
        Self {
            method: Method::POST,
            content_type: "application/x-www-form-urlencoded",
            body,
            ..Self::get(path, "")
        }
    }

    pub(super) fn json(method: Method, path: &'a str, token: &'a str, body: &Value, key: &'a str) -> Self {
        let key = (!key.is_empty()).then_some(key);
        let body = body.to_string().into();
        Self { method, content_type: "application/json", body, key, ..Self::get(path, token) }
    }
}

/// Nobody listens at the address, or listens no more.
pub(super) const NO_CONNECTION: &str = "no connection";

/// One connection, opened when it is needed.
pub(super) struct Connection {
    server: SocketAddr,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    pub(super) fn to(server: SocketAddr) -> Self {
        Self { server, open: None }
    }

    /// Sends a request and reads the whole answer. What fails on the way is told in words.
    pub(super) async fn ask(&mut self, asked: Asked<'_>) -> Result<Answer, &'static str> {
        let kept = match self.open.take() {
            Some(mut sender) => sender.ready().await.is_ok().then_some(sender),
            None => None,
        };
        let mut sender = match kept {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let mut request =
            Request::builder().method(asked.method).uri(asked.path).header(header::HOST, "localhost");
        if !asked.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", asked.token));
        }
        if !asked.authorization.is_empty() {
            request = request.header(header::AUTHORIZATION, asked.authorization);
        }
        if !asked.cookie.is_empty() {
            request = request.header(header::COOKIE, asked.cookie);
        }
        if !asked.content_type.is_empty() {
            request = request.header(header::CONTENT_TYPE, asked.content_type);
        }
        if let Some(key) = asked.key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Full::new(asked.body.into())).map_err(|_form| "bad request")?;
        let response = sender.send_request(request).await.map_err(|_gone| "connection lost")?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|_gone| "answer cut off")?.to_bytes();
        self.open = Some(sender);
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, &'static str> {
        let stream = TcpStream::connect(self.server).await.map_err(|_refused| NO_CONNECTION)?;
        stream.set_nodelay(true).map_err(|_refused| NO_CONNECTION)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_refused| NO_CONNECTION)?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
