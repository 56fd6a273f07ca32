//! Giving due jobs to their handlers.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use kernel::Timestamp;
use tokio::sync::watch;

use super::{Job, claim, end, fail, is_held};
use crate::{Db, Result, backoff};

/// A boxed future.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Handler = Arc<dyn Fn(Job, Timestamp) -> BoxFuture<std::result::Result<(), BoxError>> + Send + Sync>;

/// How long a worker may be silent before its jobs are given to another.
const LEASE_SECONDS: i64 = 300;
/// One worker does its batch in turn: a few, so that a wave is shared by all workers and a look still finds several.
const BATCH: u32 = 4;
const POLL: Duration = Duration::from_secs(1);

/// What does which kind of job.
#[derive(Clone, Default)]
pub struct Handlers(BTreeMap<&'static str, Handler>);

impl Handlers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the handler of a kind. Where its effect is in this database it calls [`super::finish`] in the same
    /// transaction; where it is not, `Ok` ends the job.
    ///
    /// # Panics
    /// When the kind has a handler already.
    #[must_use]
    pub fn on<Run, Done>(mut self, kind: &'static str, handler: Run) -> Self
    where
        Run: Fn(Job, Timestamp) -> Done + Send + Sync + 'static,
        Done: Future<Output = std::result::Result<(), BoxError>> + Send + 'static,
    {
        let boxed: Handler = Arc::new(move |job, now| Box::pin(handler(job, now)));
        assert!(self.0.insert(kind, boxed).is_none(), "two handlers for jobs of kind {kind}");
        self
    }

    /// Adds all handlers of another room.
    ///
    /// # Panics
    /// When a kind has a handler in both.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        for (kind, handler) in others.0 {
            assert!(self.0.insert(kind, handler).is_none(), "two handlers for jobs of kind {kind}");
        }
        self
    }
}

/// Runs everything that is due at `now`, also what becomes due by running it, and says how many tries that were.
/// A job that fails is due again later, so this ends.
pub async fn run_due(db: &Db, handlers: &Handlers, now: Timestamp) -> Result<usize> {
    let mut tried = 0;
    loop {
        match run_batch(db, handlers, now).await? {
            0 => return Ok(tried),
            some => tried += some,
        }
    }
}

/// Runs jobs as they become due, until `shutdown` says true or its sender is gone; a batch in hand is brought to
/// its end first. Start it several times for several workers. A job that this process enqueues for now is taken at once,
/// one of another process, or of a later time, within [`POLL`].
pub async fn run_forever(
    db: Db,
    handlers: Handlers,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    mut shutdown: watch::Receiver<bool>,
) {
    while !*shutdown.borrow() {
        match run_batch(&db, &handlers, clock()).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, "jobs cannot be taken"),
        }
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = db.job_enqueued() => {}
            gone = shutdown.changed() => if gone.is_err() { return },
        }
    }
}

async fn run_batch(db: &Db, handlers: &Handlers, now: Timestamp) -> Result<usize> {
    let jobs = claim(db, now, LEASE_SECONDS, BATCH).await?;
    let taken = jobs.len();
    for job in jobs {
        // One job of the batch may have cancelled a later one.
        if is_held(&mut db.snapshot().await?, &job).await? {
            run(db, handlers, job, now).await?;
        }
    }
    Ok(taken)
}

async fn run(db: &Db, handlers: &Handlers, job: Job, now: Timestamp) -> Result<()> {
    let outcome = match handlers.0.get(job.kind.as_str()) {
        None => Err("this program has no handler for it".to_owned()),
        // A task of its own, so that a panic is a failed try and not the end of the worker.
        Some(handler) => match tokio::spawn(handler(job.clone(), now)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(backoff::describe(error.as_ref())),
            Err(_panic) => Err("the handler panicked".to_owned()), // what it said may hold personal data
        },
    };
    match outcome {
        Ok(()) => {
            // Mostly the handler has finished it, and there is nothing to write.
            if !is_held(&mut db.snapshot().await?, &job).await? {
                return Ok(());
            }
            let mut tx = db.begin().await?;
            end(&mut tx, &job, now).await?;
            tx.commit().await
        }
        Err(error) => {
            tracing::warn!(job = %job.id, kind = job.kind, attempts = job.attempts, error, "job failed");
            fail(db, &job, now, &error).await
        }
    }
}
