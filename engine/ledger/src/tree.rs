//! The Merkle tree of RFC 6962 §2.1, with SM3 in the place of SHA-256; pure.
//!
//! What a proof is made of is first said as ranges of entries ([`path`], [`consistency`]); whoever has the nodes turns
//! each range into its hash by way of the complete subtrees in it ([`subtrees`], [`join`]).

use std::ops::Range;

use guomi::sm3;

/// A node or leaf of the tree: an SM3 value.
pub type Hash = sm3::Digest;

/// The hash of an entry: `SM3(0x00 ‖ entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut hasher = sm3::Hasher::new();
    hasher.update(&[0]);
    hasher.update(entry);
    hasher.finish()
}

/// The hash over two subtrees: `SM3(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = sm3::Hasher::new();
    hasher.update(&[1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finish()
}

/// The root of a tree without entries: `SM3()`.
pub fn empty_root() -> Hash {
    sm3::digest(&[])
}

/// A complete subtree: the entries from `index << height` on, `1 << height` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// How far above the leaves; a leaf has 0.
    pub height: u32,
    /// Which of this height, from the left.
    pub index: u64,
}

/// The complete subtrees that make up a range, from left to right. The range is one that [`path`] or [`consistency`]
/// names, or one that begins at 0: it begins at a multiple of the largest power of two that fits into it.
pub fn subtrees(range: &Range<u64>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut start = range.start;
    while let Some(height) = range.end.saturating_sub(start).checked_ilog2() {
        nodes.push(Node { height, index: start >> height });
        start += 1 << height;
    }
    nodes
}

/// The hash over a range from those of its complete subtrees, left to right; of none it is [`empty_root`].
pub fn join(subtrees: &[Hash]) -> Hash {
    let joined = subtrees.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
    joined.unwrap_or_else(empty_root)
}

/// The root over a full row of nodes of one height: 2, 4, 8 … of them, or a single one.
pub fn perfect(row: &[Hash]) -> Hash {
    let mut row = row.to_vec();
    while row.len() > 1 {
        row = row.chunks(2).map(join).collect();
    }
    join(&row)
}

/// Where a tree of `size` > 1 is split: the largest power of two below `size`.
fn split(size: u64) -> u64 {
    (size - 1).checked_ilog2().map_or(1, |height| 1 << height)
}

/// The ranges whose hashes are the inclusion proof (存在证明) of an entry, beside the leaf first (RFC 6962 §2.1.1).
/// Nothing when the tree has no such entry.
pub fn path(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let (mut start, mut end, mut ranges) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    ranges.reverse();
    Some(ranges)
}

/// The ranges whose hashes are the consistency proof (一致性证明) from a tree of `old` entries to one of `new`
/// (RFC 6962 §2.1.2); none when `old` is 0 or `new`. Nothing at all when `old` is the larger.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Range<u64>>> {
    if old > new {
        return None;
    }
    let (mut start, mut end, mut ranges) = (0, new, Vec::new());
    if old == 0 || old == new {
        return Some(ranges);
    }
    while old < end {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    if start > 0 {
        ranges.push(start..end); // else it is the old tree itself, whose root the verifier has
    }
    ranges.reverse();
    Some(ranges)
}

/// Whether an inclusion proof leads from a leaf to a root (RFC 9162 §2.1.3.2).
pub fn is_included(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(beside, &hash);
            climb_to_odd(&mut at, &mut last);
        } else {
            hash = node_hash(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the tree of `new` entries begins with the one of `old` entries (RFC 9162 §2.1.4.2).
pub fn is_consistent(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return false;
    }
    if old_size == 0 || old_size == new_size {
        return proof.is_empty() && (old_size == 0 || old_root == new_root);
    }
    let (first, rest) = match (old_size.is_power_of_two(), proof.split_first()) {
        (true, Some(_)) => (old_root, proof),
        (false, Some((first, rest))) => (first, rest),
        (_, None) => return false,
    };
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for beside in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(beside, &old_hash);
            new_hash = node_hash(beside, &new_hash);
            climb_to_odd(&mut at, &mut last);
        } else {
            new_hash = node_hash(&new_hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

/// On the right edge a node without a neighbour goes up unchanged, until it is a right child.
fn climb_to_odd(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

#[cfg(test)]
mod tests;
