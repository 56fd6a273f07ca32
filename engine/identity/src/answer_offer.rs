//! Answering an offer (接受、谢绝授权), or taking it back.

use kernel::{Actor, MandateKind, Message, OfferId, PersonId, Principal, Refusal, Timestamp, china_date};
use store::{Tx, Vault, vals};

use crate::hand_over::{self, HandOver};
use crate::mandates::{self, NewMandate, held_by, shown_as};
use crate::offers::{OfferRecord, addressee, find_offer};
use crate::persons::person_shown_as;
use crate::telling::{self, What};

/// Why an offer was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerOfferError {
    /// Nobody is signed in, or no person.
    #[error("only a person answers offers")]
    NotAPerson(Refusal),
    /// No such offer waits for this person.
    #[error("no such offer")]
    NotFound,
    /// Its last day is over, or whoever made it may no longer.
    #[error("the offer is void")]
    Void,
    /// They act for this principal already.
    #[error("acts for this principal already")]
    Already,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<AnswerOfferError> for Refusal {
    fn from(error: AnswerOfferError) -> Self {
        match error {
            AnswerOfferError::NotAPerson(refusal) => refusal,
            AnswerOfferError::NotFound => Self::NotFound,
            AnswerOfferError::Void => Self::Conflict(Message::new("identity-offer-void")),
            AnswerOfferError::Already => Self::Conflict(Message::new("identity-offer-already")),
            AnswerOfferError::Store(error) => error.into(),
        }
    }
}

/// Accepts or declines an offer that is addressed to this person.
pub async fn answer_offer(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: OfferId,
    accepts: bool,
) -> Result<(), AnswerOfferError> {
    let person = by.person().map_err(AnswerOfferError::NotAPerson)?.person;
    let offer = find_offer(tx, vault, id, now).await?.ok_or(AnswerOfferError::NotFound)?;
    if addressee(tx, vault, &offer).await? != Some(person) {
        return Err(AnswerOfferError::NotFound);
    }
    close(tx, id, if accepts { "accepted" } else { "declined" }, now).await?;
    if accepts {
        take_on(tx, vault, &offer, person, now).await?;
    }
    let what = if accepts { What::Accepted } else { What::Declined };
    let name = person_shown_as(tx, vault, person).await?.unwrap_or_default();
    telling::plan(tx, offer.principal, what, &name, &id.to_string(), now).await?;
    Ok(())
}

/// Of two answers at once the second finds none waiting.
async fn close(tx: &mut Tx, id: OfferId, answer: &str, now: Timestamp) -> Result<(), AnswerOfferError> {
    let closed = tx
        .execute(
            "update mandate_offers set answered_at = $1, answer = $2 where id = $3 and answered_at is null",
            vals![now, answer, id],
        )
        .await?;
    if closed == 1 { Ok(()) } else { Err(AnswerOfferError::NotFound) }
}

async fn take_on(
    tx: &mut Tx,
    vault: &Vault,
    offer: &OfferRecord,
    person: PersonId,
    now: Timestamp,
) -> Result<(), AnswerOfferError> {
    if offer.until.is_some_and(|day| day < china_date(now)) {
        return Err(AnswerOfferError::Void);
    }
    let offered_by = tx
        .fetch_one("select offered_by from mandate_offers where id = $1", vals![offer.id])
        .await?
        .get::<String>(0)?;
    if let (MandateKind::Representative, Principal::LegalPerson(legal_person)) = (offer.kind, offer.principal)
    {
        // The word of whoever represents it no longer is nobody's.
        let still = offered_by.strip_prefix("person:").and_then(|id| id.parse::<PersonId>().ok());
        let held = match still {
            Some(old) => held_by(tx, old, offer.principal, now).await?,
            None => None,
        };
        if held.is_none_or(|held| held.kind != MandateKind::Representative) {
            return Err(AnswerOfferError::Void);
        }
        let change = HandOver { legal_person, to: person, by: &offered_by, desk: None, basis: None };
        hand_over::change(tx, vault, change, now).await?;
        return Ok(());
    }
    let new = NewMandate {
        kind: offer.kind,
        principal: offer.principal,
        person,
        rights: offer.rights.clone(),
        items: offer.items.clone(),
        until: offer.until,
        granted_by: offered_by,
    };
    mandates::insert(tx, &new, now).await.map_err(|error| {
        if mandates::holds_already(&error) { AnswerOfferError::Already } else { error.into() }
    })?;
    Ok(())
}

/// Takes an offer back that waits: by whoever made it.
pub async fn withdraw_offer(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: OfferId,
) -> Result<(), AnswerOfferError> {
    let person = by.person().map_err(AnswerOfferError::NotAPerson)?.person;
    let offer = find_offer(tx, vault, id, now).await?.ok_or(AnswerOfferError::NotFound)?;
    let is_theirs = match offer.principal {
        Principal::Person(of) => of == person,
        Principal::LegalPerson(_) => {
            let held = held_by(tx, person, offer.principal, now).await?;
            held.is_some_and(|held| held.kind == MandateKind::Representative)
        }
    };
    if !is_theirs {
        return Err(AnswerOfferError::NotFound);
    }
    close(tx, id, "withdrawn", now).await
}

/// Who makes an offer, as the page of its addressee shows them.
pub(crate) async fn made_by(tx: &mut Tx, vault: &Vault, offer: &OfferRecord) -> store::Result<String> {
    shown_as(tx, vault, offer.principal).await
}

#[cfg(test)]
mod tests;
