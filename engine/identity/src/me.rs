//! `GET /api/v1/me`: who the bearer of a token is, and for whom they may act.

use axum::Json;
use axum::extract::State;
use kernel::{Actor, Refusal, Role};
use serde::Serialize;
use utoipa::ToSchema;
use web::{AppError, Operation, Visitor};

use crate::Room;
use crate::legal_persons::{Hat, hats};
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
    /// Persons: the legal person acted for, if any.
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

/// A legal person that one may act for.
#[derive(Serialize, ToSchema)]
pub(crate) struct HatEntry {
    /// Which.
    legal_person: String,
    /// Its name.
    name: String,
    /// Its unified social credit code.
    uscc: String,
    /// Whether as its legal representative, who may name agents.
    is_representative: bool,
}

impl From<Hat> for HatEntry {
    fn from(hat: Hat) -> Self {
        Self {
            legal_person: hat.legal_person.to_string(),
            name: hat.name,
            uscc: hat.uscc.to_string(),
            is_representative: hat.is_representative,
        }
    }
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Json<Me>, AppError> {
    match visitor.actor {
        Actor::Person(person) => {
            let mut tx = room.db.snapshot().await?;
            let hats = hats(&mut tx, person.person, visitor.now).await?;
            Ok(Json(Me {
                kind: SessionKind::Person,
                id: person.person.to_string(),
                shown_as: person.shown_as,
                acting_for: person.acting_for.map(|hat| hat.to_string()),
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

pub(crate) fn operation() -> Operation {
    Operation::new("showMe", "Who this token belongs to.").tag("identity").returns::<Me>(200, "The account.")
}
