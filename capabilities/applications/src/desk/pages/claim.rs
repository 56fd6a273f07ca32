//! Taking one task from the list (签收), and keeping an eye on a case (关注).

use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{CaseId, Message, Refusal, TaskId};
use web::{AppError, FormPairs, Visitor};

use super::{conflict, redirect};
use crate::desk::api::keep_watch;
use crate::desk::submit::{Given, submit};
use crate::desk::{DeskCommand, DeskError};
use crate::{Room, http};

/// Takes one task and opens its case.
pub(super) async fn one(
    State(room): State<Room>,
    visitor: Visitor,
    Path(task): Path<String>,
    _pairs: FormPairs,
) -> Result<Response, AppError> {
    let task: TaskId = http::id(&task)?;
    let mut tx = room.db.snapshot().await?;
    let Some(case) = cases::case_of_task(&mut tx, task).await? else {
        return Err(AppError(Refusal::NotFound));
    };
    drop(tx);
    match claim(&room, &visitor, case, task).await {
        Ok(()) => Ok(redirect(&format!("/desk/cases/{case}?task={task}&done=claim"))),
        Err(error) => conflict::refuse(&room, &visitor, case, error.into(), None).await,
    }
}

async fn claim(room: &Room, visitor: &Visitor, case: CaseId, task: TaskId) -> Result<(), DeskError> {
    let mut tx = room.db.begin().await?;
    let given = Given { case, expected: None, command: DeskCommand::Claim { task } };
    submit(&mut tx, room, &visitor.actor, given, visitor.now).await?;
    Ok(tx.commit().await?)
}

/// The button of `watch_button.html`: watches a case or watches it no longer, and goes back to it.
pub(super) async fn watch(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let case: CaseId = http::id(&id)?;
    let watched = match pairs.get("watch") {
        Some("yes") => true,
        Some("no") => false,
        Some(_) | None => return Err(Refusal::Malformed(Message::new("web-form-unreadable")).into()),
    };
    match keep_watch(&room, &visitor, case, watched).await {
        Ok(()) => Ok(redirect(&format!("/desk/cases/{case}"))),
        Err(error) => conflict::refuse(&room, &visitor, case, error.into(), None).await,
    }
}
