//! Everything that is sealed is opened once, to know that it can be.

use std::collections::BTreeMap;

use super::files::Opened;
use super::{Key, STEP_ROWS, SealedTables};
use crate::vault::Vault;
use crate::{Db, Files, Result, Val};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReadBack {
    /// Sealed values in the database.
    pub values: u64,
    /// The same, by table.
    pub tables: BTreeMap<&'static str, u64>,
    /// Sealed files.
    pub files: u64,
    /// Values and files that do not open. Must be 0.
    pub unreadable: u64,
}

/// Opens every value and every file, and keeps none of them.
pub async fn read_back(db: &Db, vault: &Vault, files: &Files, tables: &SealedTables) -> Result<ReadBack> {
    let mut found = ReadBack::default();
    for table in &tables.0 {
        let mut after: Option<Vec<Key>> = None;
        loop {
            let mut values: Vec<Val> = after.iter().flatten().map(Key::val).collect();
            values.push(Val::from(STEP_ROWS));
            let sql = if after.is_some() { table.next } else { table.first };
            let rows = db.snapshot().await?.fetch_all(sql, values).await?;
            for row in &rows {
                for (index, column) in table.columns.iter().enumerate() {
                    let Some(sealed) = row.get::<Option<Vec<u8>>>(table.key.len() + index)? else { continue };
                    found.values += 1;
                    *found.tables.entry(table.name).or_default() += 1;
                    if let Err(error) = vault.try_open(column.field, &sealed) {
                        tracing::error!(table = table.name, column = column.name, %error, "does not open");
                        found.unreadable += 1;
                    }
                }
            }
            let Some(last) = rows.last() else { break };
            after = Some(table.keys_of(last)?);
            tokio::task::yield_now().await;
        }
    }
    let Opened { good, bad } = files.open_all().await?;
    Ok(ReadBack { files: good + bad, unreadable: found.unreadable + bad, ..found })
}
