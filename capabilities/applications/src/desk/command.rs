//! The commands of an office as pages and the API send them.

use cases::{Case, CaseError, Command, Conclusion, Defect, Executor, Executors, StageKind, Status};
use cases::{Task, TaskKind, TaskState};
use catalogue::Package;
use kernel::{Refusal, Role, StaffActor, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::DeskError;
use crate::Room;

/// A command of an office to a case. Where `task` is left out, the one live task for that work is meant; a
/// review may be named by its `branch` instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum DeskCommand {
    /// Take a task (签收).
    Claim {
        /// The task.
        #[schema(value_type = String)]
        task: TaskId,
    },
    /// Give a task back.
    Release {
        /// The task.
        #[schema(value_type = String)]
        task: TaskId,
    },
    /// Accept the application (受理).
    Accept {
        /// The acceptance task.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
    },
    /// Do not accept the application (不予受理).
    NotAccept {
        /// The acceptance task.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Why, and what the applicant can do.
        reason: String,
    },
    /// Note something wrong for the one correction notice. Either `material` or `field` is named.
    NoteDefect {
        /// The acceptance or review task in which it was found.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// A material of the package.
        #[serde(default)]
        material: Option<String>,
        /// A field of the form.
        #[serde(default)]
        field: Option<String>,
        /// What is wrong, in plain words.
        problem: String,
        /// The legal ground or the rule of the guide.
        ground: String,
    },
    /// Strike a noted defect out.
    DropDefect {
        /// A task of the clerk on this case.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Its place in the list, from 0.
        index: usize,
    },
    /// Send the one correction notice, merged over all branches (一次性补正告知).
    SendCorrection {
        /// The acceptance task, or the task of sending the notice.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
    },
    /// Give an opinion in a review (审查意见).
    GiveOpinion {
        /// The review task.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// The branch, where no task is named.
        #[serde(default)]
        branch: Option<String>,
        /// `agree` or `disagree`.
        #[schema(value_type = String, pattern = "^(agree|disagree)$")]
        conclusion: Conclusion,
        /// In words.
        text: String,
        /// What was established, by the ids of the package; money in fen.
        #[serde(default)]
        #[schema(value_type = Object)]
        findings: Map<String, Value>,
    },
    /// Hang out the public notice (公示).
    PublishNotice {
        /// The notice task.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
    },
    /// Decide (决定).
    Decide {
        /// The decision task.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Grant or refuse.
        grant: bool,
        /// Why.
        reason: String,
        /// What was established, by the ids of the package; money in fen.
        #[serde(default)]
        #[schema(value_type = Object)]
        findings: Map<String, Value>,
    },
}

/// Where a command is given: what is needed to find the task that is meant.
pub(super) struct Place<'a> {
    pub(super) room: &'a Room,
    pub(super) package: &'a Package,
    pub(super) case: &'a Case,
    pub(super) clerk: &'a StaffActor,
}

impl DeskCommand {
    /// The engine's command, with the task that is meant.
    pub(super) fn resolve(self, place: &Place<'_>) -> Result<Command, DeskError> {
        Ok(match self {
            Self::Claim { task } => Command::Claim { task },
            Self::Release { task } => Command::Release { task },
            Self::Accept { task } => Command::Accept { task: place.meant(task, &[TaskKind::Accept], None)? },
            Self::NotAccept { task, reason } => {
                Command::NotAccept { task: place.meant(task, &[TaskKind::Accept], None)?, reason }
            }
            Self::NoteDefect { task, material, field, problem, ground } => {
                let task = place.meant(task, &[TaskKind::Accept, TaskKind::Review], None)?;
                Command::NoteDefect { defect: Defect { material, field, problem, ground, task } }
            }
            Self::DropDefect { task, index } => {
                let kinds = [TaskKind::Accept, TaskKind::Correct, TaskKind::Review];
                Command::DropDefect { task: place.meant(task, &kinds, None)?, index }
            }
            Self::SendCorrection { task } => Command::SendCorrection {
                task: place.meant(task, &[TaskKind::Accept, TaskKind::Correct], None)?,
            },
            Self::GiveOpinion { task, branch, conclusion, text, findings } => {
                let task = place.meant(task, &[TaskKind::Review], branch.as_deref())?;
                Command::GiveOpinion { task, conclusion, text, findings }
            }
            Self::PublishNotice { task } => {
                Command::PublishNotice { task: place.meant(task, &[TaskKind::Notice], None)? }
            }
            Self::Decide { task, grant, reason, findings } => Command::Decide {
                task: place.meant(task, &[TaskKind::Decide], None)?,
                grant,
                reason,
                findings,
            },
        })
    }
}

impl Place<'_> {
    /// The task named, or the live one for this work: the clerk's own before one of their body before any.
    fn meant(
        &self,
        named: Option<TaskId>,
        kinds: &[TaskKind],
        branch: Option<&str>,
    ) -> Result<TaskId, DeskError> {
        if let Some(task) = named {
            return Ok(task);
        }
        let fits = |task: &&Task| {
            kinds.contains(&task.work) && (branch.is_none() || task.branch.as_deref() == branch)
        };
        let nearness = |task: &&Task| {
            let own = task.claimed_by == Some(self.clerk.staff);
            let competent = task.body == self.clerk.body && self.clerk.roles.contains(&task.role);
            (own, competent)
        };
        match self.case.live_tasks().filter(fits).max_by_key(nearness) {
            Some(task) => Ok(task.id),
            None => Err(self.why_none(
                kinds,
                branch,
                self.case.tasks.iter().any(|task| fits(&task) && task.state == TaskState::Done),
            )),
        }
    }

    /// No such work is open: because it is never this clerk's (403), or because it is not the time (409).
    fn why_none(&self, kinds: &[TaskKind], branch: Option<&str>, was_done: bool) -> DeskError {
        if !kinds.iter().any(|kind| self.is_ever_for_clerk(*kind, branch)) {
            return DeskError::Refused(Refusal::Forbidden);
        }
        let sends_notice = kinds.contains(&TaskKind::Correct);
        if let Some(notice) = self.case.hanging_notice().filter(|_| kinds == [TaskKind::Decide]) {
            return CaseError::NoticeHangs(notice.until).into();
        }
        match (self.case.status, &self.case.correction) {
            (Status::Closed, _) => CaseError::Closed.into(),
            (Status::Correction, _) => CaseError::AwaitingCorrection.into(),
            (_, Some(_)) if sends_notice => CaseError::CorrectionAlreadySent.into(),
            (_, None) if sends_notice && self.case.defects.is_empty() => CaseError::NothingToCorrect.into(),
            _ if was_done => CaseError::TaskDone.into(),
            _ => DeskError::NotNow,
        }
    }

    /// Whether the process gives this work to the clerk's body and role, now or in another stage.
    fn is_ever_for_clerk(&self, kind: TaskKind, branch: Option<&str>) -> bool {
        let process = &self.package.case_type.process;
        match kind {
            TaskKind::Accept => self.is_executor(&process.acceptance.by),
            TaskKind::Correct => {
                self.case.body == self.clerk.body && self.clerk.roles.contains(&Role::Acceptance)
            }
            TaskKind::Review | TaskKind::Notice | TaskKind::Decide => {
                process.stages.iter().any(|stage| match &stage.kind {
                    StageKind::Review { branches } => {
                        let named = branches.iter().filter(|b| branch.is_none_or(|wanted| b.id == wanted));
                        kind == TaskKind::Review && named.into_iter().any(|b| self.is_executor(&b.by))
                    }
                    StageKind::PublicNotice { by, .. } => kind == TaskKind::Notice && self.is_executor(by),
                    StageKind::Decision { by, .. } => kind == TaskKind::Decide && self.is_executor(by),
                })
            }
        }
    }

    fn is_executor(&self, by: &Executors) -> bool {
        by.list().iter().any(|executor| self.clerk.roles.contains(&executor.role) && self.is_body(executor))
    }

    fn is_body(&self, executor: &Executor) -> bool {
        let bodies = self.room.bodies();
        let body = match (&executor.level, &executor.body_from) {
            (Some(level), _) => {
                bodies.competent(*level, self.package.case_type.department(), &self.case.division)
            }
            (None, Some(field)) => {
                self.case.facts.get(field).and_then(Value::as_str).and_then(|slug| bodies.by_slug(slug))
            }
            (None, None) => None,
        };
        body.is_some_and(|body| body.id == self.clerk.body)
    }
}
