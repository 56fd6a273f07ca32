//! Worklists (待办): pages of work by scope, filter and order, each read as ranges of an index that has its order.
//!
//! A page never costs more than a bounded number of rows, however long the list is: where a filter has no index of
//! its own, so many rows are looked at, and a page that did not fill up says from where to look on.

use jiff::civil::Date;
use kernel::{CaseId, StaffActor, StaffId, TaskId, Timestamp, to_micros};
use legal_time::Light;
use store::page::{Cursor, PageSize};
use store::{Row, Tx};

use crate::error::CaseError;
use crate::lists::word;
use crate::status::TaskKind;
use crate::tasks::{FAR_DAY, due_rank};

mod find;
mod lights;
mod load;
mod ranges;
#[cfg(test)]
mod tests;
mod watch;

pub use find::{
    NUMBER_END_MIN, case_of_task, find_by_number, find_by_number_end, items_of_worklist, tasks_of_clerk,
};
pub use lights::{COUNTED_MAX, LightDays, Lights, count_lights};
pub use load::{
    ClerkLoad, ItemLoad, RoleLoad, VersionLoad, load_of_clerks, load_of_items, load_of_roles,
    waiting_of_clerk,
};
pub use watch::{WATCHED_MAX, is_watched, unwatch, watch};

use ranges::{At, Key, Order};

/// Rows that are looked at for one page when a filter passes over some, over all ranges together. A body with more
/// waiting work of one role than this is told that the search goes on with the next page.
const LOOKED_AT_MAX: i64 = 10_000;

/// Whose work a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Waiting work of my body and roles, whoever has taken it.
    #[default]
    Body,
    /// What I have taken.
    Mine,
    /// What colleagues have taken for whom I stand in (代理).
    Delegated,
    /// The cases on which I keep an eye (关注), also those that wait for the applicant or have ended.
    Watched,
    /// What I have finished, to find it again.
    Done,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Express work first, then by the last day. Finished work, which has none, by its end, latest first.
    #[default]
    Due,
    /// By submission, the latest first.
    Newest,
    /// By submission, the earliest first.
    Oldest,
}

/// What work must be like to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkFilter {
    /// How urgent.
    pub light: Option<Light>,
    /// Item code.
    pub item: Option<String>,
    /// Handling code.
    pub handling: Option<String>,
    /// The digits with which the division begins: those of a county hold its towns.
    pub division: Option<String>,
    /// Kind of work.
    pub work: Option<TaskKind>,
    /// Stage id.
    pub stage: Option<String>,
    /// First day of the last days.
    pub due_from: Option<Date>,
    /// Last day of the last days.
    pub due_to: Option<Date>,
    /// 绿色通道, or not.
    pub express: Option<bool>,
    /// Whether somebody has taken it.
    pub claimed: Option<bool>,
}

/// Which list.
#[derive(Debug, Clone, Copy)]
pub struct WorkQuery<'a> {
    /// For whom.
    pub clerk: &'a StaffActor,
    /// Whose work.
    pub scope: Scope,
    /// What it must be like.
    pub filter: &'a WorkFilter,
    /// In which order.
    pub sort: Sort,
    /// What the lights mean today.
    pub days: LightDays,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Place {
    /// The first.
    #[default]
    First,
    /// The one after the page of this `next`.
    After(Cursor),
    /// The one before the page of this `previous`.
    Before(Cursor),
}

/// A page of a worklist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkPage {
    /// The rows.
    pub items: Vec<WorkItem>,
    /// Where the next page starts; nothing when this is the last one.
    pub next: Option<Cursor>,
    /// Before what the previous page ends; nothing when this is the first one.
    pub previous: Option<Cursor>,
    /// The page is not full, though there may be more: only part of a long list was looked at.
    pub is_partial: bool,
}

/// Where a row of work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkState {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Claimed,
    /// The case waits for its applicant.
    Waiting,
    /// Finished.
    Done,
    /// Overtaken by what happened to the case.
    Dropped,
}

impl WorkState {
    /// The word used in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Open, Self::Claimed, Self::Waiting, Self::Done, Self::Dropped];
        all.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether it is over.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Dropped)
    }
}

/// A task as a worklist shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkItem {
    /// The task.
    pub task: TaskId,
    /// Its case.
    pub case: CaseId,
    /// 办件编号
    pub number: String,
    /// Item code.
    pub item: String,
    /// Handling code.
    pub handling: String,
    /// The package version under which the case runs.
    pub package_version: String,
    /// Where it was applied for.
    pub division: String,
    /// Stage id.
    pub stage: String,
    /// Branch id.
    pub branch: Option<String>,
    /// Kind of work.
    pub work: TaskKind,
    /// Where it stands.
    pub state: WorkState,
    /// Who has it.
    pub claimed_by: Option<StaffId>,
    /// Their name.
    pub claimed_name: Option<String>,
    /// 绿色通道
    pub express: bool,
    /// Last day, when known.
    pub due_on: Option<Date>,
    /// How urgent; grey when it is over.
    pub light: Light,
    /// When the case was submitted.
    pub submitted_at: Timestamp,
    /// When the task was finished.
    pub finished_at: Option<Timestamp>,
}

impl WorkItem {
    /// Reads a row of `ranges::columns!`.
    fn read(row: &Row, days: LightDays) -> Result<Self, CaseError> {
        let due: Date = row.get(13)?;
        let known = |day: Date| (day != FAR_DAY).then_some(day);
        let (due_on, yellow_from) = (known(due), known(row.get(17)?));
        let state = word(row, 10, WorkState::from_word)?;
        Ok(Self {
            task: row.get(0)?,
            case: row.get(1)?,
            number: row.get(2)?,
            item: row.get(3)?,
            handling: row.get(4)?,
            package_version: row.get(5)?,
            division: row.get(6)?,
            stage: row.get(7)?,
            branch: row.get(8)?,
            work: word(row, 9, TaskKind::from_word)?,
            state,
            claimed_by: row.get(11)?,
            claimed_name: row.get(12)?,
            express: row.get(14)?,
            due_on,
            light: if state.is_over() { Light::Grey } else { days.light(due_on, yellow_from) },
            submitted_at: row.get(15)?,
            finished_at: row.get(16)?,
        })
    }

    /// Its place in a list of this order.
    fn key(&self, order: Order) -> Key {
        let at = match order {
            Order::ByDue | Order::ByItem | Order::MineByDue => {
                At::Rank(due_rank(self.express, self.due_on.unwrap_or(FAR_DAY)))
            }
            Order::BySubmission | Order::MineBySubmission => At::Instant(to_micros(self.submitted_at)),
            Order::Done => At::Instant(self.finished_at.map(to_micros).unwrap_or_default()),
        };
        Key { at, id: self.task.to_string() }
    }
}

/// A page of work.
pub async fn worklist(
    tx: &mut Tx,
    query: &WorkQuery<'_>,
    place: &Place,
    size: PageSize,
) -> Result<WorkPage, CaseError> {
    worklist_within(tx, query, place, size, LOOKED_AT_MAX).await
}

async fn worklist_within(
    tx: &mut Tx,
    query: &WorkQuery<'_>,
    place: &Place,
    size: PageSize,
    looked_at_max: i64,
) -> Result<WorkPage, CaseError> {
    let page = one_page(tx, query, place, size, looked_at_max).await?;
    let is_short = page.previous.is_none() && page.items.len() < size.get() as usize;
    if is_short && matches!(place, Place::Before(_)) {
        // Going back has reached the beginning: a full first page is more use than its last rows.
        return one_page(tx, query, &Place::First, size, looked_at_max).await;
    }
    Ok(page)
}

async fn one_page(
    tx: &mut Tx,
    query: &WorkQuery<'_>,
    place: &Place,
    size: PageSize,
    looked_at_max: i64,
) -> Result<WorkPage, CaseError> {
    let order = Order::of(query);
    let walk = ranges::Walk::new(order, query.sort, place)?;
    let parts = if query.scope == Scope::Watched {
        vec![watch::part(tx, query, &walk).await?]
    } else {
        let ranges = ranges::of(query, order);
        let each = looked_at_max / i64::try_from(ranges.len().max(1)).unwrap_or(1);
        let mut parts = Vec::with_capacity(ranges.len());
        for range in ranges {
            parts.extend(ranges::read(tx, query, range, &walk, size, each).await?);
        }
        parts
    };
    Ok(merged(parts, &walk, place, size))
}

/// What one range gave: its first rows that fit, and up to where it was looked at; to its end without it.
struct Part {
    rows: Vec<(Key, WorkItem)>,
    looked_up_to: Option<Key>,
}

/// The first rows of all parts together. Nothing is shown from behind the place up to which every part was looked at:
/// a row before it may still come from another part.
fn merged(parts: Vec<Part>, walk: &ranges::Walk, place: &Place, size: PageSize) -> WorkPage {
    let size = size.get() as usize;
    let is_back = matches!(place, Place::Before(_));
    let limit = parts.iter().filter_map(|part| part.looked_up_to.clone()).min_by(|a, b| walk.compare(a, b));
    let mut rows: Vec<(Key, WorkItem)> = parts.into_iter().flat_map(|part| part.rows).collect();
    rows.retain(|(key, _)| limit.as_ref().is_none_or(|limit| walk.compare(key, limit).is_le()));
    rows.sort_by(|(a, _), (b, _)| walk.compare(a, b));
    let more = if rows.len() > size {
        rows.truncate(size);
        rows.last().map(|(key, _)| key.clone())
    } else {
        limit
    };
    let is_partial = more.is_some() && rows.len() < size;
    if is_back {
        rows.reverse();
    }
    let cursor = |key: Option<&Key>| key.map(Key::cursor);
    let (first, last) = (rows.first().map(|(key, _)| key), rows.last().map(|(key, _)| key));
    let (next, previous) = match place {
        Place::First => (cursor(more.as_ref()), None),
        Place::After(_) => (cursor(more.as_ref()), cursor(first)),
        Place::Before(_) => (cursor(last), cursor(more.as_ref())),
    };
    WorkPage { next, previous, is_partial, items: rows.into_iter().map(|(_, item)| item).collect() }
}
