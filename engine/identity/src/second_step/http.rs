//! `/sign-in/second`, for persons and staff alike, and `POST /api/v1/sessions/second-step`.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kernel::Refusal;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{ApiJson, AppError, FormErrors, Nothing, Operation, PostForm, Shell, Visitor, cookie, page};

use super::{SecondStepError, by_code, by_passkey, find};
use crate::Room;
use crate::authenticate::half_cookie;
use crate::client::Client;
use crate::passkeys;
use crate::session_api::SessionToken;
use crate::sessions::{Opened, Subject};
use crate::sign_in_page::{enter, next_path, refused};
use crate::token::Token;

#[derive(Template)]
#[template(path = "second_step/second_step.html")]
struct SecondPage {
    shell: Shell,
    errors: FormErrors,
    offers_passkeys: bool,
    is_staff: bool,
    next: String,
    wait: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    next: String,
}

fn carried(room: &Room, headers: &HeaderMap) -> Result<Token, SecondStepError> {
    let name = half_cookie(room.site.config.secure_cookies);
    cookie::read(headers, name).and_then(Token::parse).ok_or(SecondStepError::Over)
}

async fn build(room: &Room, visitor: &Visitor, token: &Token, next: &str) -> Result<SecondPage, AppError> {
    let mut tx = room.db.snapshot().await?;
    let half = find(&mut tx, token, visitor.now).await?;
    Ok(SecondPage {
        shell: Shell::new(visitor, visitor.t("identity-second-title")),
        errors: FormErrors::none(),
        offers_passkeys: half.ways.passkeys > 0 && room.factors.rp_id().is_some(),
        is_staff: matches!(half.owner, Subject::Staff(_)),
        next: next_path(next).to_owned(),
        wait: String::new(),
    })
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    page(&build(&room, &visitor, &carried(&room, &headers)?, &asked.next).await?)
}

#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let token = carried(&room, &headers)?;
    let again = build(&room, &visitor, &token, &form.next).await?;
    let done = by_code(&room, &token, &form.code, &client, visitor.now).await;
    finish(&room, &visitor, done, again).await
}

#[derive(Deserialize)]
pub(crate) struct PasskeyForm {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit_passkey(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
    PostForm(form): PostForm<PasskeyForm>,
) -> Result<Response, AppError> {
    let token = carried(&room, &headers)?;
    let again = build(&room, &visitor, &token, &form.next).await?;
    let done = by_passkey(&room, &token, &form.answer, &visitor.csrf, &client, visitor.now).await;
    finish(&room, &visitor, done, again).await
}

async fn finish(
    room: &Room,
    visitor: &Visitor,
    done: Result<Opened, SecondStepError>,
    again: SecondPage,
) -> Result<Response, AppError> {
    let home = if again.is_staff { "/desk" } else { "/my" };
    match done.map_err(Refusal::from) {
        Ok(opened) => enter(room, visitor, &opened, &again.next, home).await,
        Err(refusal) => {
            refused(visitor, refusal, again, |page, errors, wait| (page.errors, page.wait) = (errors, wait))
        }
    }
}

/// What the browser is to be asked for.
pub(crate) async fn challenge(
    State(room): State<Room>,
    visitor: Visitor,
    headers: HeaderMap,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Json<Value>, AppError> {
    let token = carried(&room, &headers)?;
    let mut tx = room.db.begin().await?;
    let half = find(&mut tx, &token, visitor.now).await?;
    let owner = Some(half.owner);
    let options = passkeys::ask_for_proof(&mut tx, &room.factors, owner, &visitor.csrf, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(options))
}

/// The second proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondProof {
    /// The token that the first step gave.
    token: String,
    /// Six digits of the authenticator application, or a recovery code.
    code: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    ApiJson(given): ApiJson<SecondProof>,
) -> Result<(StatusCode, Json<SessionToken>), AppError> {
    let token = Token::parse(&given.token).ok_or(SecondStepError::Over)?;
    let opened = by_code(&room, &token, &given.code, &client, visitor.now).await?;
    Ok((StatusCode::CREATED, Json(opened.into())))
}

pub(crate) fn operation() -> Operation {
    Operation::new("completeSession", "Completes a sign-in that asked for a second proof.")
        .description(
            "The token of the first step is good for ten minutes and for nothing else. Failures count like wrong \
             passwords: 429 with Retry-After. 409 when no sign-in waits for this token.",
        )
        .tag("identity")
        .body::<SecondProof>()
        .returns::<SessionToken>(201, "Signed in.")
}
