//! How the work of a body is shared out (工作量): by clerk, by role, by item. What managers look at.
//!
//! Every figure is counted along an index and never further than a bound, and a page costs one statement, however many
//! clerks or items are on it: a body with a million cases answers like one with ten.

use jiff::civil::Date;
use kernel::{BodyId, Role, StaffId, Timestamp};
use serde::Deserialize;
use store::{Sql, Tx, vals};

use super::lights::between_days;
use super::ranges::columns;
use super::{LightDays, WorkItem};
use crate::error::CaseError;

/// Most rows of one role that are looked at for the figures of a body: past them figures say "at least".
const ROLE_LOOKED_AT: i64 = 10_000;

/// What a clerk has in hand and has finished. No figure is above `COUNTED_MAX`, which stands for so many or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClerkLoad {
    /// Who.
    pub staff: StaffId,
    /// Taken and waiting for work.
    pub claimed: i64,
    /// Of these past their end.
    pub red: i64,
    /// Of these near their end.
    pub yellow: i64,
    /// Taken, while the case waits for its applicant or is suspended.
    pub waiting: i64,
    /// When the longest waiting case among the taken was submitted.
    pub oldest: Option<Timestamp>,
    /// Finished since the later of the two instants asked for.
    pub finished_lately: i64,
    /// Finished since the earlier one.
    pub finished: i64,
}

// `$1` the clerks, `$2` the body, `$3` today, `$4` and `$5` where yellow is no longer sure and where it ends, `$6` and
// `$7` the instants.
macro_rules! of_clerk {
    ($state:literal, $more:literal) => {
        concat!(
            "(select count(*) from (select 1 as one from case_tasks t where t.claimed_by = k.value and t.body = $2
             and t.state = '",
            $state,
            "' ",
            $more,
            " limit 1000) counted)"
        )
    };
}
macro_rules! clerks {
    ($from:literal) => {
        concat!(
            "select k.value, ",
            of_clerk!("claimed", ""),
            ", ",
            of_clerk!("claimed", "and t.due_rank >= '0' and t.due_rank < '0' || $3"),
            " + ",
            of_clerk!("claimed", "and t.due_rank >= '1' and t.due_rank < '1' || $3"),
            ", ",
            of_clerk!(
                "claimed",
                "and t.due_rank >= '0' || $3 and t.due_rank < '0' || $5 and (t.due_on < $4 or t.yellow_from <= $3)"
            ),
            " + ",
            of_clerk!(
                "claimed",
                "and t.due_rank >= '1' || $3 and t.due_rank < '1' || $5 and (t.due_on < $4 or t.yellow_from <= $3)"
            ),
            ", ",
            of_clerk!("waiting", "and t.claimed_by is not null"),
            ", (select t.submitted_at from case_tasks t where t.claimed_by = k.value and t.body = $2
                and t.state = 'claimed' order by t.submitted_at, t.id limit 1), ",
            of_clerk!("done", "and t.finished_at >= $6"),
            ", ",
            of_clerk!("done", "and t.finished_at >= $7"),
            " from ",
            $from
        )
    };
}
pub(super) const OF_CLERKS: Sql = Sql::Two {
    sqlite: clerks!("json_each($1) k"),
    postgres: clerks!("jsonb_array_elements_text(cast($1 as jsonb)) k (value)"),
};

/// The load of these clerks, as far as their work lies in this body; in any order. `since`: two instants, the later one
/// first.
pub async fn load_of_clerks(
    tx: &mut Tx,
    body: BodyId,
    clerks: &[StaffId],
    days: LightDays,
    since: [Timestamp; 2],
) -> Result<Vec<ClerkLoad>, CaseError> {
    if clerks.is_empty() {
        return Ok(Vec::new());
    }
    let [sure_until, until] = between_days(days);
    let [lately, earlier] = since;
    let named = serde_json::to_string(clerks)?;
    let rows =
        tx.fetch_all(OF_CLERKS, vals![named, body, days.today, sure_until, until, lately, earlier]).await?;
    let counted = |count: i64| count.min(super::COUNTED_MAX);
    let read = |row: &store::Row| -> Result<ClerkLoad, CaseError> {
        Ok(ClerkLoad {
            staff: row.get(0)?,
            claimed: row.get(1)?,
            red: counted(row.get(2)?),
            yellow: counted(row.get(3)?),
            waiting: row.get(4)?,
            oldest: row.get(5)?,
            finished_lately: row.get(6)?,
            finished: row.get(7)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The work of a role in a body, of the most urgent ten thousand tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleLoad {
    /// Whose work.
    pub role: Role,
    /// Nobody has taken it.
    pub open: i64,
    /// Of these past their end.
    pub open_red: i64,
    /// Somebody has.
    pub claimed: i64,
    /// Whether there is more than was looked at.
    pub is_partial: bool,
}

macro_rules! of_role {
    ($role:literal) => {
        concat!(
            "select '",
            $role,
            "', coalesce(sum(case when looked_at.state = 'open' then 1 else 0 end), 0),
               coalesce(sum(case when looked_at.state = 'open' and substr(looked_at.due_rank, 2) < $2 then 1 else 0 end), 0),
               count(*)
             from (select t.state, t.due_rank from case_tasks t where t.body = $1 and t.role = '",
            $role,
            "' and t.state in ('open', 'claimed') order by t.due_rank, t.id limit 10000) looked_at"
        )
    };
}
pub(super) const OF_ROLES: &str =
    concat!(of_role!("acceptance"), " union all ", of_role!("review"), " union all ", of_role!("decision"));

/// The work of each role in a body.
pub async fn load_of_roles(tx: &mut Tx, body: BodyId, today: Date) -> Result<Vec<RoleLoad>, CaseError> {
    let rows = tx.fetch_all(OF_ROLES, vals![body, today]).await?;
    let read = |row: &store::Row| -> Result<RoleLoad, CaseError> {
        let (open, all): (i64, i64) = (row.get(1)?, row.get(3)?);
        Ok(RoleLoad {
            role: row.parse(0)?,
            open,
            open_red: row.get(2)?,
            claimed: all - open,
            is_partial: all >= ROLE_LOOKED_AT,
        })
    };
    rows.iter().map(read).collect()
}

/// The waiting work of an item in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemLoad {
    /// Item code.
    pub item: String,
    /// By handling and package version.
    pub versions: Vec<VersionLoad>,
}

/// The waiting work of one package version; of each role the most urgent thousand tasks are counted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct VersionLoad {
    /// Handling code.
    pub handling: String,
    /// The version under which the cases run.
    pub version: String,
    /// Tasks.
    pub waiting: i64,
    /// Of these taken by nobody.
    pub open: i64,
    /// Of these past their end.
    pub red: i64,
    /// Of these near their end.
    pub yellow: i64,
    /// The cases to which they belong.
    pub cases: i64,
}

// The next item after one, over all roles: a step along the index each.
macro_rules! next_item {
    ($after:literal) => {
        concat!(
            "(select min(step.item) from (select min(t.item) as item from case_tasks t where t.body = $1
                  and t.role = 'acceptance' and t.state in ('open', 'claimed') and t.item > ",
            $after,
            " union all select min(t.item) from case_tasks t where t.body = $1
                  and t.role = 'review' and t.state in ('open', 'claimed') and t.item > ",
            $after,
            " union all select min(t.item) from case_tasks t where t.body = $1
                  and t.role = 'decision' and t.state in ('open', 'claimed') and t.item > ",
            $after,
            ") step)"
        )
    };
}
macro_rules! of_item {
    ($role:literal) => {
        concat!(
            "select * from (select t.handling, t.package_version, t.case_id, t.state, t.due_rank, t.due_on, t.yellow_from
                 from case_tasks t where t.body = $1 and t.role = '",
            $role,
            "' and t.item = known.item and t.state in ('open', 'claimed')
                 order by t.due_rank, t.id limit 1000) of_",
            $role
        )
    };
}
macro_rules! items {
    ($collect:literal) => {
        concat!(
            "with recursive known (item, n) as (select ",
            next_item!("$2"),
            ", 1 union all select ",
            next_item!("known.item"),
            ", known.n + 1 from known where known.item is not null and known.n < $6)
             select known.item, (select ",
            $collect,
            " from (select looked_at.handling, looked_at.package_version as version, count(*) as waiting,
                     sum(case when looked_at.state = 'open' then 1 else 0 end) as open,
                     sum(case when looked_at.due_on < $3 then 1 else 0 end) as red,
                     sum(case when looked_at.due_on >= $3 and looked_at.due_on < $5
                         and (looked_at.due_on < $4 or looked_at.yellow_from <= $3) then 1 else 0 end) as yellow,
                     count(distinct looked_at.case_id) as cases
                 from (",
            of_item!("acceptance"),
            " union all ",
            of_item!("review"),
            " union all ",
            of_item!("decision"),
            ") looked_at group by looked_at.handling, looked_at.package_version
                 order by looked_at.handling, looked_at.package_version) v)
             from known where known.item is not null"
        )
    };
}
pub(super) const OF_ITEMS: Sql = Sql::Two {
    sqlite: items!(
        "json_group_array(json_object('handling', v.handling, 'version', v.version, 'waiting', v.waiting,
             'open', v.open, 'red', v.red, 'yellow', v.yellow, 'cases', v.cases))"
    ),
    postgres: items!(
        "cast(json_agg(json_build_object('handling', v.handling, 'version', v.version, 'waiting', v.waiting,
             'open', v.open, 'red', v.red, 'yellow', v.yellow, 'cases', v.cases)) as text)"
    ),
};

/// The items of which work waits in a body, by their codes: at most `limit` after this one.
pub async fn load_of_items(
    tx: &mut Tx,
    body: BodyId,
    after: &str,
    limit: i64,
    days: LightDays,
) -> Result<Vec<ItemLoad>, CaseError> {
    let [sure_until, until] = between_days(days);
    let rows = tx.fetch_all(OF_ITEMS, vals![body, after, days.today, sure_until, until, limit]).await?;
    let read = |row: &store::Row| -> Result<ItemLoad, CaseError> {
        Ok(ItemLoad { item: row.get(0)?, versions: serde_json::from_str(&row.get::<String>(1)?)? })
    };
    rows.iter().map(read).collect()
}

pub(super) const WAITING_OF_CLERK: &str = concat!(
    "select ",
    columns!(),
    " from case_tasks t where t.claimed_by = $1 and t.body = $2 and t.state = 'waiting' and t.claimed_by is not null
     order by t.due_rank, t.id limit $3"
);

/// What a clerk has taken of cases that wait for their applicant or are suspended. No worklist shows it, and it is
/// handed on with the rest when the clerk leaves.
pub async fn waiting_of_clerk(
    tx: &mut Tx,
    staff: StaffId,
    body: BodyId,
    days: LightDays,
    limit: i64,
) -> Result<Vec<WorkItem>, CaseError> {
    let rows = tx.fetch_all(WAITING_OF_CLERK, vals![staff, body, limit]).await?;
    rows.iter().map(|row| WorkItem::read(row, days)).collect()
}
