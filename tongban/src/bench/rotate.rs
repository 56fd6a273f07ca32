//! A new data key while cases are handled (密钥轮换测速): a filled platform is driven over HTTP, everything sealed is sealed
//! anew by the program's own job, the program is killed in the middle and started again, and at the end, when the
//! earlier key is destroyed, every value and every file is opened once.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::ToSpan as _;
use serde::Serialize;
use store::rotation::{self, RETIRED_AFTER_MINUTES, ReadBack, RotationState, SealedTables};
use tokio::task::JoinSet;

use super::figures::{Filled, Percentiles};
use super::lifecycle::{Driver, Seen, Step};
use super::load::fresh_number;
use super::preload;
use super::world::{Place, Server, Visits, World};
use crate::platform::Platform;
use crate::scenario::FrozenClock;

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct RotatePlan {
    /// Where.
    pub place: Place,
    /// Sealed values that are there at least when it begins.
    pub rows: u64,
    /// Drivers at the same time.
    pub clients: usize,
    /// How long requests are timed before the rotation, to compare.
    pub before: Duration,
}

/// Requests of the drivers in a part of the time.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Traffic {
    /// How long.
    pub seconds: f64,
    /// Whole lifecycles.
    pub lifecycles: usize,
    /// Requests that were answered.
    pub requests: u64,
    /// Reading requests.
    pub reads: Percentiles,
    /// Writing requests.
    pub writes: Percentiles,
    /// Requests sent again because another clerk was faster or the program was busy.
    pub retries: u64,
    /// Requests in flight when the program was killed; sent again to the next one.
    pub cut_off: u64,
    /// What went wrong, by kind. Must be empty.
    pub errors: std::collections::BTreeMap<String, u64>,
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct RotateReport {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Cases that were filled in.
    pub filled: Filled,
    /// What was sealed before, table by table.
    pub sealed_before: ReadBack,
    /// Values and files that the job sealed anew.
    pub values_anew: i64,
    /// Files that the job sealed anew.
    pub files_anew: i64,
    /// From the first step to the last, standing still not counted.
    pub seconds: f64,
    /// Values sealed anew a second in that time.
    pub values_per_s: f64,
    /// How far it was when the program was killed.
    pub killed_at_percent: i64,
    /// From the kill until the next program answered.
    pub down_s: f64,
    /// From the kill until the job went on: the dead worker's lease runs out first.
    pub stood_still_s: f64,
    /// How often it began from the front, for values written under the earlier key meanwhile.
    pub passes: i64,
    /// Requests before it.
    pub before: Traffic,
    /// Requests from its announcement to its end.
    pub during: Traffic,
    /// How it ended: `done` when the earlier key is destroyed.
    pub ended: &'static str,
    /// The data keys then.
    pub keys: Vec<String>,
    /// Everything opened once, with the earlier key gone.
    pub read_back: ReadBack,
}

/// Values that a filled case has sealed, at least: answers twice (draft and case), applicant's name, name of its file.
const VALUES_OF_CASE: u64 = 4;
/// The program is killed so far into it.
const KILL_AT_PERCENT: i64 = 40;
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Longer than any rotation that gets on.
const STUCK_AFTER: Duration = Duration::from_hours(4);
/// A licence whose worker was killed comes when that worker's lease has run out.
const LICENCE_WITHIN: Duration = Duration::from_mins(8);

/// Measures.
pub async fn measure_rotate(plan: &RotatePlan, clock: web::Clock) -> anyhow::Result<RotateReport> {
    let world = World::make(&plan.place, clock).await?;
    let report = Box::pin(measure(plan, &world)).await;
    world.clear().await?;
    report
}

async fn measure(plan: &RotatePlan, world: &World) -> anyhow::Result<RotateReport> {
    let filled = preload::fill(world, plan.rows.div_ceil(VALUES_OF_CASE).max(1)).await?;
    let tables = crate::rotation::sealed_tables()?;
    let sealed_before = read_back(world, &tables).await?;
    anyhow::ensure!(sealed_before.unreadable == 0, "before: {sealed_before:?}");
    anyhow::ensure!(sealed_before.values >= plan.rows, "only {} values are sealed", sealed_before.values);
    let visits = world.visits().await?;
    let server = world.serve().await?;
    let address = server.address;
    let before = Drive::begin(address, &visits, plan.clients);
    tokio::time::sleep(plan.before).await;
    let before = before.end().await?;

    let drive = Drive::begin(address, &visits, plan.clients);
    let watch = Watch { platform: world.platform().await?, tables };
    let turned = watch.turn(world, server).await;
    let during = drive.end().await?;
    let turned = turned?;
    turned.server.stop()?;
    watch.platform.db.close().await;
    let (ended, keys) = destroy(world).await?;
    let read_back = read_back(world, &watch.tables).await?;
    let last = turned.last;
    Ok(RotateReport {
        database: if plan.place.database.is_some() { "postgres" } else { "sqlite" },
        filled,
        sealed_before,
        values_anew: last.values_anew,
        files_anew: last.files_anew,
        seconds: turned.at_work.as_secs_f64(),
        values_per_s: last.values_anew as f64 / turned.at_work.as_secs_f64().max(0.001),
        killed_at_percent: turned.killed_at_percent,
        down_s: turned.down.as_secs_f64(),
        stood_still_s: turned.stood_still.as_secs_f64(),
        passes: last.pass,
        before,
        during,
        ended,
        keys,
        read_back,
    })
}

/// Watches over a rotation from beside the program.
struct Watch {
    platform: Platform,
    tables: SealedTables,
}

struct Turned {
    server: Server,
    last: rotation::Rotation,
    at_work: Duration,
    killed_at_percent: i64,
    down: Duration,
    stood_still: Duration,
}

impl Watch {
    async fn turn(&self, world: &World, server: Server) -> anyhow::Result<Turned> {
        let now = (world.clock)();
        let mut tx = self.platform.db.begin().await?;
        let planned = rotation::plan(&mut tx, &self.platform.identity.vault, "system", now).await?;
        tx.commit().await?;
        let version = planned.context("a rotation goes on already")?;
        let begun = self.wait(version, |now| now.values_anew > 0).await?.1;
        let (at_kill, until) = self.wait(version, |now| now.percent() >= KILL_AT_PERCENT).await?;
        anyhow::ensure!(!at_kill.waits(), "it was over before the program could be killed: more --rows");
        let address = server.address;
        server.kill()?;
        let killed = Instant::now();
        // What the killed program had committed meanwhile counts to its time.
        let at_kill = self.now(version).await?;
        let server = world.serve_at(address).await?;
        let down = killed.elapsed();
        let seen = at_kill.rows_seen;
        let (_, goes_on) = self.wait(version, |now| now.rows_seen != seen).await?;
        let last = loop {
            let (last, _) = self.wait(version, rotation::Rotation::waits).await?;
            let (db, files) = (&self.platform.db, &self.platform.applications.files);
            if rotation::left(db, files, &self.tables, version).await? == 0 {
                break last;
            }
            let pass = last.pass;
            self.wait(version, |now| now.pass > pass).await?;
        };
        let ended = Instant::now();
        Ok(Turned {
            server,
            last,
            at_work: (until - begun) + (ended - goes_on),
            killed_at_percent: at_kill.percent(),
            down,
            stood_still: goes_on - killed,
        })
    }

    async fn now(&self, version: u16) -> anyhow::Result<rotation::Rotation> {
        let mut tx = self.platform.db.snapshot().await?;
        rotation::find(&mut tx, version).await?.context("the rotation is gone")
    }

    /// Waits until it is so far, and says when that was.
    async fn wait(
        &self,
        version: u16,
        far: impl Fn(&rotation::Rotation) -> bool,
    ) -> anyhow::Result<(rotation::Rotation, Instant)> {
        let since = Instant::now();
        while since.elapsed() < STUCK_AFTER {
            let now = self.now(version).await?;
            anyhow::ensure!(now.state != RotationState::Stuck, "{} values do not open", now.faults);
            if far(&now) {
                return Ok((now, Instant::now()));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        anyhow::bail!("the rotation does not get on")
    }
}

/// An hour later by the clock the earlier key is destroyed.
async fn destroy(world: &World) -> anyhow::Result<(&'static str, Vec<String>)> {
    let later = (world.clock)().checked_add((RETIRED_AFTER_MINUTES + 1).minutes())?;
    let platform = world.platform_at(&FrozenClock::at(later)).await?;
    platform.run_due().await?;
    let mut tx = platform.db.snapshot().await?;
    let ended = rotation::list(&mut tx).await?.first().map_or("gone", |last| last.state.as_str());
    let keys = rotation::keys(&mut tx).await?;
    tx.rollback().await?;
    platform.db.close().await;
    Ok((ended, keys.iter().map(|key| format!("{} {}", key.version, key.state.as_str())).collect()))
}

/// With a vault that knows no more than the database holds.
async fn read_back(world: &World, tables: &SealedTables) -> anyhow::Result<ReadBack> {
    let platform = world.platform().await?;
    let (vault, files) = (&platform.identity.vault, &platform.applications.files);
    let found = rotation::read_back(&platform.db, vault, files, tables).await?;
    platform.db.close().await;
    Ok(found)
}

/// Drivers that live one case after the other until they are told to stop.
struct Drive {
    drivers: JoinSet<Seen>,
    stop: Arc<AtomicBool>,
    begun: Instant,
}

impl Drive {
    fn begin(address: SocketAddr, visits: &Visits, clients: usize) -> Self {
        let (mut drivers, stop) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
        for number in 0..clients {
            let driver = Driver::new(address, visits.clone(), fresh_number(number), true);
            let (mut driver, stop) = (driver.waiting(LICENCE_WITHIN), Arc::clone(&stop));
            drivers.spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    driver.live(Instant::now()).await;
                }
                driver.seen
            });
        }
        Self { drivers, stop, begun: Instant::now() }
    }

    async fn end(mut self) -> anyhow::Result<Traffic> {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = Seen::default();
        while let Some(seen) = self.drivers.join_next().await {
            all.and(seen?);
        }
        let mut of = |step| Percentiles::of(all.times.remove(&step).unwrap_or_default());
        let (reads, writes, whole) = (of(Step::Read), of(Step::Write), of(Step::Whole));
        Ok(Traffic {
            seconds: self.begun.elapsed().as_secs_f64(),
            lifecycles: whole.count,
            requests: (reads.count + writes.count) as u64,
            reads,
            writes,
            retries: all.retries,
            cut_off: all.cut_off,
            errors: all.errors,
        })
    }
}

impl RotateReport {
    /// Whether nothing was lost and nothing failed.
    pub fn is_good(&self) -> bool {
        let failed = self.before.errors.len() + self.during.errors.len();
        failed == 0 && self.read_back.unreadable == 0 && self.ended == RotationState::Done.as_str()
    }

    /// As a table.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let _infallible = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let tables: Vec<String> =
            self.sealed_before.tables.iter().map(|(table, values)| format!("{table} {values}")).collect();
        writeln!(
            text,
            "{}: {} values and {} files sealed before ({}); {} cases filled in in {:.0} s",
            self.database,
            self.sealed_before.values,
            self.sealed_before.files,
            tables.join(", "),
            self.filled.cases,
            self.filled.seconds
        )?;
        writeln!(
            text,
            "sealed anew: {} values and {} files in {:.1} s of work, {:.0} values/s, {} passes",
            self.values_anew, self.files_anew, self.seconds, self.values_per_s, self.passes
        )?;
        writeln!(
            text,
            "killed at {} %: {:.1} s until it answered again, {:.1} s until the job went on",
            self.killed_at_percent, self.down_s, self.stood_still_s
        )?;
        for (name, part) in [("before", &self.before), ("during", &self.during)] {
            writeln!(
                text,
                "{name:<7} {:>7.1} s {:>6} lifecycles {:>8} requests; reads p50 {:.1} p99 {:.1} ms, writes p50 {:.1} p99 {:.1} ms; {} sent again, {} cut off by the kill, failed: {:?}",
                part.seconds,
                part.lifecycles,
                part.requests,
                part.reads.p50_ms,
                part.reads.p99_ms,
                part.writes.p50_ms,
                part.writes.p99_ms,
                part.retries,
                part.cut_off,
                part.errors
            )?;
        }
        writeln!(
            text,
            "keys: {}; rotation {}; read back: {} values and {} files, {} unreadable",
            self.keys.join(", "),
            self.ended,
            self.read_back.values,
            self.read_back.files,
            self.read_back.unreadable
        )
    }
}
