//! Schemas of a PostgreSQL database: a place of their own for scenarios and other throw-away work.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{Error, Result};

/// Makes a schema in the database of this address; use it as `?schema=name`.
pub async fn make(url: &str, name: &str) -> Result<()> {
    run(url, name, "create schema").await
}

/// Removes a schema and everything in it.
pub async fn remove(url: &str, name: &str) -> Result<()> {
    run(url, name, "drop schema if exists").await
}

async fn run(url: &str, name: &str, verb: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(Error::Address("schema must be lower-case letters, digits and underscores".into()));
    }
    let tail = if verb.starts_with("drop") { " cascade" } else { "" };
    let mut connection = PgConnection::connect(url).await.map_err(Error::from_driver)?;
    let statement = AssertSqlSafe(format!("{verb} {name}{tail}"));
    sqlx::raw_sql(statement).execute(&mut connection).await.map_err(Error::from_driver)?;
    connection.close().await.map_err(Error::from_driver)
}
