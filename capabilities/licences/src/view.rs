//! Looking at one document, and who may.

use kernel::{Actor, LicenceId, Message, PersonActor, Refusal, Right, Role, StaffActor};
use store::Tx;

use crate::Licence;

pub(crate) mod api;
pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Posts that handle cases, and the one that watches how they are handled. Whoever runs the platform or writes its items has
/// no use for people's documents.
const HANDLING: [Role; 4] = [Role::Acceptance, Role::Review, Role::Decision, Role::Supervision];

/// The id in an address; what is none names nothing.
pub(crate) fn id_of(text: &str) -> Result<LicenceId, Refusal> {
    text.parse().map_err(|_form| Refusal::NotFound)
}

/// The document, if it is the visitor's own or the work of their body. To anybody else it does not exist.
pub async fn get_visible(tx: &mut Tx, by: &Actor, id: LicenceId) -> Result<Licence, Refusal> {
    let licence = crate::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let may = match by {
        Actor::Anonymous => return Err(Refusal::Unauthenticated),
        Actor::Person(person) => return Ok(own(tx, person, licence).await?.0),
        Actor::Staff(staff) => {
            HANDLING.iter().any(|role| staff.roles.contains(role))
                && (staff.body == licence.issuer || has_handled(tx, staff, &licence).await?)
        }
        Actor::System => true,
    };
    if may { Ok(licence) } else { Err(Refusal::NotFound) }
}

/// A document that somebody opens for whoever they act for (领取结果), and the item that it comes from.
pub(crate) async fn collect(
    tx: &mut Tx,
    by: &PersonActor,
    id: LicenceId,
) -> Result<(Licence, String), Refusal> {
    let licence = crate::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    own(tx, by, licence).await
}

/// A document of which somebody may know: their own, or of whoever they act for, as far as their mandate lets them see.
pub(crate) async fn seen(tx: &mut Tx, by: &PersonActor, id: LicenceId) -> Result<Licence, Refusal> {
    let licence = crate::find(tx, id).await?.filter(|licence| licence.is_held_by(by));
    let licence = licence.ok_or(Refusal::NotFound)?;
    if by.acting_for.is_none() {
        return Ok(licence);
    }
    let item = crate::record::items_of(tx, &[licence.case]).await?.remove(&licence.case).unwrap_or_default();
    let may = by.may(Right::See, &item) || by.may(Right::Collect, &item);
    if may { Ok(licence) } else { Err(Refusal::NotFound) }
}

/// The document, if it is theirs to open. Its item is looked up only where a mandate asks for it.
async fn own(tx: &mut Tx, by: &PersonActor, licence: Licence) -> Result<(Licence, String), Refusal> {
    if !licence.is_held_by(by) {
        return Err(Refusal::NotFound);
    }
    if by.acting_for.is_none() {
        return Ok((licence, String::new()));
    }
    let item = crate::record::items_of(tx, &[licence.case]).await?.remove(&licence.case).unwrap_or_default();
    if by.may(Right::Collect, &item) {
        Ok((licence, item))
    } else if by.may(Right::See, &item) {
        Err(Refusal::Outside(Message::new("licences-outside-mandate")))
    } else {
        Err(Refusal::NotFound)
    }
}

/// Whether the clerk's body had work on the case that the document comes from.
async fn has_handled(tx: &mut Tx, staff: &StaffActor, licence: &Licence) -> Result<bool, Refusal> {
    match cases::get(tx, licence.case).await {
        Ok(case) => Ok(case.concerns(staff.body)),
        Err(cases::CaseError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
