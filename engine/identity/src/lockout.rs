//! How long a sign-in must wait after failures (登录失败延时). Pure arithmetic over what the log counts.
//!
//! A delay that grows and ends by itself, instead of a lock that somebody must open: a stranger who guesses can
//! slow an account down and never shut its owner out for good.

use std::time::Duration;

use kernel::Timestamp;

/// How many failures cost nothing, and how far back they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// So many failures are forgiven.
    pub free: u32,
    /// Older failures do not count.
    pub window: Duration,
}

/// For one account. Its own success wipes the count.
pub const ACCOUNT: Allowance = Allowance { free: 5, window: Duration::from_hours(24) };

/// For one client address. More is forgiven, because a service hall shares one; success wipes nothing, because
/// a guesser may own an account too.
pub const CLIENT: Allowance = Allowance { free: 20, window: Duration::from_hours(1) };

const FIRST_DELAY_SECONDS: u64 = 30;
const DELAY_SECONDS_MAX: u64 = 15 * 60;

/// What the log says of one account or one address inside its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// The last one.
    pub last: Option<Timestamp>,
}

impl Allowance {
    /// The start of the window.
    pub fn since(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.window).unwrap_or(Timestamp::MIN)
    }

    /// The delay that begins with the last of so many failures: 30 s, doubling, at most 15 min.
    pub fn delay_seconds(&self, failures: u32) -> u64 {
        let Some(beyond) = failures.checked_sub(self.free) else { return 0 };
        (FIRST_DELAY_SECONDS << beyond.min(5)).min(DELAY_SECONDS_MAX)
    }

    /// Whole seconds still to wait; 0 when a try is welcome. A clock that was set back cannot prolong the delay.
    pub fn wait_seconds(&self, failures: Failures, now: Timestamp) -> u64 {
        let delay = self.delay_seconds(failures.count);
        let Some(last) = failures.last else { return 0 };
        let passed_ms = now.as_millisecond().saturating_sub(last.as_millisecond()).max(0);
        let left_ms = (delay * 1000).saturating_sub(passed_ms.unsigned_abs());
        left_ms.div_ceil(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    #[test]
    fn the_delay_doubles_up_to_a_quarter_of_an_hour() {
        let delays: Vec<u64> = (3..13).map(|failures| ACCOUNT.delay_seconds(failures)).collect();
        assert_eq!(delays, [0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(ACCOUNT.delay_seconds(u32::MAX), 900);
        assert_eq!((CLIENT.delay_seconds(19), CLIENT.delay_seconds(20)), (0, 30));
    }

    #[test]
    fn the_wait_runs_from_the_last_failure() {
        let five = Failures { count: 5, last: Some(at(0)) };
        let check = |second: i64| ACCOUNT.wait_seconds(five, at(second));
        assert_eq!([check(0), check(1), check(29), check(30), check(31)], [30, 29, 1, 0, 0]);
        assert_eq!(check(-100), 30, "a clock set back");
        assert_eq!(ACCOUNT.wait_seconds(Failures { count: 4, last: Some(at(0)) }, at(0)), 0);
        assert_eq!(ACCOUNT.wait_seconds(Failures::default(), at(0)), 0);
    }

    #[test]
    fn a_started_second_counts_whole() {
        let last = Timestamp::from_millisecond(1_780_000_000_500).unwrap();
        let five = Failures { count: 5, last: Some(last) };
        let now = Timestamp::from_millisecond(1_780_000_029_600).unwrap();
        assert_eq!(ACCOUNT.wait_seconds(five, now), 1);
    }
}
