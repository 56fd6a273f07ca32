//! `/api/v1/agents` (own agents) and `/api/v1/offers`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::{Items, MandateKind, OfferId, Principal, Refusal, Right};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::{OfferRecord, offers_of, offers_to};
use crate::Room;
use crate::answer_offer::{answer_offer, made_by, withdraw_offer};
use crate::appoint_agent::api::{AgentList, agent_list, codes_of};
use crate::offer_mandate::{OfferMandate, offer_mandate};

/// Who is asked to act for the bearer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOffer {
    /// Their name.
    name: String,
    /// Their identity number.
    resident_id: String,
    /// What they may do: `apply`, `see`, `collect`.
    #[schema(value_type = Vec<String>)]
    rights: BTreeSet<Right>,
    /// Item codes; all items without it.
    items: Option<Vec<String>>,
    /// The last day (yyyy-mm-dd), at most a year from now.
    #[schema(value_type = String, format = Date)]
    until: Date,
}

/// The offer.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferCreated {
    /// Its id.
    id: String,
}

/// Offers that wait.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferList {
    /// Those that the bearer can answer, the oldest first.
    to_me: Vec<OfferEntry>,
    /// Those that the bearer made for themselves, the latest first.
    by_me: Vec<OfferEntry>,
}

/// One offer.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferEntry {
    /// Its id.
    id: String,
    /// The other side: who makes it, or to whom it is addressed; a natural person masked.
    shown_as: String,
    /// `agent`, or `representative` of a legal person.
    #[schema(value_type = String)]
    kind: MandateKind,
    /// What it would allow.
    #[schema(value_type = Vec<String>)]
    rights: Vec<Right>,
    /// Item codes; null for all items.
    items: Option<Vec<String>>,
    /// The last day of the right; null until ended.
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<Date>,
    /// The last day on which it can be accepted.
    #[schema(value_type = String, format = Date)]
    answer_by: Date,
}

/// Whether the offer is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferAnswer {
    /// True: the bearer acts from now on. False: declined.
    accept: bool,
}

fn entry(offer: OfferRecord, shown_as: String) -> OfferEntry {
    OfferEntry {
        id: offer.id.to_string(),
        shown_as,
        kind: offer.kind,
        rights: offer.rights.into_iter().collect(),
        items: codes_of(&offer.items),
        until: offer.until,
        answer_by: offer.answer_by,
    }
}

pub(crate) async fn list(State(room): State<Room>, visitor: Visitor) -> Result<Json<OfferList>, AppError> {
    let me = visitor.actor.person()?.person;
    let mut tx = room.db.snapshot().await?;
    let mut to_me = Vec::new();
    for offer in offers_to(&mut tx, &room.vault, me, visitor.now).await? {
        let by = made_by(&mut tx, &room.vault, &offer).await?;
        to_me.push(entry(offer, by));
    }
    let made = offers_of(&mut tx, &room.vault, Principal::Person(me), visitor.now).await?;
    let by_me = made.into_iter().map(|offer| {
        let to = offer.shown_as.clone();
        entry(offer, to)
    });
    Ok(Json(OfferList { to_me, by_me: by_me.collect() }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listOffers", "Offers to act for somebody that wait for an answer.")
        .tag("identity")
        .returns::<OfferList>(200, "What waits for the bearer, and for whom they asked.")
}

pub(crate) async fn offer(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(new): ApiJson<NewOffer>,
) -> Result<(StatusCode, Json<OfferCreated>), AppError> {
    let NewOffer { name, resident_id, rights, items, until } = new;
    let items = items.map_or(Ok(Items::All), |codes| room.items.read_codes(&codes))?;
    let offer = OfferMandate { name, resident_id, rights, items, until: Some(until) };
    let mut tx = room.db.begin().await?;
    let id = offer_mandate(&mut tx, &room.vault, &visitor.actor, visitor.now, offer).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(OfferCreated { id: id.to_string() })))
}

pub(crate) fn operation() -> Operation {
    Operation::new("offerAgency", "Asks somebody to act for the bearer.")
        .description(
            "It counts when they have accepted. Whether an account has that name and number is not said. Only in one's own \
             name: not under a hat.",
        )
        .tag("identity")
        .body::<NewOffer>()
        .returns::<OfferCreated>(201, "The offer waits thirty days.")
}

pub(crate) async fn answer(
    State(room): State<Room>,
    visitor: Visitor,
    Path(offer): Path<String>,
    ApiJson(given): ApiJson<OfferAnswer>,
) -> Result<StatusCode, AppError> {
    let id = read(&offer)?;
    let mut tx = room.db.begin().await?;
    answer_offer(&mut tx, &room.vault, &visitor.actor, visitor.now, id, given.accept).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn answer_operation() -> Operation {
    Operation::new("answerOffer", "Accepts or declines an offer.")
        .description("404 unless it is addressed to the bearer and still waits.")
        .tag("identity")
        .path_param("offer", "The offer's id.")
        .body::<OfferAnswer>()
        .returns_nothing(204, "Answered; the other side is told.")
}

pub(crate) async fn withdraw(
    State(room): State<Room>,
    visitor: Visitor,
    Path(offer): Path<String>,
) -> Result<StatusCode, AppError> {
    let id = read(&offer)?;
    let mut tx = room.db.begin().await?;
    withdraw_offer(&mut tx, &room.vault, &visitor.actor, visitor.now, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn withdraw_operation() -> Operation {
    Operation::new("withdrawOffer", "Takes back an offer that waits.")
        .tag("identity")
        .path_param("offer", "The offer's id.")
        .returns_nothing(204, "It waits no longer.")
}

pub(crate) async fn agents(State(room): State<Room>, visitor: Visitor) -> Result<Json<AgentList>, AppError> {
    let me = visitor.actor.person()?.person;
    let mut tx: Tx = room.db.snapshot().await?;
    Ok(Json(agent_list(&mut tx, &room, Principal::Person(me), visitor.now).await?))
}

pub(crate) fn agents_operation() -> Operation {
    Operation::new("listOwnAgents", "Who may act for the bearer: agents and guardians.")
        .tag("identity")
        .returns::<AgentList>(200, "Those whose right has not ended.")
}

fn read(id: &str) -> Result<OfferId, AppError> {
    id.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}
