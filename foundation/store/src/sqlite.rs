//! SQLite in this process: connections of one file, lent for a transaction each.
//!
//! A statement takes microseconds, less than handing it to another thread and back would, so it runs where its caller
//! runs (docs/adr/0012). What takes longer does not hold up the runtime: a free connection and the write lock of another
//! process are waited for without holding a thread, commits are flushed by [`crate::group_commit`], and a statement
//! that turns out to be long, a migration and moving the log give the thread's other work away first ([`aside`]).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ToSql, ffi};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, Result, Val};

/// Longer than any honest write, shorter than a citizen's patience: then the answer is "busy".
const WAIT: Duration = Duration::from_secs(10);
/// One program's statements all fit, so each is parsed once per connection.
const CACHED_STATEMENTS: usize = 512;
/// Pages of the log after which a commit moves them into the database (32 MB). A page that many commits change is moved
/// once, and the flushes of moving are paid for rarely.
const LOG_PAGES: i32 = 8000;
/// Memory of the writing connection for pages, in KiB: what every command touches stays at hand.
const WRITER_CACHE_KIB: i64 = 65_536;
/// How often the write lock is asked for while another process has it.
const ASK_AGAIN: Duration = Duration::from_millis(3);
/// Steps of SQLite's machine, one or two milliseconds, after which a statement counts as long.
const LONG_STEPS: i32 = 50_000;

/// What connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// One at a time.
    Write,
    /// They cannot write.
    Read,
}

/// Connections that wait to be lent.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    made_for: Use,
    connections_max: u32,
    free: Mutex<Vec<Connection>>,
    /// One for each connection that may be lent; given out in the order of asking.
    permits: Arc<Semaphore>,
}

impl Pool {
    /// Opens the first connection, which makes the file.
    pub(crate) async fn open(path: &Path, made_for: Use, connections_max: u32) -> Result<Self> {
        let pool = Self(Arc::new(Inner {
            path: path.to_owned(),
            made_for,
            connections_max,
            free: Mutex::default(),
            permits: Arc::new(Semaphore::new(connections_max as usize)),
        }));
        let first = pool.connect().await?;
        pool.free().push(first);
        Ok(pool)
    }

    async fn connect(&self) -> Result<Connection> {
        let inner = Arc::clone(&self.0);
        let opening = tokio::task::spawn_blocking(move || connect(&inner.path, inner.made_for));
        let opened = opening.await.map_err(|stopped| Error::Unavailable(stopped.to_string()))?;
        opened.map_err(Error::from_sqlite)
    }

    /// Lends a connection on which a transaction has begun.
    pub(crate) async fn begin(&self) -> Result<Lent> {
        let waiting = tokio::time::timeout(WAIT, Arc::clone(&self.0.permits).acquire_owned()).await;
        let permit = waiting
            .map_err(|_elapsed| Error::Busy("no free connection in time".into()))?
            .map_err(|_closed| Error::Unavailable("the database is closed".into()))?;
        let free = self.free().pop();
        let connection = match free {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let mut lent = Lent { connection: Some(connection), pool: self.clone(), _permit: permit };
        lent.begin().await?;
        Ok(lent)
    }

    /// Waits for all that are lent and closes them.
    pub(crate) async fn close(&self) {
        let all_back = self.0.permits.acquire_many(self.0.connections_max).await;
        self.0.permits.close();
        let connections = std::mem::take(&mut *self.free());
        // The last connection of a file moves the log into it.
        let closing = tokio::task::spawn_blocking(move || drop(connections));
        if let Err(error) = closing.await {
            tracing::warn!(%error, "a connection was not closed in order");
        }
        drop(all_back);
    }

    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(path: &Path, made_for: Use) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX; // a connection is lent to one transaction at a time
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(WAIT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // Without it SQLite looks into bound values when it plans, and parses such a statement anew each time it is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.query_row("pragma journal_mode = wal", (), |_mode| Ok(()))?;
    // The flush that NORMAL leaves out of a commit is done by `GroupCommit`.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", "on")?;
    connection.pragma_update(None, "temp_store", "memory")?; // sorted personal data does not reach the disk
    match made_for {
        Use::Write => connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?,
        Use::Read => connection.pragma_update(None, "query_only", "on")?,
    }
    connection.wal_hook(Some(|log: &mut Wal, pages| {
        move_long_log(log, pages);
        Ok(()) // an error would be the commit's, which stands
    }))?;
    connection.progress_handler(LONG_STEPS, Some(make_room))?;
    Ok(connection)
}

/// After a commit: moves the log into the database when it has grown long.
fn move_long_log(log: &mut Wal, pages: i32) {
    if pages >= LOG_PAGES
        && let Err(error) = aside(|| log.checkpoint())
    {
        // The next commit tries again.
        tracing::debug!(%error, "the write-ahead log could not be moved into the database");
    }
}

/// Within a long statement: lets another thread take over what else waits for this one. Says "do not interrupt it".
fn make_room() -> bool {
    if on_worker_threads() {
        aside(std::thread::yield_now);
    }
    false
}

/// Runs what may take long, after the runtime was told to give the other work of this thread to another one.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    if on_worker_threads() { tokio::task::block_in_place(work) } else { work() }
}

fn on_worker_threads() -> bool {
    Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread)
}

/// A connection in a transaction. Dropping it undoes what was not committed.
#[derive(Debug)]
pub(crate) struct Lent {
    /// None only while this is dropped.
    connection: Option<Connection>,
    pool: Pool,
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    fn connection(&self) -> rusqlite::Result<&Connection> {
        self.connection.as_ref().ok_or(rusqlite::Error::InvalidQuery)
    }

    async fn begin(&mut self) -> Result<()> {
        if self.pool.0.made_for == Use::Read {
            return self.execute("begin", &[]).map(|_none| ()).map_err(Error::from_sqlite);
        }
        // IMMEDIATE takes the write lock now: a read that later wants to write would fail without waiting. In this
        // process nobody else has it; SQLite would wait for another process by holding the thread.
        let since = Instant::now();
        self.wait_in_place(Duration::ZERO)?;
        while let Err(error) = self.execute("begin immediate", &[]) {
            if !is_busy(&error) || since.elapsed() >= WAIT {
                return Err(Error::from_sqlite(error));
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
        self.wait_in_place(WAIT)
    }

    fn wait_in_place(&self, time: Duration) -> Result<()> {
        self.connection().and_then(|connection| connection.busy_timeout(time)).map_err(Error::from_sqlite)
    }

    /// All rows of a statement.
    pub(crate) fn rows(&self, sql: &str, vals: &[Val]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.prepared(sql, vals)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        let mut columns = None;
        while let Some(row) = rows.next()? {
            let columns = columns.get_or_insert_with(|| names(row.as_ref()));
            found.push(Row::of(row, columns)?);
        }
        Ok(found)
    }

    /// The first row of a statement.
    pub(crate) fn first(&self, sql: &str, vals: &[Val]) -> rusqlite::Result<Option<Row>> {
        let mut statement = self.prepared(sql, vals)?;
        let reads = statement.readonly();
        let mut rows = statement.raw_query();
        let first = rows.next()?.map(|row| Row::of(row, &names(row.as_ref()))).transpose()?;
        // What a writing statement must hold is checked at its end.
        while !reads && rows.next()?.is_some() {}
        Ok(first)
    }

    /// Runs a statement to its end and counts the rows it touched.
    pub(crate) fn execute(&self, sql: &str, vals: &[Val]) -> rusqlite::Result<u64> {
        let mut statement = self.prepared(sql, vals)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        Ok(self.connection()?.changes())
    }

    /// Runs the statements of a migration.
    pub(crate) fn script(&self, script: &str) -> rusqlite::Result<()> {
        let connection = self.connection()?;
        aside(|| connection.execute_batch(script))
    }

    fn prepared(&self, sql: &str, vals: &[Val]) -> rusqlite::Result<CachedStatement<'_>> {
        let mut statement = self.connection()?.prepare_cached(sql)?;
        for index in 1..=statement.parameter_count() {
            // `$7` is a name to SQLite, and its index is the order in which names first appear.
            let number =
                statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
            let val = number.and_then(|number| vals.get(number.checked_sub(1)?));
            let val = val.ok_or(rusqlite::Error::InvalidParameterCount(vals.len(), index))?;
            statement.raw_bind_parameter(index, val)?;
        }
        Ok(statement)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // On a full disk SQLite has undone the transaction itself.
        if !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("rollback")
        {
            tracing::warn!(%error, "a transaction could not be undone; its connection is closed");
            return;
        }
        self.pool.free().push(connection);
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// What SQLite says of a unique or primary key that was hit.
pub(crate) fn unique_violation(error: &rusqlite::Error) -> Option<&str> {
    let rusqlite::Error::SqliteFailure(failure, Some(message)) = error else { return None };
    let codes = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY];
    codes.contains(&failure.extended_code).then_some(message)
}

impl ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::I(value) => value.map(ValueRef::Integer),
            Self::F(value) => value.map(ValueRef::Real),
            Self::T(value) => value.as_ref().map(|text| ValueRef::Text(text.as_bytes())),
            Self::B(value) => value.as_deref().map(ValueRef::Blob),
        };
        Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
    }
}

/// One row of a result.
pub(crate) struct Row {
    pub(crate) columns: Arc<[String]>,
    pub(crate) cells: Vec<Cell>,
}

/// A value as SQLite stores it.
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

fn names(statement: &rusqlite::Statement<'_>) -> Arc<[String]> {
    statement.column_names().map(str::to_owned).collect()
}

impl Row {
    fn of(row: &rusqlite::Row<'_>, columns: &Arc<[String]>) -> rusqlite::Result<Self> {
        let cells = (0..columns.len()).map(|column| Ok(Cell::of(row.get_ref(column)?)));
        Ok(Self { columns: Arc::clone(columns), cells: cells.collect::<rusqlite::Result<_>>()? })
    }
}

impl Cell {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(value) => Self::Integer(value),
            ValueRef::Real(value) => Self::Real(value),
            // Text that is no UTF-8 is damaged, and shows as bytes where text is asked for.
            ValueRef::Text(bytes) => match String::from_utf8(bytes.to_vec()) {
                Ok(text) => Self::Text(text),
                Err(not_text) => Self::Blob(not_text.into_bytes()),
            },
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}
