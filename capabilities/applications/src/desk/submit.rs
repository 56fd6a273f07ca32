//! The way of a command from a page or the API to the engine.

use cases::{Case, CaseError, Command};
use kernel::{Actor, CaseId, Timestamp};
use store::Tx;

use super::command::Place;
use super::{DeskCommand, DeskError, act, away, see};
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
    let clerk = see::staff(by)?;
    let seen = see::case(tx, clerk, given.case).await?;
    if given.expected.is_some_and(|expected| expected != seen.version) {
        return Err(CaseError::Stale.into());
    }
    let package = see::package(room, &seen)?;
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    away::check(tx, &seen, &given.command, now).await?;
    let case =
        cases::act(tx, &around, &package.case_type, seen.id, None, &Actor::System, Command::Tick).await?;
    let command = given.command.resolve(&Place { room, package: &package, case: &case, clerk })?;
    act(tx, room, by, case.id, None, command, now).await
}
