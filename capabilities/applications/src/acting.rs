//! Acting for another (代办): the one place of this room that asks how far a mandate reaches, and notes what was done under it.
//! Of cases the engine says it ([`cases::Case::allows`]), by the same rule.

use cases::{Applicant, Case, MandateGap};
use identity::AgentAct;
use kernel::{Actor, Items, PersonActor, Right, Timestamp};
use store::Tx;

use crate::draft::{Draft, DraftError};

/// Whether this person may do that with a draft of that item.
pub(crate) fn check(
    applicant: &Applicant,
    by: &PersonActor,
    right: Right,
    item: &str,
) -> Result<(), DraftError> {
    applicant.may(by, right, &[item]).map_err(|gap| match gap {
        MandateGap::NotTheirs => DraftError::NotFound,
        MandateGap::Outside => DraftError::Outside,
    })
}

/// Whether this person may begin an application for that item: everybody knows that the item is there.
pub(crate) fn check_item(by: &PersonActor, item: &str) -> Result<(), DraftError> {
    if by.may(Right::Apply, item) { Ok(()) } else { Err(DraftError::Outside) }
}

/// Whoever may hand in or take back one thing (一件事) does so with all its parts, also where a mandate lists the thing alone.
pub(crate) fn with_parts(by: &Actor) -> Actor {
    let mut by = by.clone();
    if let Actor::Person(person) = &mut by
        && let Some(mandate) = &mut person.acting_for
    {
        mandate.items = Items::All;
    }
    by
}

/// Notes what was done with a draft, if it was done for another.
pub(crate) async fn note_draft(
    tx: &mut Tx,
    by: &Actor,
    act: AgentAct,
    draft: &Draft,
    now: Timestamp,
) -> Result<(), store::Error> {
    let link = if act == AgentAct::Discarded { String::new() } else { format!("/drafts/{}", draft.id) };
    identity::note_agent_act(tx, by, act, &draft.case_type.item, &link, now).await
}

/// The same of a case.
pub(crate) async fn note_case(
    tx: &mut Tx,
    by: &Actor,
    act: AgentAct,
    case: &Case,
    now: Timestamp,
) -> Result<(), store::Error> {
    identity::note_agent_act(tx, by, act, &case.case_type.item, &format!("/cases/{}", case.id), now).await
}
