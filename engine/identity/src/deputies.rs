//! Who stands in for whom (代理): read by the day, by the body, or one by one.

use jiff::civil::Date;
use kernel::{BodyId, DeputyId, StaffId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

/// A member of staff stands in for a colleague who is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeputyRecord {
    /// Its id.
    pub id: DeputyId,
    /// Who is away.
    pub absent: StaffId,
    /// Their name.
    pub absent_name: String,
    /// Who stands in.
    pub deputy: StaffId,
    /// Their name.
    pub deputy_name: String,
    /// The body in which both work.
    pub body: BodyId,
    /// The first civil day.
    pub first_day: Date,
    /// The last civil day.
    pub last_day: Date,
    /// Why.
    pub reason: String,
    /// Who named the deputy.
    pub named_by: StaffId,
    /// Their name.
    pub named_by_name: String,
    /// Who ended it early.
    pub ended_by_name: Option<String>,
    /// When it was ended early.
    pub ended_at: Option<Timestamp>,
}

/// Where the standing in of a deputy is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeputyState {
    /// It has not begun.
    Ahead,
    /// The deputy acts.
    Running,
    /// Its last day is past.
    Over,
    /// It was ended early.
    Ended,
}

impl DeputyState {
    /// The word in answers and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::Running => "running",
            Self::Over => "over",
            Self::Ended => "ended",
        }
    }
}

impl DeputyRecord {
    /// Where it is on this day.
    pub fn state(&self, today: Date) -> DeputyState {
        if self.ended_at.is_some() {
            DeputyState::Ended
        } else if today < self.first_day {
            DeputyState::Ahead
        } else if today > self.last_day {
            DeputyState::Over
        } else {
            DeputyState::Running
        }
    }

    /// Whether it can still be ended.
    pub fn is_open(&self, today: Date) -> bool {
        matches!(self.state(today), DeputyState::Ahead | DeputyState::Running)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select d.id, d.absent, a.name, d.deputy, s.name, d.body, d.first_day, d.last_day, d.reason, d.named_by, n.name,
                    e.name, d.ended_at
             from deputies d join staff a on a.id = d.absent join staff s on s.id = d.deputy
             join staff n on n.id = d.named_by left join staff e on e.id = d.ended_by ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<DeputyRecord> {
    Ok(DeputyRecord {
        id: row.get(0)?,
        absent: row.get(1)?,
        absent_name: row.get(2)?,
        deputy: row.get(3)?,
        deputy_name: row.get(4)?,
        body: row.get(5)?,
        first_day: row.get(6)?,
        last_day: row.get(7)?,
        reason: row.get(8)?,
        named_by: row.get(9)?,
        named_by_name: row.get(10)?,
        ended_by_name: row.get(11)?,
        ended_at: row.get(12)?,
    })
}

/// The one of this id.
pub async fn find_deputy(tx: &mut Tx, id: DeputyId) -> Result<Option<DeputyRecord>> {
    let row = tx.fetch_optional(select!("where d.id = $1"), vals![id]).await?;
    row.map(|row| read(&row)).transpose()
}

/// Who of a body is away on this day and has a deputy, by the name of who is away. As many rows as the body has staff
/// at most, because nobody has two deputies at a time.
pub async fn deputies_on(tx: &mut Tx, body: BodyId, day: Date) -> Result<Vec<DeputyRecord>> {
    let rows = tx
        .fetch_all(
            select!(
                "where d.body = $1 and d.last_day >= $2 and d.first_day <= $2 and d.ended_at is null
                 and a.disabled_at is null
                 and exists (select 1 from posts p where p.staff = d.absent and p.body = $1 and p.first_day <= $2
                             and (p.last_day is null or p.last_day >= $2)) order by a.name, d.id"
            ),
            vals![body, day],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// The deputies of a body, past ones too, those that last longest first.
pub async fn deputies_of(tx: &mut Tx, body: BodyId, page: &PageRequest) -> Result<Page<DeputyRecord>> {
    let [day, id] =
        page.keys(vals!["9999-12-31", "z"])?.try_into().unwrap_or_else(|_two| ["".into(), "".into()]);
    let rows = tx
        .fetch_all(
            select!(
                "where d.body = $1 and (d.last_day, d.id) < ($2, $3) order by d.last_day desc, d.id desc limit $4"
            ),
            vals![body, day, id, page.size.limit()],
        )
        .await?;
    let items = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, page.size, |one| vals![one.last_day.to_string(), one.id.to_string()]))
}

/// What of two members of staff falls into these days: as absent or as deputy, and not ended.
pub(crate) async fn overlapping(
    tx: &mut Tx,
    [one, other]: [StaffId; 2],
    first_day: Date,
    last_day: Date,
) -> Result<Vec<DeputyRecord>> {
    let rows = tx
        .fetch_all(
            select!(
                "where d.ended_at is null and d.first_day <= $4 and d.last_day >= $3
                 and (d.absent in ($1, $2) or d.deputy in ($1, $2)) order by d.first_day, d.id limit 100"
            ),
            vals![one, other, first_day, last_day],
        )
        .await?;
    rows.iter().map(read).collect()
}

#[cfg(test)]
mod tests;

pub(crate) mod api;
pub(crate) mod http;
