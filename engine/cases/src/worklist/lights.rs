//! What the lights mean today, and how many tasks show each (红黄绿灯).

use std::ops::RangeInclusive;

use jiff::civil::Date;
use legal_time::{Calendar, Light};
use store::{Tx, Val, vals};

use super::ranges::{Read, WORKING_ROLES};
use super::{Scope, WorkQuery, watch};
use crate::error::CaseError;
use crate::tasks::due_rank;

/// Most that is counted: who reads "1000" knows that there are more than can be done today.
pub const COUNTED_MAX: i64 = 1000;

/// What the lights mean on a day. As work with a later end never turns yellow before work of the same package with an
/// earlier one, lights are ranges of last days, and no row has to be rewritten overnight. Packages may warn earlier or
/// later than others: in between, the row's own first yellow day decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LightDays {
    /// The day.
    pub today: Date,
    /// What ends on this day or before it is yellow in every package, unless it is red.
    pub surely_yellow_until: Date,
    /// What ends after this day is yellow in none.
    pub yellow_until: Date,
}

impl LightDays {
    /// By the law's calendar, for packages that warn so many working days before the end (`Warnings::yellow`): the
    /// fewest and the most.
    pub fn of(today: Date, calendar: &Calendar, warns: &RangeInclusive<u32>) -> Self {
        let until = |working_days: u32| last_yellow(today, working_days, calendar);
        Self { today, surely_yellow_until: until(*warns.start()), yellow_until: until(*warns.end()) }
    }

    /// How urgent work is.
    pub fn light(self, due_on: Option<Date>, yellow_from: Option<Date>) -> Light {
        match due_on {
            None => Light::Grey,
            Some(due) if due < self.today => Light::Red,
            Some(due) if due <= self.surely_yellow_until => Light::Yellow,
            Some(due) if due <= self.yellow_until && yellow_from.is_some_and(|from| from <= self.today) => {
                Light::Yellow
            }
            Some(_) => Light::Green,
        }
    }

    /// Whether packages differ, so that last days alone do not tell the light.
    pub(super) fn differ(self) -> bool {
        self.surely_yellow_until != self.yellow_until
    }
}

/// The latest end that is yellow today: fewer than so many working days lie ahead. Beyond a year that is not announced
/// nothing is yellow, because nobody knows.
fn last_yellow(today: Date, working_days: u32, calendar: &Calendar) -> Date {
    let first_green = calendar.add_working_days(today, working_days);
    let first_green = first_green.or_else(|unknown| Date::new(unknown.year, 1, 1));
    first_green.and_then(Date::yesterday).unwrap_or(today).max(today)
}

/// How many tasks of a list show each light; [`COUNTED_MAX`] stands for so many or more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lights {
    /// Past their end.
    pub red: i64,
    /// Near their end.
    pub yellow: i64,
    /// In time.
    pub green: i64,
    /// End not known.
    pub grey: i64,
}

impl Lights {
    fn add(&mut self, light: Light, count: i64) {
        let one = match light {
            Light::Red => &mut self.red,
            Light::Yellow => &mut self.yellow,
            Light::Green => &mut self.green,
            Light::Grey => &mut self.grey,
        };
        *one = (*one + count).min(COUNTED_MAX);
    }
}

// One range of the index that lists read too, from `$low` to before `$high`, and never more than `COUNTED_MAX` of it.
macro_rules! range {
    ($lead:expr, $low:literal, $high:literal) => {
        concat!(
            "(select count(*) from (select 1 as one from case_tasks t where ",
            $lead,
            " and t.due_rank >= ",
            $low,
            " and t.due_rank < ",
            $high,
            " limit 1000) counted)"
        )
    };
}
// Red, yellow, green and grey, each among express work and among the rest. `$1` is today, `$2` the first day that is not
// yellow in every package, `$3` the first that is yellow in none.
macro_rules! ranges {
    ($lead:expr) => {
        concat!(
            range!($lead, "'0'", "'0' || $1"),
            ", ",
            range!($lead, "'1'", "'1' || $1"),
            ", ",
            range!($lead, "'0' || $1", "'0' || $2"),
            ", ",
            range!($lead, "'1' || $1", "'1' || $2"),
            ", ",
            range!($lead, "'0' || $3", "'09999-12-31'"),
            ", ",
            range!($lead, "'1' || $3", "'19999-12-31'"),
            ", ",
            range!($lead, "'09999-12-31'", "'1'"),
            ", ",
            range!($lead, "'19999-12-31'", "'2'")
        )
    };
}
/// One statement for a body, whatever the roles: supervision counts many bodies on a page.
const OF_BODY: &str = concat!(
    "select ",
    ranges!("t.body = $4 and t.role = $5 and t.state in ('open', 'claimed')"),
    ", ",
    ranges!("t.body = $4 and t.role = $6 and t.state in ('open', 'claimed')"),
    ", ",
    ranges!("t.body = $4 and t.role = $7 and t.state in ('open', 'claimed')")
);
const OF_CLERK: &str =
    concat!("select ", ranges!("t.claimed_by = $4 and t.body = $5 and t.state = 'claimed'"));

// Where packages differ each row is asked, of so many at most.
macro_rules! between {
    ($lead:literal) => {
        concat!(
            "select count(*), coalesce(sum(case when between_days.yellow_from <= $1 then 1 else 0 end), 0)
             from (select t.yellow_from from case_tasks t where ",
            $lead,
            " and t.due_rank >= $2 and t.due_rank < $3 limit 5000) between_days"
        )
    };
}
const BETWEEN_OF_BODY: &str = between!("t.body = $4 and t.role = $5 and t.state in ('open', 'claimed')");
const BETWEEN_OF_CLERK: &str = between!("t.claimed_by = $4 and t.body = $5 and t.state = 'claimed'");
const IN_THIS_ORDER: [Light; 8] = [
    Light::Red,
    Light::Red,
    Light::Yellow,
    Light::Yellow,
    Light::Green,
    Light::Green,
    Light::Grey,
    Light::Grey,
];

/// Counts the work of a list by light, whatever its filter. Finished work has no lights.
pub async fn count_lights(tx: &mut Tx, query: &WorkQuery<'_>) -> Result<Lights, CaseError> {
    let mut lights = Lights::default();
    if query.scope == Scope::Watched {
        for item in watch::items(tx, query).await?.iter().filter(|item| !item.state.is_over()) {
            lights.add(item.light, 1);
        }
        return Ok(lights);
    }
    for Count { sql, vals, ranges } in counts(query) {
        let row = tx.fetch_one(sql, vals).await?;
        for (column, light) in (0..ranges).zip(IN_THIS_ORDER.into_iter().cycle()) {
            lights.add(light, row.get(column)?);
        }
    }
    for Read { sql, vals } in between(query) {
        let row = tx.fetch_one(sql, vals).await?;
        let (all, yellow): (i64, i64) = (row.get(0)?, row.get(1)?);
        lights.add(Light::Yellow, yellow);
        lights.add(Light::Green, all - yellow);
    }
    Ok(lights)
}

/// A statement that counts, with its values and the number of its columns.
pub(super) struct Count {
    pub(super) sql: &'static str,
    pub(super) vals: Vec<Val>,
    ranges: usize,
}

/// The statements for what last days alone tell.
pub(super) fn counts(query: &WorkQuery<'_>) -> Vec<Count> {
    let (clerk, days) = (query.clerk, query.days);
    let [from, until] = between_days(days);
    let of_clerk = |staff| {
        let vals = vals![days.today, from, until, staff, clerk.body];
        Count { sql: OF_CLERK, vals, ranges: IN_THIS_ORDER.len() }
    };
    match query.scope {
        Scope::Body => {
            let [acceptance, review, decision] =
                WORKING_ROLES.map(|role| clerk.roles.contains(&role).then(|| role.as_str()));
            let vals = vals![days.today, from, until, clerk.body, acceptance, review, decision];
            vec![Count { sql: OF_BODY, vals, ranges: WORKING_ROLES.len() * IN_THIS_ORDER.len() }]
        }
        Scope::Mine => vec![of_clerk(clerk.staff)],
        Scope::Delegated => clerk.deputy_of.iter().map(|colleague| of_clerk(*colleague)).collect(),
        Scope::Watched | Scope::Done => Vec::new(),
    }
}

/// The statements for the days on which packages differ; none when they all warn alike.
pub(super) fn between(query: &WorkQuery<'_>) -> Vec<Read> {
    let (clerk, days) = (query.clerk, query.days);
    if !days.differ() {
        return Vec::new();
    }
    let leads: Vec<(&'static str, Vec<Val>)> = match query.scope {
        Scope::Body => {
            let roles = WORKING_ROLES.into_iter().filter(|role| clerk.roles.contains(role));
            roles.map(|role| (BETWEEN_OF_BODY, vals![clerk.body, role.as_str()])).collect()
        }
        Scope::Mine => vec![(BETWEEN_OF_CLERK, vals![clerk.staff, clerk.body])],
        Scope::Delegated => {
            let colleagues = clerk.deputy_of.iter();
            colleagues.map(|colleague| (BETWEEN_OF_CLERK, vals![*colleague, clerk.body])).collect()
        }
        Scope::Watched | Scope::Done => Vec::new(),
    };
    let [from, until] = between_days(days);
    let read = |(sql, lead): &(&'static str, Vec<Val>)| {
        [true, false].map(|express| {
            let bounds = vals![days.today, due_rank(express, from), due_rank(express, until)];
            Read { sql, vals: bounds.into_iter().chain(lead.clone()).collect() }
        })
    };
    leads.iter().flat_map(read).collect()
}

/// The first day that is not yellow in every package, and the first that is yellow in none.
pub(super) fn between_days(days: LightDays) -> [Date; 2] {
    [days.surely_yellow_until, days.yellow_until].map(|day| day.tomorrow().unwrap_or(day))
}
