//! What the database alone does: transactions with the statements and about the bytes of a command, through the same
//! store with its shared commits, at the same concurrency, without HTTP, permissions or an engine.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use kernel::{CaseId, EventId, JobId, TaskId, Timestamp};
use store::{Db, Migration, fresh_id, vals};
use tokio::task::JoinSet;

use super::figures::Beside;

const TABLES: &[Migration] = &[Migration::new("bench/0001_bare", include_str!("bare.sql"))];
/// Steps of a case, as many as a lifecycle has.
const STEPS: i64 = 10;
/// As long as the state of a case in the middle of its life.
const STATE_BYTES: usize = 2800;
const PAYLOAD_BYTES: usize = 300;

/// Runs steps for a while, so many at a time.
pub(super) async fn measure(
    address: &str,
    clients: usize,
    time: Duration,
    now: Timestamp,
) -> anyhow::Result<Beside> {
    let db = Db::open(address).await.context("bare database")?;
    db.migrate(&[TABLES]).await?;
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..clients {
        let db = db.clone();
        workers.spawn(async move {
            let mut steps = 0_u64;
            while begun.elapsed() < time {
                steps += case(&db, now, begun + time).await?;
            }
            Ok::<_, store::Error>(steps)
        });
    }
    let mut steps = 0;
    while let Some(ended) = workers.join_next().await {
        steps += ended??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    db.close().await;
    Ok(Beside {
        what: "the bare database",
        steps_per_s: steps as f64 / seconds,
        cases_per_s: None,
        cases_per_cpu_s: None,
        live_case_bytes: None,
    })
}

/// One case, step by step; says how many steps were made in time.
async fn case(db: &Db, now: Timestamp, until: Instant) -> store::Result<u64> {
    let id: CaseId = fresh_id(now);
    let mut made = 0;
    for step in 0..STEPS {
        if Instant::now() >= until {
            break;
        }
        one_step(db, now, id, step).await?;
        made += 1;
    }
    Ok(made)
}

async fn one_step(db: &Db, now: Timestamp, id: CaseId, step: i64) -> store::Result<()> {
    let (state, payload) = ("s".repeat(STATE_BYTES), "p".repeat(PAYLOAD_BYTES));
    let key = format!("{id}:{step}");
    let mut tx = db.begin().await?;
    tx.execute(
        "insert into bare_keys (scope, key, digest) values ($1, $2, $3) on conflict (scope, key) do nothing",
        vals!["staff:bench", &key, "d".repeat(64)],
    )
    .await?;
    if step == 0 {
        tx.execute(
            "insert into bare_cases (id, number, status, due_on, state, version) values ($1, $2, $3, $4, $5, $6)",
            vals![id, id.to_string(), "submitted", "2026-01-01", &state, step],
        )
        .await?;
    } else {
        tx.fetch_one("select state from bare_cases where id = $1", vals![id]).await?;
        tx.execute(
            "update bare_cases set status = $1, due_on = $2, state = $3, version = $4 where id = $5 and version = $6",
            vals!["in-progress", "2026-01-02", &state, step, id, step - 1],
        )
        .await?;
    }
    for half in 0..2 {
        tx.execute(
            "insert into bare_events (case_id, seq, id, at, actor, actor_name, kind, payload)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            vals![
                id,
                step * 2 + half,
                fresh_id::<EventId>(now),
                now,
                "staff:bench",
                "bench",
                "noted",
                &payload
            ],
        )
        .await?;
    }
    tx.execute(
        "insert into bare_tasks (id, case_id, body, state, due_rank) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set state = excluded.state, due_rank = excluded.due_rank",
        vals![fresh_id::<TaskId>(now), id, "bench", "open", "12026-01-01"],
    )
    .await?;
    tx.execute(
        "insert into bare_jobs (id, key, payload, due_at, state) values ($1, $2, $3, $4, 'waiting')
         on conflict (key) do nothing",
        vals![fresh_id::<JobId>(now), &key, &payload, now],
    )
    .await?;
    tx.execute(
        "update bare_keys set status = 200, body = $3 where scope = $1 and key = $2",
        vals!["staff:bench", &key, &payload],
    )
    .await?;
    tx.commit().await
}
