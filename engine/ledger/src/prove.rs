//! Proofs from the database: that an entry is in the tree, and that a tree continues another.

use store::{Tx, vals};

use crate::entry::Kind;
use crate::error::{Error, Result, to_column};
use crate::integrate::read_entry;
use crate::log::count;
use crate::nodes;
use crate::note::{Note, SignatureLine};
use crate::proof::{Opening, Proof};
use crate::source::Source;
use crate::tree::{self, Hash};

/// What can be proved of a fact now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provable {
    /// Nothing of this kind and reference was written down.
    Unknown,
    /// It waits for its place, or for the next checkpoint.
    Waits,
    /// It stands in the log.
    Proved(Box<Proof>),
}

/// Proves that a fact stands in the log, by the last checkpoint. With a source the proof says what was recorded, unless
/// the salt was deleted; without, only that something was.
pub async fn prove(tx: &mut Tx, kind: Kind, reference: &str, source: Option<&Source>) -> Result<Provable> {
    let sql = "select position, kind, at, commitment, salt from ledger_entries
               where reference = $1 and kind = $2 order by position limit 1";
    let Some(row) = tx.fetch_optional(sql, vals![reference, kind.as_str()]).await? else {
        let sql = "select 1 from ledger_pending where reference = $1 and kind = $2 limit 1";
        let waits = tx.fetch_optional(sql, vals![reference, kind.as_str()]).await?.is_some();
        return Ok(if waits { Provable::Waits } else { Provable::Unknown });
    };
    let (index, entry) = (count(&row, 0)?, read_entry(&row, 1)?);
    let Some((size, checkpoint)) = last_checkpoint(tx).await?.filter(|(size, _)| *size > index) else {
        return Ok(Provable::Waits);
    };
    let ranges = tree::path(index, size).ok_or_else(|| Error::Damaged(format!("entry {index} of {size}")))?;
    let path = nodes::hashes(tx, &ranges).await?;
    let salt: Option<Vec<u8>> = row.get(4)?;
    let opening = match (salt.and_then(|salt| salt.try_into().ok()), source) {
        (Some(salt), Some(source)) => {
            let facts = (source.read)(tx, &[reference.to_owned()]).await?;
            let fact = facts.into_iter().next().flatten();
            fact.map(|fact| Opening { salt, fact: fact.bytes().to_vec() })
        }
        (None, _) | (_, None) => None,
    };
    Ok(Provable::Proved(Box::new(Proof { entry, opening, index, path, checkpoint })))
}

/// The hashes that show that the tree of `new` entries continues the one of `old`.
pub async fn prove_consistency(tx: &mut Tx, old: u64, new: u64) -> Result<Vec<Hash>> {
    let ranges = tree::consistency(old, new);
    let ranges = ranges.ok_or_else(|| Error::Damaged(format!("{new} entries do not continue {old}")))?;
    nodes::hashes(tx, &ranges).await
}

/// The last checkpoint with all signatures that it has by now, and its size.
pub async fn last_checkpoint(tx: &mut Tx) -> Result<Option<(u64, Note)>> {
    let sql = "select size, note from ledger_checkpoints order by size desc limit 1";
    let Some(row) = tx.fetch_optional(sql, vals![]).await? else { return Ok(None) };
    let (size, text): (u64, String) = (count(&row, 0)?, row.get(1)?);
    let mut note: Note = text.parse()?;
    let sql = "select line from ledger_cosignatures where size = $1 order by witness";
    for row in tx.fetch_all(sql, vals![to_column(size)?]).await? {
        note.signatures.push(row.get::<String>(0)?.trim_end().parse::<SignatureLine>()?);
    }
    Ok(Some((size, note)))
}
