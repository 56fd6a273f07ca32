//! A whole measurement: worlds are made, filled, driven, and looked at afterwards.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use kernel::CaseId;

use super::figures::{Driven, Report, Round};
use super::lifecycle::Seen;
use super::load::{self, Load, Profile};
use super::world::{Place, Server, Visits, World};
use super::{bare, preload, process, spiff};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where.
    pub place: Place,
    /// Which load.
    pub profile: Profile,
    /// Cases that are there before.
    pub preload: u64,
    /// Drivers at the same time.
    pub clients: usize,
    /// Time that is counted, a round.
    pub time: Duration,
    /// How often, one thing beside the other each time.
    pub rounds: usize,
    /// Whether each application brings a file.
    pub with_file: bool,
    /// Whether the bare database runs beside it.
    pub with_bare: bool,
    /// A Python interpreter that knows SpiffWorkflow.
    pub python: Option<PathBuf>,
}

/// Measures.
pub async fn run(plan: &Plan, clock: web::Clock) -> anyhow::Result<Report> {
    let world = World::make(&plan.place, clock.clone()).await?;
    let report = measure(plan, &world, clock).await;
    world.clear().await?;
    Ok(report?.summed())
}

async fn measure(plan: &Plan, world: &World, clock: web::Clock) -> anyhow::Result<Report> {
    let mut report = Report {
        profile: plan.profile.as_str(),
        database: if plan.place.database.is_some() { "postgres" } else { "sqlite" },
        processors: std::thread::available_parallelism()?.get(),
        ..Report::default()
    };
    let mut empty = None;
    if plan.preload > 0 {
        let without = memory_at_rest(world).await?;
        let before = world.database_bytes();
        report.filled = preload::fill(world, plan.preload).await?;
        let grown = world.database_bytes().zip(before).map(|(after, before)| after.saturating_sub(before));
        report.filled.database_bytes_per_case = grown.map(|grown| grown as f64 / report.filled.cases as f64);
        let grown = memory_at_rest(world).await?.saturating_sub(without);
        report.filled.memory_bytes_per_live_case = Some(grown as f64 / report.filled.live.max(1) as f64);
        if plan.profile == Profile::Steady && plan.place.database.is_none() {
            let beside = Place { folder: Some(world.folder.join("empty")), ..plan.place.clone() };
            empty = Some(Driver::of(World::make(&beside, clock).await?).await?);
        }
    }
    let visits = world.visits().await?;
    for _ in 0..plan.rounds {
        report.rounds.push(round(plan, world, &visits, empty.as_ref()).await?);
    }
    Ok(report)
}

/// A world with the visits of its people.
struct Driver {
    world: World,
    visits: Visits,
}

impl Driver {
    async fn of(world: World) -> anyhow::Result<Self> {
        Ok(Self { visits: world.visits().await?, world })
    }
}

/// Memory of the program when it has started and answered somebody.
async fn memory_at_rest(world: &World) -> anyhow::Result<u64> {
    let server = world.serve().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let bytes = process::resident_bytes(server.id())?;
    server.stop()?;
    Ok(bytes)
}

async fn round(plan: &Plan, world: &World, visits: &Visits, empty: Option<&Driver>) -> anyhow::Result<Round> {
    let mut round = Round::default();
    let load = Load {
        clients: plan.clients,
        warm_up: (plan.time / 5).clamp(Duration::from_secs(1), Duration::from_secs(5)),
        time: plan.time,
        with_file: plan.with_file,
    };
    if plan.with_bare {
        let address = world.database_beside("bare").await?;
        let bare = bare::measure(&address, plan.clients, plan.time / 2, (world.clock)()).await?;
        round.bare = Some(bare);
    }
    if let Some(empty) = empty {
        round.empty = Some(steady(&empty.world, &empty.visits, load).await?);
    }
    round.driven = Some(match plan.profile {
        Profile::Steady => steady(world, visits, load).await?,
        Profile::Ramp | Profile::Spike => {
            let short = Load { time: plan.time / 3, ..load };
            let reached = steady(world, visits, short).await?;
            let server = world.serve().await?;
            let seen = if plan.profile == Profile::Ramp {
                let (levels, seen) = load::ramp(&server, visits, load, reached.lifecycles_per_s).await?;
                round.ramp = levels;
                seen
            } else {
                let (spike, seen) = load::spike(&server, visits, load, reached.lifecycles_per_s).await?;
                round.spike = Some(spike);
                seen
            };
            server.stop()?;
            let lost = count_lost(world, &seen).await?;
            Driven { lost, ..reached }.with(&seen)
        }
    });
    if let Some(python) = &plan.python {
        round.spiff = Some(spiff::measure(python, &world.folder, plan.time / 2).await?);
    }
    Ok(round)
}

async fn steady(world: &World, visits: &Visits, load: Load) -> anyhow::Result<Driven> {
    let before = world.database_bytes();
    let server: Server = world.serve().await?;
    let (mut driven, seen) = load::steady(&server, visits, load).await?;
    server.stop()?;
    let grown = world.database_bytes().zip(before).map(|(after, before)| after.saturating_sub(before));
    let made = seen.cases.len().max(1) as f64;
    driven.database_kb_per_lifecycle = grown.map(|grown| grown as f64 / 1e3 / made);
    driven.lost = count_lost(world, &seen).await?;
    Ok(driven)
}

/// Submissions that were acknowledged and are not there, and licences fetched of cases that are not granted.
async fn count_lost(world: &World, seen: &Seen) -> anyhow::Result<u64> {
    let platform = world.platform().await?;
    let mut lost = 0;
    let mut known = BTreeSet::new();
    let mut tx = platform.db.snapshot().await?;
    for (case, has_licence) in &seen.cases {
        let Ok(id) = case.parse::<CaseId>() else {
            lost += 1;
            continue;
        };
        let found = cases::get(&mut tx, id).await.ok();
        let is_right =
            found.is_some_and(|found| !has_licence || found.outcome == Some(cases::Outcome::Granted));
        lost += u64::from(!is_right || !known.insert(id));
    }
    tx.rollback().await?;
    platform.db.close().await;
    Ok(lost)
}
