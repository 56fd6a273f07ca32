//! Deadlines compared with a day-by-day count that shares no code with the library, over 2018–2026.

use std::sync::LazyLock;

use jiff::civil::Date;
use proptest::prelude::*;

use crate::{Calendar, Clock, ClockEvent, ClockState, Due, Explanation, Limit, Reading, Unit};

/// A wall calendar made with nothing but the raw files and arithmetic: one entry per day from 1 January 2018.
struct Wall {
    days: Vec<(i16, i8, i8)>,
    /// `None` in years without notice.
    working: Vec<Option<bool>>,
}

static WALL: LazyLock<Wall> = LazyLock::new(Wall::new);

const LAST_KNOWN_YEAR: i16 = 2026;

impl Wall {
    fn new() -> Self {
        let mut days = Vec::new();
        for year in 2018..=2060 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, length) in
                (1..).zip([31, 28 + i8::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
            {
                days.extend((1..=length).map(|day| (year, month, day)));
            }
        }
        // 1 January 2018 was a Monday.
        let ordinary = |(index, (year, _, _)): (usize, &(i16, i8, i8))| {
            (*year <= LAST_KNOWN_YEAR).then_some(index % 7 < 5)
        };
        let working = days.iter().enumerate().map(ordinary).collect();
        let mut wall = Self { days, working };
        for year in 2018..=LAST_KNOWN_YEAR {
            let path = format!("{}/data/{year}.json", env!("CARGO_MANIFEST_DIR"));
            let file: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            for entry in file["days"].as_array().unwrap() {
                let mut parts = entry["date"].as_str().unwrap().split('-');
                let mut part = || parts.next().unwrap().parse::<i16>().unwrap();
                let day = (part(), i8::try_from(part()).unwrap(), i8::try_from(part()).unwrap());
                let index = wall.index(day);
                wall.working[index] = Some(!entry["isOffDay"].as_bool().unwrap());
            }
        }
        wall
    }

    fn index(&self, day: (i16, i8, i8)) -> usize {
        self.days.binary_search(&day).unwrap()
    }

    fn date(&self, index: usize) -> Date {
        let (year, month, day) = self.days[index];
        Date::new(year, month, day).unwrap()
    }

    /// The last day of the limit, counted on the fingers, or the year of the first day that matters and is
    /// unknown.
    fn due(&self, start: usize, parts: &[Limit], pauses: &[(usize, usize)]) -> Result<usize, i16> {
        let known = |day: usize| self.working[day].ok_or(self.days[day].0);
        let paused = |day: usize| pauses.iter().any(|&(first, last)| first <= day && day <= last);
        let mut day = start;
        for part in parts {
            let needed = match part.unit {
                Unit::WorkingDays | Unit::CalendarDays => part.amount as usize,
                Unit::Months => self.months_later(day, part.amount) - day,
            };
            let mut counted = 0;
            while counted < needed {
                day += 1;
                if !paused(day) && (part.unit != Unit::WorkingDays || known(day)?) {
                    counted += 1;
                }
            }
        }
        if parts.last().unwrap().unit != Unit::WorkingDays {
            while paused(day) || !known(day)? {
                day += 1;
            }
        }
        Ok(day)
    }

    fn months_later(&self, from: usize, months: u32) -> usize {
        let (mut year, mut month, day) = self.days[from];
        for _ in 0..months {
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
        let fits = |day: &i8| self.days.binary_search(&(year, month, *day)).is_ok();
        self.index((year, month, (1..=day).rev().find(fits).unwrap()))
    }
}

fn limits() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (1_u32..=120).prop_map(|amount| Limit { amount, unit: Unit::WorkingDays, basis: None }),
        (1_u32..=400).prop_map(|amount| Limit { amount, unit: Unit::CalendarDays, basis: None }),
        (1_u32..=14).prop_map(|amount| Limit { amount, unit: Unit::Months, basis: None }),
    ]
}

/// A start anywhere in 2018–2026, as an index on the wall.
fn starts() -> impl Strategy<Value = usize> {
    0..3287_usize
}

/// Pauses as gap since the last resume and length less one; a gap of nothing makes them touch.
fn pauses() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..40_usize, 0..30_usize), 0..5)
}

fn absolute(start: usize, pauses: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut from = start;
    let place = |&(gap, length): &(usize, usize)| {
        let first = from + gap;
        from = first + length;
        (first, from)
    };
    pauses.iter().map(place).collect()
}

fn clock(wall: &Wall, start: usize, parts: &[Limit], pauses: &[(usize, usize)]) -> Clock {
    let on = wall.date(start);
    let mut clock = Clock::started(parts[0].clone(), on);
    for by in &parts[1..] {
        clock = clock.then(ClockEvent::Extend { by: by.clone(), on, reason: String::new() });
    }
    for &(first, last) in pauses {
        clock = clock
            .then(ClockEvent::Pause { on: wall.date(first), reason: format!("from {first}") })
            .then(ClockEvent::Resume { on: wall.date(last) });
    }
    clock
}

/// Every day from the start to the end has exactly one line, and the numbers run without a gap.
fn assert_complete(explanation: &Explanation, start: Date, due: Date) {
    let days = explanation.days();
    let mut expected = start;
    for day in &days {
        assert_eq!((day.from, day.to), (expected, expected));
        expected = expected.tomorrow().unwrap();
    }
    assert_eq!(days.last().unwrap().from, due);
    let in_lines = explanation.lines_en().len();
    assert_eq!(in_lines, explanation.lines_zh().len());
    assert!(in_lines <= explanation.steps.len());
}

#[test]
fn every_day_of_nine_years_is_of_the_same_kind() {
    let (wall, calendar) = (&*WALL, Calendar::china());
    for index in 0..wall.days.len() {
        assert_eq!(calendar.is_working(wall.date(index)).ok(), wall.working[index], "{}", wall.date(index));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn working_days_are_added_as_on_the_fingers(start in starts(), n in 1_u32..=600) {
        let (wall, calendar) = (&*WALL, Calendar::china());
        let limit = Limit { amount: n, unit: Unit::WorkingDays, basis: None };
        let expected = wall.due(start, &[limit], &[]).map(|index| wall.date(index)).ok();
        let from = wall.date(start);
        let found = calendar.add_working_days(from, n);
        prop_assert_eq!(found.ok(), expected);
        if let Some(due) = expected {
            prop_assert_eq!(calendar.working_days_between(from, due), Ok(i32::try_from(n).unwrap()));
        }
    }

    #[test]
    fn deadlines_are_those_of_a_day_by_day_count(
        start in starts(),
        parts in prop::collection::vec(limits(), 1..3),
        gaps in pauses(),
    ) {
        let (wall, calendar) = (&*WALL, Calendar::china());
        let pauses = absolute(start, &gaps);
        let clock = clock(wall, start, &parts, &pauses);
        let reading = clock.evaluate(&calendar).unwrap();
        match wall.due(start, &parts, &pauses) {
            Ok(index) => {
                prop_assert_eq!(&reading.due, &Due::On(wall.date(index)));
                assert_complete(&reading.explanation, wall.date(start), wall.date(index));
                if parts.iter().all(|part| part.unit != Unit::Months) {
                    let sum: u32 = parts.iter().map(|part| part.amount).sum();
                    prop_assert_eq!(reading.explanation.counted(), sum);
                }
            }
            Err(year) => prop_assert_eq!(&reading.due, &Due::Unknown { not_announced: year }),
        }
        // The same events, read back from storage, give the same reading.
        let stored: Clock = serde_json::from_str(&serde_json::to_string(&clock).unwrap()).unwrap();
        prop_assert_eq!(stored.evaluate(&Calendar::china()).unwrap(), reading);
    }

    #[test]
    fn what_a_pause_leaves_is_counted_after_it(
        start in 0..2500_usize, limit in limits(), gap in 0..200_usize, length in 0..60_usize,
    ) {
        let (wall, calendar) = (&*WALL, Calendar::china());
        let first = start + gap;
        let open = Clock::started(limit.clone(), wall.date(start))
            .then(ClockEvent::Pause { on: wall.date(first), reason: String::new() });
        let reading = open.evaluate(&calendar).unwrap();
        prop_assert_eq!(&reading.state, &ClockState::Paused { since: wall.date(first) });
        let last = first + length;
        let resumed = open.then(ClockEvent::Resume { on: wall.date(last) }).evaluate(&calendar).unwrap();
        match reading.due {
            Due::On(due) => prop_assert!(due < wall.date(first) && resumed.due == Due::On(due)),
            Due::Paused { left } => {
                let expected = match left.first() {
                    Some(_) => wall.due(last, &left, &[]).ok(),
                    None => (last + 1..wall.days.len()).find(|day| wall.working[*day] == Some(true)),
                };
                prop_assert_eq!(resumed.due.date(), expected.map(|index| wall.date(index)));
            }
            Due::NotStarted | Due::Unknown { .. } => prop_assert!(false, "{:?}", reading.due),
        }
    }
}

fn any_day() -> impl Strategy<Value = Date> {
    prop_oneof![
        8 => (2016_i16..=2029, 1_i8..=12, 1_i8..=28),
        1 => (-9999_i16..=9999, 1_i8..=12, 1_i8..=28),
        1 => Just((9999, 12, 31)),
    ]
    .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn any_limit() -> impl Strategy<Value = Limit> {
    let unit = prop_oneof![Just(Unit::WorkingDays), Just(Unit::CalendarDays), Just(Unit::Months)];
    (prop_oneof![9 => 0..60_u32, 1 => any::<u32>(), 1 => 3600..=3700_u32], unit)
        .prop_map(|(amount, unit)| Limit { amount, unit, basis: None })
}

fn any_event() -> impl Strategy<Value = ClockEvent> {
    let reason = String::new;
    let extend = move |(by, on)| ClockEvent::Extend { by, on, reason: reason() };
    prop_oneof![
        1 => any_day().prop_map(|on| ClockEvent::Start { on }),
        3 => any_day().prop_map(move |on| ClockEvent::Pause { on, reason: reason() }),
        3 => any_day().prop_map(|on| ClockEvent::Resume { on }),
        2 => (any_limit(), any_day()).prop_map(extend),
        1 => any_day().prop_map(|on| ClockEvent::Stop { on }),
    ]
}

fn look_at_everything(reading: &Reading, calendar: &Calendar, today: Date) {
    let explanation = &reading.explanation;
    assert!(explanation.lines_en().len() == explanation.lines_zh().len());
    assert!(explanation.days().iter().all(|day| !day.label_en().is_empty() && !day.label_zh().is_empty()));
    assert!(!reading.light(calendar, today, u32::MAX).as_str().is_empty());
    assert!(serde_json::to_string(reading).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn no_sequence_of_events_makes_it_panic(
        limit in any_limit(),
        mut events in prop::collection::vec(any_event(), 0..10),
        in_order in any::<bool>(),
        started in any::<bool>(),
        today in any_day(),
    ) {
        if in_order {
            events.sort_by_key(ClockEvent::on);
        }
        if started && let Some(on) = events.first().map(ClockEvent::on) {
            events.retain(|event| !matches!(event, ClockEvent::Start { .. }));
            events.insert(0, ClockEvent::Start { on });
        }
        let (clock, calendar) = (Clock { limit, events }, Calendar::china());
        let reading = clock.evaluate(&calendar);
        prop_assert_eq!(&clock.evaluate(&calendar), &reading);
        if let Ok(reading) = reading {
            look_at_everything(&reading, &calendar, today);
        }
    }

    #[test]
    fn no_text_makes_the_readers_panic(
        text in "\\PC{0,20}", number in any::<u64>(), unit in "[a-z 工作日个月天-]{0,14}",
    ) {
        for text in [text.clone(), format!("{number} {unit}")] {
            if let Ok(limit) = text.parse::<Limit>() {
                prop_assert_eq!(limit.to_string().parse(), Ok(limit));
            }
        }
        prop_assert!(text.parse::<crate::DateRange>().is_err());
    }
}
