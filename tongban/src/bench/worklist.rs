//! Worklists of a big database: the first page and the next one of every scope, order and filter, the page that people
//! see, and finding a case by its number; one request after the other, timed around the request.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Instant;

use serde::Serialize;

use super::figures::{Filled, Percentiles};
use super::http::{Answer, Asked, Connection};
use super::preload;
use super::world::{Place, Visits, World};

/// What was measured.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WorklistReport {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// What was filled in before.
    pub filled: Filled,
    /// An answer without a database: what of every time is the way there and back.
    pub way: Percentiles,
    /// By list.
    pub lists: BTreeMap<String, Percentiles>,
    /// All lists together.
    pub all: Percentiles,
    /// The list with the greatest p99.
    pub slowest: String,
    /// Answers other than 200, by list.
    pub errors: BTreeMap<String, u64>,
}

/// A light's colour needs work of that light; the rest is in every county.
const FILTERS: &[&str] = &[
    "",
    "light=red",
    "light=yellow",
    "light=green",
    "light=grey",
    "item=430131DEM900",
    "item=430131DEM900/01",
    "work=accept",
    "work=review",
    "work=decide",
    "stage=review",
    "stage=nowhere",
    "division=430102",
    "division=430000",
    "express=yes",
    "express=no",
    "claimed=yes",
    "claimed=no",
    "from=2020-01-01&to=2020-12-31",
    "from=2020-01-01",
    "light=green&item=430131DEM900&claimed=no",
    "item=nothing",
];
const SORTS: &[&str] = &["due", "newest", "oldest"];
const SCOPES: &[&str] = &["mine", "delegated", "watched", "done"];

/// Fills a database and asks for every list so often by every county's clerks.
pub async fn measure_worklist(
    place: &Place,
    cases: u64,
    times: usize,
    clock: web::Clock,
) -> anyhow::Result<WorklistReport> {
    let world = World::make(place, clock).await?;
    let report = measure(place, &world, cases, times).await;
    world.clear().await?;
    report
}

async fn measure(place: &Place, world: &World, cases: u64, times: usize) -> anyhow::Result<WorklistReport> {
    let before = world.database_bytes();
    let mut filled = preload::fill(world, cases).await?;
    let grown = world.database_bytes().zip(before).map(|(after, before)| after.saturating_sub(before));
    filled.database_bytes_per_case = grown.map(|grown| grown as f64 / filled.cases.max(1) as f64);
    let visits = world.visits().await?;
    let server = world.serve().await?;
    let mut asking =
        Asking { at: Connection::to(server.address), times: BTreeMap::new(), errors: BTreeMap::new() };
    for _ in 0..200 {
        asking.ask("way", "/healthz", "").await?;
    }
    for round in 0..times {
        asking.round(&visits, round).await?;
    }
    server.stop()?;
    let way = Percentiles::of(asking.times.remove("way").unwrap_or_default());
    let all = Percentiles::of(asking.times.values().flatten().copied().collect());
    let lists: BTreeMap<String, Percentiles> =
        asking.times.into_iter().map(|(list, times)| (list, Percentiles::of(times))).collect();
    let slowest = lists.iter().max_by(|(_, a), (_, b)| a.p99_ms.total_cmp(&b.p99_ms));
    Ok(WorklistReport {
        database: if place.database.is_some() { "postgres" } else { "sqlite" },
        filled,
        way,
        all,
        slowest: slowest.map(|(list, _)| list.clone()).unwrap_or_default(),
        lists,
        errors: asking.errors,
    })
}

struct Asking {
    at: Connection,
    times: BTreeMap<String, Vec<u32>>,
    errors: BTreeMap<String, u64>,
}

impl Asking {
    async fn ask(&mut self, list: &str, path: &str, token: &str) -> anyhow::Result<Answer> {
        let begun = Instant::now();
        let answer = self.at.ask(Asked::get(path, token)).await.map_err(anyhow::Error::msg)?;
        let micros = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.times.entry(list.to_owned()).or_default().push(micros);
        if !answer.is_good() {
            *self.errors.entry(format!("{list}: {}", answer.status)).or_default() += 1;
        }
        Ok(answer)
    }

    /// Every list once, by the clerks of one county after the other.
    async fn round(&mut self, visits: &Visits, round: usize) -> anyhow::Result<()> {
        let desk = &visits.desks[round % visits.desks.len()];
        let clerks = [&desk.acceptance, &desk.premises, &desk.hygiene, &desk.decision];
        let token = clerks[round / visits.desks.len() % clerks.len()];
        let mut queries: Vec<String> = Vec::new();
        for sort in SORTS {
            queries.extend(FILTERS.iter().map(|filter| format!("scope=body&sort={sort}&{filter}")));
        }
        queries.extend(SCOPES.iter().map(|scope| format!("scope={scope}&sort=due")));
        let mut number = None;
        for query in &queries {
            let path = format!("/api/v1/desk/tasks?size=50&{query}");
            let page = self.ask(query, &path, token).await?.json();
            number = page["items"][0]["number"].as_str().map(str::to_owned).or(number);
            if let Some(next) = page["next"].as_str() {
                self.ask(&format!("{query} (next page)"), &format!("{path}&after={next}"), token).await?;
            }
        }
        if let Some(number) = number {
            let path = format!("/api/v1/desk/cases?number={number}");
            self.ask("number", &path, token).await?;
            for digits in [4, 8] {
                let end = &number[number.len() - digits..];
                let path = format!("/api/v1/desk/cases?number={end}");
                self.ask(&format!("last {digits} digits of a number"), &path, token).await?;
            }
        }
        Ok(())
    }
}

impl WorklistReport {
    /// For people.
    pub fn table(&self) -> String {
        let filled = &self.filled;
        let mut text = format!(
            "{}: {} cases ({} live, {} rows) filled in in {:.0} s\n",
            self.database, filled.cases, filled.live, filled.rows, filled.seconds
        );
        let lists = self.lists.iter().map(|(list, times)| (list.as_str(), times));
        for (list, times) in
            [("(way there and back)", &self.way), ("(all lists)", &self.all)].into_iter().chain(lists)
        {
            let _ = writeln!(
                text,
                "{list:<70}{:>7} × p50 {:>8.2}  p95 {:>8.2}  p99 {:>8.2}  max {:>8.2} ms",
                times.count, times.p50_ms, times.p95_ms, times.p99_ms, times.max_ms
            );
        }
        let _ = writeln!(text, "slowest: {}; errors {:?}", self.slowest, self.errors);
        text
    }
}
