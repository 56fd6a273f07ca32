//! Whether an ID token is what it must be (OpenID Connect Core §3.1.3.7). Pure; nothing in a token is believed before its
//! signature is.

use kernel::Timestamp;
use serde_json::Value;

use crate::client_auth::CLOCKS_DIFFER_SECONDS;
use crate::jws::{Alg, Unverified, alg_of};

/// It comes straight from the token endpoint, so it was made moments ago.
const AGE_SECONDS_MAX: i64 = 600;
/// Core §2: a subject has at most 255 characters.
const SUBJECT_BYTES_MAX: usize = 255;

/// What an ID token is compared with.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) acr: Option<&'a str>,
    pub(crate) access_token: &'a str,
    pub(crate) now: Timestamp,
}

/// Why an ID token does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("form")]
    Form,
    /// Not signed, or in a way that is not taken: only ES256 and RS256 are, whatever the token asks for.
    #[error("algorithm")]
    Algorithm,
    /// Signed with a key that the provider does not show.
    #[error("key")]
    UnknownKey,
    #[error("signature")]
    Signature,
    #[error("issuer")]
    Issuer,
    /// For another client, or for others too.
    #[error("audience")]
    Audience,
    #[error("expired")]
    Expired,
    /// Made long ago, in the future, or at no time.
    #[error("issued-at")]
    IssuedAt,
    #[error("nonce")]
    Nonce,
    #[error("subject")]
    Subject,
    /// The holder has proved less than was asked for.
    #[error("level")]
    Level,
    /// It belongs to another access token.
    #[error("access-token")]
    AccessToken,
}

/// The claims of a token that passes.
pub(crate) fn check(token: &str, keys: &[Value], expected: &Expected<'_>) -> Result<Value, Unfit> {
    let read = Unverified::read(token).ok_or(Unfit::Form)?;
    let alg = read.header["alg"].as_str().and_then(Alg::from_name);
    let alg = alg.filter(|alg| matches!(alg, Alg::Es256 | Alg::Rs256)).ok_or(Unfit::Algorithm)?;
    // Other kinds of token that the provider signs for us are none.
    if read.header["typ"].as_str().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(Unfit::Form);
    }
    let is_named = |key: &&Value| read.kid().is_none_or(|kid| key["kid"].as_str() == Some(kid));
    let mut fitting = keys.iter().filter(|key| alg_of(key) == Some(alg)).filter(is_named).peekable();
    if fitting.peek().is_none() {
        return Err(Unfit::UnknownKey);
    }
    if !fitting.any(|key| read.is_signed_with(key)) {
        return Err(Unfit::Signature);
    }
    fits(&read.claims, alg, expected)?;
    Ok(read.claims)
}

fn fits(claims: &Value, alg: Alg, expected: &Expected<'_>) -> Result<(), Unfit> {
    let ensure = |holds: bool, unfit: Unfit| if holds { Ok(()) } else { Err(unfit) };
    let text = |name: &str| claims[name].as_str();
    ensure(text("iss") == Some(expected.issuer), Unfit::Issuer)?;
    // Audiences that we do not know are not trusted (§3.1.3.7, 3).
    let is_ours = |audience: &Value| audience.as_str() == Some(expected.client_id);
    let audience = &claims["aud"];
    let is_for_us = is_ours(audience)
        || audience.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is_ours));
    ensure(is_for_us, Unfit::Audience)?;
    ensure(claims.get("azp").is_none_or(is_ours), Unfit::Audience)?;
    let at = expected.now.as_second();
    let ends = claims["exp"].as_i64().ok_or(Unfit::Expired)?;
    ensure(ends > at.saturating_sub(CLOCKS_DIFFER_SECONDS), Unfit::Expired)?;
    let made = claims["iat"].as_i64().ok_or(Unfit::IssuedAt)?;
    let is_recent = made <= at + CLOCKS_DIFFER_SECONDS && made > at - AGE_SECONDS_MAX - CLOCKS_DIFFER_SECONDS;
    ensure(is_recent, Unfit::IssuedAt)?;
    ensure(text("nonce") == Some(expected.nonce), Unfit::Nonce)?;
    ensure(text("sub").is_some_and(|sub| (1..=SUBJECT_BYTES_MAX).contains(&sub.len())), Unfit::Subject)?;
    ensure(expected.acr.is_none_or(|acr| text("acr") == Some(acr)), Unfit::Level)?;
    let is_of_token = text("at_hash").is_none_or(|hash| hash == alg.half_hash(expected.access_token));
    ensure(is_of_token, Unfit::AccessToken)
}

#[cfg(test)]
mod tests;
