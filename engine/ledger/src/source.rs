//! Where the facts come from: each room reads its own again, in canonical bytes.

use std::future::Future;
use std::pin::Pin;

use kernel::Timestamp;
use store::Tx;

use crate::entry::{Fact, Kind};

/// What a source gives, once awaited.
pub type Reading<'a, T> = Pin<Box<dyn Future<Output = store::Result<T>> + Send + 'a>>;

/// Reads the facts of these references as they are now, in their order; nothing for one that is gone.
pub type Read = for<'a> fn(&'a mut Tx, &'a [String]) -> Reading<'a, Vec<Option<Fact>>>;

/// The facts of one kind.
#[derive(Clone, Copy)]
pub struct Source {
    /// Which kind.
    pub kind: Kind,
    /// Reads them again.
    pub read: Read,
    /// How many facts there are since an instant: each has its entry, or waits for it.
    pub count: for<'a> fn(&'a mut Tx, Timestamp) -> Reading<'a, u64>,
}
