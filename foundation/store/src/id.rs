//! New ids.

use kernel::{Timestamp, TypedId};

/// A new id that nobody can guess and that sorts by the time it was made.
///
/// # Panics
/// When the operating system has no randomness to give: nothing this program does would be safe then.
pub fn fresh_id<T: TypedId>(now: Timestamp) -> T {
    T::from_parts(now, random())
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}
