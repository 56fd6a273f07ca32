//! Opening a database and starting transactions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tokio::sync::Notify;

use crate::group_commit::GroupCommit;
use crate::sqlite::{self, Use};
use crate::tx::{Boxed, Inner};
use crate::{Error, Result, Tx};

/// Longer than any honest write, shorter than a citizen's patience: then the answer is "busy".
const WAIT: Duration = Duration::from_secs(10);
/// SQLite in WAL mode reads in parallel with the one writer.
const SQLITE_READERS: u32 = 8;
const POSTGRES_CONNECTIONS: u32 = 16;
/// One program's statements all fit, so each is parsed once per connection.
const CACHED_STATEMENTS: usize = 512;

/// Which database is behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file on this machine.
    Sqlite,
    /// A PostgreSQL server, or something that speaks like one.
    Postgres,
}

/// A database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    address: Address,
    /// Rung when a transaction is kept that has enqueued a job.
    bell: Arc<Notify>,
}

/// It may hold a password.
#[derive(Clone)]
struct Address(Arc<str>);

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address")
    }
}

#[derive(Clone, Debug)]
enum Pools {
    /// SQLite has one writer at a time anyway; a pool of one makes writers queue fairly instead of polling a lock.
    Sqlite {
        writer: sqlite::Pool,
        readers: sqlite::Pool,
        group: GroupCommit,
    },
    Postgres(PgPool),
}

impl Db {
    /// Opens `sqlite:/path/file.db` (made if missing, its folder too) or `postgres://user@host/database`,
    /// the latter with an optional `?schema=name`.
    pub async fn open(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let pools = open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path))).await?;
            Ok(Self::of(pools, url))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::of(open_postgres(url).await?, url))
        } else {
            Err(Error::Address("must start with sqlite: or postgres://".into()))
        }
    }

    fn of(pools: Pools, url: &str) -> Self {
        Self { pools, address: Address(url.into()), bell: Arc::new(Notify::new()) }
    }

    /// The same database with connections of their own, for work in another runtime. Close it after use.
    pub(crate) async fn again(&self) -> Result<Self> {
        Self::open(&self.address.0).await
    }

    /// Waits until a job was enqueued by this process, now or since the last wait.
    pub(crate) async fn job_enqueued(&self) {
        self.bell.notified().await;
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match &self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Starts a transaction that may write.
    pub fn begin(&self) -> Boxed<'_, Result<Tx>> {
        Box::pin(async move {
            match &self.pools {
                Pools::Sqlite { writer, group, .. } => {
                    group.usable()?;
                    Ok(Tx::new(Inner::Sqlite(writer.begin().await?, Some(group.clone())), &self.bell))
                }
                Pools::Postgres(pool) => {
                    let begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
                    Ok(Tx::new(postgres_tx(pool, begin).await?, &self.bell))
                }
            }
        })
    }

    /// Starts a transaction that only reads, and sees one moment throughout.
    pub fn snapshot(&self) -> Boxed<'_, Result<Tx>> {
        Box::pin(async move {
            match &self.pools {
                Pools::Sqlite { readers, .. } => {
                    Ok(Tx::new(Inner::Sqlite(readers.begin().await?, None), &self.bell))
                }
                Pools::Postgres(pool) => {
                    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                    Ok(Tx::new(postgres_tx(pool, begin).await?, &self.bell))
                }
            }
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        let mut tx = self.snapshot().await?;
        tx.fetch_one("select 1", Vec::new()).await?;
        Ok(())
    }

    /// Waits for open transactions and closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await; // last, so that closing folds the write-ahead log into the file
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Connections are not tested before use, which would double the round trips; but a server that was restarted
/// leaves dead ones in the pool. They show at BEGIN, when nothing has happened yet, so trying again is safe.
async fn postgres_tx(pool: &PgPool, begin: &'static str) -> Result<Inner> {
    let mut tries = 0..POSTGRES_CONNECTIONS;
    loop {
        let error = match pool.begin_with(begin).await {
            Ok(tx) => return Ok(Inner::Postgres(tx)),
            Err(error) => Error::from_driver(error),
        };
        if !matches!(error, Error::Unavailable(_)) || tries.next().is_none() {
            return Err(error);
        }
    }
}

async fn open_sqlite(path: &Path) -> Result<Pools> {
    let file = path.to_str().unwrap_or_default();
    if file.is_empty() || file.starts_with(':') || file.contains('?') {
        return Err(Error::Address("sqlite: needs the path of a file, without parameters".into()));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder.to_owned()).await?;
    }
    let writer = sqlite::Pool::open(path, Use::Write, 1).await?;
    let readers = sqlite::Pool::open(path, Use::Read, SQLITE_READERS).await?;
    Ok(Pools::Sqlite { writer, readers, group: GroupCommit::of(path) })
}

async fn make_folder(folder: PathBuf) -> Result<()> {
    tokio::fs::create_dir_all(&folder)
        .await
        .map_err(|error| Error::Address(format!("cannot make folder {}: {error}", folder.display())))
}

async fn open_postgres(url: &str) -> Result<Pools> {
    let (url, schema) = take_schema(url)?;
    let unreadable = |error: sqlx::Error| Error::Address(error.to_string());
    let mut options: PgConnectOptions = url.parse().map_err(unreadable)?;
    if !url.contains("sslmode=") && !url.contains("ssl-mode=") {
        options = options.ssl_mode(PgSslMode::Disable); // TLS is not compiled in: the link is private or a tunnel
    }
    if let Some(schema) = schema {
        options = options.options([("search_path", schema.as_str())]);
    }
    let options = options.application_name("tongban").statement_cache_capacity(CACHED_STATEMENTS);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        .after_connect(|connection, _about| {
            Box::pin(async move {
                // Best effort, because relatives of PostgreSQL do not know all of them: nobody waits for a lock
                // for ever, and a node that died in mid-transaction does not hold its locks for ever.
                for setting in [
                    "set lock_timeout = '10s'",
                    "set statement_timeout = '60s'",
                    "set idle_in_transaction_session_timeout = '60s'",
                ] {
                    if let Err(error) = sqlx::raw_sql(setting).execute(&mut *connection).await {
                        tracing::debug!(%error, setting, "setting not known to this server");
                    }
                }
                Ok(())
            })
        })
        .connect_with(options)
        .await
        .map_err(Error::from_driver)?;
    Ok(Pools::Postgres(pool))
}

/// Takes `schema=name` out of the address: the driver does not know it.
fn take_schema(url: &str) -> Result<(String, Option<String>)> {
    let Some((base, query)) = url.split_once('?') else { return Ok((url.to_owned(), None)) };
    let (mut rest, mut schema) = (Vec::new(), None);
    for part in query.split('&') {
        match part.strip_prefix("schema=") {
            Some(name) => schema = Some(name.to_owned()),
            None => rest.push(part),
        }
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if schema.as_ref().is_some_and(|name| name.is_empty() || !name.chars().all(plain)) {
        return Err(Error::Address("schema must be lower-case letters, digits and underscores".into()));
    }
    let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
    Ok((url, schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_taken_out_of_the_address() {
        let check = |url: &str| take_schema(url).map_err(|error| error.to_string());
        assert_eq!(check("postgres://h/d"), Ok(("postgres://h/d".into(), None)));
        assert_eq!(check("postgres://h/d?schema=a_1"), Ok(("postgres://h/d".into(), Some("a_1".into()))));
        assert_eq!(
            check("postgres://h/d?user=x&schema=a&port=1"),
            Ok(("postgres://h/d?user=x&port=1".into(), Some("a".into())))
        );
        assert!(check("postgres://h/d?schema=a;drop").is_err());
        assert!(check("postgres://h/d?schema=").is_err());
    }
}
