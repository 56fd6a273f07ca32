//! Receivers by HTTP: bridges to providers of SMS and WeChat, supervising bodies, payment. docs/notices.md is the
//! contract that the other side is written against.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::{Value, json};

use super::smtp::is_this_machine;
use super::{BridgeSettings, Endpoint, Proof, SendError, SenderFault, SenderSettings};
use crate::Channel;
use crate::outgoing::{Outgoing, Template};

/// Shorter than the lease of a delivery.
const TIMEOUT: Duration = Duration::from_secs(30);
const WHAT: &str = "the receiver";

/// The client of all receivers. Certificates of authorities are read from the system only when one is needed.
pub(super) fn client(settings: &SenderSettings) -> Result<Client, SenderFault> {
    // The first to ask wins; it is the same one for all.
    let _set_already = rustls::crypto::ring::default_provider().install_default();
    let bridges = [&settings.sms, &settings.wechat].into_iter().flatten().map(|bridge| &bridge.endpoint);
    let needs_tls = bridges
        .chain(settings.receivers.values())
        .chain(&settings.other_receivers)
        .any(|endpoint| endpoint.url.starts_with("https:"));
    let mut builder = Client::builder().timeout(TIMEOUT).redirect(Policy::none());
    if !needs_tls {
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| SenderFault::new("receivers", format!("HTTP client: {error}")))
}

/// `hmac-sm3=…`: HMAC-SM3 of `timestamp`, a line feed and the body, under the shared secret.
pub fn signature(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = [format!("{timestamp}\n").as_bytes(), body].concat();
    format!("hmac-sm3={}", hex::encode(guomi::sm3::hmac(secret.as_bytes(), &signed)))
}

/// Posts JSON to one address.
pub(super) struct Post {
    client: Client,
    url: Url,
    proof: Proof,
}

impl Post {
    pub(super) fn new(section: &str, endpoint: &Endpoint, client: &Client) -> Result<Self, SenderFault> {
        let fault = |rule: &str| SenderFault::new(section, format!("url {:?}: {rule}", endpoint.url));
        let url: Url = endpoint.url.parse().map_err(|error| fault(&format!("{error}")))?;
        let is_here = url.host_str().is_some_and(is_this_machine);
        match url.scheme() {
            "https" => {}
            "http" if is_here => {}
            _ => return Err(fault("must be https, or http to this machine")),
        }
        if endpoint.proof == Proof::None && !is_here {
            return Err(fault("a receiver on another machine needs a secret"));
        }
        Ok(Self { client: client.clone(), url, proof: endpoint.proof.clone() })
    }

    /// Hands a message over; any answer but 2xx means that it was not taken.
    pub(super) async fn send(&self, key: &str, body: &Value, now: Timestamp) -> Result<(), SendError> {
        let body = body.to_string().into_bytes();
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", key);
        request = match &self.proof {
            Proof::None => request,
            Proof::Bearer(secret) => request.header(AUTHORIZATION, format!("Bearer {}", secret.reveal())),
            Proof::HmacSm3(secret) => {
                let timestamp = now.as_second();
                request
                    .header("Tongban-Timestamp", timestamp.to_string())
                    .header("Tongban-Signature", signature(secret.reveal(), timestamp, &body))
            }
        };
        let unreachable =
            |error: reqwest::Error| SendError::Unreachable { what: WHAT, why: told(&error.without_url()) };
        let status = request.body(body).send().await.map_err(unreachable)?.status();
        if status.is_success() {
            return Ok(());
        }
        Err(SendError::Answered { what: WHAT, code: status.as_u16() })
    }
}

/// An error with its causes, in one line.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// Hands short messages to whoever speaks to the provider.
pub(super) struct Bridge {
    post: Post,
    templates: BTreeMap<String, String>,
}

impl Bridge {
    pub(super) fn new(name: &str, settings: &BridgeSettings, client: &Client) -> Result<Self, SenderFault> {
        if let Some(unknown) = settings.templates.keys().find(|word| Template::from_word(word).is_none()) {
            return Err(SenderFault::new(name, format!("templates: there is no text {unknown:?}")));
        }
        let post = Post::new(name, &settings.endpoint, client)?;
        Ok(Self { post, templates: settings.templates.clone() })
    }

    pub(super) async fn send(
        &self,
        channel: Channel,
        key: &str,
        to: &str,
        outgoing: &Outgoing,
        text: &str,
        now: Timestamp,
    ) -> Result<(), SendError> {
        let template = outgoing.template.as_str();
        let body = json!({
            "id": key,
            "channel": channel.as_str(),
            "to": to,
            "template": template,
            "template_id": self.templates.get(template).map_or(template, String::as_str),
            "parameters": outgoing.parameters(),
            "lang": outgoing.lang.tag(),
            "text": text,
        });
        self.post.send(key, &body, now).await
    }
}
