//! What may be done to a case and what follows: command + state → events. Pure; the calendar, the bodies and the time
//! come in as parameters.

use jiff::civil::Date;
use kernel::{Actor, Role, StaffActor, TaskId, Timestamp, china_date};
use legal_time::{Calendar, Due};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bodies::Bodies;
use crate::case::{Case, Task};
use crate::error::CaseError;
use crate::event::{Conclusion, Defect, Event};
use crate::findings::check_findings;
use crate::process::{Branch, CaseType, Finding, Silence, Stage, StageKind};
use crate::status::{Outcome, Status, TaskKind};

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
    fn today(&self) -> Date {
        china_date(self.now)
    }
}

/// A command of staff on a task, of the applicant, or of time itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Command {
    /// Take a task (签收).
    Claim {
        /// Which.
        task: TaskId,
    },
    /// Give a task back.
    Release {
        /// Which.
        task: TaskId,
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
    /// The applicant's answer to the notice.
    Resubmit {
        /// Fields that changed.
        fields: Vec<String>,
        /// Materials that were replaced or added.
        materials: Vec<String>,
        /// The form values that the process reads.
        facts: Map<String, Value>,
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
    /// Hang out the public notice.
    PublishNotice {
        /// The notice task.
        task: TaskId,
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
    /// 撤回
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Let what is due by now happen: silence, end of a notice, end of the time to correct.
    Tick,
    /// Record that an effect of the decision is done.
    RecordEffect {
        /// Such as `issue:receipt`.
        effect: String,
        /// What it made.
        reference: String,
    },
}

impl Case {
    /// What a command makes happen. The events are not applied yet.
    pub fn decide(&self, ctx: &Context<'_>, by: &Actor, command: Command) -> Result<Vec<Event>, CaseError> {
        // What time brings about and what a decision has made is recorded by the platform itself, also when closed.
        let is_of_system = matches!(command, Command::Tick | Command::RecordEffect { .. });
        if self.status == Status::Closed && !is_of_system {
            return Err(CaseError::Closed);
        }
        if is_of_system && *by != Actor::System {
            return Err(CaseError::NotCompetent);
        }
        match command {
            Command::Claim { task } => self.claim(by, task),
            Command::Release { task } => self.release(by, task),
            Command::Accept { task } => self.accept(ctx, by, task),
            Command::NotAccept { task, reason } => {
                self.work(by, task, &[TaskKind::Accept])?;
                Ok(vec![Event::NotAccepted { reason: needed("reason", &reason)? }])
            }
            Command::NoteDefect { defect } => self.note_defect(ctx, by, defect),
            Command::DropDefect { task, index } => {
                self.work(by, task, &[TaskKind::Accept, TaskKind::Review, TaskKind::Correct])?;
                self.defects.get(index).ok_or(CaseError::NoSuchDefect)?;
                Ok(vec![Event::DefectDropped { index }])
            }
            Command::SendCorrection { task } => self.send_correction(ctx, by, task),
            Command::Resubmit { fields, materials, facts } => {
                self.only_applicant(by)?;
                if self.status != Status::Correction {
                    return Err(CaseError::NoCorrectionAwaited);
                }
                Ok(vec![Event::Resubmitted { fields, materials, facts }])
            }
            Command::GiveOpinion { task, conclusion, text, findings } => {
                self.give_opinion(ctx, by, task, conclusion, &text, findings)
            }
            Command::PublishNotice { task } => self.publish_notice(ctx, by, task),
            Command::Decide { task, grant, reason, findings } => {
                self.settle(ctx, by, task, grant, &reason, findings)
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

    fn only_applicant(&self, by: &Actor) -> Result<(), CaseError> {
        match by {
            Actor::Person(person)
                if person.acting_for == self.applicant.acting_for
                    && (person.acting_for.is_some() || person.person == self.applicant.person) =>
            {
                Ok(())
            }
            Actor::Person(_) | Actor::Staff(_) | Actor::System | Actor::Anonymous => {
                Err(CaseError::NotApplicant)
            }
        }
    }

    /// The live task, if this clerk's body and role are competent for it. Asked in this order: who (403), when (409).
    fn competent<'a>(
        &'a self,
        by: &'a Actor,
        id: TaskId,
        kinds: &[TaskKind],
    ) -> Result<(&'a Task, &'a StaffActor), CaseError> {
        let Actor::Staff(staff) = by else { return Err(CaseError::NotCompetent) };
        if !kinds.iter().any(|kind| staff.roles.contains(&kind.role())) {
            return Err(CaseError::NotCompetent);
        }
        let task = self.task(id).ok_or(CaseError::NoSuchTask)?;
        if !kinds.contains(&task.work) {
            return Err(CaseError::OtherWork);
        }
        if task.body != staff.body || !staff.roles.contains(&task.role) {
            return Err(CaseError::NotCompetent);
        }
        if !task.is_live() {
            return Err(CaseError::TaskDone);
        }
        Ok((task, staff))
    }

    /// The task, claimed by this clerk, of one of these kinds, while the office is to act.
    fn work<'a>(&'a self, by: &'a Actor, id: TaskId, kinds: &[TaskKind]) -> Result<&'a Task, CaseError> {
        let (task, staff) = self.competent(by, id, kinds)?;
        match task.claimed_by {
            Some(holder) if holder == staff.staff => {}
            Some(_) => return Err(CaseError::TakenBy(task.claimed_name.clone().unwrap_or_default())),
            None => return Err(CaseError::NotClaimed),
        }
        if self.status == Status::Correction {
            return Err(CaseError::AwaitingCorrection);
        }
        Ok(task)
    }

    fn claim(&self, by: &Actor, id: TaskId) -> Result<Vec<Event>, CaseError> {
        let (task, staff) = self.competent(by, id, &TaskKind::ALL)?;
        match task.claimed_by {
            Some(holder) if holder == staff.staff => Ok(Vec::new()),
            Some(_) => Err(CaseError::TakenBy(task.claimed_name.clone().unwrap_or_default())),
            None => Ok(vec![Event::TaskClaimed { task: id, by: staff.staff, name: staff.shown_as.clone() }]),
        }
    }

    fn release(&self, by: &Actor, id: TaskId) -> Result<Vec<Event>, CaseError> {
        let (task, staff) = self.competent(by, id, &TaskKind::ALL)?;
        match task.claimed_by {
            Some(holder) if holder == staff.staff => Ok(vec![Event::TaskReleased { task: id }]),
            Some(_) => Err(CaseError::TakenBy(task.claimed_name.clone().unwrap_or_default())),
            None => Err(CaseError::NotClaimed),
        }
    }

    fn accept(&self, ctx: &Context<'_>, by: &Actor, id: TaskId) -> Result<Vec<Event>, CaseError> {
        self.work(by, id, &[TaskKind::Accept])?;
        let mut events = vec![accepted(ctx, false)];
        events.extend(self.start_stage(ctx, 0, &Map::new())?);
        Ok(events)
    }

    fn note_defect(&self, ctx: &Context<'_>, by: &Actor, defect: Defect) -> Result<Vec<Event>, CaseError> {
        self.work(by, defect.task, &[TaskKind::Accept, TaskKind::Review])?;
        if self.correction.is_some() {
            return Err(CaseError::CorrectionAlreadySent);
        }
        if defect.material.is_none() == defect.field.is_none() {
            return Err(CaseError::TextMissing { field: "target" });
        }
        let Defect { material, field, problem, ground, task } = defect;
        let (problem, ground) = (needed("problem", &problem)?, needed("ground", &ground)?);
        let mut events =
            vec![Event::DefectNoted { defect: Defect { material, field, problem, ground, task } }];
        // After acceptance the acceptance desk stays the one voice towards the applicant: it gets the work of sending.
        let waits = self.live_tasks().any(|task| matches!(task.work, TaskKind::Accept | TaskKind::Correct));
        if !waits {
            events.push(self.correction_task(ctx));
        }
        Ok(events)
    }

    fn correction_task(&self, ctx: &Context<'_>) -> Event {
        Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: self.stage.clone(),
            branch: None,
            work: TaskKind::Correct,
            role: Role::Acceptance,
            body: self.body,
            limit: None,
            optional: true,
        }
    }

    fn send_correction(&self, ctx: &Context<'_>, by: &Actor, id: TaskId) -> Result<Vec<Event>, CaseError> {
        self.work(by, id, &[TaskKind::Accept, TaskKind::Correct])?;
        if self.correction.is_some() {
            return Err(CaseError::CorrectionAlreadySent);
        }
        if self.defects.is_empty() {
            return Err(CaseError::NothingToCorrect);
        }
        let limit = ctx.case_type.process.correction.limit.to_limit();
        Ok(vec![Event::CorrectionSent { defects: self.defects.clone(), limit }])
    }

    fn give_opinion(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        conclusion: Conclusion,
        text: &str,
        findings: Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Review])?;
        let text = needed("text", text)?;
        let branch = Self::branch_of(ctx, task).ok_or(CaseError::NoSuchTask)?;
        let agrees = conclusion == Conclusion::Agree;
        let findings = self.checked(&branch.findings, findings, agrees)?;
        let branch = branch.id.clone();
        let stage = task.stage.clone();
        let still_needed =
            self.live_tasks().any(|other| other.stage == stage && other.id != id && !other.optional);
        let mut events =
            vec![Event::OpinionGiven { task: id, branch, conclusion, text, findings: findings.clone() }];
        if !still_needed {
            events.extend(self.next_stage(ctx, &stage, &findings)?);
        }
        Ok(events)
    }

    fn publish_notice(&self, ctx: &Context<'_>, by: &Actor, id: TaskId) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Notice])?;
        let Some(Stage { kind: StageKind::PublicNotice { lasts, stops_clock, .. }, .. }) =
            ctx.case_type.process.stage(&task.stage)
        else {
            return Err(CaseError::OtherWork);
        };
        let clock = legal_time::Clock {
            limit: lasts.to_limit(),
            events: vec![legal_time::ClockEvent::Start { on: ctx.today() }],
        };
        let Due::On(until) = clock.evaluate(ctx.calendar)?.due else {
            return Err(CaseError::CalendarUnknown);
        };
        Ok(vec![Event::NoticePublished {
            task: id,
            stage: task.stage.clone(),
            until,
            stops_clock: *stops_clock,
        }])
    }

    fn settle(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        grant: bool,
        reason: &str,
        findings: Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        if let Some(notice) = self.hanging_notice() {
            return Err(CaseError::NoticeHangs(notice.until));
        }
        let task = self.work(by, id, &[TaskKind::Decide])?;
        if let Some(branch) = self.binding_disagreement(ctx).filter(|_| grant) {
            return Err(CaseError::BindingDisagreement(branch));
        }
        let Some(Stage { kind: StageKind::Decision { findings: rules, .. }, .. }) =
            ctx.case_type.process.stage(&task.stage)
        else {
            return Err(CaseError::OtherWork);
        };
        let reason = needed("reason", reason)?;
        let findings = self.checked(rules, findings, grant)?;
        let outcome = if grant { Outcome::Granted } else { Outcome::Refused };
        Ok(vec![Event::Decided { task: id, outcome, reason, findings, body: task.body }])
    }

    fn binding_disagreement(&self, ctx: &Context<'_>) -> Option<String> {
        let disagreed = self.tasks.iter().filter(|task| task.conclusion == Some(Conclusion::Disagree));
        disagreed.filter_map(|task| Self::branch_of(ctx, task)).find(|b| b.binding).map(|b| b.id.clone())
    }

    fn checked(
        &self,
        rules: &[Finding],
        given: Map<String, Value>,
        required: bool,
    ) -> Result<Map<String, Value>, CaseError> {
        check_findings(rules, given, &self.findings, required).map_err(CaseError::Findings)
    }

    fn branch_of<'a>(ctx: &Context<'a>, task: &Task) -> Option<&'a Branch> {
        let StageKind::Review { branches } = &ctx.case_type.process.stage(&task.stage)?.kind else {
            return None;
        };
        branches.iter().find(|branch| Some(&branch.id) == task.branch.as_ref())
    }

    fn tick(&self, ctx: &Context<'_>) -> Result<Vec<Event>, CaseError> {
        let today = ctx.today();
        let over = |clock: &legal_time::Clock| -> Result<bool, CaseError> {
            Ok(matches!(clock.evaluate(ctx.calendar)?.due, Due::On(due) if today > due))
        };
        match (self.status, &self.correction, self.hanging_notice()) {
            (Status::Correction, Some(correction), _) if over(&correction.clock)? => {
                Ok(vec![Event::OutOfTime])
            }
            (Status::Submitted, ..)
                if ctx.case_type.process.acceptance.silence == Silence::Accepted
                    && over(&self.acceptance_clock)? =>
            {
                let mut events = vec![accepted(ctx, true)];
                events.extend(self.start_stage(ctx, 0, &Map::new())?);
                Ok(events)
            }
            (Status::InProgress, _, Some(notice)) if today > notice.until => {
                let ended =
                    Event::NoticeEnded { stage: notice.stage.clone(), stops_clock: notice.stops_clock };
                let mut events = vec![ended];
                events.extend(self.next_stage(ctx, &notice.stage, &Map::new())?);
                Ok(events)
            }
            (Status::Submitted | Status::Correction | Status::InProgress | Status::Closed, ..) => {
                Ok(Vec::new())
            }
        }
    }

    /// The day after which time itself will do something to this case, if it is known.
    pub fn next_timer(&self, ctx: &Context<'_>) -> Result<Option<Date>, CaseError> {
        let due_of = |clock: &legal_time::Clock| -> Result<Option<Date>, CaseError> {
            Ok(clock.evaluate(ctx.calendar)?.due.date())
        };
        match (self.status, &self.correction, self.hanging_notice()) {
            (Status::Correction, Some(correction), _) => due_of(&correction.clock),
            (Status::Submitted, ..) if ctx.case_type.process.acceptance.silence == Silence::Accepted => {
                due_of(&self.acceptance_clock)
            }
            (Status::InProgress, _, Some(notice)) => Ok(Some(notice.until)),
            (Status::Submitted | Status::Correction | Status::InProgress | Status::Closed, ..) => Ok(None),
        }
    }
}

fn accepted(ctx: &Context<'_>, deemed: bool) -> Event {
    Event::Accepted {
        deemed,
        statutory: ctx.case_type.statutory.to_limit(),
        promised: ctx.case_type.promised.to_limit(),
    }
}

fn needed(field: &'static str, text: &str) -> Result<String, CaseError> {
    let text = text.trim();
    if text.is_empty() { Err(CaseError::TextMissing { field }) } else { Ok(text.to_owned()) }
}
