//! What is wrong with calendar data: which field, which rule.

use std::fmt;

use jiff::civil::Date;

/// A field of calendar data that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DataFault {
    /// Its place: a JSON pointer without the leading slash, or `years/2027/days/2027-10-10` once the years are put
    /// together. Empty for the whole file.
    pub field: String,
    /// The rule.
    pub rule: DataRule,
}

impl fmt::Display for DataFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() { self.rule.fmt(f) } else { write!(f, "{}: {}", self.field, self.rule) }
    }
}

impl DataFault {
    pub(crate) fn new(field: impl Into<String>, rule: DataRule) -> Self {
        Self { field: field.into(), rule }
    }
}

/// The rules of calendar data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataRule {
    /// Not JSON of either form.
    #[error("not a calendar file: {what}")]
    Unreadable {
        /// What the reader found, with line and column.
        what: String,
    },
    /// A slip of the pen.
    #[error("the year must lie between 2000 and 2100")]
    YearOutOfRange,
    /// Two notices of one year.
    #[error("year {year} is given twice")]
    YearTwice {
        /// The year.
        year: i16,
    },
    /// Neither a notice nor a day.
    #[error("nothing is announced")]
    NothingAnnounced,
    /// Days without a notice are somebody's guess.
    #[error("the address of the notice is missing; days without a notice are a guess")]
    NoNotice,
    /// A notice must be found again.
    #[error("not the address of a notice")]
    NoAddress,
    /// 30 February, or no day at all.
    #[error("there is no day {text:?}; write 2027-02-06")]
    NoSuchDay {
        /// What was written.
        text: String,
    },
    /// Of another year, and not of December before it.
    #[error("{day} belongs neither to {year} nor to December before it")]
    StrayDay {
        /// The day.
        day: Date,
        /// The year of the notice.
        year: i16,
    },
    /// One notice names a day once.
    #[error("{day} is named twice")]
    DayTwice {
        /// The day.
        day: Date,
    },
    /// Off in one notice and worked in another.
    #[error("{day} is off in one notice and worked in another")]
    Contradiction {
        /// The day.
        day: Date,
    },
    /// The festival's name is missing or too long.
    #[error("the name of the festival is missing, too long, or no text")]
    BadName,
    /// Only Saturdays and Sundays are worked in exchange for a holiday.
    #[error("{day} is no Saturday or Sunday, so it cannot be a make-up working day")]
    MakeUpOnWeekday {
        /// The day.
        day: Date,
    },
    /// Half a year of holidays is no calendar (全国年节及纪念日放假办法 §2).
    #[error("{year} is not whole: no day off is named for {festival}")]
    FestivalMissing {
        /// The year.
        year: i16,
        /// The festival.
        festival: &'static str,
    },
    /// A day off by law is worked (全国年节及纪念日放假办法 §2).
    #[error("{day} is a holiday by law and cannot be worked")]
    FestivalWorked {
        /// The day.
        day: Date,
    },
    /// Holidays or make-up days were left out.
    #[error("{year} would have {count} working days; a year has about 250")]
    WorkingDays {
        /// The year.
        year: i16,
        /// So many.
        count: u32,
    },
    /// A year between two announced ones is missing.
    #[error("{year} is missing between announced years")]
    Gap {
        /// The missing year.
        year: i16,
    },
    /// What is announced is not taken back by leaving it out.
    #[error("{year} is announced in the calendar in force and missing here")]
    YearLost {
        /// The year.
        year: i16,
    },
}
