//! What each event makes of a case. Total: an event that does not fit changes only the version.

#![expect(clippy::wildcard_enum_match_arm, reason = "each function is handed only what `apply` sorts to it")]

use jiff::civil::Date;
use kernel::{TaskId, Timestamp, china_date};
use legal_time::{Clock, ClockEvent, Limit};
use serde_json::{Map, Value};

use super::{
    ACCEPTANCE, AFTERWARDS, Arrangement, Case, Correction, HearingRight, Hold, Notice, Objection, Promise,
    Request, Suspension, Task, Warning, push,
};
use crate::event::{Asked, Conclusion, Defect, Event, Recorded};
use crate::reevaluate::{ClockName, LastDay};
use crate::status::{Outcome, Status, TaskKind, TaskState};

impl Case {
    /// What one more event makes of the case.
    pub fn apply(&mut self, recorded: &Recorded) {
        let Some(held) = &recorded.stood_in_for else { return self.apply_event(recorded) };
        let of_holder = |task: &&Task| task.is_live() && task.claimed_by == Some(held.staff);
        let held: Vec<TaskId> = self.tasks.iter().filter(of_holder).map(|task| task.id).collect();
        self.apply_event(recorded);
        for task in self.tasks.iter_mut().filter(|task| held.contains(&task.id)) {
            if task.state == TaskState::Done {
                task.done_by_deputy = Some(recorded.actor_name.clone());
            }
        }
    }

    fn apply_event(&mut self, recorded: &Recorded) {
        self.version = recorded.seq;
        let today = china_date(recorded.at);
        match &recorded.event {
            Event::Submitted { .. } => {}
            Event::RulesApplied { outcomes, .. } => self.rules.clone_from(outcomes),
            Event::Expedited { reason, promised } => self.put_first(reason, promised.as_ref()),
            Event::TaskOpened { .. } => self.open_task(&recorded.event, recorded.at),
            Event::TaskClaimed { .. }
            | Event::TaskReleased { .. }
            | Event::TaskTransferred { .. }
            | Event::TaskRouted { .. }
            | Event::OpinionGiven { .. }
            | Event::OpinionTakenBack { .. }
            | Event::SentBack { .. }
            | Event::Checked { .. } => self.apply_to_task(&recorded.event, today),
            Event::Accepted { deemed, statutory, promised } => {
                self.begin_decision(*deemed, statutory, promised, today);
            }
            Event::DefectNoted { .. }
            | Event::DefectDropped { .. }
            | Event::CorrectionSent { .. }
            | Event::Resubmitted { .. }
            | Event::CorrectionLapsed
            | Event::PromiseKept { .. }
            | Event::PromiseBroken { .. } => self.apply_to_correction(&recorded.event, today),
            Event::StageStarted { stage, limit, stops_clock } => {
                self.start(stage, limit.as_ref(), *stops_clock, today);
            }
            Event::StageConcluded { stage, conclusion } => self.concluded.push((stage.clone(), *conclusion)),
            Event::Arranged { .. }
            | Event::HearingOffered { .. }
            | Event::HearingRequested { .. }
            | Event::HearingWaived { .. }
            | Event::NoticePublished { .. }
            | Event::ObjectionMade { .. }
            | Event::ObjectionAnswered { .. }
            | Event::NoticeEnded { .. } => self.apply_to_stage(recorded, today),
            Event::ApprovalAsked { .. }
            | Event::ApprovalGiven { .. }
            | Event::Extended { .. }
            | Event::Suspended { .. }
            | Event::Resumed { .. } => self.apply_to_course(recorded, today),
            Event::Terminated { ground, reason } => {
                let reason = format!("{}（{}）：{reason}", ground.name.zh, ground.basis);
                self.close(Outcome::Terminated, Some(reason), recorded.at);
            }
            Event::Warned { task, due, overdue } => {
                self.warned.push(Warning { task: *task, due: *due, overdue: *overdue });
            }
            Event::Decided { .. } => self.apply_decision(recorded, today),
            Event::NotAccepted { reason } => {
                self.close(Outcome::NotAccepted, Some(reason.clone()), recorded.at);
            }
            Event::Withdrawn { reason } => self.close(Outcome::Withdrawn, Some(reason.clone()), recorded.at),
            Event::OutOfTime => self.close(Outcome::OutOfTime, None, recorded.at),
            Event::ApplicantMerged { from, into } => self.applicant.replace(*from, *into),
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

    fn apply_decision(&mut self, recorded: &Recorded, today: Date) {
        let Event::Decided { task, outcome, reason, findings, body } = &recorded.event else { return };
        if let Some(task) = task.and_then(|id| self.task_mut(id)) {
            task.finish(TaskState::Done, today);
            task.text = Some(reason.clone());
        }
        self.findings.extend(findings.clone());
        self.decided_by = Some(*body);
        self.close(*outcome, Some(reason.clone()), recorded.at);
    }

    fn task_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }

    fn put_first(&mut self, reason: &str, promised: Option<&Limit>) {
        self.express = Some(reason.to_owned());
        match (&mut self.promised_clock, promised) {
            (Some(clock), Some(limit)) => clock.limit = limit.clone(),
            (None, Some(limit)) => self.express_promise = Some(limit.clone()),
            (_, None) => {}
        }
    }

    fn begin_decision(&mut self, deemed: bool, statutory: &Limit, promised: &Limit, today: Date) {
        // Deemed acceptance counts from the day of receipt (行政许可法 §32), any other from the day it is said.
        let received = self.correction.as_ref().and_then(|correction| correction.answered_on);
        let received = received.unwrap_or_else(|| china_date(self.submitted_at));
        let from = if deemed { received } else { today };
        self.status = Status::InProgress;
        self.statutory_clock = Some(Clock::started(statutory.clone(), from));
        self.promised_clock = Some(Clock::started(promised.clone(), from));
        for task in self.tasks.iter_mut().filter(|task| task.stage == ACCEPTANCE && task.is_live()) {
            task.finish(TaskState::Done, today);
        }
        push(&mut self.acceptance_clock, ClockEvent::Stop { on: today });
        let promises = self.intake.promised.iter().map(|promised| Promise {
            material: promised.material.clone(),
            clock: Clock::started(promised.limit.clone(), from),
            kept: None,
        });
        self.promises = promises.collect();
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
            clock: limit.clone().map(|limit| self.begin_clock(limit, china_date(at))),
            conclusion: None,
            text: None,
            votes: None,
            established: Vec::new(),
            done_by_deputy: None,
        });
    }

    fn apply_to_task(&mut self, event: &Event, today: Date) {
        let (Event::TaskClaimed { task, .. }
        | Event::TaskReleased { task, .. }
        | Event::TaskTransferred { task, .. }
        | Event::TaskRouted { task, .. }
        | Event::OpinionGiven { task, .. }
        | Event::OpinionTakenBack { task, .. }
        | Event::SentBack { task, .. }
        | Event::Checked { task, .. }) = event
        else {
            return;
        };
        let Some(task) = self.task_mut(*task) else { return };
        match event {
            Event::TaskClaimed { by: holder, name, .. } | Event::TaskTransferred { to: holder, name, .. } => {
                task.state = TaskState::Claimed;
                task.claimed_by = Some(*holder);
                task.claimed_name = Some(name.clone());
            }
            Event::TaskRouted { body, .. } => {
                task.body = *body;
                (task.state, task.claimed_by, task.claimed_name) = (TaskState::Open, None, None);
            }
            Event::OpinionGiven { conclusion, text, findings, votes, .. } => {
                task.conclusion = Some(*conclusion);
                settle(task, text, findings, today);
                task.votes = *votes;
                self.findings.extend(findings.clone());
            }
            Event::Checked { passed, text, findings, .. } => {
                task.conclusion = Some(if *passed { Conclusion::Agree } else { Conclusion::Disagree });
                settle(task, text, findings, today);
                self.findings.extend(findings.clone());
            }
            Event::OpinionTakenBack { findings, .. } => {
                task.reopen();
                self.findings.retain(|id, _| !findings.contains(id));
            }
            Event::SentBack { reason, .. } => settle(task, reason, &Map::new(), today),
            _ => (task.state, task.claimed_by, task.claimed_name) = (TaskState::Open, None, None),
        }
    }

    fn apply_to_correction(&mut self, event: &Event, today: Date) {
        match event {
            Event::DefectNoted { defect } => self.defects.push(defect.clone()),
            Event::DefectDropped { index } if *index < self.defects.len() => {
                self.defects.remove(*index);
                if self.defects.is_empty() {
                    self.end_correction_work(TaskState::Dropped, today);
                }
            }
            Event::CorrectionSent { defects, limit } => self.ask_for_correction(defects, limit, today),
            Event::Resubmitted { facts, fields, materials, partial } => {
                self.facts.clone_from(facts);
                if let Some(correction) = &mut self.correction {
                    correction.answered.extend(fields.iter().chain(materials).cloned());
                }
                if !partial {
                    self.go_on_after_correction(Some(today), today);
                }
            }
            Event::CorrectionLapsed => self.go_on_after_correction(None, today),
            Event::PromiseKept { material } => self.end_promise(material, true, today),
            Event::PromiseBroken { material } => self.end_promise(material, false, today),
            _ => {}
        }
    }

    fn ask_for_correction(&mut self, defects: &[Defect], limit: &Limit, today: Date) {
        self.status = Status::Correction;
        self.defects.clear();
        self.end_correction_work(TaskState::Done, today);
        self.correction = Some(Correction {
            sent_on: today,
            defects: defects.to_vec(),
            clock: Clock::started(limit.clone(), today),
            answered_on: None,
            answered: Vec::new(),
        });
        self.hold(Hold::Correction, "补正", today);
    }

    fn go_on_after_correction(&mut self, answered_on: Option<Date>, today: Date) {
        self.status = if self.promised_clock.is_some() { Status::InProgress } else { Status::Submitted };
        if let Some(correction) = &mut self.correction {
            correction.answered_on = answered_on;
            push(&mut correction.clock, ClockEvent::Stop { on: today });
        }
        self.let_go(Hold::Correction, today);
    }

    fn end_correction_work(&mut self, state: TaskState, today: Date) {
        for task in self.tasks.iter_mut().filter(|task| task.work == TaskKind::Correct && task.is_live()) {
            task.finish(state, today);
        }
    }

    fn end_promise(&mut self, material: &str, kept: bool, today: Date) {
        if let Some(promise) = self.promises.iter_mut().find(|promise| promise.material == material) {
            promise.kept = Some(kept);
            push(&mut promise.clock, ClockEvent::Stop { on: today });
        }
    }

    fn start(&mut self, stage: &str, limit: Option<&Limit>, stops_clock: bool, today: Date) {
        // What was optional in the stage before is overtaken; what was noted or asked of the case as a whole is not.
        let of_case = [TaskKind::Correct, TaskKind::Approve];
        let overtaken =
            |task: &&mut Task| task.is_live() && task.stage != stage && !of_case.contains(&task.work);
        self.tasks.iter_mut().filter(overtaken).for_each(|task| task.finish(TaskState::Dropped, today));
        stage.clone_into(&mut self.stage);
        self.stage_clock = limit.map(|limit| self.begin_clock(limit.clone(), today));
        self.let_go(Hold::Stage, today);
        if stops_clock {
            self.hold(Hold::Stage, "特别程序", today);
        }
    }

    fn apply_to_stage(&mut self, recorded: &Recorded, today: Date) {
        match &recorded.event {
            Event::Arranged { task, stage, on, place, people } => {
                if let Some(task) = self.task_mut(*task) {
                    task.finish(TaskState::Done, today);
                }
                self.arrangements.retain(|other| other.stage != *stage);
                let arrangement = Arrangement {
                    stage: stage.clone(),
                    on: *on,
                    place: place.clone(),
                    people: people.clone(),
                };
                self.arrangements.push(arrangement);
            }
            Event::HearingOffered { stage, limit } => {
                let clock = Clock::started(limit.clone(), today);
                self.hearings.push(HearingRight { stage: stage.clone(), clock, wanted: None });
            }
            Event::HearingRequested { .. } => self.end_hearing_right(true, today),
            Event::HearingWaived { .. } => self.end_hearing_right(false, today),
            Event::NoticePublished { task, stage, until, stops_clock } => {
                if let Some(task) = self.task_mut(*task) {
                    task.finish(TaskState::Done, today);
                }
                self.notices.push(Notice {
                    stage: stage.clone(),
                    from: today,
                    until: *until,
                    ended: false,
                    stops_clock: *stops_clock,
                });
                if *stops_clock {
                    self.hold(Hold::Stage, "公示", today);
                }
            }
            Event::ObjectionMade { text } => self.objections.push(Objection {
                text: text.clone(),
                made_on: today,
                by: recorded.actor.clone(),
                answer: None,
            }),
            Event::ObjectionAnswered { index, upheld, text } => {
                if let Some(objection) = self.objections.get_mut(*index) {
                    objection.answer = Some((*upheld, text.clone()));
                }
                let index = index.to_string();
                let answers = |task: &&mut Task| {
                    task.work == TaskKind::Answer && task.is_live() && task.branch.as_ref() == Some(&index)
                };
                let tasks = self.tasks.iter_mut().filter(answers);
                tasks.for_each(|task| settle(task, text, &Map::new(), today));
            }
            Event::NoticeEnded { stage, .. } => {
                if let Some(notice) = self.notices.iter_mut().find(|n| &n.stage == stage) {
                    notice.ended = true;
                }
                self.let_go(Hold::Stage, today);
            }
            _ => {}
        }
    }

    fn end_hearing_right(&mut self, wanted: bool, today: Date) {
        if let Some(right) = self.hearings.iter_mut().find(|right| right.wanted.is_none()) {
            right.wanted = Some(wanted);
            push(&mut right.clock, ClockEvent::Stop { on: today });
        }
    }

    fn apply_to_course(&mut self, recorded: &Recorded, today: Date) {
        match &recorded.event {
            Event::ApprovalAsked { asked, reason } => {
                let by = recorded.actor_name.clone();
                let (asked, reason) = (asked.clone(), reason.clone());
                self.requests.push(Request { asked, reason, by, granted: None });
            }
            Event::ApprovalGiven { task, granted, reason } => {
                if let Some(task) = self.task_mut(*task) {
                    settle(task, reason, &Map::new(), today);
                }
                if let Some(request) = self.requests.iter_mut().find(|request| request.granted.is_none()) {
                    request.granted = Some(*granted);
                }
            }
            Event::Extended { by, reason } => {
                self.extended = true;
                let extend = ClockEvent::Extend { by: by.clone(), on: today, reason: reason.clone() };
                self.each_decision_clock(|clock| push(clock, extend.clone()));
            }
            Event::Suspended { ground, reason, body, limit } => {
                self.status = Status::Suspended;
                self.hold(Hold::Suspension, &ground.name.zh, today);
                let clock = limit.clone().map(|limit| Clock::started(limit, today));
                let (ground, reason) = (ground.clone(), reason.clone());
                self.suspension = Some(Suspension { ground, reason, body: *body, clock });
            }
            Event::Resumed { .. } => {
                self.status = Status::InProgress;
                self.suspension = None;
                self.let_go(Hold::Suspension, today);
            }
            _ => {}
        }
    }

    fn close(&mut self, outcome: Outcome, reason: Option<String>, at: Timestamp) {
        let today = china_date(at);
        self.status = Status::Closed;
        self.outcome = Some(outcome);
        self.reason = reason;
        self.closed_at = Some(at);
        let overtaken = |task: &&mut Task| task.is_live() && task.stage != AFTERWARDS;
        self.tasks.iter_mut().filter(overtaken).for_each(|task| task.finish(TaskState::Dropped, today));
        self.stop_clocks(today);
        self.holds.clear();
        let waiting = self.requests.iter_mut().filter(|request| request.granted.is_none());
        waiting.for_each(|request| request.granted = Some(false));
    }

    /// Whether more time, a suspension or an end is asked for and waits.
    pub fn asks_for(&self) -> Option<&Asked> {
        self.open_request().map(|request| &request.asked)
    }
}

/// The work is done with these words and findings.
fn settle(task: &mut Task, text: &str, findings: &Map<String, Value>, today: Date) {
    task.text = Some(text.to_owned());
    task.established = findings.keys().cloned().collect();
    task.finish(TaskState::Done, today);
}
