//! Transactions: the only way to run a statement.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use tokio::sync::Notify;

use crate::group_commit::GroupCommit;
use crate::row::Engine;
use crate::{Error, Result, Row, Val, constraint, sqlite};

/// What a statement or a commit gives, once awaited. It is boxed so that the compiler need not look into it again in every
/// caller's caller: without that, proving those `Send` takes it minutes.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The text of a statement, fixed at compile time: values travel only as `$1`, `$2`, … .
#[derive(Debug, Clone, Copy)]
pub enum Sql {
    /// The same text on both engines, which is nearly always possible.
    One(&'static str),
    /// Two spellings, where the dialects really differ.
    Two {
        /// For SQLite.
        sqlite: &'static str,
        /// For PostgreSQL.
        postgres: &'static str,
    },
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::One(text)
    }
}

impl Sql {
    const fn sqlite(self) -> &'static str {
        match self {
            Self::One(text) | Self::Two { sqlite: text, .. } => text,
        }
    }
    const fn postgres(self) -> &'static str {
        match self {
            Self::One(text) | Self::Two { postgres: text, .. } => text,
        }
    }
}

/// An open transaction. Dropping it undoes everything.
///
/// A statement that fails spends the transaction on both engines, because it does so on PostgreSQL: what follows
/// gives [`Error::TransactionFailed`], and so does the commit, which PostgreSQL itself would quietly turn into a
/// rollback.
pub struct Tx {
    inner: Inner,
    failed: bool,
    /// Whether it has enqueued a job, and the bell that tells the workers when it is kept.
    has_jobs: bool,
    bell: Arc<Notify>,
}

pub(crate) enum Inner {
    /// With what makes a commit durable; a transaction that only reads has none.
    Sqlite(sqlite::Lent, Option<GroupCommit>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn new(inner: Inner, bell: &Arc<Notify>) -> Self {
        Self { inner, failed: false, has_jobs: false, bell: Arc::clone(bell) }
    }

    /// Notes that a job was enqueued.
    pub(crate) fn note_job(&mut self) {
        self.has_jobs = true;
    }

    /// Every row.
    pub fn fetch_all(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Boxed<'_, Result<Vec<Row>>> {
        let sql = sql.into();
        Box::pin(async move {
            self.usable()?;
            match &mut self.inner {
                Inner::Sqlite(lent, _) => {
                    tokio::task::coop::consume_budget().await;
                    let rows = lent.rows(sql.sqlite(), &vals);
                    let rows =
                        rows.map(|rows| rows.into_iter().map(|row| Row(Engine::Sqlite(row))).collect());
                    self.checked_sqlite(rows)
                }
                Inner::Postgres(tx) => {
                    let rows = postgres(sql, vals).fetch_all(&mut **tx).await;
                    let rows =
                        rows.map(|rows| rows.into_iter().map(|row| Row(Engine::Postgres(row))).collect());
                    self.checked(rows)
                }
            }
        })
    }

    /// The first row, if there is one.
    pub fn fetch_optional(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Boxed<'_, Result<Option<Row>>> {
        let sql = sql.into();
        Box::pin(async move {
            self.usable()?;
            match &mut self.inner {
                Inner::Sqlite(lent, _) => {
                    tokio::task::coop::consume_budget().await;
                    let row = lent.first(sql.sqlite(), &vals);
                    let row = row.map(|row| row.map(|row| Row(Engine::Sqlite(row))));
                    self.checked_sqlite(row)
                }
                Inner::Postgres(tx) => {
                    let row = postgres(sql, vals).fetch_optional(&mut **tx).await;
                    let row = row.map(|row| row.map(|row| Row(Engine::Postgres(row))));
                    self.checked(row)
                }
            }
        })
    }

    /// The row that must be there; its absence is an internal error.
    pub fn fetch_one(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Boxed<'_, Result<Row>> {
        let sql = sql.into();
        Box::pin(async move { self.fetch_optional(sql, vals).await?.ok_or(Error::Missing) })
    }

    /// Runs a statement and counts the rows it touched.
    pub fn execute(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Boxed<'_, Result<u64>> {
        let sql = sql.into();
        Box::pin(async move {
            self.usable()?;
            match &mut self.inner {
                Inner::Sqlite(lent, _) => {
                    tokio::task::coop::consume_budget().await;
                    let done = lent.execute(sql.sqlite(), &vals);
                    self.checked_sqlite(done)
                }
                Inner::Postgres(tx) => {
                    let done = postgres(sql, vals).execute(&mut **tx).await.map(|done| done.rows_affected());
                    self.checked(done)
                }
            }
        })
    }

    /// Runs the statements of a migration: several in one text, without values.
    pub(crate) async fn run_script(&mut self, script: String) -> Result<()> {
        self.usable()?;
        match &mut self.inner {
            Inner::Sqlite(lent, _) => {
                let done = lent.script(&script);
                self.checked_sqlite(done)
            }
            Inner::Postgres(tx) => {
                // Safe: migrations are compiled in, never made from input.
                let done = sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut **tx).await.map(|_done| ());
                self.checked(done)
            }
        }
    }

    /// Keeps everything. Once this returns, a power cut cannot take it back.
    pub fn commit(self) -> Boxed<'static, Result<()>> {
        Box::pin(async move {
            if self.failed {
                return Err(Error::TransactionFailed); // dropping it rolls back
            }
            match self.inner {
                Inner::Sqlite(lent, durably) => {
                    lent.execute("commit", &[]).map_err(Error::from_sqlite)?;
                    drop(lent); // the next writer need not wait for the flush
                    if let Some(group) = durably {
                        group.flush().await?;
                    }
                }
                Inner::Postgres(tx) => tx.commit().await.map_err(Error::from_driver)?,
            }
            if self.has_jobs {
                self.bell.notify_one();
            }
            Ok(())
        })
    }

    /// Undoes everything at once; dropping does the same a moment later.
    pub fn rollback(self) -> Boxed<'static, Result<()>> {
        Box::pin(async move {
            match self.inner {
                Inner::Sqlite(lent, _) => {
                    drop(lent);
                    Ok(())
                }
                Inner::Postgres(tx) => tx.rollback().await.map_err(Error::from_driver),
            }
        })
    }

    /// Makes the transaction one that cannot be committed.
    pub(crate) fn spend(&mut self) {
        self.failed = true;
    }

    /// Which dialect the statements of this transaction meet.
    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.inner, Inner::Postgres(_))
    }

    fn usable(&self) -> Result<()> {
        if self.failed { Err(Error::TransactionFailed) } else { Ok(()) }
    }

    fn checked<T>(&mut self, outcome: std::result::Result<T, sqlx::Error>) -> Result<T> {
        outcome.map_err(|error| {
            self.failed = true;
            Error::from_driver(error)
        })
    }

    fn checked_sqlite<T>(&mut self, outcome: rusqlite::Result<T>) -> Result<T> {
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        self.failed = true;
        if let (Inner::Sqlite(lent, _), Some(message)) = (&self.inner, sqlite::unique_violation(&error))
            && let Some(constraint) = constraint::name(lent, message)
        {
            return Err(Error::Unique { constraint });
        }
        Err(Error::from_sqlite(error))
    }
}

fn postgres(sql: Sql, vals: Vec<Val>) -> Query<'static, Postgres, PgArguments> {
    vals.into_iter().fold(sqlx::query(sql.postgres()), |query, val| match val {
        Val::I(value) => query.bind(value),
        Val::F(value) => query.bind(value),
        Val::T(value) => query.bind(value),
        Val::B(value) => query.bind(value),
    })
}
