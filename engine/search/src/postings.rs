//! Which documents hold what: sorted, without gaps, four bytes for each.

/// Bits of an entry that say how much the place weighs.
const WEIGHT_BITS: u32 = 3;
/// Documents that fit into the other bits.
pub(crate) const DOCUMENTS_MAX: usize = 1 << 28;

/// Entries of every key, by document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Postings {
    keys: Vec<u32>,
    starts: Vec<u32>,
    entries: Vec<u32>,
}

/// Collects what [`Postings`] then hold.
#[derive(Debug, Default)]
pub(crate) struct Collected(Vec<u64>);

impl Collected {
    /// `weight` is a number below eight; smaller ones weigh more.
    pub(crate) fn add(&mut self, key: u32, document: u32, weight: u8) {
        self.0.push(u64::from(key) << 32 | u64::from(document << WEIGHT_BITS | u32::from(weight)));
    }

    pub(crate) fn sorted(mut self) -> Postings {
        self.0.sort_unstable();
        // Of several places in one document the heaviest counts; it comes first.
        self.0.dedup_by_key(|entry| *entry >> WEIGHT_BITS);
        let mut postings = Postings::default();
        postings.entries.reserve_exact(self.0.len());
        for entry in self.0 {
            let (key, entry) = ((entry >> 32) & 0xFFFF_FFFF, entry & 0xFFFF_FFFF);
            let (key, entry) = (u32::try_from(key).unwrap_or(0), u32::try_from(entry).unwrap_or(0));
            if postings.keys.last() != Some(&key) {
                postings.keys.push(key);
                postings.starts.push(u32::try_from(postings.entries.len()).unwrap_or(u32::MAX));
            }
            postings.entries.push(entry);
        }
        postings.keys.shrink_to_fit();
        postings.starts.shrink_to_fit();
        postings
    }
}

impl Postings {
    /// Entries of a key.
    pub(crate) fn get(&self, key: u32) -> &[u32] {
        let Ok(at) = self.keys.binary_search(&key) else { return &[] };
        let place = |start: &u32| usize::try_from(*start).unwrap_or(usize::MAX);
        let from = self.starts.get(at).map_or(0, place);
        let to = self.starts.get(at + 1).map_or(self.entries.len(), place);
        self.entries.get(from..to).unwrap_or(&[])
    }

    pub(crate) fn bytes(&self) -> usize {
        4 * (self.keys.capacity() + self.starts.capacity() + self.entries.capacity())
    }
}

/// Document and weight of an entry.
pub(crate) fn split(entry: u32) -> (usize, usize) {
    let low = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    (low(entry >> WEIGHT_BITS), low(entry & ((1 << WEIGHT_BITS) - 1)))
}
