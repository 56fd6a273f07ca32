//! Why a date is what it is: every day from the start to the end, grouped into steps.

use jiff::civil::Date;
use serde::Serialize;

use crate::words;
use crate::{DayOff, Limit};

#[cfg(test)]
mod tests;

/// What a run of days, or a moment between them, means for the count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum StepKind {
    /// The day of the event that starts the clock; not counted (民法典 §201).
    EventDay,
    /// Working days, numbered.
    CountedWorkingDays {
        /// Number of the first.
        first: u32,
        /// Number of the last.
        last: u32,
    },
    /// Calendar days, numbered.
    CountedDays {
        /// Number of the first.
        first: u32,
        /// Number of the last.
        last: u32,
    },
    /// Weekend days that are worked (调休上班) and therefore count.
    MakeUpCounted {
        /// The festival for which they are worked.
        name: String,
        /// Number of the first.
        first: u32,
        /// Number of the last.
        last: u32,
    },
    /// Weekend days, not counted.
    SkippedWeekend,
    /// Days off for a festival, not counted.
    SkippedHoliday {
        /// The festival.
        name: String,
    },
    /// Days of a pause, not counted.
    PausedDays {
        /// Why.
        reason: String,
    },
    /// The pause that began on this day has not ended.
    PausedSince {
        /// Why.
        reason: String,
        /// What is left to be counted after it.
        left: Vec<Limit>,
    },
    /// More time was granted on this day.
    Extended {
        /// How much.
        by: Limit,
        /// Why.
        reason: String,
    },
    /// More time was granted on this day, when the limit was over; without effect.
    ExtendedTooLate {
        /// How much.
        by: Limit,
        /// The day on which the limit had ended.
        ended: Date,
    },
    /// The last counted day (`from`) is a day off, so the limit ends on the next working day (`to`, 民法典
    /// §203).
    MovedEnd {
        /// Why nobody works on the last counted day.
        because: DayOff,
    },
    /// From this day on the calendar is unknown, so there is no due date.
    NotAnnounced {
        /// The year.
        year: i16,
        /// The last counted day, where it is known and only a move (民法典 §203) is not.
        raw_end: Option<Date>,
    },
    /// The last day of the limit (期限届满日).
    Due,
    /// The clock was stopped on this day.
    Stopped {
        /// After the last day of the limit.
        late: bool,
    },
}

impl StepKind {
    /// Whether these days use up the limit.
    pub const fn is_counted(&self) -> bool {
        matches!(
            self,
            Self::CountedWorkingDays { .. } | Self::CountedDays { .. } | Self::MakeUpCounted { .. }
        )
    }

    /// Takes in the day that follows, if it is of the same sort.
    fn absorbs(&mut self, next: &Self) -> bool {
        match (self, next) {
            (Self::CountedWorkingDays { last, .. }, Self::CountedWorkingDays { last: next, .. })
            | (Self::CountedDays { last, .. }, Self::CountedDays { last: next, .. }) => {
                *last = *next;
                true
            }
            (
                Self::MakeUpCounted { name, last, .. },
                Self::MakeUpCounted { name: festival, last: next, .. },
            ) if name == festival => {
                *last = *next;
                true
            }
            (Self::SkippedWeekend, Self::SkippedWeekend) => true,
            (Self::SkippedHoliday { name }, Self::SkippedHoliday { name: next }) => name == next,
            (Self::PausedDays { reason }, Self::PausedDays { reason: next }) => reason == next,
            _ => false,
        }
    }

    /// The same for the single day at this place of the run; `None` for kinds that describe no run of days.
    fn single(&self, place: u32) -> Option<Self> {
        let number = |first: u32| first + place;
        match self {
            Self::CountedWorkingDays { first, .. } => {
                Some(Self::CountedWorkingDays { first: number(*first), last: number(*first) })
            }
            Self::CountedDays { first, .. } => {
                Some(Self::CountedDays { first: number(*first), last: number(*first) })
            }
            Self::MakeUpCounted { name, first, .. } => {
                Some(Self::MakeUpCounted { name: name.clone(), first: number(*first), last: number(*first) })
            }
            Self::EventDay
            | Self::SkippedWeekend
            | Self::SkippedHoliday { .. }
            | Self::PausedDays { .. }
            | Self::MovedEnd { .. } => Some(self.clone()),
            Self::PausedSince { .. }
            | Self::Extended { .. }
            | Self::ExtendedTooLate { .. }
            | Self::NotAnnounced { .. }
            | Self::Due
            | Self::Stopped { .. } => None,
        }
    }
}

/// A run of days with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The first day.
    pub from: Date,
    /// The last day; the same as `from` for a single day.
    pub to: Date,
    /// What the days mean.
    #[serde(flatten)]
    pub kind: StepKind,
}

impl Step {
    /// How many days the run has.
    pub fn len(&self) -> u32 {
        u32::try_from((self.to - self.from).get_days()).unwrap_or(0) + 1
    }

    /// A run has at least one day.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// What the days mean, without their dates, in Chinese.
    pub fn label_zh(&self) -> String {
        words::label_zh(self)
    }

    /// What the days mean, without their dates, in English.
    pub fn label_en(&self) -> String {
        words::label_en(self)
    }
}

/// The reasons for a date, step by step (期限说明).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The steps, in the order of the count.
    pub steps: Vec<Step>,
}

impl Explanation {
    /// How many days were counted. For a clock that has come to its end this is the limit and its extensions.
    pub fn counted(&self) -> u32 {
        self.steps.iter().filter(|step| step.kind.is_counted()).map(Step::len).sum()
    }

    /// The steps split into single days, for a table; moments without days of their own are left out.
    pub fn days(&self) -> Vec<Step> {
        let mut days: Vec<Step> = Vec::new();
        for step in &self.steps {
            // The last counted day has had its line; the move concerns the days after it.
            let skipped = u32::from(matches!(step.kind, StepKind::MovedEnd { .. }));
            let mut day = step.from;
            for place in 0..step.len() {
                if place >= skipped
                    && let Some(kind) = step.kind.single(place)
                {
                    days.push(Step { from: day, to: day, kind });
                }
                day = day.tomorrow().unwrap_or(Date::MAX);
            }
        }
        days
    }

    /// Short Chinese sentences, one per line. Weeks that differ in nothing share a line.
    pub fn lines_zh(&self) -> Vec<String> {
        words::lines(&self.steps, words::line_zh)
    }

    /// Short English sentences, one per line. Weeks that differ in nothing share a line.
    pub fn lines_en(&self) -> Vec<String> {
        words::lines(&self.steps, words::line_en)
    }

    /// Adds the next day of the count to its run.
    pub(crate) fn day(&mut self, day: Date, kind: StepKind) {
        if let Some(last) = self.steps.last_mut()
            && last.to.tomorrow().is_ok_and(|next| next == day)
            && last.kind.absorbs(&kind)
        {
            last.to = day;
        } else {
            self.mark(day, kind);
        }
    }

    pub(crate) fn mark(&mut self, day: Date, kind: StepKind) {
        self.steps.push(Step { from: day, to: day, kind });
    }

    pub(crate) fn moved(&mut self, from: Date, to: Date, because: DayOff) {
        self.steps.push(Step { from, to, kind: StepKind::MovedEnd { because } });
    }
}
