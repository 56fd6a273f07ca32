//! `/admin/signing-keys`: with which keys the platform signs, a new one, and taking one away.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, Refusal, Timestamp};
use serde::Deserialize;
use web::{AppError, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use super::pages::shell;
use crate::Room;
use crate::jws::Alg;
use crate::keys::{Key, Next, follow, withdraw};
use crate::permission::MANAGE_CLIENTS;
use crate::register::acts;

const HREF: &str = "/admin/signing-keys";

struct Row {
    kid: String,
    alg: String,
    state: String,
    kind: &'static str,
    when: String,
}

struct ActRow {
    at: String,
    by: String,
    act: String,
}

#[derive(Template)]
#[template(path = "admin/keys.html")]
struct KeysPage {
    shell: Shell,
    errors: FormErrors,
    may_manage: bool,
    rows: Vec<Row>,
    acts: Vec<ActRow>,
}

/// What a key does now: waits, signs, or is only shown.
pub(super) fn state(key: &Key, now: Timestamp) -> &'static str {
    match (key.shown_until, key.signs_from > now) {
        (_, true) => "waits",
        (None, false) => "signs",
        (Some(_), false) => "shown",
    }
}

fn row(visitor: &Visitor, key: &Key) -> Row {
    let state = state(key, visitor.now);
    let (kind, at) = match state {
        "waits" => ("info", key.signs_from),
        "signs" => ("success", key.signs_from),
        _ => ("plain", key.shown_until.unwrap_or(key.signs_from)),
    };
    Row {
        kid: key.kid.clone(),
        alg: key.alg.as_str().to_owned(),
        state: visitor.t(&format!("oidc-key-{state}")),
        kind,
        when: visitor.t1(&format!("oidc-key-{state}-when"), "at", visitor.datetime(at)),
    }
}

async fn keys_page(room: &Room, visitor: &Visitor, errors: FormErrors) -> Result<KeysPage, AppError> {
    let mut tx = room.db.snapshot().await?;
    let acts = acts(&mut tx, "keys").await?;
    Ok(KeysPage {
        errors,
        may_manage: visitor.actor.may(MANAGE_CLIENTS),
        rows: room.ring().keys().iter().map(|key| row(visitor, key)).collect(),
        acts: acts
            .into_iter()
            .map(|act| ActRow {
                at: visitor.datetime(act.at),
                by: act.by,
                act: visitor.t(&format!("oidc-act-{}", act.act)),
            })
            .collect(),
        shell: shell(visitor, "oidc-keys-title"),
    })
}

pub(crate) async fn list(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    page(&keys_page(&room, &visitor, FormErrors::none()).await?)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    alg: String,
    key: String,
}

/// A name of a way of signing, and for RSA the key that was made elsewhere.
pub(super) fn next<'a>(alg: &str, key: &'a str) -> Result<Next<'a>, Refusal> {
    match Alg::from_name(alg) {
        Some(Alg::Rs256) => Ok(Next::Brought(key)),
        Some(alg) => Ok(Next::Fresh(alg)),
        None => Err(Refusal::field("alg", Message::new("oidc-key-alg"))),
    }
}

pub(super) async fn added(room: &Room, visitor: &Visitor, alg: &str, key: &str) -> Result<String, Refusal> {
    let mut tx = room.begin().await?;
    let kid = follow(&mut tx, &room.identity.vault, &visitor.actor, next(alg, key)?, visitor.now).await?;
    tx.commit().await?;
    room.refresh().await?;
    Ok(kid)
}

pub(crate) async fn add(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    match added(&room, &visitor, &form.alg, &form.key).await {
        Ok(_kid) => Ok(Redirect::to(HREF).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = keys_page(&room, &visitor, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

pub(super) async fn taken_away(room: &Room, visitor: &Visitor, kid: &str) -> Result<(), Refusal> {
    let mut tx = room.begin().await?;
    withdraw(&mut tx, &room.identity.vault, &visitor.actor, kid, visitor.now).await?;
    tx.commit().await?;
    room.refresh().await?;
    Ok(())
}

pub(crate) async fn take_away(
    State(room): State<Room>,
    visitor: Visitor,
    Path(kid): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    taken_away(&room, &visitor, &kid).await?;
    Ok(Redirect::to(HREF).into_response())
}
