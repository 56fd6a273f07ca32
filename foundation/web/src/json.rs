//! What an API request carries: a JSON body and an idempotency key.

use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kernel::{Message, Refusal};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::AppError;
use crate::form::{is_content_type, read_body};

/// A JSON body read into `T`. Text that is not JSON is 400; JSON of another shape is 422 and names the place.
#[derive(Debug, Clone)]
pub struct ApiJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if !is_content_type(request.headers(), "application/json") {
            return Err(AppError(Refusal::Unsupported(Message::new("web-json-type"))).into_response());
        }
        let bytes = read_body(request, state).await?;
        parse(&bytes).map(Self).map_err(|refusal| AppError(refusal).into_response())
    }
}

/// `Option<ApiJson<T>>`: nothing for a request without a body. One that names a content type has one.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for ApiJson<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Response> {
        if !request.headers().contains_key(CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            let message = Message::new("web-json-field").with("detail", without_position(&inner));
            return Refusal::field(place, message);
        }
        syntax(&inner)
    })?;
    reader.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

fn syntax(error: &serde_json::Error) -> Refusal {
    let message = Message::new("web-json-syntax");
    Refusal::Malformed(message.with("line", error.line()).with("column", error.column()))
}

/// serde_json ends its sentences with the position in the text; the pointer says it better.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(sentence, _)| sentence.to_owned())
}

/// The place as a JSON pointer (RFC 6901) without its leading slash.
fn pointer(path: &Path) -> String {
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => Some(variant.clone()),
        Segment::Unknown => None,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The `Idempotency-Key` header: a request sent twice with the same key is done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, AppError> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(first) = values.next() else { return Ok(Self(None)) };
        let fits = |text: &str| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        match first.to_str() {
            Ok(text) if fits(text) && values.next().is_none() => Ok(Self(Some(text.to_owned()))),
            Ok(_) | Err(_) => Err(AppError(Refusal::Malformed(Message::new("web-idempotency-key")))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Dog {
        #[expect(dead_code, reason = "only its shape matters")]
        names: Vec<String>,
    }

    fn check(json: &str, expected: &str) {
        assert_eq!(parse::<Dog>(json.as_bytes()).unwrap_err().to_string(), expected, "{json}");
    }

    #[test]
    fn the_place_of_the_fault_is_named() {
        check(r#"{"names":["a",7]}"#, "invalid: names/1 web-json-field");
        check("{}", "invalid:  web-json-field");
        check(r#"{"names":[],"x/y":1}"#, "invalid: x~1y web-json-field");
        check(r#"{"names":["a""#, "unreadable request: web-json-syntax");
        check(r#"{"names":[]} x"#, "unreadable request: web-json-syntax");
        assert!(parse::<Dog>(br#"{"names":["a"]}"#).is_ok());
    }

    #[tokio::test]
    async fn a_body_may_be_left_out_where_the_route_says_so() {
        let read = async |kind: &str, body: &'static str| {
            let request = Request::builder();
            let request = if kind.is_empty() { request } else { request.header(CONTENT_TYPE, kind) };
            let request = request.body(axum::body::Body::from(body)).unwrap();
            <ApiJson<Dog> as OptionalFromRequest<()>>::from_request(request, &()).await
        };
        assert!(read("", "").await.unwrap().is_none());
        assert!(read("application/json", r#"{"names":[]}"#).await.unwrap().is_some());
        assert_eq!(read("application/json", "{").await.unwrap_err().status(), 400);
        assert_eq!(read("text/plain", "{}").await.unwrap_err().status(), 415);
    }
}
