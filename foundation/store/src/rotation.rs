//! Everything that is sealed under an earlier data key is sealed anew (密钥轮换), while requests go on.
//!
//! A job in steps of [`STEP_ROWS`] rows: read, seal anew, and write in one transaction with the place where the next step goes
//! on; so a program that is killed goes on where it was. A value that somebody else has changed meanwhile is left as it
//! is: theirs is newer, and lies under the new key. At the end the values under earlier keys are counted, and only when
//! there are none, and no node can seal under an earlier key any more, those keys are destroyed.

mod files;
mod read_back;
mod record;
mod statements;
mod write;

use jiff::ToSpan as _;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use read_back::{ReadBack, read_back};
pub use record::{Rotation, RotationState, find, list};
pub use statements::SealedTables;

use crate::jobs::{self, Job, NewJob};
use crate::schema::{self, FoundColumn};
use crate::vault::{self, ANNOUNCED_SECONDS, Vault, VaultKey};
use crate::{Db, Error, Files, Result, Row, Tx, Val, sqlite, vals};
use statements::SealedTable;
use write::{Anew, Pair, write};

/// The job that seals the next rows anew.
pub const ROTATE_JOB: &str = "vault.rotate";

/// Rows of a step. They share a transaction, so others wait no longer than that.
pub const STEP_ROWS: u32 = 300;
/// An earlier key is destroyed so long after it sealed last: much longer than a node's knowledge of keys is worth, and
/// than any transaction lasts.
pub const RETIRED_AFTER_MINUTES: i64 = 60;
/// Where the data keys lie, sealed under the master key and not under one of themselves.
const WRAPPED: &str = "vault_keys";
/// What is still not under the new key after so many times from the front cannot be opened.
const PASSES_MAX: i64 = 4;

/// Where a rotation goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Place {
    /// The new key is to be put in use.
    Begin,
    /// Behind the row with this key, or at the first row of the table.
    Table { table: String, after: Option<Vec<Key>> },
    /// Behind the file of this name.
    Files { after: String },
    /// What is left is counted.
    Check,
}

/// A part of a row's key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Key {
    Number(i64),
    Text(String),
    /// In hexadecimal.
    Bytes(String),
}

impl Key {
    fn of(val: Val) -> Result<Self> {
        let wrong = || Error::Damaged { column: "primary key".into(), expected: "a key" };
        match val {
            Val::I(Some(number)) => Ok(Self::Number(number)),
            Val::T(Some(text)) => Ok(Self::Text(text)),
            Val::B(Some(bytes)) => Ok(Self::Bytes(hex::encode(bytes))),
            Val::F(_) | Val::I(None) | Val::T(None) | Val::B(None) => Err(wrong()),
        }
    }
}

/// What a step did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    rows: i64,
    values: i64,
    files: i64,
    faults: i64,
}

/// Makes a new data key and plans to seal everything anew under it. Nothing: a rotation goes on already.
pub async fn plan(tx: &mut Tx, vault: &Vault, by: &str, now: Timestamp) -> Result<Option<u16>> {
    if record::is_running(tx).await? {
        return Ok(None);
    }
    let version = vault.announce(tx, now).await?;
    record::insert(tx, version, by, now).await?;
    let known = now.checked_add(ANNOUNCED_SECONDS.seconds()).unwrap_or(now);
    plan_step(tx, version, 0, known).await?;
    Ok(Some(version))
}

/// All data keys that ever were, the latest first.
pub async fn keys(tx: &mut Tx) -> Result<Vec<VaultKey>> {
    vault::keys(tx).await
}

async fn plan_step(tx: &mut Tx, version: u16, step: i64, at: Timestamp) -> Result<()> {
    let key = format!("{version}:{step}");
    let payload = json!({"version": version, "step": step});
    jobs::enqueue(tx, &NewJob { kind: ROTATE_JOB, key, payload, run_at: at }).await?;
    Ok(())
}

/// One step, as its job names it.
pub async fn step(
    db: &Db,
    vault: &Vault,
    files: &Files,
    tables: &SealedTables,
    job: &Job,
    now: Timestamp,
) -> Result<()> {
    let number = |name: &str| job.payload[name].as_i64();
    let wrong = || Error::Vault("the job names no rotation".into());
    let version = number("version").and_then(|version| u16::try_from(version).ok()).ok_or_else(wrong)?;
    let this = This { version, step: number("step").ok_or_else(wrong)?, job, now };
    let found = record::find(&mut db.snapshot().await?, version).await?;
    let Some(rotation) = found.filter(|rotation| rotation.state == RotationState::Running) else {
        let mut tx = db.begin().await?;
        jobs::finish(&mut tx, job, now).await?;
        return tx.commit().await;
    };
    match rotation.place.clone() {
        Place::Begin => begin(db, vault, tables, &this).await,
        Place::Table { table, after } => rows(db, vault, tables, &this, (&table, after)).await,
        Place::Files { after } => {
            let (tally, last) = files.reseal_after(&after, version).await?;
            let place = last.map_or(Place::Check, |after| Place::Files { after });
            this.go_on(db.begin().await?, &place, &tally).await
        }
        Place::Check => {
            check(db, files, tables, &this, &rotation).await?;
            vault.refresh().await // a key that was destroyed is forgotten here too
        }
    }
}

/// The step that runs.
struct This<'a> {
    version: u16,
    step: i64,
    job: &'a Job,
    now: Timestamp,
}

impl This<'_> {
    /// Notes what was done, plans the next step and keeps all of it.
    async fn go_on(&self, tx: Tx, place: &Place, tally: &Tally) -> Result<()> {
        self.go_on_at(tx, place, tally, self.now).await
    }

    async fn go_on_at(&self, mut tx: Tx, place: &Place, tally: &Tally, at: Timestamp) -> Result<()> {
        record::advance(&mut tx, self.version, place, tally, self.now).await?;
        plan_step(&mut tx, self.version, self.step + 1, at).await?;
        jobs::finish(&mut tx, self.job, self.now).await?;
        tx.commit().await
    }
}

/// By now every node knows the new key, or asks for it: it is put in use.
async fn begin(db: &Db, vault: &Vault, tables: &SealedTables, this: &This<'_>) -> Result<()> {
    let mut in_all = 0;
    let mut seen = db.snapshot().await?;
    for table in &tables.0 {
        in_all += seen.fetch_one(table.count, vals![]).await?.get::<i64>(0)?;
    }
    drop(seen);
    let mut tx = db.begin().await?;
    vault::put_in_use(&mut tx, this.version, this.now).await?;
    record::count(&mut tx, this.version, in_all).await?;
    this.go_on(tx, &tables.first(), &Tally::default()).await?;
    vault.refresh().await
}

/// The next rows of a table.
async fn rows(
    db: &Db,
    vault: &Vault,
    tables: &SealedTables,
    this: &This<'_>,
    (name, after): (&str, Option<Vec<Key>>),
) -> Result<()> {
    let Some(table) = tables.find(name) else {
        // A table that a newer program knew.
        return this.go_on(db.begin().await?, &tables.behind(name), &Tally::default()).await;
    };
    let mut values: Vec<Val> = after.iter().flatten().map(Key::val).collect();
    values.push(Val::from(STEP_ROWS));
    let sql = if after.is_some() { table.next } else { table.first };
    let found = db.snapshot().await?.fetch_all(sql, values).await?;
    let mut tally = Tally { rows: i64::try_from(found.len()).unwrap_or(i64::MAX), ..Tally::default() };
    let read = found.iter().map(|row| table.read(row)).collect::<Result<Vec<_>>>()?;
    let last = read.last().map(|(keys, _)| keys.clone());
    let (anew, faults) = sqlite::aside(|| seal_anew(vault, table, read, this.version));
    tally.faults = faults;
    let mut tx = db.begin().await?;
    tally.values = write(&mut tx, table, &anew).await?;
    let is_last = found.len() < STEP_ROWS as usize;
    let place = match last {
        Some(keys) if !is_last => Place::Table { table: name.to_owned(), after: Some(keys) },
        Some(_) | None => tables.behind(name),
    };
    this.go_on(tx, &place, &tally).await
}

/// Key and sealed values of a row.
type SealedRow = (Vec<Key>, Vec<Option<Vec<u8>>>);

/// Seals the values of these rows anew, and counts those that cannot be opened. Rows in which nothing changes are left out.
fn seal_anew(vault: &Vault, table: &SealedTable, rows: Vec<SealedRow>, version: u16) -> (Vec<Anew>, i64) {
    let (mut anew, mut faults) = (Vec::new(), 0);
    for (keys, old) in rows {
        let mut values = Vec::new();
        for (column, old) in table.columns.iter().zip(old) {
            let new = old.as_deref().map(|old| vault.reseal(column.field, old, version)).transpose();
            values.push(match new {
                Ok(new) => old.zip(new.flatten()).map(|(old, new)| Pair { old, new }),
                Err(error) => {
                    tracing::error!(table = table.name, %error, "a value cannot be sealed anew");
                    faults += 1;
                    None
                }
            });
        }
        if values.iter().any(Option::is_some) {
            anew.push(Anew { keys, values });
        }
    }
    (anew, faults)
}

/// Counts what is left under earlier keys, and destroys those when there is nothing.
async fn check(
    db: &Db,
    files: &Files,
    tables: &SealedTables,
    this: &This<'_>,
    rotation: &Rotation,
) -> Result<()> {
    let left = left(db, files, tables, this.version).await?;
    let mut tx = db.begin().await?;
    if left == 0 {
        let last_sealed = record::used_from(&mut tx, this.version).await?;
        let safe = last_sealed.checked_add(RETIRED_AFTER_MINUTES.minutes()).unwrap_or(this.now);
        if this.now < safe {
            return this.go_on_at(tx, &Place::Check, &Tally::default(), safe).await;
        }
        let destroyed = vault::retire_before(&mut tx, this.version, this.now).await?;
        record::end(&mut tx, this.version, RotationState::Done, this.now).await?;
        tracing::info!(version = this.version, destroyed, "everything is sealed under the new data key");
    } else if rotation.pass >= PASSES_MAX {
        record::end(&mut tx, this.version, RotationState::Stuck, this.now).await?;
        tracing::error!(version = this.version, left, "some values cannot be sealed anew; earlier keys stay");
    } else {
        record::begin_again(&mut tx, this.version).await?;
        return this.go_on(tx, &tables.first(), &Tally::default()).await;
    }
    jobs::finish(&mut tx, this.job, this.now).await?;
    tx.commit().await
}

/// How many values and files do not lie under this key. A sealed column that no room declares is one of them: nobody knows
/// how its values are sealed, so no key may go.
pub async fn left(db: &Db, files: &Files, tables: &SealedTables, version: u16) -> Result<i64> {
    let header = vault::header(version);
    let mut left = files.count_not_under(version).await?;
    let mut tx = db.snapshot().await?;
    for table in &tables.0 {
        for column in &table.columns {
            left += tx.fetch_one(column.left, vals![header]).await?.get::<i64>(0)?;
        }
    }
    for column in schema::columns(&mut tx).await? {
        if column.name.ends_with("_sealed") && column.table != WRAPPED && !tables.has(&column) {
            tracing::error!(table = column.table, column = column.name, "sealed, and declared by nobody");
            left += 1;
        }
    }
    Ok(left)
}

impl Vault {
    /// The same value under this key; nothing when it lies there already.
    fn reseal(&self, field: &'static str, sealed: &[u8], version: u16) -> Result<Option<Vec<u8>>> {
        self.reseal_as(("field", field), field.as_bytes(), sealed, version)
    }

    /// Whether the value opens; what it says is thrown away.
    fn try_open(&self, field: &'static str, sealed: &[u8]) -> Result<()> {
        let _opened = zeroize::Zeroizing::new(self.open_as("field", field, field.as_bytes(), sealed)?);
        Ok(())
    }
}

impl SealedTable {
    /// The key of a row of its statements.
    fn keys_of(&self, row: &Row) -> Result<Vec<Key>> {
        (0..self.key.len()).map(|index| Key::of(row.val(index)?)).collect()
    }

    /// Key and sealed values of a row of its statements.
    fn read(&self, row: &Row) -> Result<SealedRow> {
        let sealed = (0..self.columns.len()).map(|index| row.get(self.key.len() + index));
        Ok((self.keys_of(row)?, sealed.collect::<Result<_>>()?))
    }
}

impl SealedTables {
    fn first(&self) -> Place {
        let name = |table: &SealedTable| Place::Table { table: table.name.to_owned(), after: None };
        self.0.first().map_or(Place::Files { after: String::new() }, name)
    }

    fn find(&self, name: &str) -> Option<&SealedTable> {
        self.0.iter().find(|table| table.name == name)
    }

    fn has(&self, found: &FoundColumn) -> bool {
        let table = self.find(&found.table);
        table.is_some_and(|table| table.columns.iter().any(|column| column.name == found.name))
    }

    /// The tables go by their names, so that the place behind one is known even when it is gone.
    fn behind(&self, name: &str) -> Place {
        let next = self.0.iter().find(|table| table.name > name);
        next.map_or(Place::Files { after: String::new() }, |table| Place::Table {
            table: table.name.to_owned(),
            after: None,
        })
    }
}
