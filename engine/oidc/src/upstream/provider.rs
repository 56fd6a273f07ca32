//! A provider with what it says of itself (Discovery 1.0) and its keys, each kept for a while.

use std::sync::{Arc, RwLock};

use kernel::{Refusal, Timestamp};
use serde_json::Value;

use super::{Failure, Upstream, fetch};
use crate::client::is_safe_uri;
use crate::jws::is_usable;

/// How long metadata and keys are believed without asking again.
const KEPT_SECONDS: i64 = 3600;
/// A token with an unknown key has the keys read anew, at most so often: strangers can bring such tokens about.
const KEYS_ANEW_SECONDS: i64 = 30;
/// More keys than any provider has.
const KEYS_MAX: usize = 50;

/// A provider, and what is known of it at the moment.
pub(crate) struct Provider {
    pub(crate) settings: Upstream,
    pub(crate) http: reqwest::Client,
    kept: RwLock<Kept>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.settings.fmt(f)
    }
}

#[derive(Default, Clone)]
struct Kept {
    metadata: Option<(Arc<Metadata>, Timestamp)>,
    keys: Option<(Arc<Vec<Value>>, Timestamp)>,
}

/// What it says of itself, as far as it matters here.
#[derive(Debug)]
pub(crate) struct Metadata {
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) userinfo_endpoint: Option<String>,
    jwks_uri: String,
    /// Whether its answers to the browser name it (RFC 9207).
    pub(crate) names_itself: bool,
    /// Whether it takes the client's secret in the form only.
    pub(crate) wants_secret_in_form: bool,
}

fn is_fresh(at: Timestamp, seconds: i64, now: Timestamp) -> bool {
    now.as_second().saturating_sub(at.as_second()) < seconds
}

impl Provider {
    pub(crate) fn new(settings: Upstream) -> Result<Self, Refusal> {
        let http = fetch::client(settings.timeout)?;
        Ok(Self { settings, http, kept: RwLock::default() })
    }

    fn kept(&self) -> Kept {
        match self.kept.read() {
            Ok(kept) => kept.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    fn keep(&self, change: impl FnOnce(&mut Kept)) {
        match self.kept.write() {
            Ok(mut kept) => change(&mut kept),
            Err(poisoned) => change(&mut poisoned.into_inner()),
        }
    }

    /// What it says of itself.
    pub(crate) async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, Failure> {
        if let Some((found, at)) = self.kept().metadata
            && is_fresh(at, KEPT_SECONDS, now)
        {
            return Ok(found);
        }
        let issuer = &self.settings.issuer;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found = Arc::new(read(issuer, &fetch::get(&self.http, &url, None).await?)?);
        self.keep(|kept| kept.metadata = Some((Arc::clone(&found), now)));
        Ok(found)
    }

    /// Its keys. `anew`: one was missing among those that are kept.
    pub(crate) async fn keys(&self, anew: bool, now: Timestamp) -> Result<Arc<Vec<Value>>, Failure> {
        let seconds = if anew { KEYS_ANEW_SECONDS } else { KEPT_SECONDS };
        if let Some((found, at)) = self.kept().keys
            && is_fresh(at, seconds, now)
        {
            return Ok(found);
        }
        let url = self.metadata(now).await?.jwks_uri.clone();
        let mut found = fetch::get(&self.http, &url, None).await?;
        let Value::Array(keys) = found["keys"].take() else { return Err(Failure::NotJson) };
        let for_signing = |key: &Value| key["use"].as_str().is_none_or(|of| of == "sig") && is_usable(key);
        let keys: Arc<Vec<Value>> = Arc::new(keys.into_iter().filter(for_signing).take(KEYS_MAX).collect());
        self.keep(|kept| kept.keys = Some((Arc::clone(&keys), now)));
        Ok(keys)
    }
}

/// Reads metadata. They must be of the issuer of the config, letter by letter (Discovery §4.3), or another's keys would be
/// believed.
fn read(issuer: &str, given: &Value) -> Result<Metadata, Failure> {
    if given["issuer"].as_str() != Some(issuer) {
        return Err(Failure::Metadata);
    }
    let address = |name: &str| {
        let found = given[name].as_str().filter(|text| is_safe_uri(text));
        found.map(str::to_owned).ok_or(Failure::Metadata)
    };
    let methods = given["token_endpoint_auth_methods_supported"].as_array();
    let takes = |method: &str| methods.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(method)));
    Ok(Metadata {
        authorization_endpoint: address("authorization_endpoint")?,
        token_endpoint: address("token_endpoint")?,
        userinfo_endpoint: match given.get("userinfo_endpoint") {
            Some(_) => Some(address("userinfo_endpoint")?),
            None => None,
        },
        jwks_uri: address("jwks_uri")?,
        names_itself: given["authorization_response_iss_parameter_supported"].as_bool() == Some(true),
        wants_secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
    })
}
