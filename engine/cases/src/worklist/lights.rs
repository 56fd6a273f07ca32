//! What the lights mean today, and how many tasks show each (红黄绿灯).

use jiff::civil::Date;
use legal_time::{Calendar, Light};
use store::{Tx, Val, vals};

use super::ranges::WORKING_ROLES;
use super::{Scope, WorkQuery, watch};
use crate::error::CaseError;
use crate::record::YELLOW_WORKING_DAYS;

/// Most that is counted: who reads "1000" knows that there are more than can be done today.
pub const COUNTED_MAX: i64 = 1000;

/// What the lights mean on a day. As a later end never turns yellow before an earlier one, each light is a range of
/// last days, and no row has to be rewritten overnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LightDays {
    /// The day.
    pub today: Date,
    /// What ends on this day or before it is yellow, unless it is red.
    pub yellow_until: Date,
}

impl LightDays {
    /// By the law's calendar: yellow while fewer than three working days lie ahead. Beyond a year that is not
    /// announced nothing is yellow, because nobody knows.
    pub fn of(today: Date, calendar: &Calendar) -> Self {
        let first_green = calendar.add_working_days(today, YELLOW_WORKING_DAYS);
        let first_green = first_green.or_else(|unknown| Date::new(unknown.year, 1, 1));
        let yellow_until = first_green.and_then(Date::yesterday).unwrap_or(today);
        Self { today, yellow_until: yellow_until.max(today) }
    }

    /// How urgent a last day is.
    pub fn light(self, due_on: Option<Date>) -> Light {
        match due_on {
            None => Light::Grey,
            Some(due) if due < self.today => Light::Red,
            Some(due) if due <= self.yellow_until => Light::Yellow,
            Some(_) => Light::Green,
        }
    }
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
    ($lead:literal, $low:literal, $high:literal) => {
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
// Red, yellow, green and grey, each among express work and among the rest. `$1` is today, `$2` the first green day.
macro_rules! ranges {
    ($lead:literal) => {
        concat!(
            range!($lead, "'0'", "'0' || $1"),
            ", ",
            range!($lead, "'1'", "'1' || $1"),
            ", ",
            range!($lead, "'0' || $1", "'0' || $2"),
            ", ",
            range!($lead, "'1' || $1", "'1' || $2"),
            ", ",
            range!($lead, "'0' || $2", "'09999-12-31'"),
            ", ",
            range!($lead, "'1' || $2", "'19999-12-31'"),
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
    ranges!("t.body = $3 and t.role = $4 and t.state in ('open', 'claimed')"),
    ", ",
    ranges!("t.body = $3 and t.role = $5 and t.state in ('open', 'claimed')"),
    ", ",
    ranges!("t.body = $3 and t.role = $6 and t.state in ('open', 'claimed')")
);
const OF_CLERK: &str =
    concat!("select ", ranges!("t.claimed_by = $3 and t.body = $4 and t.state = 'claimed'"));
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
    Ok(lights)
}

/// A statement that counts, with its values and the number of its columns.
pub(super) struct Count {
    pub(super) sql: &'static str,
    pub(super) vals: Vec<Val>,
    ranges: usize,
}

pub(super) fn counts(query: &WorkQuery<'_>) -> Vec<Count> {
    let (clerk, days) = (query.clerk, query.days);
    let first_green = days.yellow_until.tomorrow().unwrap_or(days.yellow_until);
    let of_clerk = |staff| {
        let vals = vals![days.today, first_green, staff, clerk.body];
        Count { sql: OF_CLERK, vals, ranges: IN_THIS_ORDER.len() }
    };
    match query.scope {
        Scope::Body => {
            let [acceptance, review, decision] =
                WORKING_ROLES.map(|role| clerk.roles.contains(&role).then(|| role.as_str()));
            let vals = vals![days.today, first_green, clerk.body, acceptance, review, decision];
            vec![Count { sql: OF_BODY, vals, ranges: WORKING_ROLES.len() * IN_THIS_ORDER.len() }]
        }
        Scope::Mine => vec![of_clerk(clerk.staff)],
        Scope::Delegated => query.deputy_of.iter().map(|colleague| of_clerk(*colleague)).collect(),
        Scope::Watched | Scope::Done => Vec::new(),
    }
}
