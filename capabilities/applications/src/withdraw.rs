//! Taking an application back (撤回).

use cases::{Case, CaseError, Command};
use identity::AgentAct;
use kernel::{Actor, CaseId, Refusal, Right, Timestamp};
use store::Tx;

use crate::{Room, acting, own_case};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why an application was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// The case cannot be found, or the engine refuses: it is closed, or has changed since the page was made.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Only a person may, or the package is gone.
    #[error("refused")]
    Refused(Refusal),
}

impl From<WithdrawError> for Refusal {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::Case(error) => error.into(),
            WithdrawError::Refused(refusal) => refusal,
        }
    }
}

/// Takes an application back, for a reason. `expected` is the version that the page showed.
pub async fn withdraw(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: CaseId,
    expected: Option<i64>,
    reason: String,
) -> Result<Case, WithdrawError> {
    let person = by.person().map_err(WithdrawError::Refused)?;
    let case = own_case::get_to(tx, person, id, Right::Apply).await?;
    let package = room.package(&case.case_type).map_err(|error| WithdrawError::Refused(error.into()))?;
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    let case_type = &package.case_type;
    let case = cases::act(tx, &around, case_type, id, expected, by, Command::Withdraw { reason }).await?;
    acting::note_case(tx, by, AgentAct::Withdrew, &case, now).await.map_err(CaseError::from)?;
    Ok(case)
}
