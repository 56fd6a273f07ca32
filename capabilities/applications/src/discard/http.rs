//! `/drafts/{id}/discard` and `DELETE /api/v1/drafts/{id}`.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use kernel::DraftId;
use web::{AppError, Nothing, Operation, PostForm, Shell, Visitor, page};

use super::discard;
use crate::http::id;
use crate::{Room, draft};

#[derive(Template)]
#[template(path = "discard/discard.html")]
struct DiscardPage {
    shell: Shell,
    item: String,
    action: String,
    back: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let draft = draft::get_open(&mut tx, &room, visitor.actor.person()?, id(&draft)?).await?;
    let package = room.package(&draft.case_type)?;
    let back = format!("/drafts/{}", draft.id);
    page(&DiscardPage {
        shell: Shell::new(&visitor, visitor.t("applications-discard")).crumb(visitor.t("web-my"), "/my"),
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        action: format!("{back}/discard"),
        back,
    })
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    throw_away(&room, &visitor, id(&draft)?).await?;
    Ok(Redirect::to("/my"))
}

async fn throw_away(room: &Room, visitor: &Visitor, draft: DraftId) -> Result<(), AppError> {
    let mut tx = room.db.begin().await?;
    discard(&mut tx, room, &visitor.actor, visitor.now, draft).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<StatusCode, AppError> {
    throw_away(&room, &visitor, id(&draft)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn operation() -> Operation {
    Operation::new("discardDraft", "Throws a draft away, with the files that were handed in for it.")
        .description("409 when it was submitted.")
        .tag("applications")
        .path_param("id", "The draft.")
        .returns_nothing(204, "It is gone.")
}
