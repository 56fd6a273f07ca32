//! Taking the first waiting message of each receiver to whoever delivers it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kernel::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{ATTEMPTS_MAX, Delivery};
use crate::jobs::{BoxError, BoxFuture};
use crate::{Db, Result, Sql, Tx, backoff, vals};

type Deliverer =
    Arc<dyn Fn(Delivery, Timestamp) -> BoxFuture<std::result::Result<(), BoxError>> + Send + Sync>;

/// How long a delivery may take before another node tries.
const LEASE_SECONDS: i64 = 120;
/// Receivers served side by side, so that a slow one does not hold up the others.
const BATCH: u32 = 16;
const POLL: Duration = Duration::from_secs(1);

/// Who delivers on which channel.
#[derive(Clone, Default)]
pub struct Deliverers(BTreeMap<&'static str, Deliverer>);

impl Deliverers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the deliverer of a channel, the part of the receiver before the colon.
    ///
    /// # Panics
    /// When the channel has one already.
    #[must_use]
    pub fn on<Run, Done>(mut self, channel: &'static str, deliverer: Run) -> Self
    where
        Run: Fn(Delivery, Timestamp) -> Done + Send + Sync + 'static,
        Done: Future<Output = std::result::Result<(), BoxError>> + Send + 'static,
    {
        let boxed: Deliverer = Arc::new(move |delivery, now| Box::pin(deliverer(delivery, now)));
        assert!(self.0.insert(channel, boxed).is_none(), "two deliverers for channel {channel}");
        self
    }

    fn of(&self, receiver: &str) -> Option<Deliverer> {
        self.0.get(receiver.split(':').next().unwrap_or_default()).cloned()
    }
}

/// Delivers everything that can be delivered at `now` and says how many tries that were. A receiver that fails is
/// tried again later, so this ends.
pub async fn deliver_due(db: &Db, now: Timestamp, deliverers: &Deliverers) -> Result<usize> {
    let mut tried = 0;
    loop {
        match deliver_batch(db, now, deliverers).await? {
            0 => return Ok(tried),
            some => tried += some,
        }
    }
}

/// Delivers messages as they come, until `shutdown` says true or its sender is gone.
pub async fn deliver_forever(
    db: Db,
    deliverers: Deliverers,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    mut shutdown: watch::Receiver<bool>,
) {
    while !*shutdown.borrow() {
        match deliver_batch(&db, clock(), &deliverers).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, "messages cannot be taken"),
        }
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            gone = shutdown.changed() => if gone.is_err() { return },
        }
    }
}

async fn deliver_batch(db: &Db, now: Timestamp, deliverers: &Deliverers) -> Result<usize> {
    let lease = hex::encode(crate::id::random::<16>());
    let mut tries = JoinSet::new();
    let heads = claim(db, now, &lease).await?;
    let taken = heads.len();
    for delivery in heads {
        let (db, lease, deliverer) = (db.clone(), lease.clone(), deliverers.of(&delivery.receiver));
        tries.spawn(async move { deliver(&db, now, &lease, delivery, deliverer).await });
    }
    while let Some(outcome) = tries.join_next().await {
        match outcome {
            Ok(ended) => ended?,
            Err(error) => tracing::error!(%error, "a delivery task ended early"), // its lease runs out
        }
    }
    Ok(taken)
}

const CLAIM: Sql = Sql::Two {
    sqlite: "update outbox_receivers set lease = $1, due_at = $2
             where receiver in (select receiver from outbox_receivers where due_at <= $3
                                order by due_at, receiver limit $4)
             returning receiver",
    postgres: "with due as (select receiver from outbox_receivers where due_at <= $3
                            order by due_at, receiver limit $4 for update skip locked)
               update outbox_receivers set lease = $1, due_at = $2 from due
               where outbox_receivers.receiver = due.receiver returning outbox_receivers.receiver",
};

async fn claim(db: &Db, now: Timestamp, lease: &str) -> Result<Vec<Delivery>> {
    let mut tx = db.begin().await?;
    let receivers = tx.fetch_all(CLAIM, vals![lease, backoff::later(now, LEASE_SECONDS), now, BATCH]).await?;
    let mut heads = Vec::new();
    for row in receivers {
        let receiver: String = row.get(0)?;
        match take_head(&mut tx, &receiver).await? {
            Some(head) => heads.push(head),
            None => release(&mut tx, &receiver, lease, now).await?, // its only message was posted twice
        }
    }
    tx.commit().await?;
    Ok(heads)
}

async fn take_head(tx: &mut Tx, receiver: &str) -> Result<Option<Delivery>> {
    let row = tx
        .fetch_optional(
            "update outbox_messages set attempts = attempts + 1
             where receiver = $1 and number =
               (select min(number) from outbox_messages where receiver = $1 and state = 'waiting')
             returning number, topic, key, payload, posted_at, attempts",
            vals![receiver],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Delivery {
        receiver: receiver.to_owned(),
        number: row.get(0)?,
        topic: row.get(1)?,
        key: row.get(2)?,
        payload: row.get(3)?,
        posted_at: row.get(4)?,
        attempts: row.get(5)?,
    }))
}

async fn deliver(
    db: &Db,
    now: Timestamp,
    lease: &str,
    delivery: Delivery,
    deliverer: Option<Deliverer>,
) -> Result<()> {
    let outcome = match deliverer {
        None => Err("this program has no deliverer for its channel".to_owned()),
        Some(_) if delivery.attempts > ATTEMPTS_MAX => Err("no node survived its delivery".to_owned()),
        // A task of its own, so that a panic is a failed try.
        Some(deliverer) => match tokio::spawn(deliverer(delivery.clone(), now)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(backoff::describe(error.as_ref())),
            Err(_panic) => Err("the deliverer panicked".to_owned()), // what it said may hold personal data
        },
    };
    let mut tx = db.begin().await?;
    // Locks the receiver's row first: a message posted at this moment is then either seen below or not yet numbered.
    let held = tx
        .execute(
            "update outbox_receivers set last_number = last_number where receiver = $1 and lease = $2",
            vals![&delivery.receiver, lease],
        )
        .await?;
    if held == 0 {
        return Ok(()); // the lease ran out and another node has it: it may arrive twice, which is allowed
    }
    let (state, error) = match outcome {
        Ok(()) => ("sent", None),
        Err(error) if delivery.attempts >= ATTEMPTS_MAX => ("dead", Some(error)),
        Err(error) => ("waiting", Some(error)),
    };
    if let Some(error) = &error {
        let Delivery { receiver, number, attempts, .. } = &delivery;
        tracing::warn!(receiver, number, attempts, error, "delivery failed");
    }
    let waits = state == "waiting";
    tx.execute(
        "update outbox_messages set state = $3, last_error = $4, ended_at = $5 where receiver = $1 and number = $2",
        vals![&delivery.receiver, delivery.number, state, error, (!waits).then_some(now)],
    )
    .await?;
    let look_again = if waits { backoff::next_try(now, delivery.attempts) } else { now };
    release(&mut tx, &delivery.receiver, lease, look_again).await?;
    tx.commit().await
}

/// Gives a receiver back, to be looked at again if anything waits for it.
async fn release(tx: &mut Tx, receiver: &str, lease: &str, look_again: Timestamp) -> Result<()> {
    tx.execute(
        "update outbox_receivers set lease = null, due_at = case when exists
           (select 1 from outbox_messages where receiver = $1 and state = 'waiting') then cast($3 as bigint) end
         where receiver = $1 and lease = $2",
        vals![receiver, lease, look_again],
    )
    .await?;
    Ok(())
}
