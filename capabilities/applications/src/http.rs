//! What the pages and endpoints of this room share.

use std::fmt::Write as _;
use std::str::FromStr;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, body::Body};
use bytes::Bytes;
use kernel::{Message, Refusal};
use serde::Serialize;
use web::AppError;

use crate::dossier::Material;

/// An id from an address. A text that is none names nothing that is there.
pub(crate) fn id<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_form| Refusal::NotFound)
}

/// 201 with where to find what was made.
pub(crate) fn created(location: &str, body: &impl Serialize) -> Response {
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    if let Ok(value) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// The whole body of a request whose content is a file. More than `bytes_max` is refused before it is kept.
pub(crate) async fn read_file(body: Body, bytes_max: u64) -> Result<Bytes, Refusal> {
    let limit = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let too_long =
            std::error::Error::source(&error).is_some_and(|cause| cause.to_string().contains("length limit"));
        if too_long {
            Refusal::TooLarge(bytes_max)
        } else {
            Refusal::Malformed(Message::new("applications-file-cut"))
        }
    })
}

/// Most bytes of one file of a material.
pub(crate) fn bytes_max(material: &catalogue::Material) -> u64 {
    u64::from(material.max_mb) * 1024 * 1024
}

/// A file as the browser shows it. The type is the one found by looking into it; `nosniff` is set on every answer.
pub(crate) fn show_file(file: &Material, content: Vec<u8>) -> Result<Response, AppError> {
    let disposition = format!("inline; filename*=UTF-8''{}", encoded(&file.file_name));
    let mut response = Body::from(content).into_response();
    let headers = response.headers_mut();
    let value = |text: &str| HeaderValue::try_from(text).map_err(|error| AppError(Refusal::internal(error)));
    headers.insert(header::CONTENT_TYPE, value(&file.media_type)?);
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Percent-encoded as in RFC 8187.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}"); // a String takes everything
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_over_the_limit_is_too_large_and_one_under_it_is_read() {
        let too_large = read_file(Body::from("12345"), 4).await;
        assert!(matches!(too_large, Err(Refusal::TooLarge(4))), "{too_large:?}");
        assert_eq!(read_file(Body::from("1234"), 4).await.unwrap(), "1234");
    }

    #[test]
    fn names_of_any_script_pass_a_header() {
        assert_eq!(encoded("身份证 1.pdf"), "%E8%BA%AB%E4%BB%BD%E8%AF%81%201.pdf");
    }
}
