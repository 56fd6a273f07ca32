//! What can happen to a case (办件事件). Events are stored in the transaction that changes the state, and the state is
//! their fold: replaying them gives it back. Fields that came later have a default, so that old histories still read.

use jiff::civil::Date;
use kernel::{BodyId, EventId, PersonId, Role, StaffId, TaskId, Timestamp};
use legal_time::Limit;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::case::Applicant;
use crate::process::{Ground, Level, TypeRef};
use crate::reevaluate::{ClockName, LastDay};
use crate::status::{Outcome, TaskKind};

mod parts;
mod words;

pub use parts::{Asked, BundlePart, Conclusion, Defect, Intake, Promised, RuleOutcome, StoodInFor, Votes};

/// What happened.
#[expect(clippy::large_enum_variant, reason = "events are made one by one and written at once")]
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
        /// What registers and licences answered.
        #[serde(default)]
        answers: Map<String, Value>,
        /// How it came in.
        #[serde(default)]
        intake: Intake,
        /// Time for accepting.
        acceptance_limit: Limit,
    },
    /// Rules were asked whether the case can be decided at once (即办).
    RulesApplied {
        /// Each with its reason.
        outcomes: Vec<RuleOutcome>,
        /// Whether all held.
        all_hold: bool,
    },
    /// The case goes first (绿色通道).
    Expedited {
        /// Why.
        reason: String,
        /// A shorter promise, if the package has one.
        #[serde(default)]
        promised: Option<Limit>,
    },
    /// Work was opened for a role of a body.
    TaskOpened {
        /// Its id.
        task: TaskId,
        /// `acceptance` or a stage id.
        stage: String,
        /// Branch of the stage.
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
        /// Their name.
        name: String,
    },
    /// A clerk gave a task back.
    TaskReleased {
        /// Which.
        task: TaskId,
        /// Why, where somebody else gave it back than whoever had it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A task was handed to a colleague (转办).
    TaskTransferred {
        /// Which.
        task: TaskId,
        /// To whom.
        to: StaffId,
        /// Their name.
        name: String,
        /// Why.
        reason: String,
    },
    /// A task was passed to the body of another level (上报、下派).
    TaskRouted {
        /// Which.
        task: TaskId,
        /// To which level.
        level: Level,
        /// The competent body there.
        body: BodyId,
        /// Why.
        reason: String,
    },
    /// 受理; clocks of the decision start.
    Accepted {
        /// By silence (行政许可法 §32).
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
    /// The applicant answered the notice, or a part of it; with the whole answer the clocks of the office run on.
    Resubmitted {
        /// Fields that changed.
        fields: Vec<String>,
        /// Materials that were replaced or added.
        materials: Vec<String>,
        /// The form values that the process reads, anew.
        facts: Map<String, Value>,
        /// Whether more is to come.
        #[serde(default)]
        partial: bool,
    },
    /// The time to correct passed and the office goes on with what there is.
    CorrectionLapsed,
    /// A material that was promised came in (容缺补齐).
    PromiseKept {
        /// Which.
        material: String,
    },
    /// A material that was promised did not come in time.
    PromiseBroken {
        /// Which.
        material: String,
    },
    /// A stage began.
    StageStarted {
        /// Which.
        stage: String,
        /// Time for the whole stage.
        #[serde(default)]
        limit: Option<Limit>,
        /// Whether the decision clock stands still meanwhile.
        #[serde(default)]
        stops_clock: bool,
    },
    /// A reviewer gave an opinion (审查意见).
    OpinionGiven {
        /// In which task.
        task: TaskId,
        /// Of which branch, or of the stage itself.
        branch: String,
        /// Agrees or not.
        conclusion: Conclusion,
        /// In words.
        text: String,
        /// What was established.
        findings: Map<String, Value>,
        /// Votes of a panel.
        #[serde(default)]
        votes: Option<Votes>,
    },
    /// An opinion was taken back while its stage was still open.
    OpinionTakenBack {
        /// Of which task.
        task: TaskId,
        /// What it had established.
        findings: Vec<String>,
    },
    /// A level sent the matter back to the one before (退回).
    SentBack {
        /// By which task.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// The bodies that sign agreed or did not (会签结果).
    StageConcluded {
        /// Which stage.
        stage: String,
        /// With which result.
        conclusion: Conclusion,
    },
    /// Day and place were fixed (踏勘、评审、听证安排).
    Arranged {
        /// The task.
        task: TaskId,
        /// Which stage.
        stage: String,
        /// On which day.
        on: Date,
        /// Where, and what to bring.
        place: String,
        /// Experts, for a panel.
        #[serde(default)]
        people: Vec<String>,
    },
    /// The applicant was told of the right to a hearing (听证告知).
    HearingOffered {
        /// Which stage.
        stage: String,
        /// Time for asking.
        limit: Limit,
    },
    /// The applicant asked for a hearing.
    HearingRequested {
        /// Why.
        reason: String,
    },
    /// The applicant did without a hearing, by word or by silence.
    HearingWaived {
        /// By silence.
        by_silence: bool,
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
    /// Somebody objected to what was published (公示异议).
    ObjectionMade {
        /// In words.
        text: String,
    },
    /// An objection was checked and answered.
    ObjectionAnswered {
        /// Its place in the list.
        index: usize,
        /// Whether it was right.
        upheld: bool,
        /// In words.
        text: String,
    },
    /// The time of the notice is over.
    NoticeEnded {
        /// Stage.
        stage: String,
        /// Whether the decision clock had paused.
        stops_clock: bool,
    },
    /// A clerk asked for something that must be approved (请示).
    ApprovalAsked {
        /// What.
        asked: Asked,
        /// Why.
        reason: String,
    },
    /// It was approved or not (批复).
    ApprovalGiven {
        /// The task of approving.
        task: TaskId,
        /// Approved.
        granted: bool,
        /// Why.
        reason: String,
    },
    /// More time (延长期限; 行政许可法 §42: the applicant is told why).
    Extended {
        /// How much, with its legal basis.
        by: Limit,
        /// Why.
        reason: String,
    },
    /// 中止; all clocks of the office pause.
    Suspended {
        /// On which ground.
        ground: Ground,
        /// Why.
        reason: String,
        /// By which body.
        body: BodyId,
        /// How long at most.
        limit: Option<Limit>,
    },
    /// The case goes on after a suspension.
    Resumed {
        /// Why.
        reason: String,
        /// Because its longest time was over.
        by_time: bool,
    },
    /// 终止
    Terminated {
        /// On which ground.
        ground: Ground,
        /// Why.
        reason: String,
    },
    /// A limit comes near or has passed (预警).
    Warned {
        /// Of which task, or of the case.
        task: Option<TaskId>,
        /// The last day.
        due: Date,
        /// Whether it has passed.
        overdue: bool,
    },
    /// 决定
    Decided {
        /// The task; nothing when rules decided.
        task: Option<TaskId>,
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
    /// The applicant did not correct, or hand in what was promised, in time.
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
    /// The applicant's account became one with another of theirs (账号合并).
    ApplicantMerged {
        /// Whose case it was.
        from: PersonId,
        /// Whose it is from now on: the same person.
        into: PersonId,
    },
    /// A check after the decision is done (核查结果).
    Checked {
        /// The task.
        task: TaskId,
        /// Whether what was declared, or decided by rules, is true.
        passed: bool,
        /// In words.
        text: String,
        /// What was established.
        findings: Map<String, Value>,
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
    /// For whom the actor stood in (代理), if for anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stood_in_for: Option<StoodInFor>,
    /// What.
    pub event: Event,
}
