//! The nodes of the tree as the database keeps them.

use std::collections::BTreeMap;
use std::ops::Range;

use store::{Tx, vals};

use crate::error::{Error, Result, to_column};
use crate::tile::{self, Frontier, Level, Tile};
use crate::tree::{self, Hash};

/// The hashes of a tile's row; nothing when there is none.
pub(crate) async fn find_tile(tx: &mut Tx, level: u8, number: u64) -> Result<Option<Vec<Hash>>> {
    let sql = "select hashes from ledger_tiles where level = $1 and number = $2";
    let row = tx.fetch_optional(sql, vals![level, to_column(number)?]).await?;
    let Some(row) = row else { return Ok(None) };
    let hashes = tile::read_hashes(&row.get::<Vec<u8>>(0)?);
    hashes.map(Some).ok_or_else(|| Error::Damaged(format!("tile {level}/{number} is no row of hashes")))
}

/// The right edge of the tree of this size.
pub(crate) async fn frontier(tx: &mut Tx, size: u64) -> Result<Frontier> {
    let mut tiles = Vec::new();
    for name in Frontier::partial_names(size) {
        if let Level::Hashes(level) = name.level {
            let hashes = find_tile(tx, level, name.number).await?.unwrap_or_default();
            tiles.push(Tile { level, number: name.number, hashes });
        }
    }
    Frontier::resume(size, &tiles)
        .ok_or_else(|| Error::Damaged(format!("the tiles at the end of {size} entries are not whole")))
}

/// The hash over each of these ranges.
pub(crate) async fn hashes(tx: &mut Tx, ranges: &[Range<u64>]) -> Result<Vec<Hash>> {
    let mut tiles: BTreeMap<(u8, u64), Vec<Hash>> = BTreeMap::new();
    let mut found = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut peaks = Vec::new();
        for node in tree::subtrees(range) {
            let (level, number, within) = tile::place_of(node);
            if let std::collections::btree_map::Entry::Vacant(place) = tiles.entry((level, number)) {
                place.insert(find_tile(tx, level, number).await?.unwrap_or_default());
            }
            let row = tiles.get(&(level, number)).and_then(|hashes| hashes.get(within));
            let row = row.ok_or_else(|| Error::Damaged(format!("tile {level}/{number} is not whole")))?;
            peaks.push(tree::perfect(row));
        }
        found.push(tree::join(&peaks));
    }
    Ok(found)
}

/// The root over the first `size` entries.
pub(crate) async fn root(tx: &mut Tx, size: u64) -> Result<Hash> {
    let whole = 0..size;
    Ok(hashes(tx, std::slice::from_ref(&whole)).await?.into_iter().next().unwrap_or_else(tree::empty_root))
}

/// Refuses what was signed or published elsewhere (`what`) and is not the beginning of this database's tree.
pub(crate) async fn check_continues(
    tx: &mut Tx,
    size: u64,
    what: &str,
    (earlier, earlier_root): (u64, &Hash),
) -> Result<()> {
    if earlier > size {
        return Err(Error::RolledBack { what: what.to_owned(), ahead: earlier, size });
    }
    if root(tx, earlier).await? != *earlier_root {
        return Err(Error::Forked { what: what.to_owned(), size: earlier });
    }
    Ok(())
}
