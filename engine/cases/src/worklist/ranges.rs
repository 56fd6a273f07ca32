//! The ranges of indexes of which a worklist is made, and the statements that read them.
//!
//! One range is read in its own order; several (one a role, one a colleague, express work before the rest) are merged.
//! So every combination of scope, filter and order is a walk along an index, on both engines.

use std::cmp::Ordering;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::Role;
use legal_time::Light;
use store::page::{Cursor, PageRequest, PageSize};
use store::{Tx, Val, vals};

use super::{LightDays, Part, Place, Scope, Sort, WorkFilter, WorkItem, WorkQuery};
use crate::error::CaseError;
use crate::tasks::{FAR_DAY, due_rank};

/// The roles that handle cases.
pub(super) const WORKING_ROLES: [Role; 3] = [Role::Acceptance, Role::Review, Role::Decision];
/// Before every last day.
const FIRST_DAY: Date = Date::constant(1, 1, 1);
/// Above every id, which are hexadecimal, in any collation.
const ABOVE_IDS: &str = "z";

/// Each order has an index of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// A body's work for a role, by its last day.
    ByDue,
    /// The same, by submission.
    BySubmission,
    /// A body's work of one item for a role, by its last day.
    ByItem,
    /// What a clerk has taken, by its last day.
    MineByDue,
    /// The same, by submission.
    MineBySubmission,
    /// What a clerk has finished, by its end.
    Done,
}

/// By what an order goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    /// `due_rank`
    Rank(String),
    /// `submitted_at` or `finished_at`
    Instant(i64),
}

/// The place of a row in its order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) at: At,
    pub(super) id: String,
}

impl Key {
    fn vals(&self) -> Vec<Val> {
        match &self.at {
            At::Rank(rank) => vals![rank, &self.id],
            At::Instant(micros) => vals![*micros, &self.id],
        }
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor::new(self.vals())
    }

    fn of_cursor(cursor: &Cursor, order: Order) -> Result<Self, store::Error> {
        let start = if order.is_by_rank() { vals!["", ""] } else { vals![0, ""] };
        let request = PageRequest { after: Some(cursor.clone()), size: PageSize::default() };
        let mut keys = request.keys(start)?.into_iter();
        let at = match keys.next() {
            Some(Val::I(micros)) => At::Instant(micros.unwrap_or_default()),
            Some(Val::T(rank)) => At::Rank(rank.unwrap_or_default()),
            Some(Val::F(_) | Val::B(_)) | None => At::Instant(0), // `keys` has compared the kinds
        };
        let id = keys.next().and_then(|id| if let Val::T(id) = id { id } else { None });
        Ok(Self { at, id: id.unwrap_or_default() })
    }

    fn least(order: Order) -> Self {
        let at = if order.is_by_rank() { At::Rank(String::new()) } else { At::Instant(i64::MIN) };
        Self { at, id: String::new() }
    }

    fn greatest(order: Order) -> Self {
        let at = if order.is_by_rank() { At::Rank("9".into()) } else { At::Instant(i64::MAX) };
        Self { at, id: ABOVE_IDS.into() }
    }
}

/// Statements that read along an index, forwards and backwards. `$1` to `$11` filter, `$12` to `$15` bound the range,
/// `$16` is the number of rows, `$17` and on lead to the range.
struct Statements {
    rising: &'static str,
    falling: &'static str,
    /// Where so many rows are passed; reads nothing but the index.
    bound_rising: &'static str,
    bound_falling: &'static str,
}

macro_rules! columns {
    () => {
        "t.id, t.case_id, t.number, t.item, t.handling, t.package_version, t.division, t.stage, t.branch, t.work, \
         t.state, t.claimed_by, t.claimed_name, t.due_on, t.express, t.submitted_at, t.finished_at, t.yellow_from"
    };
}
pub(super) use columns;

// The filters stand in one CASE and not side by side: of many conditions that may each be left out PostgreSQL
// believes that hardly a row passes, and would then rather fetch and sort a whole list than walk along its index.
macro_rules! filters {
    () => {
        " and case when (cast($1 as text) is null or t.item = $1)
             and (cast($2 as text) is null or t.handling = $2)
             and (cast($3 as text) is null or substr(t.division, 1, length($3)) = $3)
             and (cast($4 as text) is null or t.work = $4)
             and (cast($5 as text) is null or t.stage = $5)
             and (cast($6 as text) is null or t.state = $6)
             and (cast($7 as text) is null or substr(t.due_rank, 1, 1) = $7)
             and (cast($8 as text) is null or substr(t.due_rank, 2) >= $8)
             and (cast($9 as text) is null or substr(t.due_rank, 2) <= $9)
             and (cast($10 as text) is null or t.yellow_from <= $10)
             and (cast($11 as text) is null or t.yellow_from > $11) then true else false end"
    };
}

macro_rules! statements {
    ($lead:literal, $at:literal) => {
        Statements {
            rising: concat!(
                "select ",
                columns!(),
                " from case_tasks t where ",
                $lead,
                " and (t.",
                $at,
                ", t.id) > ($12, $13) and (t.",
                $at,
                ", t.id) <= ($14, $15)",
                filters!(),
                " order by t.",
                $at,
                ", t.id limit $16"
            ),
            falling: concat!(
                "select ",
                columns!(),
                " from case_tasks t where ",
                $lead,
                " and (t.",
                $at,
                ", t.id) >= ($12, $13) and (t.",
                $at,
                ", t.id) < ($14, $15)",
                filters!(),
                " order by t.",
                $at,
                " desc, t.id desc limit $16"
            ),
            bound_rising: concat!(
                "select t.",
                $at,
                ", t.id from case_tasks t where ",
                $lead,
                " and (t.",
                $at,
                ", t.id) > ($12, $13) and (t.",
                $at,
                ", t.id) <= ($14, $15)",
                " order by t.",
                $at,
                ", t.id limit 1 offset $16"
            ),
            bound_falling: concat!(
                "select t.",
                $at,
                ", t.id from case_tasks t where ",
                $lead,
                " and (t.",
                $at,
                ", t.id) >= ($12, $13) and (t.",
                $at,
                ", t.id) < ($14, $15)",
                " order by t.",
                $at,
                " desc, t.id desc limit 1 offset $16"
            ),
        }
    };
}

impl Order {
    /// The order of a list. Watched cases are few and sorted in memory, but their pages have keys too.
    pub(super) fn of(query: &WorkQuery<'_>) -> Self {
        match (query.scope, query.sort) {
            (Scope::Done, _) => Self::Done,
            (Scope::Body, Sort::Due) if query.filter.item.is_some() => Self::ByItem,
            (Scope::Body, Sort::Due) => Self::ByDue,
            (Scope::Body, Sort::Newest | Sort::Oldest) => Self::BySubmission,
            (Scope::Mine | Scope::Delegated | Scope::Watched, Sort::Due) => Self::MineByDue,
            (Scope::Mine | Scope::Delegated | Scope::Watched, Sort::Newest | Sort::Oldest) => {
                Self::MineBySubmission
            }
        }
    }

    /// Whether it goes by `due_rank`, else by an instant.
    pub(super) const fn is_by_rank(self) -> bool {
        matches!(self, Self::ByDue | Self::ByItem | Self::MineByDue)
    }

    const fn statements(self) -> Statements {
        match self {
            Self::ByDue => {
                statements!("t.body = $17 and t.role = $18 and t.state in ('open', 'claimed')", "due_rank")
            }
            Self::BySubmission => {
                statements!(
                    "t.body = $17 and t.role = $18 and t.state in ('open', 'claimed')",
                    "submitted_at"
                )
            }
            Self::ByItem => statements!(
                "t.body = $17 and t.role = $18 and t.item = $19 and t.state in ('open', 'claimed')",
                "due_rank"
            ),
            Self::MineByDue => {
                statements!("t.claimed_by = $17 and t.body = $18 and t.state = 'claimed'", "due_rank")
            }
            Self::MineBySubmission => {
                statements!("t.claimed_by = $17 and t.body = $18 and t.state = 'claimed'", "submitted_at")
            }
            Self::Done => {
                statements!("t.claimed_by = $17 and t.body = $18 and t.state = 'done'", "finished_at")
            }
        }
    }
}

/// In which direction a page is read, and from where.
pub(super) struct Walk {
    pub(super) order: Order,
    rises: bool,
    from: Option<Key>,
}

impl Walk {
    pub(super) fn new(order: Order, sort: Sort, place: &Place) -> Result<Self, CaseError> {
        let list_rises = match (order, sort) {
            (Order::Done, Sort::Due) | (_, Sort::Newest) => false,
            (_, Sort::Due | Sort::Oldest) => true,
        };
        let (cursor, is_back) = match place {
            Place::First => (None, false),
            Place::After(cursor) => (Some(cursor), false),
            Place::Before(cursor) => (Some(cursor), true),
        };
        let from = cursor.map(|cursor| Key::of_cursor(cursor, order)).transpose()?;
        Ok(Self { order, rises: list_rises != is_back, from })
    }

    /// Which of two rows this walk meets first.
    pub(super) fn compare(&self, a: &Key, b: &Key) -> Ordering {
        if self.rises { a.cmp(b) } else { b.cmp(a) }
    }

    /// Whether a row lies ahead.
    pub(super) fn is_ahead(&self, key: &Key) -> bool {
        self.from.as_ref().is_none_or(|from| self.compare(from, key).is_lt())
    }
}

/// A piece of an index: what leads to it, and its bounds.
pub(super) struct Range {
    lead: Vec<Val>,
    low: Key,
    high: Key,
}

/// The ranges that hold every row of the list, and no row twice.
pub(super) fn of(query: &WorkQuery<'_>, order: Order) -> Vec<Range> {
    let Some(days) = due_days(query.filter, query.days) else { return Vec::new() };
    if query.scope == Scope::Done && query.filter.light.is_some_and(|light| light != Light::Grey) {
        return Vec::new(); // nothing finished is urgent
    }
    let clerk = query.clerk;
    let leads: Vec<Vec<Val>> = match query.scope {
        Scope::Body => {
            let roles = WORKING_ROLES.into_iter().filter(|role| clerk.roles.contains(role));
            let lead = |role: Role| {
                let item = query.filter.item.as_ref().filter(|_| order == Order::ByItem);
                vals![clerk.body, role.as_str()].into_iter().chain(item.map(Val::from)).collect()
            };
            roles.map(lead).collect()
        }
        Scope::Mine | Scope::Done => vec![vals![clerk.staff, clerk.body]],
        Scope::Delegated => clerk.deputy_of.iter().map(|colleague| vals![*colleague, clerk.body]).collect(),
        Scope::Watched => Vec::new(),
    };
    let bounds = bounds(query.filter, order, days);
    let range = |lead: &Vec<Val>| {
        let each = bounds.iter().map(|(low, high)| (lead.clone(), low.clone(), high.clone()));
        each.map(|(lead, low, high)| Range { lead, low, high }).collect::<Vec<_>>()
    };
    leads.iter().flat_map(range).collect()
}

/// In the order of last days, lights and days are ranges: one among express work and one among the rest.
fn bounds(filter: &WorkFilter, order: Order, (first, last): (Date, Date)) -> Vec<(Key, Key)> {
    let is_whole = (first, last) == (FIRST_DAY, FAR_DAY);
    if !order.is_by_rank() || (is_whole && filter.express.is_none()) {
        return vec![(Key::least(order), Key::greatest(order))];
    }
    let wanted =
        [true, false].into_iter().filter(|express| filter.express.is_none_or(|only| only == *express));
    let bound = |express| {
        let low = Key { at: At::Rank(due_rank(express, first)), id: String::new() };
        (low, Key { at: At::Rank(due_rank(express, last)), id: ABOVE_IDS.into() })
    };
    wanted.map(bound).collect()
}

/// The last days that the filter lets through; nothing when no day can.
pub(super) fn due_days(filter: &WorkFilter, days: LightDays) -> Option<(Date, Date)> {
    let last_known = FAR_DAY.saturating_sub(1.day());
    let (mut first, mut last) = match filter.light {
        None => (FIRST_DAY, FAR_DAY),
        Some(Light::Red) => (FIRST_DAY, days.today.saturating_sub(1.day())),
        Some(Light::Yellow) => (days.today, days.yellow_until),
        Some(Light::Green) => (days.surely_yellow_until.saturating_add(1.day()), last_known),
        Some(Light::Grey) => (FAR_DAY, FAR_DAY),
    };
    if let Some(from) = filter.due_from {
        (first, last) = (first.max(from), last.min(last_known));
    }
    if let Some(to) = filter.due_to {
        last = last.min(to).min(last_known);
    }
    (first <= last).then_some((first, last))
}

/// `$1` to `$11`: what the range itself does not say already.
fn filters(query: &WorkQuery<'_>, order: Order) -> Vec<Val> {
    let filter = query.filter;
    let by_rank = order.is_by_rank();
    let days = due_days(filter, query.days).filter(|_| !by_rank);
    let state = filter.claimed.map(|claimed| if claimed { "claimed" } else { "open" });
    // Finished work has neither: its state is its own, and its days are past.
    let is_live = order != Order::Done;
    // Days tell a light but for those on which packages differ.
    let light =
        |light| (filter.light == Some(light) && query.days.differ() && is_live).then_some(query.days.today);
    vals![
        filter.item.as_ref().filter(|_| order != Order::ByItem).cloned(),
        filter.handling.clone(),
        filter.division.clone(),
        filter.work.map(crate::TaskKind::as_str),
        filter.stage.clone(),
        state.filter(|_| is_live),
        filter.express.map(|express| if express { "0" } else { "1" }).filter(|_| !by_rank),
        days.map(|(first, _)| first).filter(|first| is_live && *first != FIRST_DAY),
        days.map(|(_, last)| last).filter(|last| is_live && *last != FAR_DAY),
        light(Light::Yellow),
        light(Light::Green)
    ]
}

fn is_given(val: &Val) -> bool {
    !matches!(val, Val::T(None) | Val::I(None) | Val::F(None) | Val::B(None))
}

/// A statement with its values, as the database will see it.
pub(super) struct Read {
    pub(super) sql: &'static str,
    pub(super) vals: Vec<Val>,
}

impl Range {
    /// The part of the range that lies ahead.
    pub(super) fn cut(mut self, walk: &Walk) -> Option<Self> {
        if let Some(from) = &walk.from {
            if walk.rises {
                self.low = self.low.max(from.clone());
            } else {
                self.high = self.high.min(from.clone());
            }
        }
        (self.low < self.high).then_some(self)
    }

    fn vals(&self, filters: &[Val], rows: i64) -> Vec<Val> {
        let keys = self.low.vals().into_iter().chain(self.high.vals());
        filters.iter().cloned().chain(keys).chain(vals![rows]).chain(self.lead.clone()).collect()
    }

    /// The statement for the rows.
    pub(super) fn rows(&self, query: &WorkQuery<'_>, walk: &Walk, limit: i64) -> Read {
        let statements = walk.order.statements();
        let sql = if walk.rises { statements.rising } else { statements.falling };
        Read { sql, vals: self.vals(&filters(query, walk.order), limit) }
    }

    /// The statement for the place up to which is looked, if the filter passes over rows at all.
    pub(super) fn bound(&self, query: &WorkQuery<'_>, walk: &Walk, looked_at_max: i64) -> Option<Read> {
        let given = filters(query, walk.order);
        if !given.iter().any(is_given) {
            return None;
        }
        let statements = walk.order.statements();
        let sql = if walk.rises { statements.bound_rising } else { statements.bound_falling };
        Some(Read { sql, vals: self.vals(&given, looked_at_max.max(1) - 1) })
    }
}

/// The first rows of a range that fit; nothing when none of it lies ahead.
pub(super) async fn read(
    tx: &mut Tx,
    query: &WorkQuery<'_>,
    range: Range,
    walk: &Walk,
    size: PageSize,
    looked_at_max: i64,
) -> Result<Option<Part>, CaseError> {
    let Some(mut range) = range.cut(walk) else { return Ok(None) };
    let mut looked_up_to = None;
    if let Some(Read { sql, vals }) = range.bound(query, walk, looked_at_max)
        && let Some(row) = tx.fetch_optional(sql, vals).await?
    {
        let at = if walk.order.is_by_rank() { At::Rank(row.get(0)?) } else { At::Instant(row.get(0)?) };
        let bound = Key { at, id: row.get(1)? };
        if walk.rises {
            range.high = bound.clone();
        } else {
            range.low = bound.clone();
        }
        looked_up_to = Some(bound);
    }
    let Read { sql, vals } = range.rows(query, walk, size.limit());
    let found = tx.fetch_all(sql, vals).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in &found {
        let item = WorkItem::read(row, query.days)?;
        rows.push((item.key(walk.order), item));
    }
    if rows.len() > size.get() as usize {
        looked_up_to = rows.last().map(|(key, _)| key.clone());
    }
    Ok(Some(Part { rows, looked_up_to }))
}
