//! Whether a client is itself (客户端认证): by its secret, by an assertion that it signs, or as a public one by name only.

use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::Token;
use kernel::Timestamp;
use store::{Tx, vals};

use crate::Room;
use crate::client::{AuthMethod, Client, find_open};
use crate::fault::Fault;
use crate::jws::{Unverified, alg_of};
use crate::params::Called;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead an assertion may end; as long its name is remembered.
const ASSERTION_SECONDS_MAX: i64 = 600;
/// How far two clocks may differ.
pub(crate) const CLOCKS_DIFFER_SECONDS: i64 = 60;

/// The client of a call. Exactly the method that it is registered with is accepted, and only one at a time
/// (RFC 6749 §2.3).
pub(crate) async fn authenticate(
    tx: &mut Tx,
    room: &Room,
    called: &Called,
    now: Timestamp,
) -> Result<Client, Fault> {
    let params = &called.params;
    if params.get("client_secret").is_some() {
        return Err(Fault::invalid_client()); // client_secret_post ends up in logs
    }
    let client = match (called.headers.get(AUTHORIZATION), params.get("client_assertion")) {
        (Some(_), Some(_)) => return Err(Fault::invalid_client()),
        (Some(header), None) => by_secret(tx, header.to_str().unwrap_or_default()).await?,
        (None, Some(assertion)) => {
            if params.get("client_assertion_type") != Some(ASSERTION_TYPE) {
                return Err(Fault::invalid_client());
            }
            by_assertion(tx, room, assertion, now).await?
        }
        (None, None) => {
            let client = find_open(tx, params.get("client_id").unwrap_or_default()).await?;
            client.filter(|client| client.settings.auth_method == AuthMethod::None)
        }
    };
    let client = client.ok_or(Fault::invalid_client())?;
    match params.get("client_id") {
        Some(named) if named != client.id.to_string() => Err(Fault::invalid_client()),
        Some(_) | None => Ok(client),
    }
}

/// `Basic`, with name and secret urlencoded before they were joined (RFC 6749 §2.3.1).
async fn by_secret(tx: &mut Tx, header: &str) -> Result<Option<Client>, Fault> {
    let Some((id, secret)) = basic(header) else { return Ok(None) };
    let Some(client) = find_open(tx, &id).await? else { return Ok(None) };
    let given = Token::parse(&secret).map(|token| token.digest().to_vec());
    let is_right = client.settings.auth_method == AuthMethod::ClientSecretBasic
        && given.is_some()
        && given == client.secret_digest; // hashes of random bytes: the time of comparing tells nothing of use
    Ok(is_right.then_some(client))
}

fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, rest) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |text: &str| {
        let mut pairs = serde_urlencoded::from_str::<Vec<(String, String)>>(&format!("v={text}")).ok()?;
        (pairs.len() == 1).then(|| pairs.remove(0).1)
    };
    Some((plain(id)?, plain(secret)?))
}

/// RFC 7523 §3, and each assertion once.
async fn by_assertion(
    tx: &mut Tx,
    room: &Room,
    assertion: &str,
    now: Timestamp,
) -> Result<Option<Client>, Fault> {
    let Some(token) = Unverified::read(assertion) else { return Ok(None) };
    let id = token.claims["sub"].as_str().unwrap_or_default();
    let Some(client) = find_open(tx, id).await? else { return Ok(None) };
    let is_for_keys = client.settings.auth_method == AuthMethod::PrivateKeyJwt;
    let Some(jti) = fits(room, &token, now).filter(|_| is_for_keys && is_signed(&client, &token)) else {
        return Ok(None);
    };
    let seen = tx
        .execute(
            "insert into oidc_assertions (client, jti, expires_at) values ($1, $2, $3)
             on conflict (client, jti) do nothing",
            vals![client.id, crate::jws::sha256(jti.name.as_bytes()), jti.until],
        )
        .await?;
    Ok((seen == 1).then_some(client))
}

fn is_signed(client: &Client, token: &Unverified<'_>) -> bool {
    let keys = client.settings.jwks.as_ref().and_then(|jwks| jwks["keys"].as_array());
    let named = |jwk: &&serde_json::Value| match (token.kid(), jwk["kid"].as_str()) {
        (Some(wanted), Some(kid)) => wanted == kid,
        (Some(_) | None, None) | (None, Some(_)) => true,
    };
    keys.is_some_and(|keys| {
        keys.iter().filter(named).any(|jwk| alg_of(jwk).is_some() && token.is_signed_with(jwk))
    })
}

/// The name of an assertion, and how long it must be remembered.
struct Jti {
    name: String,
    until: Timestamp,
}

/// Whether the claims are those of an assertion to this platform, now.
fn fits(room: &Room, token: &Unverified<'_>, now: Timestamp) -> Option<Jti> {
    let claims = &token.claims;
    let (issuer, subject) = (claims["iss"].as_str()?, claims["sub"].as_str()?);
    let name = claims["jti"].as_str().filter(|jti| (1..=200).contains(&jti.len()))?;
    let ends = claims["exp"].as_i64()?;
    let at = now.as_second();
    let begins = claims.get("nbf").map_or(Some(at), serde_json::Value::as_i64)?;
    let made = claims.get("iat").map_or(Some(at), serde_json::Value::as_i64)?;
    let accepted = [room.issuer.to_string(), room.url("/oauth/token"), room.url("/oauth/par")];
    let is_ours = |audience: &str| accepted.iter().any(|ours| ours == audience);
    let audience = &claims["aud"];
    let is_for_us = audience.as_str().is_some_and(is_ours)
        || audience.as_array().is_some_and(|all| {
            !all.is_empty() && all.iter().all(|audience| audience.as_str().is_some_and(is_ours))
        });
    let in_time = ends > at - CLOCKS_DIFFER_SECONDS
        && ends <= at + ASSERTION_SECONDS_MAX + CLOCKS_DIFFER_SECONDS
        && begins <= at + CLOCKS_DIFFER_SECONDS
        && made <= at + CLOCKS_DIFFER_SECONDS;
    let until = Timestamp::from_second(ends + CLOCKS_DIFFER_SECONDS).ok()?;
    (issuer == subject && is_for_us && in_time).then(|| Jti { name: name.to_owned(), until })
}
