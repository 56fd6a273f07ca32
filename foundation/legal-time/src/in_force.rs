//! The calendar in force, for everybody in a running program.

use std::sync::{Arc, OnceLock};

use crate::Calendar;

/// The calendar in force. Clones see the same one; it is replaced while the program runs.
///
/// Calendars stand in a chain whose last link is in force. A link stays as long as the chain, so whoever looks keeps
/// a borrowed calendar that nothing moves: one command works with one calendar from its beginning to its end. A
/// calendar has some hundred days, and a new one comes a few times a year.
#[derive(Debug, Clone)]
pub struct CalendarInForce(Arc<Link>);

#[derive(Debug)]
struct Link {
    turn: i64,
    calendar: Calendar,
    next: OnceLock<Box<Link>>,
}

impl Link {
    const fn new(turn: i64, calendar: Calendar) -> Self {
        Self { turn, calendar, next: OnceLock::new() }
    }
}

impl CalendarInForce {
    /// The first one. `turn` counts how often the calendar in force has changed.
    pub fn new(turn: i64, calendar: Calendar) -> Self {
        Self(Arc::new(Link::new(turn, calendar)))
    }

    fn last(&self) -> &Link {
        let mut link = &*self.0;
        while let Some(next) = link.next.get() {
            link = next;
        }
        link
    }

    /// The calendar in force now.
    pub fn current(&self) -> &Calendar {
        &self.last().calendar
    }

    /// Its turn.
    pub fn turn(&self) -> i64 {
        self.last().turn
    }

    /// Puts a calendar in force, unless a later turn is known already: news that arrive late change nothing.
    pub fn replace(&self, turn: i64, calendar: Calendar) -> bool {
        let mut link = Box::new(Link::new(turn, calendar));
        loop {
            let last = self.last();
            if last.turn >= link.turn {
                return false;
            }
            match last.next.set(link) {
                Ok(()) => return true,
                Err(not_set) => link = not_set, // somebody else was faster: ask again behind theirs
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_sees_the_last_turn_and_late_news_change_nothing() {
        let of = |version: &str| Calendar::new(version, &crate::CalendarData::china());
        let first = CalendarInForce::new(1, of("one"));
        let (held, second) = (first.current(), first.clone());
        assert!(second.replace(3, of("three")));
        assert_eq!((first.current().version(), first.turn()), ("three", 3));
        assert!(!first.replace(2, of("two")) && !first.replace(3, of("three again")));
        assert_eq!((second.current().version(), held.version()), ("three", "one"));
    }

    #[test]
    fn turns_from_many_threads_end_with_the_last() {
        let all = CalendarInForce::new(0, Calendar::china());
        std::thread::scope(|scope| {
            for turn in 1..=16 {
                let all = all.clone();
                scope.spawn(move || all.replace(turn, Calendar::china()));
            }
        });
        assert_eq!(all.turn(), 16);
    }
}
