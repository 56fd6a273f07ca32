//! Ending a mandate (撤销、放弃授权): at once, by the principal or by whoever holds it.

use kernel::{Actor, MandateId, MandateKind, PersonId, Principal, Refusal, Timestamp};
use store::{Tx, Vault, vals};

use crate::mandates::{MandateRecord, find_mandate, held_by, shown_as};
use crate::persons::person_shown_as;
use crate::telling::{self, What};

/// Why nothing was ended.
#[derive(Debug, thiserror::Error)]
pub enum EndMandateError {
    /// Nobody is signed in, or no person.
    #[error("only a person ends mandates")]
    NotAPerson(Refusal),
    /// No such mandate, or one that is none of this actor's business.
    #[error("no such mandate")]
    NotFound,
    /// A legal representative does not resign here, and a guardian is entered by the office.
    #[error("this kind of mandate is not ended in this way")]
    NotHere,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<EndMandateError> for Refusal {
    fn from(error: EndMandateError) -> Self {
        match error {
            EndMandateError::NotAPerson(refusal) => refusal,
            EndMandateError::NotFound => Self::NotFound,
            EndMandateError::NotHere => Self::conflict("identity-mandate-not-here"),
            EndMandateError::Store(error) => error.into(),
        }
    }
}

/// Ends a mandate at once: visits under it lose the hat with their next request. Doing it again changes nothing.
pub async fn end_mandate(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: MandateId,
) -> Result<(), EndMandateError> {
    let actor = by.person().map_err(EndMandateError::NotAPerson)?;
    let found = find_mandate(tx, id).await?.ok_or(EndMandateError::NotFound)?;
    let is_holder = found.person == actor.person;
    if !is_holder && !may_end(tx, actor.person, &found, now).await? {
        return Err(EndMandateError::NotFound);
    }
    if matches!(found.kind, MandateKind::Representative | MandateKind::Guardian) {
        return Err(EndMandateError::NotHere);
    }
    let ended = tx
        .execute(
            "update mandates set ended_at = $1, ended_by = $2 where id = $3 and ended_at is null",
            vals![now, by.reference(), id],
        )
        .await?;
    if ended == 1 {
        let about = id.to_string();
        if is_holder {
            let name = person_shown_as(tx, vault, found.person).await?.unwrap_or_default();
            telling::plan(tx, found.principal, What::GivenUp, &name, &about, now).await?;
        } else {
            let name = shown_as(tx, vault, found.principal).await?;
            telling::plan_for(tx, found.person, What::Revoked, &name, &about, now).await?;
        }
    }
    Ok(())
}

/// Whether the person may end somebody else's mandate: the principal; the legal representative; an agent who may name
/// agents, those who handle items.
async fn may_end(
    tx: &mut Tx,
    person: PersonId,
    found: &MandateRecord,
    now: Timestamp,
) -> store::Result<bool> {
    if found.principal == Principal::Person(person) {
        return Ok(true);
    }
    let own = held_by(tx, person, found.principal, now).await?;
    Ok(own.is_some_and(|own| match own.kind {
        MandateKind::Representative => true,
        MandateKind::Manager => found.kind == MandateKind::Handler,
        MandateKind::Handler | MandateKind::Agent | MandateKind::Guardian => false,
    }))
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
