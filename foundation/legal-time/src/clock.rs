//! A clock (时限钟): a limit and the events that start, pause, resume, extend and stop it. Evaluating it is a
//! fold.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::count::{self, Extension, History, Pause};
use crate::{Calendar, Due, Limit, LimitError, Reading, Shift};

#[cfg(test)]
mod tests;

/// Something that happened to a clock, on a day in China.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ClockEvent {
    /// The event from which the limit runs, such as acceptance (受理); its own day is not counted (民法典 §201).
    Start {
        /// The day.
        on: Date,
    },
    /// The limit stands still (期限中止计算), such as for a correction notice or a hearing (行政许可法 §45).
    Pause {
        /// The first day not counted.
        on: Date,
        /// Why, in words for the citizen.
        reason: String,
    },
    /// The limit goes on; this day is not counted either, the next one is (民法典 §201 by analogy).
    Resume {
        /// The last day not counted.
        on: Date,
    },
    /// More time was granted (延长期限).
    Extend {
        /// How much.
        by: Limit,
        /// The day it was decided.
        on: Date,
        /// Why, in words for the citizen.
        reason: String,
    },
    /// What was due has been done, or is no longer due (办结, 终止).
    Stop {
        /// The day.
        on: Date,
    },
}

impl ClockEvent {
    /// The day on which it happened.
    pub const fn on(&self) -> Date {
        match self {
            Self::Start { on }
            | Self::Pause { on, .. }
            | Self::Resume { on }
            | Self::Extend { on, .. }
            | Self::Stop { on } => *on,
        }
    }
}

/// A limit with everything that has happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// How long it runs.
    pub limit: Limit,
    /// What happened, oldest first.
    pub events: Vec<ClockEvent>,
}

/// Why a list of events makes no clock. A caller that adds an event evaluates first and stores afterwards.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The limit, or that of an extension, is nothing or too long.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// Something happened to a clock that had not been started.
    #[error("the event of {on} comes before the clock is started")]
    NotStarted {
        /// The day of the event.
        on: Date,
    },
    /// A clock starts once.
    #[error("the clock was started on {first} and again on {on}")]
    StartedTwice {
        /// The first start.
        first: Date,
        /// The second.
        on: Date,
    },
    /// Events are listed by day; a clock does not run backwards.
    #[error("the event of {on} is listed after one of {previous}")]
    OutOfOrder {
        /// The day of the event.
        on: Date,
        /// The later day that is listed before it.
        previous: Date,
    },
    /// A pause inside a pause.
    #[error("the clock cannot be paused on {on}, it has been paused since {since}")]
    AlreadyPaused {
        /// When the first pause began.
        since: Date,
        /// The day of the event.
        on: Date,
    },
    /// A resume without a pause.
    #[error("the clock cannot be resumed on {on}, it is not paused")]
    NotPaused {
        /// The day of the event.
        on: Date,
    },
    /// A stopped clock takes no more events.
    #[error("the clock was stopped on {stopped}, the event of {on} comes too late")]
    Stopped {
        /// When it was stopped.
        stopped: Date,
        /// The day of the event.
        on: Date,
    },
    /// The end lies beyond the year 9999.
    #[error("the limit ends beyond the year 9999")]
    BeyondCalendar,
}

impl Clock {
    /// A clock to which nothing has happened.
    pub const fn new(limit: Limit) -> Self {
        Self { limit, events: Vec::new() }
    }

    /// A clock that runs from the event of a day.
    pub fn started(limit: Limit, on: Date) -> Self {
        Self { limit, events: vec![ClockEvent::Start { on }] }
    }

    /// The same clock with one more event; nothing is checked before [`Clock::evaluate`].
    #[must_use]
    pub fn then(mut self, event: ClockEvent) -> Self {
        self.events.push(event);
        self
    }

    /// The same clock with a closed pause, both ends not counted.
    #[must_use]
    pub fn paused(self, days: DateRange, reason: impl Into<String>) -> Self {
        self.then(ClockEvent::Pause { on: days.first, reason: reason.into() })
            .then(ClockEvent::Resume { on: days.last })
    }

    /// Where the clock stands after all its events: state, due date and the explanation of every day.
    pub fn evaluate(&self, calendar: &Calendar) -> Result<Reading, ClockError> {
        self.limit.check()?;
        let mut history = History::default();
        let mut previous = None;
        for event in &self.events {
            let on = event.on();
            if let Some(previous) = previous.filter(|previous| on < *previous) {
                return Err(ClockError::OutOfOrder { on, previous });
            }
            previous = Some(on);
            history = apply(history, event)?;
        }
        count::read(&self.limit, &history, calendar)
    }

    /// What a newer calendar changes: `None` while the due date stays. Events are the same, so only
    /// announced days can have moved it.
    pub fn shift(&self, old: &Calendar, new: &Calendar) -> Result<Option<Shift>, ClockError> {
        let (before, after): (Due, Due) = (self.evaluate(old)?.due, self.evaluate(new)?.due);
        Ok((before != after).then(|| Shift {
            before,
            after,
            old_calendar: old.version().to_owned(),
            new_calendar: new.version().to_owned(),
        }))
    }
}

/// One step of the fold; the order of days has been checked.
fn apply(mut history: History, event: &ClockEvent) -> Result<History, ClockError> {
    let on = event.on();
    if let Some(stopped) = history.stopped {
        return Err(ClockError::Stopped { stopped, on });
    }
    if let ClockEvent::Start { on } = event {
        return match history.start.replace(*on) {
            Some(first) => Err(ClockError::StartedTwice { first, on: *on }),
            None => Ok(history),
        };
    }
    if history.start.is_none() {
        return Err(ClockError::NotStarted { on });
    }
    match event {
        ClockEvent::Start { .. } => {} // handled above, where the clock may still be unstarted
        ClockEvent::Pause { reason, .. } => {
            if let Some(since) = history.paused_since() {
                return Err(ClockError::AlreadyPaused { since, on });
            }
            history.pauses.push(Pause { first: on, last: None, reason: reason.clone() });
        }
        ClockEvent::Resume { .. } => match history.pauses.last_mut() {
            Some(pause) if pause.last.is_none() => pause.last = Some(on),
            Some(_) | None => return Err(ClockError::NotPaused { on }),
        },
        ClockEvent::Extend { by, reason, .. } => {
            by.check()?;
            history.extensions.push(Extension { by: by.clone(), on, reason: reason.clone() });
        }
        ClockEvent::Stop { .. } => history.stopped = Some(on),
    }
    Ok(history)
}

/// Days from one to another, both included; written `2026-10-09..2026-10-15`, or one day alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

/// Why a text is not a range of days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateRangeError {
    /// Not two dates.
    #[error("range: {0:?} is not a date or two dates such as 2026-10-09..2026-10-15")]
    Form(String),
    /// The last day comes before the first.
    #[error("range: {last} comes before {first}")]
    Backwards {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
}

impl FromStr for DateRange {
    type Err = DateRangeError;

    fn from_str(text: &str) -> Result<Self, DateRangeError> {
        let day = |part: &str| {
            part.trim().parse().map_err(|_not_a_date: jiff::Error| DateRangeError::Form(text.into()))
        };
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (day(first)?, day(last)?);
        if last < first { Err(DateRangeError::Backwards { first, last }) } else { Ok(Self { first, last }) }
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}
