//! Giving entries their places in the tree, in order, and signing what the tree is then.
//!
//! One node leads at a time: it holds a lease in the log's row, and takes that row's lock in every transaction, so that a
//! leader whose lease ran out while it slept finds another's name there and does nothing. Each step is one transaction:
//! - a batch gets its places, entries and tiles together: a crash before leaves it waiting, a crash behind leaves it done;
//! - a checkpoint is signed over what is in the database: a crash before leaves it to the next turn.

use kernel::Timestamp;
use serde_json::json;
use store::{Row, Sql, Tx, vals};

use crate::checkpoint::Checkpoint;
use crate::entry::{Entry, Kind};
use crate::error::{Error, Result, to_column};
use crate::log::{Ledger, count, hash};
use crate::nodes;
use crate::note::Note;
use crate::tile::{Frontier, Tile};

/// Entries that get their places in one transaction.
pub const BATCH: u32 = 1024;
/// How long a leader may be silent before another node leads.
const LEASE_SECONDS: i64 = 10;

/// What a turn has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Another node leads.
    Elsewhere,
    /// So many entries got their places.
    Placed(u64),
}

/// Gives the entries that wait their places, up to [`BATCH`] of them.
pub async fn integrate(ledger: &Ledger, now: Timestamp) -> Result<Turn> {
    // Most looks find nothing, and looking should not cost a write.
    let any = "select 1 from ledger_pending limit 1";
    if ledger.db.snapshot().await?.fetch_optional(any, vals![]).await?.is_none() {
        return Ok(Turn::Placed(0));
    }
    let mut tx = ledger.db.begin().await?;
    let Some(size) = lead(&mut tx, ledger, now).await? else { return Ok(Turn::Elsewhere) };
    let placed = place(&mut tx, size).await?;
    tx.commit().await?;
    Ok(Turn::Placed(placed))
}

/// Takes or keeps the lead and locks the log; gives its size, or nothing when another node leads.
pub(crate) async fn lead(tx: &mut Tx, ledger: &Ledger, now: Timestamp) -> Result<Option<u64>> {
    let until = now.checked_add(jiff::SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(Timestamp::MAX);
    let sql = "update ledger_log set leader = $1, lease_until = $2
               where id = 1 and (leader = $1 or lease_until <= $3) returning size";
    let row = tx.fetch_optional(sql, vals![&*ledger.node, until, now]).await?;
    row.map(|row| count(&row, 0)).transpose()
}

/// The rows of a list of numbers: `key` is the place, `value` the number.
const MOVE: Sql = Sql::Two {
    sqlite: "insert into ledger_entries (position, kind, reference, at, salt, commitment)
             select $1 + list.key, p.kind, p.reference, p.at, p.salt, p.commitment
             from json_each($2) list join ledger_pending p on p.ordinal = list.value",
    postgres: "insert into ledger_entries (position, kind, reference, at, salt, commitment)
               select $1 + list.place - 1, p.kind, p.reference, p.at, p.salt, p.commitment
               from json_array_elements_text($2::json) with ordinality list (ordinal, place)
               join ledger_pending p on p.ordinal = list.ordinal::bigint",
};
const FORGET: Sql = Sql::Two {
    sqlite: "delete from ledger_pending where ordinal in (select value from json_each($1))",
    postgres: "delete from ledger_pending
               where ordinal in (select value::bigint from json_array_elements_text($1::json))",
};

/// On PostgreSQL a transaction that began earlier may commit later, and its rows then have smaller numbers than some that
/// have their places already: so the rows are named one by one.
pub(crate) async fn place(tx: &mut Tx, size: u64) -> Result<u64> {
    let sql = "select ordinal, kind, at, commitment from ledger_pending order by ordinal limit $1";
    let rows = tx.fetch_all(sql, vals![BATCH]).await?;
    let mut frontier = nodes::frontier(tx, size).await?;
    let (mut ordinals, mut tiles) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in &rows {
        ordinals.push(row.get::<i64>(0)?);
        tiles.extend(frontier.push(read_entry(row, 1)?.leaf()));
    }
    let list = json!(ordinals);
    let moved = tx.execute(MOVE, vals![to_column(size)?, &list]).await?;
    let forgotten = tx.execute(FORGET, vals![&list]).await?;
    if moved != rows.len() as u64 || forgotten != moved {
        return Err(Error::Damaged(format!("{} entries waited, {moved} were placed", rows.len())));
    }
    write_tiles(tx, &tiles).await?;
    write_tiles(tx, &frontier.partial()).await?;
    tx.execute("update ledger_log set size = $1 where id = 1", vals![to_column(frontier.size())?]).await?;
    Ok(moved)
}

/// Kind, time and commitment, from three columns.
pub(crate) fn read_entry(row: &Row, first: usize) -> Result<Entry> {
    let (kind, at): (Kind, Timestamp) = (row.get(first)?, row.get(first + 1)?);
    Ok(Entry { kind, at, commitment: hash(row, first + 2)? })
}

async fn write_tiles(tx: &mut Tx, tiles: &[Tile]) -> Result<()> {
    for tile in tiles {
        tx.execute(
            "insert into ledger_tiles (level, number, hashes) values ($1, $2, $3)
             on conflict (level, number) do update set hashes = excluded.hashes",
            vals![tile.level, to_column(tile.number)?, tile.hashes.concat()],
        )
        .await?;
    }
    Ok(())
}

/// Signs the tree as it is, unless that was done or another node leads; gives the size that was signed. A tree that does
/// not continue what was signed before is not signed.
pub async fn sign(ledger: &Ledger, now: Timestamp) -> Result<Option<u64>> {
    let mut tx = ledger.db.snapshot().await?;
    let signed = last_signed(&mut tx).await?.map_or(0, |(size, _)| size);
    if crate::log::size_of(&mut tx).await? == signed {
        return Ok(None);
    }
    drop(tx);
    let mut tx = ledger.db.begin().await?;
    let Some(size) = lead(&mut tx, ledger, now).await? else { return Ok(None) };
    if let Some((signed, root)) = last_signed(&mut tx).await? {
        if signed == size {
            return Ok(None);
        }
        nodes::check_continues(&mut tx, size, "the last checkpoint", (signed, &root)).await?;
    }
    let frontier: Frontier = nodes::frontier(&mut tx, size).await?;
    let root = frontier.root();
    let origin = ledger.key.verifier().name().to_owned();
    let text = Checkpoint { origin, size, root }.to_string();
    let note = Note { signatures: vec![ledger.key.sign(&text, 0)], text };
    let sql = "insert into ledger_checkpoints (size, root, note, signed_at) values ($1, $2, $3, $4)";
    tx.execute(sql, vals![to_column(size)?, root, note.to_string(), now]).await?;
    tx.commit().await?;
    Ok(Some(size))
}

/// Size and root of the last checkpoint.
async fn last_signed(tx: &mut Tx) -> Result<Option<(u64, crate::tree::Hash)>> {
    let sql = "select size, root from ledger_checkpoints order by size desc limit 1";
    let row = tx.fetch_optional(sql, vals![]).await?;
    row.map(|row| Ok((count(&row, 0)?, hash(&row, 1)?))).transpose()
}
