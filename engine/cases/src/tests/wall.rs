//! A wall calendar on which limits are counted with a finger: it shares no code with the library that it checks.

use legal_time::{Clock, ClockEvent, Limit, Unit};
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

/// First and last day; an open one has no last.
type Pause = (usize, Option<usize>);

fn pause_on(pauses: &[Pause], day: usize) -> Option<Pause> {
    pauses.iter().find(|(first, last)| *first <= day && last.is_none_or(|last| day <= last)).copied()
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
        let mut start = 0;
        let mut pauses: Vec<Pause> = Vec::new();
        let mut extensions = Vec::new();
        for event in &clock.events {
            let on = self.index_of(&event.on().to_string());
            match event {
                ClockEvent::Start { .. } => start = on,
                ClockEvent::Pause { .. } => pauses.push((on, None)),
                ClockEvent::Resume { .. } => pauses.last_mut().unwrap().1 = Some(on),
                ClockEvent::Extend { by, .. } => extensions.push((on, by)),
                ClockEvent::Stop { .. } => {}
            }
        }
        let mut unit = clock.limit.unit;
        let mut day = match self.count(start, &clock.limit, &pauses) {
            Ok(day) => day,
            Err(found) => return found,
        };
        for (on, by) in extensions {
            let is_over = on > day && matches!(self.moved(day, unit, &pauses), Ok(end) if on > end);
            if !is_over {
                unit = by.unit;
                day = match self.count(day, by, &pauses) {
                    Ok(day) => day,
                    Err(found) => return found,
                };
            }
        }
        match self.moved(day, unit, &pauses) {
            Ok(end) => Found::On(self.date(end)),
            Err(found) => found,
        }
    }

    /// So many days on from a day, pauses left out.
    fn count(&self, from: usize, limit: &Limit, pauses: &[Pause]) -> Result<usize, Found> {
        let (mut day, mut counted) = (from, 0);
        while counted < limit.amount {
            day += 1;
            match (pause_on(pauses, day), limit.unit, self.working[day]) {
                (Some((_, None)), ..) => return Err(Found::Paused),
                (Some(_), ..) => {}
                (None, Unit::WorkingDays, None) => return Err(Found::Unknown(self.days[day].0)),
                (None, Unit::WorkingDays, Some(is_worked)) => counted += u32::from(is_worked),
                (None, Unit::CalendarDays, _) => counted += 1,
                (None, Unit::Months, _) => unreachable!("no process here counts months"),
            }
        }
        Ok(day)
    }

    /// The last day, off a day off.
    fn moved(&self, mut day: usize, unit: Unit, pauses: &[Pause]) -> Result<usize, Found> {
        loop {
            match (unit, pause_on(pauses, day), self.working[day]) {
                (Unit::WorkingDays, ..) => return Ok(day),
                (_, Some((_, None)), _) => return Err(Found::Paused),
                (_, None, None) => return Err(Found::Unknown(self.days[day].0)),
                (_, None, Some(true)) => return Ok(day),
                (_, Some(_), _) | (_, None, Some(false)) => day += 1,
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
