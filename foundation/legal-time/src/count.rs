//! The count itself: day after day from the start, noting what each day is, until the limit is used up.

use jiff::Span;
use jiff::civil::Date;

use crate::explain::{Explanation, StepKind};
use crate::{Calendar, ClockError, ClockState, DayKind, Due, Limit, Reading, Unit};

/// What the events of a clock amount to. Days are in order and pauses do not overlap, but may touch.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) start: Option<Date>,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) extensions: Vec<Extension>,
    pub(crate) stopped: Option<Date>,
}

#[derive(Debug)]
pub(crate) struct Pause {
    pub(crate) first: Date,
    /// The day of the resume, not counted either; `None` while the pause lasts.
    pub(crate) last: Option<Date>,
    pub(crate) reason: String,
}

#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) by: Limit,
    pub(crate) on: Date,
    pub(crate) reason: String,
}

impl History {
    pub(crate) fn paused_since(&self) -> Option<Date> {
        self.pauses.last().filter(|pause| pause.last.is_none()).map(|pause| pause.first)
    }

    fn pause_on(&self, day: Date) -> Option<&Pause> {
        self.pauses.iter().find(|pause| pause.first <= day && pause.last.is_none_or(|last| day <= last))
    }
}

/// Why a count came to no end.
#[derive(Clone, Copy)]
enum Halt {
    /// The pause lasts; so many days (working or calendar, as the limit counts) are left.
    Paused {
        left: u32,
    },
    /// This day matters and its year has no calendar.
    Unknown(Date),
    BeyondCalendar,
}

/// Evaluates a history whose order has been checked.
pub(crate) fn read(limit: &Limit, history: &History, calendar: &Calendar) -> Result<Reading, ClockError> {
    let mut explanation = Explanation::default();
    let due = match history.start {
        None => Due::NotStarted,
        Some(start) => {
            let mut count = Count { history, calendar, explanation: &mut explanation, numbered: 0 };
            count.due(limit, start)?
        }
    };
    let state = match (history.start, history.stopped, history.paused_since()) {
        (None, _, _) => ClockState::NotStarted,
        (Some(_), Some(on), _) => {
            let late = matches!(due, Due::On(day) if on > day);
            explanation.mark(on, StepKind::Stopped { late });
            ClockState::Stopped { on, late }
        }
        (Some(_), None, Some(since)) => ClockState::Paused { since },
        (Some(_), None, None) => ClockState::Running,
    };
    Ok(Reading { state, due, explanation, calendar: calendar.version().to_owned() })
}

struct Count<'a> {
    history: &'a History,
    calendar: &'a Calendar,
    explanation: &'a mut Explanation,
    /// The number the last counted day bears in the explanation.
    numbered: u32,
}

impl Count<'_> {
    fn due(&mut self, limit: &Limit, start: Date) -> Result<Due, ClockError> {
        self.explanation.mark(start, StepKind::EventDay);
        // Every part is counted on from the last counted day of the part before; only the last day of the
        // whole
        // is moved off a holiday (民法典 §203 speaks of 期间的最后一日).
        let mut raw_end = start;
        let mut unit = limit.unit;
        let parts =
            std::iter::once((limit, None)).chain(self.history.extensions.iter().map(|e| (&e.by, Some(e))));
        for (index, (part, extension)) in parts.enumerate() {
            if let Some(extension) = extension {
                match self.is_too_late(extension, raw_end, unit) {
                    Ok(Some(ended)) => {
                        let kind = StepKind::ExtendedTooLate { by: part.clone(), ended };
                        self.explanation.mark(extension.on, kind);
                        continue;
                    }
                    Ok(None) => {
                        let (by, reason) = (part.clone(), extension.reason.clone());
                        self.explanation.mark(extension.on, StepKind::Extended { by, reason });
                    }
                    Err(halt) => return self.halted(halt, unit, index, raw_end),
                }
            }
            if (part.unit == Unit::WorkingDays) != (unit == Unit::WorkingDays) {
                self.numbered = 0;
            }
            unit = part.unit;
            match self.part(part, raw_end) {
                Ok(day) => raw_end = day,
                Err(halt) => return self.halted(halt, unit, index, raw_end),
            }
        }
        let end = match self.moved(raw_end, unit) {
            Ok(end) => end,
            Err(halt) => return self.halted(halt, unit, self.history.extensions.len(), raw_end),
        };
        if end != raw_end
            && let Ok(Some(because)) = self.calendar.kind(raw_end).map(DayKind::off)
        {
            self.explanation.moved(raw_end, end, because);
        }
        self.explanation.mark(end, StepKind::Due);
        Ok(Due::On(end))
    }

    /// Counts one part of the limit and returns its last counted day.
    fn part(&mut self, part: &Limit, from: Date) -> Result<Date, Halt> {
        let beyond = |_overflow: jiff::Error| Halt::BeyondCalendar;
        let needed = match part.unit {
            Unit::WorkingDays | Unit::CalendarDays => part.amount,
            Unit::Months => {
                // 民法典 §202: the corresponding day of the last month or, where it has none, its last day.
                // Turned
                // into days, so that a pause pushes the end by as many days as it lasted.
                let months = Span::new().try_months(part.amount).map_err(beyond)?;
                let end = from.checked_add(months).map_err(beyond)?;
                u32::try_from((end - from).get_days()).map_err(|_negative| Halt::BeyondCalendar)?
            }
        };
        let mut day = from;
        let mut counted = 0;
        while counted < needed {
            day = day.tomorrow().map_err(beyond)?;
            let step = if let Some(pause) = self.history.pause_on(day) {
                if pause.last.is_none() {
                    return Err(Halt::Paused { left: needed - counted });
                }
                StepKind::PausedDays { reason: pause.reason.clone() }
            } else {
                let number = self.numbered + 1;
                match self.day_kind(part.unit, day)? {
                    None => StepKind::CountedDays { first: number, last: number },
                    Some(DayKind::Working) => StepKind::CountedWorkingDays { first: number, last: number },
                    Some(DayKind::MakeUp(name)) => {
                        StepKind::MakeUpCounted { name, first: number, last: number }
                    }
                    Some(DayKind::Weekend) => StepKind::SkippedWeekend,
                    Some(DayKind::Holiday(name)) => StepKind::SkippedHoliday { name },
                }
            };
            if step.is_counted() {
                counted += 1;
                self.numbered += 1;
            }
            self.explanation.day(day, step);
        }
        Ok(day)
    }

    /// The kind of a day where the limit asks for it: only working days do.
    fn day_kind(&self, unit: Unit, day: Date) -> Result<Option<DayKind>, Halt> {
        match unit {
            Unit::WorkingDays => {
                self.calendar.kind(day).map(Some).map_err(|_not_announced| Halt::Unknown(day))
            }
            Unit::CalendarDays | Unit::Months => Ok(None),
        }
    }

    /// The last day of the whole limit: the last counted day or, when nobody works then, the next working day
    /// that is not paused (民法典 §203).
    fn moved(&self, raw_end: Date, unit: Unit) -> Result<Date, Halt> {
        if unit == Unit::WorkingDays {
            return Ok(raw_end);
        }
        let mut day = raw_end;
        loop {
            let pause = self.history.pause_on(day);
            if pause.is_some_and(|pause| pause.last.is_none()) {
                return Err(Halt::Paused { left: 0 });
            }
            if pause.is_none()
                && self.calendar.is_working(day).map_err(|_not_announced| Halt::Unknown(day))?
            {
                return Ok(day);
            }
            day = day.tomorrow().map_err(|_overflow| Halt::BeyondCalendar)?;
        }
    }

    /// The day on which the limit had already ended when the extension was decided. A limit that is over
    /// cannot be
    /// extended (行政许可法 §42 allows it only where the decision cannot be made in time).
    fn is_too_late(&self, extension: &Extension, raw_end: Date, unit: Unit) -> Result<Option<Date>, Halt> {
        if extension.on <= raw_end {
            return Ok(None);
        }
        match self.moved(raw_end, unit) {
            Ok(end) => Ok((extension.on > end).then_some(end)),
            Err(Halt::Paused { .. }) => Ok(None),
            Err(halt @ (Halt::Unknown(_) | Halt::BeyondCalendar)) => Err(halt),
        }
    }

    /// Says why there is no date. `index` is the part that was being counted.
    fn halted(&mut self, halt: Halt, unit: Unit, index: usize, raw_end: Date) -> Result<Due, ClockError> {
        match halt {
            Halt::BeyondCalendar => Err(ClockError::BeyondCalendar),
            Halt::Unknown(day) => {
                let year = day.year();
                // Where days are calendar days the last one is known, and only whether it moves is not.
                let raw_end = (unit != Unit::WorkingDays).then_some(raw_end);
                self.explanation.mark(day, StepKind::NotAnnounced { year, raw_end });
                Ok(Due::Unknown { not_announced: year })
            }
            Halt::Paused { left } => {
                let days = if unit == Unit::WorkingDays { unit } else { Unit::CalendarDays };
                let mut rest: Vec<Limit> = Vec::new();
                let current = Limit { amount: left, unit: days, basis: None };
                let later = self.history.extensions.iter().skip(index).map(|extension| extension.by.clone());
                for part in std::iter::once(current).chain(later).filter(|part| part.amount > 0) {
                    match rest.last_mut() {
                        // Days add up. Months do not: two single months from 31 January are not two months.
                        Some(last) if last.unit == part.unit && part.unit != Unit::Months => {
                            last.amount = last.amount.saturating_add(part.amount);
                        }
                        Some(_) | None => rest.push(Limit { basis: None, ..part }),
                    }
                }
                if let Some(pause) = self.history.pauses.last() {
                    let (reason, left) = (pause.reason.clone(), rest.clone());
                    self.explanation.mark(pause.first, StepKind::PausedSince { reason, left });
                }
                Ok(Due::Paused { left: rest })
            }
        }
    }
}
