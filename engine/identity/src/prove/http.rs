//! `/account/prove`: says what is asked for and why, offers the ways, and leads back. `POST /api/v1/sessions/current/proof`.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Actor, AssuranceLevel, Refusal};
use serde::Deserialize;
use serde_json::Value;
use store::Tx;
use utoipa::ToSchema;
use web::{ApiJson, AppError, FormErrors, Nothing, Operation, PostForm, Shell, Visitor, encode, page};

use super::{ProveError, by_code, by_passkey, by_password};
use crate::Room;
use crate::authenticate::hand_cookie;
use crate::client::Client;
use crate::factors::{Standing, Ways, standing, ways_of};
use crate::passkeys;
use crate::session_api::SessionToken;
use crate::sessions::Opened;
use crate::sign_in_page::{next_path, refused};

/// How the visit that asks stands.
pub(crate) async fn own(tx: &mut Tx, visitor: &Visitor) -> Result<Standing, AppError> {
    let session = visitor.session.ok_or(AppError(Refusal::Unauthenticated))?;
    standing(tx, session, visitor.now).await?.ok_or(AppError(Refusal::Unauthenticated))
}

/// Leads to the proof, and back from there.
pub fn to_proof(next: &str) -> Response {
    Redirect::to(&format!("/account/prove?next={}", encode(next))).into_response()
}

/// Whether whoever asks has proved moments ago, with the most that the account has, that it is them (再次验证). Where they
/// have not, lead them to [`to_proof`].
pub async fn has_just_proved(tx: &mut Tx, visitor: &Visitor) -> Result<bool, AppError> {
    Ok(own(tx, visitor).await?.is_fresh)
}

/// The account page of whoever looks.
pub(crate) fn account_href(visitor: &Visitor) -> &'static str {
    if matches!(visitor.actor, Actor::Staff(_)) { "/staff/account" } else { "/my/account" }
}

#[derive(Template)]
#[template(path = "prove/prove.html")]
struct ProvePage {
    shell: Shell,
    errors: FormErrors,
    /// Why the proof is asked for.
    lead: String,
    /// Whether somebody has to compare the person with their document first.
    needs_check: bool,
    needs_proof: bool,
    /// There is nothing to prove it with yet.
    needs_setting_up: bool,
    ways: Ways,
    offers_passkeys: bool,
    here_passkeys: bool,
    wanted: String,
    next: String,
    wait: String,
}

/// What is wanted, and where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    wanted: String,
    next: String,
}

impl Asked {
    fn level(&self) -> Result<Option<AssuranceLevel>, AppError> {
        match self.wanted.as_str() {
            "" => Ok(None),
            word => word.parse().map(Some).map_err(|_unknown| AppError(Refusal::NotFound)),
        }
    }
}

/// What is there, against what is asked for.
struct Gap {
    needs_check: bool,
    needs_proof: bool,
}

fn gap(actor: &Actor, standing: Standing, wanted: Option<AssuranceLevel>) -> Gap {
    let wants_strong = wanted == Some(AssuranceLevel::Strong);
    let is_checked = match actor {
        // A visit of somebody who is known reaches at least this level, with or without a factor.
        Actor::Person(person) => person.level >= AssuranceLevel::Verified,
        Actor::Staff(_) | Actor::System | Actor::Anonymous => true,
    };
    Gap {
        needs_check: wanted >= Some(AssuranceLevel::Verified) && !is_checked,
        needs_proof: if wanted.is_none() { !standing.is_fresh } else { wants_strong && !standing.is_strong },
    }
}

/// The page, or nothing when all that is asked for is there.
async fn build(room: &Room, visitor: &Visitor, asked: &Asked) -> Result<Option<ProvePage>, AppError> {
    let wanted = asked.level()?;
    let mut tx = room.db.snapshot().await?;
    let standing = own(&mut tx, visitor).await?;
    let gap = gap(&visitor.actor, standing, wanted);
    if !gap.needs_check && !gap.needs_proof {
        return Ok(None);
    }
    let ways = ways_of(&mut tx, standing.owner).await?;
    let lead = match (wanted, &visitor.actor) {
        (None, _) => "identity-prove-lead-change",
        (Some(AssuranceLevel::Strong), Actor::Staff(_)) => "identity-prove-lead-staff",
        (Some(AssuranceLevel::Strong), _) => "identity-prove-lead-strong",
        (Some(AssuranceLevel::Verified | AssuranceLevel::Registered), _) => "identity-prove-lead-verified",
    };
    let here_passkeys = room.factors.rp_id().is_some();
    Ok(Some(ProvePage {
        shell: Shell::new(visitor, visitor.t("identity-prove-title")),
        errors: FormErrors::none(),
        lead: visitor.t(lead),
        needs_check: gap.needs_check,
        needs_proof: gap.needs_proof && (ways.has_second() || wanted.is_none()),
        needs_setting_up: gap.needs_proof && !ways.has_second() && wanted.is_some(),
        offers_passkeys: ways.passkeys > 0 && here_passkeys,
        here_passkeys,
        ways,
        wanted: asked.wanted.clone(),
        next: next_path(&asked.next).to_owned(),
        wait: String::new(),
    }))
}

fn onward(visitor: &Visitor, next: &str) -> Redirect {
    match next_path(next) {
        "" => Redirect::to(account_href(visitor)),
        next => Redirect::to(next),
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    match build(&room, &visitor, &asked).await? {
        Some(found) => page(&found),
        None => Ok(onward(&visitor, &asked.next).into_response()),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    code: String,
    password: String,
    answer: String,
    wanted: String,
    next: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let asked = Asked { wanted: form.wanted, next: form.next };
    let Some(again) = build(&room, &visitor, &asked).await? else {
        return Ok(onward(&visitor, &asked.next).into_response());
    };
    let mut tx = room.db.snapshot().await?;
    let standing = own(&mut tx, &visitor).await?;
    drop(tx);
    let done = if !form.answer.is_empty() {
        by_passkey(&room, standing, &form.answer, &visitor.csrf, &client, visitor.now).await
    } else if again.ways.has_second() {
        by_code(&room, standing, &form.code, &client, visitor.now).await
    } else {
        by_password(&room, standing, &form.password, &client, visitor.now).await
    };
    match done.map_err(Refusal::from) {
        // Where a check of the document is still missing, this page says so.
        Ok(opened) => Ok(with_token(&room, onward_or_here(&visitor, &again, &asked), &opened)),
        Err(refusal) => {
            refused(&visitor, refusal, again, |page, errors, wait| (page.errors, page.wait) = (errors, wait))
        }
    }
}

fn onward_or_here(visitor: &Visitor, page: &ProvePage, asked: &Asked) -> Response {
    if page.needs_check {
        let here = format!("/account/prove?wanted={}&next={}", page.wanted, encode(&page.next));
        return Redirect::to(&here).into_response();
    }
    onward(visitor, &asked.next).into_response()
}

/// The answer, with the new token of the visit.
pub(crate) fn with_token(room: &Room, mut response: Response, opened: &Opened) -> Response {
    hand_cookie(room, response.headers_mut(), &opened.token);
    response
}

/// What the browser is to be asked for.
pub(crate) async fn challenge(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Json<Value>, AppError> {
    let mut tx = room.db.begin().await?;
    let owner = Some(own(&mut tx, &visitor).await?.owner);
    let options = passkeys::ask_for_proof(&mut tx, &room.factors, owner, &visitor.csrf, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(options))
}

/// A further proof in this visit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    /// Six digits of the authenticator application, or a recovery code.
    code: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    ApiJson(given): ApiJson<Proof>,
) -> Result<Json<SessionToken>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let standing = own(&mut tx, &visitor).await?;
    drop(tx);
    let opened: Result<Opened, ProveError> =
        by_code(&room, standing, &given.code, &client, visitor.now).await;
    Ok(Json(opened?.into()))
}

pub(crate) fn operation() -> Operation {
    Operation::new("proveAgain", "Proves a strong factor in this visit.")
        .description(
            "For what answers 403 with the problem `level`. The answer holds a new token; the old one is worthless. \
             Failures count like wrong passwords: 429 with Retry-After.",
        )
        .tag("identity")
        .body::<Proof>()
        .returns::<SessionToken>(200, "The new token of the same visit.")
}
