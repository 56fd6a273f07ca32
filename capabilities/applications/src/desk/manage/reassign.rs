//! Sharing work out anew (改派): tasks go to a colleague, or back to where everybody can take them.
//!
//! Each task is a transaction of its own. One that was finished, or that somebody else has by now, stays as it is and the
//! answer says so; the others are not held up.

use std::collections::BTreeSet;

use cases::CaseError;
use identity::StaffRecord;
use kernel::{Message, Refusal, Role, StaffActor, StaffId, TaskId, china_date};
use store::Tx;
use store::idempotency::Once;
use web::Visitor;

use crate::Room;
use crate::desk::batch::{self, Found, Shown};
use crate::desk::submit::{Given, submit};
use crate::desk::{DeskCommand, DeskError, see};

/// Most tasks that are handed on at once.
pub(in crate::desk) const TASKS_MAX: usize = 100;
/// Longest reason, in characters.
pub(in crate::desk) const REASON_MAX: usize = 500;

/// Who had a task when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Holder {
    /// Not looked at: whoever has it by now.
    Anybody,
    /// Nobody, or this clerk.
    Known(Option<StaffId>),
}

/// A task that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) struct Chosen {
    pub(in crate::desk) task: TaskId,
    pub(in crate::desk) holder: Holder,
}

/// To whom, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Reassign {
    /// A colleague; nobody: back to where everybody with the role can take it.
    pub(in crate::desk) to: Option<StaffId>,
    pub(in crate::desk) reason: String,
    /// Also while the colleague is away.
    pub(in crate::desk) anyway: bool,
}

/// A task as it will be handed on.
pub(in crate::desk) struct Ready {
    pub(in crate::desk) shown: Shown,
    pub(in crate::desk) holder: Option<StaffId>,
    pub(in crate::desk) holder_name: String,
    /// Whose work it is; nothing where the task may not be known.
    pub(in crate::desk) role: Option<Role>,
}

fn checked(chosen: &[Chosen]) -> Result<Vec<Chosen>, DeskError> {
    let mut seen = BTreeSet::new();
    let chosen: Vec<Chosen> = chosen.iter().copied().filter(|one| seen.insert(one.task)).collect();
    let wrong = |message| Err(DeskError::Refused(Refusal::field("tasks", message)));
    if chosen.is_empty() {
        return wrong(Message::new("desk-batch-none"));
    }
    if chosen.len() > TASKS_MAX {
        return wrong(Message::new("desk-batch-too-many").with("most", TASKS_MAX));
    }
    Ok(chosen)
}

/// What would be handed on: shown for confirmation before anything is done.
pub(in crate::desk) async fn prepare(
    room: &Room,
    visitor: &Visitor,
    chosen: &[Chosen],
) -> Result<Vec<Ready>, DeskError> {
    let manager = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let mut all = Vec::new();
    for one in checked(chosen)? {
        let found = batch::find(&mut tx, room, manager, one.task).await;
        let mut shown = batch::shown(visitor, one.task, found.as_ref().ok());
        let task = found.as_ref().ok().map(|found| found.task.clone());
        if let Err(error) = found.and_then(|found| fits(&found, manager)) {
            shown.problem = batch::sentence(visitor, error);
        }
        all.push(Ready {
            holder: task.as_ref().and_then(|task| task.claimed_by),
            holder_name: task.as_ref().and_then(|task| task.claimed_name.clone()).unwrap_or_default(),
            role: task.map(|task| task.role),
            shown,
        });
    }
    Ok(all)
}

/// Whether the manager shares out this work, and there is something left to do.
fn fits(found: &Found, manager: &StaffActor) -> Result<(), DeskError> {
    if found.task.body != manager.body || !manager.roles.contains(&Role::Decision) {
        return Err(CaseError::NotCompetent.into());
    }
    if found.task.is_live() { Ok(()) } else { Err(CaseError::TaskDone.into()) }
}

/// Hands each task on, and says of each what became of it. With a key a repetition does nothing twice.
pub(in crate::desk) async fn run(
    room: &Room,
    visitor: &Visitor,
    key: Option<&str>,
    chosen: &[Chosen],
    how: &Reassign,
) -> Result<Vec<Shown>, DeskError> {
    let chosen = checked(chosen)?;
    let manager = see::staff(&visitor.actor)?;
    let reason = how.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(CaseError::TextMissing { field: "reason" }.into());
    }
    if reason.chars().count() > REASON_MAX {
        let message = Message::new("desk-reassign-reason-long").with("most", REASON_MAX);
        return Err(DeskError::Refused(Refusal::field("reason", message)));
    }
    let how = Reassign { reason, ..how.clone() };
    let mut tx = room.db.snapshot().await?;
    receiver(&mut tx, manager, &how, china_date(visitor.now)).await?;
    drop(tx);
    let mut all = Vec::with_capacity(chosen.len());
    for one in chosen {
        let mut tx = room.db.snapshot().await?;
        let found = batch::find(&mut tx, room, manager, one.task).await;
        drop(tx);
        let mut shown = batch::shown(visitor, one.task, found.as_ref().ok());
        let done = match found {
            // In the heap: it holds a case and its command while it waits.
            Ok(found) => Box::pin(do_one(room, visitor, key, &found, one, &how)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            shown.problem = batch::sentence(visitor, error);
        }
        all.push(shown);
    }
    Ok(all)
}

/// The colleague, who works there. One who is away must be meant all the same.
async fn receiver(
    tx: &mut Tx,
    manager: &StaffActor,
    how: &Reassign,
    today: jiff::civil::Date,
) -> Result<Option<StaffRecord>, DeskError> {
    let Some(to) = how.to else { return Ok(None) };
    let staff = identity::staff_of(tx, manager.body, today).await?;
    let found = staff.into_iter().find(|one| one.id == to && !one.is_disabled);
    let found = found.ok_or(DeskError::NoSuchColleague)?;
    let away = identity::deputies_on(tx, manager.body, today).await?;
    match away.into_iter().find(|one| one.absent == to && !how.anyway) {
        Some(one) => Err(DeskError::ColleagueAway(Box::new(one))),
        None => Ok(Some(found)),
    }
}

async fn do_one(
    room: &Room,
    visitor: &Visitor,
    key: Option<&str>,
    found: &Found,
    one: Chosen,
    how: &Reassign,
) -> Result<(), DeskError> {
    let (by, now) = (&visitor.actor, visitor.now);
    let (task, case) = (one.task.to_string(), found.case.id);
    let what = format!("{how:?} {:?}", one.holder);
    let key = key.map(|key| format!("{key}:{task}"));
    let once = Once::new(by, key, &[b"desk.reassign", task.as_bytes(), what.as_bytes()]);
    let mut tx = room.db.begin().await?;
    if once.earlier(&mut tx, now).await.map_err(DeskError::Refused)?.is_some() {
        return Ok(()); // done when the same request came first
    }
    // Read in the transaction that writes: what a colleague did since the page was shown is not undone unseen.
    let found = batch::find(&mut tx, room, see::staff(by)?, one.task).await?;
    fits(&found, see::staff(by)?)?;
    if let Holder::Known(holder) = one.holder
        && holder != found.task.claimed_by
    {
        let name = found.task.claimed_name.unwrap_or_default();
        let message = if name.is_empty() {
            Message::new("desk-reassign-released")
        } else {
            Message::new("desk-reassign-moved").with("name", name)
        };
        return Err(DeskError::Refused(Refusal::Conflict(message)));
    }
    let reason = how.reason.clone();
    let command = match how.to {
        Some(to) => DeskCommand::Transfer { task: one.task, to, reason, anyway: true },
        None => DeskCommand::Release { task: one.task, reason },
    };
    let expected = Some(found.case.version);
    submit(&mut tx, room, by, Given { case, expected, command }, now).await?;
    once.keep(&mut tx, &case.to_string()).await.map_err(DeskError::Refused)?;
    Ok(tx.commit().await?)
}
