//! A wall calendar on which limits are counted with a finger: it shares no code with the library that it checks.

use legal_time::{Clock, ClockEvent, Unit};
use serde_json::Value;

/// What the finger finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    On(jiff::civil::Date),
    Unknown(i16),
    Paused,
}

impl Found {
    pub(super) fn day(self) -> Option<jiff::civil::Date> {
        match self {
            Self::On(day) => Some(day),
            Self::Unknown(_) | Self::Paused => None,
        }
    }

    pub(super) fn last_day(self) -> crate::LastDay {
        match self {
            Self::On(day) => crate::LastDay::On { day },
            Self::Unknown(year) => crate::LastDay::NotAnnounced { year },
            Self::Paused => crate::LastDay::Paused,
        }
    }
}

/// One entry a day from 1 January 2026, a Thursday; nothing in years without a notice.
pub(super) struct Wall {
    days: Vec<(i16, i8, i8)>,
    working: Vec<Option<bool>>,
}

impl Wall {
    pub(super) fn new(files: &[Value]) -> Self {
        let mut days = Vec::new();
        for year in 2026..=2029 {
            let february = if year == 2028 { 29 } else { 28 };
            for (month, length) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
                days.extend((1..=length).map(|day| (year, month, day)));
            }
        }
        let known: Vec<i64> = files.iter().map(|file| file["year"].as_i64().unwrap()).collect();
        let ordinary = |(index, (year, _, _)): (usize, &(i16, i8, i8))| {
            known.contains(&i64::from(*year)).then_some(!matches!((index + 3) % 7, 5 | 6))
        };
        let working = days.iter().enumerate().map(ordinary).collect();
        let mut wall = Self { days, working };
        for entry in files.iter().flat_map(|file| file["days"].as_array().unwrap()) {
            let index = wall.index_of(entry["date"].as_str().unwrap());
            wall.working[index] = Some(!entry["isOffDay"].as_bool().unwrap());
        }
        wall
    }

    fn index_of(&self, text: &str) -> usize {
        let mut parts = text.split('-').map(|part| part.parse::<i16>().unwrap());
        let mut part = || parts.next().unwrap();
        let day = (part(), i8::try_from(part()).unwrap(), i8::try_from(part()).unwrap());
        self.days.binary_search(&day).unwrap()
    }

    fn date(&self, index: usize) -> jiff::civil::Date {
        let (year, month, day) = self.days[index];
        jiff::civil::Date::new(year, month, day).unwrap()
    }

    /// The last day of a clock in working or calendar days.
    pub(super) fn due(&self, clock: &Clock) -> Found {
        let mut start = None;
        let mut pauses: Vec<(usize, Option<usize>)> = Vec::new();
        for event in &clock.events {
            let on = self.index_of(&event.on().to_string());
            match event {
                ClockEvent::Start { .. } => start = Some(on),
                ClockEvent::Pause { .. } => pauses.push((on, None)),
                ClockEvent::Resume { .. } => pauses.last_mut().unwrap().1 = Some(on),
                ClockEvent::Stop { .. } => {}
                ClockEvent::Extend { .. } => unreachable!("the dog licence knows no extension"),
            }
        }
        let pause = |day: usize| {
            pauses.iter().find(|(first, last)| *first <= day && last.is_none_or(|last| day <= last)).copied()
        };
        let (mut day, mut counted) = (start.unwrap(), 0);
        while counted < clock.limit.amount {
            day += 1;
            match (pause(day), clock.limit.unit, self.working[day]) {
                (Some((_, None)), ..) => return Found::Paused,
                (Some(_), ..) => {}
                (None, Unit::WorkingDays, None) => return Found::Unknown(self.days[day].0),
                (None, Unit::WorkingDays, Some(is_worked)) => counted += u32::from(is_worked),
                (None, Unit::CalendarDays, _) => counted += 1,
                (None, Unit::Months, _) => unreachable!("the dog licence knows no months"),
            }
        }
        if clock.limit.unit == Unit::WorkingDays {
            return Found::On(self.date(day));
        }
        loop {
            match (pause(day), self.working[day]) {
                (Some((_, None)), _) => return Found::Paused,
                (None, None) => return Found::Unknown(self.days[day].0),
                (None, Some(true)) => return Found::On(self.date(day)),
                (Some(_), _) | (None, Some(false)) => day += 1,
            }
        }
    }

    /// The third working day from the end, the end included.
    pub(super) fn yellow(&self, due: Option<jiff::civil::Date>) -> Option<jiff::civil::Date> {
        let mut day = self.index_of(&due?.to_string());
        let mut left = 3 - usize::from(self.working[day]?);
        while left > 0 {
            day -= 1;
            left -= usize::from(self.working[day]?);
        }
        Some(self.date(day))
    }
}
