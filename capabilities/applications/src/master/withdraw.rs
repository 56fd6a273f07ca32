//! Taking back one thing, or one part of it (撤回).

use cases::{CaseError, Status};
use kernel::{Actor, MasterCaseId, Message, Refusal, Right, Timestamp};
use store::Tx;

use super::go_on::{GoOnError, drop_part, settle};
use super::{MasterCase, MasterError, PartState, get, hold, own_to};
use crate::withdraw::{self as single, WithdrawError};
use crate::{Room, acting};

pub(crate) mod http;

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawMasterError {
    /// Only a person may.
    #[error("only the applicant may")]
    NotAPerson(Refusal),
    /// It cannot be found.
    #[error(transparent)]
    Master(#[from] MasterError),
    /// There is no such part.
    #[error("no such part")]
    NoSuchPart,
    /// Nothing of it runs or waits.
    #[error("it is over")]
    Over,
    /// No reason was given.
    #[error("the reason is missing")]
    NoReason,
    /// A case cannot be taken back.
    #[error(transparent)]
    Case(#[from] WithdrawError),
    /// What rests on it cannot be settled.
    #[error(transparent)]
    Settle(#[from] GoOnError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<WithdrawMasterError> for Refusal {
    fn from(error: WithdrawMasterError) -> Self {
        match error {
            WithdrawMasterError::NotAPerson(refusal) => refusal,
            WithdrawMasterError::Master(error) => error.into(),
            WithdrawMasterError::NoSuchPart => Self::NotFound,
            WithdrawMasterError::Over => Self::conflict("applications-master-over"),
            WithdrawMasterError::NoReason => {
                Self::field("reason", Message::new("applications-master-reason-missing"))
            }
            WithdrawMasterError::Case(error) => error.into(),
            WithdrawMasterError::Settle(error) => Self::internal(error),
            WithdrawMasterError::Store(error) => error.into(),
        }
    }
}

/// Takes back one part, or all that run or wait. What rests on it is not begun. The caller commits.
pub(crate) async fn withdraw(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: MasterCaseId,
    part: Option<&str>,
    reason: &str,
) -> Result<MasterCase, WithdrawMasterError> {
    let person = by.person().map_err(WithdrawMasterError::NotAPerson)?;
    own_to(tx, person, id, Right::Apply).await?;
    let by = &acting::with_parts(by);
    hold(tx, id).await?;
    let master = get(tx, id).await?;
    if part.is_some_and(|part| master.part(part).is_none()) {
        return Err(WithdrawMasterError::NoSuchPart);
    }
    if reason.trim().is_empty() {
        return Err(WithdrawMasterError::NoReason);
    }
    let mut taken = 0;
    for meant in master.parts.iter().filter(|meant| part.is_none_or(|part| part == meant.part)) {
        match (meant.state, meant.case) {
            (PartState::Waiting, _) => drop_part(tx, &master, &meant.part, None).await?,
            (PartState::Begun, Some(case)) => {
                let open = cases::get(tx, case).await.map_err(WithdrawError::Case)?;
                if open.status == Status::Closed {
                    continue;
                }
                match single::withdraw(tx, room, by, now, case, None, reason.to_owned()).await {
                    // Time has ended it a moment before.
                    Err(WithdrawError::Case(CaseError::Closed)) => continue,
                    done => done?,
                };
            }
            (PartState::Begun | PartState::NotNeeded | PartState::NotBegun, _) => continue,
        }
        taken += 1;
    }
    if taken == 0 {
        return Err(WithdrawMasterError::Over);
    }
    let master = get(tx, id).await?;
    settle(tx, room, now, &master).await?;
    Ok(get(tx, id).await?)
}
