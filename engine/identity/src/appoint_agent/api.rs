//! `/api/v1/legal-persons/{legal_person}/agents`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::{Items, LegalPersonId, MandateKind, Principal, Refusal, Right, Timestamp};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::{AppointAgent, appoint_agent};
use crate::Room;
use crate::mandates::{agents_of, held_by};
use crate::persons::person_shown_as;

/// Who is to be an agent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAgent {
    /// Their name; it must be that of the account with this number.
    name: String,
    /// Their identity number.
    resident_id: String,
    /// `handler`, or `manager` who may name handlers; `handler` without it.
    #[schema(value_type = Option<String>)]
    kind: Option<MandateKind>,
    /// Item codes; all items without it.
    items: Option<Vec<String>>,
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

/// Agents of a legal person, or of the bearer.
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
    /// `manager` or `handler` of a legal person, `agent` or `guardian` of the bearer.
    #[schema(value_type = String)]
    kind: MandateKind,
    /// What it allows: `apply`, `see`, `collect`.
    #[schema(value_type = Vec<String>)]
    rights: Vec<Right>,
    /// Item codes; null for all items.
    items: Option<Vec<String>>,
    /// Since when (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// By which day a new legal representative has to confirm it, if that waits.
    #[schema(value_type = Option<String>, format = Date)]
    confirm_by: Option<Date>,
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
    let NewAgent { name, resident_id, kind, items, until } = agent;
    let appoint = AppointAgent {
        legal_person: read(&legal_person)?,
        name,
        resident_id,
        kind: kind.unwrap_or(MandateKind::Handler),
        items: items.map_or(Ok(Items::All), |codes| room.items.read_codes(&codes))?,
        until,
    };
    let mut tx = room.db.begin().await?;
    let id = appoint_agent(&mut tx, &room.vault, &visitor.actor, visitor.now, appoint).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(AgentCreated { id: id.to_string() })))
}

pub(crate) fn operation() -> Operation {
    Operation::new("appointAgent", "Names an agent of a legal person.")
        .description("For the legal representative, and within their own right for managers. The agent must have an account.")
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
    let principal = Principal::LegalPerson(read(&legal_person)?);
    let own = held_by(&mut tx, me, principal, visitor.now).await?;
    own.filter(|own| matches!(own.kind, MandateKind::Representative | MandateKind::Manager))
        .ok_or(AppError(Refusal::NotFound))?;
    Ok(Json(agent_list(&mut tx, &room, principal, visitor.now).await?))
}

/// Who may act for a principal, with masked names.
pub(crate) async fn agent_list(
    tx: &mut Tx,
    room: &Room,
    principal: Principal,
    now: Timestamp,
) -> store::Result<AgentList> {
    let mut items = Vec::new();
    for agent in agents_of(tx, principal, now).await? {
        let shown_as = person_shown_as(tx, &room.vault, agent.person).await?.unwrap_or_default();
        items.push(AgentEntry {
            id: agent.id.to_string(),
            shown_as,
            kind: agent.kind,
            rights: agent.rights.into_iter().collect(),
            items: codes_of(&agent.items),
            since: agent.since,
            confirm_by: agent.confirm_by,
            until: agent.until,
        });
    }
    Ok(AgentList { items })
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listAgents", "Who may act for a legal person.")
        .description("For the legal representative and managers.")
        .tag("identity")
        .path_param("legal_person", "The legal person's id.")
        .returns::<AgentList>(200, "The agents whose right has not ended.")
}

/// Item codes; nothing for all items.
pub(crate) fn codes_of(items: &Items) -> Option<Vec<String>> {
    match items {
        Items::All => None,
        Items::Listed(codes) => Some(codes.iter().cloned().collect()),
    }
}

fn read(id: &str) -> Result<LegalPersonId, AppError> {
    id.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}
