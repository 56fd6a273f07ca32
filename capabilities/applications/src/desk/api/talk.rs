//! Notes, letters and phrases in the API of the desk.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use cases::Case;
use kernel::{Refusal, TemplateId, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::idempotency::Once;
use store::page::PageRequest;
use utoipa::ToSchema;
use web::{ApiJson, AppError, IdempotencyKey, Operation, Routes, Visitor};

use super::TAG;
use crate::desk::notes::{self, Note};
use crate::desk::templates::{self, Template, Wanted};
use crate::desk::{DeskError, WORK, see};
use crate::letters::http::in_json;
use crate::letters::view::{LetterPage, LetterWritten, NewLetter};
use crate::letters::{self, Side};
use crate::{Room, http};

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let notes = "/api/v1/desk/cases/{id}/notes";
    let note = "/api/v1/desk/cases/{id}/notes/{note}";
    let letters = "/api/v1/desk/cases/{id}/letters";
    let templates = "/api/v1/desk/templates";
    let template = "/api/v1/desk/templates/{id}";
    routes
        .api(Method::GET, notes, WORK, list_notes, describe_notes())
        .api(Method::POST, notes, WORK, add_note, describe_add_note())
        .api(Method::DELETE, note, WORK, take_note_back, describe_take_back())
        .api(Method::GET, letters, WORK, list_letters, describe_letters())
        .api(Method::POST, letters, WORK, write_letter, describe_write())
        .api(Method::GET, templates, WORK, list_templates, describe_templates())
        .api(Method::POST, templates, WORK, add_template, describe_add_template())
        .api(Method::PUT, template, WORK, change_template, describe_change())
        .api(Method::DELETE, template, WORK, delete_template, describe_delete())
}

fn paged(operation: Operation) -> Operation {
    operation
        .tag(TAG)
        .path_param("id", "The case")
        .query_param("after", "The `next` of the page before.", false)
        .query_param("size", "Rows of a page, 1 to 100; 20 without it.", false)
}

/// A note (内部备注).
#[derive(Debug, Serialize, ToSchema)]
struct DeskNote {
    id: String,
    author: String,
    text: String,
    #[schema(value_type = String, format = "date-time")]
    written_at: Timestamp,
    /// Whether the clerk who asks may still take it back.
    may_be_taken_back: bool,
}

/// A page of notes.
#[derive(Debug, Serialize, ToSchema)]
struct DeskNotePage {
    /// The notes, newest first.
    items: Vec<DeskNote>,
    /// Where the next page starts.
    next: Option<String>,
}

/// A note to be kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDeskNote {
    /// Plain text, at most 2000 characters.
    text: String,
}

/// Something was kept.
#[derive(Debug, Serialize, ToSchema)]
struct DeskKept {
    /// Its id.
    id: String,
}

/// The case, for whom it is there.
async fn case(tx: &mut Tx, visitor: &Visitor, id: &str) -> Result<Case, DeskError> {
    see::case(tx, see::staff(&visitor.actor)?, http::id(id).map_err(DeskError::Refused)?).await
}

async fn list_notes(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(request): Query<PageRequest>,
) -> Result<Json<DeskNotePage>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let case = case(&mut tx, &visitor, &id).await?;
    let page = notes::list(&mut tx, &room, &visitor.actor, &case, &request).await?;
    let one = |note: &Note| DeskNote {
        id: note.id.to_string(),
        author: note.author_name.clone(),
        text: note.text.clone(),
        written_at: note.written_at,
        may_be_taken_back: note.may_be_taken_back(clerk, visitor.now),
    };
    let next = page.next.as_ref().map(ToString::to_string);
    Ok(Json(DeskNotePage { items: page.items.iter().map(one).collect(), next }))
}

fn describe_notes() -> Operation {
    paged(Operation::new("list_desk_notes", "List the internal notes on a case"))
        .description("Applicants never see them.")
        .returns::<DeskNotePage>(200, "Newest first")
}

async fn add_note(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewDeskNote>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let once = Once::new(&visitor.actor, key, &[b"desk.note", id.as_bytes(), new.text.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let made = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        earlier
    } else {
        let case = case(&mut tx, &visitor, &id).await?;
        // The field is called otherwise on pages, where a case page has several texts.
        let made = notes::add(&mut tx, &room, clerk, case.id, ("text", &new.text), visitor.now).await?;
        let made = made.to_string();
        once.keep(&mut tx, &made).await?;
        made
    };
    tx.commit().await?;
    Ok(http::created(&format!("/api/v1/desk/cases/{id}/notes"), &DeskKept { id: made }))
}

fn describe_add_note() -> Operation {
    Operation::new("add_desk_note", "Keep an internal note on a case")
        .tag(TAG)
        .path_param("id", "The case")
        .idempotent()
        .body::<NewDeskNote>()
        .returns::<DeskKept>(201, "The note is kept")
}

async fn take_note_back(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, note)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = case(&mut tx, &visitor, &id).await?;
    notes::take_back(&mut tx, clerk, case.id, http::id(&note)?, visitor.now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn describe_take_back() -> Operation {
    Operation::new("take_desk_note_back", "Take one's own note back")
        .description("Within ten minutes; afterwards 409. Somebody else's note is theirs: 403.")
        .tag(TAG)
        .path_param("id", "The case")
        .path_param("note", "The note")
        .returns_nothing(204, "The note is gone")
}

async fn list_letters(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(request): Query<PageRequest>,
) -> Result<Json<LetterPage>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = case(&mut tx, &visitor, &id).await?;
    let page = see::letters(&mut tx, &room, &visitor.actor, &case, &request, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(LetterPage::of(&visitor, &room, Side::Office(clerk.body), &page)))
}

fn describe_letters() -> Operation {
    paged(Operation::new("list_desk_letters", "List what applicant and office wrote to each other"))
        .description("What the applicant wrote counts as read; the look is noted for them.")
        .returns::<LetterPage>(200, "Newest first")
}

async fn write_letter(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewLetter>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let once = Once::new(&visitor.actor, key, &[b"desk.letter", id.as_bytes(), new.text.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let made = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        earlier
    } else {
        let case = case(&mut tx, &visitor, &id).await?;
        let by = (&visitor.actor, Side::Office(clerk.body), clerk.shown_as.as_str());
        let letter = letters::write(&mut tx, &room, by, &case, &new.text, visitor.now).await;
        let made = letter.map_err(in_json)?.to_string();
        once.keep(&mut tx, &made).await?;
        made
    };
    tx.commit().await?;
    Ok(http::created(&format!("/api/v1/desk/cases/{id}/letters"), &LetterWritten { id: made }))
}

fn describe_write() -> Operation {
    Operation::new("write_desk_letter", "Write to the applicant about a case")
        .description("409 when the case has been closed for more than 30 days.")
        .tag(TAG)
        .path_param("id", "The case")
        .idempotent()
        .body::<NewLetter>()
        .returns::<LetterWritten>(201, "The letter is written")
}

/// A text that clerks use again and again (常用意见).
#[derive(Debug, Serialize, ToSchema)]
struct DeskTemplate {
    id: String,
    title: String,
    /// With `{number}` and `{item}` where the case's own words go.
    text: String,
    /// Whether the whole body uses it.
    shared: bool,
    /// Whether the clerk who asks may change it.
    may_change: bool,
}

/// The phrases that a clerk may use; there are never many.
#[derive(Debug, Serialize, ToSchema)]
struct DeskTemplateList {
    /// One's own first.
    items: Vec<DeskTemplate>,
}

/// A phrase to be kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDeskTemplate {
    /// At most 40 characters.
    title: String,
    /// Plain text, at most 2000 characters.
    text: String,
    /// For the whole body; without it for oneself.
    #[serde(default)]
    shared: bool,
}

impl From<&NewDeskTemplate> for Wanted {
    fn from(new: &NewDeskTemplate) -> Self {
        Self { title: new.title.clone(), text: new.text.clone(), is_shared: new.shared }
    }
}

async fn list_templates(
    State(room): State<Room>,
    visitor: Visitor,
) -> Result<Json<DeskTemplateList>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let one = |template: &Template| DeskTemplate {
        id: template.id.to_string(),
        title: template.title.clone(),
        text: template.text.clone(),
        shared: template.is_shared,
        may_change: template.may_be_changed_by(clerk),
    };
    let items = templates::list(&mut tx, clerk).await?.iter().map(one).collect();
    Ok(Json(DeskTemplateList { items }))
}

fn describe_templates() -> Operation {
    Operation::new("list_desk_templates", "List the phrases that the clerk may use")
        .tag(TAG)
        .returns::<DeskTemplateList>(200, "One's own first")
}

async fn add_template(
    State(room): State<Room>,
    visitor: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewDeskTemplate>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let digested = serde_json::to_vec(&new).map_err(Refusal::internal)?;
    let once = Once::new(&visitor.actor, key, &[b"desk.template", &digested]);
    let mut tx = room.db.begin().await?;
    let made = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        earlier
    } else {
        let made = templates::add(&mut tx, clerk, &Wanted::from(&new), visitor.now).await?.to_string();
        once.keep(&mut tx, &made).await?;
        made
    };
    tx.commit().await?;
    Ok(http::created(&format!("/api/v1/desk/templates/{made}"), &DeskKept { id: made.clone() }))
}

fn describe_add_template() -> Operation {
    Operation::new("add_desk_template", "Keep a phrase")
        .tag(TAG)
        .idempotent()
        .body::<NewDeskTemplate>()
        .returns::<DeskKept>(201, "The phrase is kept")
}

async fn change_template(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    ApiJson(new): ApiJson<NewDeskTemplate>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let id: TemplateId = http::id(&id)?;
    let mut tx = room.db.begin().await?;
    templates::change(&mut tx, clerk, id, &Wanted::from(&new), visitor.now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn describe_change() -> Operation {
    Operation::new("change_desk_template", "Change a phrase")
        .description("A shared one is changed by its author or by who decides in the body (403 for others).")
        .tag(TAG)
        .path_param("id", "The phrase")
        .body::<NewDeskTemplate>()
        .returns_nothing(204, "Changed")
}

async fn delete_template(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    templates::delete(&mut tx, clerk, http::id(&id)?).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn describe_delete() -> Operation {
    Operation::new("delete_desk_template", "Delete a phrase")
        .tag(TAG)
        .path_param("id", "The phrase")
        .returns_nothing(204, "Deleted")
}
