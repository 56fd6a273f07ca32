//! Durable commits on SQLite, many to one disk flush.
//!
//! With `synchronous=full` SQLite flushes the write-ahead log inside every commit, while it holds the only write
//! lock: some hundred commits a second, however many wait. So the writer runs with `synchronous=normal`, which leaves
//! that flush out and keeps all others (checkpoints and log restarts: sqlite.org/wal.html, "Performance
//! Considerations"), and the flush is done here, after the lock is free, for all commits that have come together.
//! [`crate::Tx::commit`] returns after it, so what was acknowledged survives a power cut, as with `full`.
//!
//! A reader may see a commit some milliseconds before it is durable. A writer cannot act on it too early: its own
//! commit lies behind in the same log, and is flushed with it.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::{Error, Result};

/// Flushes the log of one database file.
#[derive(Debug, Clone)]
pub(crate) struct GroupCommit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    log: PathBuf,
    committed: AtomicU64,
    /// The number of the last commit that is known to be on the disk. Who holds the lock is flushing.
    flushed: Mutex<u64>,
    broken: AtomicBool,
}

impl GroupCommit {
    pub(crate) fn of(database: &Path) -> Self {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        Self(Arc::new(Inner {
            log: log.into(),
            committed: AtomicU64::new(0),
            flushed: Mutex::new(0),
            broken: AtomicBool::new(false),
        }))
    }

    /// Waits until everything committed so far is on the disk. Call it after a commit.
    pub(crate) async fn flush(&self) -> Result<()> {
        let mine = self.0.committed.fetch_add(1, Ordering::SeqCst) + 1;
        let mut flushed = self.0.flushed.lock().await;
        if *flushed >= mine {
            return self.usable(); // somebody flushed for us while we waited
        }
        let all = self.0.committed.load(Ordering::SeqCst);
        let log = self.0.log.clone();
        let outcome = tokio::task::spawn_blocking(move || flush_file(&log)).await.map_err(io::Error::other);
        if let Err(error) = outcome.and_then(|done| done) {
            // The system may have dropped what it could not write and report success next time, so no later flush
            // proves anything. Only a restart, which reads what is really there, does.
            self.0.broken.store(true, Ordering::SeqCst);
            tracing::error!(%error, "the write-ahead log cannot be flushed; no more writing until restart");
            return self.usable();
        }
        *flushed = all;
        self.usable()
    }

    /// Refuses when an earlier flush failed.
    pub(crate) fn usable(&self) -> Result<()> {
        if self.0.broken.load(Ordering::SeqCst) {
            return Err(Error::Unavailable(
                "the disk refused a flush; restart after looking at the disk".into(),
            ));
        }
        Ok(())
    }
}

/// Opened anew each time: SQLite removes the log when its last connection closes, after moving everything out of it.
fn flush_file(log: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).open(log) {
        Ok(file) => file.sync_data(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn commits_that_wait_together_share_a_flush() {
        let folder = tempfile::tempdir().unwrap();
        let group = GroupCommit::of(&folder.path().join("x.db"));
        std::fs::write(folder.path().join("x.db-wal"), "frames").unwrap();
        let held = group.0.flushed.lock().await; // a flush is under way
        let commits: Vec<_> = (0..5)
            .map(|_| {
                let group = group.clone();
                tokio::spawn(async move { group.flush().await })
            })
            .collect();
        while group.0.committed.load(Ordering::SeqCst) < 5 {
            tokio::task::yield_now().await;
        }
        drop(held);
        for commit in commits {
            commit.await.unwrap().unwrap();
        }
        assert_eq!(*group.0.flushed.lock().await, 5);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn after_a_failed_flush_nothing_is_acknowledged_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let group = GroupCommit::of(&folder.path().join("x.db"));
        let log = folder.path().join("x.db-wal");
        group.flush().await.unwrap(); // no log: everything is in the database file
        std::os::unix::fs::symlink("/dev/null", &log).unwrap(); // which refuses to be flushed
        assert!(matches!(group.flush().await, Err(Error::Unavailable(_))));
        std::fs::remove_file(&log).unwrap();
        assert!(matches!(group.flush().await, Err(Error::Unavailable(_))), "success now would prove nothing");
        assert!(group.usable().is_err());
    }
}
