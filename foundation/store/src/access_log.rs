//! Who looked at whose data, and why (个人信息查询记录); the person reads it on a page of their own (谁查过我的数据).
//!
//! Looks are only ever added. Each is counted as it is noted ([`alarms`]), so that many at once show without
//! anybody counting the log.

use jiff::ToSpan as _;
use kernel::{EventId, Timestamp};

use crate::page::{Page, PageRequest};
use crate::vault::Purpose;
use crate::{Result, Row, Tx, Val, alarms, fresh_id, vals};

/// Longer than any request or job takes: what is older comes to no place in the order any more.
const SETTLED_MINUTES: i64 = 10;

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Access {
    /// Its id.
    pub id: EventId,
    /// Whose data: an actor reference.
    pub subject: String,
    /// Which data.
    pub field: String,
    /// Why.
    pub purpose: String,
    /// Who: an actor's reference, or `client:…` for a connected system.
    pub by: String,
    /// The body in which they worked then.
    pub body: Option<String>,
    /// What they were trusted with there: words of [`kernel::Role`] with commas between.
    pub post: Option<String>,
    /// For which case.
    pub case: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Which looks are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// At this subject's data only.
    pub subject: Option<String>,
    /// By this actor or system only.
    pub by: Option<String>,
    /// By staff of this body only.
    pub body: Option<String>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// Only what the person may be told of at this instant ([`crate::look_delays`]); nothing: all.
    pub told_at: Option<Timestamp>,
}

/// The query for looks with these conditions, in the order in which [`read`] wants the columns.
macro_rules! looks {
    ($($rest:expr),+) => {
        concat!(
            "select id, subject, field, purpose, accessed_by, looker_body, case_id, accessed_at, looker_post
             from personal_data_accesses l ",
            $($rest),+
        )
    };
}

/// Whether an order holds back the telling of the look `l` at this instant ([`crate::look_delays`]).
macro_rules! held_back {
    ($now:literal) => {
        concat!(
            "exists (select 1 from look_delays d where d.subject = l.subject and d.until > ",
            $now,
            " and d.ended_at is null and d.body = l.looker_body and (d.look = l.id or d.case_id = l.case_id))"
        )
    };
}

/// The end of every query for a list: what may be told at the instant `$9`, or all without one; the latest first.
macro_rules! told {
    () => {
        concat!(
            " and (cast($9 as bigint) is null or not ",
            held_back!("$9"),
            ") order by accessed_at desc, id desc limit $5"
        )
    };
}

/// Notes a look at `subject`'s data.
pub async fn record(
    tx: &mut Tx,
    purpose: &Purpose,
    subject: &str,
    field: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "insert into personal_data_accesses
             (id, subject, field, purpose, accessed_by, case_id, accessed_at, looker_body, looker_post)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vals![
            fresh_id::<EventId>(now),
            subject,
            field,
            purpose.name,
            &purpose.by,
            purpose.case.clone(),
            now,
            purpose.body.clone(),
            purpose.post.clone()
        ],
    )
    .await?;
    alarms::count(tx, purpose, subject, now).await
}

/// The looks at `subject`'s data, the latest first; also those of which they are told later.
pub async fn list(tx: &mut Tx, subject: &str, request: &PageRequest) -> Result<Page<Access>> {
    list_wanted(tx, &Wanted { subject: Some(subject.to_owned()), ..Wanted::default() }, request).await
}

/// The looks that are asked for, the latest first. One of subject, looker and body leads the search, in this order.
pub async fn list_wanted(tx: &mut Tx, wanted: &Wanted, request: &PageRequest) -> Result<Page<Access>> {
    const OF_SUBJECT: &str = looks!(
        "where subject = $6 and (accessed_at, id) < ($1, $2) and accessed_at >= $3 and accessed_at < $4
             and (cast($7 as text) is null or accessed_by = $7)
             and (cast($8 as text) is null or looker_body = $8)",
        told!()
    );
    const OF_LOOKER: &str = looks!(
        "where accessed_by = $7 and (accessed_at, id) < ($1, $2) and accessed_at >= $3 and accessed_at < $4
             and (cast($6 as text) is null or subject = $6)
             and (cast($8 as text) is null or looker_body = $8)",
        told!()
    );
    const OF_BODY: &str = looks!(
        "where looker_body = $8 and (accessed_at, id) < ($1, $2) and accessed_at >= $3 and accessed_at < $4
             and (cast($6 as text) is null or subject = $6)
             and (cast($7 as text) is null or accessed_by = $7)",
        told!()
    );
    const OF_TIME: &str = looks!(
        "where (accessed_at, id) < ($1, $2) and accessed_at >= $3 and accessed_at < $4
             and (cast($6 as text) is null or subject = $6)
             and (cast($7 as text) is null or accessed_by = $7)
             and (cast($8 as text) is null or looker_body = $8)",
        told!()
    );
    let sql = match (&wanted.subject, &wanted.by, &wanted.body) {
        (Some(_), _, _) => OF_SUBJECT,
        (None, Some(_), _) => OF_LOOKER,
        (None, None, Some(_)) => OF_BODY,
        (None, None, None) => OF_TIME,
    };
    let mut vals = request.keys(vals![i64::MAX, "z"])?; // after every id, which is hexadecimal
    vals.extend(vals![
        wanted.from.map_or(i64::MIN, kernel::to_micros),
        wanted.until.map_or(i64::MAX, kernel::to_micros),
        request.size.limit(),
        wanted.subject.clone(),
        wanted.by.clone(),
        wanted.body.clone(),
        wanted.told_at
    ]);
    let rows = tx.fetch_all(sql, vals).await?;
    let looks = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(looks, request.size, |look: &Access| vals![look.at, look.id]))
}

/// The bodies of whose looks at their data `subject` may be told at this instant.
pub async fn bodies_of(tx: &mut Tx, subject: &str, now: Timestamp) -> Result<Vec<String>> {
    let sql = concat!(
        "select distinct looker_body from personal_data_accesses l
         where subject = $1 and looker_body is not null and not ",
        held_back!("$2"),
        " order by looker_body limit 100"
    );
    let rows = tx.fetch_all(sql, vals![subject, now]).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn read(row: &Row) -> Result<Access> {
    Ok(Access {
        id: row.get(0)?,
        subject: row.get(1)?,
        field: row.get(2)?,
        purpose: row.get(3)?,
        by: row.get(4)?,
        body: row.get(5)?,
        case: row.get(6)?,
        at: row.get(7)?,
        post: row.get(8)?,
    })
}

/// One look.
pub async fn find(tx: &mut Tx, id: EventId) -> Result<Option<Access>> {
    let sql = looks!("where id = $1");
    tx.fetch_optional(sql, vals![id]).await?.as_ref().map(read).transpose()
}

/// One look, if it is at this subject's data and they may be told of it at this instant.
pub async fn find_told(tx: &mut Tx, id: EventId, subject: &str, now: Timestamp) -> Result<Option<Access>> {
    let sql = looks!("where id = $1 and subject = $2 and not ", held_back!("$3"));
    tx.fetch_optional(sql, vals![id, subject, now]).await?.as_ref().map(read).transpose()
}

/// The next looks after the one named, in an order that never changes: by their instants and ids, once no transaction
/// of that time can be open any more. What follows the log, such as a ledger, asks for them so.
pub async fn settled(
    tx: &mut Tx,
    after: Option<(Timestamp, EventId)>,
    now: Timestamp,
    most: u32,
) -> Result<Vec<Access>> {
    let settled = now.checked_sub(SETTLED_MINUTES.minutes()).unwrap_or(Timestamp::MIN);
    let (at, id) =
        after.map_or((i64::MIN, String::new()), |(at, id)| (kernel::to_micros(at), id.to_string()));
    let values: Vec<Val> = vals![at, id, settled, most];
    let rows = tx
        .fetch_all(
            looks!(
                "where (accessed_at, id) > ($1, $2) and accessed_at < $3
             order by accessed_at, id limit $4"
            ),
            values,
        )
        .await?;
    rows.iter().map(read).collect()
}
