//! Texts with rules of their own: how they are kept, and which rule a wrong one breaks.

use codes::{CivilDate, CodeError, DivisionCode, ResidentId, SocialCreditCode};
use kernel::Message;

/// The formats that a schema may name.
pub(super) const FORMATS: [&str; 5] = ["date", "resident-id", "uscc", "division", "mobile"];

/// Whether a text is kept as this format wants it. Only the one stored form passes, so that two spellings of
/// one number never count as two.
pub(super) fn holds(format: &str, text: &str) -> bool {
    match format {
        "date" => civil_date(text).is_some(),
        "mobile" => is_mobile(text),
        _ => canonical(format, text).is_some_and(|kept| kept == text),
    }
}

/// The stored form of what a person typed; a wrong text has none.
pub(super) fn canonical(format: &str, typed: &str) -> Option<String> {
    match format {
        "resident-id" => ResidentId::parse(typed).ok().map(|id| id.as_str().to_owned()),
        "uscc" => SocialCreditCode::parse(typed).ok().map(|code| code.as_str().to_owned()),
        "division" => DivisionCode::parse(typed).ok().map(|code| code.as_str().to_owned()),
        "mobile" => {
            let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            let digits = digits.strip_prefix("+86").unwrap_or(&digits);
            is_mobile(digits).then(|| digits.to_owned())
        }
        _ => None,
    }
}

pub(super) fn civil_date(text: &str) -> Option<jiff::civil::Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.strip_prefix('-')?.split_at_checked(2)?;
    let digits = format!("{year}{month}{}", day.strip_prefix('-')?);
    let date = CivilDate::from_digits(&digits)?;
    jiff::civil::Date::new(date.year(), date.month(), date.day()).ok()
}

/// Eleven digits, 13 to 19 in front (电信网编号计划).
fn is_mobile(text: &str) -> bool {
    text.len() == 11
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.starts_with('1')
        && matches!(text.as_bytes().get(1), Some(b'3'..=b'9'))
}

/// The sentence that names the broken rule. It never repeats what was typed.
pub(super) fn message(format: &str, text: &str) -> Message {
    let parsed = match format {
        "resident-id" => ResidentId::parse(text).map(drop),
        "uscc" => SocialCreditCode::parse(text).map(drop),
        "division" => DivisionCode::parse(text).map(drop),
        _ => Ok(()),
    };
    let place = |error: &CodeError| error.position().unwrap_or(1);
    match (format, parsed) {
        ("date", _) => Message::new("catalogue-form-date"),
        ("mobile", _) => Message::new("catalogue-form-mobile"),
        ("division", _) => Message::new("catalogue-form-division"),
        (_, Err(error @ CodeError::FullWidth { .. })) => {
            Message::new("catalogue-form-full-width").with("place", place(&error))
        }
        ("resident-id", Err(error @ CodeError::Length { .. })) => {
            length("catalogue-form-resident-id-length", &error)
        }
        ("uscc", Err(error @ CodeError::Length { .. })) => length("catalogue-form-uscc-length", &error),
        ("resident-id", Err(CodeError::Part { .. })) => Message::new("catalogue-form-resident-id-birth"),
        ("resident-id", Err(CodeError::Check { .. })) => Message::new("catalogue-form-resident-id-check"),
        ("uscc", Err(CodeError::Check { .. })) => Message::new("catalogue-form-uscc-check"),
        ("resident-id", Err(error)) => {
            Message::new("catalogue-form-resident-id-character").with("place", place(&error))
        }
        ("uscc", Err(error)) => Message::new("catalogue-form-uscc-character").with("place", place(&error)),
        // Right but not in its stored form: only a program that calls the API sends that.
        (_, _) => Message::new("catalogue-form-capitals"),
    }
}

fn length(key: &'static str, error: &CodeError) -> Message {
    let found = if let CodeError::Length { found, .. } = error { *found } else { 0 };
    Message::new(key).with("found", found)
}
