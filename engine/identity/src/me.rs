//! `GET /api/v1/me`: who the bearer of a token is, and for whom they may act.

use axum::Json;
use axum::extract::State;
use kernel::{Actor, MandateKind, Refusal, Right, Role};
use serde::Serialize;
use utoipa::ToSchema;
use web::{AppError, Operation, Visitor};

use crate::Room;
use crate::appoint_agent::api::codes_of;
use crate::mandates::{Hat, hats};
use crate::session_api::SessionKind;

/// Whoever is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// Person or staff.
    kind: SessionKind,
    /// The account's id.
    id: String,
    /// The name as it may be shown: masked for persons.
    shown_as: String,
    /// Persons: the legal person or the person acted for, if any.
    acting_for: Option<String>,
    /// Persons: everything that they may act for.
    hats: Vec<HatEntry>,
    /// Staff: the body they work in.
    body: Option<String>,
    /// Staff: the division of that body.
    division: Option<String>,
    /// Staff: what they are trusted with.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// Staff: the colleagues for whom they stand in today.
    deputy_of: Vec<String>,
}

/// Somebody for whom one may act.
#[derive(Serialize, ToSchema)]
pub(crate) struct HatEntry {
    /// The legal person; null for a natural person.
    legal_person: Option<String>,
    /// The natural person; null for a legal person.
    person: Option<String>,
    /// The name: of a natural person masked.
    name: String,
    /// The unified social credit code; empty for a natural person.
    uscc: String,
    /// `representative`, `manager`, `handler`, `agent` or `guardian`.
    #[schema(value_type = String)]
    kind: MandateKind,
    /// What it allows: `apply`, `see`, `collect`.
    #[schema(value_type = Vec<String>)]
    rights: Vec<Right>,
    /// Item codes; null for all items.
    items: Option<Vec<String>>,
    /// Whether as its legal representative, who may name agents.
    is_representative: bool,
}

impl From<Hat> for HatEntry {
    fn from(hat: Hat) -> Self {
        Self {
            legal_person: hat.principal.legal_person().map(|id| id.to_string()),
            person: hat.principal.person().map(|id| id.to_string()),
            is_representative: hat.is_representative(),
            name: hat.name,
            uscc: hat.uscc,
            kind: hat.kind,
            rights: hat.rights.into_iter().collect(),
            items: codes_of(&hat.items),
        }
    }
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Json<Me>, AppError> {
    match visitor.actor {
        Actor::Person(person) => {
            let mut tx = room.db.snapshot().await?;
            let hats = hats(&mut tx, &room.vault, person.person, visitor.now).await?;
            Ok(Json(Me {
                kind: SessionKind::Person,
                id: person.person.to_string(),
                acting_for: acted_for(&person),
                shown_as: person.shown_as,
                hats: hats.into_iter().map(HatEntry::from).collect(),
                body: None,
                division: None,
                roles: Vec::new(),
                deputy_of: Vec::new(),
            }))
        }
        Actor::Staff(staff) => Ok(Json(Me {
            kind: SessionKind::Staff,
            id: staff.staff.to_string(),
            shown_as: staff.shown_as,
            acting_for: None,
            hats: Vec::new(),
            body: Some(staff.body.to_string()),
            division: Some(staff.division),
            roles: staff.roles.into_iter().collect(),
            deputy_of: staff.deputy_of.iter().map(ToString::to_string).collect(),
        })),
        Actor::Anonymous | Actor::System => Err(AppError(Refusal::Unauthenticated)),
    }
}

/// The id of whoever the person acts for.
pub(crate) fn acted_for(person: &kernel::PersonActor) -> Option<String> {
    let principal = person.acting_for.as_ref()?.principal;
    principal.legal_person().map(|id| id.to_string()).or(principal.person().map(|id| id.to_string()))
}

pub(crate) fn operation() -> Operation {
    Operation::new("showMe", "Who this token belongs to.").tag("identity").returns::<Me>(200, "The account.")
}
