//! Legal time (期限): which days are working days, and when a statutory limit ends, with the reason for every
//! day.
//!
//! Pure: no I/O, no clock. The calendar is versioned data; a year without an announced calendar answers
//! "unknown".
//! The rules and their legal sources are in `docs/legal-time.md`.

mod calendar;
mod clock;
mod count;
mod data;
mod explain;
mod in_force;
mod limit;
mod reading;
mod words;

#[cfg(test)]
mod properties;

pub use calendar::{CHINA_VERSION, Calendar, DayKind, DayOff, NotAnnounced};
pub use clock::{Clock, ClockError, ClockEvent, DateRange, DateRangeError};
pub use data::{
    AnnouncedYear, CalendarData, CalendarFile, DataDiff, DataFault, DataRule, DayChange, NamedDay, YearNotice,
};
pub use explain::{Explanation, Step, StepKind};
pub use in_force::CalendarInForce;
pub use limit::{Limit, LimitError, Unit};
pub use reading::{ClockState, DaysLeft, Due, Light, Reading, Shift};

/// The civil date all functions here take: a day in China.
pub use jiff::civil::Date;
