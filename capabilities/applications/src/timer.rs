//! Lets time act on a case when a limit has passed: acceptance by silence, the end of a notice, a correction that
//! never came.

use cases::{CaseError, Command};
use kernel::{Actor, CaseId, Timestamp};
use store::jobs::{self, Job};

use crate::Room;
use crate::draft::DraftError;

#[cfg(test)]
mod tests;

/// Why a timer did not do its work; the job is tried again.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    /// The job names no case.
    #[error("the job names no case")]
    NoCase,
    /// The engine refuses.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The package version of the case is not loaded.
    #[error(transparent)]
    Package(#[from] DraftError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Runs a job of kind [`cases::TIMER_JOB`]: what is due by now happens, and the job ends in the same transaction.
pub async fn run_timer(room: Room, job: Job, now: Timestamp) -> Result<(), TimerError> {
    let id: CaseId =
        job.payload["case"].as_str().and_then(|text| text.parse().ok()).ok_or(TimerError::NoCase)?;
    let mut tx = room.db.begin().await?;
    let case = cases::get(&mut tx, id).await?;
    let package = room.package(&case.case_type)?;
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    cases::act(&mut tx, &around, &package.case_type, id, None, &Actor::System, Command::Tick).await?;
    jobs::finish(&mut tx, &job, now).await?;
    tx.commit().await?;
    Ok(())
}
