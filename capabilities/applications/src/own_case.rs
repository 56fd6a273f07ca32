//! A case as its applicant may see it: only their own, or that of the legal person whose hat they wear.

use cases::{Case, CaseError};
use kernel::{CaseId, PersonActor};
use store::Tx;

use crate::reach::Reach;

/// The case, if it is this person's business. Another's is not there: its existence is nobody else's affair.
pub async fn get(tx: &mut Tx, by: &PersonActor, id: CaseId) -> Result<Case, CaseError> {
    let case = cases::get(tx, id).await?;
    if Reach::of_person(&case.applicant, by).is_there() { Ok(case) } else { Err(CaseError::NotFound) }
}
