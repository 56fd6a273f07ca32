//! Times in seals: GeneralizedTime and UTCTime (ITU-T X.680, 46 and 47) as unix seconds.

use guomi::asn1::tag;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// `20261009000000Z`.
pub(super) fn generalized(unix: i64) -> Option<String> {
    let at = Timestamp::from_second(unix).ok()?.to_zoned(TimeZone::UTC);
    (at.year() >= 0).then(|| at.strftime("%Y%m%d%H%M%SZ").to_string())
}

/// Reads a time of either type; the second value tells whether it is in the form that DER prescribes.
pub(super) fn read(tag: u8, content: &[u8]) -> Option<(i64, bool)> {
    let text = std::str::from_utf8(content).ok().filter(|text| text.is_ascii())?;
    let (digits, rest) = match tag {
        tag::GENERALIZED_TIME => (text.get(..14)?.to_owned(), text.get(14..)?),
        tag::UTC_TIME => {
            // Two digits mean 1950 to 2049 (RFC 5280, 4.1.2.5.1).
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            (format!("{century}{}", text.get(..12)?), text.get(12..)?)
        }
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let at: DateTime = DateTime::strptime("%Y%m%d%H%M%S", &digits).ok()?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let seconds = offset_seconds(zone)?;
    let offset = Offset::from_seconds(seconds).ok()?;
    let unix = offset.to_timestamp(at).ok()?.as_second();
    Some((unix, rest == "Z"))
}

/// `Z` or `+0800`. A time without a zone could be anybody's.
fn offset_seconds(zone: &str) -> Option<i32> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?);
    Some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_types_are_read() {
        let general = |text: &str| read(tag::GENERALIZED_TIME, text.as_bytes());
        assert_eq!(general("20261009000000Z"), Some((1_791_504_000, true)));
        assert_eq!(general("20261009080000+0800"), Some((1_791_504_000, false)));
        assert_eq!(general("20261009000000.123Z"), Some((1_791_504_000, false)));
        assert_eq!(read(tag::UTC_TIME, b"261009000000Z"), Some((1_791_504_000, true)));
        assert_eq!(generalized(1_791_504_000).as_deref(), Some("20261009000000Z"));
        for wrong in
            ["20261009000000", "20261309000000Z", "20260230000000Z", "2026100900000Z", "x0261009000000Z", ""]
        {
            assert_eq!(general(wrong), None, "{wrong}");
        }
        assert_eq!(read(tag::INTEGER, b"20261009000000Z"), None);
    }
}
