//! The library in force (在用服务包库), for everybody in a running program.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use store::Db;
use tokio::sync::watch;

use crate::Library;
use crate::turns;
use crate::versions::VersionError;

/// How often a node asks whether something was published, suspended or cancelled. The question reads one row of an
/// index.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// The library in force. Clones see the same one; it is replaced as a whole while the program runs.
///
/// Whoever asks gets a library that nothing changes any more: one request works with one library. Libraries only gain
/// versions, so what one of them offered every later one still knows by its reference.
#[derive(Debug, Clone)]
pub struct Shelf(Arc<RwLock<OnShelf>>);

#[derive(Debug, Clone)]
struct OnShelf {
    turn: i64,
    library: Arc<Library>,
}

impl From<Library> for Shelf {
    /// A library that nobody has changed yet.
    fn from(library: Library) -> Self {
        Self::new(0, library)
    }
}

impl Shelf {
    /// The library after this turn.
    pub fn new(turn: i64, library: Library) -> Self {
        Self(Arc::new(RwLock::new(OnShelf { turn, library: Arc::new(library) })))
    }

    fn read(&self) -> OnShelf {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The library in force now.
    pub fn now(&self) -> Arc<Library> {
        self.read().library
    }

    /// The last turn that is in it.
    pub fn turn(&self) -> i64 {
        self.read().turn
    }

    /// The last turn and the library after it.
    pub(crate) fn both(&self) -> (i64, Arc<Library>) {
        let OnShelf { turn, library } = self.read();
        (turn, library)
    }

    /// Puts a library in force, unless that of a later turn is there already. `true`: it was.
    pub fn replace(&self, turn: i64, library: Library) -> bool {
        let mut on_shelf = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_later = turn > on_shelf.turn;
        if is_later {
            *on_shelf = OnShelf { turn, library: Arc::new(library) };
        }
        is_later
    }

    /// Asks whether something was published, suspended, resumed or cancelled, by this node or another one, and takes it.
    /// `true`: it was.
    pub async fn refresh(&self, db: &Db) -> Result<bool, VersionError> {
        let OnShelf { turn, library } = self.read();
        if turns::last(&mut db.snapshot().await?).await? <= turn {
            return Ok(false);
        }
        // A node with other bundles in its folder may have versions of them to write down.
        let mut tx = db.begin().await?;
        let (last, newer) = library.after(&mut tx, turn).await?;
        tx.commit().await?;
        tracing::info!(turn = last, "another library of service packages is in force");
        Ok(self.replace(last, newer))
    }

    /// Refreshes every few seconds until `shutdown` says true or its sender is gone.
    pub async fn keep_fresh(self, db: Db, shutdown: watch::Receiver<bool>) {
        store::refresh_forever(ASK_EVERY, shutdown, "the library in force", || self.refresh(&db)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_sees_the_last_turn_and_late_news_change_nothing() {
        let first = Shelf::from(Library::default());
        let (held, second) = (first.now(), first.clone());
        assert!(second.replace(3, Library::default()));
        assert_eq!(first.turn(), 3);
        assert!(!Arc::ptr_eq(&held, &first.now()) && Arc::ptr_eq(&first.now(), &second.now()));
        assert!(!first.replace(2, Library::default()) && !first.replace(3, Library::default()));
    }
}
