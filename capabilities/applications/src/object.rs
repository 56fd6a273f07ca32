//! Objecting to a public notice (公示异议): anybody who is signed in, once, while it hangs. Who objects is known to the
//! office alone.

use cases::{Case, CaseError, Command, Objection};
use kernel::{Actor, CaseId, Message, Refusal, Timestamp};
use store::Tx;

use crate::Room;

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Longest objection, in characters.
const TEXT_MAX: usize = 2000;

/// Why an objection was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// Nothing was ever published there.
    #[error("no such notice")]
    NotFound,
    /// More than anybody reads.
    #[error("the text has more than {TEXT_MAX} characters")]
    TooLong,
    /// The engine refuses: the notice is over, or this person has objected before.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Only a person may, or the package is gone.
    #[error("refused")]
    Refused(Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<ObjectError> for Refusal {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::NotFound => Self::NotFound,
            ObjectError::TooLong => {
                Self::field("text", Message::new("applications-objection-too-long").with("most", TEXT_MAX))
            }
            ObjectError::Case(error) => error.into(),
            ObjectError::Refused(refusal) => refusal,
            ObjectError::Store(error) => error.into(),
        }
    }
}

/// The case whose notice hangs or hung, by its id or its number. A case of which nothing was ever published is not
/// there: its existence is nobody's affair.
pub(crate) async fn find(tx: &mut Tx, named: &str) -> Result<Case, ObjectError> {
    let id = match named.parse::<CaseId>() {
        Ok(id) => Some(id),
        Err(_no_id) => cases::find_by_number(tx, named).await?,
    };
    let case = match cases::get(tx, id.ok_or(ObjectError::NotFound)?).await {
        Err(CaseError::NotFound) => return Err(ObjectError::NotFound),
        found => found?,
    };
    if case.notices.is_empty() { Err(ObjectError::NotFound) } else { Ok(case) }
}

/// What this person has objected already.
pub(crate) fn own<'a>(case: &'a Case, by: &Actor) -> Option<&'a Objection> {
    let reference = by.reference();
    case.objections.iter().find(|objection| objection.by == reference)
}

/// Objects to the notice that hangs.
pub async fn object(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    named: &str,
    text: String,
) -> Result<Case, ObjectError> {
    by.person().map_err(ObjectError::Refused)?;
    let case = find(tx, named).await?;
    if text.chars().count() > TEXT_MAX {
        return Err(ObjectError::TooLong);
    }
    let package = room.package(&case.case_type).map_err(|error| ObjectError::Refused(error.into()))?;
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    Ok(cases::act(tx, &around, &package.case_type, case.id, None, by, Command::Object { text }).await?)
}
