//! Files of a case: looking at one, and adding one that the office has made.

use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{CaseId, FieldError, Message, Refusal, TaskId};
use web::{AppError, FormErrors, FormPairs, PostUpload, UploadedFile, Visitor};

use super::case::{self, Typed};
use super::{conflict, redirect, version};
use crate::attach::HandedIn;
use crate::desk::made::{self, AttachMade};
use crate::desk::{DeskError, api};
use crate::{Room, http};

/// The file itself, for the frame of the case page.
pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, material)): Path<(String, String)>,
) -> Result<Response, AppError> {
    api::show(&room, &visitor, &id, &material).await
}

/// Adds a file that the office has made, with the same checks as an applicant's.
pub(super) async fn add(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let pairs = FormPairs(upload.fields.clone());
    let task: TaskId = http::id(pairs.get("task").unwrap_or_default())?;
    let material = pairs.get("material").unwrap_or_default().to_owned();
    let wanted =
        AttachMade { case: id, expected: Some(version(&pairs)?), task: Some(task), material: &material };
    match keep(&room, &visitor, &wanted, upload.files.into_iter().next()).await {
        Ok(()) => Ok(redirect(&format!("/desk/cases/{id}?task={task}&done=attach#work"))),
        Err(error) => match FormErrors::of(&visitor, beside(&material, error.into())) {
            Ok(errors) => case::again(&room, &visitor, id, Typed { pairs, errors, task: Some(task) }).await,
            Err(refusal) => conflict::refuse(&room, &visitor, id, refusal, None).await,
        },
    }
}

async fn keep(
    room: &Room,
    visitor: &Visitor,
    wanted: &AttachMade<'_>,
    file: Option<UploadedFile>,
) -> Result<(), DeskError> {
    let by = &visitor.actor;
    let file = file.ok_or_else(|| {
        DeskError::Refused(Refusal::field(wanted.material, Message::new("desk-file-missing")))
    })?;
    let kept = made::keep(room, by, wanted, HandedIn { name: file.file_name, bytes: file.bytes }).await?;
    let mut tx = room.db.begin().await?;
    made::add(&mut tx, room, by, wanted, &kept, visitor.now).await?;
    Ok(tx.commit().await?)
}

/// Errors of the file stand at its input, whatever status the API would give them.
fn beside(material: &str, refusal: Refusal) -> Refusal {
    let field = format!("materials/{material}");
    match refusal {
        Refusal::Invalid(errors) => {
            let at_input = |error: FieldError| FieldError { field: field.clone(), ..error };
            Refusal::Invalid(errors.into_iter().map(at_input).collect())
        }
        Refusal::Unsupported(message) => Refusal::field(field, message),
        Refusal::TooLarge(bytes) => {
            let megabytes = bytes.div_ceil(1024 * 1024);
            Refusal::field(field, Message::new("desk-file-too-large").with("most", megabytes))
        }
        Refusal::NotFound
        | Refusal::Unauthenticated
        | Refusal::Forbidden
        | Refusal::LevelNeeded(_)
        | Refusal::Outside(_)
        | Refusal::Conflict(_)
        | Refusal::Malformed(_)
        | Refusal::TooMany(_)
        | Refusal::Unavailable
        | Refusal::Internal(_) => refusal,
    }
}
