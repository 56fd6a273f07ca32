//! Bringing the published files up to the last checkpoint (C2SP tlog-tiles): first tiles and bundles, then the checkpoint, so
//! that whoever reads a checkpoint finds its tree. A mirror is a copy of the folder, made in the same order.

use std::path::{Path, PathBuf};

use store::{Tx, vals};

use crate::error::{Error, Result, to_column};
use crate::folder;
use crate::integrate::read_entry;
use crate::log::Ledger;
use crate::nodes;
use crate::prove::last_checkpoint;
use crate::tile::{self, Level, TileName};

/// Files whose content is read in one look at the database.
const AT_A_TIME: usize = 64;

/// Writes what the folder lacks. Every node does this, for a folder of its own or a shared one; a crash in between leaves the
/// old checkpoint, and the next call writes the same files again. Gives the size that is published.
pub async fn publish(ledger: &Ledger) -> Result<u64> {
    let mut tx = ledger.db.snapshot().await?;
    let has = read_checkpoint(&ledger.folder).await?;
    let Some((size, note)) = last_checkpoint(&mut tx).await? else {
        return match has {
            None => Ok(0),
            Some((there, _)) => {
                Err(Error::RolledBack { what: named(&ledger.folder), ahead: there.size, size: 0 })
            }
        };
    };
    if has.as_ref().is_some_and(|(_, there)| *there == note) {
        return Ok(size);
    }
    let from = match &has {
        None => 0,
        Some((there, _)) => {
            nodes::check_continues(&mut tx, size, &named(&ledger.folder), (there.size, &there.root)).await?;
            there.size
        }
    };
    drop(tx);
    for names in tile::names_between(from, size).chunks(AT_A_TIME) {
        let mut tx = ledger.db.snapshot().await?;
        let mut files = Vec::with_capacity(names.len());
        for name in names {
            files.push((*name, content(&mut tx, *name).await?));
        }
        drop(tx);
        let folder = ledger.folder.clone();
        blocking(move || {
            files.iter().try_for_each(|(name, bytes)| folder::write_tile(&folder, *name, bytes))
        })
        .await?;
    }
    let folder = ledger.folder.clone();
    blocking(move || {
        // Nodes that share a folder write the same tiles; the slower one leaves the newer checkpoint.
        let newer = folder::read_checkpoint(&folder)?.is_some_and(|(there, _)| there.size > size);
        if newer { Ok(()) } else { folder::write_checkpoint(&folder, &note) }
    })
    .await?;
    Ok(size)
}

async fn read_checkpoint(
    folder: &Path,
) -> Result<Option<(crate::checkpoint::Checkpoint, crate::note::Note)>> {
    let folder: PathBuf = folder.to_owned();
    blocking(move || folder::read_checkpoint(&folder)).await
}

/// How messages call the published files.
pub(crate) fn named(folder: &Path) -> String {
    format!("the published checkpoint in {}", folder.display())
}

/// Files are not read and written on the threads that answer requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Damaged(format!("writing was interrupted: {error}")))?
}

/// The bytes of a tile or bundle, from the database.
pub(crate) async fn content(tx: &mut Tx, name: TileName) -> Result<Vec<u8>> {
    let damaged = || Error::Damaged(format!("{name} is not whole in the database"));
    let width = usize::try_from(name.width).map_err(|_range| damaged())?;
    match name.level {
        Level::Hashes(level) => {
            let hashes = nodes::find_tile(tx, level, name.number).await?;
            let hashes = hashes.as_deref().and_then(|hashes| hashes.get(..width)).ok_or_else(damaged)?;
            Ok(hashes.concat())
        }
        Level::Entries => {
            let first = to_column(name.number * tile::WIDTH)?;
            let sql = "select kind, at, commitment from ledger_entries where position >= $1 and position < $2
                       order by position";
            let rows = tx.fetch_all(sql, vals![first, first + to_column(name.width)?]).await?;
            if rows.len() != width {
                return Err(damaged());
            }
            let mut bundle = Vec::new();
            for row in &rows {
                tile::write_entry(&mut bundle, &read_entry(row, 0)?.to_bytes()).ok_or_else(damaged)?;
            }
            Ok(bundle)
        }
    }
}

/// A published file by its path in the folder: `checkpoint`, `tile/…`. Nothing for what is not there, or is no such path.
pub async fn read_published(ledger: &Ledger, path: &str) -> Result<Option<Vec<u8>>> {
    let folder = ledger.folder.clone();
    if path == folder::CHECKPOINT {
        let found = blocking(move || folder::read_checkpoint(&folder)).await?;
        return Ok(found.map(|(_, note)| note.to_string().into_bytes()));
    }
    let Some(name) = TileName::parse(path) else { return Ok(None) };
    blocking(move || folder::read_tile(&folder, name)).await
}
