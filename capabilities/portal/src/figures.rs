//! Figures that the home page shows: how many items there are for whom, and what is asked for most. They are counted
//! anew every few minutes, not for each visitor.

use std::sync::Arc;

use catalogue::Package;
use kernel::Timestamp;

use crate::Room;

/// For how long figures are shown.
const SECONDS: i64 = 300;
/// Over how many days cases are counted.
const DAYS: i64 = 90;
/// How many items are shown as asked for most.
const POPULAR: usize = 8;

#[derive(Debug)]
pub(crate) struct Figures {
    counted_at: Timestamp,
    /// Offered items for natural persons.
    pub(crate) people: usize,
    /// Offered items for organisations.
    pub(crate) organisations: usize,
    /// Asked for most of late, most first, filled up with those that the office names.
    pub(crate) popular: Vec<Arc<Package>>,
}

/// The figures, counted anew when they are old.
pub(crate) async fn get(room: &Room, now: Timestamp) -> store::Result<Arc<Figures>> {
    if let Some(kept) = kept(room, now) {
        return Ok(kept);
    }
    let since = now.checked_sub(jiff::SignedDuration::from_hours(DAYS * 24)).unwrap_or(Timestamp::MIN);
    let mut tx = room.set.db.snapshot().await?;
    let asked = cases::most_asked(&mut tx, since, POPULAR).await?;
    tx.rollback().await?;
    let library = room.library();
    let library = &*library;
    let named = room.set.entrances.popular.iter().filter_map(|name| library.offered_as(name));
    let mut popular: Vec<Arc<Package>> = Vec::new();
    let counted = asked.iter().filter_map(|(item, handling)| library.current(item, handling));
    for package in counted.chain(named) {
        if popular.len() < POPULAR && !popular.iter().any(|there| there.reference == package.reference) {
            popular.push(package);
        }
    }
    let figures = Arc::new(Figures {
        counted_at: now,
        people: library.list().filter(|package| package.item.is_for_people()).count(),
        organisations: library.list().filter(|package| package.item.is_for_organisations()).count(),
        popular,
    });
    match room.figures.write() {
        Ok(mut kept) => *kept = Some(Arc::clone(&figures)),
        Err(poisoned) => *poisoned.into_inner() = Some(Arc::clone(&figures)),
    }
    Ok(figures)
}

fn kept(room: &Room, now: Timestamp) -> Option<Arc<Figures>> {
    let kept = match room.figures.read() {
        Ok(kept) => kept.clone(),
        Err(poisoned) => poisoned.into_inner().clone(),
    }?;
    // A clock that was set back must not keep old figures for long.
    let age = now.as_second() - kept.counted_at.as_second();
    (0..SECONDS).contains(&age).then_some(kept)
}
