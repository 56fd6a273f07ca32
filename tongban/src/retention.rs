//! What is deleted because its time is over (保管期满): once a night, a hundred cases a step, so that nobody waits for it; and then the
//! files of which no row knows any more. Here the rooms are joined: each knows its own rows only.

use std::collections::BTreeSet;

use anyhow::Context as _;
use jiff::ToSpan as _;
use kernel::{Timestamp, china_date, china_midnight};
use serde_json::json;
use store::Tx;
use store::jobs::{self, Handlers, Job, NewJob};

const CASES: &str = "platform.retention";
const FILES: &str = "platform.files";
/// At this hour in China, after the housekeeping.
const HOUR: i64 = 4;
/// Cases a step.
const STEP: usize = 100;

/// The handlers.
pub fn handlers(room: &applications::Room) -> Handlers {
    let (cases, files) = (room.clone(), room.clone());
    Handlers::new()
        .on(CASES, move |job, now| {
            let room = cases.clone();
            async move { Ok(erase(&room, &job, now).await?) }
        })
        .on(FILES, move |job, now| {
            let room = files.clone();
            async move { Ok(sweep(&room, &job, now).await?) }
        })
}

/// Plans the next night. One job a night, however many nodes plan it.
pub async fn plan(tx: &mut Tx, now: Timestamp) -> Result<(), store::Error> {
    let Ok(night) = china_date(now).tomorrow() else { return Ok(()) };
    let Ok(run_at) = china_midnight(night).checked_add(HOUR.hours()) else { return Ok(()) };
    let key = format!("{night}:0");
    jobs::enqueue(tx, &NewJob { kind: CASES, key, payload: json!({}), run_at }).await?;
    Ok(())
}

/// One step; while there was enough to do for a whole one, the next follows at once.
async fn erase(room: &applications::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let (night, step) = job.key.rsplit_once(':').context("the job has no step")?;
    let step: u32 = step.parse()?;
    let mut tx = room.db.begin().await?;
    let erased = applications::retention::erase_due(&mut tx, room, now, STEP).await?;
    messages::forget_cases(&mut tx, &erased).await?;
    let next = if erased.len() == STEP {
        NewJob { kind: CASES, key: format!("{night}:{}", step + 1), payload: json!({}), run_at: now }
    } else {
        plan(&mut tx, now).await?;
        NewJob { kind: FILES, key: night.to_owned(), payload: json!({}), run_at: now }
    };
    jobs::enqueue(&mut tx, &next).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    tracing::info!(cases = erased.len(), step, "cases past their keeping time emptied");
    Ok(())
}

/// The digests among these that a row names.
async fn named(tx: &mut Tx, digests: &[String]) -> store::Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for digest in digests {
        if applications::retention::names_file(tx, digest).await?
            || licences::names_file(tx, digest).await?
            || catalogue::directory::names_file(tx, digest).await?
        {
            named.insert(digest.clone());
        }
    }
    Ok(named)
}

async fn sweep(room: &applications::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let mut removed = 0_u32;
    for folder in 0..=u8::MAX {
        let old = room.files.old(folder).await?;
        let mut tx = room.db.snapshot().await?;
        let named = named(&mut tx, &old).await?;
        drop(tx);
        for digest in old.iter().filter(|digest| !named.contains(*digest)) {
            removed += u32::from(room.files.remove_old(digest).await?);
        }
    }
    let mut tx = room.db.begin().await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    tracing::info!(removed, "files of which no row knows removed");
    Ok(())
}
