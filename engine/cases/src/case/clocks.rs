//! Which clocks stand still for which reason. The decision clocks pause while anything holds the case; the clocks of
//! the office's own work (acceptance, stage, tasks) pause only while the whole office waits.

use jiff::civil::Date;
use legal_time::{Clock, ClockEvent};

use super::{Case, Hold, push};
use crate::status::Status;

impl Hold {
    /// Whether the whole office waits, and not only the decision.
    const fn stops_office(self) -> bool {
        matches!(self, Self::Correction | Self::Suspension)
    }
}

fn is_paused(clock: &Clock) -> bool {
    let turns = clock.events.iter().rev();
    turns
        .into_iter()
        .find(|event| matches!(event, ClockEvent::Pause { .. } | ClockEvent::Resume { .. }))
        .is_some_and(|event| matches!(event, ClockEvent::Pause { .. }))
}

fn pause(clock: &mut Clock, on: Date, reason: &str) {
    if !is_paused(clock) {
        push(clock, ClockEvent::Pause { on, reason: reason.to_owned() });
    }
}

fn resume(clock: &mut Clock, on: Date) {
    if is_paused(clock) {
        push(clock, ClockEvent::Resume { on });
    }
}

impl Case {
    /// The clocks stand still for this reason from today on.
    pub(super) fn hold(&mut self, hold: Hold, reason: &str, today: Date) {
        if !self.holds.contains(&hold) {
            self.holds.push(hold);
        }
        self.each_decision_clock(|clock| pause(clock, today, reason));
        if hold.stops_office() {
            self.each_office_clock(|clock| pause(clock, today, reason));
        }
    }

    /// This reason is over; what nothing else holds runs on.
    pub(super) fn let_go(&mut self, hold: Hold, today: Date) {
        self.holds.retain(|other| *other != hold);
        if self.holds.is_empty() {
            self.each_decision_clock(|clock| resume(clock, today));
        }
        if !self.office_waits() {
            self.each_office_clock(|clock| resume(clock, today));
        }
    }

    /// Whether work waits for the applicant or for the end of a suspension.
    pub fn office_waits(&self) -> bool {
        self.holds.iter().any(|hold| hold.stops_office())
    }

    /// A clock that begins while the office waits begins standing still.
    pub(super) fn begin_clock(&self, limit: legal_time::Limit, today: Date) -> Clock {
        let mut clock = Clock::started(limit, today);
        if self.office_waits() {
            pause(&mut clock, today, "");
        }
        clock
    }

    /// 承诺时限 and 法定时限.
    pub(super) fn each_decision_clock(&mut self, mut change: impl FnMut(&mut Clock)) {
        self.promised_clock.iter_mut().chain(&mut self.statutory_clock).for_each(&mut change);
    }

    /// The other clocks that run against the office now.
    fn each_office_clock(&mut self, mut change: impl FnMut(&mut Clock)) {
        if self.promised_clock.is_none() {
            change(&mut self.acceptance_clock);
        }
        self.stage_clock.iter_mut().for_each(&mut change);
        for task in self.tasks.iter_mut().filter(|task| task.is_live()) {
            task.clock.iter_mut().for_each(&mut change);
        }
        // Who may not ask for a hearing meanwhile does not lose the time for it.
        let rights = self.hearings.iter_mut().filter(|right| right.wanted.is_none());
        rights.for_each(|right| change(&mut right.clock));
    }

    /// Everything ends.
    pub(super) fn stop_clocks(&mut self, today: Date) {
        let stop = |clock: &mut Clock| push(clock, ClockEvent::Stop { on: today });
        stop(&mut self.acceptance_clock);
        self.each_decision_clock(stop);
        self.stage_clock.iter_mut().for_each(stop);
        self.correction.iter_mut().for_each(|correction| stop(&mut correction.clock));
        self.promises.iter_mut().for_each(|promise| stop(&mut promise.clock));
        self.hearings.iter_mut().for_each(|right| stop(&mut right.clock));
        let suspension = self.suspension.iter_mut().filter_map(|suspension| suspension.clock.as_mut());
        suspension.for_each(stop);
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
