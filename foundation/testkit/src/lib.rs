//! Help for tests: fresh databases on every engine, fixed instants, a vault with a throw-away key.
//!
//! A suite is written once and run on each engine by [`each_database`]. PostgreSQL is found by the address in
//! `TONGBAN_TEST_POSTGRES`, else by its programs on this machine ([`postgres`]); where neither is there the suite
//! says "skipped", or fails when `TONGBAN_REQUIRE` names `postgres`.

mod postgres;

use std::future::Future;
use std::path::Path;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use kernel::{JobId, Timestamp};
use store::{Db, Vault};
use tempfile::TempDir;

/// A database of one test. Dropping it removes it.
pub struct TestDb {
    /// The database, empty.
    pub db: Db,
    /// Its address: open it again to play a second node.
    pub url: String,
    /// `SQLite` or `PostgreSQL`, for messages.
    pub engine: &'static str,
    _rubbish: Rubbish,
}

enum Rubbish {
    Folder { _folder: TempDir },
    Schema { _schema: postgres::Schema },
}

/// A fresh, empty database on each engine that this machine has: SQLite always.
pub async fn databases() -> Vec<TestDb> {
    let mut all = vec![sqlite().await];
    if let Some(schema) = postgres::fresh_schema(&unguessable()).await {
        let url = schema.url();
        let db = open(&url).await;
        all.push(TestDb { db, url, engine: "PostgreSQL", _rubbish: Rubbish::Schema { _schema: schema } });
    }
    all
}

/// A fresh, empty SQLite database, for what has nothing to do with the engine.
pub async fn sqlite() -> TestDb {
    let folder = folder();
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    let db = open(&url).await;
    TestDb { db, url, engine: "SQLite", _rubbish: Rubbish::Folder { _folder: folder } }
}

/// Runs the same test on a fresh database of each engine, and says on which one it failed.
pub async fn each_database<Run, Done>(test: Run)
where
    Run: Fn(Db) -> Done,
    Done: Future<Output = ()>,
{
    // Boxed: the bodies of tests are large, and clippy would have every one of them say so.
    each_test_database(async |test_db: &TestDb| Box::pin(test(test_db.db.clone())).await).await;
}

/// As [`each_database`], for tests that need the address too.
pub async fn each_test_database(test: impl AsyncFn(&TestDb)) {
    for test_db in databases().await {
        let named = NameOnFailure(test_db.engine);
        test(&test_db).await;
        drop(named);
        test_db.db.close().await;
    }
}

struct NameOnFailure(&'static str);

impl Drop for NameOnFailure {
    fn drop(&mut self) {
        if std::thread::panicking() {
            say(&format!("failed on {}", self.0));
        }
    }
}

/// An instant from Beijing wall time: `instant("2026-09-21T09:30")`.
pub fn instant(beijing: &str) -> Timestamp {
    let wall: DateTime =
        beijing.parse().unwrap_or_else(|error| panic!("{beijing:?} is no wall time: {error}"));
    Offset::constant(8).to_timestamp(wall).unwrap_or_else(|error| panic!("{beijing:?}: {error}"))
}

/// A civil day: `date("2026-09-21")`.
pub fn date(text: &str) -> Date {
    text.parse().unwrap_or_else(|error| panic!("{text:?} is no day: {error}"))
}

/// An empty folder that goes away when dropped; in memory where the machine has such a place, because durable
/// commits to a real disk are most of the time a test takes.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_no_room| tempfile::tempdir())
        .unwrap_or_else(|error| panic!("no folder for tests: {error}"))
}

/// A vault with a key of its own that is kept nowhere.
pub fn vault() -> Vault {
    let folder = folder();
    Vault::open_or_create(folder.path().join("key"))
        .unwrap_or_else(|error| panic!("no vault for tests: {error}"))
}

async fn open(url: &str) -> Db {
    Db::open(url).await.unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn unguessable() -> String {
    store::fresh_id::<JobId>(Timestamp::UNIX_EPOCH).to_string()
}

#[expect(clippy::print_stderr, reason = "a test tells its reader what it left out or where it failed")]
fn say(sentence: &str) {
    eprintln!("{sentence}");
}
