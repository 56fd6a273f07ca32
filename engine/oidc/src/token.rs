//! `/oauth/token`: a code, a refresh token, a terminal's code or the client's own name becomes tokens (令牌端点).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, PRAGMA};
use axum::response::{IntoResponse as _, Response};
use identity::Token;
use kernel::{Refusal, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use store::Tx;
use utoipa::ToSchema;
use web::{Operation, Visitor};

use crate::client::{Client, GrantType};
use crate::client_auth::authenticate;
use crate::fault::Fault;
use crate::grant::{self, ACCESS_SECONDS, Grant, Issued, Redeemed};
use crate::jws::Alg;
use crate::params::{Called, Params};
use crate::scope::{Scope, Scopes};
use crate::{Room, cors, device};

/// How long an ID token is worth something: it is read at once.
const ID_TOKEN_SECONDS: i64 = 600;

/// Tokens (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// For `Authorization: Bearer`; 32 random bytes that say nothing.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// For so many seconds.
    expires_in: i64,
    /// What it allows.
    scope: String,
    /// To be used once for the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Who has signed on (JWT).
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

pub(crate) async fn answer(State(room): State<Room>, visitor: Visitor, called: Called) -> Response {
    let origin = called.headers.clone();
    let outcome = exchange(&room, visitor.now, &called).await;
    let response = match outcome {
        Ok(tokens) => ([(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(tokens)).into_response(),
        Err(fault) => fault.into_response(),
    };
    shared(&room, &origin, response).await
}

/// Answers to a script of a public client's page may be read by it.
async fn shared(room: &Room, headers: &HeaderMap, response: Response) -> Response {
    cors::allow(room, headers, response).await
}

/// What was asked for is good: for this grant and these scopes.
type Ground = Result<(Box<Grant>, String), &'static str>;

async fn exchange(room: &Room, now: Timestamp, called: &Called) -> Result<Tokens, Fault> {
    let mut tx = room.begin().await?;
    let client = authenticate(&mut tx, room, called, now).await?;
    let params = &called.params;
    let word = params.need("grant_type", "grant_type is needed")?;
    let unsupported = Fault::new("unsupported_grant_type", "this platform knows no such grant_type");
    let kind = GrantType::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(unsupported)?;
    if !client.settings.allows(kind) {
        return Err(Fault::new("unauthorized_client", "the client is not registered for this grant_type"));
    }
    let ground = match kind {
        GrantType::Code => by_code(&mut tx, &client, params, now).await?,
        GrantType::Refresh => by_refresh(&mut tx, &client, params, now).await?,
        GrantType::Device => {
            let code = params.need("device_code", "device_code is needed")?;
            match device::poll(&mut tx, client.id, code, now).await {
                Ok(grant) => {
                    let scope = grant.scope.clone();
                    Ok((Box::new(grant), scope))
                }
                Err(fault) => {
                    tx.commit().await?; // when it asked is kept
                    return Err(fault);
                }
            }
        }
        GrantType::ClientCredentials => in_own_name(&mut tx, &client, params, now).await?,
    };
    let (grant, scope) = match ground {
        Ok(ground) => ground,
        Err(description) => {
            tx.commit().await?; // what was reused has ended
            return Err(Fault::invalid_grant(description));
        }
    };
    if !still_stands(&mut tx, &grant).await? {
        grant::end(&mut tx, grant.id, "account-closed", now).await?;
        tx.commit().await?;
        return Err(Fault::invalid_grant("the account is there no more"));
    }
    let with_refresh = client.settings.allows(GrantType::Refresh) && grant.subject.is_some();
    let issued = grant::issue(&mut tx, &grant, &scope, with_refresh, now).await?;
    let nonce = if kind == GrantType::Code { grant.nonce.as_deref() } else { None };
    let id_token = id_token(room, &client, &grant, &scope, &issued, nonce, now)?;
    tx.commit().await?;
    Ok(Tokens {
        access_token: issued.access.reveal(),
        token_type: "Bearer",
        expires_in: ACCESS_SECONDS.min(grant.expires_at.as_second() - now.as_second()),
        scope,
        refresh_token: issued.refresh.as_ref().map(Token::reveal),
        id_token,
    })
}

async fn still_stands(tx: &mut Tx, grant: &Grant) -> store::Result<bool> {
    match grant.subject {
        Some(subject) => identity::stands(tx, subject).await,
        None => Ok(true),
    }
}

fn ground(redeemed: Redeemed) -> Ground {
    match redeemed {
        Redeemed::Good(grant, scope) => Ok((grant, scope)),
        Redeemed::Refused(description) => Err(description),
    }
}

async fn by_code(tx: &mut Tx, client: &Client, params: &Params, now: Timestamp) -> Result<Ground, Fault> {
    let code = params.need("code", "code is needed")?;
    let redirect_uri = params.need("redirect_uri", "redirect_uri is needed")?;
    let verifier = params.need("code_verifier", "code_verifier is needed (PKCE)")?;
    let is_verifier = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if !is_verifier {
        return Err(Fault::invalid_request("code_verifier must be 43 to 128 unreserved characters"));
    }
    let Some(code) = Token::parse(code) else { return Ok(Err("the code is none of this platform")) };
    Ok(ground(grant::redeem(tx, client.id, &code, redirect_uri, verifier, now).await?))
}

async fn by_refresh(tx: &mut Tx, client: &Client, params: &Params, now: Timestamp) -> Result<Ground, Fault> {
    let token = params.need("refresh_token", "refresh_token is needed")?;
    let Some(token) = Token::parse(token) else {
        return Ok(Err("the refresh token is none of this platform"));
    };
    let narrower = params.get("scope").map(Scopes::parse);
    Ok(ground(grant::refresh(tx, client.id, &token, narrower.as_ref(), now).await?))
}

/// A system in its own name: only words of its own, nothing of any person.
async fn in_own_name(tx: &mut Tx, client: &Client, params: &Params, now: Timestamp) -> Result<Ground, Fault> {
    let allowed = &client.settings.system_scopes;
    let asked: Vec<&str> = match params.get("scope") {
        Some(text) => text.split(' ').filter(|word| !word.is_empty()).collect(),
        None => allowed.iter().map(String::as_str).collect(),
    };
    if asked.iter().any(|word| !allowed.iter().any(|known| known == word)) {
        return Err(Fault::new("invalid_scope", "the client is not registered for one of these scopes"));
    }
    let scope = asked.join(" ");
    let grant = grant::open(tx, client.id, None, &scope, now).await?;
    Ok(Ok((Box::new(grant), scope)))
}

/// The ID token (OpenID Connect Core §2): who has signed on, when and how. Name and numbers are asked for at userinfo,
/// where each look is on record.
fn id_token(
    room: &Room,
    client: &Client,
    grant: &Grant,
    scope: &str,
    issued: &Issued,
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<Option<String>, Fault> {
    if grant.subject.is_none() || !Scopes::parse(scope).has(Scope::OpenId) {
        return Ok(None);
    }
    let ring = room.ring();
    let wanted = client.settings.id_token_alg;
    let key = ring.signing(wanted, now).or_else(|| ring.signing(Alg::Es256, now));
    let key = key.ok_or_else(|| Fault::from(Refusal::internal("no signing key")))?;
    let at = now.as_second();
    let amr: Vec<&str> = grant.amr.split(' ').collect();
    let mut claims = json!({
        "iss": *room.issuer, "sub": grant.sub, "aud": client.id.to_string(), "iat": at, "exp": at + ID_TOKEN_SECONDS,
        "auth_time": grant.auth_time.as_second(), "acr": grant.acr, "amr": amr, "sid": grant.id.to_string(),
        "at_hash": key.alg.half_hash(&issued.access.reveal()),
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = Value::from(nonce);
    }
    key.token("JWT", &claims).map(Some).map_err(|fault| Fault::from(Refusal::internal(fault)))
}

pub(crate) fn operation() -> Operation {
    Operation::new(
        "exchangeTokens",
        "Gives tokens for a code, a refresh token, a terminal or the client itself.",
    )
    .description("Urlencoded, as in RFC 6749 §4.1.3, §6, §4.4 and RFC 8628 §3.4. Errors as in RFC 6749 §5.2.")
    .tag("sign-on")
    .returns::<Tokens>(200, "The tokens.")
}
