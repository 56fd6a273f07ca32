//! The published side: from the bundles alone to the root, compared with every tile on the way and with the checkpoint. It
//! needs no database: whoever keeps a mirror can do it.

use std::path::Path;

use super::{AuditError, Audited, Difference};
use crate::error::{Error, Result};
use crate::folder;
use crate::policy::Policy;
use crate::tile::{self, Frontier, Level, Tile, TileName, WIDTH};
use crate::tree;

/// Goes through the files of a folder: the log's own or a mirror of it. `policy` says whose checkpoint is believed.
pub fn audit_folder(folder: &Path, policy: &Policy) -> std::result::Result<Audited, AuditError> {
    let Some((checkpoint, note)) = folder::read_checkpoint(folder)? else {
        return Err(Difference::NothingPublished { folder: folder.display().to_string() }.into());
    };
    let size = checkpoint.size;
    policy.trust(&note).map_err(|reason| Difference::CheckpointDistrusted { size, reason })?;
    let mut frontier = Frontier::empty();
    let mut found = Audited { entries: size, checkpoints: 1, unread: size, ..Audited::default() };
    while frontier.size() < size {
        let (number, width) = (frontier.size() / WIDTH, (size - frontier.size()).min(WIDTH));
        let bundle = read(folder, TileName { level: Level::Entries, number, width })?;
        let leaves = read(folder, TileName { level: Level::Hashes(0), number, width })?;
        let (entries, leaves) = (tile::read_entries(&bundle), tile::read_hashes(&leaves));
        let missing = |level| Difference::TileMissing { name: TileName { level, number, width }.to_string() };
        let entries = entries.ok_or_else(|| missing(Level::Entries))?;
        let leaves = leaves.ok_or_else(|| missing(Level::Hashes(0)))?;
        for place in 0..usize::try_from(width).unwrap_or(0) {
            let position = frontier.size();
            let entry = entries.get(place).ok_or_else(|| missing(Level::Entries))?;
            let leaf = tree::leaf_hash(entry);
            if *leaves.get(place).ok_or_else(|| missing(Level::Hashes(0)))? != leaf {
                return Err(Difference::BundleChanged { position }.into());
            }
            for tile in frontier.push(leaf) {
                compare(folder, &tile, &mut found)?;
            }
        }
        found.tiles += 1;
    }
    for tile in frontier.partial() {
        compare(folder, &tile, &mut found)?;
    }
    if frontier.root() != checkpoint.root {
        return Err(Difference::CheckpointDiffers { size }.into());
    }
    Ok(found)
}

fn compare(folder: &Path, tile: &Tile, found: &mut Audited) -> std::result::Result<(), AuditError> {
    let &Tile { level, number, .. } = tile;
    let width = tile.hashes.len() as u64;
    let bytes = read(folder, TileName { level: Level::Hashes(level), number, width })?;
    found.tiles += 1;
    if bytes.strip_prefix(tile.hashes.concat().as_slice()).is_none() {
        return Err(Difference::TileChanged { level, number }.into());
    }
    Ok(())
}

/// A file; where the partial one is gone, the full one that came after it.
fn read(folder: &Path, name: TileName) -> std::result::Result<Vec<u8>, AuditError> {
    let found: Result<Option<Vec<u8>>> = match folder::read_tile(folder, name) {
        Ok(None) => folder::read_tile(folder, name.full()),
        other => other,
    };
    let found: Option<Vec<u8>> = found.map_err(|error: Error| AuditError::from(error))?;
    Ok(found.ok_or_else(|| Difference::TileMissing { name: name.to_string() })?)
}
