//! Public notices (公示): published, objected to, answered, ended by time.

use kernel::{Actor, TaskId};
use legal_time::{Clock, Due};
use serde_json::Map;

use super::{Context, needed};
use crate::case::{Case, Notice};
use crate::error::CaseError;
use crate::event::Event;
use crate::process::{Stage, StageKind};
use crate::status::TaskKind;

/// Most objections to one case: more say nothing new, and the state of a case stays small.
const OBJECTIONS_MAX: usize = 50;

impl Case {
    pub(super) fn publish_notice(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Notice])?;
        let Some(Stage { kind: StageKind::PublicNotice { lasts, .. }, stops_clock, .. }) =
            ctx.case_type.process.stage(&task.stage)
        else {
            return Err(CaseError::OtherWork);
        };
        let clock = Clock::started(lasts.to_limit(), ctx.today());
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

    pub(super) fn object(&self, ctx: &Context<'_>, by: &Actor, text: &str) -> Result<Vec<Event>, CaseError> {
        let Actor::Person(_) = by else { return Err(CaseError::NotAPerson) };
        let notice = self.hanging_notice().filter(|notice| ctx.today() <= notice.until);
        let notice = notice.ok_or(CaseError::NoNotice)?;
        let Some(Stage { kind: StageKind::PublicNotice { by: executor, objections, .. }, .. }) =
            ctx.case_type.process.stage(&notice.stage)
        else {
            return Err(CaseError::NoNotice);
        };
        let rule = objections.as_ref().ok_or(CaseError::NotForeseen("object"))?;
        let text = needed("text", text)?;
        let reference = by.reference();
        if self.objections.len() >= OBJECTIONS_MAX || self.objections.iter().any(|o| o.by == reference) {
            return Err(CaseError::AlreadyObjected);
        }
        let view = self.view(&Map::new());
        let (body, role) = crate::stage::find_body(ctx, executor, &self.division, &view)?;
        let answer = Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: notice.stage.clone(),
            branch: Some(self.objections.len().to_string()),
            work: TaskKind::Answer,
            role,
            body,
            limit: Some(rule.answer.to_limit()),
            optional: false,
        };
        Ok(vec![Event::ObjectionMade { text }, answer])
    }

    pub(super) fn answer_objection(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        upheld: bool,
        text: &str,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Answer])?;
        let index = task.branch.as_ref().and_then(|index| index.parse().ok()).ok_or(CaseError::NoSuchTask)?;
        let stage = task.stage.clone();
        let mut events = vec![Event::ObjectionAnswered { index, upheld, text: needed("text", text)? }];
        let others = self.objections.iter().enumerate().any(|(at, o)| at != index && o.answer.is_none());
        if self.hanging_notice().is_none() && !others {
            events.extend(self.foreseen_with(ctx, &events).next_stage(ctx, &stage)?);
        }
        Ok(events)
    }

    /// The last day is over. What was objected and is not answered yet keeps the stage open.
    pub(super) fn end_notice(&self, ctx: &Context<'_>, notice: &Notice) -> Result<Vec<Event>, CaseError> {
        let mut events =
            vec![Event::NoticeEnded { stage: notice.stage.clone(), stops_clock: notice.stops_clock }];
        if self.objections.iter().all(|objection| objection.answer.is_some()) {
            events.extend(self.foreseen_with(ctx, &events).next_stage(ctx, &notice.stage)?);
        }
        Ok(events)
    }
}
