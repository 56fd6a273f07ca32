//! Instants and the Chinese civil day.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

/// An instant, microseconds matter, nanoseconds do not: databases keep epoch microseconds.
pub type Timestamp = jiff::Timestamp;

/// China has kept UTC+8 all year and everywhere since 1992, so no time-zone database is needed.
fn china() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// The civil day on which an instant falls in China. Legal limits count these days.
pub fn china_date(at: Timestamp) -> Date {
    at.to_zoned(china()).date()
}

/// The first instant of a civil day in China.
pub fn china_midnight(day: Date) -> Timestamp {
    day.to_zoned(china()).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// Epoch microseconds, the form in which a database keeps an instant.
pub fn to_micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// The instant of an epoch-microsecond number; numbers outside the calendar are cut to its ends.
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_chinese_day_starts_at_sixteen_hours_utc() {
        let before: Timestamp = "2026-09-24T15:59:59Z".parse().unwrap();
        let after: Timestamp = "2026-09-24T16:00:00Z".parse().unwrap();
        assert_eq!(china_date(before), date(2026, 9, 24));
        assert_eq!(china_date(after), date(2026, 9, 25));
        assert_eq!(china_midnight(date(2026, 9, 25)), after);
    }

    #[test]
    fn micros_come_back_and_never_panic() {
        let at: Timestamp = "2026-09-24T15:59:59.123456Z".parse().unwrap();
        assert_eq!(from_micros(to_micros(at)), at);
        assert_eq!(from_micros(i64::MAX), Timestamp::MAX);
        assert_eq!(from_micros(i64::MIN), Timestamp::MIN);
    }
}
