//! Days that are read off clocks: the last one, and the first on which the light is yellow.

use jiff::civil::Date;
use legal_time::{Calendar, Clock};

use crate::error::CaseError;

/// The last day of a clock, when it is known.
pub(crate) fn due_on(clock: &Clock, calendar: &Calendar) -> Result<Option<Date>, CaseError> {
    Ok(clock.evaluate(calendar)?.due.date())
}

/// The day on which the light turns yellow: some working days before the end, which counts as the first of them.
pub(crate) fn yellow_from(due: Date, working_days: u32, calendar: &Calendar) -> Option<Date> {
    let mut day = due;
    let mut left = working_days;
    while left > 0 {
        if calendar.is_working(day).ok()? {
            left -= 1;
        }
        if left > 0 {
            day = day.yesterday().ok()?;
        }
    }
    Some(day)
}
