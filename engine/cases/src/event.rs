//! What can happen to a case (办件事件). Events are stored in the transaction that changes the state, and the state is
//! their fold: replaying them gives it back.

use jiff::civil::Date;
use kernel::{BodyId, EventId, Message, Role, StaffId, TaskId, Timestamp};
use legal_time::Limit;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::case::Applicant;
use crate::process::TypeRef;
use crate::reevaluate::{ClockName, LastDay, moved_sentence};
use crate::status::{Outcome, TaskKind};

/// Something wrong with an application, to be told to the applicant in the one correction notice (补正事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    /// A material id, or nothing when a field is meant.
    #[serde(default)]
    pub material: Option<String>,
    /// A form field, or nothing when a material is meant.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong, in plain words.
    pub problem: String,
    /// The legal ground or the rule of the guide.
    pub ground: String,
    /// The task in which it was noted.
    pub task: TaskId,
}

/// Whether a reviewer agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// 同意
    Agree,
    /// 不同意
    Disagree,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// 申请已提交
    Submitted {
        /// 办件编号
        number: String,
        /// Package version of the case.
        case_type: TypeRef,
        /// Where it was applied for.
        division: String,
        /// The body that accepts.
        body: BodyId,
        /// Who applies.
        applicant: Applicant,
        /// The form values that the process reads.
        facts: Map<String, Value>,
        /// Time for accepting.
        acceptance_limit: Limit,
    },
    /// Work was opened for a role of a body.
    TaskOpened {
        /// Its id.
        task: TaskId,
        /// `acceptance` or a stage id.
        stage: String,
        /// Branch of a parallel review.
        branch: Option<String>,
        /// Kind of work.
        work: TaskKind,
        /// For whom.
        role: Role,
        /// In which body.
        body: BodyId,
        /// Its own limit.
        limit: Option<Limit>,
        /// The stage may end without it.
        optional: bool,
    },
    /// A clerk took a task (签收).
    TaskClaimed {
        /// Which.
        task: TaskId,
        /// Who.
        by: StaffId,
        /// Their name, as shown.
        name: String,
    },
    /// A clerk gave a task back.
    TaskReleased {
        /// Which.
        task: TaskId,
    },
    /// 受理. `deemed`: by silence, from the day of receipt (行政许可法 §32).
    Accepted {
        /// By silence of the office.
        deemed: bool,
        /// 法定时限
        statutory: Limit,
        /// 承诺时限
        promised: Limit,
    },
    /// 不予受理
    NotAccepted {
        /// Why, and what the applicant can do.
        reason: String,
    },
    /// A defect was noted for the correction notice.
    DefectNoted {
        /// The defect.
        defect: Defect,
    },
    /// A noted defect was struck out before the notice was sent.
    DefectDropped {
        /// Its place in the list.
        index: usize,
    },
    /// The one correction notice was sent (一次性补正告知); clocks of the office pause.
    CorrectionSent {
        /// All of it, merged over branches.
        defects: Vec<Defect>,
        /// Time of the applicant.
        limit: Limit,
    },
    /// The applicant answered the notice; clocks of the office run on.
    Resubmitted {
        /// Fields that changed.
        fields: Vec<String>,
        /// Materials that were replaced or added.
        materials: Vec<String>,
        /// The form values that the process reads, anew.
        facts: Map<String, Value>,
    },
    /// A stage began.
    StageStarted {
        /// Which.
        stage: String,
    },
    /// A reviewer gave an opinion (审查意见).
    OpinionGiven {
        /// In which task.
        task: TaskId,
        /// Of which branch.
        branch: String,
        /// Agrees or not.
        conclusion: Conclusion,
        /// In words.
        text: String,
        /// What was established.
        findings: Map<String, Value>,
    },
    /// A public notice was hung out (公示).
    NoticePublished {
        /// The task.
        task: TaskId,
        /// Stage.
        stage: String,
        /// Last day of the notice.
        until: Date,
        /// Whether the decision clock pauses meanwhile.
        stops_clock: bool,
    },
    /// The time of the notice is over.
    NoticeEnded {
        /// Stage.
        stage: String,
        /// Whether the decision clock had paused.
        stops_clock: bool,
    },
    /// 决定
    Decided {
        /// The task.
        task: TaskId,
        /// Granted or refused.
        outcome: Outcome,
        /// Reason, in words.
        reason: String,
        /// What was established.
        findings: Map<String, Value>,
        /// The body that decided.
        body: BodyId,
    },
    /// 撤回申请
    Withdrawn {
        /// The applicant's reason.
        reason: String,
    },
    /// The applicant did not correct in time.
    OutOfTime,
    /// An effect of the decision is done.
    EffectDone {
        /// Such as `issue:receipt`.
        effect: String,
        /// What it made: a licence number, a register entry.
        reference: String,
    },
    /// A last day moved because another calendar was put in force (期限因工作日历更新而变动).
    DueMoved {
        /// Whose last day.
        clock: ClockName,
        /// As it was told before.
        before: LastDay,
        /// As it is now.
        after: LastDay,
        /// Version of the calendar that moved it.
        calendar: String,
        /// Where that calendar comes from.
        source: String,
    },
}

/// An event with when, by whom and its place in the case's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its id.
    pub id: EventId,
    /// 1 for the first event of a case.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// `person:…`, `staff:…` or `system`.
    pub actor: String,
    /// How the actor is shown on the history page.
    pub actor_name: String,
    /// What.
    pub event: Event,
}

impl Event {
    /// The word under which the event is stored.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Submitted { .. } => "submitted",
            Self::TaskOpened { .. } => "task-opened",
            Self::TaskClaimed { .. } => "task-claimed",
            Self::TaskReleased { .. } => "task-released",
            Self::Accepted { .. } => "accepted",
            Self::NotAccepted { .. } => "not-accepted",
            Self::DefectNoted { .. } => "defect-noted",
            Self::DefectDropped { .. } => "defect-dropped",
            Self::CorrectionSent { .. } => "correction-sent",
            Self::Resubmitted { .. } => "resubmitted",
            Self::StageStarted { .. } => "stage-started",
            Self::OpinionGiven { .. } => "opinion-given",
            Self::NoticePublished { .. } => "notice-published",
            Self::NoticeEnded { .. } => "notice-ended",
            Self::Decided { .. } => "decided",
            Self::Withdrawn { .. } => "withdrawn",
            Self::OutOfTime => "out-of-time",
            Self::EffectDone { .. } => "effect-done",
            Self::DueMoved { .. } => "due-moved",
        }
    }

    /// Whether the applicant sees it in the trace of the case. Who took which task is the office's own matter.
    pub const fn is_public(&self) -> bool {
        match self {
            Self::TaskOpened { .. }
            | Self::TaskClaimed { .. }
            | Self::TaskReleased { .. }
            | Self::DefectNoted { .. }
            | Self::DefectDropped { .. }
            | Self::StageStarted { .. } => false,
            Self::Submitted { .. }
            | Self::Accepted { .. }
            | Self::NotAccepted { .. }
            | Self::CorrectionSent { .. }
            | Self::Resubmitted { .. }
            | Self::OpinionGiven { .. }
            | Self::NoticePublished { .. }
            | Self::NoticeEnded { .. }
            | Self::Decided { .. }
            | Self::Withdrawn { .. }
            | Self::OutOfTime
            | Self::EffectDone { .. } => true,
            Self::DueMoved { clock, .. } => clock.is_of_applicant(),
        }
    }

    /// The event in plain words.
    pub fn sentence(&self) -> Message {
        match self {
            Self::Submitted { number, .. } => Message::new("cases-event-submitted").with("number", number),
            Self::TaskOpened { stage, .. } => Message::new("cases-event-task-opened").with("stage", stage),
            Self::TaskClaimed { name, .. } => Message::new("cases-event-task-claimed").with("name", name),
            Self::TaskReleased { .. } => Message::new("cases-event-task-released"),
            Self::Accepted { deemed: false, .. } => Message::new("cases-event-accepted"),
            Self::Accepted { deemed: true, .. } => Message::new("cases-event-accepted-by-silence"),
            Self::NotAccepted { reason } => Message::new("cases-event-not-accepted").with("reason", reason),
            Self::DefectNoted { defect } => {
                Message::new("cases-event-defect-noted").with("problem", &defect.problem)
            }
            Self::DefectDropped { .. } => Message::new("cases-event-defect-dropped"),
            Self::CorrectionSent { defects, .. } => {
                Message::new("cases-event-correction-sent").with("count", defects.len())
            }
            Self::Resubmitted { .. } => Message::new("cases-event-resubmitted"),
            Self::StageStarted { stage } => Message::new("cases-event-stage-started").with("stage", stage),
            Self::OpinionGiven { conclusion: Conclusion::Agree, text, .. } => {
                Message::new("cases-event-opinion-agree").with("text", text)
            }
            Self::OpinionGiven { conclusion: Conclusion::Disagree, text, .. } => {
                Message::new("cases-event-opinion-disagree").with("text", text)
            }
            Self::NoticePublished { until, .. } => {
                Message::new("cases-event-notice-published").with("until", until)
            }
            Self::NoticeEnded { .. } => Message::new("cases-event-notice-ended"),
            Self::Decided { outcome: Outcome::Granted, reason, .. } => {
                Message::new("cases-event-granted").with("reason", reason)
            }
            Self::Decided { reason, .. } => Message::new("cases-event-refused").with("reason", reason),
            Self::Withdrawn { reason } => Message::new("cases-event-withdrawn").with("reason", reason),
            Self::OutOfTime => Message::new("cases-event-out-of-time"),
            Self::EffectDone { reference, .. } => {
                Message::new("cases-event-effect-done").with("reference", reference)
            }
            Self::DueMoved { clock, before, after, calendar, source } => {
                moved_sentence(*clock, *before, *after, calendar, source, |day| day.to_string())
            }
        }
    }
}
