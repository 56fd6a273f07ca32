//! What the applicant must do now, until when and why; and what else there is to know of a case: pauses, more time,
//! rules that decided, checks that follow. The same for the page and for the API.

use cases::{AFTERWARDS, Case, Conclusion, HearingRight, Promise, Status, TaskKind};
use catalogue::Package;
use jiff::civil::Date;
use kernel::{Refusal, Words};
use legal_time::{Clock, ClockEvent, Reading};
use serde::Serialize;
use utoipa::ToSchema;
use web::Visitor;

use super::http::read;
use crate::known::Known;
use crate::reasons::Reasons;
use crate::{Room, trace, view};

/// Something that the applicant must do now (待办).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseToDo {
    /// `correction`, `promise` or `hearing`.
    pub(crate) what: &'static str,
    /// The promised material.
    pub(crate) material: Option<String>,
    /// Its name, or that of the stage in which one may be heard.
    pub(crate) name: String,
    /// The last day, when it is known.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) until: Option<Date>,
    /// Why that day, line by line.
    pub(crate) why: Vec<String>,
    /// Where it is done on the pages.
    #[serde(skip)]
    pub(crate) href: String,
}

/// A material that was promised (容缺承诺).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CasePromise {
    /// Which.
    pub(crate) material: String,
    /// Its name.
    pub(crate) name: String,
    /// Time for it after acceptance, in words.
    pub(crate) limit: String,
    /// The last day; none before acceptance.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) due_on: Option<Date>,
    /// Why that day, line by line.
    pub(crate) explanation: Vec<String>,
    /// `awaits-acceptance`, `open`, `kept` or `broken`.
    pub(crate) state: &'static str,
}

/// The applicant's right to be heard (听证权利).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseHearing {
    /// The stage of the package.
    pub(crate) stage: String,
    /// Its name.
    pub(crate) name: String,
    /// The last day for asking.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) until: Option<Date>,
    /// Why that day, line by line.
    pub(crate) explanation: Vec<String>,
    /// Asked for, or done without; null while the time runs.
    pub(crate) wanted: Option<bool>,
}

/// A day and place that were fixed (踏勘、评审、听证安排).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseArrangement {
    /// The stage of the package.
    pub(crate) stage: String,
    /// Its name.
    pub(crate) name: String,
    /// On which day.
    #[schema(value_type = String, format = "date")]
    pub(crate) on: Date,
    /// Where, and what to bring.
    pub(crate) place: String,
}

/// What a rule of the instant decision said (即办规则).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseRule {
    /// Its id.
    pub(crate) id: String,
    /// What it asks.
    pub(crate) name: String,
    /// Whether it held.
    pub(crate) holds: bool,
    /// Why, clause by clause.
    pub(crate) why: Vec<String>,
    /// Document and article.
    pub(crate) basis: Option<String>,
}

/// A suspension that lasts (中止).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseSuspension {
    /// The ground.
    pub(crate) ground: String,
    /// Document and article.
    pub(crate) basis: String,
    /// Why.
    pub(crate) reason: String,
    /// Its last day, when it has one.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) until: Option<Date>,
}

/// More time that the office was given (延长期限).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseExtension {
    /// How much, in words.
    pub(crate) by: String,
    /// Document and article.
    pub(crate) basis: String,
    /// Why.
    pub(crate) reason: String,
}

/// How many objections came to the public notice (公示异议). Whose they are is not told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseObjections {
    /// All.
    pub(crate) made: usize,
    /// Those that were answered.
    pub(crate) answered: usize,
    /// Those that were right.
    pub(crate) upheld: usize,
}

/// A check that follows the decision (事后核查).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseCheck {
    /// The material in whose place a commitment stands; null for a sample.
    pub(crate) material: Option<String>,
    /// What is checked.
    pub(crate) name: String,
    /// By whom.
    pub(crate) body: String,
    /// The last day for it, when it is known.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) until: Option<Date>,
    /// What came out; null while it is not done.
    pub(crate) passed: Option<bool>,
    /// In words.
    pub(crate) text: Option<String>,
}

/// Who looks at which case.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) visitor: &'a Visitor,
    pub(crate) room: &'a Room,
    pub(crate) package: &'a Package,
    pub(crate) case: &'a Case,
}

impl Look<'_> {
    fn pick(&self, words: &Words) -> String {
        self.visitor.pick(&words.zh, &words.en).to_owned()
    }

    fn lines(&self, reading: &Reading) -> Vec<String> {
        view::lines(self.visitor, reading)
    }

    fn read(&self, clock: &Clock) -> Result<Reading, Refusal> {
        read(self.room, clock)
    }

    /// The name of a material of the package.
    pub(crate) fn material(&self, id: &str) -> String {
        let found = self.package.item.material(id);
        found.map_or_else(|| id.to_owned(), |material| self.pick(&material.name))
    }

    fn stage(&self, id: &str) -> String {
        trace::stage_name(self.visitor, self.package, id)
    }

    /// The name of a body.
    pub(crate) fn body(&self, id: kernel::BodyId) -> String {
        self.room.bodies().get(id).map(|body| self.pick(&body.name)).unwrap_or_default()
    }

    /// The window of another division that received the papers; nothing when the competent body did.
    pub(crate) fn received_by(&self) -> Option<String> {
        let window = self.case.intake.received_by.filter(|window| *window != self.case.body)?;
        Some(self.body(window))
    }

    /// What the applicant must do now, the most urgent first.
    pub(crate) fn waiting_for_applicant(&self) -> Result<Vec<CaseToDo>, Refusal> {
        let base = format!("/cases/{}", self.case.id);
        let mut list = Vec::new();
        if self.case.status == Status::Closed {
            return Ok(list);
        }
        if let (Status::Correction, Some(correction)) = (self.case.status, &self.case.correction) {
            let reading = self.read(&correction.clock)?;
            list.push(CaseToDo {
                what: "correction",
                material: None,
                name: String::new(),
                until: reading.due.date(),
                why: self.lines(&reading),
                href: format!("{base}/correct"),
            });
        }
        for promise in self.case.promises.iter().filter(|promise| promise.kept.is_none()) {
            let reading = self.read(&promise.clock)?;
            list.push(CaseToDo {
                what: "promise",
                name: self.material(&promise.material),
                until: reading.due.date(),
                why: self.lines(&reading),
                href: format!("{base}/promises#material-{}", promise.material),
                material: Some(promise.material.clone()),
            });
        }
        if let Some(right) = self.case.open_hearing().filter(|_| !self.case.office_waits()) {
            let reading = self.read(&right.clock)?;
            list.push(CaseToDo {
                what: "hearing",
                material: None,
                name: self.stage(&right.stage),
                until: reading.due.date(),
                why: self.lines(&reading),
                href: format!("{base}/hearing"),
            });
        }
        list.sort_by_key(|to_do| to_do.until.unwrap_or(Date::MAX));
        Ok(list)
    }

    /// Everything that was promised, whatever became of it.
    pub(crate) fn promises(&self) -> Result<Vec<CasePromise>, Refusal> {
        let one = |promised: &cases::Promised| {
            let promise = self.case.promises.iter().find(|promise| promise.material == promised.material);
            let reading = promise.map(|promise| self.read(&promise.clock)).transpose()?;
            Ok(CasePromise {
                material: promised.material.clone(),
                name: self.material(&promised.material),
                limit: crate::start::http::limit(self.visitor, &promised.limit),
                due_on: reading.as_ref().and_then(|reading| reading.due.date()),
                explanation: reading.as_ref().map(|reading| self.lines(reading)).unwrap_or_default(),
                state: state_of(promise),
            })
        };
        self.case.intake.promised.iter().map(one).collect()
    }

    /// The last right to be heard.
    pub(crate) fn hearing(&self) -> Result<Option<CaseHearing>, Refusal> {
        let one = |right: &HearingRight| {
            let reading = self.read(&right.clock)?;
            Ok(CaseHearing {
                stage: right.stage.clone(),
                name: self.stage(&right.stage),
                until: reading.due.date(),
                explanation: self.lines(&reading),
                wanted: right.wanted,
            })
        };
        self.case.hearings.last().map(one).transpose()
    }

    /// Days and places of surveys, panels and hearings. Who judges there is not told.
    pub(crate) fn arrangements(&self) -> Vec<CaseArrangement> {
        let one = |arrangement: &cases::Arrangement| CaseArrangement {
            stage: arrangement.stage.clone(),
            name: self.stage(&arrangement.stage),
            on: arrangement.on,
            place: arrangement.place.clone(),
        };
        self.case.arrangements.iter().map(one).collect()
    }

    /// What the rules of the instant decision said, in plain words.
    pub(crate) fn rules(&self) -> Vec<CaseRule> {
        let known = Known::of_case(self.case);
        let reasons =
            Reasons { visitor: self.visitor, room: self.room, package: self.package, known: &known };
        let rules = self.package.process().instant.iter().flat_map(|instant| &instant.rules);
        let rule = |id: &str| rules.clone().find(|rule| rule.id == id);
        let one = |outcome: &cases::RuleOutcome| CaseRule {
            id: outcome.id.clone(),
            name: rule(&outcome.id).map_or_else(|| outcome.id.clone(), |rule| self.pick(&rule.name)),
            holds: outcome.holds,
            why: outcome.why.iter().flat_map(|clause| reasons.clause(clause)).collect(),
            basis: rule(&outcome.id).and_then(|rule| rule.basis.clone()),
        };
        self.case.rules.iter().map(one).collect()
    }

    /// The suspension that lasts.
    pub(crate) fn suspension(&self) -> Result<Option<CaseSuspension>, Refusal> {
        let Some(suspension) = &self.case.suspension else { return Ok(None) };
        let reading = suspension.clock.as_ref().map(|clock| self.read(clock)).transpose()?;
        Ok(Some(CaseSuspension {
            ground: self.pick(&suspension.ground.name),
            basis: suspension.ground.basis.clone(),
            reason: suspension.reason.clone(),
            until: reading.and_then(|reading| reading.due.date()),
        }))
    }

    /// The time that was added.
    pub(crate) fn extension(&self) -> Option<CaseExtension> {
        let events = self.case.promised_clock.iter().flat_map(|clock| &clock.events);
        let mut extensions = events.filter_map(|event| match event {
            ClockEvent::Extend { by, reason, .. } => Some(CaseExtension {
                by: crate::start::http::limit(self.visitor, by),
                basis: by.basis.clone().unwrap_or_default(),
                reason: reason.clone(),
            }),
            ClockEvent::Start { .. }
            | ClockEvent::Pause { .. }
            | ClockEvent::Resume { .. }
            | ClockEvent::Stop { .. } => None,
        });
        extensions.next_back()
    }

    /// How many objected, and what came of it.
    pub(crate) fn objections(&self) -> CaseObjections {
        let answers = self.case.objections.iter().filter_map(|objection| objection.answer.as_ref());
        CaseObjections {
            made: self.case.objections.len(),
            answered: answers.clone().count(),
            upheld: answers.filter(|(upheld, _)| *upheld).count(),
        }
    }

    /// What is looked at after the decision.
    pub(crate) fn checks(&self) -> Result<Vec<CaseCheck>, Refusal> {
        let tasks = self.case.tasks.iter();
        let later = tasks.filter(|task| task.stage == AFTERWARDS && task.work == TaskKind::Check);
        let one = |task: &cases::Task| {
            let reading = task.clock.as_ref().map(|clock| self.read(clock)).transpose()?;
            Ok(CaseCheck {
                name: task
                    .branch
                    .as_ref()
                    .map_or_else(|| self.visitor.t("applications-check-sample"), |id| self.material(id)),
                material: task.branch.clone(),
                body: self.body(task.body),
                until: reading.and_then(|reading| reading.due.date()),
                passed: task.conclusion.map(|conclusion| conclusion == Conclusion::Agree),
                text: task.text.clone(),
            })
        };
        later.map(one).collect()
    }
}

const fn state_of(promise: Option<&Promise>) -> &'static str {
    match promise {
        None => "awaits-acceptance",
        Some(Promise { kept: None, .. }) => "open",
        Some(Promise { kept: Some(true), .. }) => "kept",
        Some(Promise { kept: Some(false), .. }) => "broken",
    }
}

#[cfg(test)]
mod tests;
