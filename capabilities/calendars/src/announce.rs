//! How long the announced holidays still last. The next year is announced each autumn, mostly in November; who has not
//! brought it in by the new year has dates that nobody can know.

use jiff::civil::{Date, date};
use kernel::{Timestamp, china_date};
use legal_time::CalendarData;
use store::Tx;

use crate::record;

/// The nightly log and the page warn from so many days before the end.
pub(crate) const WARN_DAYS: i32 = 60;

/// How many days are left of the last announced year, this day not counted; negative when it is over.
pub fn days_announced(data: &CalendarData, today: Date) -> i32 {
    let end = data.announced_years().map_or(Date::MIN, |(_first, last)| date(last, 12, 31));
    (end - today).get_days()
}

/// Warns in the log when the announced holidays end soon; for the nightly sweep.
pub async fn warn_before_the_end(tx: &mut Tx, now: Timestamp) -> Result<bool, store::Error> {
    let in_force = record::in_force(tx).await?.calendar;
    let days = days_announced(&in_force.data, china_date(now));
    let is_near = days < WARN_DAYS;
    if is_near {
        tracing::warn!(
            calendar = in_force.version,
            days,
            "the announced holidays end soon: bring in those of the next year (docs/operations.md)"
        );
    }
    Ok(is_near)
}
