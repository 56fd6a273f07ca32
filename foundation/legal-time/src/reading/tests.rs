//! Colours and days left.

use jiff::civil::date;

use super::*;
use crate::{Clock, ClockEvent};

fn clock() -> Clock {
    // 20 working days from 25 September 2026: due on 29 October.
    Clock::started("20 working days".parse().unwrap(), date(2026, 9, 25))
}

#[test]
fn colours_follow_the_days_left() {
    let calendar = Calendar::china();
    let reading = clock().evaluate(&calendar).unwrap();
    let check = |today, colour, calendar_days, working| {
        assert_eq!(reading.light(&calendar, today, 3), colour, "{today}");
        let left = DaysLeft { calendar: calendar_days, working: Some(working) };
        assert_eq!(reading.days_left(&calendar, today), Some(left), "{today}");
    };
    check(date(2026, 9, 25), Light::Green, 34, 20);
    check(date(2026, 10, 23), Light::Green, 6, 4);
    check(date(2026, 10, 26), Light::Yellow, 3, 3);
    check(date(2026, 10, 29), Light::Yellow, 0, 0);
    check(date(2026, 10, 30), Light::Red, -1, -1);
    // Nothing is left unsaid when today is already in a year without calendar.
    assert_eq!(reading.light(&calendar, date(2027, 1, 4), 3), Light::Red);
    assert_eq!(reading.days_left(&calendar, date(2027, 1, 4)).unwrap().working, None);
}

#[test]
fn a_clock_that_does_not_run_is_grey() {
    let calendar = Calendar::china();
    let light = |clock: Clock, today| clock.evaluate(&calendar).unwrap().light(&calendar, today, 3);
    let pause = |on| ClockEvent::Pause { on, reason: String::new() };
    let late = date(2026, 12, 1);
    assert_eq!(light(Clock::new("5 日".parse().unwrap()), late), Light::Grey);
    assert_eq!(light(clock().then(pause(date(2026, 10, 9))), late), Light::Grey);
    assert_eq!(light(clock().then(ClockEvent::Stop { on: date(2026, 11, 30) }), late), Light::Grey);
    assert_eq!(
        light(Clock::started("20 working days".parse().unwrap(), date(2026, 12, 20)), late),
        Light::Grey
    );
    // A pause after the end hides no delay.
    assert_eq!(light(clock().then(pause(date(2026, 10, 30))), late), Light::Red);
}

#[test]
fn a_reading_is_json_for_programs() {
    let reading =
        clock().then(ClockEvent::Stop { on: date(2026, 10, 30) }).evaluate(&Calendar::china()).unwrap();
    let json = serde_json::to_value(&reading).unwrap();
    assert_eq!(json["state"], serde_json::json!({"kind": "stopped", "on": "2026-10-30", "late": true}));
    assert_eq!(json["due"], serde_json::json!({"on": "2026-10-29"}));
    assert_eq!(json["calendar"], Calendar::china().version());
    let step = serde_json::json!({
        "from": "2026-09-28", "to": "2026-09-30", "kind": "counted-working-days", "first": 1, "last": 3
    });
    assert_eq!(json["explanation"]["steps"][2], step);
}
