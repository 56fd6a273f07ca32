//! Offering somebody to act for oneself (授权他人代办), or to be the next legal representative (变更法定代表人).

use std::collections::BTreeSet;

use codes::ResidentId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{
    Actor, FieldError, Items, LegalPersonId, MandateKind, Message, OfferId, Principal, Refusal, Right,
    Timestamp, china_date,
};
use store::{Tx, Vault, fresh_id, vals};

use crate::legal_persons::find_legal_person;
use crate::mandates::{all_rights, to_words};
use crate::offers::{OFFERS_MAX, offers_of};
use crate::person_name::PersonName;
use crate::personal;
use crate::telling;

/// So many days an offer waits for its answer.
const ANSWER_DAYS: i64 = 30;

/// Who is to act for oneself, and how far. In clear, so `Debug` shows nothing of the person.
#[derive(Clone)]
pub struct OfferMandate {
    /// Their name and identity number: both must be right, so that a slip names no stranger.
    pub name: String,
    /// The identity number.
    pub resident_id: String,
    /// What they may do.
    pub rights: BTreeSet<Right>,
    /// For which items.
    pub items: Items,
    /// The last day, at most a year from now.
    pub until: Option<Date>,
}

impl std::fmt::Debug for OfferMandate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfferMandate").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Why nothing was offered. Whether the other has an account is never among it.
#[derive(Debug, thiserror::Error)]
pub enum OfferMandateError {
    /// Nobody is signed in, or no person.
    #[error("only a person offers mandates")]
    NotAPerson(Refusal),
    /// Who acts for another cannot pass that on.
    #[error("only in one's own name")]
    NotOneself,
    /// This actor does not represent that legal person; whether it exists is not said.
    #[error("no such legal person")]
    NotRepresentative,
    /// Fields that break a rule.
    #[error("fields break rules")]
    Fields(Vec<FieldError>),
    /// Too many offers wait.
    #[error("{OFFERS_MAX} offers wait")]
    TooMany,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<OfferMandateError> for Refusal {
    fn from(error: OfferMandateError) -> Self {
        match error {
            OfferMandateError::NotAPerson(refusal) => refusal,
            OfferMandateError::NotOneself => Self::Outside(Message::new("identity-offer-not-oneself")),
            OfferMandateError::NotRepresentative => Self::NotFound,
            OfferMandateError::Fields(faults) => Self::Invalid(faults),
            OfferMandateError::TooMany => {
                Self::Conflict(Message::new("identity-offer-many").with("most", OFFERS_MAX))
            }
            OfferMandateError::Store(error) => error.into(),
        }
    }
}

/// Offers somebody to act for oneself. It counts when they have accepted.
pub async fn offer_mandate(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    mut offer: OfferMandate,
) -> Result<OfferId, OfferMandateError> {
    let actor = by.person().map_err(OfferMandateError::NotAPerson)?;
    if actor.acting_for.is_some() {
        return Err(OfferMandateError::NotOneself);
    }
    // Who may do something must be able to see it.
    if !offer.rights.is_empty() {
        offer.rights.insert(Right::See);
    }
    let mut faults = Vec::new();
    let mut fault = |field: &str, key| faults.push(FieldError::new(field, Message::new(key)));
    if offer.rights.is_empty() {
        fault("rights", "identity-offer-rights");
    }
    let today = china_date(now);
    match offer.until {
        None => fault("until", "identity-offer-until"),
        Some(day) if day < today => fault("until", "identity-agent-over"),
        Some(day) if day > today.saturating_add(1.year()) => fault("until", "identity-offer-year"),
        Some(_) => {}
    }
    let (named, more) = named(&offer.name, &offer.resident_id);
    faults.extend(more);
    let Some((name, number)) = named.filter(|_| faults.is_empty()) else {
        return Err(OfferMandateError::Fields(faults));
    };
    let own =
        tx.fetch_one("select resident_id_blind from persons where id = $1", vals![actor.person]).await?;
    if own.get::<String>(0)? == personal::resident_id_blind(vault, &number) {
        let oneself = FieldError::new("resident_id", Message::new("identity-offer-oneself"));
        return Err(OfferMandateError::Fields(vec![oneself]));
    }
    let new = New {
        kind: MandateKind::Agent,
        principal: Principal::Person(actor.person),
        rights: &offer.rights,
        items: &offer.items,
        until: offer.until,
    };
    write(tx, vault, by, now, &new, (&name, &number)).await
}

/// Offers somebody to be the next legal representative (变更法定代表人): the present one's word and the next one's acceptance
/// make the change.
pub async fn offer_representation(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    legal_person: LegalPersonId,
    (name, resident_id): (&str, &str),
) -> Result<OfferId, OfferMandateError> {
    let actor = by.person().map_err(OfferMandateError::NotAPerson)?.person;
    find_legal_person(tx, legal_person)
        .await?
        .filter(|found| found.representative == actor)
        .ok_or(OfferMandateError::NotRepresentative)?;
    let (named, faults) = named(name, resident_id);
    let (name, number) = named.ok_or(OfferMandateError::Fields(faults))?;
    let new = New {
        kind: MandateKind::Representative,
        principal: Principal::LegalPerson(legal_person),
        rights: &all_rights(),
        items: &Items::All,
        until: None,
    };
    write(tx, vault, by, now, &new, (&name, &number)).await
}

fn named(name: &str, resident_id: &str) -> (Option<(PersonName, ResidentId)>, Vec<FieldError>) {
    let mut faults = Vec::new();
    let read_name = PersonName::parse(name).ok();
    let number = ResidentId::parse(resident_id).ok();
    if read_name.is_none() {
        faults.push(FieldError::new("name", Message::new("identity-name-wrong")));
    }
    if number.is_none() {
        faults.push(FieldError::new("resident_id", Message::new("identity-resident-id-wrong")));
    }
    (read_name.zip(number), faults)
}

struct New<'a> {
    kind: MandateKind,
    principal: Principal,
    rights: &'a BTreeSet<Right>,
    items: &'a Items,
    until: Option<Date>,
}

async fn write(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    new: &New<'_>,
    (name, number): (&PersonName, &ResidentId),
) -> Result<OfferId, OfferMandateError> {
    if offers_of(tx, vault, new.principal, now).await?.len() >= OFFERS_MAX {
        return Err(OfferMandateError::TooMany);
    }
    let sealed = personal::seal(vault, name, number, None)?;
    let id: OfferId = fresh_id(now);
    tx.execute(
        "insert into mandate_offers (id, kind, of_person, legal_person, name_sealed, resident_id_sealed,
             resident_id_blind, rights, items, until, offered_by, offered_at, answer_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        vals![
            id,
            new.kind.as_str(),
            new.principal.person(),
            new.principal.legal_person(),
            sealed.name,
            sealed.resident_id,
            personal::resident_id_blind(vault, number),
            to_words(new.rights),
            new.items.to_list(),
            new.until,
            by.reference(),
            now,
            china_date(now).saturating_add(ANSWER_DAYS.days())
        ],
    )
    .await?;
    telling::plan_offer(tx, id, now).await?;
    Ok(id)
}

#[cfg(test)]
mod tests;
