//! The state of a case as the fold of its events. Nothing here knows of databases, time of day or the law's calendar.

use jiff::civil::Date;
use kernel::{BodyId, CaseId, TaskId, Timestamp, china_date};
use legal_time::{Clock, ClockEvent, Limit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::event::{Asked, Conclusion, Defect, Event, Intake, Recorded, RuleOutcome};
use crate::process::{Ground, TypeRef};
use crate::status::{Outcome, Status};

mod applicant;
mod apply;
mod clocks;
mod task;

pub use applicant::{Applicant, MandateGap, Through};
pub use task::Task;

/// The stage name of receiving and checking, before the stages of the process.
pub const ACCEPTANCE: &str = "acceptance";
/// The stage name of work after the decision: later checks.
pub const AFTERWARDS: &str = "afterwards";

/// A public notice that hangs or hung (公示).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its stage.
    pub stage: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Whether it is over.
    pub ended: bool,
    /// Whether the decision clock pauses meanwhile.
    pub stops_clock: bool,
}

/// An objection to a public notice (公示异议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// In words.
    pub text: String,
    /// When.
    pub made_on: Date,
    /// Who, as events name them.
    pub by: String,
    /// Whether it was right, and why.
    pub answer: Option<(bool, String)>,
}

/// The one correction notice (补正告知).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Sent on this day.
    pub sent_on: Date,
    /// What is wrong.
    pub defects: Vec<Defect>,
    /// Time of the applicant.
    pub clock: Clock,
    /// Answered on this day.
    pub answered_on: Option<Date>,
    /// Fields and materials answered so far.
    #[serde(default)]
    pub answered: Vec<String>,
}

/// A material to be handed in later (容缺承诺).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// Which.
    pub material: String,
    /// Time of the applicant.
    pub clock: Clock,
    /// Kept or broken; nothing while it waits.
    pub kept: Option<bool>,
}

/// A day and place that were fixed (踏勘、评审、听证安排).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// For which stage.
    pub stage: String,
    /// On which day.
    pub on: Date,
    /// Where.
    pub place: String,
    /// Experts, for a panel.
    pub people: Vec<String>,
}

/// The applicant's right to be heard (听证权利).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HearingRight {
    /// Of which stage.
    pub stage: String,
    /// Time for asking.
    pub clock: Clock,
    /// Asked for, or done without; nothing while the time runs.
    pub wanted: Option<bool>,
}

/// Something asked of whoever approves (请示).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What.
    pub asked: Asked,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub by: String,
    /// Approved; nothing while it waits.
    pub granted: Option<bool>,
}

/// A suspension (中止).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspension {
    /// On which ground.
    pub ground: Ground,
    /// Why.
    pub reason: String,
    /// By which body.
    pub body: BodyId,
    /// Its longest time.
    pub clock: Option<Clock>,
}

/// Why the decision clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// The applicant corrects.
    Correction,
    /// The case is suspended.
    Suspension,
    /// The stage is a special procedure (行政许可法 §45).
    Stage,
}

/// A warning that went out: at most one of each for a last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Of which task, or of the case.
    pub task: Option<TaskId>,
    /// The last day that was meant.
    pub due: Date,
    /// Whether it had passed.
    pub overdue: bool,
}

/// A case (办件).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// 办件编号
    pub number: String,
    /// Package version under which it was submitted.
    pub case_type: TypeRef,
    /// Where it was applied for.
    pub division: String,
    /// The body that accepts.
    pub body: BodyId,
    /// Who applies.
    pub applicant: Applicant,
    /// How it came in.
    #[serde(default)]
    pub intake: Intake,
    /// Where it stands.
    pub status: Status,
    /// `acceptance` or a stage id.
    pub stage: String,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Reason of the end, in words.
    pub reason: Option<String>,
    /// The body that decided.
    pub decided_by: Option<BodyId>,
    /// Why it goes first (绿色通道).
    #[serde(default)]
    pub express: Option<String>,
    /// A shorter promise of the green channel, until acceptance.
    #[serde(default)]
    pub express_promise: Option<Limit>,
    /// The form values that the process reads.
    pub facts: Map<String, Value>,
    /// What registers and licences answered.
    #[serde(default)]
    pub answers: Map<String, Value>,
    /// What staff established.
    pub findings: Map<String, Value>,
    /// Stages that several bodies signed or did not.
    #[serde(default)]
    pub concluded: Vec<(String, Conclusion)>,
    /// What the rules of the instant decision said.
    #[serde(default)]
    pub rules: Vec<RuleOutcome>,
    /// Work, done and open.
    pub tasks: Vec<Task>,
    /// Noted for the correction notice, not sent yet.
    pub defects: Vec<Defect>,
    /// The correction notice, once sent.
    pub correction: Option<Correction>,
    /// Materials to come.
    #[serde(default)]
    pub promises: Vec<Promise>,
    /// Public notices.
    pub notices: Vec<Notice>,
    /// Objections to them.
    #[serde(default)]
    pub objections: Vec<Objection>,
    /// Days and places.
    #[serde(default)]
    pub arrangements: Vec<Arrangement>,
    /// Rights to be heard.
    #[serde(default)]
    pub hearings: Vec<HearingRight>,
    /// What was asked of whoever approves.
    #[serde(default)]
    pub requests: Vec<Request>,
    /// The suspension that lasts.
    #[serde(default)]
    pub suspension: Option<Suspension>,
    /// Whether more time was given.
    #[serde(default)]
    pub extended: bool,
    /// Why the decision clock stands still now.
    #[serde(default)]
    pub holds: Vec<Hold>,
    /// Warnings that went out.
    #[serde(default)]
    pub warned: Vec<Warning>,
    /// Time for accepting.
    pub acceptance_clock: Clock,
    /// Time for the stage as a whole.
    #[serde(default)]
    pub stage_clock: Option<Clock>,
    /// 承诺时限 clock, from acceptance.
    pub promised_clock: Option<Clock>,
    /// 法定时限 clock, from acceptance.
    pub statutory_clock: Option<Clock>,
    /// Effects done: key and what they made.
    pub effects: Vec<(String, String)>,
    /// When submitted.
    pub submitted_at: Timestamp,
    /// When closed.
    pub closed_at: Option<Timestamp>,
    /// Number of events so far; commands name it to detect a stale page.
    pub version: i64,
}

impl Case {
    /// Whether this body accepted it, or has or had work on it.
    pub fn concerns(&self, body: BodyId) -> bool {
        self.body == body || self.tasks.iter().any(|task| task.body == body)
    }

    /// The case that a first event makes. Only `Submitted` can be the first.
    pub fn begin(id: CaseId, first: &Recorded) -> Option<Self> {
        let Event::Submitted {
            number,
            case_type,
            division,
            body,
            applicant,
            facts,
            answers,
            intake,
            acceptance_limit,
        } = &first.event
        else {
            return None;
        };
        Some(Self {
            id,
            number: number.clone(),
            case_type: case_type.clone(),
            division: division.clone(),
            body: *body,
            applicant: applicant.clone(),
            intake: intake.clone(),
            status: Status::Submitted,
            stage: ACCEPTANCE.into(),
            outcome: None,
            reason: None,
            decided_by: None,
            express: None,
            express_promise: None,
            facts: facts.clone(),
            answers: answers.clone(),
            findings: Map::new(),
            concluded: Vec::new(),
            rules: Vec::new(),
            tasks: Vec::new(),
            defects: Vec::new(),
            correction: None,
            promises: Vec::new(),
            notices: Vec::new(),
            objections: Vec::new(),
            arrangements: Vec::new(),
            hearings: Vec::new(),
            requests: Vec::new(),
            suspension: None,
            extended: false,
            holds: Vec::new(),
            warned: Vec::new(),
            acceptance_clock: Clock::started(acceptance_limit.clone(), china_date(first.at)),
            stage_clock: None,
            promised_clock: None,
            statutory_clock: None,
            effects: Vec::new(),
            submitted_at: first.at,
            closed_at: None,
            version: 1,
        })
    }

    /// The whole history folded. Nothing when it does not begin with a submission.
    pub fn replay(id: CaseId, history: &[Recorded]) -> Option<Self> {
        let (first, rest) = history.split_first()?;
        let mut case = Self::begin(id, first)?;
        for recorded in rest {
            case.apply(recorded);
        }
        Some(case)
    }

    /// The task of this id.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// Work that waits.
    pub fn live_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_live())
    }

    /// The notice that hangs now.
    pub fn hanging_notice(&self) -> Option<&Notice> {
        self.notices.iter().find(|notice| !notice.ended)
    }

    /// The right to a hearing that the applicant has not used or given up yet.
    pub fn open_hearing(&self) -> Option<&HearingRight> {
        self.hearings.iter().find(|right| right.wanted.is_none())
    }

    /// What was asked and is not answered yet.
    pub fn open_request(&self) -> Option<&Request> {
        self.requests.iter().find(|request| request.granted.is_none())
    }

    /// The window that receives and checks the application: its own body's, or that of another division (异地代收).
    pub fn front(&self) -> BodyId {
        self.intake.received_by.unwrap_or(self.body)
    }

    /// Opinions so far, by branch and stage, for expressions: the last one counts.
    pub fn opinions(&self) -> Map<String, Value> {
        let given = self.tasks.iter().filter_map(|task| {
            let name = task.branch.as_ref().unwrap_or(&task.stage);
            Some((name.clone(), task.conclusion?))
        });
        given
            .chain(self.concluded.iter().cloned())
            .map(|(name, conclusion)| (name, Value::from(conclusion.as_str())))
            .collect()
    }

    /// What expressions and tables may read, with findings that are not recorded yet.
    pub fn view(&self, new_findings: &Map<String, Value>) -> Map<String, Value> {
        let mut findings = self.findings.clone();
        findings.extend(new_findings.clone());
        let answer = |root: &str| self.answers.get(root).cloned().unwrap_or_else(|| json!({}));
        let mut view = Map::new();
        view.insert("form".into(), Value::Object(self.facts.clone()));
        view.insert("finding".into(), Value::Object(findings));
        view.insert("opinion".into(), Value::Object(self.opinions()));
        view.insert("register".into(), answer("register"));
        view.insert("licence".into(), answer("licence"));
        view.insert("applicant".into(), answer("applicant"));
        view.insert(
            "case".into(),
            json!({
                "division": self.division,
                "submitted_on": china_date(self.submitted_at),
                "express": self.express.is_some(),
                "commitments": self.intake.commitments,
                "objections": self.objections.len(),
                "objections_upheld": self.objections.iter().filter(|o| matches!(o.answer, Some((true, _)))).count(),
            }),
        );
        view
    }
}

/// Adds an event unless the clock has stopped: what has ended does not start again.
fn push(clock: &mut Clock, event: ClockEvent) {
    if !clock.events.iter().any(|e| matches!(e, ClockEvent::Stop { .. })) {
        clock.events.push(event);
    }
}
