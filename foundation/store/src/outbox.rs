//! What leaves the platform (发件箱): written in the transaction that decides it, delivered afterwards at least once and,
//! per receiver, in the order in which those transactions were committed.
//!
//! A message that cannot be delivered holds back its receiver's later ones until it is dead; then they go on, and an
//! operator may have the dead one delivered late. Posting locks the receiver's row until the transaction ends, so name
//! receivers narrowly (`sms:person…`, not `sms`).

mod deliver;

use kernel::Timestamp;
use serde_json::Value;

use crate::page::{Page, PageRequest};
use crate::{Result, Row, Tx, vals};

pub use deliver::{Deliverers, deliver_due, deliver_forever};

/// Tries before a message is dead: with the pauses between them about a day.
pub const ATTEMPTS_MAX: u32 = 32;

/// A message to be posted.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// `channel:address`; the channel says who delivers.
    pub receiver: String,
    /// What it is about.
    pub topic: String,
    /// Its name: the same key to the same receiver is the same message.
    pub key: String,
    /// What is to be said: references rather than personal data.
    pub payload: Value,
    /// When it is posted.
    pub now: Timestamp,
}

/// A message on its way. The receiver should know it by its key, since it may come twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// `channel:address`.
    pub receiver: String,
    /// Its place in the receiver's row of messages; gaps mean nothing.
    pub number: i64,
    /// What it is about.
    pub topic: String,
    /// Its name.
    pub key: String,
    /// What is to be said.
    pub payload: Value,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// How often it was tried, this time included.
    pub attempts: u32,
}

/// A message that nobody tries to deliver any more, until an operator says so. Its payload is not shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeadLetter {
    /// `channel:address`.
    pub receiver: String,
    /// Its place in the receiver's row of messages.
    pub number: i64,
    /// What it is about.
    pub topic: String,
    /// Its name.
    pub key: String,
    /// When it was given up.
    pub died_at: Timestamp,
    /// What the last try said.
    pub last_error: String,
}

/// A receiver for which messages wait.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Waiting {
    /// `channel:address`.
    pub receiver: String,
    /// How many wait.
    pub count: i64,
    /// Since when the first of them waits.
    pub since: Timestamp,
    /// How often that one was tried.
    pub attempts: u32,
    /// What the last try said.
    pub last_error: Option<String>,
    /// When it is tried next.
    pub next_try: Timestamp,
}

/// Posts a message. `false` means that this receiver has a message of this key already.
pub async fn post(tx: &mut Tx, message: &Message) -> Result<bool> {
    let row = tx
        .fetch_one(
            "insert into outbox_receivers (receiver, last_number, due_at) values ($1, 1, $2)
             on conflict (receiver) do update set last_number = outbox_receivers.last_number + 1,
               due_at = coalesce(outbox_receivers.due_at, excluded.due_at)
             returning last_number",
            vals![&message.receiver, message.now],
        )
        .await?;
    let number: i64 = row.get(0)?;
    let inserted = tx
        .execute(
            "insert into outbox_messages (receiver, number, topic, key, payload, posted_at, state, attempts)
             values ($1, $2, $3, $4, $5, $6, 'waiting', 0) on conflict (receiver, key) do nothing",
            vals![&message.receiver, number, &message.topic, &message.key, &message.payload, message.now],
        )
        .await?;
    Ok(inserted == 1)
}

/// The receivers for which messages wait, the next to be tried first.
pub async fn list_waiting(tx: &mut Tx, request: &PageRequest) -> Result<Page<Waiting>> {
    let mut vals = request.keys(vals![i64::MIN, ""])?;
    vals.extend(vals![request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select r.receiver, r.due_at, m.posted_at, m.attempts, m.last_error,
               (select count(*) from outbox_messages w where w.receiver = r.receiver and w.state = 'waiting')
             from outbox_receivers r join outbox_messages m on m.receiver = r.receiver and m.number =
               (select min(number) from outbox_messages where receiver = r.receiver and state = 'waiting')
             where r.due_at is not null and (r.due_at, r.receiver) > ($1, $2)
             order by r.due_at, r.receiver limit $3",
            vals,
        )
        .await?;
    let waiting = rows.iter().map(|row| {
        Ok(Waiting {
            receiver: row.get(0)?,
            next_try: row.get(1)?,
            since: row.get(2)?,
            attempts: row.get(3)?,
            last_error: row.get(4)?,
            count: row.get(5)?,
        })
    });
    let key_of = |waiting: &Waiting| vals![waiting.next_try, &waiting.receiver];
    Ok(Page::cut(waiting.collect::<Result<_>>()?, request.size, key_of))
}

/// How many dead letters there are, counted up to `most`.
pub async fn count_dead(tx: &mut Tx, most: u32) -> Result<u32> {
    let sql = "select count(*) from (select 1 from outbox_messages where state = 'dead' limit $1) as dead";
    tx.fetch_one(sql, vals![most]).await?.get(0)
}

/// The dead letters, the longest dead first.
pub async fn list_dead(tx: &mut Tx, request: &PageRequest) -> Result<Page<DeadLetter>> {
    let mut vals = request.keys(vals![i64::MIN, "", 0])?;
    vals.extend(vals![request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select receiver, number, topic, key, ended_at, last_error from outbox_messages
             where state = 'dead' and (ended_at, receiver, number) > ($1, $2, $3)
             order by ended_at, receiver, number limit $4",
            vals,
        )
        .await?;
    let dead = rows.iter().map(read_dead);
    let key_of = |letter: &DeadLetter| vals![letter.died_at, &letter.receiver, letter.number];
    Ok(Page::cut(dead.collect::<Result<_>>()?, request.size, key_of))
}

fn read_dead(row: &Row) -> Result<DeadLetter> {
    Ok(DeadLetter {
        receiver: row.get(0)?,
        number: row.get(1)?,
        topic: row.get(2)?,
        key: row.get(3)?,
        died_at: row.get(4)?,
        last_error: row.get(5)?,
    })
}

/// The dead letter of this number.
pub async fn find_dead(tx: &mut Tx, receiver: &str, number: i64) -> Result<Option<DeadLetter>> {
    let row = tx
        .fetch_optional(
            "select receiver, number, topic, key, ended_at, last_error from outbox_messages
             where receiver = $1 and number = $2 and state = 'dead'",
            vals![receiver, number],
        )
        .await?;
    row.as_ref().map(read_dead).transpose()
}

/// Has a dead letter delivered after all, before whatever still waits for its receiver. `false` means that no such
/// message is dead.
pub async fn replay(tx: &mut Tx, receiver: &str, number: i64, now: Timestamp) -> Result<bool> {
    // The receiver's row first, as everywhere: one order of locks, no deadlock.
    tx.execute(
        "update outbox_receivers set due_at = coalesce(due_at, $2) where receiver = $1",
        vals![receiver, now],
    )
    .await?;
    let revived = tx
        .execute(
            "update outbox_messages set state = 'waiting', attempts = 0, ended_at = null
             where receiver = $1 and number = $2 and state = 'dead'",
            vals![receiver, number],
        )
        .await?;
    Ok(revived == 1)
}

/// Has every dead letter delivered after all, and says how many. Up to `most` at a time, so that one transaction does
/// not lock every receiver; call it again while it says `most`.
pub async fn replay_all(tx: &mut Tx, most: u32, now: Timestamp) -> Result<u32> {
    let sql = "select receiver, number from outbox_messages where state = 'dead'
               order by receiver, number limit $1"; // receivers in one order: two operators cannot deadlock
    let mut count = 0;
    for row in tx.fetch_all(sql, vals![most]).await? {
        let receiver: String = row.get(0)?;
        count += u32::from(replay(tx, &receiver, row.get(1)?, now).await?);
    }
    Ok(count)
}

/// Forgets messages sent before `before`, and says how many. From then on their keys are free again.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.execute("delete from outbox_messages where state = 'sent' and ended_at < $1", vals![before]).await
}
