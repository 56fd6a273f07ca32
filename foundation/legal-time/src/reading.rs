//! What a clock shows: its state, its due date, how long is left and in which colour.

use jiff::civil::Date;
use serde::Serialize;

use crate::explain::Explanation;
use crate::{Calendar, Limit, words};

#[cfg(test)]
mod tests;

/// Whether a clock runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ClockState {
    /// Nothing has happened yet.
    NotStarted,
    /// It runs.
    Running,
    /// It stands still (暂停).
    Paused {
        /// The first day not counted.
        since: Date,
    },
    /// What was due is done or no longer due.
    Stopped {
        /// The day.
        on: Date,
        /// Known to be after the due date.
        late: bool,
    },
}

/// When the limit ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// The clock has not been started.
    NotStarted,
    /// The last day of the limit (期限届满日).
    On(Date),
    /// A day that matters lies in a year whose holidays have not been announced.
    Unknown {
        /// The year.
        not_announced: i16,
    },
    /// The clock stands still before its end.
    Paused {
        /// What is left to be counted from the day after the resume. Empty when all days are counted and
        /// only the next working day is awaited (民法典 §203).
        left: Vec<Limit>,
    },
}

impl Due {
    /// The date, if there is one.
    pub const fn date(&self) -> Option<Date> {
        match self {
            Self::On(day) => Some(*day),
            Self::NotStarted | Self::Unknown { .. } | Self::Paused { .. } => None,
        }
    }
}

/// The colour of a clock (红黄绿灯).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Light {
    /// Time enough.
    Green,
    /// Due soon, today included.
    Yellow,
    /// Past due.
    Red,
    /// Not started, paused, stopped, or the due date is unknown.
    Grey,
}

impl Light {
    /// The word used in tables and style classes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
            Self::Grey => "grey",
        }
    }
}

/// How long it is to the due date: 0 on that day, negative after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DaysLeft {
    /// In calendar days.
    pub calendar: i32,
    /// In working days; `None` where a year between is not announced.
    pub working: Option<i32>,
}

/// What a clock shows after its events, with a given calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// Whether it runs.
    pub state: ClockState,
    /// When the limit ends.
    pub due: Due,
    /// Why.
    pub explanation: Explanation,
    /// Version of the calendar it was worked out with.
    pub calendar: String,
}

impl Reading {
    /// How long it is from `today` to the due date; `None` without one.
    pub fn days_left(&self, calendar: &Calendar, today: Date) -> Option<DaysLeft> {
        let due = self.due.date()?;
        Some(DaysLeft {
            calendar: (due - today).get_days(),
            working: calendar.working_days_between(today, due).ok(),
        })
    }

    /// The colour on a day: yellow once no more than `yellow_before` working days are left.
    pub fn light(&self, calendar: &Calendar, today: Date, yellow_before: u32) -> Light {
        match self.state {
            ClockState::NotStarted | ClockState::Stopped { .. } => return Light::Grey,
            ClockState::Running | ClockState::Paused { .. } => {}
        }
        let Some(left) = self.days_left(calendar, today) else { return Light::Grey };
        // A pause that began after the end hides no delay: it is asked for before the state is.
        if left.calendar < 0 {
            return Light::Red;
        }
        match (&self.state, left.working) {
            (ClockState::Running, Some(working)) if i64::from(working) <= i64::from(yellow_before) => {
                Light::Yellow
            }
            (ClockState::Running, Some(_)) => Light::Green,
            _ => Light::Grey,
        }
    }
}

/// A due date that was moved by a newer calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// With the old calendar.
    pub before: Due,
    /// With the new one.
    pub after: Due,
    /// Version of the old calendar.
    pub old_calendar: String,
    /// Version of the new one.
    pub new_calendar: String,
}

impl Shift {
    /// One Chinese sentence for the people concerned.
    pub fn line_zh(&self) -> String {
        words::shift_zh(self)
    }

    /// One English sentence for the people concerned.
    pub fn line_en(&self) -> String {
        words::shift_en(self)
    }
}
