//! What the ledger costs (账本测速): entries written down in commits like those of commands, beside bare rows of the same
//! size in the same commits, in turns; while they come in they get their places. Then proofs, and a whole audit.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use kernel::{EventId, Timestamp};
use ledger::note::{KeyUse, SigningKey};
use ledger::{Fact, Kind, Ledger, Policy, Provable, Reading, Source};
use serde::Serialize;
use serde_json::json;
use store::{Db, Migration, Sql, Tx, fresh_id, vals};
use tokio::task::JoinSet;

use super::figures::Percentiles;

const TABLES: &[Migration] =
    &[Migration::two("bench/0001_ledger", include_str!("ledger.sql"), include_str!("ledger.postgres.sql"))];
const SCHEMA: &str = "tongban_bench_ledger";
/// As long as the payload of an ordinary event.
const BODY_BYTES: usize = 300;
/// Facts that are put in place in one transaction before the audit.
const AT_A_TIME: usize = 1000;

/// What is measured.
#[derive(Debug, Clone)]
pub struct LedgerPlan {
    /// Folder for the data; one that goes away afterwards when left out.
    pub folder: Option<PathBuf>,
    /// `postgres://…`; SQLite in the folder when left out. A schema is made and dropped.
    pub database: Option<String>,
    /// Entries in all.
    pub entries: u64,
    /// Entries to a commit.
    pub per_commit: u32,
    /// Commits at the same time.
    pub clients: u32,
    /// How often bare rows and entries take turns.
    pub rounds: u32,
}

/// One turn of each.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Turns {
    /// Bare rows kept a second.
    pub bare_per_s: f64,
    /// Entries kept a second, while others get their places.
    pub appended_per_s: f64,
    /// Entries that have their place, signature and files, a second from the first append.
    pub proved_per_s: f64,
    /// Appends for each bare row.
    pub ratio: f64,
}

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerReport {
    /// Which database.
    pub engine: &'static str,
    /// Entries in the tree at the end.
    pub entries: u64,
    /// The rounds.
    pub rounds: Vec<Turns>,
    /// The middle one of the ratios.
    pub ratio: f64,
    /// Proofs from the database, with their facts.
    pub prove: Percentiles,
    /// Checks of them without it.
    pub verify: Percentiles,
    /// Bytes of a proof, at most.
    pub proof_bytes_max: usize,
    /// Seconds for all entries, facts, nodes and checkpoints of the database.
    pub audit_database_s: f64,
    /// Seconds for all published files.
    pub audit_files_s: f64,
    /// Facts that were read again.
    pub facts: u64,
    /// The most memory that this process has held, in megabytes; nothing where the system does not say.
    pub memory_peak_mb: Option<f64>,
}

impl LedgerReport {
    /// For people.
    pub fn table(&self) -> String {
        let mut text = format!("{}: {} entries\n", self.engine, self.entries);
        for Turns { bare_per_s, appended_per_s, proved_per_s, ratio } in &self.rounds {
            text.push_str(&format!(
                "bare rows {bare_per_s:.0}/s, appends {appended_per_s:.0}/s ({:.0} %), with proofs {proved_per_s:.0}/s\n",
                ratio * 100.0
            ));
        }
        let Percentiles { p50_ms, p99_ms, .. } = self.prove;
        text.push_str(&format!(
            "appends are {:.0} % of bare rows (middle of the rounds)\nprove: {p50_ms:.2} ms, p99 {p99_ms:.2} ms; verify: \
             {:.2} ms; up to {} bytes\naudit: database {:.1} s ({} facts), files {:.1} s; memory {} MB at most",
            self.ratio * 100.0,
            self.verify.p50_ms,
            self.proof_bytes_max,
            self.audit_database_s,
            self.facts,
            self.audit_files_s,
            self.memory_peak_mb.map_or_else(|| "?".into(), |mb| format!("{mb:.0}"))
        ));
        text
    }
}

const SOURCE: Source = Source { kind: Kind::CaseEvent, read, count };

fn fact(id: &str) -> Fact {
    Fact::new(Kind::CaseEvent, id).field("b".repeat(BODY_BYTES))
}

const READ: Sql = Sql::Two {
    sqlite: "select f.id, f.body from json_each($1) asked join bench_facts f on f.id = asked.value",
    postgres: "select f.id, f.body from json_array_elements_text($1::json) asked (id) join bench_facts f on f.id = asked.id",
};

fn read<'a>(tx: &'a mut Tx, references: &'a [String]) -> Reading<'a, Vec<Option<Fact>>> {
    Box::pin(async move {
        let rows = tx.fetch_all(READ, vals![json!(references)]).await?;
        let mut found = std::collections::BTreeMap::new();
        for row in &rows {
            let (id, body): (String, String) = (row.get(0)?, row.get(1)?);
            found.insert(id.clone(), Fact::new(Kind::CaseEvent, id).field(body));
        }
        Ok(references.iter().map(|id| found.remove(id)).collect())
    })
}

fn count(tx: &mut Tx, _since: Timestamp) -> Reading<'_, u64> {
    Box::pin(async move {
        let row = tx.fetch_one("select count(*) from bench_facts", vals![]).await?;
        u64::try_from(row.get::<i64>(0)?).map_err(|_range| row.damaged(0, "a count"))
    })
}

/// Measures it.
pub async fn measure_ledger(plan: &LedgerPlan, clock: web::Clock) -> anyhow::Result<LedgerReport> {
    let goes_away = tempfile::tempdir()?;
    let folder = plan.folder.clone().unwrap_or_else(|| goes_away.path().join("bench"));
    let address = match &plan.database {
        None => format!("sqlite:{}", folder.join("bench.db").display()),
        Some(url) => {
            store::schema::remove(url, SCHEMA).await?;
            store::schema::make(url, SCHEMA).await?;
            format!("{url}{}schema={SCHEMA}", if url.contains('?') { '&' } else { '?' })
        }
    };
    let db = Db::open(&address).await?;
    db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, TABLES]).await?;
    let key = SigningKey::new("bench.example/ledger", KeyUse::Note, guomi::PrivateKey::generate())?;
    let ledger = Ledger::open(&db, key, &folder.join("ledger"), clock()).await?;
    let report = measure(plan, &ledger, &clock).await;
    db.close().await;
    if let Some(url) = &plan.database {
        store::schema::remove(url, SCHEMA).await?;
    }
    report
}

async fn measure(plan: &LedgerPlan, ledger: &Ledger, clock: &web::Clock) -> anyhow::Result<LedgerReport> {
    let per_round = plan.entries / u64::from(plan.rounds.max(1));
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds.max(1) {
        rounds.push(turns(plan, ledger, clock, per_round).await?);
    }
    let mut ratios: Vec<f64> = rounds.iter().map(|turns| turns.ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let entries = ledger::size_of(&mut ledger.db.snapshot().await?).await?;
    let references = put_facts(&ledger.db, entries).await?;
    let (prove, verify, proof_bytes_max) = proofs(ledger, &references).await?;
    let begun = Instant::now();
    let audited = ledger::audit_database(ledger, &[SOURCE], true).await?;
    let audit_database_s = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let (at, policy) = (ledger.folder.clone(), Policy::of_log(ledger.key.verifier().clone()));
    tokio::task::spawn_blocking(move || ledger::audit_folder(&at, &policy)).await??;
    Ok(LedgerReport {
        engine: match ledger.db.engine() {
            store::Engine::Sqlite => "SQLite",
            store::Engine::Postgres => "PostgreSQL",
        },
        entries,
        ratio: ratios.get(ratios.len() / 2).copied().unwrap_or(0.0),
        rounds,
        prove,
        verify,
        proof_bytes_max,
        audit_database_s,
        audit_files_s: begun.elapsed().as_secs_f64(),
        facts: audited.facts,
        memory_peak_mb: memory_peak_mb(),
    })
}

/// Bare rows, then entries, as many of each.
async fn turns(plan: &LedgerPlan, ledger: &Ledger, clock: &web::Clock, rows: u64) -> anyhow::Result<Turns> {
    let begun = Instant::now();
    write(plan, &ledger.db, clock, rows, false).await?;
    let bare_per_s = rows as f64 / begun.elapsed().as_secs_f64();
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let (log, now) = (ledger.clone(), Arc::clone(clock));
    let keeper = tokio::spawn(async move {
        while !*stopped.borrow() {
            ledger::turn(&log, now()).await?;
            let pause = tokio::time::sleep(Duration::from_millis(100));
            tokio::select! { () = pause => {} _ = stopped.changed() => {} }
        }
        Ok::<_, ledger::Error>(())
    });
    let begun = Instant::now();
    write(plan, &ledger.db, clock, rows, true).await?;
    let appended_per_s = rows as f64 / begun.elapsed().as_secs_f64();
    stop.send_replace(true);
    keeper.await??;
    while ledger::integrate(ledger, clock()).await? != ledger::Turn::Placed(0) {}
    ledger::sign(ledger, clock()).await?;
    ledger::publish(ledger).await?;
    let proved_per_s = rows as f64 / begun.elapsed().as_secs_f64();
    Ok(Turns { bare_per_s, appended_per_s, proved_per_s, ratio: appended_per_s / bare_per_s })
}

/// So many rows in commits, some at the same time.
async fn write(
    plan: &LedgerPlan,
    db: &Db,
    clock: &web::Clock,
    rows: u64,
    in_ledger: bool,
) -> anyhow::Result<()> {
    let mut workers = JoinSet::new();
    let clients = u64::from(plan.clients.max(1));
    for client in 0..clients {
        let mine = rows / clients + u64::from(client < rows % clients);
        let (db, clock, per_commit) = (db.clone(), Arc::clone(clock), u64::from(plan.per_commit.max(1)));
        workers.spawn(async move {
            let mut left = mine;
            while left > 0 {
                let now = clock();
                let mut tx = db.begin().await?;
                for _ in 0..per_commit.min(left) {
                    let id: EventId = fresh_id(now);
                    let fact = fact(&format!("{id}/1"));
                    if in_ledger {
                        ledger::append(&mut tx, now, &fact).await?;
                    } else {
                        bare(&mut tx, now, &fact).await?;
                    }
                }
                tx.commit().await?;
                left = left.saturating_sub(per_commit);
            }
            Ok::<_, store::Error>(())
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}

async fn bare(tx: &mut Tx, now: Timestamp, fact: &Fact) -> store::Result<()> {
    let sql = "insert into bench_rows (kind, reference, at, salt, commitment) values ($1, $2, $3, $4, $5)";
    tx.execute(sql, vals![fact.kind().as_str(), fact.reference(), now, [1; 32], [2; 32]]).await?;
    Ok(())
}

/// The facts of all entries, put in place behind the measuring; gives some of their references, spread evenly.
async fn put_facts(db: &Db, entries: u64) -> anyhow::Result<Vec<String>> {
    const PUT: Sql = Sql::Two {
        sqlite: "insert into bench_facts (id, body) select value, $2 from json_each($1)",
        postgres: "insert into bench_facts (id, body) select value, $2 from json_array_elements_text($1::json)",
    };
    let (mut from, mut some) = (0, Vec::new());
    while from < entries {
        let mut tx = db.begin().await?;
        let references = ledger::references(&mut tx, from, u32::try_from(AT_A_TIME)?).await?;
        tx.execute(PUT, vals![json!(references), "b".repeat(BODY_BYTES)]).await?;
        tx.commit().await?;
        anyhow::ensure!(!references.is_empty(), "entry {from} is not there");
        from += references.len() as u64;
        some.extend(references.into_iter().step_by(AT_A_TIME / 5));
    }
    Ok(some)
}

async fn proofs(ledger: &Ledger, references: &[String]) -> anyhow::Result<(Percentiles, Percentiles, usize)> {
    let policy = Policy::of_log(ledger.key.verifier().clone());
    let (mut prove, mut verify, mut bytes_max) = (Vec::new(), Vec::new(), 0);
    for reference in references.iter().take(1000) {
        let begun = Instant::now();
        let mut tx = ledger.db.snapshot().await?;
        let provable = ledger::prove(&mut tx, Kind::CaseEvent, reference, Some(&SOURCE)).await?;
        drop(tx);
        prove.push(u32::try_from(begun.elapsed().as_micros())?);
        let Provable::Proved(proof) = provable else { anyhow::bail!("{reference} cannot be proved") };
        let text = proof.to_string();
        bytes_max = bytes_max.max(text.len());
        let begun = Instant::now();
        text.parse::<ledger::Proof>()?.verify(&policy).context("a proof does not hold")?;
        verify.push(u32::try_from(begun.elapsed().as_micros())?);
    }
    Ok((Percentiles::of(prove), Percentiles::of(verify), bytes_max))
}

/// The most memory that this process has held (proc_pid_status(5), VmHWM).
fn memory_peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
