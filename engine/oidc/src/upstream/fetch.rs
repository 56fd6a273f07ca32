//! Asking a provider: one answer, in time, of bounded size, JSON, without being sent elsewhere.

use std::time::Duration;

use kernel::Refusal;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use super::Failure;
use crate::client::is_safe_uri;

/// Longest answer that is read. Key sets are the longest, and have some kilobytes.
const BYTES_MAX: usize = 256 * 1024;

pub(crate) fn client(timeout: Duration) -> Result<Client, Refusal> {
    // The first to ask wins; it is the same one for all.
    let _set_already = rustls::crypto::ring::default_provider().install_default();
    // The time runs until the last byte, so a provider that trickles is cut off too.
    let http = Client::builder().timeout(timeout).connect_timeout(timeout).redirect(Policy::none()).build();
    http.map_err(Refusal::internal)
}

/// Reads a document, with an access token where it needs one.
pub(crate) async fn get(http: &Client, url: &str, bearer: Option<&str>) -> Result<Value, Failure> {
    if !is_safe_uri(url) {
        return Err(Failure::Metadata);
    }
    let mut request = http.get(url);
    if let Some(token) = bearer {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    answer(request).await
}

/// Posts a form, with a proof in the header where it is not in the form.
pub(crate) async fn post(
    http: &Client,
    url: &str,
    proof: Option<String>,
    fields: &[(&str, &str)],
) -> Result<Value, Failure> {
    if !is_safe_uri(url) {
        return Err(Failure::Metadata);
    }
    // Pairs of texts always have an urlencoded form.
    let body = serde_urlencoded::to_string(fields).unwrap_or_default();
    let mut request = http.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
    if let Some(proof) = proof {
        request = request.header(AUTHORIZATION, proof);
    }
    answer(request).await
}

async fn answer(request: RequestBuilder) -> Result<Value, Failure> {
    let unreachable = |error: reqwest::Error| {
        // The address may hold nothing secret, but it is long and known from the config.
        tracing::info!(error = %error.without_url(), "upstream provider does not answer");
        Failure::Unreachable
    };
    let mut response = request.header(ACCEPT, "application/json").send().await.map_err(unreachable)?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(Failure::Status(status));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let value: Value = serde_json::from_slice(&body).map_err(|_form| Failure::NotJson)?;
    if value.is_object() { Ok(value) } else { Err(Failure::NotJson) }
}
