//! Telling a person later that their data was looked at (延迟告知): an order with a ground, a document and a last day, itself on
//! record (个人信息保护法 §18, §35). It is never changed, only ended; [`crate::access_log`] leaves out what it holds back.

use kernel::{EventId, Timestamp};

use crate::access_log::Access;
use crate::page::{Page, PageRequest};
use crate::{Result, Row, Tx, fresh_id, vals};

/// Why a look is told later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A law or regulation asks for secrecy, or says that nobody need be told (§18).
    Secret,
    /// Telling would keep the body from doing its duty (§35).
    Duty,
}

impl Ground {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Secret, Self::Duty];

    /// The word in tables and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Duty => "duty",
        }
    }

    /// The ground of that word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == word)
    }
}

/// What is ordered.
#[derive(Debug)]
pub struct NewDelay<'a> {
    /// The look. With a case, the order holds for every look of the same body at the same person for that case, also for those
    /// to come; without one for this look alone.
    pub look: &'a Access,
    /// The body of the look.
    pub body: &'a str,
    /// Why.
    pub ground: Ground,
    /// The number of the decision in the files.
    pub document: &'a str,
    /// The first instant at which the person is told.
    pub until: Timestamp,
    /// Who orders: an actor's reference and their name.
    pub by: (&'a str, &'a str),
}

/// An order on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delay {
    /// Its id.
    pub id: EventId,
    /// The look for which it was given.
    pub look: EventId,
    /// The body that looked.
    pub body: String,
    /// The case whose looks it holds back; nothing: the one look.
    pub case: Option<String>,
    /// A word of [`Ground`].
    pub ground: String,
    /// The number of the decision.
    pub document: String,
    /// The first instant at which the person is told.
    pub until: Timestamp,
    /// When it was given.
    pub ordered_at: Timestamp,
    /// By whom: an actor's reference.
    pub ordered_by: String,
    /// Their name.
    pub ordered_name: String,
    /// When it was ended before its time, and by whom.
    pub ended: Option<(Timestamp, String)>,
}

impl Delay {
    /// Whether it holds back this look of its person, once it is over or while it lasts.
    pub fn covers(&self, look: &Access) -> bool {
        look.body.as_ref() == Some(&self.body)
            && (look.id == self.look || (self.case.is_some() && self.case == look.case))
    }

    /// Whether it holds anything back at this instant.
    pub fn lasts(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.until
    }
}

macro_rules! delays {
    ($rest:literal) => {
        concat!(
            "select id, look, body, case_id, ground, document, until, ordered_at, ordered_by, ordered_name, ended_at,
                 ended_name
             from look_delays ",
            $rest
        )
    };
}

/// Gives the order.
pub async fn order(tx: &mut Tx, new: &NewDelay<'_>, now: Timestamp) -> Result<EventId> {
    let id: EventId = fresh_id(now);
    tx.execute(
        "insert into look_delays
             (id, look, subject, body, case_id, ground, document, until, ordered_at, ordered_by, ordered_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        vals![
            id,
            new.look.id,
            &new.look.subject,
            new.body,
            new.look.case.clone(),
            new.ground.as_str(),
            new.document,
            new.until,
            now,
            new.by.0,
            new.by.1
        ],
    )
    .await?;
    Ok(id)
}

/// One order.
pub async fn find(tx: &mut Tx, id: EventId) -> Result<Option<Delay>> {
    tx.fetch_optional(delays!("where id = $1"), vals![id]).await?.as_ref().map(read).transpose()
}

/// The order that holds back this look at this instant.
pub async fn of_look(tx: &mut Tx, look: &Access, now: Timestamp) -> Result<Option<Delay>> {
    let sql = delays!("where subject = $1 and until > $2 and ended_at is null order by id");
    let rows = tx.fetch_all(sql, vals![&look.subject, now]).await?;
    let found: Vec<Delay> = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(found.into_iter().find(|delay| delay.covers(look)))
}

/// The orders for looks at `subject`'s data that hold nothing back any more: the person is told of them too.
pub async fn past_of(tx: &mut Tx, subject: &str, now: Timestamp) -> Result<Vec<Delay>> {
    let sql =
        delays!("where subject = $1 and (until <= $2 or ended_at is not null) order by id desc limit 100");
    let rows = tx.fetch_all(sql, vals![subject, now]).await?;
    rows.iter().map(read).collect()
}

/// All orders, the latest first.
pub async fn list(tx: &mut Tx, request: &PageRequest) -> Result<Page<Delay>> {
    let mut vals = request.keys(vals![i64::MAX, "z"])?;
    vals.extend(vals![request.size.limit()]);
    let sql = delays!("where (ordered_at, id) < ($1, $2) order by ordered_at desc, id desc limit $3");
    let rows = tx.fetch_all(sql, vals).await?;
    let delays = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(delays, request.size, |delay: &Delay| vals![delay.ordered_at, delay.id]))
}

/// Ends an order before its time. `false`: it held nothing back any more.
pub async fn end(tx: &mut Tx, id: EventId, (by, name): (&str, &str), now: Timestamp) -> Result<bool> {
    let ended = tx
        .execute(
            "update look_delays set ended_at = $2, ended_by = $3, ended_name = $4
             where id = $1 and ended_at is null and until > $2",
            vals![id, now, by, name],
        )
        .await?;
    Ok(ended == 1)
}

fn read(row: &Row) -> Result<Delay> {
    let ended_at: Option<Timestamp> = row.get(10)?;
    let ended_name: Option<String> = row.get(11)?;
    Ok(Delay {
        id: row.get(0)?,
        look: row.get(1)?,
        body: row.get(2)?,
        case: row.get(3)?,
        ground: row.get(4)?,
        document: row.get(5)?,
        until: row.get(6)?,
        ordered_at: row.get(7)?,
        ordered_by: row.get(8)?,
        ordered_name: row.get(9)?,
        ended: ended_at.map(|at| (at, ended_name.unwrap_or_default())),
    })
}
