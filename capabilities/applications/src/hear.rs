//! Asking to be heard, or doing without (听证; 行政许可法 §47).

use cases::{Case, CaseError, Command};
use identity::AgentAct;
use kernel::{Actor, CaseId, Refusal, Right, Timestamp};
use store::Tx;

use crate::{Room, acting, own_case};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why an answer about a hearing was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HearError {
    /// The case cannot be found, or the engine refuses: no answer is awaited, its time is over, the reason is missing.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Only a person may, or the package is gone.
    #[error("refused")]
    Refused(Refusal),
}

impl From<HearError> for Refusal {
    fn from(error: HearError) -> Self {
        match error {
            HearError::Case(error) => error.into(),
            HearError::Refused(refusal) => refusal,
        }
    }
}

/// Whether the applicant wants to be heard, with the reason. `expected` is the version that the page showed.
pub async fn answer(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: CaseId,
    expected: Option<i64>,
    wanted: Option<String>,
) -> Result<Case, HearError> {
    let person = by.person().map_err(HearError::Refused)?;
    let case = own_case::get_to(tx, person, id, Right::Apply).await?;
    let package = room.package(&case.case_type).map_err(|error| HearError::Refused(error.into()))?;
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    let command = wanted.map_or(Command::WaiveHearing, |reason| Command::RequestHearing { reason });
    let case = cases::act(tx, &around, &package.case_type, id, expected, by, command).await?;
    acting::note_case(tx, by, AgentAct::Heard, &case, now).await.map_err(CaseError::from)?;
    Ok(case)
}
