//! A request to sign somebody on (授权请求): what it may say, and what follows from it. Pure.

use identity::Subject;
use kernel::{AssuranceLevel, Timestamp};
use serde::{Deserialize, Serialize};

use crate::client::{Client, Door, GrantType};
use crate::fault::Fault;
use crate::known::Answers;
use crate::params::Params;
use crate::scope::{Scope, Scopes};

/// The levels that `acr` names: how sure the platform is of who sits there.
pub(crate) const ACR_DECLARED: &str = "urn:tongban:acr:declared";
pub(crate) const ACR_VERIFIED: &str = "urn:tongban:acr:verified";
pub(crate) const ACR_STRONG: &str = "urn:tongban:acr:strong";

pub(crate) const fn acr(level: AssuranceLevel) -> &'static str {
    match level {
        AssuranceLevel::Registered => ACR_DECLARED,
        AssuranceLevel::Verified => ACR_VERIFIED,
        AssuranceLevel::Strong => ACR_STRONG,
    }
}

/// What the client wants the person to be asked (`prompt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Prompt {
    /// What is needed, no more.
    #[default]
    Needed,
    /// Nothing: an answer at once, even if it is no.
    None,
    /// The password again.
    Login,
    /// The consent again.
    Consent,
    /// Both.
    LoginAndConsent,
}

/// A request that keeps all rules of its client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) redirect_uri: String,
    pub(crate) scope: Scopes,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: String,
    pub(crate) prompt: Prompt,
    pub(crate) max_age_seconds: Option<i64>,
    pub(crate) acr_values: Vec<String>,
    pub(crate) login_hint: String,
    pub(crate) ui_locales: String,
    /// The `sub` of an ID token that came along and that this platform has signed.
    pub(crate) expected_sub: Option<String>,
}

/// Where the browser goes back to, known before anything else is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Back {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
}

/// The address to go back to, if it is registered letter by letter. Without it nobody is sent anywhere.
pub(crate) fn back(client: &Client, params: &Params) -> Option<Back> {
    let uris = &client.settings.redirect_uris;
    let redirect_uri = match params.get("redirect_uri") {
        Some(uri) => uris.iter().find(|registered| *registered == uri)?.clone(),
        None => return None, // OpenID Connect wants it named, also where there is only one
    };
    let state = params.get("state").filter(|state| state.len() <= 2000).map(str::to_owned);
    Some(Back { redirect_uri, state })
}

/// Reads a request whose way back is known. `hint_sub` reads an `id_token_hint`.
pub(crate) fn read(
    client: &Client,
    params: &Params,
    back: Back,
    hint_sub: impl Fn(&str) -> Option<String>,
) -> Result<Asked, Fault> {
    let invalid = Fault::invalid_request;
    if params.get("request").is_some() {
        return Err(Fault::new("request_not_supported", "push the request instead (RFC 9126)"));
    }
    if params.get("response_type") != Some("code") {
        return Err(Fault::new("unsupported_response_type", "response_type must be code"));
    }
    if !client.settings.allows(GrantType::Code) {
        return Err(Fault::new("unauthorized_client", "the client does not use authorization_code"));
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(invalid("response_mode must be query"));
    }
    let challenge = params.need("code_challenge", "code_challenge is needed (PKCE)")?;
    let is_challenge = challenge.len() == 43
        && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if params.get("code_challenge_method") != Some("S256") || !is_challenge {
        return Err(invalid("code_challenge_method must be S256, with a challenge of 43 characters"));
    }
    let asked = Scopes::parse(params.get("scope").unwrap_or_default());
    if !asked.has(Scope::OpenId) {
        return Err(Fault::new("invalid_scope", "scope must name openid"));
    }
    let scope = asked.within(&client.settings.allowed());
    if !scope.has(Scope::OpenId) {
        return Err(Fault::new("invalid_scope", "the client may not ask for openid"));
    }
    let short = |name: &str| match params.get(name) {
        Some(value) if value.len() > 1000 => Err(invalid("a parameter is too long")),
        value => Ok(value.map(str::to_owned)),
    };
    let max_age_seconds = match params.get("max_age").map(str::parse::<u32>) {
        Some(Ok(seconds)) => Some(i64::from(seconds)),
        Some(Err(_)) => return Err(invalid("max_age must be a number of seconds")),
        None => None,
    };
    let expected_sub = match params.get("id_token_hint") {
        Some(hint) => Some(hint_sub(hint).ok_or(invalid("id_token_hint is no ID token of this platform"))?),
        None => None,
    };
    if params.get("state").is_some() && back.state.is_none() {
        return Err(invalid("state is too long"));
    }
    Ok(Asked {
        redirect_uri: back.redirect_uri,
        scope,
        state: back.state,
        nonce: short("nonce")?,
        challenge: challenge.to_owned(),
        prompt: prompt(params.get("prompt").unwrap_or_default())?,
        max_age_seconds,
        acr_values: short("acr_values")?.unwrap_or_default().split(' ').map(str::to_owned).collect(),
        login_hint: short("login_hint")?.unwrap_or_default(),
        ui_locales: short("ui_locales")?.unwrap_or_default(),
        expected_sub,
    })
}

fn prompt(text: &str) -> Result<Prompt, Fault> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    if words.iter().any(|word| !["none", "login", "consent", "select_account"].contains(word)) {
        return Err(Fault::invalid_request("prompt must be of none, login, consent, select_account"));
    }
    // Somebody who is to choose another account signs in with it.
    let login = has("login") || has("select_account");
    match (has("none"), login, has("consent")) {
        (true, false, false) => Ok(Prompt::None),
        (true, ..) => Err(Fault::invalid_request("prompt none stands alone")),
        (false, true, true) => Ok(Prompt::LoginAndConsent),
        (false, true, false) => Ok(Prompt::Login),
        (false, false, true) => Ok(Prompt::Consent),
        (false, false, false) => Ok(Prompt::Needed),
    }
}

/// Who sits at the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) subject: Subject,
    /// When they showed their password.
    pub(crate) opened_at: Timestamp,
    pub(crate) level: AssuranceLevel,
    /// With what they proved themselves (RFC 8176), words separated by blanks.
    pub(crate) amr: String,
    /// By which name this client's sector knows them, if it does.
    pub(crate) sub: Option<String>,
    /// What they have answered before.
    pub(crate) answers: Answers,
}

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// Somebody has to sign in, or to sign in again.
    SignIn,
    /// The visit does not reach the level that is asked for, and can.
    Prove(AssuranceLevel),
    /// These are to be asked for.
    Consent(Scopes),
    /// A code for these.
    Issue(Scopes),
    /// The client is told no.
    Refuse(Fault),
}

/// What follows from a request that was first made at `asked_at`, with this person at the browser.
pub(crate) fn decide(client: &Client, asked: &Asked, asked_at: Timestamp, holder: Option<&Holder>) -> Next {
    let silent = asked.prompt == Prompt::None;
    let sign_in = || {
        if silent {
            Next::Refuse(Fault::new("login_required", "nobody is signed in who may answer"))
        } else {
            Next::SignIn
        }
    };
    let fits = |holder: &&Holder| match (client.settings.door, holder.subject) {
        (Door::Persons, Subject::Person(_)) | (Door::Staff, Subject::Staff(_)) => true,
        (Door::Persons, Subject::Staff(_)) | (Door::Staff, Subject::Person(_)) => false,
    };
    let Some(holder) = holder.filter(fits) else { return sign_in() };
    let wants_password = matches!(asked.prompt, Prompt::Login | Prompt::LoginAndConsent);
    let is_too_old = asked
        .max_age_seconds
        .is_some_and(|seconds| asked_at.as_second().saturating_sub(holder.opened_at.as_second()) > seconds)
        // A password that was shown for this request is never too old.
        || (asked.max_age_seconds == Some(0) && holder.opened_at < asked_at);
    if is_too_old || (wants_password && holder.opened_at < asked_at) {
        return sign_in();
    }
    if asked.expected_sub.is_some() && asked.expected_sub != holder.sub {
        return sign_in();
    }
    if let Some(level) = lacking(&asked.acr_values, holder.level) {
        // A factor can be proved here and now; an identity is checked at a counter.
        if level == AssuranceLevel::Strong && holder.level == AssuranceLevel::Verified && !silent {
            return Next::Prove(level);
        }
        let description = "the account does not reach any of the acr_values";
        return Next::Refuse(Fault::new("unmet_authentication_requirements", description));
    }
    let to_ask =
        asked.scope.beyond(&client.settings.needed()).beyond(&Scopes::from([Scope::OpenId].as_slice()));
    let asks_anew = matches!(asked.prompt, Prompt::Consent | Prompt::LoginAndConsent);
    let Answers { consented, refused } = &holder.answers;
    let missing = if asks_anew { to_ask.clone() } else { to_ask.beyond(consented).beyond(refused) };
    match (missing.is_empty() && !asks_anew, silent) {
        (true, _) => Next::Issue(asked.scope.beyond(&refused.within(&to_ask))),
        (false, true) => Next::Refuse(Fault::new("consent_required", "the person has to be asked first")),
        (false, false) => Next::Consent(missing),
    }
}

/// The lowest of the levels that are asked for, where the visit reaches none of them. Levels that this platform does not
/// know ask for nothing.
fn lacking(acr_values: &[String], level: AssuranceLevel) -> Option<AssuranceLevel> {
    let named = |value: &String| AssuranceLevel::ALL.into_iter().find(|level| acr(*level) == value);
    acr_values.iter().filter_map(named).min().filter(|lowest| *lowest > level)
}

#[cfg(test)]
mod tests;
