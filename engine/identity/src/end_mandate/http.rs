//! The buttons on `/my/agents` and `/my/hat`, and `DELETE /api/v1/agents/{agent}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use kernel::{MandateId, Refusal};
use serde::Deserialize;
use web::{AppError, Operation, PostForm, Visitor, local_path};

use super::end_mandate;
use crate::Room;

#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(mandate): Path<String>,
    PostForm(form): PostForm<Form>,
) -> Result<Redirect, AppError> {
    end(&room, &visitor, &mandate).await?;
    Ok(Redirect::to(local_path(&form.next).unwrap_or("/my/agents")))
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(agent): Path<String>,
) -> Result<StatusCode, AppError> {
    end(&room, &visitor, &agent).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn operation() -> Operation {
    Operation::new("revokeAgent", "Ends the right of an agent at once.")
        .description(
            "For the principal, and for the agent who gives it up; of a legal person for its representative and, for \
             those who handle items, its managers. Doing it again changes nothing.",
        )
        .tag("identity")
        .path_param("agent", "The id of the right, from the list of agents.")
        .returns_nothing(204, "The right has ended.")
}

async fn end(room: &Room, visitor: &Visitor, mandate: &str) -> Result<(), AppError> {
    let mandate: MandateId = mandate.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    end_mandate(&mut tx, &room.vault, &visitor.actor, visitor.now, mandate).await?;
    tx.commit().await?;
    Ok(())
}
