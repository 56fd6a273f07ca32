//! Calendar data: what the yearly notices (国务院办公厅关于部分节假日安排的通知) say, read, checked and put together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::Calendar;

mod diff;
mod fault;
#[cfg(test)]
mod tests;

pub use diff::{AnnouncedYear, DataDiff, DayChange};
pub use fault::{DataFault, DataRule};

/// The festivals that every year has (全国年节及纪念日放假办法 §2).
pub(crate) const FESTIVALS: [&str; 7] = ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"];
/// Month and day of the festivals that do not follow the moon or the sun (全国年节及纪念日放假办法 §2).
const FIXED_DAYS_OFF: [(i8, i8); 5] = [(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)];
/// Years beyond these are a slip.
const YEARS: std::ops::RangeInclusive<i64> = 2000..=2100;
/// A year has about 250 working days; more or fewer than these mean that make-up days or holidays were left out.
const WORKING_DAYS: std::ops::RangeInclusive<u32> = 240..=256;
const NAME_CHARS_MAX: usize = 40;

/// A day that a notice names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NamedDay {
    /// The festival.
    pub name: String,
    /// The day.
    pub date: Date,
    /// Nobody works (放假); otherwise it is worked (调休上班).
    #[serde(rename = "isOffDay")]
    pub is_off: bool,
}

/// What is announced for one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearNotice {
    /// The year.
    pub year: i16,
    /// Addresses of the notices.
    pub papers: Vec<String>,
    /// The named days, by date. The notice for a year also disposes of the last days of the year before.
    pub days: Vec<NamedDay>,
}

impl YearNotice {
    /// Days without a notice are somebody's guess.
    pub const fn is_announced(&self) -> bool {
        !self.papers.is_empty() && !self.days.is_empty()
    }
}

/// The notices of several years: everything a [`Calendar`] is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarData {
    years: BTreeMap<i16, YearNotice>,
}

/// A file with calendar data: one year of the holiday-cn form, or a whole calendar `{"version", "source", "years"}`
/// whose years are of that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// The version that the file gives itself.
    pub version: Option<String>,
    /// Where it says it comes from.
    pub source: Option<String>,
    /// Whether it is a whole calendar, and not one year to be laid over another one.
    pub is_whole: bool,
    /// The years.
    pub data: CalendarData,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDay {
    name: String,
    date: String,
    #[serde(rename = "isOffDay")]
    is_off: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawYear {
    #[serde(rename = "$schema", default)]
    _schema: IgnoredAny,
    #[serde(rename = "$id", default)]
    _id: IgnoredAny,
    year: i64,
    papers: Vec<String>,
    days: Vec<RawDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    source: Option<String>,
    years: Vec<RawYear>,
}

/// Looks only at which of the two forms a file has.
#[derive(Deserialize)]
struct Peek {
    #[serde(default)]
    years: Option<IgnoredAny>,
}

impl CalendarFile {
    /// Reads a file of either form; every fault is listed.
    pub fn read(text: &str) -> Result<Self, Vec<DataFault>> {
        let unreadable = |error: serde_json::Error| {
            vec![DataFault::new("", DataRule::Unreadable { what: error.to_string() })]
        };
        let peek: Peek = serde_json::from_str(text).map_err(unreadable)?;
        let is_whole = peek.years.is_some();
        let raw = if is_whole {
            serde_json::from_str(text).map_err(unreadable)?
        } else {
            let year: RawYear = serde_json::from_str(text).map_err(unreadable)?;
            RawCalendar { version: None, source: None, years: vec![year] }
        };
        let mut faults = Vec::new();
        let mut data = CalendarData::default();
        for (index, year) in raw.years.into_iter().enumerate() {
            let at = if is_whole { format!("years/{index}/") } else { String::new() };
            if let Some(notice) = read_year(year, &at, &mut faults) {
                let year = notice.year;
                if data.years.insert(year, notice).is_some() {
                    faults.push(DataFault::new(format!("{at}year"), DataRule::YearTwice { year }));
                }
            }
        }
        data.forget_empty_years();
        if faults.is_empty() && data.years.is_empty() {
            faults.push(DataFault::new(if is_whole { "years" } else { "days" }, DataRule::NothingAnnounced));
        }
        let file = Self { version: raw.version, source: raw.source, is_whole, data };
        if faults.is_empty() { Ok(file) } else { Err(faults) }
    }
}

fn read_year(raw: RawYear, at: &str, faults: &mut Vec<DataFault>) -> Option<YearNotice> {
    let year = i16::try_from(raw.year).ok().filter(|_fits| YEARS.contains(&raw.year));
    let Some(year) = year else {
        faults.push(DataFault::new(format!("{at}year"), DataRule::YearOutOfRange));
        return None;
    };
    let mut days = Vec::with_capacity(raw.days.len());
    let mut seen = BTreeSet::new();
    for (index, day) in raw.days.into_iter().enumerate() {
        let field = |part: &str| format!("{at}days/{index}/{part}");
        // The library's own reader also takes a date with a time behind it.
        let date = day.date.parse::<Date>().ok().filter(|date| date.to_string() == day.date);
        let Some(date) = date else {
            faults.push(DataFault::new(field("date"), DataRule::NoSuchDay { text: shortened(&day.date) }));
            continue;
        };
        let in_december_before = date.year() == year - 1 && date.month() == 12;
        if date.year() != year && !in_december_before {
            faults.push(DataFault::new(field("date"), DataRule::StrayDay { day: date, year }));
        }
        if !seen.insert(date) {
            faults.push(DataFault::new(field("date"), DataRule::DayTwice { day: date }));
        }
        let name = day.name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            faults.push(DataFault::new(field("name"), DataRule::BadName));
        }
        days.push(NamedDay { name: name.to_owned(), date, is_off: day.is_off });
    }
    days.sort_by_key(|day| day.date);
    Some(YearNotice { year, papers: raw.papers, days })
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(30).collect()
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    years: Vec<&'a YearNotice>,
}

impl CalendarData {
    /// The data that came with the program: China, 2018 to 2026.
    pub fn china() -> Self {
        crate::calendar::china_data().clone()
    }

    /// Puts files of the holiday-cn form together, one per year.
    pub fn from_files(files: &[&str]) -> Result<Self, Vec<DataFault>> {
        let mut all = Self::default();
        for (index, text) in files.iter().enumerate() {
            let at = |fault: DataFault| DataFault { field: format!("{index}/{}", fault.field), ..fault };
            match CalendarFile::read(text) {
                Ok(file) => {
                    for (year, notice) in file.data.years {
                        if all.years.insert(year, notice).is_some() {
                            let rule = DataRule::YearTwice { year };
                            return Err(vec![DataFault::new(format!("{index}/year"), rule)]);
                        }
                    }
                }
                // The file of a year that is still to come announces nothing yet.
                Err(faults) if faults.iter().all(|fault| fault.rule == DataRule::NothingAnnounced) => {}
                Err(faults) => return Err(faults.into_iter().map(at).collect()),
            }
        }
        let mut faults = Vec::new();
        all.find_contradictions(&mut faults);
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }

    /// The notices, by year.
    pub fn years(&self) -> impl Iterator<Item = &YearNotice> {
        self.years.values()
    }

    /// The notice of a year.
    pub fn year(&self, year: i16) -> Option<&YearNotice> {
        self.years.get(&year)
    }

    /// The first and the last announced year.
    pub fn announced_years(&self) -> Option<(i16, i16)> {
        let mut years = self.years.values().filter(|notice| notice.is_announced()).map(|notice| notice.year);
        let first = years.next()?;
        Some((first, years.next_back().unwrap_or(first)))
    }

    /// The same data with these years instead of its own.
    #[must_use]
    pub fn overlaid(&self, years: &Self) -> Self {
        let mut all = self.clone();
        all.years.extend(years.years.clone());
        all
    }

    /// One JSON text for the same data, whatever the order and the spaces of the files it was read from.
    pub fn to_json(&self) -> String {
        self.to_file(None, None)
    }

    /// A whole calendar as a file that [`CalendarFile::read`] takes.
    pub fn to_file(&self, version: Option<&str>, source: Option<&str>) -> String {
        let whole = Whole { version, source, years: self.years.values().collect() };
        serde_json::to_string_pretty(&whole).unwrap_or_default()
    }

    fn forget_empty_years(&mut self) {
        self.years.retain(|_year, notice| !(notice.papers.is_empty() && notice.days.is_empty()));
    }

    /// What forbids putting these data in force after `before`: every fault, with field and rule. Years that are
    /// the same as before are not asked again; what holds today is not refused tomorrow.
    pub fn faults_after(&self, before: &Self) -> Vec<DataFault> {
        let mut faults = Vec::new();
        let calendar = Calendar::new("", self);
        for notice in self.years.values().filter(|notice| before.year(notice.year) != Some(notice)) {
            check_notice(notice, &calendar, &mut faults);
        }
        self.find_contradictions(&mut faults);
        let announced: BTreeSet<i16> = calendar.years().collect();
        if let Some((first, last)) = self.announced_years() {
            for year in (first..last).filter(|year| !announced.contains(year)) {
                faults.push(DataFault::new(format!("years/{year}"), DataRule::Gap { year }));
            }
        }
        let years_before = before.years.values().filter(|notice| notice.is_announced());
        for year in years_before.map(|notice| notice.year).filter(|year| !announced.contains(year)) {
            faults.push(DataFault::new(format!("years/{year}"), DataRule::YearLost { year }));
        }
        faults
    }

    /// A day that two notices dispose of differently.
    fn find_contradictions(&self, faults: &mut Vec<DataFault>) {
        let mut seen: BTreeMap<Date, bool> = BTreeMap::new();
        for day in self.years.values().flat_map(|notice| &notice.days) {
            if seen.insert(day.date, day.is_off).is_some_and(|is_off| is_off != day.is_off) {
                let field = format!("years/{}/days/{}", day.date.year(), day.date);
                faults.push(DataFault::new(field, DataRule::Contradiction { day: day.date }));
            }
        }
    }
}

/// The rules of a whole year.
fn check_notice(notice: &YearNotice, calendar: &Calendar, faults: &mut Vec<DataFault>) {
    let year = notice.year;
    let at = |part: &str| format!("years/{year}/{part}");
    if notice.days.is_empty() {
        faults.push(DataFault::new(at("days"), DataRule::NothingAnnounced));
        return;
    }
    if notice.papers.is_empty() {
        faults.push(DataFault::new(at("papers"), DataRule::NoNotice));
        return;
    }
    let is_address = |paper: &String| {
        let rest = paper.strip_prefix("https://").or_else(|| paper.strip_prefix("http://"));
        rest.is_some_and(|rest| rest.len() > 3 && paper.bytes().all(|byte| byte.is_ascii_graphic()))
    };
    if let Some(index) = notice.papers.iter().position(|paper| !is_address(paper)) {
        faults.push(DataFault::new(at(&format!("papers/{index}")), DataRule::NoAddress));
    }
    for day in notice.days.iter().filter(|day| !day.is_off && !is_weekend(day.date)) {
        let rule = DataRule::MakeUpOnWeekday { day: day.date };
        faults.push(DataFault::new(at(&format!("days/{}", day.date)), rule));
    }
    let off = notice.days.iter().filter(|day| day.is_off);
    let named: BTreeSet<&str> = off.flat_map(|day| day.name.split('、')).collect();
    for festival in FESTIVALS.into_iter().filter(|festival| !named.contains(festival)) {
        let rule = DataRule::FestivalMissing { year, festival };
        faults.push(DataFault::new(at("days"), rule));
    }
    let is_worked = |day: &Date| calendar.is_working(*day) == Ok(true);
    let fixed = FIXED_DAYS_OFF.into_iter().filter_map(|(month, day)| Date::new(year, month, day).ok());
    for day in fixed.filter(is_worked) {
        faults.push(DataFault::new(at(&format!("days/{day}")), DataRule::FestivalWorked { day }));
    }
    if let Ok(count) = calendar.working_days_in_year(year)
        && !WORKING_DAYS.contains(&count)
    {
        faults.push(DataFault::new(at("days"), DataRule::WorkingDays { year, count }));
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}
