//! What may be done to a case and what follows: command + state → events. Pure; the calendar, the bodies and the time
//! come in as parameters.

use jiff::civil::Date;
use kernel::{Actor, StaffId, TaskId, Timestamp, china_date};
use legal_time::{Calendar, Limit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bodies::Bodies;
use crate::case::{AFTERWARDS, Case};
use crate::error::CaseError;
use crate::event::{Conclusion, Defect, Event, Votes};
use crate::process::{CaseType, Level};
use crate::status::{Status, TaskKind};

mod correction;
mod decision;
mod intake;
mod notice;
mod procedure;
mod request;
mod review;
mod time;
mod work;

/// What a command needs to know beside the case.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Now.
    pub now: Timestamp,
    /// The law's calendar.
    pub calendar: &'a Calendar,
    /// Who is competent where.
    pub bodies: &'a Bodies,
    /// The package version of the case.
    pub case_type: &'a CaseType,
    /// Where new task ids come from; the rules themselves are not random.
    pub new_task: &'a (dyn Fn() -> TaskId + Sync),
}

impl Context<'_> {
    pub(crate) fn today(&self) -> Date {
        china_date(self.now)
    }
}

/// What a clerk asks for; whoever approves answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AskFor {
    /// More time, once (延长期限).
    Extension {
        /// How much.
        by: Limit,
    },
    /// Suspension (中止).
    Suspension {
        /// Id of a ground that the package names.
        ground: String,
    },
    /// Termination (终止).
    Termination {
        /// Id of a ground that the package names.
        ground: String,
    },
}

/// A command of staff on a task, of the applicant, of anyone on a public notice, or of time itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Command {
    /// Take a task (签收).
    Claim {
        /// Which.
        task: TaskId,
    },
    /// Give a task back; by whoever has it, or with a reason by who decides in that body.
    Release {
        /// Which.
        task: TaskId,
        /// Why, where it is not their own.
        #[serde(default)]
        reason: String,
    },
    /// Hand a task to a colleague of the same body (转办). By whoever has it, or by who decides in that body.
    Transfer {
        /// Which.
        task: TaskId,
        /// To whom; that they work in that body and have the role is the caller's to know.
        to: StaffId,
        /// Their name.
        name: String,
        /// Why.
        reason: String,
    },
    /// Pass a task to the body of another level (上报、下派), where the package allows it.
    Route {
        /// Which.
        task: TaskId,
        /// To which level.
        level: Level,
        /// Why.
        reason: String,
    },
    /// 受理
    Accept {
        /// The acceptance task.
        task: TaskId,
    },
    /// 不予受理
    NotAccept {
        /// The acceptance task.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// Let the case go first (绿色通道).
    Expedite {
        /// A task of the clerk on this case.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// Note something wrong, for the one correction notice.
    NoteDefect {
        /// What is wrong; its `task` says from which work.
        defect: Defect,
    },
    /// Strike a noted defect.
    DropDefect {
        /// A task of the clerk on this case.
        task: TaskId,
        /// Its place in the list.
        index: usize,
    },
    /// Send the correction notice (一次性补正告知).
    SendCorrection {
        /// A task of the clerk on this case.
        task: TaskId,
    },
    /// The applicant's answer to the notice, or a part of it.
    Resubmit {
        /// Fields that changed.
        fields: Vec<String>,
        /// Materials that were replaced or added.
        materials: Vec<String>,
        /// The form values that the process reads.
        facts: Map<String, Value>,
        /// Whether more is to come.
        partial: bool,
    },
    /// The applicant hands in a material that was promised (容缺补齐).
    Supply {
        /// Which.
        material: String,
    },
    /// A reviewer's opinion.
    GiveOpinion {
        /// The review task.
        task: TaskId,
        /// Agrees or not.
        conclusion: Conclusion,
        /// In words.
        text: String,
        /// What was established.
        findings: Map<String, Value>,
    },
    /// Take an opinion back while its stage is still open.
    TakeBack {
        /// The task that was done.
        task: TaskId,
    },
    /// Send the matter back to the level, or the reviews, before (退回).
    SendBack {
        /// The task of the level, or of the decision.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// Fix day and place of a survey, a panel or a hearing.
    Arrange {
        /// The task of arranging.
        task: TaskId,
        /// On which day.
        on: Date,
        /// Where, and what to bring.
        place: String,
        /// Experts, for a panel.
        people: Vec<String>,
    },
    /// Conclude a survey, a panel, a hearing or a special procedure.
    Conclude {
        /// The task of concluding.
        task: TaskId,
        /// Positive or not; a panel's votes say it.
        conclusion: Option<Conclusion>,
        /// In words: result, minutes.
        text: String,
        /// What was established.
        findings: Map<String, Value>,
        /// Of a panel.
        votes: Option<Votes>,
    },
    /// The applicant asks to be heard (行政许可法 §47).
    RequestHearing {
        /// Why.
        reason: String,
    },
    /// The applicant does without a hearing.
    WaiveHearing,
    /// Hang out the public notice.
    PublishNotice {
        /// The notice task.
        task: TaskId,
    },
    /// Object to what hangs out (公示异议): anyone who is signed in.
    Object {
        /// In words.
        text: String,
    },
    /// Answer an objection after checking it.
    AnswerObjection {
        /// The task of answering.
        task: TaskId,
        /// Whether it was right.
        upheld: bool,
        /// In words.
        text: String,
    },
    /// Ask for more time, a suspension or an end (请示).
    Ask {
        /// A task of the clerk on this case.
        task: TaskId,
        /// For what.
        asked: AskFor,
        /// Why.
        reason: String,
    },
    /// Approve what was asked, or not (批复).
    Approve {
        /// The task of approving.
        task: TaskId,
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
    /// Decide.
    Decide {
        /// The decision task.
        task: TaskId,
        /// Grant or refuse.
        grant: bool,
        /// Reason; always needed (行政许可法 §38).
        reason: String,
        /// What was established.
        findings: Map<String, Value>,
    },
    /// The result of a check after the decision (事后核查、抽查).
    Check {
        /// The task of checking.
        task: TaskId,
        /// Whether what was declared, or decided by rules, is true.
        passed: bool,
        /// In words.
        text: String,
        /// What was established.
        findings: Map<String, Value>,
    },
    /// 撤回
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Let what is due by now happen: silence, end of a notice, end of a time that the applicant has, warnings.
    Tick,
    /// Record that an effect of the decision is done.
    RecordEffect {
        /// Such as `issue:receipt`.
        effect: String,
        /// What it made.
        reference: String,
    },
}

impl Command {
    /// The task in which the command is given.
    pub(crate) const fn task(&self) -> Option<TaskId> {
        match self {
            Self::Claim { task }
            | Self::Release { task, .. }
            | Self::Transfer { task, .. }
            | Self::Route { task, .. }
            | Self::Accept { task }
            | Self::NotAccept { task, .. }
            | Self::Expedite { task, .. }
            | Self::DropDefect { task, .. }
            | Self::SendCorrection { task }
            | Self::GiveOpinion { task, .. }
            | Self::TakeBack { task }
            | Self::SendBack { task, .. }
            | Self::Arrange { task, .. }
            | Self::Conclude { task, .. }
            | Self::PublishNotice { task }
            | Self::AnswerObjection { task, .. }
            | Self::Ask { task, .. }
            | Self::Approve { task, .. }
            | Self::Decide { task, .. }
            | Self::Check { task, .. } => Some(*task),
            Self::NoteDefect { defect } => Some(defect.task),
            Self::Resubmit { .. }
            | Self::Supply { .. }
            | Self::RequestHearing { .. }
            | Self::WaiveHearing
            | Self::Object { .. }
            | Self::Resume { .. }
            | Self::Withdraw { .. }
            | Self::Tick
            | Self::RecordEffect { .. } => None,
        }
    }
}

impl Case {
    /// What a command makes happen. The events are not applied yet.
    pub fn decide(&self, ctx: &Context<'_>, by: &Actor, command: Command) -> Result<Vec<Event>, CaseError> {
        self.admit(by, &command)?;
        match command {
            Command::Claim { task } => self.claim(by, task),
            Command::Release { task, reason } => self.release(by, task, &reason),
            Command::Transfer { task, to, name, reason } => self.transfer(by, task, to, name, &reason),
            Command::Route { task, level, reason } => self.route(ctx, by, task, level, &reason),
            Command::Accept { task } => self.accept(ctx, by, task),
            Command::NotAccept { task, reason } => {
                self.work(by, task, &[TaskKind::Accept])?;
                Ok(vec![Event::NotAccepted { reason: needed("reason", &reason)? }])
            }
            Command::Expedite { task, reason } => self.expedite(ctx, by, task, &reason),
            Command::NoteDefect { defect } => self.note_defect(ctx, by, defect),
            Command::DropDefect { task, index } => self.drop_defect(by, task, index),
            Command::SendCorrection { task } => self.send_correction(ctx, by, task),
            Command::Resubmit { fields, materials, facts, partial } => {
                self.resubmit(by, fields, materials, facts, partial)
            }
            Command::Supply { material } => self.supply(by, material),
            Command::GiveOpinion { task, conclusion, text, findings } => {
                self.give_opinion(ctx, by, task, conclusion, &text, findings)
            }
            Command::TakeBack { task } => self.take_back(ctx, by, task),
            Command::SendBack { task, reason } => self.send_back(ctx, by, task, &reason),
            Command::Arrange { task, on, place, people } => self.arrange(ctx, by, task, on, &place, &people),
            Command::Conclude { task, conclusion, text, findings, votes } => {
                self.conclude(ctx, by, task, conclusion, &text, findings, votes)
            }
            Command::RequestHearing { reason } => self.request_hearing(ctx, by, &reason),
            Command::WaiveHearing => self.waive_hearing(ctx, by),
            Command::PublishNotice { task } => self.publish_notice(ctx, by, task),
            Command::Object { text } => self.object(ctx, by, &text),
            Command::AnswerObjection { task, upheld, text } => {
                self.answer_objection(ctx, by, task, upheld, &text)
            }
            Command::Ask { task, asked, reason } => self.ask(ctx, by, task, asked, &reason),
            Command::Approve { task, grant, reason } => self.approve(ctx, by, task, grant, &reason),
            Command::Resume { reason } => self.resume(by, &reason),
            Command::Decide { task, grant, reason, findings } => {
                self.settle(ctx, by, task, grant, &reason, findings)
            }
            Command::Check { task, passed, text, findings } => {
                self.check(ctx, by, task, passed, &text, findings)
            }
            Command::Withdraw { reason } => {
                self.only_applicant(by)?;
                Ok(vec![Event::Withdrawn { reason: needed("reason", &reason)? }])
            }
            Command::Tick => self.tick(ctx),
            Command::RecordEffect { effect, reference } => {
                let done = self.effects.iter().any(|(key, _)| *key == effect);
                Ok(if done { Vec::new() } else { vec![Event::EffectDone { effect, reference }] })
            }
        }
    }

    /// What time brings about and what a decision has made is recorded by the platform itself. After the end only
    /// that is left, and the checks that follow a decision.
    fn admit(&self, by: &Actor, command: &Command) -> Result<(), CaseError> {
        if matches!(command, Command::Tick | Command::RecordEffect { .. }) {
            return if *by == Actor::System { Ok(()) } else { Err(CaseError::NotCompetent) };
        }
        if self.status != Status::Closed {
            return Ok(());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "after the end everything else is refused")]
        let afterwards = match command {
            Command::Claim { task }
            | Command::Release { task, .. }
            | Command::Transfer { task, .. }
            | Command::Check { task, .. } => self.task(*task).is_some_and(|task| task.stage == AFTERWARDS),
            _ => false,
        };
        if afterwards { Ok(()) } else { Err(CaseError::Closed) }
    }
}

/// A text that must be given.
fn needed(field: &'static str, text: &str) -> Result<String, CaseError> {
    let text = text.trim();
    if text.is_empty() { Err(CaseError::TextMissing { field }) } else { Ok(text.to_owned()) }
}
