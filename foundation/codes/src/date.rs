//! A civil day, as far as codes carry one.

use std::fmt;

use crate::text::number;

/// A day of the Gregorian calendar in the years 1 to 9999 (日期). The number types are those of
/// `jiff::civil::date`, so that a caller can pass them on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate {
    year: i16,
    month: i8,
    day: i8,
}

impl CivilDate {
    /// The day, if there is one.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let real = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day);
        real.then_some(Self { year, month, day })
    }

    /// The day that `YYYYMMDD` names, if it is eight ASCII digits and a real day.
    pub fn from_digits(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year = i16::try_from(number(&text[..4])).ok()?;
        let month = i8::try_from(number(&text[4..6])).ok()?;
        let day = i8::try_from(number(&text[6..])).ok()?;
        Self::new(year, month, day)
    }

    /// The year, 1 to 9999.
    pub const fn year(self) -> i16 {
        self.year
    }
    /// The month, 1 to 12.
    pub const fn month(self) -> i8 {
        self.month
    }
    /// The day of the month, from 1.
    pub const fn day(self) -> i8 {
        self.day
    }

    /// `YYYYMMDD`, as codes carry it.
    pub fn to_digits(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

/// `YYYY-MM-DD` (GB/T 7408, ISO 8601).
impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn days_in(year: i16, month: i8) -> i8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
