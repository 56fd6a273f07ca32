//! Signing in by passkey alone (通行密钥登录): the authenticator has verified its user, so no second step follows.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use kernel::{Refusal, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use web::{AppError, Nothing, PostForm, Visitor};

use super::http::SignInPage;
use super::{Door, Whose, complete, knock};
use crate::Room;
use crate::client::Client;
use crate::factors::Factor;
use crate::passkeys::{self, For, PasskeyError};
use crate::second_step::SecondStepError;
use crate::sessions::{Opened, Subject};
use crate::sign_in_page::{enter, refused};
use crate::vouch;

/// Opens a visit for the owner of a passkey, if they come through their own door.
pub(crate) async fn sign_in_by_passkey(
    room: &Room,
    door: Door,
    answer: &str,
    bound_to: &str,
    client: &Client,
    now: Timestamp,
) -> Result<Opened, SecondStepError> {
    let mut tx = room.db.begin().await?;
    let claimed = passkeys::claimed(&mut tx, answer).await;
    let whose = match &claimed {
        Ok(claimed) => Whose::Known(claimed.owner),
        Err(_unknown) => Whose::Unknown(door, answer),
    };
    let attempt = knock(&mut tx, &room.vault, whose, Factor::Passkey, client, now).await?;
    tx.commit().await?;

    let claimed = claimed?;
    let mut tx = room.db.begin().await?;
    let is_theirs = match (door, claimed.owner) {
        (Door::Person, Subject::Person(_)) | (Door::Staff, Subject::Staff(_)) => true,
        (Door::Person, Subject::Staff(_)) | (Door::Staff, Subject::Person(_)) => false,
    };
    if !is_theirs || !vouch::stands(&mut tx, claimed.owner).await? {
        return Err(PasskeyError::NotAccepted.into());
    }
    let proved = passkeys::proved(&mut tx, &room.factors, &claimed, For::SignIn, bound_to, now).await;
    if let Err(error) = proved {
        tx.commit().await?; // the challenge is used up, and the owner is told of a copy
        return Err(error.into());
    }
    let factors = [Factor::Passkey];
    let opened = complete(&mut tx, &room.vault, attempt, claimed.owner, &factors, client, now).await?;
    tx.commit().await?;
    Ok(opened)
}

/// What the browser is to be asked for; the same for everybody.
pub(crate) async fn challenge(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Json<Value>, AppError> {
    let mut tx = room.db.begin().await?;
    let options = passkeys::ask_for_proof(&mut tx, &room.factors, None, &visitor.csrf, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(options))
}

#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit_person(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    submit(&room, &visitor, Door::Person, &client, &form).await
}

pub(crate) async fn submit_staff(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    submit(&room, &visitor, Door::Staff, &client, &form).await
}

async fn submit(
    room: &Room,
    visitor: &Visitor,
    door: Door,
    client: &Client,
    form: &Form,
) -> Result<Response, AppError> {
    let done = sign_in_by_passkey(room, door, &form.answer, &visitor.csrf, client, visitor.now).await;
    let again = SignInPage::new(room, visitor, door, String::new(), &form.next);
    match done.map_err(Refusal::from) {
        Ok(opened) => enter(room, visitor, &opened, &form.next, door.home()).await,
        Err(refusal) => {
            refused(visitor, refusal, again, |page, errors, wait| (page.errors, page.wait) = (errors, wait))
        }
    }
}
