//! The state of a case as the fold of its events. Nothing here knows of databases, time of day or the law's calendar.

use jiff::civil::Date;
use kernel::{BodyId, CaseId, LegalPersonId, PersonId, Role, StaffId, TaskId, Timestamp, china_date};
use legal_time::{Clock, ClockEvent, Limit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::event::{Conclusion, Defect, Event, Recorded};
use crate::process::TypeRef;
use crate::reevaluate::{ClockName, LastDay};
use crate::status::{Outcome, Status, TaskKind, TaskState};

/// The stage name of receiving and checking, before the stages of the process.
pub const ACCEPTANCE: &str = "acceptance";

/// Who applies (申请人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// The natural person who handed it in.
    pub person: PersonId,
    /// The legal person on whose behalf, if any.
    pub acting_for: Option<LegalPersonId>,
}

/// A piece of work (任务).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// `acceptance` or a stage id.
    pub stage: String,
    /// Branch of a parallel review.
    pub branch: Option<String>,
    /// Kind of work.
    pub work: TaskKind,
    /// For whom.
    pub role: Role,
    /// In which body.
    pub body: BodyId,
    /// The stage may end without it.
    pub optional: bool,
    /// Where it stands.
    pub state: TaskState,
    /// Who has it.
    pub claimed_by: Option<StaffId>,
    /// Their name.
    pub claimed_name: Option<String>,
    /// Since when it is open.
    pub opened_at: Timestamp,
    /// Its own clock.
    pub clock: Option<Clock>,
    /// The opinion, for reviews.
    pub conclusion: Option<Conclusion>,
    /// The opinion in words.
    pub text: Option<String>,
}

impl Task {
    /// Whether it still waits for work.
    pub const fn is_live(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Claimed)
    }
}

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
    /// The form values that the process reads.
    pub facts: Map<String, Value>,
    /// What staff established.
    pub findings: Map<String, Value>,
    /// Work, done and open.
    pub tasks: Vec<Task>,
    /// Noted for the correction notice, not sent yet.
    pub defects: Vec<Defect>,
    /// The correction notice, once sent.
    pub correction: Option<Correction>,
    /// Public notices.
    pub notices: Vec<Notice>,
    /// Time for accepting.
    pub acceptance_clock: Clock,
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

fn started(limit: Limit, on: Date) -> Clock {
    Clock { limit, events: vec![ClockEvent::Start { on }] }
}

impl Case {
    /// The case that a first event makes. Only `Submitted` can be the first.
    pub fn begin(id: CaseId, first: &Recorded) -> Option<Self> {
        let Event::Submitted { number, case_type, division, body, applicant, facts, acceptance_limit } =
            &first.event
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
            status: Status::Submitted,
            stage: ACCEPTANCE.into(),
            outcome: None,
            reason: None,
            decided_by: None,
            facts: facts.clone(),
            findings: Map::new(),
            tasks: Vec::new(),
            defects: Vec::new(),
            correction: None,
            notices: Vec::new(),
            acceptance_clock: started(acceptance_limit.clone(), china_date(first.at)),
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

    /// What one more event makes of the case. Total: an event that does not fit changes only the version.
    pub fn apply(&mut self, recorded: &Recorded) {
        self.version = recorded.seq;
        let today = china_date(recorded.at);
        match &recorded.event {
            Event::Submitted { .. } => {}
            Event::StageStarted { stage } => {
                // What was optional in the stage before is overtaken; a correction that was noted is not.
                for task in self
                    .tasks
                    .iter_mut()
                    .filter(|t| t.is_live() && t.stage != *stage && t.work != TaskKind::Correct)
                {
                    finish(task, TaskState::Dropped, today);
                }
                self.stage.clone_from(stage);
            }
            Event::TaskOpened { .. } => self.open_task(&recorded.event, recorded.at),
            Event::TaskClaimed { .. }
            | Event::TaskReleased { .. }
            | Event::OpinionGiven { .. }
            | Event::NoticePublished { .. } => self.apply_to_task(&recorded.event, today),
            Event::Accepted { deemed, statutory, promised } => {
                // Deemed acceptance counts from the day of receipt (行政许可法 §32), any other from the day it is said.
                let received = self.correction.as_ref().and_then(|correction| correction.answered_on);
                let received = received.unwrap_or_else(|| china_date(self.submitted_at));
                let from = if *deemed { received } else { today };
                self.status = Status::InProgress;
                self.statutory_clock = Some(started(statutory.clone(), from));
                self.promised_clock = Some(started(promised.clone(), from));
                self.end_stage_tasks(ACCEPTANCE, today);
                push(&mut self.acceptance_clock, ClockEvent::Stop { on: today });
            }
            Event::DefectNoted { defect } => self.defects.push(defect.clone()),
            Event::DefectDropped { index } if *index < self.defects.len() => {
                self.defects.remove(*index);
                if self.defects.is_empty() {
                    self.end_correction_work(TaskState::Dropped, today);
                }
            }
            Event::DefectDropped { .. } => {}
            Event::CorrectionSent { defects, limit } => self.pause_for_correction(defects, limit, today),
            Event::Resubmitted { facts, .. } => self.resume_after_correction(facts, today),
            Event::NoticeEnded { stage, stops_clock } => {
                if let Some(notice) = self.notices.iter_mut().find(|n| &n.stage == stage) {
                    notice.ended = true;
                }
                if *stops_clock {
                    self.each_decision_clock(|clock| push(clock, ClockEvent::Resume { on: today }));
                }
            }
            Event::Decided { task, outcome, reason, findings, body } => {
                if let Some(task) = self.tasks.iter_mut().find(|t| t.id == *task) {
                    task.state = TaskState::Done;
                    task.text = Some(reason.clone());
                }
                self.findings.extend(findings.clone());
                self.decided_by = Some(*body);
                self.close(*outcome, Some(reason.clone()), recorded.at);
            }
            Event::NotAccepted { reason } => {
                self.close(Outcome::NotAccepted, Some(reason.clone()), recorded.at);
            }
            Event::Withdrawn { reason } => self.close(Outcome::Withdrawn, Some(reason.clone()), recorded.at),
            Event::OutOfTime => self.close(Outcome::OutOfTime, None, recorded.at),
            Event::EffectDone { effect, reference } => self.effects.push((effect.clone(), reference.clone())),
            // Clocks are read anew with every calendar; only a notice states its last day.
            Event::DueMoved { clock: ClockName::Notice, after: LastDay::On { day }, .. } => {
                if let Some(notice) = self.notices.iter_mut().find(|notice| !notice.ended) {
                    notice.until = *day;
                }
            }
            Event::DueMoved { .. } => {}
        }
    }

    fn open_task(&mut self, event: &Event, at: Timestamp) {
        let Event::TaskOpened { task, stage, branch, work, role, body, limit, optional } = event else {
            return;
        };
        self.tasks.push(Task {
            id: *task,
            stage: stage.clone(),
            branch: branch.clone(),
            work: *work,
            role: *role,
            body: *body,
            optional: *optional,
            state: TaskState::Open,
            claimed_by: None,
            claimed_name: None,
            opened_at: at,
            clock: limit.clone().map(|limit| started(limit, china_date(at))),
            conclusion: None,
            text: None,
        });
    }

    fn apply_to_task(&mut self, event: &Event, today: Date) {
        match event {
            Event::TaskClaimed { task, by, name } => {
                if let Some(task) = self.tasks.iter_mut().find(|t| t.id == *task) {
                    task.state = TaskState::Claimed;
                    task.claimed_by = Some(*by);
                    task.claimed_name = Some(name.clone());
                }
            }
            Event::TaskReleased { task } => {
                if let Some(task) = self.tasks.iter_mut().find(|t| t.id == *task) {
                    task.state = TaskState::Open;
                    task.claimed_by = None;
                    task.claimed_name = None;
                }
            }
            Event::OpinionGiven { task, conclusion, text, findings, .. } => {
                if let Some(task) = self.tasks.iter_mut().find(|t| t.id == *task) {
                    task.conclusion = Some(*conclusion);
                    task.text = Some(text.clone());
                    finish(task, TaskState::Done, today);
                }
                self.findings.extend(findings.clone());
            }
            Event::NoticePublished { task, stage, until, stops_clock } => {
                if let Some(task) = self.tasks.iter_mut().find(|t| t.id == *task) {
                    finish(task, TaskState::Done, today);
                }
                self.notices.push(Notice {
                    stage: stage.clone(),
                    from: today,
                    until: *until,
                    ended: false,
                    stops_clock: *stops_clock,
                });
                if *stops_clock {
                    let pause = ClockEvent::Pause { on: today, reason: "公示".into() };
                    self.each_decision_clock(|clock| push(clock, pause.clone()));
                }
            }
            Event::Submitted { .. }
            | Event::TaskOpened { .. }
            | Event::Accepted { .. }
            | Event::NotAccepted { .. }
            | Event::DefectNoted { .. }
            | Event::DefectDropped { .. }
            | Event::CorrectionSent { .. }
            | Event::Resubmitted { .. }
            | Event::StageStarted { .. }
            | Event::NoticeEnded { .. }
            | Event::Decided { .. }
            | Event::Withdrawn { .. }
            | Event::OutOfTime
            | Event::EffectDone { .. }
            | Event::DueMoved { .. } => {}
        }
    }

    fn pause_for_correction(&mut self, defects: &[Defect], limit: &Limit, today: Date) {
        self.status = Status::Correction;
        self.defects.clear();
        self.end_correction_work(TaskState::Done, today);
        self.correction = Some(Correction {
            sent_on: today,
            defects: defects.to_vec(),
            clock: started(limit.clone(), today),
            answered_on: None,
        });
        let pause = ClockEvent::Pause { on: today, reason: "补正".into() };
        self.each_office_clock(|clock| push(clock, pause.clone()));
    }

    fn resume_after_correction(&mut self, facts: &Map<String, Value>, today: Date) {
        self.status = if self.promised_clock.is_some() { Status::InProgress } else { Status::Submitted };
        self.facts.clone_from(facts);
        if let Some(correction) = &mut self.correction {
            correction.answered_on = Some(today);
            push(&mut correction.clock, ClockEvent::Stop { on: today });
        }
        self.each_office_clock(|clock| push(clock, ClockEvent::Resume { on: today }));
    }

    fn close(&mut self, outcome: Outcome, reason: Option<String>, at: Timestamp) {
        let today = china_date(at);
        self.status = Status::Closed;
        self.outcome = Some(outcome);
        self.reason = reason;
        self.closed_at = Some(at);
        for task in self.tasks.iter_mut().filter(|task| task.is_live()) {
            finish(task, TaskState::Dropped, today);
        }
        push(&mut self.acceptance_clock, ClockEvent::Stop { on: today });
        self.each_decision_clock(|clock| push(clock, ClockEvent::Stop { on: today }));
        if let Some(correction) = &mut self.correction {
            push(&mut correction.clock, ClockEvent::Stop { on: today });
        }
    }

    fn end_stage_tasks(&mut self, stage: &str, today: Date) {
        for task in self.tasks.iter_mut().filter(|task| task.stage == stage && task.is_live()) {
            finish(task, TaskState::Done, today);
        }
    }

    fn end_correction_work(&mut self, state: TaskState, today: Date) {
        for task in self.tasks.iter_mut().filter(|task| task.work == TaskKind::Correct && task.is_live()) {
            finish(task, state, today);
        }
    }

    fn each_decision_clock(&mut self, mut change: impl FnMut(&mut Clock)) {
        self.promised_clock.iter_mut().chain(&mut self.statutory_clock).for_each(&mut change);
    }

    /// The clocks that run against the office now: that of acceptance, or those of the decision and of open tasks.
    fn each_office_clock(&mut self, mut change: impl FnMut(&mut Clock)) {
        if self.promised_clock.is_none() {
            change(&mut self.acceptance_clock);
        }
        self.each_decision_clock(&mut change);
        for task in self.tasks.iter_mut().filter(|task| task.is_live()) {
            task.clock.iter_mut().for_each(&mut change);
        }
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

    /// The clock whose end the case page shows: the applicant's while a correction is awaited, that of acceptance
    /// before, the promise after it.
    pub fn leading_clock(&self) -> &Clock {
        match (&self.correction, &self.promised_clock) {
            (Some(correction), _) if self.status == Status::Correction => &correction.clock,
            (_, Some(promised)) => promised,
            (_, None) => &self.acceptance_clock,
        }
    }
}

fn finish(task: &mut Task, state: TaskState, today: Date) {
    task.state = state;
    if let Some(clock) = &mut task.clock {
        push(clock, ClockEvent::Stop { on: today });
    }
}

/// Adds an event unless the clock has stopped: what has ended does not start again.
fn push(clock: &mut Clock, event: ClockEvent) {
    if !clock.events.iter().any(|e| matches!(e, ClockEvent::Stop { .. })) {
        clock.events.push(event);
    }
}
