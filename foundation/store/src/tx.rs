//! Transactions: the only way to run a statement.

use std::sync::Arc;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};
use tokio::sync::Notify;

use crate::group_commit::GroupCommit;
use crate::row::Engine;
use crate::{Error, Result, Row, Val, constraint};

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
    Sqlite(Transaction<'static, Sqlite>, Option<GroupCommit>),
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
    pub async fn fetch_all(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Result<Vec<Row>> {
        self.usable()?;
        let sql = sql.into();
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx, _) => {
                let rows = sqlite(sql, vals).fetch_all(&mut **tx).await;
                rows.map(|rows| rows.into_iter().map(|row| Row(Engine::Sqlite(row))).collect())
            }
            Inner::Postgres(tx) => {
                let rows = postgres(sql, vals).fetch_all(&mut **tx).await;
                rows.map(|rows| rows.into_iter().map(|row| Row(Engine::Postgres(row))).collect())
            }
        };
        self.checked(outcome).await
    }

    /// The first row, if there is one.
    pub async fn fetch_optional(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Result<Option<Row>> {
        self.usable()?;
        let sql = sql.into();
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx, _) => {
                let row = sqlite(sql, vals).fetch_optional(&mut **tx).await;
                row.map(|row| row.map(|row| Row(Engine::Sqlite(row))))
            }
            Inner::Postgres(tx) => {
                let row = postgres(sql, vals).fetch_optional(&mut **tx).await;
                row.map(|row| row.map(|row| Row(Engine::Postgres(row))))
            }
        };
        self.checked(outcome).await
    }

    /// The row that must be there; its absence is an internal error.
    pub async fn fetch_one(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Result<Row> {
        self.fetch_optional(sql, vals).await?.ok_or(Error::Missing)
    }

    /// Runs a statement and counts the rows it touched.
    pub async fn execute(&mut self, sql: impl Into<Sql>, vals: Vec<Val>) -> Result<u64> {
        self.usable()?;
        let sql = sql.into();
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx, _) => {
                sqlite(sql, vals).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            Inner::Postgres(tx) => {
                postgres(sql, vals).execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        };
        self.checked(outcome).await
    }

    /// Runs the statements of a migration: several in one text, without values.
    pub(crate) async fn run_script(&mut self, script: String) -> Result<()> {
        self.usable()?;
        // Safe: migrations are compiled in, never made from input.
        let script = sqlx::raw_sql(AssertSqlSafe(script));
        let outcome = match &mut self.inner {
            Inner::Sqlite(tx, _) => script.execute(&mut **tx).await.map(|_done| ()),
            Inner::Postgres(tx) => script.execute(&mut **tx).await.map(|_done| ()),
        };
        self.checked(outcome).await
    }

    /// Keeps everything. Once this returns, a power cut cannot take it back.
    pub async fn commit(self) -> Result<()> {
        if self.failed {
            return Err(Error::TransactionFailed); // dropping it rolls back
        }
        match self.inner {
            Inner::Sqlite(tx, durably) => {
                tx.commit().await.map_err(Error::from_driver)?;
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
    }

    /// Undoes everything at once; dropping does the same a moment later.
    pub async fn rollback(self) -> Result<()> {
        match self.inner {
            Inner::Sqlite(tx, _) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        }
        .map_err(Error::from_driver)
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

    async fn checked<T>(&mut self, outcome: std::result::Result<T, sqlx::Error>) -> Result<T> {
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        self.failed = true;
        if let (Inner::Sqlite(tx, _), sqlx::Error::Database(database)) = (&mut self.inner, &error)
            && database.is_unique_violation()
            && let Some(constraint) = constraint::name(tx, database.message()).await
        {
            return Err(Error::Unique { constraint });
        }
        Err(Error::from_driver(error))
    }
}

fn sqlite(sql: Sql, vals: Vec<Val>) -> Query<'static, Sqlite, SqliteArguments> {
    vals.into_iter().fold(sqlx::query(sql.sqlite()), |query, val| match val {
        Val::I(value) => query.bind(value),
        Val::F(value) => query.bind(value),
        Val::T(value) => query.bind(value),
        Val::B(value) => query.bind(value),
    })
}

fn postgres(sql: Sql, vals: Vec<Val>) -> Query<'static, Postgres, PgArguments> {
    vals.into_iter().fold(sqlx::query(sql.postgres()), |query, val| match val {
        Val::I(value) => query.bind(value),
        Val::F(value) => query.bind(value),
        Val::T(value) => query.bind(value),
        Val::B(value) => query.bind(value),
    })
}
