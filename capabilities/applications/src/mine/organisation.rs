//! `/org`: an organisation for which one acts (法人空间): what it is, what runs, what it holds, who acts for it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use cases::{CaseSummary, OwnCases};
use identity::{Hat, LegalPersonRecord};
use jiff::ToSpan as _;
use kernel::{LegalPersonId, PersonActor, PersonId, Principal, Refusal};
use store::Tx;
use store::page::{PageRequest, PageSize};
use web::{AppError, Shell, Visitor};

use super::list;
use super::rows::{Row, row_of_case};
use crate::Room;

/// Licences that end within so many days are marked.
const ENDING_DAYS: i64 = 90;
/// How many cases and licences are shown; all of them have pages of their own.
const FEW: u32 = 10;

#[derive(Template)]
#[template(path = "mine/organisation.html")]
struct OrganisationPage {
    shell: Shell,
    /// The hat that is worn; nothing when one acts for oneself.
    worn: Option<Worn>,
    /// The other organisations for which one may act: id, name, code, role.
    others: Vec<(String, String, String, String)>,
}

/// The organisation whose hat is worn.
struct Worn {
    name: String,
    facts: Vec<(String, String)>,
    is_representative: bool,
    cases: Vec<(Row, String)>,
    /// Name, address, number, and the last day; the last says whether it is near.
    licences: Vec<(String, String, String, String, bool)>,
    entries: Vec<(String, String)>,
    /// Masked name, since when, until when.
    agents: Vec<(String, String, String)>,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let hats = identity::hats(&mut tx, &room.vault, me.person, visitor.now).await?;
    let found = match me.legal_person() {
        Some(id) => identity::find_legal_person(&mut tx, id).await?,
        None => None,
    };
    let worn = match found {
        Some(found) => Some(read(&mut tx, &room, &visitor, me, &found).await?),
        None => None,
    };
    let worn_id = me.legal_person();
    let others =
        hats.into_iter().filter(|hat| hat.principal.legal_person().is_some_and(|id| Some(id) != worn_id));
    web::page(&OrganisationPage {
        shell: Shell::new(&visitor, visitor.t("applications-org")).crumb(visitor.t("web-my"), "/my"),
        worn,
        others: others.map(|hat| other(&visitor, hat)).collect(),
    })
}

fn other(visitor: &Visitor, hat: Hat) -> (String, String, String, String) {
    let role = visitor.t(&format!("identity-kind-{}", hat.kind));
    (hat.principal.to_string(), hat.name, hat.uscc, role)
}

async fn read(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    me: &PersonActor,
    found: &LegalPersonRecord,
) -> Result<Worn, Refusal> {
    let few = PageRequest { after: None, size: PageSize::try_from(FEW).unwrap_or_default() };
    let newest = list(tx, me, &OwnCases::default(), visitor.now, &few).await?.items;
    let who = who(tx, room, me, &newest).await?;
    let cases = newest.iter().map(|case| {
        let by = who.get(&case.person).cloned().unwrap_or_default();
        (row_of_case(room, visitor, case), by)
    });
    let representative = identity::person_shown_as(tx, &room.vault, found.representative).await?;
    let is_representative = found.representative == me.person;
    let role = me.acting_for.as_ref().map(|mandate| visitor.t(&format!("identity-kind-{}", mandate.kind)));
    let kind = format!("applications-org-kind-{}", found.kind.as_str());
    Ok(Worn {
        name: found.name.clone(),
        facts: vec![
            (visitor.t("applications-org-code"), found.uscc.to_string()),
            (visitor.t("applications-org-kind"), visitor.t(&kind)),
            (visitor.t("applications-org-head"), representative.unwrap_or_default()),
            (visitor.t("applications-org-role"), role.unwrap_or_default()),
        ],
        is_representative,
        cases: cases.collect(),
        licences: licences_of(tx, visitor, me, &few).await?,
        entries: entries(tx, visitor, found).await?,
        agents: agents(tx, room, visitor, found.id).await?,
    })
}

async fn licences_of(
    tx: &mut Tx,
    visitor: &Visitor,
    me: &PersonActor,
    few: &PageRequest,
) -> Result<Vec<(String, String, String, String, bool)>, Refusal> {
    let until = visitor.today().saturating_add(ENDING_DAYS.days());
    let ending = licences::ending(tx, me, visitor.today(), until).await?;
    let held = licences::held_by(tx, me, few).await?.items;
    let others = held.iter().filter(|licence| !ending.iter().any(|other| other.id == licence.id));
    let row = |licence: &licences::Licence, is_near: bool| {
        let name = visitor.pick(&licence.name.zh, &licence.name.en).to_owned();
        let until = licence.valid_until.map_or_else(String::new, |day| {
            visitor.t1("applications-my-valid-until", "day", visitor.date(day))
        });
        (name, format!("/licences/{}", licence.id), licence.number.clone(), until, is_near)
    };
    Ok(ending
        .iter()
        .map(|licence| row(licence, true))
        .chain(others.map(|licence| row(licence, false)))
        .collect())
}

/// What the platform's registers say of it: which register, and where.
async fn entries(
    tx: &mut Tx,
    visitor: &Visitor,
    found: &LegalPersonRecord,
) -> Result<Vec<(String, String)>, Refusal> {
    let mut entries = Vec::new();
    for register in registers::KNOWN {
        if registers::find_entry(tx, register, found.uscc.as_str()).await?.is_some() {
            let title =
                registers::title(register).map_or_else(|| (*register).to_owned(), |key| visitor.t(key));
            entries.push((title, format!("/registers/{register}/{}", found.uscc)));
        }
    }
    Ok(entries)
}

async fn agents(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    legal_person: LegalPersonId,
) -> Result<Vec<(String, String, String)>, Refusal> {
    let mut agents = Vec::new();
    for agent in identity::agents_of(tx, Principal::LegalPerson(legal_person), visitor.now).await? {
        let name = identity::person_shown_as(tx, &room.vault, agent.person).await?.unwrap_or_default();
        let until =
            agent.until.map_or_else(|| visitor.t("applications-org-open-end"), |day| visitor.date(day));
        agents.push((name, visitor.datetime(agent.since), until));
    }
    Ok(agents)
}

/// Who of an organisation submitted these cases, masked; nothing for one's own.
pub(crate) async fn who(
    tx: &mut Tx,
    room: &Room,
    me: &PersonActor,
    cases: &[CaseSummary],
) -> Result<BTreeMap<PersonId, String>, store::Error> {
    let mut who = BTreeMap::new();
    if me.legal_person().is_none() {
        return Ok(who);
    }
    for case in cases {
        if let std::collections::btree_map::Entry::Vacant(place) = who.entry(case.person) {
            let name = identity::person_shown_as(tx, &room.vault, case.person).await?;
            place.insert(name.unwrap_or_default());
        }
    }
    Ok(who)
}
