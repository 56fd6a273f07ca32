//! `/my/hat`: for whom one acts and may act, the offers that wait, and the switch; `PUT /api/v1/sessions/current/hat`.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{LegalPersonId, Message, PersonId, Principal, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, PostForm, Shell, Visitor, local_path, page};

use super::switch_hat;
use crate::Room;
use crate::agents::rights_and_items;
use crate::answer_offer::{answer_offer, made_by};
use crate::authenticate::hand_cookie;
use crate::mandates::{Hat, hats};
use crate::offers::offers_to;
use crate::session_api::SessionToken;
use crate::sessions::Opened;

/// From so many on the list can be searched.
const SEARCH_FROM: usize = 8;

#[derive(Template)]
#[template(path = "switch_hat/hats.html")]
struct HatPage {
    shell: Shell,
    oneself: bool,
    hats: Vec<HatRow>,
    offers: Vec<OfferRow>,
    /// Whether there are so many that one searches.
    searches: bool,
    query: String,
}

struct HatRow {
    principal: String,
    mandate: String,
    name: String,
    uscc: String,
    kind: String,
    scope: String,
    until: String,
    confirm_by: String,
    is_worn: bool,
    may_give_up: bool,
}

struct OfferRow {
    id: String,
    principal: String,
    kind: String,
    scope: String,
    until: String,
    answer_by: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let all = hats(&mut tx, &room.vault, me.person, visitor.now).await?;
    let searches = all.len() >= SEARCH_FROM;
    let query = asked.q.trim().to_owned();
    let fits = |hat: &&Hat| query.is_empty() || hat.name.contains(&query) || hat.uscc.contains(&query);
    let worn = me.acting_for.as_ref().map(|mandate| mandate.id);
    let row = |hat: &Hat| HatRow {
        principal: hat.principal.to_string(),
        mandate: hat.mandate.to_string(),
        name: hat.name.clone(),
        uscc: hat.uscc.clone(),
        kind: visitor.t(&format!("identity-kind-{}", hat.kind)),
        scope: rights_and_items(&room, &visitor, &hat.rights, &hat.items),
        until: hat.until.map_or_else(|| visitor.t("identity-agent-open-end"), |day| visitor.date(day)),
        confirm_by: hat.confirm_by.map(|day| visitor.date(day)).unwrap_or_default(),
        is_worn: worn == Some(hat.mandate),
        may_give_up: !hat.is_representative() && hat.kind != kernel::MandateKind::Guardian,
    };
    let mut offers = Vec::new();
    for offer in offers_to(&mut tx, &room.vault, me.person, visitor.now).await? {
        offers.push(OfferRow {
            id: offer.id.to_string(),
            principal: made_by(&mut tx, &room.vault, &offer).await?,
            kind: visitor.t(&format!("identity-kind-{}", offer.kind)),
            scope: rights_and_items(&room, &visitor, &offer.rights, &offer.items),
            until: offer.until.map_or_else(|| visitor.t("identity-agent-open-end"), |day| visitor.date(day)),
            answer_by: visitor.date(offer.answer_by),
        });
    }
    page(&HatPage {
        oneself: worn.is_none(),
        hats: all.iter().filter(fits).map(row).collect(),
        offers,
        searches,
        query,
        shell: Shell::new(&visitor, visitor.t("identity-hats-title"))
            .crumb(visitor.t("identity-account-title"), "/my/account"),
    })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    /// Empty: for oneself.
    #[serde(default)]
    principal: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let hat = match form.principal.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_no_id| AppError(Refusal::conflict("identity-hat-not-yours")))?),
    };
    let opened = switch(&room, &visitor, hat).await?;
    let mut response = Redirect::to(local_path(&form.next).unwrap_or("/my")).into_response();
    hand_cookie(&room, response.headers_mut(), &opened.token);
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    answer: String,
}

/// The buttons beside an offer.
pub(crate) async fn answer(
    State(room): State<Room>,
    visitor: Visitor,
    Path(offer): Path<String>,
    PostForm(form): PostForm<Answer>,
) -> Result<Redirect, AppError> {
    let offer = offer.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let accepts = match form.answer.as_str() {
        "accept" => true,
        "decline" => false,
        _ => return Err(AppError(Refusal::Malformed(Message::new("identity-offer-answer")))),
    };
    let mut tx = room.db.begin().await?;
    answer_offer(&mut tx, &room.vault, &visitor.actor, visitor.now, offer, accepts).await?;
    tx.commit().await?;
    Ok(Redirect::to("/my/hat"))
}

/// Whom to act for: at most one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HatChoice {
    /// The legal person; null for oneself.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    legal_person: Option<LegalPersonId>,
    /// The natural person; null for oneself.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    person: Option<PersonId>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(choice): ApiJson<HatChoice>,
) -> Result<Json<SessionToken>, AppError> {
    let hat = match (choice.legal_person, choice.person) {
        (None, None) => None,
        (Some(id), None) => Some(Principal::LegalPerson(id)),
        (None, Some(id)) => Some(Principal::Person(id)),
        (Some(_), Some(_)) => {
            return Err(AppError(Refusal::field("person", Message::new("identity-hat-one"))));
        }
    };
    let opened = switch(&room, &visitor, hat).await?;
    Ok(Json(opened.into()))
}

pub(crate) fn operation() -> Operation {
    Operation::new("switchHat", "Acts for a legal person or another person from now on, or for oneself again.")
        .description(
            "The answer holds a new token; the old one is worthless. 409 for a principal for which the bearer holds no \
             mandate.",
        )
        .tag("identity")
        .body::<HatChoice>()
        .returns::<SessionToken>(200, "The new token of the same visit.")
}

async fn switch(room: &Room, visitor: &Visitor, hat: Option<Principal>) -> Result<Opened, AppError> {
    let session = visitor.session.ok_or(AppError(Refusal::Unauthenticated))?;
    let mut tx = room.db.begin().await?;
    let opened = switch_hat(&mut tx, session, hat, visitor.now).await?;
    tx.commit().await?;
    Ok(opened)
}
