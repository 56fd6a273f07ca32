//! `/account/passkeys`: the passkeys of an account, a new one, and taking one away.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use serde::Deserialize;
use serde_json::Value;
use web::{AppError, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use super::{NAME_CHARACTERS_MAX, New, add, ask_for_new, list, remove};
use crate::Room;
use crate::factors::{Factor, strengthen, ways_of};
use crate::prove::http::{account_href, own, to_proof, with_token};
use crate::sign_in_page::{next_path, with_next};

#[derive(Template)]
#[template(path = "passkeys/passkeys.html")]
struct PasskeysPage {
    shell: Shell,
    errors: FormErrors,
    passkeys: Vec<PasskeyRow>,
    is_here: bool,
    name: String,
    name_max: usize,
    next: String,
    back: &'static str,
}

struct PasskeyRow {
    id: String,
    name: String,
    since: String,
    last: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    next: String,
}

fn here(next: &str) -> String {
    with_next("/account/passkeys", next)
}

async fn build(
    room: &Room,
    visitor: &Visitor,
    next: &str,
) -> Result<Result<PasskeysPage, Response>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let standing = own(&mut tx, visitor).await?;
    if !standing.is_fresh {
        return Ok(Err(to_proof(&here(next))));
    }
    let row = |passkey: super::PasskeyRecord| PasskeyRow {
        id: passkey.id.to_string(),
        name: passkey.name,
        since: visitor.datetime(passkey.created_at),
        last: passkey
            .last_used_at
            .map_or_else(|| visitor.t("identity-never-used"), |at| visitor.datetime(at)),
    };
    Ok(Ok(PasskeysPage {
        shell: Shell::new(visitor, visitor.t("identity-passkeys-title"))
            .crumb(visitor.t("identity-account-title"), account_href(visitor)),
        errors: FormErrors::none(),
        passkeys: list(&mut tx, &room.vault, standing.owner).await?.into_iter().map(row).collect(),
        is_here: room.factors.rp_id().is_some(),
        name: String::new(),
        name_max: NAME_CHARACTERS_MAX,
        next: next_path(next).to_owned(),
        back: account_href(visitor),
    }))
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    match build(&room, &visitor, &asked.next).await? {
        Ok(found) => page(&found),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// What the browser is to be asked for.
pub(crate) async fn challenge(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Json<Value>, AppError> {
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    if !standing.is_fresh {
        return Err(AppError(Refusal::Forbidden));
    }
    let shell = Shell::new(&visitor, "");
    let (bound_to, shown_as) = (visitor.csrf.as_str(), shell.shown_as());
    let options =
        ask_for_new(&mut tx, &room.factors, standing.owner, shown_as, bound_to, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(options))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    name: String,
    answer: String,
    next: String,
}

/// The authenticator has just verified its user, so the visit counts as strong from then on.
pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut again = match build(&room, &visitor, &form.next).await? {
        Ok(again) => again,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    let new = New { owner: standing.owner, name: &form.name, answer: &form.answer, bound_to: &visitor.csrf };
    match add(&mut tx, &room.vault, &room.factors, new, visitor.now).await.map_err(Refusal::from) {
        Ok(()) => {
            let opened = strengthen(&mut tx, standing.session, Factor::Passkey, visitor.now).await?;
            let opened = opened.ok_or(AppError(Refusal::Unauthenticated))?;
            let has_codes = ways_of(&mut tx, standing.owner).await?.recovery_codes > 0;
            tx.commit().await?;
            let onward = match (has_codes, next_path(&form.next)) {
                (false, next) => crate::recovery_codes::http::here(next),
                (true, "") => here(""),
                (true, next) => next.to_owned(),
            };
            Ok(with_token(&room, Redirect::to(&onward).into_response(), &opened))
        }
        Err(refusal) => {
            again.errors = FormErrors::of(&visitor, refusal)?;
            again.name = form.name;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

pub(crate) async fn submit_remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let id = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    if !standing.is_fresh {
        return Ok(to_proof("/account/passkeys"));
    }
    if !remove(&mut tx, standing.owner, id, visitor.now).await? {
        return Err(AppError(Refusal::NotFound));
    }
    tx.commit().await?;
    Ok(Redirect::to("/account/passkeys").into_response())
}
