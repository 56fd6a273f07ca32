//! The button on `/my/agents`, and `DELETE /api/v1/agents/{agent}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Redirect;
use kernel::{AgentId, Refusal};
use web::{AppError, Nothing, Operation, PostForm, Visitor};

use super::revoke_agent;
use crate::Room;

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(agent): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    revoke(&room, &visitor, &agent).await?;
    Ok(Redirect::to("/my/agents"))
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(agent): Path<String>,
) -> Result<StatusCode, AppError> {
    revoke(&room, &visitor, &agent).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn operation() -> Operation {
    Operation::new("revokeAgent", "Ends the right of an agent at once.")
        .description("For the legal representative. Doing it again changes nothing.")
        .tag("identity")
        .path_param("agent", "The id of the right, from the list of agents.")
        .returns_nothing(204, "The right has ended.")
}

async fn revoke(room: &Room, visitor: &Visitor, agent: &str) -> Result<(), AppError> {
    let agent: AgentId = agent.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    revoke_agent(&mut tx, &visitor.actor, visitor.now, agent).await?;
    tx.commit().await?;
    Ok(())
}
