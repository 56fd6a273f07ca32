//! Several tasks at once (批量办理): taking, giving back, and settling routine work with one text.
//!
//! Each task is a transaction of its own: one that cannot be done does not keep the others back, and the answer says
//! of every one what became of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use cases::{Case, CaseError, Conclusion, Status, Task, TaskKind};
use catalogue::Package;
use kernel::{Message, Refusal, StaffActor, TaskId};
use serde_json::Map;
use store::Tx;
use store::idempotency::Once;
use web::Visitor;

use super::submit::{Given, submit};
use super::{DeskCommand, DeskError, findings, made, names, see};
use crate::Room;

/// Most tasks that are taken or given back at once: as many as a page can show.
pub(super) const TASKS_MAX: usize = 100;
/// Most tasks that are settled at once: as many as a clerk can look over.
pub(super) const SETTLED_MAX: usize = 50;

/// A task that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Chosen {
    pub(super) task: TaskId,
    /// The version of its case that was looked at, if it is known.
    pub(super) version: Option<i64>,
}

/// What is done with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Batch {
    /// 签收
    Claim,
    /// 退回待签收
    Release,
    /// An opinion or a decision, the same for all.
    Settle {
        /// Agrees, or grants.
        agree: bool,
        /// The opinion, or the reason.
        text: String,
    },
}

impl Batch {
    /// The word in addresses, messages and idempotency keys.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Settle { .. } => "settle",
        }
    }

    const fn most(&self) -> usize {
        match self {
            Self::Claim | Self::Release => TASKS_MAX,
            Self::Settle { .. } => SETTLED_MAX,
        }
    }
}

/// A task with what is shown of it. Nothing personal.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    pub(super) task: String,
    /// Empty when the clerk may not know the case.
    pub(super) case: String,
    pub(super) version: i64,
    pub(super) number: String,
    pub(super) item_name: String,
    pub(super) task_name: String,
    /// Why it cannot be done, or was not; empty when it can, or was.
    pub(super) problem: String,
}

/// What tells routine work of one kind: settled together are only tasks that are alike in all of it.
type Group = (String, String, String, Option<String>, TaskKind);

fn group(case: &Case, task: &Task) -> Group {
    let of = &case.case_type;
    (of.item.clone(), of.handling.clone(), task.stage.clone(), task.branch.clone(), task.work)
}

/// The tasks without repetitions, if they are not too many.
fn checked(chosen: &[Chosen], batch: &Batch) -> Result<Vec<Chosen>, Refusal> {
    let mut seen = BTreeSet::new();
    let chosen: Vec<Chosen> = chosen.iter().copied().filter(|one| seen.insert(one.task)).collect();
    if chosen.is_empty() {
        return Err(Refusal::field("tasks", Message::new("desk-batch-none")));
    }
    if chosen.len() > batch.most() {
        let message = Message::new("desk-batch-too-many").with("most", batch.most());
        return Err(Refusal::field("tasks", message));
    }
    Ok(chosen)
}

/// What settling would meet: shown for confirmation before anything is done. The kind of the first task that can be
/// settled is that of all.
pub(super) async fn prepare(
    room: &Room,
    visitor: &Visitor,
    chosen: &[Chosen],
) -> Result<(Option<TaskKind>, Vec<Shown>), DeskError> {
    let clerk = see::staff(&visitor.actor)?;
    let batch = Batch::Settle { agree: true, text: String::new() };
    let mut tx = room.db.snapshot().await?;
    let (mut all, mut of_all) = (Vec::new(), None);
    for one in checked(chosen, &batch).map_err(DeskError::Refused)? {
        let found = find(&mut tx, room, clerk, one.task).await;
        let mut shown = shown(visitor, one.task, found.as_ref().ok());
        let fit = found.and_then(|found| {
            routine(&found, clerk)?;
            alike(&found, of_all.get_or_insert_with(|| group(&found.case, &found.task)))
        });
        if let Err(error) = fit {
            shown.problem = sentence(visitor, error);
        }
        all.push(shown);
    }
    Ok((of_all.map(|(_, _, _, _, work)| work), all))
}

/// Does it with each task, and says of each what became of it. With a key a repetition does nothing twice.
pub(super) async fn run(
    room: &Room,
    visitor: &Visitor,
    key: Option<&str>,
    chosen: &[Chosen],
    batch: &Batch,
) -> Result<Vec<Shown>, DeskError> {
    let chosen = checked(chosen, batch).map_err(DeskError::Refused)?;
    if let Batch::Settle { text, .. } = batch
        && text.trim().is_empty()
    {
        return Err(CaseError::TextMissing { field: "text" }.into());
    }
    let clerk = see::staff(&visitor.actor)?;
    let (mut all, mut of_all) = (Vec::with_capacity(chosen.len()), None);
    for one in chosen {
        let mut tx = room.db.snapshot().await?;
        let found = find(&mut tx, room, clerk, one.task).await;
        drop(tx);
        let mut shown = shown(visitor, one.task, found.as_ref().ok());
        let done = match found {
            Ok(found) => do_one(room, visitor, key, &found, one, batch, &mut of_all).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            shown.problem = sentence(visitor, error);
        }
        all.push(shown);
    }
    Ok(all)
}

async fn do_one(
    room: &Room,
    visitor: &Visitor,
    key: Option<&str>,
    found: &Found,
    one: Chosen,
    batch: &Batch,
    of_all: &mut Option<Group>,
) -> Result<(), DeskError> {
    let (by, now) = (&visitor.actor, visitor.now);
    let (task, case) = (one.task.to_string(), found.case.id);
    let what = format!("{batch:?} {:?}", one.version);
    let once = Once::new(
        by,
        key.map(|key| format!("{key}:{task}")),
        &[b"desk.batch", task.as_bytes(), what.as_bytes()],
    );
    let mut tx = room.db.begin().await?;
    if once.earlier(&mut tx, now).await.map_err(DeskError::Refused)?.is_some() {
        return Ok(()); // done when the same request came first
    }
    let commands = commands(found, see::staff(by)?, batch, of_all)?;
    // The first command meets the case that the clerk has looked at; those after it what the first one made.
    let mut expected = one.version;
    for command in commands {
        submit(&mut tx, room, by, Given { case, expected: expected.take(), command }, now).await?;
    }
    once.keep(&mut tx, &case.to_string()).await.map_err(DeskError::Refused)?;
    Ok(tx.commit().await?)
}

/// A task with its case, which the clerk may see.
pub(super) struct Found {
    pub(super) case: Case,
    pub(super) package: Arc<Package>,
    pub(super) task: Task,
}

pub(super) async fn find(
    tx: &mut Tx,
    room: &Room,
    clerk: &StaffActor,
    id: TaskId,
) -> Result<Found, DeskError> {
    let case = cases::case_of_task(tx, id).await?.ok_or(CaseError::NoSuchTask)?;
    let case = see::case(tx, clerk, case).await?;
    let package = see::package(room, &case)?;
    let task = case.task(id).cloned().ok_or(CaseError::NoSuchTask)?;
    Ok(Found { case, package, task })
}

pub(super) fn shown(visitor: &Visitor, task: TaskId, found: Option<&Found>) -> Shown {
    let Some(Found { case, package, task: of_case }) = found else {
        return Shown { task: task.to_string(), ..Shown::default() };
    };
    Shown {
        task: task.to_string(),
        case: case.id.to_string(),
        version: case.version,
        number: case.number.clone(),
        item_name: names::pick(visitor, &package.item.name),
        task_name: names::task(visitor, package, &of_case.stage, of_case.branch.as_deref(), of_case.work),
        problem: String::new(),
    }
}

fn commands(
    found: &Found,
    clerk: &StaffActor,
    batch: &Batch,
    of_all: &mut Option<Group>,
) -> Result<Vec<DeskCommand>, DeskError> {
    let task = found.task.id;
    let (agree, text) = match batch {
        Batch::Claim => return Ok(vec![DeskCommand::Claim { task }]),
        Batch::Release => return Ok(vec![DeskCommand::Release { task, reason: String::new() }]),
        Batch::Settle { agree, text } => (*agree, text.clone()),
    };
    routine(found, clerk)?;
    alike(found, of_all.get_or_insert_with(|| group(&found.case, &found.task)))?;
    let (named, findings) = (Some(task), Map::new());
    let last = if found.task.work == TaskKind::Decide {
        DeskCommand::Decide { task: named, grant: agree, reason: text, findings }
    } else {
        let conclusion = if agree { Conclusion::Agree } else { Conclusion::Disagree };
        DeskCommand::GiveOpinion { task: named, branch: None, conclusion, text, findings }
    };
    let take = found.task.claimed_by.is_none().then_some(DeskCommand::Claim { task });
    Ok(take.into_iter().chain([last]).collect())
}

/// Whether a task is a review or a decision that needs nothing but words: then it can be settled with others.
fn routine(found: &Found, clerk: &StaffActor) -> Result<(), DeskError> {
    let Found { case, package, task } = found;
    let refuse = |key| Err(DeskError::Refused(Refusal::conflict(key)));
    if task.body != clerk.body || !clerk.roles.contains(&task.role) {
        return Err(CaseError::NotCompetent.into());
    }
    if !task.is_live() {
        return Err(CaseError::TaskDone.into());
    }
    if task.claimed_by.is_some_and(|holder| !clerk.acts_for(holder)) {
        return Err(CaseError::TakenBy(task.claimed_name.clone().unwrap_or_default()).into());
    }
    if case.status == Status::Correction {
        return Err(CaseError::AwaitingCorrection.into());
    }
    if !matches!(task.work, TaskKind::Review | TaskKind::Decide) {
        return refuse("desk-batch-other-work");
    }
    if let Some(notice) = case.hanging_notice().filter(|_| task.work == TaskKind::Decide) {
        return Err(CaseError::NoticeHangs(notice.until).into());
    }
    if findings::of_task(package, task).iter().any(|finding| finding.required) {
        return refuse("desk-batch-needs-findings");
    }
    if !made::of_task(package, task).is_empty() {
        return refuse("desk-batch-needs-materials");
    }
    Ok(())
}

fn alike(found: &Found, of_all: &Group) -> Result<(), DeskError> {
    if group(&found.case, &found.task) == *of_all {
        return Ok(());
    }
    Err(DeskError::Refused(Refusal::conflict("desk-batch-not-alike")))
}

/// Why it was not done, for the row of the task. A fault of ours is logged and does not hide what became of the others.
pub(super) fn sentence(visitor: &Visitor, error: DeskError) -> String {
    match Refusal::from(error) {
        Refusal::Conflict(message)
        | Refusal::Outside(message)
        | Refusal::Malformed(message)
        | Refusal::Unsupported(message) => visitor.message(&message),
        Refusal::Invalid(faults) => {
            faults.iter().map(|fault| visitor.message(&fault.message)).collect::<Vec<_>>().join(" ")
        }
        Refusal::NotFound => visitor.t("desk-batch-unknown"),
        Refusal::Forbidden | Refusal::LevelNeeded(_) | Refusal::Unauthenticated => {
            visitor.t("desk-batch-forbidden")
        }
        refusal @ (Refusal::TooLarge(_)
        | Refusal::TooMany(_)
        | Refusal::Unavailable
        | Refusal::Internal(_)) => {
            tracing::error!(error = %refusal, cause = ?std::error::Error::source(&refusal), "task of a batch failed");
            visitor.t("desk-batch-failed")
        }
    }
}
