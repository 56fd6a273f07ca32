//! What is typed on the case page and not sent: kept by the page's script every few seconds, filled with a text that is
//! used again and again, forgotten when the clerk says so.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Actor, CaseId, TaskId, TemplateId};
use serde::Serialize;
use store::Tx;
use web::{AppError, FormPairs, Visitor};

use super::redirect;
use crate::desk::{DeskError, drafts, names, see, templates};
use crate::{Room, http};

/// What the page says beneath the form.
#[derive(Debug, Serialize)]
pub(super) struct Kept {
    /// Empty when nothing is kept, because nothing is typed.
    text: String,
}

/// POST `/desk/cases/{id}/drafts`: the form as it stands.
pub(super) async fn save(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Json<Kept>, AppError> {
    let is_kept = keep(&room, &visitor, http::id(&id)?, &pairs).await?;
    let text = || visitor.t1("desk-draft-kept", "when", visitor.datetime(visitor.now));
    Ok(Json(Kept { text: if is_kept { text() } else { String::new() } }))
}

async fn keep(room: &Room, visitor: &Visitor, id: CaseId, pairs: &FormPairs) -> Result<bool, DeskError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let of = (id, task(&case, pairs)?, pairs.get("do").unwrap_or_default());
    if has_acted_since(&mut tx, &case, &visitor.actor, pairs).await? {
        return Ok(false);
    }
    let is_kept = drafts::save(&mut tx, room, clerk, of, pairs, visitor.now).await?;
    tx.commit().await?;
    Ok(is_kept)
}

/// Whether this clerk has given a command since the page was made. What the page's script kept sending on the way to it
/// may arrive after it, and would bring back a text that has been handed in.
async fn has_acted_since(
    tx: &mut Tx,
    case: &cases::Case,
    by: &Actor,
    pairs: &FormPairs,
) -> Result<bool, DeskError> {
    let version = super::version(pairs).map_err(DeskError::Refused)?;
    if version >= case.version {
        return Ok(false);
    }
    let history = cases::history(tx, case.id).await?;
    let by = by.reference();
    Ok(history.iter().any(|recorded| recorded.seq > version && recorded.actor == by))
}

/// A task of this case; text is kept for nothing else.
fn task(case: &cases::Case, pairs: &FormPairs) -> Result<TaskId, DeskError> {
    let id = http::id(pairs.get("task").unwrap_or_default()).map_err(DeskError::Refused)?;
    case.task(id).map(|task| task.id).ok_or_else(|| cases::CaseError::NoSuchTask.into())
}

/// POST `/desk/cases/{id}/drafts/forget`: back to an empty form.
pub(super) async fn forget(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let task = task(&case, &pairs)?;
    drafts::forget(&mut tx, clerk, task, pairs.get("do").unwrap_or_default()).await?;
    tx.commit().await?;
    Ok(redirect(&format!("{}&done=draft-forgotten#work", address(id, task, &pairs))))
}

/// POST `/desk/cases/{id}/drafts/template`: the form with a text filled in. It goes through what is kept, so that it
/// works without script and nothing that was typed is lost on the way.
pub(super) async fn pick(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut pairs: FormPairs,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let package = see::package(&room, &case)?;
    let task = task(&case, &pairs)?;
    let wanted = pairs.get("template").unwrap_or_default().to_owned();
    let form = pairs.get("do").unwrap_or_default().to_owned();
    if !wanted.is_empty() {
        let template: TemplateId = http::id(&wanted)?;
        let template = templates::get(&mut tx, clerk, template).await?;
        let text = template.filled(&case, &names::pick(&visitor, &package.item.name));
        fill(&mut pairs, field(&form), &text);
    }
    drafts::save(&mut tx, &room, clerk, (id, task, &form), &pairs, visitor.now).await?;
    tx.commit().await?;
    Ok(redirect(&format!("{}#work", address(id, task, &pairs))))
}

/// The input of a form that takes a text.
fn field(form: &str) -> &'static str {
    if form == "give-opinion" { "text" } else { "reason" }
}

/// Adds the text beneath what is there.
fn fill(pairs: &mut FormPairs, name: &str, text: &str) {
    match pairs.0.iter_mut().find(|(found, _)| found == name) {
        Some((_, typed)) if typed.trim().is_empty() => text.clone_into(typed),
        Some((_, typed)) => *typed = format!("{}\n{text}", typed.trim_end()),
        None => pairs.0.push((name.to_owned(), text.to_owned())),
    }
}

fn address(id: CaseId, task: TaskId, pairs: &FormPairs) -> String {
    let shown = pairs.get("shown").and_then(|text| text.parse::<kernel::MaterialId>().ok());
    let shown = shown.map(|id| format!("&material={id}")).unwrap_or_default();
    format!("/desk/cases/{id}?task={task}{shown}")
}
