//! The applicant's side: a form beneath their case, and the same in the API.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::AgentAct;
use kernel::{CaseId, Refusal, Right};
use serde::Deserialize;
use store::idempotency::Once;
use store::page::PageRequest;
use web::{ApiJson, AppError, FormErrors, IdempotencyKey, Operation, PostForm, Visitor};

use super::view::{LetterPage, LetterWritten, NewLetter};
use super::{LetterError, Side, list, mark_read, write};
use crate::http::{created, id};
use crate::room::own_purpose;
use crate::{Room, acting, mine, own_case};

#[derive(Debug, Deserialize)]
pub(crate) struct LetterForm {
    #[serde(default)]
    letter: String,
}

/// POST `/cases/{id}/letters`.
pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    PostForm(form): PostForm<LetterForm>,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    match send(&room, &visitor, case, &form.letter).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{case}#letters")).into_response()),
        Err(error) => {
            let errors = FormErrors::of(&visitor, error)?;
            mine::page::again(&room, &visitor, case, &form.letter, &errors).await
        }
    }
}

async fn send(room: &Room, visitor: &Visitor, case: CaseId, text: &str) -> Result<(), Refusal> {
    let person = visitor.actor.person()?;
    let mut tx = room.db.begin().await?;
    let case = own_case::get_to(&mut tx, person, case, Right::Apply).await?;
    let by = (&visitor.actor, Side::Applicant, person.shown_as.as_str());
    write(&mut tx, room, by, &case, text, visitor.now).await?;
    acting::note_case(&mut tx, &visitor.actor, AgentAct::Wrote, &case, visitor.now).await?;
    Ok(tx.commit().await?)
}

/// GET `/api/v1/cases/{id}/letters`. What the office wrote counts as read.
pub(crate) async fn api_list(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    Query(request): Query<PageRequest>,
) -> Result<Json<LetterPage>, AppError> {
    let person = visitor.actor.person()?;
    let mut tx = room.db.begin().await?;
    let case = own_case::get(&mut tx, person, id(&case)?).await?;
    let page = list(&mut tx, &room, case.id, &own_purpose(person, Some(case.id)), &request).await?;
    mark_read(&mut tx, case.id, Side::Applicant, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(LetterPage::of(&visitor, &room, Side::Applicant, &page)))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listCaseLetters", "Lists what applicant and office wrote to each other, newest first.")
        .description("What the office wrote counts as read afterwards.")
        .tag("applications")
        .path_param("id", "The case.")
        .query_param("after", "The `next` of the page before.", false)
        .query_param("size", "Rows of a page, 1 to 100; 20 without it.", false)
        .returns::<LetterPage>(200, "A page of letters.")
}

/// POST `/api/v1/cases/{id}/letters`.
pub(crate) async fn api_write(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewLetter>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let once = Once::new(&visitor.actor, key, &[b"POST letters", case.as_bytes(), new.text.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let written = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        earlier
    } else {
        let case = own_case::get_to(&mut tx, person, id(&case)?, Right::Apply).await?;
        let by = (&visitor.actor, Side::Applicant, person.shown_as.as_str());
        let letter = write(&mut tx, &room, by, &case, &new.text, visitor.now).await.map_err(in_json)?;
        acting::note_case(&mut tx, &visitor.actor, AgentAct::Wrote, &case, visitor.now).await?;
        once.keep(&mut tx, &letter.to_string()).await?;
        letter.to_string()
    };
    tx.commit().await?;
    Ok(created(&format!("/api/v1/cases/{case}/letters"), &LetterWritten { id: written }))
}

pub(crate) fn write_operation() -> Operation {
    Operation::new("writeCaseLetter", "Writes to the office about a case of one's own.")
        .description(
            "409 when the case has been closed for more than 30 days, or twenty letters wait for an answer.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .idempotent()
        .body::<NewLetter>()
        .returns::<LetterWritten>(201, "The letter is written.")
}

/// The field is called otherwise in JSON than on pages, where a case page has several texts.
pub(crate) fn in_json(error: LetterError) -> Refusal {
    match error {
        LetterError::Text(error) => Refusal::field("text", error.message),
        LetterError::Case(_) | LetterError::Over | LetterError::Enough | LetterError::Store(_) => {
            error.into()
        }
    }
}
