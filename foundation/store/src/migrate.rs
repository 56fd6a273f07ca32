//! Bringing a database to the shape that this program expects.

use crate::{Db, Engine, Error, Result, Tx, vals};

/// One step in the life of the schema. Once released its text never changes; the next step is a new migration.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `room/0001_what`, unique over all rooms.
    pub name: &'static str,
    /// The statements, in words both engines know; the type word BYTEA becomes BLOB on SQLite.
    pub sql: &'static str,
    /// Another spelling for PostgreSQL, where the dialects really differ.
    pub postgres: Option<&'static str>,
}

impl Migration {
    /// The same text for both engines.
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, postgres: None }
    }

    /// Two spellings.
    pub const fn two(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { name, sql: sqlite, postgres: Some(postgres) }
    }

    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sql,
            Engine::Postgres => self.postgres.unwrap_or(self.sql),
        }
    }
}

impl Db {
    /// Applies what has not been applied yet, in the given order, each migration in a transaction of its own, and
    /// returns the names of those. Nodes that start together take turns. Migrations of a newer program that this
    /// one does not know are left alone.
    pub async fn migrate(&self, sets: &[&[Migration]]) -> Result<Vec<String>> {
        let all: Vec<&Migration> = sets.iter().flat_map(|set| set.iter()).collect();
        refuse_twins(&all)?;
        let mut tx = self.begin_migration().await?;
        tx.execute(
            "create table if not exists schema_migrations (
               name text not null constraint schema_migrations_pkey primary key, checksum text not null)",
            vals![],
        )
        .await?;
        tx.commit().await?;
        let mut applied = Vec::new();
        for migration in all {
            let mut tx = self.begin_migration().await?;
            if apply(&mut tx, self.engine(), migration).await? {
                tx.commit().await?;
                applied.push(migration.name.to_owned());
            }
        }
        Ok(applied)
    }

    async fn begin_migration(&self) -> Result<Tx> {
        let mut tx = self.begin().await?; // on SQLite this already is the only writer
        if tx.is_postgres() {
            tx.run_script("set local lock_timeout = 0; set local statement_timeout = 0".into()).await?;
            tx.execute(
                "select pg_advisory_xact_lock(hashtext('schema_migrations ' || current_schema()))",
                vals![],
            )
            .await?;
        }
        Ok(tx)
    }
}

fn refuse_twins(all: &[&Migration]) -> Result<()> {
    let mut names = std::collections::BTreeSet::new();
    match all.iter().find(|migration| !names.insert(migration.name)) {
        Some(twin) => Err(failure(twin, &"the name is used twice")),
        None => Ok(()),
    }
}

fn failure(migration: &Migration, reason: &dyn std::fmt::Display) -> Error {
    Error::Migration { name: migration.name.to_owned(), reason: reason.to_string() }
}

async fn apply(tx: &mut Tx, engine: Engine, migration: &Migration) -> Result<bool> {
    // A checkout on Windows may change line ends, which changes nothing.
    let text = migration.text(engine).replace("\r\n", "\n");
    let checksum = checksum(&text);
    let recorded = tx
        .fetch_optional("select checksum from schema_migrations where name = $1", vals![migration.name])
        .await?;
    if let Some(row) = recorded {
        if row.get::<String>(0)? == checksum {
            return Ok(false);
        }
        return Err(failure(
            migration,
            &"its text was changed after it had been applied; write a new one instead",
        ));
    }
    let script = match engine {
        Engine::Sqlite => bytea_to_blob(&text),
        Engine::Postgres => text,
    };
    tx.run_script(script).await.map_err(|error| failure(migration, &error))?;
    tx.execute(
        "insert into schema_migrations (name, checksum) values ($1, $2)",
        vals![migration.name, checksum],
    )
    .await?;
    Ok(true)
}

fn checksum(text: &str) -> String {
    guomi::sm3::hex(text.as_bytes())
}

/// Replaces the whole word, in any case.
fn bytea_to_blob(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut word = String::new();
    for c in sql.chars().chain(std::iter::once('\n')) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        out.push_str(if word.eq_ignore_ascii_case("bytea") { "blob" } else { &word });
        word.clear();
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_word_is_replaced() {
        let check = |sql: &str, expected: &str| assert_eq!(bytea_to_blob(sql).trim_end(), expected);
        check("a bytea not null, b BYTEA", "a blob not null, b blob");
        check("bytea_log text, x_bytea text, bytea", "bytea_log text, x_bytea text, blob");
    }
}
