//! Implementation lists of a province (清单测速): looked at, brought in, brought in again, and then searched over HTTP, one
//! request after the other, timed around the request.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use catalogue::directory::{self, Format, Import, ImportCounts, ImportState, ImportedBy};
use serde::Serialize;

use super::figures::Percentiles;
use super::http::{Asked, Connection};
use super::process::resident_bytes;
use super::world::{Place, World};
use crate::platform::Platform;

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct ListsReport {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Rows of the implementation list.
    pub rows: usize,
    /// Items that they are of.
    pub items: usize,
    /// Bytes of its CSV file.
    pub bytes: usize,
    /// Seconds of looking at every row without changing anything.
    pub dry_run_s: f64,
    /// Seconds of bringing it in.
    pub run_s: f64,
    /// Seconds of looking at and bringing in the same file again.
    pub again_s: f64,
    /// What became of the rows the second time.
    pub again: ImportCounts,
    /// Resident memory of the server after the searches.
    pub server_bytes: u64,
    /// An answer without a database or a search: what of every time is the way there and back.
    pub way: Percentiles,
    /// By what was asked.
    pub kinds: Vec<(&'static str, Percentiles)>,
    /// All of them.
    pub all: Percentiles,
}

const SEED: u64 = 1;
/// A village: the nearest body is searched for up to the province.
const PLACE: &str = "place=430102001001";
/// The server reads the lists after its start.
const READ_WITHIN: Duration = Duration::from_mins(1);

/// How people ask for what the generator invents.
const QUERIES: [(&str, &[&str]); 6] = [
    ("a whole name", &["演示社区食堂登记", "演示露天影院备案", "演示屋顶花园变更"]),
    ("a piece", &["口袋公园", "图书角登", "登山步"]),
    ("a sentence", &["我想在社区开一个食堂怎么办", "哪里可以领养宠物", "办龙舟队要什么材料"]),
    ("a slip", &["社区食唐登记", "口带公园备案", "演示图书角登己"]),
    ("pinyin or first letters", &["shequshitang", "koudaigongyuan", "tsjdj"]),
    ("nothing there", &["量子纠缠发生器", "zzzz", "恐龙复活许可"]),
];

/// Brings in so many invented rows and asks every query so often.
pub async fn measure_lists(
    place: &Place,
    rows: usize,
    times: usize,
    clock: web::Clock,
) -> anyhow::Result<ListsReport> {
    let world = World::make(place, clock).await?;
    let report = measure(place, &world, rows, times).await;
    world.clear().await?;
    report
}

async fn measure(place: &Place, world: &World, rows: usize, times: usize) -> anyhow::Result<ListsReport> {
    let (mut items, mut list) = (Vec::new(), Vec::new());
    let item_rows = directory::generate_items(rows, Format::Csv, &mut items)?;
    directory::generate_implementations(rows, SEED, Format::Csv, &mut list)?;
    let platform = world.platform().await?;
    bring_in(&platform, "items.csv", items).await?;
    let (dry_run_s, run_s, first) = bring_in(&platform, "rows.csv", list.clone()).await?;
    anyhow::ensure!(
        first.new == first.all() && first.refused == 0,
        "the generated list is refused: {first:?}"
    );
    let bytes = list.len();
    let (looked_s, taken_s, again) = bring_in(&platform, "rows.csv", list).await?;
    platform.db.close().await;

    let server = world.serve().await?;
    let mut at = Connection::to(server.address);
    until_it_is_read(&mut at).await?;
    let way = ask_often(&mut at, &["/healthz".to_owned()], times).await?;
    let (mut kinds, mut all) = (Vec::new(), Vec::new());
    for (kind, queries) in QUERIES {
        let encoded = queries.iter().map(|query| web::encode(query));
        let paths = encoded.flat_map(|q| [format!("/search?q={q}"), format!("/api/v1/suggestions?q={q}")]);
        let micros = ask_often(&mut at, &paths.collect::<Vec<_>>(), times).await?;
        all.extend_from_slice(&micros);
        kinds.push((kind, Percentiles::of(micros)));
    }
    let server_bytes = resident_bytes(server.id())?;
    server.stop()?;
    Ok(ListsReport {
        database: if place.database.is_some() { "postgres" } else { "sqlite" },
        rows,
        items: item_rows,
        bytes,
        dry_run_s,
        run_s,
        again_s: looked_s + taken_s,
        again,
        server_bytes,
        way: Percentiles::of(way),
        kinds,
        all: Percentiles::of(all),
    })
}

/// Seconds of looking, seconds of taking over, and what became of the rows.
async fn bring_in(
    platform: &Platform,
    name: &str,
    bytes: Vec<u8>,
) -> anyhow::Result<(f64, f64, ImportCounts)> {
    let by = ImportedBy { reference: kernel::Actor::System.reference(), name: String::new() };
    let now = (platform.clock)();
    let (db, files) = (&platform.directory.db, &platform.directory.files);
    let import = directory::start(db, files, name, bytes, &by, now).await?;
    let (looked_s, _looked) = through(platform, import.number, ImportState::Checked).await?;
    let mut tx = db.begin().await?;
    directory::start_run(&mut tx, import.number, now).await?;
    tx.commit().await?;
    let (taken_s, taken) = through(platform, import.number, ImportState::Done).await?;
    Ok((looked_s, taken_s, taken.counts))
}

async fn through(platform: &Platform, number: i64, to: ImportState) -> anyhow::Result<(f64, Import)> {
    let (db, files) = (&platform.directory.db, &platform.directory.files);
    let begun = Instant::now();
    let now = (platform.clock)();
    let import = directory::work_through(db, files, number, now, &mut |_import| {}).await?;
    anyhow::ensure!(import.state == to, "the import is {}", import.state.as_str());
    Ok((begun.elapsed().as_secs_f64(), import))
}

/// Waits until the server knows what the list calls its first item.
async fn until_it_is_read(at: &mut Connection) -> anyhow::Result<()> {
    let path = format!("/api/v1/suggestions?q={}", web::encode("演示社区食堂登记"));
    let begun = Instant::now();
    loop {
        let answer = at.ask(Asked::get(&path, "")).await.map_err(anyhow::Error::msg)?;
        if !answer.json()["suggestions"].as_array().context("suggestions")?.is_empty() {
            return Ok(());
        }
        anyhow::ensure!(begun.elapsed() < READ_WITHIN, "the lists are not found");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Microseconds of asking for each address so often, in turn.
async fn ask_often(at: &mut Connection, paths: &[String], times: usize) -> anyhow::Result<Vec<u32>> {
    let mut micros = Vec::with_capacity(paths.len() * times);
    for _ in 0..times {
        for path in paths {
            let begun = Instant::now();
            let asked = Asked { cookie: PLACE, ..Asked::get(path, "") };
            let answer = at.ask(asked).await.map_err(anyhow::Error::msg)?;
            micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            anyhow::ensure!(answer.is_good(), "{path}: {}", answer.status);
        }
    }
    Ok(micros)
}

impl ListsReport {
    /// For people.
    pub fn table(&self) -> String {
        let Self { database, rows, items, bytes, dry_run_s, run_s, again_s, again, server_bytes, .. } = self;
        let mut text = format!(
            "{database}: {rows} implementations of {items} items, {:.1} MB of CSV\n\
             looked at in {dry_run_s:.1} s, brought in in {run_s:.1} s ({:.0} rows/s); the same file again {again_s:.1} s: \
             {} new, {} changed, {} unchanged, {} refused\nserver {:.0} MB\n",
            *bytes as f64 / 1e6,
            *rows as f64 / run_s,
            again.new,
            again.changed,
            again.unchanged,
            again.refused,
            *server_bytes as f64 / 1e6,
        );
        let named = [("(way there and back)", &self.way), ("(all)", &self.all)].into_iter();
        for (kind, times) in named.chain(self.kinds.iter().map(|(kind, times)| (*kind, times))) {
            let _ = writeln!(
                text,
                "{kind:<30}{:>7} × p50 {:>8.2}  p95 {:>8.2}  p99 {:>8.2}  max {:>8.2} ms",
                times.count, times.p50_ms, times.p95_ms, times.p99_ms, times.max_ms
            );
        }
        text
    }
}
