//! The commands of an office as pages and the API send them.

use cases::{
    AskFor, Case, CaseError, Command, Conclusion, Defect, Executor, Executors, Level, Status, Votes,
};
use cases::{Task, TaskKind, TaskState};
use catalogue::Package;
use kernel::{Refusal, Role, StaffActor, StaffId, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::DeskError;
use super::actions::is_held_by;
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
    /// Give a task back: by whoever has it, or with a reason by who decides in its body.
    Release {
        /// The task.
        #[schema(value_type = String)]
        task: TaskId,
        /// Why, where it is not their own.
        #[serde(default)]
        reason: String,
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
    /// Hand a task to a colleague of the same body (转办): by whoever has it, or by who decides in that body.
    Transfer {
        /// The task.
        #[schema(value_type = String)]
        task: TaskId,
        /// The colleague.
        #[schema(value_type = String)]
        to: StaffId,
        /// Why.
        reason: String,
        /// Also while the colleague is away; without it that is refused, and the answer names who stands in.
        #[serde(default)]
        anyway: bool,
    },
    /// Pass a review to the body of another level (上报、下派), where the package allows it.
    Route {
        /// The review task.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// The branch, where no task is named.
        #[serde(default)]
        branch: Option<String>,
        /// `province`, `city`, `county` or `town`.
        #[schema(value_type = String, pattern = "^(province|city|county|town)$")]
        level: Level,
        /// Why.
        reason: String,
    },
    /// Let the case go first (绿色通道).
    Expedite {
        /// A task of the clerk on this case.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Why.
        reason: String,
    },
    /// Take an opinion back while its stage is still open.
    TakeBack {
        /// The task that was done; left out, the clerk's last opinion.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
    },
    /// Send the matter back to the level, or the reviews, before (退回).
    SendBack {
        /// The task of the level, or of the decision.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Why.
        reason: String,
    },
    /// Fix day and place of a survey, a panel or a hearing.
    Arrange {
        /// The task of arranging.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// The day.
        #[schema(value_type = String, format = "date")]
        on: jiff::civil::Date,
        /// Where, and what to bring.
        place: String,
        /// Experts, for a panel.
        #[serde(default)]
        people: Vec<String>,
    },
    /// Conclude a survey, a panel, a hearing or a special procedure.
    Conclude {
        /// The task of concluding.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// `agree` or `disagree`; the votes of a panel say it.
        #[serde(default)]
        #[schema(value_type = Option<String>, pattern = "^(agree|disagree)$")]
        conclusion: Option<Conclusion>,
        /// Result or minutes.
        text: String,
        /// What was established, by the ids of the package; money in fen.
        #[serde(default)]
        #[schema(value_type = Object)]
        findings: Map<String, Value>,
        /// Votes of a panel: `{"agree": 3, "disagree": 0}`.
        #[serde(default)]
        #[schema(value_type = Option<Object>)]
        votes: Option<Votes>,
    },
    /// Answer an objection to the public notice after checking it.
    AnswerObjection {
        /// The task of answering.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Whether it was right.
        upheld: bool,
        /// In words.
        text: String,
    },
    /// Ask for more time, a suspension or an end (请示).
    Ask {
        /// A task of the clerk on this case.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// `{"what": "extension", "by": "10 working days"}`, or `suspension` or `termination` with a `ground`.
        #[schema(value_type = Object)]
        asked: AskFor,
        /// Why.
        reason: String,
    },
    /// Approve what was asked, or not (批复).
    Approve {
        /// The task of approving.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Approved.
        grant: bool,
        /// Why.
        reason: String,
    },
    /// Go on after a suspension.
    Resume {
        /// Why.
        reason: String,
    },
    /// The result of a check after the decision (事后核查、抽查).
    Check {
        /// The task of checking.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        task: Option<TaskId>,
        /// Whether what was declared, or decided by rules, is true.
        passed: bool,
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
            Self::Release { task, reason } => Command::Release { task, reason },
            Self::Accept { task } => Command::Accept { task: place.meant(task, &[TaskKind::Accept], None)? },
            Self::NotAccept { task, reason } => {
                Command::NotAccept { task: place.meant(task, &[TaskKind::Accept], None)?, reason }
            }
            Self::NoteDefect { task, material, field, problem, ground } => {
                let kinds = [TaskKind::Accept, TaskKind::Review, TaskKind::Conclude];
                let task = place.meant(task, &kinds, None)?;
                Command::NoteDefect { defect: Defect { material, field, problem, ground, task } }
            }
            Self::DropDefect { task, index } => {
                let kinds = [TaskKind::Accept, TaskKind::Correct, TaskKind::Review, TaskKind::Conclude];
                Command::DropDefect { task: place.meant(task, &kinds, None)?, index }
            }
            Self::SendCorrection { task } => Command::SendCorrection {
                task: place.meant(task, &[TaskKind::Accept, TaskKind::Correct], None)?,
            },
            Self::GiveOpinion { task, branch, conclusion, text, findings } => {
                let task = place.meant(task, &[TaskKind::Review], branch.as_deref())?;
                Command::GiveOpinion { task, conclusion, text, findings }
            }
            Self::Transfer { task, to, reason, anyway: _ } => {
                Command::Transfer { task, to, name: String::new(), reason } // the name is looked up by `act`
            }
            Self::Route { task, branch, level, reason } => {
                let task = place.meant(task, &[TaskKind::Review], branch.as_deref())?;
                Command::Route { task, level, reason }
            }
            Self::Expedite { task, reason } => {
                Command::Expedite { task: place.meant(task, &ANY_WORK, None)?, reason }
            }
            Self::TakeBack { task } => Command::TakeBack { task: place.given(task)? },
            Self::SendBack { task, reason } => {
                let task = place.meant(task, &[TaskKind::Review, TaskKind::Decide], None)?;
                Command::SendBack { task, reason }
            }
            Self::Arrange { task, on, place: at, people } => {
                let task = place.meant(task, &[TaskKind::Arrange], None)?;
                Command::Arrange { task, on, place: at, people }
            }
            Self::Conclude { task, conclusion, text, findings, votes } => {
                let task = place.meant(task, &[TaskKind::Conclude], None)?;
                Command::Conclude { task, conclusion, text, findings, votes }
            }
            Self::AnswerObjection { task, upheld, text } => {
                Command::AnswerObjection { task: place.meant(task, &[TaskKind::Answer], None)?, upheld, text }
            }
            Self::Ask { task, asked, reason } => {
                Command::Ask { task: place.meant(task, &ANY_WORK, None)?, asked, reason }
            }
            Self::Approve { task, grant, reason } => {
                Command::Approve { task: place.meant(task, &[TaskKind::Approve], None)?, grant, reason }
            }
            Self::Resume { reason } => Command::Resume { reason },
            Self::Check { task, passed, text, findings } => {
                Command::Check { task: place.meant(task, &[TaskKind::Check], None)?, passed, text, findings }
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

/// Work in which something about the case as a whole may be done.
const ANY_WORK: [TaskKind; 7] = [
    TaskKind::Accept,
    TaskKind::Review,
    TaskKind::Arrange,
    TaskKind::Conclude,
    TaskKind::Notice,
    TaskKind::Answer,
    TaskKind::Decide,
];

impl Place<'_> {
    /// The opinion named, or the clerk's last one.
    fn given(&self, named: Option<TaskId>) -> Result<TaskId, DeskError> {
        let theirs = |task: &&Task| is_held_by(self.clerk, task) && task.conclusion.is_some();
        let last = self.case.tasks.iter().rev().find(theirs).map(|task| task.id);
        named.or(last).ok_or(DeskError::Refused(Refusal::Forbidden))
    }

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
            let own = is_held_by(self.clerk, task);
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
            (Status::Suspended, _) => CaseError::Suspended.into(),
            (_, Some(_)) if sends_notice => CaseError::CorrectionAlreadySent.into(),
            (_, None) if sends_notice && self.case.defects.is_empty() => CaseError::NothingToCorrect.into(),
            _ if was_done => CaseError::TaskDone.into(),
            _ => DeskError::NotNow,
        }
    }

    /// Whether the process gives this work to the clerk's body and role, now or in another stage.
    fn is_ever_for_clerk(&self, kind: TaskKind, branch: Option<&str>) -> bool {
        let executors = self.package.case_type.executors_of(kind, branch);
        let sends_notice = kind == TaskKind::Correct;
        (sends_notice && self.case.front() == self.clerk.body && self.clerk.roles.contains(&Role::Acceptance))
            || executors.into_iter().any(|by| self.is_executor(by))
    }

    fn is_executor(&self, by: &Executors) -> bool {
        by.list().iter().any(|executor| self.clerk.roles.contains(&executor.role) && self.is_body(executor))
    }

    fn is_body(&self, executor: &Executor) -> bool {
        let bodies = self.room.bodies();
        let (department, view) = (self.package.case_type.department(), self.case.view(&Map::new()));
        let body = bodies.of_executor(executor, department, &self.case.division, &view);
        body.is_some_and(|body| body.id == self.clerk.body)
    }
}
