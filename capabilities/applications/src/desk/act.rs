//! Giving a command to a case at the desk.

use cases::{Case, CaseError, Command, Conclusion};
use catalogue::{MadeBy, Material, Package};
use jiff::civil::Date;
use kernel::{Actor, CaseId, Refusal, TaskId, Timestamp, china_date};
use store::Tx;

use super::{DeskError, entries, made, see};
use crate::{Room, recuse};

/// Gives a command of an office to a case. Refused in this order: whom the case is hidden from (404), who may
/// not (403), when it does not fit (409), what is wrong in it (422). After a refusal the transaction must be
/// dropped.
pub async fn act(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    case: CaseId,
    expected: Option<i64>,
    command: Command,
    now: Timestamp,
) -> Result<Case, DeskError> {
    let before = see::case(tx, see::staff(by)?, case).await?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(CaseError::Stale.into());
    }
    act_on(tx, room, by, before, command, now).await
}

/// The same for a case that the clerk may see and that was read in this very transaction.
pub(super) async fn act_on(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    before: Case,
    command: Command,
    now: Timestamp,
) -> Result<Case, DeskError> {
    let case = before.id;
    let package = see::package(room, &before)?;
    let needed = materials_needed(&package, &before, &command)?;
    let target = checked_target(&package, &command);
    let command = named(tx, &before, command, china_date(now)).await?;
    let grants = matches!(command, Command::Decide { grant: true, .. });
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    let after = cases::act_on(tx, &around, &package.case_type, before, by, command).await?;
    target?;
    if grants {
        entries::check(tx, room, &package, &after).await?;
    }
    made::require(tx, case, &needed).await?;
    Ok(after)
}

/// A transfer with the name of the colleague, who must work in the body of the task and have its role.
async fn named(tx: &mut Tx, case: &Case, command: Command, today: Date) -> Result<Command, DeskError> {
    let Command::Transfer { task, to, reason, .. } = command else { return Ok(command) };
    let work = case.task(task).ok_or(CaseError::NoSuchTask)?;
    let staff = identity::staff_of(tx, work.body, today).await?;
    let colleague =
        staff.into_iter().find(|one| one.id == to && !one.is_disabled && one.roles.contains(&work.role));
    let colleague = match colleague {
        Some(one) if !recuse::is_kept_out(tx, case.id, one.id).await? => Some(one),
        Some(_) | None => None,
    };
    let name = colleague.ok_or(DeskError::NoSuchColleague)?.name;
    Ok(Command::Transfer { task, to, name, reason })
}

/// What must have been made before the office says yes or hangs out a notice. Commands that no office gives
/// are refused here: the engine itself would record an effect for anybody.
fn materials_needed<'a>(
    package: &'a Package,
    case: &Case,
    command: &Command,
) -> Result<Vec<&'a Material>, DeskError> {
    let of = |task: &TaskId| case.task(*task).map(|task| made::of_task(package, task)).unwrap_or_default();
    match command {
        Command::GiveOpinion { task, conclusion: Conclusion::Agree, .. }
        | Command::PublishNotice { task }
        | Command::Conclude { task, conclusion: Some(Conclusion::Agree) | None, .. }
        | Command::Decide { task, grant: true, .. } => Ok(of(task)),
        Command::GiveOpinion { .. }
        | Command::Decide { .. }
        | Command::Claim { .. }
        | Command::Release { .. }
        | Command::Accept { .. }
        | Command::NotAccept { .. }
        | Command::NoteDefect { .. }
        | Command::DropDefect { .. }
        | Command::Transfer { .. }
        | Command::Route { .. }
        | Command::Expedite { .. }
        | Command::TakeBack { .. }
        | Command::SendBack { .. }
        | Command::Arrange { .. }
        | Command::Conclude { .. }
        | Command::AnswerObjection { .. }
        | Command::Ask { .. }
        | Command::Approve { .. }
        | Command::Resume { .. }
        | Command::Check { .. }
        | Command::SendCorrection { .. } => Ok(Vec::new()),
        Command::Resubmit { .. }
        | Command::Supply { .. }
        | Command::RequestHearing { .. }
        | Command::WaiveHearing
        | Command::Object { .. }
        | Command::Withdraw { .. }
        | Command::Tick
        | Command::RecordEffect { .. } => Err(DeskError::Refused(Refusal::Forbidden)),
    }
}

/// A defect is one of something that the applicant filled in or handed in.
fn checked_target(package: &Package, command: &Command) -> Result<(), DeskError> {
    let Command::NoteDefect { defect } = command else { return Ok(()) };
    let is_material = |id: &String| package.item.material(id).is_some_and(|m| m.by == MadeBy::Applicant);
    if defect.material.as_ref().is_some_and(|id| !is_material(id)) {
        return Err(DeskError::UnknownTarget("material"));
    }
    if defect.field.as_ref().is_some_and(|name| package.form.field(name).is_none()) {
        return Err(DeskError::UnknownTarget("field"));
    }
    Ok(())
}
