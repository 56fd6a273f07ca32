//! The sentences as people read them.

use jiff::civil::date;

use super::*;
use crate::{Calendar, Clock, ClockEvent, Reading};

fn read(clock: &Clock) -> Reading {
    clock.evaluate(&Calendar::china()).unwrap()
}

fn example() -> Clock {
    let days = "2026-10-09..2026-10-15".parse().unwrap();
    Clock::started("20 working days".parse().unwrap(), date(2026, 9, 25)).paused(days, "补正材料")
}

#[test]
fn the_example_in_both_languages() {
    let explanation = read(&example()).explanation;
    assert_eq!(
        explanation.lines_en(),
        [
            "2026-09-25 (Fri): the day of the event is not counted (Civil Code, article 201).",
            "2026-09-26 (Sat) to 2026-09-27 (Sun): Mid-Autumn Festival, not counted.",
            "2026-09-28 (Mon) to 2026-09-30 (Wed): working days 1 to 3.",
            "2026-10-01 (Thu) to 2026-10-07 (Wed): National Day, not counted.",
            "2026-10-08 (Thu): working day 4.",
            "2026-10-09 (Fri) to 2026-10-15 (Thu): paused, not counted (补正材料).",
            "2026-10-16 (Fri) to 2026-11-06 (Fri): working days 5 to 20; \
             6 weekend days between them are not counted.",
            "2026-11-06 (Fri): the last day of the limit.",
        ]
    );
    assert_eq!(
        explanation.lines_zh(),
        [
            "2026年9月25日（周五）：起算当日，不计入（民法典第二百零一条）。",
            "2026年9月26日（周六）至9月27日（周日）：中秋节放假，不计。",
            "2026年9月28日（周一）至9月30日（周三）：计第1至第3个工作日。",
            "2026年10月1日（周四）至10月7日（周三）：国庆节放假，不计。",
            "2026年10月8日（周四）：计第4个工作日。",
            "2026年10月9日（周五）至10月15日（周四）：期限暂停，不计（补正材料）。",
            "2026年10月16日（周五）至11月6日（周五）：计第5至第20个工作日，其间周末6天不计。",
            "2026年11月6日（周五）：期限届满日。",
        ]
    );
}

#[test]
fn a_worked_saturday_is_named() {
    let clock = Clock::started("6 working days".parse().unwrap(), date(2026, 9, 25));
    let lines = read(&clock).explanation.lines_en();
    assert_eq!(lines[5], "2026-10-10 (Sat): worked in exchange for National Day: working day 6.");
}

#[test]
fn a_moved_end_says_from_where_and_why() {
    let explanation = read(&Clock::started("60 日".parse().unwrap(), date(2026, 8, 3))).explanation;
    assert_eq!(
        explanation.lines_zh()[1..],
        [
            "2026年8月4日（周二）至10月2日（周五）：计第1至第60日。",
            "2026年10月8日（周四）：期限最后一日2026年10月2日（周五）为休息日（国庆节），\
             顺延至2026年10月8日（周四）（民法典第二百零三条）。",
            "2026年10月8日（周四）：期限届满日。",
        ]
    );
    let days = explanation.days();
    assert_eq!(days.len(), 67);
    assert_eq!(days[60].label_zh(), "计第60日");
    assert!(matches!(days[61].kind, StepKind::MovedEnd { .. }) && days[61].from == date(2026, 10, 3));
}

#[test]
fn what_is_not_known_is_said() {
    let lines = |text: &str, from| read(&Clock::started(text.parse().unwrap(), from)).explanation.lines_en();
    assert_eq!(
        lines("5 working days", date(2026, 12, 30)).last().unwrap(),
        "2027-01-01 (Fri): no announced holidays of 2027 are at hand, so the last day is unknown."
    );
    assert_eq!(
        lines("10 calendar days", date(2026, 12, 30)).last().unwrap(),
        "2027-01-09 (Sat): the last day is 2027-01-09 (Sat); no announced holidays of 2027 are at hand, \
         so it is unknown whether it moves (Civil Code, article 203)."
    );
}

#[test]
fn pauses_extensions_and_stops_are_said() {
    let on = date(2026, 10, 30);
    let extend =
        |on| ClockEvent::Extend { by: "10 working days".parse().unwrap(), on, reason: "情况复杂".into() };
    let base = Clock::started("20 working days".parse().unwrap(), date(2026, 9, 25));
    let pause = ClockEvent::Pause { on: date(2026, 10, 9), reason: "听证".into() };
    assert_eq!(
        read(&base.clone().then(pause)).explanation.lines_zh().last().unwrap(),
        "2026年10月9日（周五）：期限自本日起暂停（听证），恢复后还剩16个工作日。"
    );
    let extended =
        read(&base.clone().then(extend(date(2026, 10, 20))).then(ClockEvent::Stop { on })).explanation;
    assert!(
        extended.lines_zh().contains(&"2026年10月20日（周二）：决定延长10个工作日（情况复杂）。".to_owned())
    );
    assert_eq!(extended.lines_en().last().unwrap(), "2026-10-30 (Fri): the clock was stopped.");
    assert_eq!(extended.counted(), 30);
    let too_late = read(&base.then(extend(on))).explanation.lines_zh();
    assert!(
        too_late.contains(
            &"2026年10月30日（周五）：决定延长10个工作日，但期限已于2026年10月29日（周四）届满，延长无效。"
                .to_owned()
        )
    );
}
