//! Taking tasks from the list (签收), one or several at once.

use axum::extract::{Path, State};
use axum::response::Response;
use cases::CaseError;
use kernel::{CaseId, Refusal, TaskId};
use web::{AppError, FormPairs, Visitor};

use super::{conflict, redirect};
use crate::desk::submit::{Given, submit};
use crate::desk::{DeskCommand, DeskError};
use crate::{Room, http};

/// More than a page of the list shows.
const TASKS_MAX: usize = 100;

/// Takes one task and opens its case.
pub(super) async fn one(
    State(room): State<Room>,
    visitor: Visitor,
    Path(task): Path<String>,
    _pairs: FormPairs,
) -> Result<Response, AppError> {
    let task: TaskId = http::id(&task)?;
    let Some(case) = find_case(&room, task).await? else { return Err(AppError(Refusal::NotFound)) };
    match claim(&room, &visitor, case, task).await {
        Ok(()) => Ok(redirect(&format!("/desk/cases/{case}?task={task}&done=claim"))),
        Err(error) => conflict::refuse(&room, &visitor, case, error.into(), None).await,
    }
}

/// Takes every ticked task that is still free. Each is a transaction of its own: one that a colleague was
/// quicker to take does not keep the others back.
pub(super) async fn several(
    State(room): State<Room>,
    visitor: Visitor,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let (mut taken, mut missed) = (0, 0);
    for task in pairs.all("task").take(TASKS_MAX) {
        let task: TaskId = http::id(task)?;
        let Some(case) = find_case(&room, task).await? else {
            missed += 1;
            continue;
        };
        match claim(&room, &visitor, case, task).await {
            Ok(()) => taken += 1,
            Err(DeskError::Case(CaseError::Store(error)) | DeskError::Store(error)) => {
                return Err(error.into());
            }
            Err(error) => {
                tracing::debug!(%error, %task, "task not taken");
                missed += 1;
            }
        }
    }
    Ok(redirect(&format!("/desk?scope=body&taken={taken}&missed={missed}")))
}

async fn find_case(room: &Room, task: TaskId) -> Result<Option<CaseId>, AppError> {
    let mut tx = room.db.snapshot().await?;
    Ok(cases::case_of_task(&mut tx, task).await?)
}

async fn claim(room: &Room, visitor: &Visitor, case: CaseId, task: TaskId) -> Result<(), DeskError> {
    let mut tx = room.db.begin().await?;
    let given = Given { case, expected: None, command: DeskCommand::Claim { task } };
    submit(&mut tx, room, &visitor.actor, given, visitor.now).await?;
    Ok(tx.commit().await?)
}
