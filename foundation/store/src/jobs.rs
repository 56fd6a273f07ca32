//! Work to be done later, once (后台作业): timers, effects of decisions, clean-up.
//!
//! A job is enqueued in the transaction that makes it necessary and finished in the transaction that has its effect.
//! A worker takes jobs on a lease; should it die, the lease runs out and another worker takes them. So a handler may
//! run twice, but an effect that shares the transaction of [`finish`] happens once.

mod runner;

use std::ops::Range;

use kernel::{JobId, Timestamp};
use serde_json::Value;

use crate::page::{Page, PageRequest};
use crate::{Db, Error, Result, Row, Sql, Tx, backoff, copies, fresh_id, vals};

pub use runner::{BoxError, BoxFuture, Handlers, run_due, run_forever};

/// Tries before a job is dead: with the pauses between them about twenty minutes.
pub const ATTEMPTS_MAX: u32 = 8;

/// A job to be enqueued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Which handler: `room.verb`.
    pub kind: &'static str,
    /// What it is about. The same key of the same kind is the same job, also after it has ended.
    pub key: String,
    /// What the handler needs to know: references, no personal data.
    pub payload: Value,
    /// When.
    pub run_at: Timestamp,
}

/// A job that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// What the handler needs to know.
    pub payload: Value,
    /// When it was to run.
    pub run_at: Timestamp,
    /// How often it was taken, this time included.
    pub attempts: u32,
    lease: String,
}

/// A job that nobody tries any more, until an operator says so. Its payload is not shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeadJob {
    /// Its id.
    pub id: JobId,
    /// Which handler.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up.
    pub died_at: Timestamp,
    /// What the last try said.
    pub last_error: String,
}

/// Notes a job. `false` means that a job of this kind and key is known already, and nothing changed.
pub async fn enqueue(tx: &mut Tx, job: &NewJob) -> Result<bool> {
    let id: JobId = fresh_id(job.run_at);
    let inserted = tx
        .execute(
            "insert into jobs (id, kind, key, payload, run_at, due_at, state, attempts)
             values ($1, $2, $3, $4, $5, $5, 'waiting', 0) on conflict (kind, key) do nothing",
            vals![id, job.kind, &job.key, &job.payload, job.run_at],
        )
        .await?;
    if inserted == 1 {
        tx.note_job();
    }
    Ok(inserted == 1)
}

/// Takes a waiting job back, also when a worker is just at it: that worker's [`finish`] then fails. After this the
/// key is free again. `false` means that there was none waiting.
pub async fn cancel(tx: &mut Tx, kind: &str, key: &str) -> Result<bool> {
    let sql = "delete from jobs where kind = $1 and key = $2 and state = 'waiting'";
    Ok(tx.execute(sql, vals![kind, key]).await? == 1)
}

const CLAIM: Sql = Sql::Two {
    sqlite: "update jobs set lease = $1, due_at = $2, attempts = attempts + 1
             where id in (select id from jobs where state = 'waiting' and due_at <= $3 order by due_at, id limit $4)
             returning id, kind, key, payload, run_at, attempts",
    postgres: "with due as (select id from jobs where state = 'waiting' and due_at <= $3 order by due_at, id limit $4
                            for update skip locked)
               update jobs set lease = $1, due_at = $2, attempts = attempts + 1 from due where jobs.id = due.id
               returning jobs.id, kind, key, payload, run_at, attempts",
};

/// Takes up to `max` due jobs for `lease_seconds`, oldest first. No job is given to two workers at a time.
pub async fn claim(db: &Db, now: Timestamp, lease_seconds: i64, max: u32) -> Result<Vec<Job>> {
    // Most looks find nothing, and looking should not cost a write.
    let any = "select 1 from jobs where state = 'waiting' and due_at <= $1 limit 1";
    if db.snapshot().await?.fetch_optional(any, vals![now]).await?.is_none() {
        return Ok(Vec::new());
    }
    let lease = hex::encode(crate::id::random::<16>());
    let mut tx = db.begin().await?;
    // Jobs whose worker died every time never reach `fail`.
    tx.execute(
        "update jobs set state = 'dead', lease = null, ended_at = $1, last_error = 'no worker survived it'
         where state = 'waiting' and due_at <= $1 and attempts >= $2",
        vals![now, ATTEMPTS_MAX],
    )
    .await?;
    let rows = tx.fetch_all(CLAIM, vals![&lease, backoff::later(now, lease_seconds), now, max]).await?;
    let mut jobs = rows.iter().map(|row| read_job(row, &lease)).collect::<Result<Vec<_>>>()?;
    tx.commit().await?;
    jobs.sort_by_key(|job| (job.run_at, job.id)); // RETURNING promises no order
    Ok(jobs)
}

fn read_job(row: &Row, lease: &str) -> Result<Job> {
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        payload: row.get(3)?,
        run_at: row.get(4)?,
        attempts: row.get(5)?,
        lease: lease.to_owned(),
    })
}

/// Ends a job, in the transaction of its effect. [`Error::LeaseLost`] means that the job was cancelled or given to
/// another worker in the meantime: the effect must not be kept, and the spent transaction sees to that.
pub async fn finish(tx: &mut Tx, job: &Job, now: Timestamp) -> Result<()> {
    if end(tx, job, now).await? {
        return Ok(());
    }
    tx.spend();
    Err(Error::LeaseLost)
}

async fn end(tx: &mut Tx, job: &Job, now: Timestamp) -> Result<bool> {
    let ended = tx
        .execute(
            "update jobs set state = 'done', lease = null, last_error = null, ended_at = $3
             where id = $1 and lease = $2 and state = 'waiting'",
            vals![job.id, &job.lease, now],
        )
        .await?;
    Ok(ended == 1)
}

/// Notes that a try failed: the job waits longer each time, and is dead after [`ATTEMPTS_MAX`] tries. Nothing happens
/// when the lease is lost.
pub async fn fail(db: &Db, job: &Job, now: Timestamp, error: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    if job.attempts >= ATTEMPTS_MAX {
        tx.execute(
            "update jobs set state = 'dead', lease = null, ended_at = $3, last_error = $4
             where id = $1 and lease = $2 and state = 'waiting'",
            vals![job.id, &job.lease, now, error],
        )
        .await?;
    } else {
        tx.execute(
            "update jobs set due_at = $3, lease = null, last_error = $4
             where id = $1 and lease = $2 and state = 'waiting'",
            vals![job.id, &job.lease, backoff::next_try(now, job.attempts), error],
        )
        .await?;
    }
    tx.commit().await
}

/// The dead jobs, the longest dead first.
pub async fn list_dead(tx: &mut Tx, request: &PageRequest) -> Result<Page<DeadJob>> {
    let mut vals = request.keys(vals![i64::MIN, ""])?;
    vals.extend(vals![request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, kind, key, attempts, ended_at, last_error from jobs
             where state = 'dead' and (ended_at, id) > ($1, $2) order by ended_at, id limit $3",
            vals,
        )
        .await?;
    let dead = rows.iter().map(|row| {
        Ok(DeadJob {
            id: row.get(0)?,
            kind: row.get(1)?,
            key: row.get(2)?,
            attempts: row.get(3)?,
            died_at: row.get(4)?,
            last_error: row.get(5)?,
        })
    });
    Ok(Page::cut(dead.collect::<Result<_>>()?, request.size, |job| vals![job.died_at, job.id]))
}

/// Lets a dead job be tried afresh. `false` means that no such job is dead.
pub async fn replay(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<bool> {
    let sql = "update jobs set state = 'waiting', attempts = 0, due_at = $2, ended_at = null
               where id = $1 and state = 'dead'";
    Ok(tx.execute(sql, vals![id, now]).await? == 1)
}

/// Forgets jobs done before `before`, and says how many. From then on their keys are free again.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("delete from jobs where state = 'done' and ended_at < $1", vals![before]).await
}

/// Copies the waiting jobs of a kind whose keys begin like this, with places for the digits of the copies in these ids
/// ([`crate::copies`]); says how many rows that were.
pub async fn copy_waiting(
    tx: &mut Tx,
    kind: &str,
    key_start: &str,
    ids: &[String],
    numbers: &Range<i64>,
) -> Result<u64> {
    const COPY: &str = crate::copied!(
        "insert into jobs (id, kind, key, payload, run_at, due_at, state, attempts)",
        concat!(
            crate::with_digits!("$3"),
            ", $4, ",
            crate::with_digits!("$5"),
            ", ",
            crate::with_digits!("$6"),
            ", $7, $7, 'waiting', 0"
        )
    );
    let end = format!("{key_start}~");
    let sql = "select id, key, payload, run_at from jobs
               where kind = $1 and key >= $2 and key < $3 and state = 'waiting'";
    let mut rows = 0;
    for row in &tx.fetch_all(sql, vals![kind, key_start, end]).await? {
        let [first, until] = copies::bounds(numbers);
        let (id, key, payload): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (key, payload) = (copies::marked(&key, ids), copies::marked(&payload, ids));
        let values = vals![first, until, copies::marked_id(&id), kind, key, payload, row.get::<i64>(3)?];
        rows += tx.execute(COPY, values).await?;
    }
    Ok(rows)
}

/// Whether the job is still this worker's.
async fn is_held(tx: &mut Tx, job: &Job) -> Result<bool> {
    let sql = "select 1 from jobs where id = $1 and lease = $2 and state = 'waiting'";
    Ok(tx.fetch_optional(sql, vals![job.id, &job.lease]).await?.is_some())
}
