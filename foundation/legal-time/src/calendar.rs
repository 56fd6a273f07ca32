//! Which days are working days (工作日): weekends, statutory holidays (法定节假日) and make-up working days (调休上班).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, Weekday};
use serde::Serialize;

use crate::data::{CalendarData, DataFault, NamedDay};

#[cfg(test)]
mod tests;

/// Version of the embedded calendar; raised with every change of `data/`.
pub const CHINA_VERSION: &str = "china-2018-2026.1";

const CHINA_FILES: [&str; 10] = [
    include_str!("../data/2018.json"),
    include_str!("../data/2019.json"),
    include_str!("../data/2020.json"),
    include_str!("../data/2021.json"),
    include_str!("../data/2022.json"),
    include_str!("../data/2023.json"),
    include_str!("../data/2024.json"),
    include_str!("../data/2025.json"),
    include_str!("../data/2026.json"),
    include_str!("../data/2027.json"),
];

static CHINA_DATA: LazyLock<CalendarData> = LazyLock::new(|| {
    CalendarData::from_files(&CHINA_FILES).expect("the embedded calendar is read by every test run")
});

static CHINA: LazyLock<Calendar> = LazyLock::new(|| Calendar::new(CHINA_VERSION, &CHINA_DATA));

/// The embedded notices.
pub(crate) fn china_data() -> &'static CalendarData {
    &CHINA_DATA
}

/// What sort of day it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayKind {
    /// An ordinary working day.
    Working,
    /// A Saturday or Sunday that is worked in exchange for a holiday (调休上班); the festival's name.
    MakeUp(String),
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off that the holiday notice names (放假), weekends inside it included; the festival's name.
    Holiday(String),
}

/// Why nobody works on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DayOff {
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A holiday, by the festival's name.
    Holiday(String),
}

impl DayKind {
    /// The reason nobody works, or `None` on a day that is worked.
    pub fn off(self) -> Option<DayOff> {
        match self {
            Self::Working | Self::MakeUp(_) => None,
            Self::Weekend => Some(DayOff::Weekend),
            Self::Holiday(name) => Some(DayOff::Holiday(name)),
        }
    }
}

/// The holidays of this year have not been announced (or are not in the data), so nobody can say which days
/// are worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the holidays of {year} have not been announced")]
pub struct NotAnnounced {
    /// The year without data.
    pub year: i16,
}

/// A versioned calendar of working days (工作日历). Cheap to clone.
#[derive(Debug, Clone)]
pub struct Calendar {
    version: Arc<str>,
    announced: Arc<BTreeSet<i16>>,
    named: Arc<BTreeMap<Date, NamedDay>>,
}

impl Calendar {
    /// The embedded calendar of China, 2018 to 2026.
    pub fn china() -> Self {
        CHINA.clone()
    }

    /// The calendar that the notices make. A year counts as announced when it has a notice and names a day.
    pub fn new(version: &str, data: &CalendarData) -> Self {
        let announced = data.years().filter(|notice| notice.is_announced()).map(|notice| notice.year);
        // Where two notices name a day they agree: `CalendarData` is checked before it is used.
        let named = data.years().flat_map(|notice| &notice.days).map(|day| (day.date, day.clone()));
        Self {
            version: version.into(),
            announced: Arc::new(announced.collect()),
            named: Arc::new(named.collect()),
        }
    }

    /// Reads files of the holiday-cn form, one per year.
    pub fn from_json(version: &str, files: &[&str]) -> Result<Self, Vec<DataFault>> {
        Ok(Self::new(version, &CalendarData::from_files(files)?))
    }

    /// The version of the data, to be kept with every date that was worked out from it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The years whose holidays have been announced.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.announced.iter().copied()
    }

    /// What sort of day it is.
    pub fn kind(&self, day: Date) -> Result<DayKind, NotAnnounced> {
        let working = self.is_working(day)?;
        let name = self.named.get(&day).map(|entry| entry.name.clone());
        Ok(match (working, name) {
            (true, Some(name)) if is_weekend(day) => DayKind::MakeUp(name),
            (true, _) => DayKind::Working,
            (false, Some(name)) => DayKind::Holiday(name),
            (false, None) => DayKind::Weekend,
        })
    }

    /// Whether the day is worked.
    pub fn is_working(&self, day: Date) -> Result<bool, NotAnnounced> {
        if !self.announced.contains(&day.year()) {
            return Err(NotAnnounced { year: day.year() });
        }
        Ok(self.named.get(&day).map_or_else(|| !is_weekend(day), |entry| !entry.is_off))
    }

    /// The `n`-th working day after `from`, which itself is not counted (民法典 §201). With `n` = 0 it is
    /// `from`.
    pub fn add_working_days(&self, from: Date, n: u32) -> Result<Date, NotAnnounced> {
        let mut day = from;
        let mut left = n;
        while left > 0 {
            day = day.tomorrow().map_err(|_end_of_time| NotAnnounced { year: day.year() })?;
            left -= u32::from(self.is_working(day)?);
        }
        Ok(day)
    }

    /// How many working days lie after `from` up to and including `to`; negative when `to` is the earlier
    /// day.
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<i32, NotAnnounced> {
        let (mut day, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        while day < last {
            day = day.tomorrow().map_err(|_end_of_time| NotAnnounced { year: day.year() })?;
            count += i32::from(self.is_working(day)?);
        }
        Ok(count * sign)
    }

    /// How many working days the year has.
    pub fn working_days_in_year(&self, year: i16) -> Result<u32, NotAnnounced> {
        let mut day = Date::new(year, 1, 1).map_err(|_no_such_year| NotAnnounced { year })?;
        let mut count = 0;
        while day.year() == year {
            count += u32::from(self.is_working(day)?);
            day = day.tomorrow().map_err(|_end_of_time| NotAnnounced { year })?;
        }
        Ok(count)
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}
