//! Special procedures: survey, panel, hearing, tests: arranged for a day, then concluded.

use jiff::civil::Date;
use kernel::{Actor, TaskId};
use legal_time::{Clock, Due};
use serde_json::{Map, Value};

use super::{Context, needed};
use crate::case::Case;
use crate::error::CaseError;
use crate::event::{Conclusion, Event, Votes};
use crate::process::{Stage, StageKind};
use crate::status::TaskKind;

impl Case {
    pub(super) fn arrange(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        on: Date,
        place: &str,
        people: &[String],
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Arrange])?;
        let stage = ctx.case_type.process.stage(&task.stage).ok_or(CaseError::NoSuchTask)?;
        let place = needed("place", place)?;
        let people: Vec<String> =
            people.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        let earliest = match &stage.kind {
            StageKind::Hearing { tell, .. } => {
                let told = Clock::started(tell.to_limit(), ctx.today()).evaluate(ctx.calendar)?.due;
                let Due::On(day) = told else { return Err(CaseError::CalendarUnknown) };
                day
            }
            StageKind::Panel { experts, .. } if people.len() < *experts => {
                return Err(CaseError::TooFewExperts(*experts));
            }
            StageKind::Review { .. }
            | StageKind::Levels { .. }
            | StageKind::Countersign { .. }
            | StageKind::Survey { .. }
            | StageKind::Panel { .. }
            | StageKind::Special { .. }
            | StageKind::PublicNotice { .. }
            | StageKind::Decision { .. } => ctx.today(),
        };
        if on < earliest {
            return Err(CaseError::TooEarly(earliest));
        }
        let mut events = vec![Event::Arranged { task: id, stage: stage.id.clone(), on, place, people }];
        let view = self.view(&Map::new());
        let comes = stage.branches().iter().filter(|branch| branch.is_wanted(&view));
        for branch in comes.clone() {
            events.push(self.branch_task(ctx, stage, branch, &view)?);
        }
        if comes.filter(|branch| !branch.optional).count() == 0 {
            let by = stage.by().ok_or(CaseError::OtherWork)?;
            events.push(self.stage_task(ctx, stage, TaskKind::Conclude, by, &view)?);
        }
        Ok(events)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one command")]
    pub(super) fn conclude(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        conclusion: Option<Conclusion>,
        text: &str,
        findings: Map<String, Value>,
        votes: Option<Votes>,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Conclude])?;
        let stage = ctx.case_type.process.stage(&task.stage).ok_or(CaseError::NoSuchTask)?;
        let arranged = self.arrangements.iter().find(|arrangement| arrangement.stage == stage.id);
        if let Some(on) = arranged.map(|arranged| arranged.on).filter(|on| ctx.today() < *on) {
            return Err(CaseError::TooEarly(on));
        }
        let text = needed("text", text)?;
        let (conclusion, votes) = match &stage.kind {
            StageKind::Panel { quorum, .. } => {
                let votes = votes.ok_or(CaseError::TextMissing { field: "votes" })?;
                let present = arranged.map_or(0, |arranged| arranged.people.len());
                if votes.agree + votes.disagree != present {
                    return Err(CaseError::VotesDoNotAddUp(present));
                }
                let agreed = votes.agree >= quorum.needed(present);
                (if agreed { Conclusion::Agree } else { Conclusion::Disagree }, Some(votes))
            }
            StageKind::Review { .. }
            | StageKind::Levels { .. }
            | StageKind::Countersign { .. }
            | StageKind::Survey { .. }
            | StageKind::Special { .. }
            | StageKind::Hearing { .. }
            | StageKind::PublicNotice { .. }
            | StageKind::Decision { .. } => {
                (conclusion.ok_or(CaseError::TextMissing { field: "conclusion" })?, None)
            }
        };
        let findings = self.checked(stage.own_findings(), findings, conclusion == Conclusion::Agree)?;
        let mut events = vec![Event::OpinionGiven {
            task: id,
            branch: stage.id.clone(),
            conclusion,
            text,
            findings,
            votes,
        }];
        events.extend(self.foreseen_with(ctx, &events).next_stage(ctx, &stage.id)?);
        Ok(events)
    }

    pub(super) fn request_hearing(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        reason: &str,
    ) -> Result<Vec<Event>, CaseError> {
        let stage = self.hearing_stage(ctx, by)?;
        let executor = stage.by().ok_or(CaseError::OtherWork)?;
        let requested = Event::HearingRequested { reason: needed("reason", reason)? };
        let view = self.view(&Map::new());
        Ok(vec![requested, self.stage_task(ctx, stage, TaskKind::Arrange, executor, &view)?])
    }

    pub(super) fn waive_hearing(&self, ctx: &Context<'_>, by: &Actor) -> Result<Vec<Event>, CaseError> {
        let stage = self.hearing_stage(ctx, by)?;
        let mut events = vec![Event::HearingWaived { by_silence: false }];
        events.extend(self.foreseen_with(ctx, &events).next_stage(ctx, &stage.id)?);
        Ok(events)
    }

    fn hearing_stage<'a>(&self, ctx: &Context<'a>, by: &Actor) -> Result<&'a Stage, CaseError> {
        self.only_applicant(by)?;
        self.office_acts()?;
        let right = self.open_hearing().ok_or(CaseError::NoHearing)?;
        ctx.case_type.process.stage(&right.stage).ok_or(CaseError::NoHearing)
    }
}
