//! `/api/v1/legal-persons/{legal_person}/agents`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::{LegalPersonId, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::{AppointAgent, appoint_agent};
use crate::Room;
use crate::legal_persons::{agents_of, find_legal_person};
use crate::persons::person_shown_as;

/// Who is to be an agent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAgent {
    /// Their name; it must be that of the account with this number.
    name: String,
    /// Their identity number.
    resident_id: String,
    /// The last day on which they may act (yyyy-mm-dd); until revoked without it.
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<Date>,
}

/// The right.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgentCreated {
    /// Its id.
    id: String,
}

/// Agents of a legal person.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgentList {
    /// The longest-standing first.
    items: Vec<AgentEntry>,
}

/// One agent.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgentEntry {
    /// The id of the right.
    id: String,
    /// Masked name.
    shown_as: String,
    /// Since when (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// The last day; null until revoked.
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<Date>,
}

pub(crate) async fn appoint(
    State(room): State<Room>,
    visitor: Visitor,
    Path(legal_person): Path<String>,
    ApiJson(agent): ApiJson<NewAgent>,
) -> Result<(StatusCode, Json<AgentCreated>), AppError> {
    let NewAgent { name, resident_id, until } = agent;
    let appoint = AppointAgent { legal_person: read(&legal_person)?, name, resident_id, until };
    let mut tx = room.db.begin().await?;
    let id = appoint_agent(&mut tx, &room.vault, &visitor.actor, visitor.now, appoint).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(AgentCreated { id: id.to_string() })))
}

pub(crate) fn operation() -> Operation {
    Operation::new("appointAgent", "Names an agent of a legal person.")
        .description("For the legal representative. The agent must have an account.")
        .tag("identity")
        .path_param("legal_person", "The legal person's id.")
        .body::<NewAgent>()
        .returns::<AgentCreated>(201, "The agent may act.")
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Path(legal_person): Path<String>,
) -> Result<Json<AgentList>, AppError> {
    let me = visitor.actor.person()?.person;
    let mut tx = room.db.snapshot().await?;
    let legal_person = find_legal_person(&mut tx, read(&legal_person)?)
        .await?
        .filter(|legal_person| legal_person.representative == me)
        .ok_or(AppError(Refusal::NotFound))?;
    let mut items = Vec::new();
    for agent in agents_of(&mut tx, legal_person.id, visitor.now).await? {
        let shown_as = person_shown_as(&mut tx, &room.vault, agent.person).await?.unwrap_or_default();
        items.push(AgentEntry { id: agent.id.to_string(), shown_as, since: agent.since, until: agent.until });
    }
    Ok(Json(AgentList { items }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listAgents", "Who may act for a legal person.")
        .description("For the legal representative.")
        .tag("identity")
        .path_param("legal_person", "The legal person's id.")
        .returns::<AgentList>(200, "The agents whose right has not ended.")
}

fn read(id: &str) -> Result<LegalPersonId, AppError> {
    id.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}
