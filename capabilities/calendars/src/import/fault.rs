//! The rules of calendar data in words for the administration.

use kernel::Message;
use legal_time::{DataFault, DataRule};

/// What is wrong with a field.
pub(super) fn message(fault: &DataFault) -> Message {
    match &fault.rule {
        DataRule::Unreadable { what } => Message::new("calendars-rule-unreadable").with("what", what),
        DataRule::YearOutOfRange => Message::new("calendars-rule-year-out-of-range"),
        DataRule::YearTwice { year } => Message::new("calendars-rule-year-twice").with("year", year),
        DataRule::NothingAnnounced => Message::new("calendars-rule-nothing-announced"),
        DataRule::NoNotice => Message::new("calendars-rule-no-notice"),
        DataRule::NoAddress => Message::new("calendars-rule-no-address"),
        DataRule::NoSuchDay { text } => Message::new("calendars-rule-no-such-day").with("text", text),
        DataRule::StrayDay { day, year } => {
            Message::new("calendars-rule-stray-day").with("day", day).with("year", year)
        }
        DataRule::DayTwice { day } => Message::new("calendars-rule-day-twice").with("day", day),
        DataRule::Contradiction { day } => Message::new("calendars-rule-contradiction").with("day", day),
        DataRule::BadName => Message::new("calendars-rule-bad-name"),
        DataRule::MakeUpOnWeekday { day } => {
            Message::new("calendars-rule-make-up-on-weekday").with("day", day)
        }
        DataRule::FestivalMissing { year, festival } => {
            Message::new("calendars-rule-festival-missing").with("year", year).with("festival", festival)
        }
        DataRule::FestivalWorked { day } => Message::new("calendars-rule-festival-worked").with("day", day),
        DataRule::WorkingDays { year, count } => {
            Message::new("calendars-rule-working-days").with("year", year).with("count", count)
        }
        DataRule::Gap { year } => Message::new("calendars-rule-gap").with("year", year),
        DataRule::YearLost { year } => Message::new("calendars-rule-year-lost").with("year", year),
    }
}
