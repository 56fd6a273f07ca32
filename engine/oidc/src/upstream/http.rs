//! The way to a provider and back: `POST /sign-in/upstream/{provider}`, `POST /account/upstream/{provider}/link` and
//! `GET /sign-in/upstream/{provider}/callback`. Beginning is a form with a token, so that no page of others can send a browser
//! there.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::{Client, Said, Token, enter_from_upstream, find_linked, has_just_proved, to_proof};
use kernel::Refusal;
use serde::Deserialize;
use web::{AppError, Nothing, PostForm, Shell, Visitor, local_path, page, page_with_status};

use super::exchange::{Code, Proved, redeem};
use super::flow::{self, Flow};
use super::pending::{self, Pending};
use super::{Failure, Provider};
use crate::Room;
use crate::authorize::with_query;
use crate::params::Params;

/// Where links are seen.
pub(crate) const LINKS: &str = "/account/upstream";
/// Longest address to come back to.
const NEXT_BYTES_MAX: usize = 2000;

#[derive(Template)]
#[template(path = "upstream/away.html")]
struct AwayPage {
    shell: Shell,
    name: String,
    href: String,
}

#[derive(Template)]
#[template(path = "upstream/failed.html")]
struct FailedPage {
    shell: Shell,
    text: String,
    reason: String,
    back: &'static str,
}

pub(crate) fn called(visitor: &Visitor, provider: &Provider) -> String {
    let name = &provider.settings.name;
    visitor.pick(&name.zh, &name.en).to_owned()
}

pub(crate) fn find<'a>(room: &'a Room, id: &str) -> Result<&'a Provider, AppError> {
    room.upstreams.iter().find(|provider| provider.settings.id == id).ok_or(AppError(Refusal::NotFound))
}

/// What holds codes and states is kept by nobody and told to nobody.
fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The page that says why nobody was signed in, and what to do next.
fn failed(
    visitor: &Visitor,
    provider: &Provider,
    failure: Failure,
    is_linking: bool,
) -> Result<Response, AppError> {
    tracing::info!(provider = provider.settings.id, reason = %failure, "upstream sign-in failed");
    let text = visitor.t1(failure.sentence(), "name", called(visitor, provider));
    let title = if is_linking { "oidc-upstream-not-linked" } else { "oidc-upstream-failed" };
    let shown = page_with_status(
        failure.status(),
        &FailedPage {
            shell: Shell::new(visitor, visitor.t(title)),
            text,
            reason: failure.to_string(),
            back: if is_linking { LINKS } else { "/sign-in" },
        },
    )?;
    Ok(private(shown))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    next: String,
}

pub(crate) async fn start(
    State(room): State<Room>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<String>,
    PostForm(form): PostForm<Asked>,
) -> Result<Response, AppError> {
    let next = local_path(&form.next).filter(|next| next.len() <= NEXT_BYTES_MAX).unwrap_or_default();
    let flow = Flow { linking: None, next: next.to_owned() };
    lead_away(&room, &visitor, &headers, find(&room, &id)?, flow).await
}

/// From the account page: whoever links has just proved that the account here is theirs.
pub(crate) async fn start_link(
    State(room): State<Room>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let provider = find(&room, &id)?;
    let mut tx = room.db.snapshot().await?;
    if !has_just_proved(&mut tx, &visitor).await? {
        return Ok(to_proof(LINKS));
    }
    tx.rollback().await?;
    let flow = Flow { linking: visitor.session, next: String::new() };
    lead_away(&room, &visitor, &headers, provider, flow).await
}

async fn lead_away(
    room: &Room,
    visitor: &Visitor,
    headers: &HeaderMap,
    provider: &Provider,
    flow: Flow,
) -> Result<Response, AppError> {
    let metadata = match provider.metadata(visitor.now).await {
        Ok(metadata) => metadata,
        Err(failure) => return failed(visitor, provider, failure, flow.linking.is_some()),
    };
    let settings = &provider.settings;
    let browser = flow::carried(room, headers).unwrap_or_else(Token::fresh);
    let mut tx = room.begin().await?;
    let state = flow::begin(&mut tx, &settings.id, &browser, &flow, visitor.now).await?;
    tx.commit().await?;
    let mut pairs = vec![
        ("response_type", "code".to_owned()),
        ("client_id", settings.client_id.clone()),
        ("redirect_uri", redirect_uri(room, provider)),
        ("scope", settings.scopes.join(" ")),
        ("nonce", flow::nonce(&browser, &state)),
        ("code_challenge", crate::jws::sha256(flow::verifier(&browser, &state).as_bytes())),
        ("code_challenge_method", "S256".to_owned()),
        ("ui_locales", visitor.lang.tag().to_owned()),
        ("state", state),
    ];
    if let Some(acr) = &settings.acr {
        pairs.push(("acr_values", acr.clone()));
    }
    if flow.linking.is_some() {
        // Somebody may have left themselves signed in there on a shared machine.
        pairs.push(("prompt", "login".to_owned()));
    }
    let mut response = page(&AwayPage {
        shell: Shell::new(visitor, visitor.t("oidc-upstream-away-title")),
        name: called(visitor, provider),
        href: with_query(&metadata.authorization_endpoint, &pairs),
    })?;
    flow::hand(room, response.headers_mut(), &browser);
    Ok(private(response))
}

fn redirect_uri(room: &Room, provider: &Provider) -> String {
    room.url(&format!("/sign-in/upstream/{}/callback", provider.settings.id))
}

pub(crate) async fn callback(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let provider = find(&room, &id)?;
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let (Some(browser), Some(state)) = (flow::carried(&room, &headers), params.get("state")) else {
        return failed(&visitor, provider, Failure::Over, false);
    };
    // Used up before anything else is done with it, whatever comes of it.
    let mut tx = room.begin().await?;
    let taken = flow::take(&mut tx, &provider.settings.id, &browser, state, visitor.now).await?;
    tx.commit().await?;
    let flow = match taken {
        Ok(flow) => flow,
        Err(failure) => return failed(&visitor, provider, failure, false),
    };
    let proved = match come_back(&room, &visitor, provider, &params, &browser, state).await {
        Ok(proved) => proved,
        Err(failure) => return failed(&visitor, provider, failure, flow.linking.is_some()),
    };
    let response = match flow.linking {
        Some(session) if visitor.session == Some(session) => {
            link(&room, &visitor, &client, provider, &proved).await?
        }
        // Signed out meanwhile, or somebody else is there: nothing is linked with their account.
        Some(_) => return failed(&visitor, provider, Failure::Over, true),
        None => sign_in(&room, &visitor, &client, provider, &proved, &browser, &flow.next).await?,
    };
    Ok(private(response))
}

/// What the provider's answer proves.
async fn come_back(
    room: &Room,
    visitor: &Visitor,
    provider: &Provider,
    params: &Params,
    browser: &Token,
    state: &str,
) -> Result<Proved, Failure> {
    let metadata = provider.metadata(visitor.now).await?;
    // RFC 9207 §2.4: an answer of somebody else, or one whose writer should be named and is not.
    let is_theirs = match params.get("iss") {
        Some(issuer) => issuer == provider.settings.issuer,
        None => !metadata.names_itself,
    };
    if !is_theirs {
        return Err(Failure::ResponseIssuer);
    }
    match (params.get("error"), params.get("code")) {
        (Some("access_denied"), _) => Err(Failure::Denied),
        (Some(_), _) | (None, None) => Err(Failure::ProviderError),
        (None, Some(code)) => {
            let code = Code {
                code,
                redirect_uri: &redirect_uri(room, provider),
                verifier: &flow::verifier(browser, state),
                nonce: &flow::nonce(browser, state),
            };
            redeem(provider, &code, visitor.now).await
        }
    }
}

/// Both are proved: the account here when the flow began, the one there just now.
async fn link(
    room: &Room,
    visitor: &Visitor,
    client: &Client,
    provider: &Provider,
    proved: &Proved,
) -> Result<Response, AppError> {
    let said = match proved.said_in_full(provider, visitor.now).await {
        Ok(said) => said,
        Err(failure) => return failed(visitor, provider, failure, true),
    };
    make_link(room, visitor, client, &said).await?;
    Ok(Redirect::to(&format!("{LINKS}?done=linked")).into_response())
}

/// Makes the link for the person of the visit.
pub(crate) async fn make_link(
    room: &Room,
    visitor: &Visitor,
    client: &Client,
    said: &Said,
) -> Result<(), AppError> {
    let me = visitor.actor.person()?.person;
    let mut tx = room.begin().await?;
    let made = identity::link(&mut tx, &room.identity.vault, me, said, client.device(), visitor.now).await;
    made.map_err(Refusal::from)?;
    tx.commit().await?;
    tracing::info!(provider = said.provider, "upstream account linked");
    Ok(())
}

/// Whoever is known is let in by the same door as everybody; whoever is not is asked who they are here.
async fn sign_in(
    room: &Room,
    visitor: &Visitor,
    client: &Client,
    provider: &Provider,
    proved: &Proved,
    browser: &Token,
    next: &str,
) -> Result<Response, AppError> {
    let said = proved.said(provider);
    let mut tx = room.db.snapshot().await?;
    let known = find_linked(&mut tx, &room.identity.vault, &said).await?;
    tx.rollback().await?;
    if let Some(person) = known {
        let mut response = enter_from_upstream(&room.identity, visitor, client, person, &said, next).await?;
        flow::take_back(room, response.headers_mut());
        return Ok(response);
    }
    let said = match proved.said_in_full(provider, visitor.now).await {
        Ok(said) => said,
        Err(failure) => return failed(visitor, provider, failure, false),
    };
    let mut tx = room.begin().await?;
    let waiting = Pending { said, next: next.to_owned() };
    pending::keep(&mut tx, &room.identity.vault, browser, &waiting, visitor.now).await?;
    tx.commit().await?;
    let mut response = Redirect::to("/sign-in/link").into_response();
    flow::hand(room, response.headers_mut(), browser);
    Ok(response)
}
