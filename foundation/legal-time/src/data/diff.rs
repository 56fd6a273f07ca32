//! What a newer calendar says differently.

use jiff::civil::Date;
use serde::Serialize;

use super::{CalendarData, NamedDay};
use crate::{Calendar, DayKind};

/// A year that was unknown before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnouncedYear {
    /// The year.
    pub year: i16,
    /// Addresses of the notices.
    pub papers: Vec<String>,
    /// How many days are worked.
    pub working_days: u32,
    /// The days that the notice names.
    pub days: Vec<NamedDay>,
}

/// A day of a year known before and after, that is another kind of day now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayChange {
    /// The day.
    pub day: Date,
    /// Before.
    pub before: DayKind,
    /// Now.
    pub after: DayKind,
}

/// What distinguishes two calendars.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DataDiff {
    /// Years that were unknown before.
    pub announced: Vec<AnnouncedYear>,
    /// Years that become unknown.
    pub lost: Vec<i16>,
    /// Days of other years.
    pub days: Vec<DayChange>,
}

impl DataDiff {
    /// No date can differ.
    pub const fn is_empty(&self) -> bool {
        self.announced.is_empty() && self.lost.is_empty() && self.days.is_empty()
    }
}

impl CalendarData {
    /// What `newer` says differently.
    pub fn diff(&self, newer: &Self) -> DataDiff {
        let (old, new) = (Calendar::new("", self), Calendar::new("", newer));
        let mut diff = DataDiff::default();
        for year in new.years().filter(|year| old.years().all(|known| known != *year)) {
            let notice = newer.year(year);
            diff.announced.push(AnnouncedYear {
                year,
                papers: notice.map(|notice| notice.papers.clone()).unwrap_or_default(),
                working_days: new.working_days_in_year(year).unwrap_or_default(),
                days: notice.map(|notice| notice.days.clone()).unwrap_or_default(),
            });
        }
        for year in old.years() {
            if new.years().all(|known| known != year) {
                diff.lost.push(year);
                continue;
            }
            let mut day = Date::new(year, 1, 1).ok();
            while let Some(today) = day.filter(|day| day.year() == year) {
                if let (Ok(before), Ok(after)) = (old.kind(today), new.kind(today))
                    && before != after
                {
                    diff.days.push(DayChange { day: today, before, after });
                }
                day = today.tomorrow().ok();
            }
        }
        diff
    }
}
