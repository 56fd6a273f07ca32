//! A set of rows of a table, one bit each.

/// Some of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rows(Vec<u64>);

impl Rows {
    /// The rows below `count` that belong to it.
    pub(super) fn of(count: usize, belongs: impl Fn(usize) -> bool) -> Self {
        let mut rows = Self(vec![0; count.div_ceil(64)]);
        (0..count).filter(|row| belongs(*row)).for_each(|row| rows.insert(row));
        rows
    }

    pub(super) fn insert(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    pub(super) fn contains(&self, row: usize) -> bool {
        self.0[row / 64] & (1 << (row % 64)) != 0
    }

    /// Adds the rows of another set of the same table.
    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Keeps only the rows that are in another set of the same table.
    pub(super) fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine &= theirs);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len() * 64).filter(|row| self.contains(*row))
    }

    pub(super) fn first(&self) -> Option<usize> {
        let (at, word) = self.0.iter().enumerate().find(|(_, word)| **word != 0)?;
        usize::try_from(word.trailing_zeros()).ok().map(|bit| at * 64 + bit)
    }
}
