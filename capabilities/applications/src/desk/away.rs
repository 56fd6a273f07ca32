//! Who is away and who stands in for them (代理), where work is handed on.

use cases::Case;
use identity::{DeputyRecord, StaffRecord};
use kernel::{Timestamp, china_date};
use store::Tx;
use web::Visitor;

use super::{DeskCommand, DeskError};

/// Refuses a transfer to somebody who is away, unless it is meant all the same: the work would lie until they are back,
/// or until their deputy looks.
pub(super) async fn check(
    tx: &mut Tx,
    case: &Case,
    command: &DeskCommand,
    now: Timestamp,
) -> Result<(), DeskError> {
    let DeskCommand::Transfer { task, to, anyway: false, .. } = command else { return Ok(()) };
    let Some(work) = case.task(*task) else { return Ok(()) };
    let away = identity::deputies_on(tx, work.body, china_date(now)).await?;
    match away.into_iter().find(|one| one.absent == *to) {
        Some(one) => Err(DeskError::ColleagueAway(Box::new(one))),
        None => Ok(()),
    }
}

/// A colleague in a list of choices: with until when they are away, and who stands in.
pub(super) fn label(visitor: &Visitor, away: &[DeputyRecord], colleague: &StaffRecord) -> String {
    let Some(one) = away.iter().find(|one| one.absent == colleague.id) else { return colleague.name.clone() };
    let until = visitor.date(one.last_day);
    visitor.t3("desk-colleague-until", "name", &colleague.name, "until", until, "deputy", &one.deputy_name)
}
