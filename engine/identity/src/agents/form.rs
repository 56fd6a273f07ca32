//! `/my/agents/new`: naming an agent of a legal person, offering somebody to act for oneself, or to be the next legal
//! representative. Which of the three, `of` and `as` say.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use kernel::{Items, MandateKind, Message, Principal, Refusal, Right};
use serde::Deserialize;
use web::{AppError, Choice, FormErrors, FormPairs, Shell, Visitor, page, page_with_status};

use crate::Room;
use crate::appoint_agent::{AppointAgent, appoint_agent};
use crate::mandates::{held_by, shown_as};
use crate::offer_mandate::{OfferMandate, offer_mandate, offer_representation};

#[derive(Template)]
#[template(path = "agents/form.html")]
struct FormPage {
    shell: Shell,
    errors: FormErrors,
    lead: String,
    of: String,
    is_representation: bool,
    full_name: String,
    resident_id: String,
    /// Of an agent of a legal person.
    kinds: Vec<Choice>,
    /// Of an agent of a natural person.
    rights: Vec<Choice>,
    scopes: Vec<Choice>,
    items: String,
    until: String,
    /// Whether a last day must be given.
    needs_until: bool,
}

/// For whom, and as what.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    of: String,
    #[serde(rename = "as")]
    as_what: String,
}

const REPRESENTATIVE: &str = "representative";

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let pairs = FormPairs(vec![("of".into(), asked.of), ("as".into(), asked.as_what)]);
    page(&build(&room, &visitor, &pairs, FormErrors::none()).await?)
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    match name(&room, &visitor, &pairs).await {
        Ok(()) => Ok(super::back()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = build(&room, &visitor, &pairs, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// For whom the form is: oneself, unless it says another.
fn principal(visitor: &Visitor, pairs: &FormPairs) -> Result<Principal, Refusal> {
    match pairs.get("of").unwrap_or_default() {
        "" => Ok(Principal::Person(visitor.actor.person()?.person)),
        of => of.parse().map_err(|_form| Refusal::NotFound),
    }
}

async fn name(room: &Room, visitor: &Visitor, pairs: &FormPairs) -> Result<(), Refusal> {
    let text = |field: &str| pairs.get(field).unwrap_or_default().to_owned();
    let by = &visitor.actor;
    let principal = principal(visitor, pairs)?;
    let mut tx = room.db.begin().await?;
    match principal {
        Principal::LegalPerson(legal_person) if text("as") == REPRESENTATIVE => {
            let named = (text("name"), text("resident_id"));
            let to = (named.0.as_str(), named.1.as_str());
            offer_representation(&mut tx, &room.vault, by, visitor.now, legal_person, to).await?;
        }
        Principal::LegalPerson(legal_person) => {
            let kind = text("kind")
                .parse()
                .map_err(|_form| Refusal::field("kind", Message::new("identity-kind-missing")))?;
            let (items, until) = (items(room, pairs)?, until(pairs)?);
            let appoint = AppointAgent {
                legal_person,
                name: text("name"),
                resident_id: text("resident_id"),
                kind,
                items,
                until,
            };
            appoint_agent(&mut tx, &room.vault, by, visitor.now, appoint).await?;
        }
        Principal::Person(of) => {
            if of != by.person()?.person {
                return Err(Refusal::NotFound);
            }
            let rights: BTreeSet<Right> = pairs.all("rights").filter_map(|word| word.parse().ok()).collect();
            let (items, until) = (items(room, pairs)?, until(pairs)?);
            let offer =
                OfferMandate { name: text("name"), resident_id: text("resident_id"), rights, items, until };
            offer_mandate(&mut tx, &room.vault, by, visitor.now, offer).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

fn items(room: &Room, pairs: &FormPairs) -> Result<Items, Refusal> {
    match pairs.get("scope").unwrap_or_default() {
        "all" => Ok(Items::All),
        "listed" => room.items.read(pairs.get("items").unwrap_or_default()),
        _ => Err(Refusal::field("scope", Message::new("identity-scope-missing"))),
    }
}

fn until(pairs: &FormPairs) -> Result<Option<Date>, Refusal> {
    match pairs.get("until").unwrap_or_default().trim() {
        "" => Ok(None),
        day => {
            let wrong = |_no_day| Refusal::field("until", Message::new("identity-date-wrong"));
            day.parse().map(Some).map_err(wrong)
        }
    }
}

async fn build(
    room: &Room,
    visitor: &Visitor,
    pairs: &FormPairs,
    errors: FormErrors,
) -> Result<FormPage, AppError> {
    let me = visitor.actor.person()?.person;
    let principal = principal(visitor, pairs)?;
    let mut tx = room.db.snapshot().await?;
    let text = |field: &str| pairs.get(field).unwrap_or_default().to_owned();
    let is_representation = text("as") == REPRESENTATIVE;
    let own = match principal {
        Principal::Person(of) if of == me => None,
        Principal::Person(_) => return Err(AppError(Refusal::NotFound)),
        Principal::LegalPerson(_) => {
            let own = held_by(&mut tx, me, principal, visitor.now).await?;
            let may = own.as_ref().is_some_and(|own| {
                own.kind == MandateKind::Representative
                    || (own.kind == MandateKind::Manager && !is_representation)
            });
            Some(own.filter(|_| may).ok_or(AppError(Refusal::NotFound))?.kind)
        }
    };
    let (title, lead) = match (own, is_representation) {
        (None, _) => (visitor.t("identity-offer-title"), visitor.t("identity-offer-lead")),
        (Some(_), true) => {
            let name = shown_as(&mut tx, &room.vault, principal).await?;
            let lead = visitor.t1("identity-handover-lead", "name", name);
            (visitor.t("identity-handover-title"), lead)
        }
        (Some(_), false) => {
            let name = shown_as(&mut tx, &room.vault, principal).await?;
            let lead = visitor.t1("identity-appoint-lead", "name", name);
            (visitor.t("identity-agent-appoint"), lead)
        }
    };
    Ok(FormPage {
        shell: Shell::new(visitor, title).crumb(visitor.t("identity-agents-title"), "/my/agents"),
        errors,
        lead,
        of: principal.to_string(),
        is_representation,
        full_name: text("name"),
        resident_id: text("resident_id"),
        kinds: own.map(|own| kinds(visitor, own, &text("kind"))).unwrap_or_default(),
        rights: if own.is_none() { rights(visitor, pairs) } else { Vec::new() },
        scopes: scopes(visitor, &text("scope")),
        items: text("items"),
        until: text("until"),
        needs_until: own.is_none(),
    })
}

fn kinds(visitor: &Visitor, own: MandateKind, chosen: &str) -> Vec<Choice> {
    let offered: &[MandateKind] = match own {
        MandateKind::Representative => &[MandateKind::Handler, MandateKind::Manager],
        MandateKind::Manager | MandateKind::Handler | MandateKind::Agent | MandateKind::Guardian => {
            &[MandateKind::Handler]
        }
    };
    let choice = |kind: &MandateKind| {
        let hint = visitor.t(&format!("identity-kind-{kind}-hint"));
        let is_chosen = chosen == kind.as_str() || (chosen.is_empty() && *kind == MandateKind::Handler);
        Choice::new(kind.as_str(), visitor.t(&format!("identity-kind-{kind}")))
            .hint(hint)
            .chosen_if(is_chosen)
    };
    offered.iter().map(choice).collect()
}

fn rights(visitor: &Visitor, pairs: &FormPairs) -> Vec<Choice> {
    let choice = |right: &Right| {
        let is_chosen = pairs.all("rights").any(|word| word == right.as_str());
        let hint = visitor.t(&format!("identity-right-{right}-hint"));
        Choice::new(right.as_str(), visitor.t(&format!("identity-right-{right}")))
            .hint(hint)
            .chosen_if(is_chosen)
    };
    Right::ALL.iter().map(choice).collect()
}

fn scopes(visitor: &Visitor, chosen: &str) -> Vec<Choice> {
    ["all", "listed"]
        .map(|scope| {
            Choice::new(scope, visitor.t(&format!("identity-scope-{scope}"))).chosen_if(scope == chosen)
        })
        .into()
}
