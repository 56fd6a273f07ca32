//! `/oauth/authorize`: a connected system sends somebody here to sign on (授权端点).
//!
//! Whatever can be answered at once is answered by a redirect. Where somebody has to sign in or to consent first, the
//! request goes along sealed in the address, `/oauth/authorize/{sealed}`: strangers fill no table. From there nobody is
//! redirected but led by a page: browsers do not let a redirect leave the site after a form was sent (`form-action` of the CSP).

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::{Token, find_visit};
use kernel::{Actor, AssuranceLevel, ClientId, Message, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Purpose, Tx, Vault, vals};
use web::{AppError, Lang, Shell, Visitor, cookie, page};

use crate::Room;
use crate::client::{Client, find_client, find_open};
use crate::consent;
use crate::fault::Fault;
use crate::grant::{Offer, Who, later, offer};
use crate::jws::Unverified;
use crate::known;
use crate::params::Params;
use crate::request::{self, Asked, Back, Holder, Next, acr, decide};
use crate::scope::Scopes;

/// How long somebody may take to sign in and to think.
const ASKED_SECONDS: i64 = 30 * 60;
/// How long a pushed request waits for its browser.
pub(crate) const PUSHED_SECONDS: i64 = 90;
/// The name under which pushed requests are sealed.
const REQUEST: &str = "oidc.request";
/// The name under which requests are sealed that their browser carries.
const CARRIED: &str = "oidc.carried-request";
pub(crate) const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that is at work.
pub(crate) struct Pending {
    pub(crate) client: Client,
    pub(crate) asked: Asked,
    pub(crate) asked_at: Timestamp,
}

/// How the browser leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// By a redirect.
    Redirect,
    /// By a page that leads on.
    Page,
}

fn page_fault(key: &'static str) -> AppError {
    AppError(Refusal::Malformed(Message::new(key)))
}

pub(crate) async fn begin(
    State(room): State<Room>,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let params = params.map_err(|_fault| page_fault("oidc-request-unreadable"))?;
    let vault = &room.identity.vault;
    let has_pushed = params.get("request_uri").is_some();
    let mut tx = if has_pushed { room.begin().await? } else { transaction(&room, &visitor).await? };
    let client = find_open(&mut tx, params.get("client_id").unwrap_or_default()).await?;
    let client = client.ok_or_else(|| page_fault("oidc-client-unknown"))?;
    let pending = if let Some(uri) = params.get("request_uri") {
        take_pushed(&mut tx, vault, client, uri, visitor.now).await?
    } else {
        let back = request::back(&client, &params).ok_or_else(|| page_fault("oidc-redirect-unknown"))?;
        match accept(&room, &client, &params, back.clone(), visitor.now) {
            Ok(asked) => Pending { client, asked, asked_at: visitor.now },
            Err(fault) => return leave(&room, &visitor, &client, &back, Err(&fault), Leave::Redirect),
        }
    };
    let (next, holder) = next(&mut tx, &visitor, &pending).await?;
    let mut response = match next {
        Next::Issue(scope) => {
            let response = issue(&mut tx, &room, &visitor, &pending, holder, &scope, Leave::Redirect).await?;
            tx.commit().await?;
            return Ok(response);
        }
        Next::Refuse(fault) => {
            tx.commit().await?; // a pushed request is used up
            return leave(&room, &visitor, &pending.client, &pending.back(), Err(&fault), Leave::Redirect);
        }
        Next::SignIn => to_sign_in(&pending, &seal(vault, &pending, visitor.now)?),
        Next::Consent(_) => redirect(&path_of(&seal(vault, &pending, visitor.now)?)),
        Next::Prove(level) => to_proof(level, &seal(vault, &pending, visitor.now)?),
    };
    tx.commit().await?;
    speak(&room, &pending.asked, &headers, &mut response);
    Ok(response)
}

fn accept(room: &Room, client: &Client, params: &Params, back: Back, now: Timestamp) -> Result<Asked, Fault> {
    if client.settings.requires_pushed_requests {
        return Err(Fault::invalid_request("this client must push its requests (PAR)"));
    }
    read_request(room, client, params, back, now)
}

/// Reads a request, with the hint that may come along.
pub(crate) fn read_request(
    room: &Room,
    client: &Client,
    params: &Params,
    back: Back,
    now: Timestamp,
) -> Result<Asked, Fault> {
    request::read(client, params, back, |hint| {
        hinted(room, hint, client.id, now)?.claims["sub"].as_str().map(str::to_owned)
    })
}

/// An ID token that this platform has signed for this client. It may have run out.
pub(crate) fn hinted<'a>(
    room: &Room,
    hint: &'a str,
    client: ClientId,
    now: Timestamp,
) -> Option<Unverified<'a>> {
    let token = Unverified::read(hint)?;
    let is_ours = room.ring().has_signed(&token, now)
        && token.header["typ"] == "JWT"
        && token.claims["iss"] == *room.issuer
        && token.claims["aud"] == client.to_string();
    is_ours.then_some(token)
}

/// A transaction for what this visitor may bring about: only somebody who is signed in gets a code.
async fn transaction(room: &Room, visitor: &Visitor) -> store::Result<Tx> {
    if visitor.session.is_some() { room.begin().await } else { room.db.snapshot().await }
}

/// A request as its browser carries it.
#[derive(Serialize, Deserialize)]
struct Carried {
    client: ClientId,
    asked: Asked,
    asked_at: Timestamp,
    expires_at: Timestamp,
}

/// Seals a request for its browser.
fn seal(vault: &Vault, pending: &Pending, now: Timestamp) -> Result<String, Refusal> {
    let carried = Carried {
        client: pending.client.id,
        asked: pending.asked.clone(),
        asked_at: pending.asked_at,
        expires_at: later(now, ASKED_SECONDS),
    };
    let plain = serde_json::to_vec(&carried).map_err(Refusal::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(vault.seal(CARRIED, &plain)?))
}

/// Where a request goes on that its browser carries.
pub(crate) fn path_of(sealed: &str) -> String {
    format!("/oauth/authorize/{sealed}")
}

/// The request that a browser carries, while it waits.
pub(crate) async fn unseal(
    tx: &mut Tx,
    vault: &Vault,
    sealed: &str,
    now: Timestamp,
) -> Result<Pending, AppError> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_form| over())?;
    let purpose = Purpose::new("oidc.request", "system");
    let plain = vault.open(CARRIED, &sealed, &purpose).map_err(|_forged| over())?;
    let Carried { client, asked, asked_at, expires_at } =
        serde_json::from_slice(&plain).map_err(|_older| over())?;
    if expires_at <= now {
        return Err(over());
    }
    let client = find_client(tx, client).await?.filter(|client| client.disabled_at.is_none());
    still_registered(Pending { client: client.ok_or_else(over)?, asked, asked_at })
}

/// Keeps a pushed request under a handle that only its client has.
pub(crate) async fn keep(
    tx: &mut Tx,
    vault: &Vault,
    pending: &Pending,
    now: Timestamp,
) -> Result<Token, Refusal> {
    let handle = Token::fresh();
    let request = serde_json::to_vec(&pending.asked).map_err(Refusal::internal)?;
    tx.execute(
        "insert into oidc_requests (digest, client, request_sealed, asked_at, expires_at)
         values ($1, $2, $3, $4, $5)",
        vals![
            handle.digest().to_vec(),
            pending.client.id,
            vault.seal(REQUEST, &request)?,
            pending.asked_at,
            later(now, PUSHED_SECONDS),
        ],
    )
    .await?;
    Ok(handle)
}

/// Takes a pushed request: once (RFC 9126 §7.3), and only for the client that pushed it.
async fn take_pushed(
    tx: &mut Tx,
    vault: &Vault,
    client: Client,
    uri: &str,
    now: Timestamp,
) -> Result<Pending, AppError> {
    let unknown = || page_fault("oidc-pushed-unknown");
    let handle = uri.strip_prefix(REQUEST_URI).and_then(Token::parse).ok_or_else(unknown)?;
    let row = tx
        .fetch_optional(
            "delete from oidc_requests where digest = $1 and client = $2 and expires_at > $3
             returning request_sealed, asked_at",
            vals![handle.digest().to_vec(), client.id, now],
        )
        .await?
        .ok_or_else(unknown)?;
    pending(vault, client, &row.get::<Vec<u8>>(0)?, row.get(1)?)
}

fn pending(vault: &Vault, client: Client, sealed: &[u8], asked_at: Timestamp) -> Result<Pending, AppError> {
    let request = vault.open(REQUEST, sealed, &Purpose::new("oidc.request", "system"))?;
    let asked: Asked = serde_json::from_slice(&request).map_err(Refusal::internal)?;
    still_registered(Pending { client, asked, asked_at })
}

/// An address may have been taken out of the registration meanwhile.
fn still_registered(pending: Pending) -> Result<Pending, AppError> {
    let is_registered = pending.client.settings.redirect_uris.contains(&pending.asked.redirect_uri);
    if is_registered { Ok(pending) } else { Err(page_fault("oidc-redirect-unknown")) }
}

fn over() -> AppError {
    AppError(Refusal::conflict("oidc-request-over"))
}

impl Pending {
    pub(crate) fn back(&self) -> Back {
        Back { redirect_uri: self.asked.redirect_uri.clone(), state: self.asked.state.clone() }
    }
}

/// What the person at the browser means for the request.
pub(crate) async fn next(
    tx: &mut Tx,
    visitor: &Visitor,
    pending: &Pending,
) -> store::Result<(Next, Option<Holder>)> {
    let holder = holder(tx, visitor, &pending.client).await?;
    Ok((decide(&pending.client, &pending.asked, pending.asked_at, holder.as_ref()), holder))
}

/// Who sits at the browser, and what this client knows of them already.
pub(crate) async fn holder(tx: &mut Tx, visitor: &Visitor, client: &Client) -> store::Result<Option<Holder>> {
    let Some(session) = visitor.session else { return Ok(None) };
    let Some(visit) = find_visit(tx, session, visitor.now).await? else { return Ok(None) };
    Ok(Some(Holder {
        subject: visit.subject,
        opened_at: visit.opened_at,
        level: visit.level,
        amr: visit.amr.join(" "),
        sub: known::find_sub(tx, &client.sector(), visit.subject).await?,
        answers: known::answers(tx, client.id, visit.subject).await?,
    }))
}

/// Who sits at the browser, as a grant names them.
pub(crate) async fn who(
    tx: &mut Tx,
    visitor: &Visitor,
    client: &Client,
    holder: Holder,
    keeps: bool,
) -> store::Result<Who> {
    let acting_for = match &visitor.actor {
        Actor::Person(person) => person.legal_person(),
        Actor::Staff(_) | Actor::Anonymous | Actor::System => None,
    };
    Ok(Who {
        subject: holder.subject,
        acting_for,
        sub: match holder.sub {
            Some(sub) => sub,
            None => known::sub(tx, &client.sector(), holder.subject).await?,
        },
        session: visitor.session.filter(|_| keeps),
        auth_time: holder.opened_at,
        acr: acr(holder.level),
        amr: holder.amr,
    })
}

/// Hands out a code.
pub(crate) async fn issue(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    pending: &Pending,
    holder: Option<Holder>,
    scope: &Scopes,
    how: Leave,
) -> Result<Response, AppError> {
    let Pending { client, asked, .. } = pending;
    let holder = holder.ok_or(Refusal::Unauthenticated)?;
    let who = who(tx, visitor, client, holder, true).await?;
    let code = offer(
        tx,
        &Offer {
            client: client.id,
            who,
            scope,
            nonce: asked.nonce.as_deref(),
            redirect_uri: &asked.redirect_uri,
            challenge: &asked.challenge,
        },
        visitor.now,
    )
    .await?;
    leave(room, visitor, client, &pending.back(), Ok(&code), how)
}

/// Sends the browser back to the client, with a code or with a no, and with who says so (RFC 9207).
pub(crate) fn leave(
    room: &Room,
    visitor: &Visitor,
    client: &Client,
    back: &Back,
    outcome: Result<&Token, &Fault>,
    how: Leave,
) -> Result<Response, AppError> {
    let mut pairs = match outcome {
        Ok(code) => vec![("code", code.reveal())],
        Err(fault) => {
            vec![("error", fault.error.to_owned()), ("error_description", fault.description.to_owned())]
        }
    };
    if let Some(state) = &back.state {
        pairs.push(("state", state.clone()));
    }
    pairs.push(("iss", room.issuer.to_string()));
    lead(visitor, client, &with_query(&back.redirect_uri, &pairs), how)
}

/// The address with more in its query; what is there stays.
pub(crate) fn with_query(uri: &str, pairs: &[(&str, String)]) -> String {
    let joint = if uri.contains('?') { '&' } else { '?' };
    // Pairs of texts always have an urlencoded form.
    format!("{uri}{joint}{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
}

#[derive(Template)]
#[template(path = "leave.html")]
struct LeavePage {
    shell: Shell,
    name: String,
    href: String,
}

/// Sends the browser to a registered address of a client.
pub(crate) fn lead(visitor: &Visitor, client: &Client, href: &str, how: Leave) -> Result<Response, AppError> {
    let mut response = match how {
        Leave::Redirect => redirect(href),
        Leave::Page => {
            let name = visitor.pick(&client.settings.name_zh, &client.settings.name_en).to_owned();
            let shell = Shell::new(visitor, visitor.t("oidc-leave-title"));
            page(&LeavePage { shell, name, href: href.to_owned() })?
        }
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

fn redirect(href: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(location) = HeaderValue::try_from(href) {
        response.headers_mut().insert(LOCATION, location);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn to_sign_in(pending: &Pending, sealed: &str) -> Response {
    let door = match pending.client.settings.door {
        crate::client::Door::Persons => "/sign-in",
        crate::client::Door::Staff => "/staff/sign-in",
    };
    let mut pairs = vec![("next", path_of(sealed))];
    if !pending.asked.login_hint.is_empty() {
        pairs.push(("login", pending.asked.login_hint.clone()));
    }
    redirect(&with_query(door, &pairs))
}

/// Where somebody who is known proves a strong factor in their visit.
fn to_proof(level: AssuranceLevel, sealed: &str) -> Response {
    let next = path_of(sealed);
    redirect(&with_query("/account/prove", &[("wanted", level.to_string()), ("next", next)]))
}

/// The language that the client knows its person to read, unless they have chosen one here.
fn speak(room: &Room, asked: &Asked, headers: &HeaderMap, response: &mut Response) {
    let wanted = asked.ui_locales.split(' ').find_map(Lang::from_tag);
    if let Some(lang) = wanted.filter(|_| cookie::read(headers, "lang").is_none())
        && let Some(value) = cookie::set("lang", lang.tag(), None, room.identity.site.config.secure_cookies)
    {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Goes on with a request after somebody has signed in.
pub(crate) async fn go_on(
    State(room): State<Room>,
    visitor: Visitor,
    Path(sealed): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = transaction(&room, &visitor).await?;
    let pending = unseal(&mut tx, &room.identity.vault, &sealed, visitor.now).await?;
    let (next, holder) = next(&mut tx, &visitor, &pending).await?;
    let response = match next {
        Next::SignIn => to_sign_in(&pending, &sealed),
        Next::Prove(level) => to_proof(level, &sealed),
        Next::Consent(scopes) => consent::ask(&visitor, &pending, &sealed, &scopes)?,
        Next::Issue(scope) => issue(&mut tx, &room, &visitor, &pending, holder, &scope, Leave::Page).await?,
        Next::Refuse(fault) => {
            leave(&room, &visitor, &pending.client, &pending.back(), Err(&fault), Leave::Page)?
        }
    };
    tx.commit().await?;
    Ok(response)
}
