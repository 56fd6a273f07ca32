//! Every spelling that is read, and every one that is refused.

use super::*;

#[test]
fn spellings_are_read() {
    let check = |text: &str, amount, unit| {
        assert_eq!(text.parse(), Ok(Limit { amount, unit, basis: None }), "{text}");
    };
    for text in [
        "20 working days",
        " 20  Working Days ",
        "20working days",
        "20 工作日",
        "20个工作日",
        "20 working-days",
    ] {
        check(text, 20, Unit::WorkingDays);
    }
    for text in ["60 calendar days", "60 日", "60天", "60 自然日", "60个自然日"] {
        check(text, 60, Unit::CalendarDays);
    }
    for text in ["3 months", "3 个月", "3月"] {
        check(text, 3, Unit::Months);
    }
    check("1 month", 1, Unit::Months);
    check("3660 日", 3660, Unit::CalendarDays);
}

#[test]
fn slips_are_refused() {
    let check = |text: &str, error| assert_eq!(text.parse::<Limit>(), Err(error), "{text}");
    check("0 working days", LimitError::Zero);
    check("3661 日", LimitError::TooLong);
    check("99999999999999999999 日", LimitError::TooLong);
    check("20 days", LimitError::AmbiguousDays);
    for text in [
        "",
        "20",
        "working days",
        "-5 working days",
        "+5 working days",
        "5.5 日",
        "20 hours",
        "二十日",
        "２０日",
    ] {
        check(text, LimitError::Form(text.into()));
    }
}

#[test]
fn both_languages_read_back() {
    for text in
        ["1 working day", "20 working days", "1 calendar day", "60 calendar days", "1 month", "3 months"]
    {
        let limit: Limit = text.parse().unwrap();
        assert_eq!(limit.to_string(), text);
        assert_eq!(limit.display_zh().parse(), Ok(limit));
    }
    assert_eq!("20 工作日".parse::<Limit>().unwrap().display_zh(), "20个工作日");
}

#[test]
fn serde_takes_text_and_map() {
    let read = |text: &str| serde_json::from_str::<Limit>(text);
    let bare = Limit::new(20, Unit::WorkingDays).unwrap();
    assert_eq!(read(r#""20 working days""#).unwrap(), bare);
    assert_eq!(read(r#"{"amount":20,"unit":"working-days"}"#).unwrap(), bare);
    assert_eq!(serde_json::to_string(&bare).unwrap(), r#""20 working days""#);
    let based = bare.within("行政许可法 §42");
    let written = serde_json::to_string(&based).unwrap();
    assert_eq!(written, r#"{"amount":20,"unit":"working-days","basis":"行政许可法 §42"}"#);
    assert_eq!(read(&written).unwrap(), based);
    let refusal = |text: &str| read(text).unwrap_err().to_string();
    assert!(refusal(r#"{"amount":0,"unit":"months"}"#).contains("at least 1"));
    assert!(refusal(r#"{"amount":1,"unit":"weeks"}"#).contains("weeks"));
    assert!(refusal(r#"{"amount":1,"unit":"months","bases":"x"}"#).contains("bases"));
    assert!(refusal(r#""20 days""#).contains("two things"));
    assert!(refusal("20").contains("a limit such as"));
}
