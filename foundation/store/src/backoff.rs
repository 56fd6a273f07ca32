//! How long to wait after a failure.

use jiff::SignedDuration;

use kernel::Timestamp;

/// Ten seconds, doubled each time up to an hour.
pub(crate) fn next_try(now: Timestamp, attempts: u32) -> Timestamp {
    let doublings = attempts.saturating_sub(1).min(9);
    let seconds = (10_i64 << doublings).min(3600);
    later(now, seconds)
}

pub(crate) fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// The whole chain of an error in one line, cut to what a list can show.
pub(crate) fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    let text = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    text.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let pauses: Vec<i64> = [1, 2, 3, 9, 10, 99]
            .map(|attempts| next_try(Timestamp::UNIX_EPOCH, attempts).as_second())
            .to_vec();
        assert_eq!(pauses, [10, 20, 40, 2560, 3600, 3600]);
        assert_eq!(next_try(Timestamp::MAX, 1), Timestamp::MAX);
    }
}
