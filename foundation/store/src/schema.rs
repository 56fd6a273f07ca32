//! Schemas of a PostgreSQL database: a place of their own for scenarios and other throw-away work. And what a database
//! of either engine is made of.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{Error, Result, Sql, Tx, vals};

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

/// A column of the database as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundColumn {
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Whether it is part of the primary key.
    pub is_key: bool,
    /// Whether it holds bytes.
    pub is_bytes: bool,
}

/// Every column of every table.
pub async fn columns(tx: &mut Tx) -> Result<Vec<FoundColumn>> {
    const ALL: Sql = Sql::Two {
        sqlite: "select m.name, c.name, c.pk > 0, lower(c.type) = 'blob'
                 from sqlite_master m join pragma_table_info(m.name) c
                 where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\' order by m.name, c.cid",
        postgres: "select c.table_name::text, c.column_name::text,
                       exists (select 1 from information_schema.table_constraints k
                           join information_schema.key_column_usage u on u.constraint_name = k.constraint_name
                               and u.constraint_schema = k.constraint_schema and u.table_name = k.table_name
                           where k.constraint_type = 'PRIMARY KEY' and k.table_schema = c.table_schema
                               and k.table_name = c.table_name and u.column_name = c.column_name),
                       c.data_type = 'bytea'
                   from information_schema.columns c where c.table_schema = current_schema()
                   order by c.table_name, c.ordinal_position",
    };
    let rows = tx.fetch_all(ALL, vals![]).await?;
    let columns = rows.iter().map(|row| {
        Ok(FoundColumn { table: row.get(0)?, name: row.get(1)?, is_key: row.get(2)?, is_bytes: row.get(3)? })
    });
    columns.collect()
}
