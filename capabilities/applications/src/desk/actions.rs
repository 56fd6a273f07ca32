//! What this clerk may do on a case now.

use cases::{AFTERWARDS, Case, CaseError, StageKind, Status, Task, TaskKind, TaskState};
use catalogue::Package;
use kernel::{Refusal, StaffActor};
use serde::Serialize;
use utoipa::ToSchema;

use super::DeskError;
use super::made::{self, AttachMade};

/// Something that may be done, by the word that commands use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DeskAction {
    /// 签收
    Claim,
    /// 退回待签收
    Release,
    /// 受理
    Accept,
    /// 不予受理
    NotAccept,
    /// 记录补正事项
    NoteDefect,
    /// 删除补正事项
    DropDefect,
    /// 发出补正通知
    SendCorrection,
    /// 审查意见
    GiveOpinion,
    /// 收回审查意见
    TakeBack,
    /// 公示
    PublishNotice,
    /// 转办
    Transfer,
    /// 上报、下派
    Route,
    /// 绿色通道
    Expedite,
    /// 退回上一环节
    SendBack,
    /// 安排时间地点
    Arrange,
    /// 出具结论
    Conclude,
    /// 答复公示异议
    AnswerObjection,
    /// 请示
    Ask,
    /// 批复
    Approve,
    /// 事后核查
    Check,
    /// 恢复办理
    Resume,
    /// 决定
    Decide,
}

impl DeskAction {
    /// The word that commands use.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Accept => "accept",
            Self::NotAccept => "not-accept",
            Self::NoteDefect => "note-defect",
            Self::DropDefect => "drop-defect",
            Self::SendCorrection => "send-correction",
            Self::GiveOpinion => "give-opinion",
            Self::TakeBack => "take-back",
            Self::PublishNotice => "publish-notice",
            Self::Transfer => "transfer",
            Self::Route => "route",
            Self::Expedite => "expedite",
            Self::SendBack => "send-back",
            Self::Arrange => "arrange",
            Self::Conclude => "conclude",
            Self::AnswerObjection => "answer-objection",
            Self::Ask => "ask",
            Self::Approve => "approve",
            Self::Check => "check",
            Self::Resume => "resume",
            Self::Decide => "decide",
        }
    }
}

/// Live work of the clerk's body and roles, their own first.
pub(super) fn tasks_of<'a>(case: &'a Case, clerk: &StaffActor) -> Vec<&'a Task> {
    let competent = |task: &&Task| task.body == clerk.body && clerk.roles.contains(&task.role);
    let mut tasks: Vec<&Task> = case.live_tasks().filter(competent).collect();
    tasks.sort_by_key(|task| task.claimed_by != Some(clerk.staff));
    tasks
}

/// What may be done in a task, in the order of the page. The engine asks again when a command comes.
pub(super) fn allowed(package: &Package, case: &Case, task: &Task, clerk: &StaffActor) -> Vec<DeskAction> {
    if may_be_taken_back(package, case, task, clerk) {
        return vec![DeskAction::TakeBack];
    }
    let competent = task.is_live() && task.body == clerk.body && clerk.roles.contains(&task.role);
    if !competent || (case.status == Status::Closed && task.stage != AFTERWARDS) {
        return Vec::new();
    }
    match task.claimed_by {
        None => return vec![DeskAction::Claim],
        Some(holder) if !clerk.acts_for(holder) => return Vec::new(),
        Some(_) => {}
    }
    let mut actions = Vec::new();
    if !case.office_waits() {
        let may_note = case.correction.is_none();
        let may_send = may_note && !case.defects.is_empty();
        let notes = |actions: &mut Vec<DeskAction>| {
            actions.extend(may_note.then_some(DeskAction::NoteDefect));
            actions.extend((!case.defects.is_empty()).then_some(DeskAction::DropDefect));
        };
        match task.work {
            TaskKind::Accept => {
                actions.extend([DeskAction::Accept, DeskAction::NotAccept]);
                notes(&mut actions);
                actions.extend(may_send.then_some(DeskAction::SendCorrection));
            }
            TaskKind::Correct => {
                actions.extend((!case.defects.is_empty()).then_some(DeskAction::DropDefect));
                actions.extend(may_send.then_some(DeskAction::SendCorrection));
            }
            TaskKind::Review => {
                actions.push(DeskAction::GiveOpinion);
                notes(&mut actions);
            }
            TaskKind::Notice => actions.push(DeskAction::PublishNotice),
            TaskKind::Arrange => actions.push(DeskAction::Arrange),
            TaskKind::Conclude => {
                actions.push(DeskAction::Conclude);
                notes(&mut actions);
            }
            TaskKind::Answer => actions.push(DeskAction::AnswerObjection),
            TaskKind::Approve => actions.push(DeskAction::Approve),
            TaskKind::Check => actions.push(DeskAction::Check),
            TaskKind::Decide if case.hanging_notice().is_none() => actions.push(DeskAction::Decide),
            TaskKind::Decide => {}
        }
        actions.extend(of_package(package, case, task));
    }
    actions.extend((case.status == Status::Suspended).then_some(DeskAction::Resume));
    actions.extend([DeskAction::Release, DeskAction::Transfer]);
    actions
}

/// Whether the clerk has the task, or stands in for whoever has it (代理).
pub(super) fn is_held_by(clerk: &StaffActor, task: &Task) -> bool {
    task.claimed_by.is_some_and(|holder| clerk.acts_for(holder))
}

/// Whether an opinion has not left the hand of whoever gave it: beside others that still wait, in the stage where the
/// case stands. The engine asks the same again.
fn may_be_taken_back(package: &Package, case: &Case, task: &Task, clerk: &StaffActor) -> bool {
    let stage = package.case_type.process.stage(&task.stage);
    let side_by_side = stage.is_some_and(|stage| {
        matches!(
            stage.kind,
            StageKind::Review { .. } | StageKind::Countersign { .. } | StageKind::Survey { .. }
        )
    });
    let others_wait =
        case.live_tasks().any(|other| other.stage == task.stage && other.work == TaskKind::Review);
    let is_theirs = is_held_by(clerk, task) && task.body == clerk.body;
    let is_opinion =
        task.work == TaskKind::Review && task.state == TaskState::Done && task.conclusion.is_some();
    is_theirs && is_opinion && side_by_side && others_wait && case.stage == task.stage && !case.office_waits()
}

/// What the package adds to the work.
fn of_package(package: &Package, case: &Case, task: &Task) -> Vec<DeskAction> {
    let process = &package.case_type.process;
    let stage = process.stage(&task.stage);
    let branch = stage.and_then(|stage| stage.branch(task.branch.as_deref()?));
    let is_later_level = stage.is_some_and(|stage| {
        let first = stage.branches().first().map(|first| &first.id);
        matches!(stage.kind, StageKind::Levels { .. }) && first != task.branch.as_ref()
    });
    let decides = task.work == TaskKind::Decide && process.stages.len() > 1;
    let on_the_matter =
        !matches!(task.work, TaskKind::Accept | TaskKind::Correct | TaskKind::Approve | TaskKind::Check);
    let may_ask = (process.extension.is_some() && !case.extended)
        || process.suspension.is_some()
        || process.termination.is_some();
    let green = process.green_channel.is_some() && case.express.is_none();
    let mut actions = Vec::new();
    actions.extend((is_later_level || decides).then_some(DeskAction::SendBack));
    let may_route = task.work == TaskKind::Review && branch.is_some_and(|branch| !branch.routes.is_empty());
    actions.extend(may_route.then_some(DeskAction::Route));
    actions.extend((on_the_matter && may_ask && case.open_request().is_none()).then_some(DeskAction::Ask));
    actions
        .extend((green && (on_the_matter || task.work == TaskKind::Accept)).then_some(DeskAction::Expedite));
    actions
}

/// The clerk's own task in which a material is made. Refused like a command: who (403), then when (409).
pub(super) fn making_task<'a>(
    package: &Package,
    case: &'a Case,
    clerk: &StaffActor,
    wanted: &AttachMade<'_>,
) -> Result<&'a Task, DeskError> {
    let makes =
        |task: &&Task| made::of_task(package, task).iter().any(|material| material.id == wanted.material);
    if package.case_type.process.makes().all(|id| id != wanted.material) {
        return Err(DeskError::NotMadeHere(wanted.material.to_owned()));
    }
    match case.status {
        Status::Closed => return Err(CaseError::Closed.into()),
        Status::Correction => return Err(CaseError::AwaitingCorrection.into()),
        Status::Suspended => return Err(CaseError::Suspended.into()),
        Status::Submitted | Status::InProgress => {}
    }
    let named = |task: &&Task| wanted.task.is_none_or(|id| id == task.id);
    let making: Vec<&Task> = case.live_tasks().filter(makes).filter(named).collect();
    let competent = |task: &&&Task| task.body == clerk.body && clerk.roles.contains(&task.role);
    match (making.iter().find(competent), making.is_empty()) {
        (None, true) => Err(DeskError::NotNow),
        (None, false) => Err(DeskError::Refused(Refusal::Forbidden)),
        (Some(task), _) if is_held_by(clerk, task) => Ok(task),
        (Some(task), _) => Err(match &task.claimed_name {
            Some(name) => CaseError::TakenBy(name.clone()).into(),
            None => CaseError::NotClaimed.into(),
        }),
    }
}
