//! Instants as people type them: day and time of China, `2026-10-09 09:00`.

use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use kernel::Timestamp;

/// The instant; `T` and `/` and a missing time are understood too.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim().replace('/', "-").replace('T', " ").replace('：', ":");
    let text = if text.contains(' ') { text } else { format!("{text} 00:00") };
    let civil = DateTime::strptime("%Y-%m-%d %H:%M", &text).ok()?;
    civil.to_zoned(TimeZone::fixed(offset(8))).ok().map(|zoned| zoned.timestamp())
}

/// As `instant` reads it.
pub(crate) fn field(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(offset(8))).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_people_type_them() {
        let nine: Timestamp = "2026-10-09T01:00:00Z".parse().unwrap();
        for text in ["2026-10-09 09:00", " 2026/10/9 9:00 ", "2026-10-09T09:00", "2026-10-09 09：00"] {
            assert_eq!(instant(text), Some(nine), "{text}");
        }
        assert_eq!(instant("2026-10-09"), Some("2026-10-08T16:00:00Z".parse().unwrap()));
        assert_eq!(field(nine), "2026-10-09 09:00");
        for wrong in ["", "tomorrow", "2026-13-01 09:00", "2026-02-30", "2026-10-09 25:00"] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }
}
