//! A case as its applicant may see it: only their own, or that of whoever they act for, as far as their mandate reaches.

use cases::{Case, CaseError};
use kernel::{CaseId, PersonActor, Right};
use store::Tx;

/// The case, if it is this person's business. Another's is not there: its existence is nobody else's affair.
pub async fn get(tx: &mut Tx, by: &PersonActor, id: CaseId) -> Result<Case, CaseError> {
    get_to(tx, by, id, Right::See).await
}

/// The case, if this person may do that in it; the engine asks once more when a command is given.
pub(crate) async fn get_to(
    tx: &mut Tx,
    by: &PersonActor,
    id: CaseId,
    right: Right,
) -> Result<Case, CaseError> {
    let case = cases::get(tx, id).await?;
    case.allows(by, right)?;
    Ok(case)
}
