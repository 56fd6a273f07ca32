//! Two accounts of one person become one (账号合并): drafts, cases, one-things, letters and documents go over.

use cases::CaseError;
use kernel::{PersonId, Timestamp};
use store::{Tx, vals};

#[cfg(test)]
mod tests;

/// Gives everything of a person's own to another account of theirs, and counts the cases. What they did for somebody else
/// is the other's and stays.
pub async fn merge_person(
    tx: &mut Tx,
    from: PersonId,
    into: PersonId,
    now: Timestamp,
) -> Result<usize, CaseError> {
    for sql in [
        "update drafts set person = $2 where person = $1 and legal_person is null",
        "update master_cases set person = $2 where person = $1 and legal_person is null",
    ] {
        tx.execute(sql, vals![from, into]).await?;
    }
    // Those that were read lie with their case.
    let letters = "update case_letters set addressee = $2 where addressee = $1 and read_at is null";
    tx.execute(letters, vals![format!("person:{from}"), format!("person:{into}")]).await?;
    licences::merge_holder(tx, from, into).await?;
    cases::merge_applicant(tx, from, into, now).await
}
