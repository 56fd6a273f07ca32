//! What time brings about: silence, ends of times that run, warnings. A timer that fires late has the same effect as
//! one that fired in time.

use jiff::civil::Date;
use legal_time::Clock;

use super::Context;
use crate::case::{Case, Task};
use crate::days::{due_on, yellow_from};
use crate::error::CaseError;
use crate::event::Event;
use crate::process::{Lapse, Silence};
use crate::status::Status;

impl Case {
    /// What is due first of all that is due by now. Asked again until nothing is left.
    pub(super) fn tick(&self, ctx: &Context<'_>) -> Result<Vec<Event>, CaseError> {
        let over = |clock: &Clock| -> Result<bool, CaseError> {
            Ok(due_on(clock, ctx.calendar)?.is_some_and(|due| ctx.today() > due))
        };
        let events = match self.status {
            Status::Submitted if silence_accepts(ctx) && over(&self.acceptance_clock)? => {
                let mut events = vec![self.accepted(ctx, true)];
                events.extend(self.foreseen_with(ctx, &events).start_stage(ctx, 0)?);
                events
            }
            Status::Correction => match &self.correction {
                Some(correction) if over(&correction.clock)? => match ctx.case_type.process.correction.then {
                    Lapse::Close => vec![Event::OutOfTime],
                    Lapse::GoOn => vec![Event::CorrectionLapsed],
                },
                Some(_) | None => Vec::new(),
            },
            Status::Suspended => match self.suspension.as_ref().and_then(|s| s.clock.as_ref()) {
                Some(clock) if over(clock)? => vec![Event::Resumed { reason: String::new(), by_time: true }],
                Some(_) | None => Vec::new(),
            },
            Status::InProgress => self.tick_in_progress(ctx, over)?,
            Status::Submitted | Status::Closed => Vec::new(),
        };
        if events.is_empty() { self.warnings(ctx) } else { Ok(events) }
    }

    fn tick_in_progress(
        &self,
        ctx: &Context<'_>,
        over: impl Fn(&Clock) -> Result<bool, CaseError>,
    ) -> Result<Vec<Event>, CaseError> {
        for promise in self.promises.iter().filter(|promise| promise.kept.is_none()) {
            if over(&promise.clock)? {
                let material = promise.material.clone();
                return Ok(vec![Event::PromiseBroken { material }, Event::OutOfTime]);
            }
        }
        if let Some(right) = self.open_hearing() {
            if !over(&right.clock)? {
                return Ok(Vec::new());
            }
            let mut events = vec![Event::HearingWaived { by_silence: true }];
            events.extend(self.foreseen_with(ctx, &events).next_stage(ctx, &right.stage)?);
            return Ok(events);
        }
        match self.hanging_notice() {
            Some(notice) if ctx.today() > notice.until => self.end_notice(ctx, notice),
            Some(_) | None => Ok(Vec::new()),
        }
    }

    /// The clocks of which whoever has to act is warned: the leading one of the case, and those of open tasks.
    fn watched_clocks(&self) -> impl Iterator<Item = (Option<&Task>, &Clock)> {
        let of_case =
            (!matches!(self.status, Status::Closed | Status::Suspended)).then(|| self.leading_clock());
        let of_tasks = self.live_tasks().filter_map(|task| Some((Some(task), task.clock.as_ref()?)));
        of_case.map(|clock| (None, clock)).into_iter().chain(of_tasks)
    }

    fn was_warned(&self, task: Option<&Task>, due: Date, overdue: bool) -> bool {
        let task = task.map(|task| task.id);
        self.warned.iter().any(|w| w.task == task && w.due == due && w.overdue == overdue)
    }

    fn warnings(&self, ctx: &Context<'_>) -> Result<Vec<Event>, CaseError> {
        let today = ctx.today();
        let mut events = Vec::new();
        for (task, clock) in self.watched_clocks() {
            let Some(due) = due_on(clock, ctx.calendar)? else { continue };
            let overdue = today > due;
            let yellow = yellow_from(due, ctx.case_type.process.warnings.yellow, ctx.calendar);
            let is_near = overdue || yellow.is_some_and(|yellow| today >= yellow);
            if is_near && !self.was_warned(task, due, overdue) {
                events.push(Event::Warned { task: task.map(|task| task.id), due, overdue });
            }
        }
        Ok(events)
    }

    /// The day after which time itself will do something to this case, if it is known.
    pub fn next_timer(&self, ctx: &Context<'_>) -> Result<Option<Date>, CaseError> {
        let due = |clock: &Clock| due_on(clock, ctx.calendar);
        let mut days = Vec::new();
        match self.status {
            Status::Submitted if silence_accepts(ctx) => days.extend(due(&self.acceptance_clock)?),
            Status::Correction => {
                if let Some(correction) = &self.correction {
                    days.extend(due(&correction.clock)?);
                }
            }
            Status::Suspended => {
                if let Some(clock) = self.suspension.as_ref().and_then(|suspension| suspension.clock.as_ref())
                {
                    days.extend(due(clock)?);
                }
            }
            Status::InProgress => {
                for promise in self.promises.iter().filter(|promise| promise.kept.is_none()) {
                    days.extend(due(&promise.clock)?);
                }
                if let Some(right) = self.open_hearing() {
                    days.extend(due(&right.clock)?);
                }
                days.extend(self.hanging_notice().map(|notice| notice.until));
            }
            Status::Submitted | Status::Closed => {}
        }
        for (task, clock) in self.watched_clocks() {
            let Some(last) = due(clock)? else { continue };
            if self.was_warned(task, last, true) {
                continue; // nothing comes after the last warning, not even a first one that was left out
            }
            let yellow = yellow_from(last, ctx.case_type.process.warnings.yellow, ctx.calendar);
            // The warning goes out on the first yellow day, so the day after which is the one before it.
            let before =
                yellow.filter(|_| !self.was_warned(task, last, false)).and_then(|day| day.yesterday().ok());
            days.extend(before);
            days.push(last);
        }
        // What should have happened already happens as soon as the job runs.
        Ok(days.into_iter().min())
    }
}

fn silence_accepts(ctx: &Context<'_>) -> bool {
    ctx.case_type.process.acceptance.silence == Silence::Accepted
}
