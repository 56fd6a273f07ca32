//! The promise and the commitment of a material, on the materials page of a draft and in the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{DraftId, Message, Refusal};
use serde::Deserialize;
use web::{AppError, FormErrors, Nothing, Operation, PostForm, Visitor, page_with_status};

use super::{Kind, StandInError, put, take_back};
use crate::Room;
use crate::attach::http::build;
use crate::http::id;
use crate::save;
use crate::view::DraftView;

async fn put_and_keep(
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
    material: &str,
    kind: Kind,
) -> Result<(), StandInError> {
    let mut tx = room.db.begin().await?;
    put(&mut tx, room, &visitor.actor, visitor.now, draft, material, kind).await?;
    Ok(tx.commit().await?)
}

async fn take_back_and_keep(
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
    material: &str,
    kind: Kind,
) -> Result<(), StandInError> {
    let mut tx = room.db.begin().await?;
    take_back(&mut tx, room, &visitor.actor, visitor.now, draft, material, kind).await?;
    Ok(tx.commit().await?)
}

/// Back to the material on its page.
fn back(draft: DraftId, material: &str) -> Redirect {
    Redirect::to(&format!("/drafts/{draft}/materials#material-{material}"))
}

pub(crate) async fn promise(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let draft = id(&draft)?;
    put_and_keep(&room, &visitor, draft, &material, Kind::Later).await?;
    Ok(back(draft, &material))
}

pub(crate) async fn unpromise(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let draft = id(&draft)?;
    take_back_and_keep(&room, &visitor, draft, &material, Kind::Later).await?;
    Ok(back(draft, &material))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Declaration {
    /// Ticked: read, understood and declared.
    #[serde(default)]
    declared: bool,
}

pub(crate) async fn commit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
    PostForm(form): PostForm<Declaration>,
) -> Result<Response, AppError> {
    let draft = id(&draft)?;
    if form.declared {
        put_and_keep(&room, &visitor, draft, &material, Kind::Commitment).await?;
        return Ok(back(draft, &material).into_response());
    }
    let mut errors = FormErrors::none();
    let sentence = visitor.message(&Message::new("applications-commitment-tick"));
    errors.add(format!("declared-{material}"), sentence);
    let mut tx = room.db.snapshot().await?;
    let again = build(&mut tx, &room, &visitor, draft, errors).await?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

pub(crate) async fn uncommit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let draft = id(&draft)?;
    take_back_and_keep(&room, &visitor, draft, &material, Kind::Commitment).await?;
    Ok(back(draft, &material))
}

async fn api_put(
    room: &Room,
    visitor: &Visitor,
    draft: &str,
    material: &str,
    kind: Kind,
) -> Result<Json<DraftView>, AppError> {
    let draft = id(draft)?;
    put_and_keep(room, visitor, draft, material, kind).await?;
    let mut tx = room.db.snapshot().await?;
    Ok(Json(save::http::view(&mut tx, room, visitor, draft).await?))
}

pub(crate) async fn api_promise(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
) -> Result<Json<DraftView>, AppError> {
    api_put(&room, &visitor, &draft, &material, Kind::Later).await
}

pub(crate) async fn api_commit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
) -> Result<Json<DraftView>, AppError> {
    api_put(&room, &visitor, &draft, &material, Kind::Commitment).await
}

pub(crate) async fn api_unpromise(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    take_back_and_keep(&room, &visitor, id(&draft)?, &material, Kind::Later).await.map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn api_uncommit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    take_back_and_keep(&room, &visitor, id(&draft)?, &material, Kind::Commitment)
        .await
        .map_err(Refusal::from)?;
    Ok(StatusCode::NO_CONTENT)
}

fn operation(name: &'static str, summary: &'static str) -> Operation {
    Operation::new(name, summary)
        .tag("applications")
        .path_param("id", "The draft.")
        .path_param("material", "The id of the material in the package.")
}

pub(crate) fn promise_operation() -> Operation {
    operation("promiseMaterial", "Promises to hand a material in after acceptance (容缺).")
        .description(
            "It replaces the file until then; a file that is handed in replaces the promise. 409 when a file is there, \
             422 when the package does not allow it.",
        )
        .returns::<DraftView>(200, "The draft as it is now.")
}

pub(crate) fn unpromise_operation() -> Operation {
    operation("unpromiseMaterial", "Takes the promise of a material back.")
        .returns_nothing(204, "It is gone.")
}

pub(crate) fn commit_operation() -> Operation {
    operation("declareCommitment", "Declares the commitment of a material in the place of its proof (告知承诺).")
        .description(
            "By this call the applicant declares to have read the text in the guide, to understand it and to stand by it. \
             It is kept with time, person and the digest of the text, and checked after the decision. 409 when a file \
             is there, 422 when the package does not allow it.",
        )
        .returns::<DraftView>(200, "The draft as it is now.")
}

pub(crate) fn uncommit_operation() -> Operation {
    operation("withdrawCommitment", "Takes the commitment of a material back.")
        .returns_nothing(204, "It is gone.")
}
