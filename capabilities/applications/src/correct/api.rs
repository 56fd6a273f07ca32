//! `/api/v1/cases/{id}/correction`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{CaseId, MaterialId, Refusal};
use serde::Deserialize;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{ApiJson, AppError, IdempotencyKey, Operation, Visitor};

use super::{Correcting, Sending, change, get, send};
use crate::attach::http::FileName;
use crate::attach::{HandedIn, add_to_correction, asked_of_applicant, keep_for_correction};
use crate::detach::detach_correction;
use crate::draft::Answers;
use crate::http::{bytes_max, created, id, read_file};
use crate::mine::http::reading;
use crate::view::{CaseView, CorrectionView, MaterialView};
use crate::{Room, own_case};

fn view(room: &Room, correcting: &Correcting) -> Result<CorrectionView, Refusal> {
    let due = reading(room, &correcting.case)?.due.date();
    let package = room.package(&correcting.case.case_type)?;
    CorrectionView::of(correcting, &package, due).ok_or(Refusal::NotFound)
}

pub(crate) async fn api_show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Json<CorrectionView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let correcting = get(&mut tx, &room, visitor.actor.person()?, id(&case)?).await?;
    Ok(Json(view(&room, &correcting)?))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new(
        "getCorrection",
        "Shows what the correction notice names and what has been prepared in answer.",
    )
    .description("409 when no correction is awaited.")
    .tag("applications")
    .path_param("id", "The case.")
    .returns::<CorrectionView>(200, "The correction as it stands.")
}

pub(crate) async fn api_change(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    ApiJson(changes): ApiJson<Answers>,
) -> Result<Json<CorrectionView>, AppError> {
    let mut tx = room.db.begin().await?;
    let correcting = change(&mut tx, &room, &visitor.actor, id(&case)?, changes).await?;
    tx.commit().await?;
    Ok(Json(view(&room, &correcting)?))
}

pub(crate) fn change_operation() -> Operation {
    Operation::new("changeCorrection", "Prepares changed answers to a correction notice.")
        .description(
            "The body holds the fields to change, by name. Only fields that the notice names may change: any other is \
             422. Nothing is sent yet. 409 when no correction is awaited.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .body::<serde_json::Value>()
        .returns::<CorrectionView>(200, "The correction as it stands.")
}

pub(crate) async fn api_attach(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, material)): Path<(String, String)>,
    Query(name): Query<FileName>,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let by = &visitor.actor;
    let person = by.person()?;
    let mut tx = room.db.snapshot().await?;
    let case_type = own_case::get(&mut tx, person, case).await?.case_type;
    drop(tx);
    let package = room.package(&case_type)?;
    let most = bytes_max(asked_of_applicant(&package, &material)?);
    let file = HandedIn { name: name.plain(), bytes: read_file(body, most).await? };
    let place = format!("POST correction {case} {material} {}", file.name);
    let once = Once::new(by, key, &[place.as_bytes(), &file.bytes]);
    let kept = keep_for_correction(&room, by, case, &material, file).await;
    let mut tx = room.db.begin().await?;
    let added: MaterialId = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        id(&earlier)?
    } else {
        let added = add_to_correction(&mut tx, &room, by, visitor.now, case, &material, &kept?).await?;
        once.keep(&mut tx, &added.to_string()).await?;
        added
    };
    let correcting = get(&mut tx, &room, person, case).await?;
    tx.commit().await?;
    let found = correcting.files.iter().find(|found| found.id == added).ok_or(AppError(Refusal::NotFound))?;
    Ok(created(&format!("/api/v1/cases/{case}/correction/materials/{added}"), &MaterialView::of(found)))
}

pub(crate) fn attach_operation() -> Operation {
    Operation::new("attachToCorrection", "Hands in a file in answer to a correction notice.")
        .description(
            "The body is the file itself. It waits until the answer is sent and then takes the place of all files of its \
             material. Only materials that the notice names: any other is 422. 413, 415 and 422 as for drafts.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .path_param("material", "The id of the material in the package.")
        .query_param("name", "The file's name.", true)
        .idempotent()
        .returns::<MaterialView>(201, "The file.")
}

pub(crate) async fn api_remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, file)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    let mut tx = room.db.begin().await?;
    detach_correction(&mut tx, &visitor.actor, id(&case)?, id(&file)?).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn remove_operation() -> Operation {
    Operation::new("detachFromCorrection", "Takes back a file that waits to be sent.")
        .tag("applications")
        .path_param("id", "The case.")
        .path_param("material", "The id of the file.")
        .returns_nothing(204, "It is gone.")
}

/// How the answer is sent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectionSubmission {
    /// Only what is there by now; the rest of the notice stays open.
    #[serde(default)]
    partial: bool,
}

pub(crate) async fn api_send(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    wanted: Option<ApiJson<CorrectionSubmission>>,
) -> Result<Json<CaseView>, AppError> {
    let case: CaseId = id(&case)?;
    let by = &visitor.actor;
    let partial = wanted.is_some_and(|ApiJson(wanted)| wanted.partial);
    let sending = if partial { Sending::Part } else { Sending::Whole };
    let part = if partial { " in part" } else { "" };
    let place = format!("POST correction {case} submission{part}");
    let once = Once::new(by, key, &[place.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let case = if once.earlier(&mut tx, visitor.now).await?.is_some() {
        own_case::get(&mut tx, by.person()?, case).await?
    } else {
        let case = send(&mut tx, &room, by, visitor.now, case, None, sending).await?;
        once.keep(&mut tx, &case.id.to_string()).await?;
        case
    };
    tx.commit().await?;
    Ok(Json(CaseView::of(&visitor, &room, &case, &reading(&room, &case)?)?))
}

pub(crate) fn send_operation() -> Operation {
    Operation::new("sendCorrection", "Sends the answer to the correction notice; the case goes on.")
        .description(
            "With `partial` only what is there by now is handed in and ticked off; the rest of the notice stays open and its \
             last day stays the same. 422 when nothing was changed or something is missing; 409 when no correction is \
             awaited.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .idempotent()
        .body::<CorrectionSubmission>()
        .returns::<CaseView>(200, "The case.")
}
