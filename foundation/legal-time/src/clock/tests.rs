//! Dates checked by hand against the wall calendar, and every refusal of the fold.

use jiff::civil::date;

use super::*;
use crate::{ClockState, StepKind, Unit};

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

fn due(clock: &Clock) -> Due {
    clock.evaluate(&Calendar::china()).unwrap().due
}

fn pause(on: Date) -> ClockEvent {
    ClockEvent::Pause { on, reason: "补正".into() }
}

fn extend(by: &str, on: Date) -> ClockEvent {
    ClockEvent::Extend { by: limit(by), on, reason: String::new() }
}

#[test]
fn dates_checked_by_hand() {
    let check = |text: &str, from, expected| {
        assert_eq!(due(&Clock::started(limit(text), from)), Due::On(expected), "{text} from {from}");
    };
    // Mid-Autumn 25–27 September and National Day 1–7 October are off, Saturday 10 October is worked.
    check("20 working days", date(2026, 9, 25), date(2026, 10, 29));
    check("5 working days", date(2026, 9, 30), date(2026, 10, 13));
    check("1 working day", date(2026, 9, 24), date(2026, 9, 28));
    // A worked Saturday is a working day and can be the last one.
    check("3 working days", date(2026, 9, 30), date(2026, 10, 10));
    check("1 calendar day", date(2026, 10, 9), date(2026, 10, 10));
    // 60 days from 3 August end on 2 October, in the holiday; the next working day is the 8th.
    check("60 calendar days", date(2026, 8, 3), date(2026, 10, 8));
    check("60 calendar days", date(2026, 3, 2), date(2026, 5, 6));
    check("30 日", date(2026, 3, 2), date(2026, 4, 1));
    // The corresponding day, the last day of the month where it has none, and the next working day.
    check("1 month", date(2026, 3, 31), date(2026, 4, 30));
    check("1 month", date(2024, 1, 31), date(2024, 2, 29));
    check("1 month", date(2026, 1, 31), date(2026, 2, 28));
    check("3 months", date(2026, 7, 3), date(2026, 10, 8));
    // The year boundary of 2018: 29 December is worked, 30 December to 1 January are off.
    check("3 working days", date(2018, 12, 27), date(2019, 1, 2));
}

#[test]
fn the_example_of_the_command_line() {
    let days = "2026-10-09..2026-10-15".parse().unwrap();
    let clock = Clock::started(limit("20 working days"), date(2026, 9, 25)).paused(days, "");
    // 28–30 September: 1–3; 8 October: 4; pause 9–15; 16: 5; 19–23: 6–10; 26–30: 11–15; 2–6 November: 16–20.
    assert_eq!(due(&clock), Due::On(date(2026, 11, 6)));
}

#[test]
fn both_ends_of_a_pause_are_not_counted() {
    let clock = |events: Vec<ClockEvent>| {
        events.into_iter().fold(Clock::started(limit("5 working days"), date(2026, 6, 1)), Clock::then)
    };
    let resume = |on| ClockEvent::Resume { on };
    // 2–5 and 8 June without a pause.
    assert_eq!(due(&clock(vec![])), Due::On(date(2026, 6, 8)));
    let one_day = vec![pause(date(2026, 6, 3)), resume(date(2026, 6, 3))];
    assert_eq!(due(&clock(one_day)), Due::On(date(2026, 6, 9)));
    let two_days = vec![pause(date(2026, 6, 3)), resume(date(2026, 6, 4))];
    assert_eq!(due(&clock(two_days.clone())), Due::On(date(2026, 6, 10)));
    // A second pause on the day of the resume joins the first.
    let touching = [two_days, vec![pause(date(2026, 6, 4)), resume(date(2026, 6, 5))]].concat();
    assert_eq!(due(&clock(touching)), Due::On(date(2026, 6, 11)));
    // The last day can still be taken out of the count; the day after it cannot.
    let last_day = vec![pause(date(2026, 6, 8)), resume(date(2026, 6, 9))];
    assert_eq!(due(&clock(last_day)), Due::On(date(2026, 6, 10)));
    let after = vec![pause(date(2026, 6, 9)), resume(date(2026, 6, 10))];
    assert_eq!(due(&clock(after)), Due::On(date(2026, 6, 8)));
    // Paused on the day of the start.
    let at_once = vec![pause(date(2026, 6, 1)), resume(date(2026, 6, 1))];
    assert_eq!(due(&clock(at_once)), Due::On(date(2026, 6, 8)));
}

#[test]
fn an_open_pause_says_what_is_left() {
    let calendar = Calendar::china();
    let clock = Clock::started(limit("20 working days"), date(2026, 9, 25)).then(pause(date(2026, 10, 9)));
    let reading = clock.evaluate(&calendar).unwrap();
    assert_eq!(reading.state, ClockState::Paused { since: date(2026, 10, 9) });
    assert_eq!(reading.due, Due::Paused { left: vec![limit("16 working days")] });
    let extended = clock.clone().then(extend("10 working days", date(2026, 10, 9)));
    assert_eq!(due(&extended), Due::Paused { left: vec![limit("26 working days")] });
    let mixed = clock.then(extend("1 month", date(2026, 10, 9)));
    assert_eq!(due(&mixed), Due::Paused { left: vec![limit("16 working days"), limit("1 month")] });
    // All sixty days are counted by 2 October; the pause begins before the end has moved to the 8th.
    let clock = Clock::started(limit("60 日"), date(2026, 8, 3)).then(pause(date(2026, 10, 5)));
    assert_eq!(due(&clock), Due::Paused { left: vec![] });
    // Saturday the 10th is worked, so the limit ends there once the clock is resumed on the 9th.
    assert_eq!(due(&clock.then(ClockEvent::Resume { on: date(2026, 10, 9) })), Due::On(date(2026, 10, 10)));
}

#[test]
fn a_pause_pushes_calendar_days_and_months() {
    let paused = |text: &str| {
        let days = DateRange { first: date(2026, 6, 8), last: date(2026, 6, 12) };
        due(&Clock::started(limit(text), date(2026, 6, 1)).paused(days, "鉴定"))
    };
    // 1 July and five days: Monday 6 July. The month is the same 30 days.
    assert_eq!(paused("30 calendar days"), Due::On(date(2026, 7, 6)));
    assert_eq!(paused("1 month"), Due::On(date(2026, 7, 6)));
}

#[test]
fn extensions_count_in_their_own_unit() {
    let base = |text: &str| Clock::started(limit(text), date(2026, 6, 1));
    let check = |text: &str, by: &str, expected| {
        assert_eq!(due(&base(text).then(extend(by, date(2026, 6, 5)))), Due::On(expected), "{text} + {by}");
    };
    // 20 working days from 1 June end on 30 June (19 June is Dragon Boat Festival), ten more on 14 July.
    check("20 working days", "10 working days", date(2026, 7, 14));
    // 60 + 30 days are 90 days from the start, wherever the sixtieth falls: 30 August, a Sunday.
    check("60 calendar days", "30 calendar days", date(2026, 8, 31));
    // 12 calendar days end on Saturday 13 June; the first of the working days is Monday, not Tuesday.
    check("12 calendar days", "1 working day", date(2026, 6, 15));
    check("5 working days", "1 month", date(2026, 7, 8));
}

#[test]
fn an_extension_after_the_end_has_no_effect() {
    let clock = Clock::started(limit("5 working days"), date(2026, 6, 1));
    let on_the_last_day = clock.clone().then(extend("5 working days", date(2026, 6, 8)));
    assert_eq!(due(&on_the_last_day), Due::On(date(2026, 6, 15)));
    let too_late = clock.then(extend("5 working days", date(2026, 6, 9)));
    let reading = too_late.evaluate(&Calendar::china()).unwrap();
    assert_eq!(reading.due, Due::On(date(2026, 6, 8)));
    assert!(reading.explanation.steps.iter().any(|step| matches!(
        &step.kind,
        StepKind::ExtendedTooLate { ended, .. } if *ended == date(2026, 6, 8)
    )));
    // A moved last day is still a day of the limit: 2 October moves to the 8th.
    let moved = Clock::started(limit("60 日"), date(2026, 8, 3)).then(extend("10 日", date(2026, 10, 8)));
    assert_eq!(due(&moved), Due::On(date(2026, 10, 12)));
}

#[test]
fn a_year_that_is_not_announced_is_unknown() {
    let reading = |text: &str, from| Clock::started(limit(text), from).evaluate(&Calendar::china()).unwrap();
    let unknown = |text: &str, from, year| {
        assert_eq!(reading(text, from).due, Due::Unknown { not_announced: year }, "{text} from {from}");
    };
    unknown("20 working days", date(2026, 12, 10), 2027);
    unknown("1 working day", date(2017, 6, 1), 2017);
    unknown("60 calendar days", date(2026, 12, 10), 2027);
    unknown("1 month", date(2026, 12, 1), 2027);
    assert_eq!(reading("15 working days", date(2026, 12, 10)).due, Due::On(date(2026, 12, 31)));
    // A clock of calendar days may start in an unknown year as long as its end is known.
    assert_eq!(reading("60 calendar days", date(2017, 12, 1)).due, Due::On(date(2018, 1, 30)));
    let raw_end = reading("60 calendar days", date(2026, 12, 10)).explanation.steps.pop().unwrap();
    assert_eq!(raw_end.kind, StepKind::NotAnnounced { year: 2027, raw_end: Some(date(2027, 2, 8)) });
}

#[test]
fn a_stop_is_late_only_after_the_due_date() {
    let state = |on| {
        let clock = Clock::started(limit("5 working days"), date(2026, 6, 1)).then(ClockEvent::Stop { on });
        clock.evaluate(&Calendar::china()).unwrap().state
    };
    let stopped = |on, late| ClockState::Stopped { on, late };
    assert_eq!(state(date(2026, 6, 8)), stopped(date(2026, 6, 8), false));
    assert_eq!(state(date(2026, 6, 9)), stopped(date(2026, 6, 9), true));
}

#[test]
fn events_that_make_no_clock_are_refused() {
    let (first, second) = (date(2026, 6, 1), date(2026, 6, 2));
    let start = |on| ClockEvent::Start { on };
    let resume = |on| ClockEvent::Resume { on };
    let check = |events: Vec<ClockEvent>, error| {
        let clock = Clock { limit: limit("5 working days"), events };
        assert_eq!(clock.evaluate(&Calendar::china()), Err(error));
    };
    check(vec![pause(first)], ClockError::NotStarted { on: first });
    check(vec![ClockEvent::Stop { on: first }], ClockError::NotStarted { on: first });
    check(vec![start(first), start(second)], ClockError::StartedTwice { first, on: second });
    check(vec![start(second), pause(first)], ClockError::OutOfOrder { on: first, previous: second });
    check(
        vec![start(first), pause(first), pause(second)],
        ClockError::AlreadyPaused { since: first, on: second },
    );
    check(vec![start(first), resume(second)], ClockError::NotPaused { on: second });
    check(
        vec![start(first), pause(first), resume(first), resume(second)],
        ClockError::NotPaused { on: second },
    );
    check(
        vec![start(first), ClockEvent::Stop { on: first }, pause(second)],
        ClockError::Stopped { stopped: first, on: second },
    );
    let zero = Limit { amount: 0, unit: Unit::Months, basis: None };
    check(
        vec![start(first), ClockEvent::Extend { by: zero.clone(), on: second, reason: String::new() }],
        ClockError::Limit(LimitError::Zero),
    );
    assert_eq!(Clock::new(zero).evaluate(&Calendar::china()), Err(ClockError::Limit(LimitError::Zero)));
    let far = Clock::started(limit("3660 months"), date(9999, 1, 1));
    assert_eq!(far.evaluate(&Calendar::china()), Err(ClockError::BeyondCalendar));
}

#[test]
fn a_clock_without_events_has_not_started() {
    let reading = Clock::new(limit("5 working days")).evaluate(&Calendar::china()).unwrap();
    assert_eq!((reading.state, reading.due), (ClockState::NotStarted, Due::NotStarted));
    assert!(reading.explanation.lines_zh().is_empty());
}

#[test]
fn clocks_are_stored_as_json() {
    let text = r#"{"limit":{"amount":20,"unit":"working-days","basis":"行政许可法 §42"},"events":[
        {"kind":"start","on":"2026-09-25"},
        {"kind":"pause","on":"2026-10-09","reason":"补正"},
        {"kind":"resume","on":"2026-10-15"},
        {"kind":"extend","by":"10 working days","on":"2026-10-20","reason":"情况复杂"},
        {"kind":"stop","on":"2026-10-30"}]}"#;
    let clock: Clock = serde_json::from_str(text).unwrap();
    assert_eq!(clock.events.len(), 5);
    assert_eq!(due(&clock), Due::On(date(2026, 11, 20)));
    assert_eq!(serde_json::from_str::<Clock>(&serde_json::to_string(&clock).unwrap()).unwrap(), clock);
}

#[test]
fn a_newer_calendar_moves_the_date_and_says_so() {
    let files = [include_str!("../../data/2025.json"), include_str!("../../data/2026.json")];
    let before = Calendar::from_json("before", &files[..1]).unwrap();
    let after = Calendar::from_json("after", &files).unwrap();
    let open = Clock::started(limit("10 working days"), date(2025, 12, 25));
    let shift = open.shift(&before, &after).unwrap().unwrap();
    assert_eq!(shift.before, Due::Unknown { not_announced: 2026 });
    assert_eq!(shift.after, Due::On(date(2026, 1, 9)));
    assert!(shift.line_zh().contains("2026年1月9日") && shift.line_en().contains("2026-01-09"));
    assert_eq!(Clock::started(limit("3 日"), date(2025, 6, 2)).shift(&before, &after), Ok(None));
}

#[test]
fn ranges_are_read() {
    let read = |text: &str| text.parse::<DateRange>();
    let (first, last) = (date(2026, 10, 9), date(2026, 10, 15));
    assert_eq!(read("2026-10-09..2026-10-15"), Ok(DateRange { first, last }));
    assert_eq!(read("2026-10-09"), Ok(DateRange { first, last: first }));
    assert_eq!(read("2026-10-15..2026-10-09"), Err(DateRangeError::Backwards { first: last, last: first }));
    for text in ["", "..", "2026-10-09..", "2026-02-30", "a..b", "2026-10-09...2026-10-15"] {
        assert_eq!(read(text), Err(DateRangeError::Form(text.into())), "{text}");
    }
    assert_eq!(DateRange { first, last }.to_string(), "2026-10-09..2026-10-15");
}
