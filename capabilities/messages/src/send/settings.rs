//! What the senders must know (外发设置). Secrets come from files or the environment and never show in `Debug`.

use std::collections::BTreeMap;
use std::fmt;

/// All settings of the senders. What is left out is not sent by.
#[derive(Debug, Clone, Default)]
pub struct SenderSettings {
    /// `[mail]`
    pub mail: Option<MailSettings>,
    /// `[sms]`
    pub sms: Option<BridgeSettings>,
    /// `[wechat]`
    pub wechat: Option<BridgeSettings>,
    /// `[receivers.NAME]`
    pub receivers: BTreeMap<String, Endpoint>,
    /// Where everything for receivers without a name of their own goes: the test receiver of a demonstration.
    pub other_receivers: Option<Endpoint>,
}

/// A password or a shared key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314), usually port 465.
    Tls,
    /// STARTTLS, demanded (RFC 3207), usually port 587.
    StartTls,
    /// None: only to a relay on this machine.
    None,
}

/// The mail server that takes our letters.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The sender, such as `通办 <noreply@zwfw.example.gov.cn>`.
    pub from: String,
    /// Account and password, if it asks for them.
    pub login: Option<(String, Secret)>,
}

/// Where something is posted, and how the receiver knows that it comes from here.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// https, or http to this machine.
    pub url: String,
    /// The proof.
    pub proof: Proof,
}

/// How a request proves where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Not at all: only for receivers on this machine.
    None,
    /// `Authorization: Bearer SECRET`.
    Bearer(Secret),
    /// `Tongban-Timestamp` and `Tongban-Signature: hmac-sm3=…` over time and body.
    HmacSm3(Secret),
}

/// A bridge to a provider of SMS or WeChat messages.
#[derive(Debug, Clone)]
pub struct BridgeSettings {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// The provider's names of our texts: `news`, `action`, `work`, `code`.
    pub templates: BTreeMap<String, String>,
}

/// Why a setting cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[{section}] {rule}")]
pub struct SenderFault {
    /// Section of the config file.
    pub section: String,
    /// What is wrong.
    pub rule: String,
}

impl SenderFault {
    pub(crate) fn new(section: &str, rule: impl Into<String>) -> Self {
        Self { section: section.to_owned(), rule: rule.into() }
    }
}
