//! The way of a command from a page or the API to the engine.

use cases::{Case, CaseError, Command, TaskState};
use kernel::{Actor, CaseId, TaskId, Timestamp};
use store::Tx;

use super::act::act_on;
use super::command::Place;
use super::{DeskCommand, DeskError, away, see};
use crate::Room;

/// A command with the case for which it is meant.
pub(super) struct Given {
    /// The case.
    pub(super) case: CaseId,
    /// The version that the page showed, if it says one.
    pub(super) expected: Option<i64>,
    /// What is to be done.
    pub(super) command: DeskCommand,
}

/// Gives the command. What time has brought about comes first: the task that is meant may be there only since
/// the public notice ended. After a refusal the transaction must be dropped.
pub(super) async fn submit(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    given: Given,
    now: Timestamp,
) -> Result<Case, DeskError> {
    // Boxed: a command's future is large, and many stand on it.
    Box::pin(give(tx, room, by, given, false, now)).await
}

/// The same, and the clerk takes the task first if nobody has it: both or neither.
pub(super) async fn take_and_submit(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    given: Given,
    now: Timestamp,
) -> Result<Case, DeskError> {
    Box::pin(give(tx, room, by, given, true, now)).await
}

async fn give(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    given: Given,
    takes: bool,
    now: Timestamp,
) -> Result<Case, DeskError> {
    let clerk = see::staff(by)?;
    let seen = see::case(tx, clerk, given.case).await?;
    if given.expected.is_some_and(|expected| expected != seen.version) {
        return Err(CaseError::Stale.into());
    }
    let package = see::package(room, &seen)?;
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    away::check(tx, &seen, &given.command, now).await?;
    let mut case =
        cases::act_on(tx, &around, &package.case_type, seen, &Actor::System, Command::Tick).await?;
    let command = given.command.resolve(&Place { room, package: &package, case: &case, clerk })?;
    if takes && let Some(task) = worked_on(&command).filter(|task| is_free(&case, *task)) {
        case = act_on(tx, room, by, case, Command::Claim { task }, now).await?;
    }
    act_on(tx, room, by, case, command, now).await
}

fn is_free(case: &Case, task: TaskId) -> bool {
    case.task(task).is_some_and(|task| task.state == TaskState::Open)
}

/// The task that a command finishes or works on, where it must have been taken before.
fn worked_on(command: &Command) -> Option<TaskId> {
    match command {
        Command::Accept { task }
        | Command::NotAccept { task, .. }
        | Command::Expedite { task, .. }
        | Command::DropDefect { task, .. }
        | Command::SendCorrection { task }
        | Command::GiveOpinion { task, .. }
        | Command::SendBack { task, .. }
        | Command::Arrange { task, .. }
        | Command::Conclude { task, .. }
        | Command::PublishNotice { task }
        | Command::AnswerObjection { task, .. }
        | Command::Ask { task, .. }
        | Command::Approve { task, .. }
        | Command::Decide { task, .. }
        | Command::Check { task, .. } => Some(*task),
        Command::NoteDefect { defect } => Some(defect.task),
        Command::Claim { .. }
        | Command::Release { .. }
        | Command::Transfer { .. }
        | Command::Route { .. }
        | Command::TakeBack { .. }
        | Command::Resume { .. }
        | Command::Resubmit { .. }
        | Command::Supply { .. }
        | Command::RequestHearing { .. }
        | Command::WaiveHearing
        | Command::Object { .. }
        | Command::Withdraw { .. }
        | Command::Tick
        | Command::RecordEffect { .. } => None,
    }
}
