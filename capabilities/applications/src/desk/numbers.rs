//! Finding cases by their number: the whole of it, or its last digits as people read them out.

use cases::{Case, CaseError, NUMBER_END_MIN};
use kernel::{Message, Refusal, StaffActor};
use store::Tx;

use super::{DeskError, see};

/// Most cases that are shown for one ending; with more, more digits are asked for.
const FOUND_MAX: usize = 20;

/// What was found.
pub(super) struct Found {
    pub(super) cases: Vec<Case>,
    pub(super) has_more: bool,
}

/// The cases of this number, or with this ending, which the clerk may see.
pub(super) async fn find(tx: &mut Tx, clerk: &StaffActor, number: &str) -> Result<Found, DeskError> {
    let number: String = number.split_whitespace().collect::<String>().to_ascii_uppercase();
    if number.chars().count() < NUMBER_END_MIN {
        let message = Message::new("desk-number-too-short").with("least", NUMBER_END_MIN);
        return Err(DeskError::Refused(Refusal::field("number", message)));
    }
    if let Some(id) = cases::find_by_number(tx, &number).await? {
        let cases = visible(tx, clerk, id).await?.into_iter().collect();
        return Ok(Found { cases, has_more: false });
    }
    let ids = cases::find_by_number_end(tx, clerk.body, &number, FOUND_MAX).await?;
    let has_more = ids.len() > FOUND_MAX;
    let mut cases = Vec::new();
    for id in ids.into_iter().take(FOUND_MAX) {
        cases.extend(visible(tx, clerk, id).await?);
    }
    Ok(Found { cases, has_more })
}

async fn visible(tx: &mut Tx, clerk: &StaffActor, id: kernel::CaseId) -> Result<Option<Case>, DeskError> {
    match see::case(tx, clerk, id).await {
        Ok(case) => Ok(Some(case)),
        Err(DeskError::Case(CaseError::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}
