//! Against the recursive definition of RFC 6962 §2.1, written out.

use proptest::prelude::*;

use super::*;

/// MTH of the RFC.
fn mth(entries: &[Vec<u8>]) -> Hash {
    match entries {
        [] => guomi::sm3::digest(b""),
        [one] => guomi::sm3::digest(&[b"\x00".as_slice(), one].concat()),
        many => {
            let mut k = 1;
            while k * 2 < many.len() {
                k *= 2;
            }
            guomi::sm3::digest(&[b"\x01".as_slice(), &mth(&many[..k]), &mth(&many[k..])].concat())
        }
    }
}

/// PATH of the RFC.
fn path_by_definition(m: usize, entries: &[Vec<u8>]) -> Vec<Hash> {
    if entries.len() == 1 {
        return Vec::new();
    }
    let mut k = 1;
    while k * 2 < entries.len() {
        k *= 2;
    }
    let (mut proof, beside) = if m < k {
        (path_by_definition(m, &entries[..k]), mth(&entries[k..]))
    } else {
        (path_by_definition(m - k, &entries[k..]), mth(&entries[..k]))
    };
    proof.push(beside);
    proof
}

/// SUBPROOF of the RFC.
fn subproof(m: usize, entries: &[Vec<u8>], known: bool) -> Vec<Hash> {
    if m == entries.len() {
        return if known { Vec::new() } else { vec![mth(entries)] };
    }
    let mut k = 1;
    while k * 2 < entries.len() {
        k *= 2;
    }
    let (mut proof, beside) = if m <= k {
        (subproof(m, &entries[..k], known), mth(&entries[k..]))
    } else {
        (subproof(m - k, &entries[k..], false), mth(&entries[..k]))
    };
    proof.push(beside);
    proof
}

fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("entry {number}").into_bytes()).collect()
}

fn hash_of(range: &Range<u64>, leaves: &[Hash]) -> Hash {
    let at = |number: u64| usize::try_from(number).unwrap();
    let hashes: Vec<Hash> = subtrees(range)
        .iter()
        .map(|node| perfect(&leaves[at(node.index << node.height)..at((node.index + 1) << node.height)]))
        .collect();
    join(&hashes)
}

fn hashes_of(ranges: &[Range<u64>], leaves: &[Hash]) -> Vec<Hash> {
    ranges.iter().map(|range| hash_of(range, leaves)).collect()
}

/// Made by hand with another SM3 (`openssl dgst -sm3`) over the bytes that the RFC prescribes.
#[test]
fn small_trees_have_the_roots_that_another_program_finds() {
    let check = |count: usize, expected: &str| {
        let leaves: Vec<Hash> = entries(count).iter().map(|entry| leaf_hash(entry)).collect();
        let size = u64::try_from(count).unwrap();
        assert_eq!(hex::encode(hash_of(&(0..size), &leaves)), expected, "{count} entries");
    };
    check(0, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
    check(1, "2ece41c75007c06f823979b4a2f8984e91772f7702e3b8a695435a8655385c3e");
    check(2, "34588e4c8e7577eeadc746684418005a61ce157cb353c2e820e61482762a412c");
    check(3, "59b7d3934b8366252225460e3c72f9ed4e9b4baeae13a31ff90c8fa5d6e7af0b");
}

/// Every proof of every small tree: made, compared with the definition, verified.
#[test]
fn all_proofs_of_small_trees_are_those_of_the_definition() {
    let all = entries(70);
    let leaves: Vec<Hash> = all.iter().map(|entry| leaf_hash(entry)).collect();
    for n in 1..=70_usize {
        let size = u64::try_from(n).unwrap();
        let root = mth(&all[..n]);
        assert_eq!(hash_of(&(0..size), &leaves), root);
        for m in 0..n {
            let index = u64::try_from(m).unwrap();
            let proof = hashes_of(&path(index, size).unwrap(), &leaves);
            assert_eq!(proof, path_by_definition(m, &all[..n]), "{m} of {n}");
            assert!(is_included(&leaves[m], index, size, &proof, &root));
        }
        for m in 1..=n {
            let old = u64::try_from(m).unwrap();
            let proof = hashes_of(&consistency(old, size).unwrap(), &leaves);
            assert_eq!(proof, subproof(m, &all[..n], true), "{m} to {n}");
            assert!(is_consistent((old, &mth(&all[..m])), (size, &root), &proof));
        }
        assert!(is_consistent((0, &[9; 32]), (size, &root), &[]));
    }
    assert_eq!(path(3, 3), None);
    assert_eq!(consistency(4, 3), None);
}

proptest! {
    /// A proof holds for nothing but what it was made for.
    #[test]
    fn a_changed_proof_is_refused(n in 2_usize..200, m: prop::sample::Index, bit: prop::sample::Index) {
        let all = entries(n);
        let leaves: Vec<Hash> = all.iter().map(|entry| leaf_hash(entry)).collect();
        let (size, m) = (u64::try_from(n).unwrap(), m.index(n));
        let (index, root) = (u64::try_from(m).unwrap(), mth(&all));
        let proof = hashes_of(&path(index, size).unwrap(), &leaves);
        let mut changed = proof.clone();
        let (which, byte) = (bit.index(changed.len()), bit.index(32));
        changed[which][byte] ^= 1;
        prop_assert!(!is_included(&leaves[m], index, size, &changed, &root));
        prop_assert!(!is_included(&leaf_hash(b"other"), index, size, &proof, &root));
        prop_assert!(!is_included(&leaves[m], size, size, &proof, &root));
        prop_assert!(!is_included(&leaves[m], index, size, &proof[1..], &root));
        let longer = [proof.as_slice(), &[[0; 32]]].concat();
        prop_assert!(!is_included(&leaves[m], index, size, &longer, &root));
        if let Some(other) = (0..size).find(|other| *other != index && proof.len() > 1) {
            prop_assert!(!is_included(&leaves[m], other, size, &proof, &root));
        }
    }

    /// Two logs that differ anywhere in the old part have no consistency proof.
    #[test]
    fn a_forked_tree_is_refused(n in 2_usize..150, m: prop::sample::Index, fork: prop::sample::Index) {
        let all = entries(n);
        let old = 1 + m.index(n - 1);
        let mut forked = all.clone();
        forked[fork.index(old)] = b"forged".to_vec();
        let leaves: Vec<Hash> = forked.iter().map(|entry| leaf_hash(entry)).collect();
        let (from, to) = (u64::try_from(old).unwrap(), u64::try_from(n).unwrap());
        let proof = hashes_of(&consistency(from, to).unwrap(), &leaves);
        let old_root = mth(&all[..old]);
        prop_assert!(!is_consistent((from, &old_root), (to, &mth(&forked)), &proof));
        prop_assert!(!is_consistent((from, &old_root), (to, &mth(&all)), &[]));
        prop_assert!(!is_consistent((to, &mth(&all)), (from, &old_root), &proof));
    }

    /// Bytes from anywhere end in yes or no, soon.
    #[test]
    fn any_numbers_and_hashes_are_answered(
        a: u64, b: u64, one: [u8; 32], two: [u8; 32], proof in prop::collection::vec(any::<[u8; 32]>(), 0..70)
    ) {
        is_included(&one, a, b, &proof, &two);
        is_consistent((a, &one), (b, &two), &proof);
        if let Some(ranges) = path(a, b) {
            prop_assert!(ranges.len() <= 65);
        }
        if let Some(ranges) = consistency(a, b) {
            prop_assert!(ranges.len() <= 65);
        }
    }
}
