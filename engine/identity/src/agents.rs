//! `/my/agents`: who may act for oneself and for the legal persons whose agents one names, and what they did.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{MandateId, MandateKind, Principal, Refusal};
use serde::Deserialize;
use store::Tx;
use store::page::PageRequest;
use web::{AppError, Nothing, PostForm, Shell, Visitor, page};

use crate::Room;
use crate::agent_acts::acts_under;
use crate::answer_offer::withdraw_offer;
use crate::hand_over::confirm_agent;
use crate::mandates::{MandateRecord, agents_of, find_mandate, hats, held_by, shown_as};
use crate::offers::{OfferRecord, offers_of};
use crate::persons::person_shown_as;

pub(crate) mod form;

#[derive(Template)]
#[template(path = "agents/list.html")]
struct AgentsPage {
    shell: Shell,
    groups: Vec<Group>,
}

/// A principal with its agents.
struct Group {
    /// The principal, as addresses name it.
    of: String,
    /// Empty for oneself.
    name: String,
    uscc: String,
    is_representative: bool,
    agents: Vec<AgentRow>,
    offers: Vec<OfferRow>,
}

struct AgentRow {
    id: String,
    shown_as: String,
    kind: String,
    scope: String,
    since: String,
    until: String,
    /// By when a new legal representative has to confirm; empty otherwise.
    confirm_by: String,
    may_end: bool,
}

struct OfferRow {
    id: String,
    shown_as: String,
    kind: String,
    answer_by: String,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let oneself = Group {
        of: Principal::Person(me.person).to_string(),
        name: String::new(),
        uscc: String::new(),
        is_representative: false,
        ..group(&mut tx, &room, &visitor, Principal::Person(me.person), MandateKind::Representative).await?
    };
    let mut groups = vec![oneself];
    for hat in hats(&mut tx, &room.vault, me.person, visitor.now).await? {
        if hat.may_name_agents() {
            let is_representative = hat.is_representative();
            let read = group(&mut tx, &room, &visitor, hat.principal, hat.kind).await?;
            groups.push(Group { name: hat.name, uscc: hat.uscc, is_representative, ..read });
        }
    }
    let shell = Shell::new(&visitor, visitor.t("identity-agents-title"))
        .crumb(visitor.t("identity-account-title"), "/my/account");
    page(&AgentsPage { shell, groups })
}

async fn group(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    principal: Principal,
    own: MandateKind,
) -> Result<Group, AppError> {
    let mut agents = Vec::new();
    for agent in agents_of(tx, principal, visitor.now).await? {
        let shown_as = person_shown_as(tx, &room.vault, agent.person).await?.unwrap_or_default();
        agents.push(agent_row(room, visitor, &agent, shown_as, own));
    }
    let offers = offers_of(tx, &room.vault, principal, visitor.now).await?;
    Ok(Group {
        of: principal.to_string(),
        name: String::new(),
        uscc: String::new(),
        is_representative: false,
        agents,
        offers: offers.into_iter().map(|offer| offer_row(visitor, offer)).collect(),
    })
}

fn agent_row(
    room: &Room,
    visitor: &Visitor,
    agent: &MandateRecord,
    shown_as: String,
    own: MandateKind,
) -> AgentRow {
    let ends_here = agent.kind != MandateKind::Guardian && agent.kind != MandateKind::Representative;
    AgentRow {
        id: agent.id.to_string(),
        shown_as,
        kind: visitor.t(&format!("identity-kind-{}", agent.kind)),
        scope: scope(room, visitor, agent),
        since: visitor.datetime(agent.since),
        until: agent.until.map_or_else(|| visitor.t("identity-agent-open-end"), |day| visitor.date(day)),
        confirm_by: agent.confirm_by.map(|day| visitor.date(day)).unwrap_or_default(),
        may_end: ends_here && (own == MandateKind::Representative || agent.kind == MandateKind::Handler),
    }
}

fn offer_row(visitor: &Visitor, offer: OfferRecord) -> OfferRow {
    OfferRow {
        id: offer.id.to_string(),
        kind: visitor.t(&format!("identity-kind-{}", offer.kind)),
        answer_by: visitor.date(offer.answer_by),
        shown_as: offer.shown_as,
    }
}

/// Rights and items in words.
fn scope(room: &Room, visitor: &Visitor, agent: &MandateRecord) -> String {
    rights_and_items(room, visitor, &agent.rights, &agent.items)
}

pub(crate) fn rights_and_items(
    room: &Room,
    visitor: &Visitor,
    rights: &std::collections::BTreeSet<kernel::Right>,
    items: &kernel::Items,
) -> String {
    let words: Vec<String> =
        rights.iter().map(|right| visitor.t(&format!("identity-right-{right}"))).collect();
    let items = room.items.shown(visitor, items);
    format!("{}{}{items}", words.join(visitor.pick("、", ", ")), visitor.pick("：", ": "))
}

/// Taking an offer back, and confirming an agent of the former legal representative.
pub(crate) async fn withdraw(
    State(room): State<Room>,
    visitor: Visitor,
    Path(offer): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let offer = offer.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    withdraw_offer(&mut tx, &room.vault, &visitor.actor, visitor.now, offer).await?;
    tx.commit().await?;
    Ok(Redirect::to("/my/agents"))
}

pub(crate) async fn confirm(
    State(room): State<Room>,
    visitor: Visitor,
    Path(mandate): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let mandate = mandate.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    confirm_agent(&mut tx, &visitor.actor, visitor.now, mandate).await?;
    tx.commit().await?;
    Ok(Redirect::to("/my/agents"))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "agents/acts.html")]
struct ActsPage {
    shell: Shell,
    agent: String,
    principal: String,
    kind: String,
    scope: String,
    acts: Vec<ActRow>,
    next_href: String,
    first_href: String,
}

struct ActRow {
    at: String,
    text: String,
    item: String,
    link: String,
}

/// What somebody did under a mandate: for its principal, for who names agents of the legal person, and for themselves.
pub(crate) async fn acts(
    State(room): State<Room>,
    visitor: Visitor,
    Path(mandate): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?.person;
    let id: MandateId = mandate.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.snapshot().await?;
    let found = find_mandate(&mut tx, id).await?.ok_or(AppError(Refusal::NotFound))?;
    let is_theirs = found.person == me || found.principal == Principal::Person(me);
    if !is_theirs {
        let own = held_by(&mut tx, me, found.principal, visitor.now).await?;
        let names =
            own.is_some_and(|own| matches!(own.kind, MandateKind::Representative | MandateKind::Manager));
        if !names {
            return Err(AppError(Refusal::NotFound));
        }
    }
    let is_first = asked.after.is_none();
    let after = asked.after.map(|text| text.parse()).transpose();
    let request =
        PageRequest { after: after.map_err(|_form| AppError(Refusal::NotFound))?, ..PageRequest::default() };
    let done = acts_under(&mut tx, id, &request).await?;
    let here = format!("/my/agents/{id}/acts");
    let acts = done.items.iter().map(|act| ActRow {
        at: visitor.datetime(act.at),
        text: visitor.t(&format!("identity-agent-act-{}", act.act)),
        item: room.items.shown(&visitor, &kernel::Items::Listed([act.item.clone()].into())),
        link: act.link.clone(),
    });
    page(&ActsPage {
        agent: person_shown_as(&mut tx, &room.vault, found.person).await?.unwrap_or_default(),
        principal: shown_as(&mut tx, &room.vault, found.principal).await?,
        kind: visitor.t(&format!("identity-kind-{}", found.kind)),
        scope: scope(&room, &visitor, &found),
        acts: acts.collect(),
        next_href: done.next.map(|next| format!("{here}?after={next}")).unwrap_or_default(),
        first_href: if is_first { String::new() } else { here },
        shell: Shell::new(&visitor, visitor.t("identity-agent-acts-title"))
            .crumb(visitor.t("identity-agents-title"), "/my/agents"),
    })
}

/// The address of the list, after something was done.
pub(crate) fn back() -> Response {
    Redirect::to("/my/agents").into_response()
}

#[cfg(test)]
mod tests;
