//! A run over the open cases: planned, in progress, done; and the list of what it moved.

use kernel::{CaseId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Row, Tx, jobs, vals};

use super::{ClockName, LastDay, REEVALUATE_JOB, Step};
use crate::error::CaseError;

/// Counting stops here: nobody needs to know more exactly how long it will take.
const COUNT_MAX: i64 = 100_000;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It goes on.
    Running,
    /// Every open case has been looked at.
    Done,
    /// Another calendar was put in force before it ended; the run of that one does the rest.
    Superseded,
}

impl RunState {
    /// The word used in tables and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Superseded => "superseded",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Superseded].into_iter().find(|state| state.as_str() == word)
    }
}

/// How far a run over the open cases is, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reevaluation {
    /// Its number.
    pub number: i64,
    /// Version of the calendar.
    pub calendar: String,
    /// Where it stands.
    pub state: RunState,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// When it last got on.
    pub last_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Open cases when it was planned; at most 100,000 are counted.
    pub open_cases: i64,
    /// Cases looked at so far.
    pub looked_at: i64,
    /// Cases of which a last day moved.
    pub moved: i64,
    /// Among them those with a last day that was unknown before.
    pub became_known: i64,
    /// Among them those with a last day that is unknown now.
    pub became_unknown: i64,
    /// Cases that could not be read.
    pub faults: i64,
}

impl Reevaluation {
    /// Cases of which nothing moved.
    pub const fn unchanged(&self) -> i64 {
        self.looked_at - self.moved - self.faults
    }
}

/// A case that a run moved, or could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The case.
    pub case: CaseId,
    /// 办件编号
    pub number: String,
    /// Whose last day: that of the clock that leads, if it moved. A word of [`ClockName`].
    pub clock: String,
    /// Before and after; nothing for a fault.
    pub days: Option<(LastDay, LastDay)>,
    /// Why it could not be moved.
    pub fault: Option<String>,
}

/// A case that the calendar in force has not reached.
#[derive(Debug, Clone)]
pub struct Stale {
    pub(super) id: CaseId,
    pub(super) number: String,
    pub(super) state: String,
    pub(super) told: String,
    pub(super) cached: String,
}

impl Stale {
    /// Version of the calendar under which its days were told.
    pub fn told(&self) -> &str {
        &self.told
    }
}

/// What a batch adds to its run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) looked_at: i64,
    pub(super) moved: i64,
    pub(super) became_known: i64,
    pub(super) became_unknown: i64,
    pub(super) faults: i64,
}

/// How many cases are open; at most 100,000 are counted.
pub async fn count_open(tx: &mut Tx) -> Result<i64, CaseError> {
    let row = tx
        .fetch_one(
            "select count(*) from (select 1 from cases
                 where told_calendar >= '' limit $1) as open_cases",
            vals![COUNT_MAX],
        )
        .await?;
    Ok(row.get(0)?)
}

/// The ranges before and behind the version in force, so that the index gives the rows without a look at the others.
pub(crate) const STALE: &str = "select c.id, c.number, c.state, c.told_calendar, c.calendar_version from cases c join (
        select id from (select id from cases where told_calendar < $1 limit $2) as a
        union all
        select id from (select id from cases where told_calendar > $1 limit $2) as b
        union all
        select id from (select id from cases where told_calendar = $1 and calendar_version < $1 limit $2) as d
        union all
        select id from (select id from cases where told_calendar = $1 and calendar_version > $1 limit $2) as e) as behind on behind.id = c.id
     where not exists (select 1 from case_moves m where m.run = $3 and m.case_id = c.id and m.fault is not null)
     order by c.id limit $2";

/// Open cases that a calendar has not reached, without those that this run could not read.
pub async fn stale(tx: &mut Tx, calendar: &str, run: i64, size: u32) -> Result<Vec<Stale>, CaseError> {
    // Faults stay in front of the others, so as many more are fetched.
    let faults = tx
        .fetch_one("select coalesce(max(faults), 0) from case_reevaluations where number = $1", vals![run])
        .await?;
    let limit = i64::from(size) + faults.get::<i64>(0)?;
    let rows = tx.fetch_all(STALE, vals![calendar, limit, run]).await?;
    let mut found = rows.iter().map(read_stale).collect::<Result<Vec<_>, _>>()?;
    found.truncate(size as usize);
    Ok(found)
}

fn read_stale(row: &Row) -> Result<Stale, store::Error> {
    let (told, cached): (String, String) = (row.get(3)?, row.get(4)?);
    // A node of an older program opens cases without saying so.
    let told = if told.is_empty() { cached.clone() } else { told };
    Ok(Stale { id: row.get(0)?, number: row.get(1)?, state: row.get(2)?, told, cached })
}

/// Whether the calendar in force has not reached every open case.
pub async fn is_behind(tx: &mut Tx, calendar: &str) -> Result<bool, CaseError> {
    Ok(!tx.fetch_all(STALE, vals![calendar, 1, -1]).await?.is_empty())
}

/// Whether a run goes on.
pub async fn is_running(tx: &mut Tx) -> Result<bool, CaseError> {
    let sql = "select 1 from case_reevaluations where state = 'running'";
    Ok(tx.fetch_optional(sql, vals![]).await?.is_some())
}

/// Plans to go over all open cases with the calendar that was just put in force. A run of an earlier calendar ends.
pub async fn plan_reevaluation(tx: &mut Tx, calendar: &str, now: Timestamp) -> Result<i64, CaseError> {
    tx.execute(
        "update case_reevaluations set state = 'superseded', finished_at = $1 where state = 'running'",
        vals![now],
    )
    .await?;
    let row = tx.fetch_one("select coalesce(max(number), 0) + 1 from case_reevaluations", vals![]).await?;
    let number: i64 = row.get(0)?;
    let open = count_open(tx).await?;
    tx.execute(
        "insert into case_reevaluations (number, calendar, state, planned_at, last_at, open_cases, looked_at, moved,
             became_known, became_unknown, faults)
         values ($1, $2, 'running', $3, $3, $4, 0, 0, 0, 0, 0)",
        vals![number, calendar, now, open],
    )
    .await?;
    plan_step(tx, Step { run: number, step: 0, late: false }, now).await?;
    Ok(number)
}

pub(super) async fn plan_step(tx: &mut Tx, step: Step, at: Timestamp) -> Result<(), CaseError> {
    let job = jobs::NewJob {
        kind: REEVALUATE_JOB,
        key: format!("{}:{}", step.run, step.step),
        payload: serde_json::to_value(step)?,
        run_at: at,
    };
    jobs::enqueue(tx, &job).await?;
    Ok(())
}

/// Ends a run; one that has ended stays as it is.
pub async fn end_reevaluation(
    tx: &mut Tx,
    run: i64,
    state: RunState,
    now: Timestamp,
) -> Result<(), CaseError> {
    tx.execute(
        "update case_reevaluations set state = $1, last_at = $2, finished_at = $2
         where number = $3 and state = 'running'",
        vals![state.as_str(), now, run],
    )
    .await?;
    Ok(())
}

pub(super) async fn add(tx: &mut Tx, run: i64, now: Timestamp, tally: &Tally) -> Result<(), CaseError> {
    tx.execute(
        "update case_reevaluations set looked_at = looked_at + $1, moved = moved + $2,
             became_known = became_known + $3, became_unknown = became_unknown + $4, faults = faults + $5, last_at = $6
         where number = $7",
        vals![
            tally.looked_at,
            tally.moved,
            tally.became_known,
            tally.became_unknown,
            tally.faults,
            now,
            run
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn note_move(
    tx: &mut Tx,
    run: i64,
    case: &Stale,
    clock: &ClockName,
    before: LastDay,
    after: LastDay,
) -> Result<(), CaseError> {
    tx.execute(
        "insert into case_moves (run, case_id, number, clock, before, after) values ($1, $2, $3, $4, $5, $6)
         on conflict (run, case_id) do update set clock = excluded.clock, before = excluded.before,
             after = excluded.after, fault = null",
        vals![
            run,
            case.id,
            &case.number,
            clock.as_str(),
            serde_json::to_string(&before)?,
            serde_json::to_string(&after)?
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn note_fault(tx: &mut Tx, run: i64, case: &Stale, fault: &str) -> Result<(), CaseError> {
    tx.execute(
        "insert into case_moves (run, case_id, number, clock, before, after, fault)
         values ($1, $2, $3, '', '', '', $4)
         on conflict (run, case_id) do update set fault = excluded.fault",
        vals![run, case.id, &case.number, fault],
    )
    .await?;
    Ok(())
}

const COLUMNS: &str =
    "select number, calendar, state, planned_at, last_at, finished_at, open_cases, looked_at, moved,
        became_known, became_unknown, faults from case_reevaluations where number = $1";
const NEWEST_FIRST: &str =
    "select number, calendar, state, planned_at, last_at, finished_at, open_cases, looked_at,
        moved, became_known, became_unknown, faults from case_reevaluations
     where number < $1 order by number desc limit $2";

fn read(row: &Row) -> Result<Reevaluation, store::Error> {
    let state: String = row.get(2)?;
    Ok(Reevaluation {
        number: row.get(0)?,
        calendar: row.get(1)?,
        state: RunState::from_word(&state).ok_or_else(|| row.damaged(2, "a state of a run"))?,
        planned_at: row.get(3)?,
        last_at: row.get(4)?,
        finished_at: row.get(5)?,
        open_cases: row.get(6)?,
        looked_at: row.get(7)?,
        moved: row.get(8)?,
        became_known: row.get(9)?,
        became_unknown: row.get(10)?,
        faults: row.get(11)?,
    })
}

/// The run of this number.
pub async fn find_reevaluation(tx: &mut Tx, number: i64) -> Result<Option<Reevaluation>, CaseError> {
    let row = tx.fetch_optional(COLUMNS, vals![number]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// The runs, newest first.
pub async fn list_reevaluations(tx: &mut Tx, page: &PageRequest) -> Result<Page<Reevaluation>, CaseError> {
    let before = page.keys(vals![i64::MAX])?.pop().unwrap_or_else(|| i64::MAX.into());
    let rows = tx.fetch_all(NEWEST_FIRST, vals![before, page.size.limit()]).await?;
    let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.size, |run| vals![run.number]))
}

/// What a run moved and what it could not, by case.
pub async fn list_moves(tx: &mut Tx, run: i64, page: &PageRequest) -> Result<Page<Move>, CaseError> {
    let after = page.keys(vals![""])?.pop().unwrap_or_else(|| "".into());
    let rows = tx
        .fetch_all(
            "select case_id, number, clock, before, after, fault from case_moves
             where run = $1 and case_id > $2 order by case_id limit $3",
            vals![run, after, page.size.limit()],
        )
        .await?;
    let items = rows.iter().map(read_move).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.size, |moved| vals![moved.case]))
}

fn read_move(row: &Row) -> Result<Move, CaseError> {
    let fault: Option<String> = row.get(5)?;
    let days = if fault.is_some() {
        None
    } else {
        let (before, after): (String, String) = (row.get(3)?, row.get(4)?);
        Some((serde_json::from_str(&before)?, serde_json::from_str(&after)?))
    };
    Ok(Move { case: row.get(0)?, number: row.get(1)?, clock: row.get(2)?, days, fault })
}

/// Forgets what runs planned before this instant moved; the events stay in the cases.
pub async fn forget_old_moves(tx: &mut Tx, before: Timestamp) -> Result<u64, CaseError> {
    let sql =
        "delete from case_moves where run in (select number from case_reevaluations where planned_at < $1)";
    Ok(tx.execute(sql, vals![before]).await?)
}
