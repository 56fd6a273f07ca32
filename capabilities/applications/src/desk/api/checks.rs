//! What the platform itself has verified on a case, in the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::Serialize;
use utoipa::ToSchema;
use web::{AppError, Operation, Routes, Visitor};

use super::TAG;
use crate::desk::checks::{self, Check};
use crate::desk::{DeskError, WORK, see};
use crate::{Room, http};

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let operation = Operation::new("list_desk_checks", "List what the platform has checked on a case")
        .description("The answers are opened for it, so the applicant sees that they were read.")
        .tag(TAG)
        .path_param("id", "The case")
        .returns::<DeskCheckList>(200, "In the order of the page");
    routes.api(Method::GET, "/api/v1/desk/cases/{id}/checks", WORK, list, operation)
}

/// What was checked (系统核验).
#[derive(Debug, Serialize, ToSchema)]
struct DeskCheckList {
    items: Vec<Check>,
}

async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<DeskCheckList>, AppError> {
    let (by, now) = (&visitor.actor, visitor.now);
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, see::staff(by)?, http::id(&id)?).await?;
    let dossier = see::dossier(&mut tx, &room, by, &case, now).await?;
    let may_act = checks::may_act(&mut tx, &case, now).await?;
    let history = cases::history(&mut tx, case.id).await.map_err(DeskError::from)?;
    tx.commit().await?;
    let package = see::package(&room, &case)?;
    let items = checks::of(&visitor, &package, &dossier, checks::signer(&history), may_act);
    Ok(Json(DeskCheckList { items }))
}
