//! Looks at the data of many persons raise an alarm (批量查询预警). Who looked at whom in this hour and on this day is counted
//! with each look, by keys, so the log is never searched for it.

use jiff::ToSpan as _;
use kernel::{EventId, Timestamp, china_date, china_midnight};

use crate::page::{Page, PageRequest};
use crate::vault::Purpose;
use crate::{Result, Row, Tx, fresh_id, vals};

/// Counters of days past are of no use.
const COUNTS_KEPT_DAYS: i64 = 3;

/// Over which time persons are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// A full hour of the clock.
    Hour,
    /// A civil day in China.
    Day,
}

impl Span {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    fn since(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Hour => {
                let second = now.as_second();
                Timestamp::from_second(second - second.rem_euclid(3600)).unwrap_or(now)
            }
            Self::Day => china_midnight(china_date(now)),
        }
    }
}

impl std::str::FromStr for Span {
    type Err = String;
    fn from_str(word: &str) -> std::result::Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|span| span.as_str() == word)
            .ok_or_else(|| format!("unknown span {word:?}"))
    }
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Looker {
    /// A member of staff.
    Staff,
    /// A connected system.
    Client,
}

impl Looker {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Staff, Self::Client];

    /// The word used in tables, and the beginning of the reference.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Client => "client",
        }
    }

    /// Persons and the platform itself are not counted.
    fn of(reference: &str) -> Option<Self> {
        let kind = reference.split_once(':')?.0;
        Self::ALL.into_iter().find(|looker| looker.as_str() == kind)
    }

    /// Unless somebody sets another limit. A busy window serves a dozen people in an hour and sixty on a day, and looks
    /// again at earlier cases; twice that is unusual enough to be asked about. A connected system signs many on.
    pub const fn persons_max(self, span: Span) -> u32 {
        match (self, span) {
            (Self::Staff, Span::Hour) => 30,
            (Self::Staff, Span::Day) => 120,
            (Self::Client, Span::Hour) => 2000,
            (Self::Client, Span::Day) => 20_000,
        }
    }
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Alarm {
    /// Its id.
    pub id: EventId,
    /// Who looked: `staff:…` or `client:…`.
    pub looker: String,
    /// The body in which they worked.
    pub body: Option<String>,
    /// `hour` or `day`.
    pub span: String,
    /// The first instant of that time.
    pub since: Timestamp,
    /// Persons looked at in that time, so far.
    pub persons: i64,
    /// The limit that was passed.
    pub persons_max: i64,
    /// When.
    pub raised_at: Timestamp,
    /// Who has looked into it, and what they found.
    pub acknowledged: Option<Acknowledged>,
}

/// What became of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Acknowledged {
    /// When.
    pub at: Timestamp,
    /// By whom: an actor's reference.
    pub by: String,
    /// Their name.
    pub name: String,
    /// What they found.
    pub note: String,
}

/// Counts a look, and raises an alarm when the limit is passed.
pub(crate) async fn count(tx: &mut Tx, purpose: &Purpose, subject: &str, now: Timestamp) -> Result<()> {
    let Some(looker) = Looker::of(&purpose.by) else { return Ok(()) };
    for span in Span::ALL {
        let since = span.since(now);
        let seen = tx
            .execute(
                "insert into looked_at (looker, span, since, subject) values ($1, $2, $3, $4)
                 on conflict (looker, span, since, subject) do nothing",
                vals![&purpose.by, span.as_str(), since, subject],
            )
            .await?;
        if seen == 0 {
            continue; // known already in this span
        }
        let row = tx
            .fetch_one(
                "insert into look_counts (looker, span, since, persons) values ($1, $2, $3, 1)
                 on conflict (looker, span, since) do update set persons = look_counts.persons + 1
                 returning persons",
                vals![&purpose.by, span.as_str(), since],
            )
            .await?;
        let persons: i64 = row.get(0)?;
        let max = limit(tx, looker, span).await?;
        if persons > i64::from(max) {
            raise(tx, purpose, (span, since), max, now).await?;
        }
    }
    Ok(())
}

async fn raise(
    tx: &mut Tx,
    purpose: &Purpose,
    (span, since): (Span, Timestamp),
    max: u32,
    now: Timestamp,
) -> Result<()> {
    let raised = tx
        .execute(
            "insert into look_alarms (id, looker, looker_body, span, since, persons_max, raised_at)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (looker, span, since) do nothing",
            vals![
                fresh_id::<EventId>(now),
                &purpose.by,
                purpose.body.clone(),
                span.as_str(),
                since,
                max,
                now
            ],
        )
        .await?;
    if raised == 1 {
        tracing::warn!(looker = purpose.by, span = span.as_str(), max, "many persons' data looked at");
    }
    Ok(())
}

/// How many persons' data this kind of looker may look at in this time before an alarm is raised.
pub async fn limit(tx: &mut Tx, looker: Looker, span: Span) -> Result<u32> {
    let sql = "select persons from look_limits where kind = $1 and span = $2";
    let row = tx.fetch_optional(sql, vals![looker.as_str(), span.as_str()]).await?;
    row.map_or(Ok(looker.persons_max(span)), |row| row.get(0))
}

/// Sets that number.
pub async fn set_limit(
    tx: &mut Tx,
    (looker, span): (Looker, Span),
    persons: u32,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "insert into look_limits (kind, span, persons, changed_at, changed_by) values ($1, $2, $3, $4, $5)
         on conflict (kind, span) do update set persons = excluded.persons, changed_at = excluded.changed_at,
             changed_by = excluded.changed_by",
        vals![looker.as_str(), span.as_str(), persons, now, by],
    )
    .await?;
    Ok(())
}

macro_rules! alarms_where {
    ($condition:literal) => {
        concat!(
            "select a.id, a.looker, a.looker_body, a.span, a.since,
                 coalesce(c.persons, a.persons_max + 1), a.persons_max, a.raised_at,
                 a.acknowledged_at, a.acknowledged_by, a.acknowledged_name, a.note
             from look_alarms a
             left join look_counts c on c.looker = a.looker and c.span = a.span and c.since = a.since
             where ",
            $condition
        )
    };
}

/// The alarms, the latest first; those that nobody has looked into, or all.
pub async fn list(tx: &mut Tx, only_open: bool, request: &PageRequest) -> Result<Page<Alarm>> {
    const OPEN: &str = alarms_where!(
        "a.acknowledged_at is null and (a.raised_at, a.id) < ($1, $2) order by a.raised_at desc, a.id desc limit $3"
    );
    const ALL: &str =
        alarms_where!("(a.raised_at, a.id) < ($1, $2) order by a.raised_at desc, a.id desc limit $3");
    let mut vals = request.keys(vals![i64::MAX, "z"])?;
    vals.extend(vals![request.size.limit()]);
    let rows = tx.fetch_all(if only_open { OPEN } else { ALL }, vals).await?;
    let alarms = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(alarms, request.size, |alarm: &Alarm| vals![alarm.raised_at, alarm.id]))
}

/// One alarm.
pub async fn find(tx: &mut Tx, id: EventId) -> Result<Option<Alarm>> {
    let sql = alarms_where!("a.id = $1");
    tx.fetch_optional(sql, vals![id]).await?.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Alarm> {
    let acknowledged_at: Option<Timestamp> = row.get(8)?;
    let acknowledged = match acknowledged_at {
        Some(at) => Some(Acknowledged {
            at,
            by: row.get(9)?,
            name: row.get::<Option<String>>(10)?.unwrap_or_default(),
            note: row.get::<Option<String>>(11)?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(Alarm {
        id: row.get(0)?,
        looker: row.get(1)?,
        body: row.get(2)?,
        span: row.get(3)?,
        since: row.get(4)?,
        persons: row.get(5)?,
        persons_max: row.get(6)?,
        raised_at: row.get(7)?,
        acknowledged,
    })
}

/// Notes that somebody has looked into an alarm. `false`: somebody else was earlier, or there is no such alarm.
pub async fn acknowledge(
    tx: &mut Tx,
    id: EventId,
    (by, name): (&str, &str),
    note: &str,
    now: Timestamp,
) -> Result<bool> {
    let done = tx
        .execute(
            "update look_alarms set acknowledged_at = $2, acknowledged_by = $3, acknowledged_name = $4, note = $5
             where id = $1 and acknowledged_at is null",
            vals![id, now, by, name, note],
        )
        .await?;
    Ok(done == 1)
}

/// Forgets the counters of days past; alarms and looks stay. Says how many rows that were.
pub async fn forget_counts(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let before = now.checked_sub((COUNTS_KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
    let seen = tx.execute("delete from looked_at where since < $1", vals![before]).await?;
    // A count that an alarm shows stays with it.
    let counts = tx
        .execute(
            "delete from look_counts where since < $1 and not exists (select 1 from look_alarms a
                 where a.looker = look_counts.looker and a.span = look_counts.span and a.since = look_counts.since)",
            vals![before],
        )
        .await?;
    Ok(seen + counts)
}
