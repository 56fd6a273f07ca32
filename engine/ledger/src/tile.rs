//! The tree as files (C2SP tlog-tiles): tiles of 256 hashes, bundles of 256 entries, their paths; pure.

use std::fmt;

use crate::tree::{self, Hash, Node};

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u64 = 256;
/// A tile covers this many levels of the tree.
const HEIGHT: u32 = 8;
/// Above this level there are no tiles of trees whose size fits into 64 bits.
const LEVEL_MAX: u8 = 7;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Entries themselves.
    Entries,
    /// Hashes over `256^level` entries each.
    Hashes(u8),
}

/// A file of the tree: which one, and how many hashes or entries of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileName {
    /// What it holds.
    pub level: Level,
    /// Which one, from the left.
    pub number: u64,
    /// How many: 256 in a full one.
    pub width: u64,
}

impl TileName {
    /// Whether it is full, and so never written again.
    pub fn is_full(self) -> bool {
        self.width == WIDTH
    }

    /// The file of the same place that is full.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: WIDTH, ..self }
    }

    /// Reads `tile/<L>/<N>[.p/<W>]`; nothing for what is no such path, or is one in another spelling.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => Level::Entries,
            digits => Level::Hashes(digits.parse().ok().filter(|level| *level <= LEVEL_MAX)?),
        };
        let (number, width) = match place.split_once(".p/") {
            None => (place, WIDTH),
            Some((number, width)) => (number, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
        };
        let mut value: u64 = 0;
        for part in number.split('/') {
            let digits = part.strip_prefix('x').unwrap_or(part);
            let part: u64 = digits.parse().ok().filter(|part| *part < 1000)?;
            value = value.checked_mul(1000)?.checked_add(part)?;
        }
        // A file has one path only: what would be written otherwise is refused.
        Some(Self { level, number: value, width }).filter(|name| name.to_string() == path)
    }
}

impl fmt::Display for TileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Level::Entries => f.write_str("tile/entries/")?,
            Level::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let (mut rest, mut parts) = (self.number, Vec::new());
        while rest >= 1000 {
            parts.push(rest % 1000);
            rest /= 1000;
        }
        parts.push(rest);
        for (left, part) in parts.iter().enumerate().rev() {
            if left == 0 { write!(f, "{part:03}")? } else { write!(f, "x{part:03}/")? }
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// How many hashes a level of a tree has in all.
fn hashes_of_level(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * HEIGHT).unwrap_or(0)
}

/// The files that a tree of `size` has and one of `before` had not: bundles and tiles, lower levels first.
pub fn names_between(before: u64, size: u64) -> Vec<TileName> {
    let mut names = Vec::new();
    let levels = (0..=LEVEL_MAX).map(Level::Hashes);
    for level in std::iter::once(Level::Entries).chain(levels) {
        let height = match level {
            Level::Entries => 0,
            Level::Hashes(level) => level,
        };
        let (had, has) = (hashes_of_level(before, height), hashes_of_level(size, height));
        let mut number = had / WIDTH;
        while had < has && number * WIDTH < has {
            names.push(TileName { level, number, width: (has - number * WIDTH).min(WIDTH) });
            number += 1;
        }
    }
    names
}

/// Where a complete subtree is found: which tile, and which of its hashes are to be joined.
pub fn place_of(node: Node) -> (u8, u64, std::ops::Range<usize>) {
    let level = u8::try_from(node.height / HEIGHT).unwrap_or(u8::MAX);
    let within = node.height % HEIGHT;
    let first = node.index << within;
    let from = usize::try_from(first % WIDTH).unwrap_or(0);
    (level, first / WIDTH, from..from + (1 << within))
}

/// A tile with its hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Its level.
    pub level: u8,
    /// Which one of the level.
    pub number: u64,
    /// 1 to 256 hashes.
    pub hashes: Vec<Hash>,
}

/// The hashes of a tile in its file; nothing when the length is no multiple of 32.
pub fn read_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.to_vec())
}

/// Adds an entry to a bundle: its length in two bytes, then itself. Nothing when it is too long.
pub fn write_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Option<()> {
    bundle.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
    bundle.extend_from_slice(entry);
    Some(())
}

/// The entries of a bundle; nothing when it ends in the middle of one.
pub fn read_entries(mut bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !bundle.is_empty() {
        let (length, rest) = bundle.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bundle = rest;
    }
    Some(entries)
}

/// The right edge of a growing tree: all that is needed to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The hashes of each level that fill no tile yet.
    open: Vec<Vec<Hash>>,
}

impl Frontier {
    /// Of a tree without entries.
    pub fn empty() -> Self {
        Self { size: 0, open: vec![Vec::new(); usize::from(LEVEL_MAX) + 1] }
    }

    /// The partial tiles from which [`Self::resume`] goes on: their levels, numbers and widths.
    pub fn partial_names(size: u64) -> Vec<TileName> {
        let levels = (0..=LEVEL_MAX).map(|level| {
            let hashes = hashes_of_level(size, level);
            TileName { level: Level::Hashes(level), number: hashes / WIDTH, width: hashes % WIDTH }
        });
        levels.filter(|name| name.width > 0).collect()
    }

    /// Of a tree of `size`, from its partial tiles; nothing when one is missing or has another width.
    pub fn resume(size: u64, partial: &[Tile]) -> Option<Self> {
        let mut frontier = Self { size, ..Self::empty() };
        for name in Self::partial_names(size) {
            let level = match name.level {
                Level::Hashes(level) => level,
                Level::Entries => return None,
            };
            let tile = partial.iter().find(|tile| (tile.level, tile.number) == (level, name.number))?;
            let width = usize::try_from(name.width).ok()?;
            let open = frontier.open.get_mut(usize::from(level))?;
            tile.hashes.get(..width)?.clone_into(open);
        }
        Some(frontier)
    }

    /// How many entries the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf and gives the tiles that it fills, lower levels first.
    pub fn push(&mut self, leaf: Hash) -> Vec<Tile> {
        self.size += 1;
        let (mut hash, mut full) = (leaf, Vec::new());
        for (level, open) in (0_u8..).zip(&mut self.open) {
            open.push(hash);
            if (open.len() as u64) < WIDTH {
                break;
            }
            let hashes = std::mem::take(open);
            hash = tree::perfect(&hashes);
            full.push(Tile {
                level,
                number: hashes_of_level(self.size, level + 1).saturating_sub(1),
                hashes,
            });
        }
        full
    }

    /// The tiles that are not full yet.
    pub fn partial(&self) -> Vec<Tile> {
        let levels = (0_u8..).zip(&self.open).filter(|(_, open)| !open.is_empty());
        let tile = |(level, open): (u8, &Vec<Hash>)| {
            let number = hashes_of_level(self.size, level) / WIDTH;
            Tile { level, number, hashes: open.clone() }
        };
        levels.map(tile).collect()
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = Vec::new();
        for open in self.open.iter().rev() {
            let mut rest = open.as_slice();
            while let Some(height) = rest.len().checked_ilog2() {
                let (peak, right) = rest.split_at(1 << height);
                peaks.push(tree::perfect(peak));
                rest = right;
            }
        }
        tree::join(&peaks)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let check = |level, number, width, path: &str| {
            let name = TileName { level, number, width };
            assert_eq!(name.to_string(), path);
            assert_eq!(TileName::parse(path), Some(name));
        };
        check(Level::Hashes(0), 1_234_067, 256, "tile/0/x001/x234/067");
        check(Level::Hashes(2), 0, 1, "tile/2/000.p/1");
        check(Level::Entries, 273, 112, "tile/entries/273.p/112");
        check(Level::Entries, 1000, 256, "tile/entries/x001/000");
        for none in [
            "tile/0/67",
            "tile/0/x001",
            "tile/00/001",
            "tile/8/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/x000/001",
            "tile/entries/+01",
            "tile/0/../001",
            "tile/0/001/",
            "tile//001",
            "checkpoint",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(TileName::parse(none), None, "{none}");
        }
    }

    /// The example of the specification: a tree of 70,000.
    #[test]
    fn a_tree_of_seventy_thousand_has_the_files_of_the_example() {
        let names = names_between(0, 70_000);
        let count =
            |level, full| names.iter().filter(|name| name.level == level && name.is_full() == full).count();
        assert_eq!((count(Level::Hashes(0), true), count(Level::Hashes(0), false)), (273, 1));
        assert_eq!((count(Level::Hashes(1), true), count(Level::Hashes(1), false)), (1, 1));
        assert_eq!((count(Level::Hashes(2), true), count(Level::Hashes(2), false)), (0, 1));
        assert_eq!(names.last().unwrap().to_string(), "tile/2/000.p/1");
        assert!(names.iter().any(|name| name.to_string() == "tile/entries/273.p/112"));
        assert!(names.iter().any(|name| name.to_string() == "tile/1/001.p/17"));
        assert_eq!(names_between(256, 256), Vec::new());
        let to_full: Vec<String> = names_between(255, 256).iter().map(ToString::to_string).collect();
        assert_eq!(to_full, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
    }

    #[test]
    fn a_frontier_has_the_roots_of_the_definition_and_goes_on_from_its_tiles() {
        let leaves: Vec<Hash> =
            (0..70_000_u32).map(|number| tree::leaf_hash(&number.to_be_bytes())).collect();
        let mut frontier = Frontier::empty();
        let mut tiles: Vec<Tile> = Vec::new();
        for (leaf, size) in leaves.iter().zip(1_usize..) {
            tiles.extend(frontier.push(*leaf));
            if [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 69_999, 70_000].contains(&size) {
                let whole = 0..u64::try_from(size).unwrap();
                let peaks: Vec<Hash> = tree::subtrees(&whole)
                    .iter()
                    .map(|node| {
                        let from = usize::try_from(node.index << node.height).unwrap();
                        tree::perfect(&leaves[from..from + (1 << node.height)])
                    })
                    .collect();
                assert_eq!(frontier.root(), tree::join(&peaks), "{size}");
                let again = Frontier::resume(frontier.size(), &frontier.partial()).unwrap();
                assert_eq!(again, frontier);
            }
        }
        tiles.extend(frontier.partial());
        assert_eq!(tiles.len(), names_between(0, 70_000).len() - 274, "all but the bundles");
        // Any complete subtree is found in its tile.
        for node in
            [Node { height: 0, index: 69_999 }, Node { height: 9, index: 3 }, Node { height: 16, index: 0 }]
        {
            let (level, number, hashes) = place_of(node);
            let tile = tiles.iter().find(|tile| (tile.level, tile.number) == (level, number)).unwrap();
            let from = usize::try_from(node.index << node.height).unwrap();
            assert_eq!(
                tree::perfect(&tile.hashes[hashes]),
                tree::perfect(&leaves[from..from + (1 << node.height)])
            );
        }
        assert_eq!(Frontier::resume(3, &[]), None);
        assert_eq!(Frontier::empty().root(), tree::empty_root());
    }

    proptest! {
        #[test]
        fn bundles_are_read_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..9)) {
            let mut bundle = Vec::new();
            for entry in &entries {
                write_entry(&mut bundle, entry).unwrap();
            }
            prop_assert_eq!(read_entries(&bundle).unwrap(), entries);
            bundle.push(0);
            prop_assert!(read_entries(&bundle).is_none());
        }

        #[test]
        fn any_path_is_answered(path in "(tile/)?[0-9a-z./x]{0,40}") {
            if let Some(name) = TileName::parse(&path) {
                prop_assert_eq!(name.to_string(), path);
            }
        }
    }
}
