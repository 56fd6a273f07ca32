//! What a step has sealed anew goes into the table: on SQLite, where a statement costs microseconds, value by value, on
//! PostgreSQL all rows in one statement, because each is a way there and back.

use serde_json::{Map, Value};

use super::Key;
use super::statements::SealedTable;
use crate::{Result, Tx, Val, vals};

/// A row with what lay in it and what is to take its place, column by column.
pub(super) struct Anew {
    pub(super) keys: Vec<Key>,
    /// Nothing where the value lies under the new key already.
    pub(super) values: Vec<Option<Pair>>,
}

/// A value as it lay there, and the same sealed anew.
pub(super) struct Pair {
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
}

/// Writes these rows and says how many values that were. A value that is not the one that was read is left alone, and on
/// PostgreSQL a row that somebody else holds too: the next pass finds it.
pub(super) async fn write(tx: &mut Tx, table: &SealedTable, rows: &[Anew]) -> Result<i64> {
    if rows.is_empty() {
        return Ok(0);
    }
    if tx.is_postgres() {
        let (new, old) = (rows.iter().map(|row| record(table, row, |pair| &pair.new)), rows.iter());
        let old = old.map(|row| record(table, row, |pair| &pair.old));
        let values = vals![Value::Array(new.collect()), Value::Array(old.collect())];
        return tx.fetch_one(table.update_many, values).await?.get(0);
    }
    let mut written = 0;
    for row in rows {
        for (column, pair) in table.columns.iter().zip(&row.values) {
            let Some(Pair { old, new }) = pair else { continue };
            let mut values = vals![new, old];
            values.extend(row.keys.iter().map(Key::val));
            written += tx.execute(column.update, values).await?;
        }
    }
    Ok(i64::try_from(written).unwrap_or(i64::MAX))
}

/// The row as PostgreSQL reads one of this table from JSON.
fn record(table: &SealedTable, row: &Anew, which: impl Fn(&Pair) -> &Vec<u8>) -> Value {
    let bytes = |hex: String| Value::String(format!("\\x{hex}"));
    let mut record = Map::new();
    for (name, key) in table.key.iter().zip(&row.keys) {
        let key = match key {
            Key::Number(number) => Value::from(*number),
            Key::Text(text) => Value::from(text.as_str()),
            Key::Bytes(hex) => bytes(hex.clone()),
        };
        record.insert((*name).to_owned(), key);
    }
    for (column, pair) in table.columns.iter().zip(&row.values) {
        if let Some(pair) = pair {
            record.insert(column.name.to_owned(), bytes(hex::encode(which(pair))));
        }
    }
    Value::Object(record)
}

impl Key {
    /// As it is bound.
    pub(super) fn val(&self) -> Val {
        match self {
            Self::Number(number) => Val::from(*number),
            Self::Text(text) => Val::from(text),
            Self::Bytes(text) => Val::from(hex::decode(text).unwrap_or_default()),
        }
    }
}
