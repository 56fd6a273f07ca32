//! `tongban bench`: measures this very program on this machine; docs/performance.md explains the figures.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use tongban::bench::{
    LedgerPlan, Place, Plan, Profile, RotatePlan, SignOnPlan, measure_ledger, measure_lists, measure_rotate,
    measure_search, measure_sign_on, measure_worklist, run as measure,
};

use crate::cli::runtime;
use crate::cli::serve::machine_clock;
use crate::say;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Whole lifecycles over HTTP: submit, accept, two reviews side by side, decide, licence.
    Cases(Cases),
    /// The first page and the next of every list of a desk, by every filter, and cases by their number.
    Worklist(Worklist),
    /// Everyday queries in a large list of invented names. Only a release build tells something.
    Search(Search),
    /// Implementation lists of a province: looked at, brought in, brought in again, searched over HTTP.
    Lists(Lists),
    /// Sign-ons of connected systems: code flow with PKCE, token exchange, userinfo.
    SignOn(SignOn),
    /// Entries of the ledger beside bare rows of the same size, proofs, and a whole audit.
    Ledger(LedgerArguments),
    /// A new data key while cases are handled, the program killed in the middle: at the end everything opens.
    Rotate(Rotate),
}

#[derive(clap::Args)]
pub(crate) struct LedgerArguments {
    /// Entries in all.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// Entries to a commit: a command writes two or three.
    #[arg(long, default_value_t = 3)]
    per_commit: u32,
    /// Commits at the same time.
    #[arg(long, default_value_t = 16)]
    clients: u32,
    /// How often bare rows and entries take turns.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Folder for the data, which must not be there yet; one that goes away afterwards when left out.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// `postgres://…`; a SQLite file in the folder when left out. A schema is made and dropped.
    #[arg(long)]
    database: Option<String>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Write the JSON to a file too.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Rotate {
    /// Sealed values that are there when it begins, at least.
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Cases under way at the same time.
    #[arg(long, default_value_t = 4)]
    clients: usize,
    /// Seconds in which requests are timed before the rotation, to compare.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Folder for the data, which must not be there yet; one that goes away afterwards when left out.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// `postgres://…`; a SQLite file in the folder when left out. A schema is made and dropped.
    #[arg(long)]
    database: Option<String>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Write the JSON to a file too.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct SignOn {
    #[command(flatten)]
    at: Where,
    /// Browsers at the same time.
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Seconds that are counted, for each provider and round.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How often it is measured.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// A folder in which `npm install oidc-provider@9` was run: measures that provider beside it.
    #[arg(long, env = "TONGBAN_BENCH_NPM")]
    npm: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Search {
    /// Names in the list.
    #[arg(long, default_value_t = 100_000)]
    docs: u32,
    /// Queries of each kind.
    #[arg(long, default_value_t = 500)]
    times: u16,
    /// Whence the names are drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Where {
    /// Folder for the data, which must not be there yet; one that goes away afterwards when left out.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// `postgres://…`; a SQLite file in the folder when left out. A schema is made and dropped.
    #[arg(long)]
    database: Option<String>,
    /// Cases that are there before it is measured.
    #[arg(long, default_value_t = 0)]
    preload: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Write the JSON to a file too.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Cases {
    #[command(flatten)]
    at: Where,
    /// The load.
    #[arg(long, value_enum, default_value_t = Load::Steady)]
    profile: Load,
    /// Cases under way at the same time.
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Seconds that are counted, a round.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How often it is measured, everything beside it each time.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Applications without a file.
    #[arg(long)]
    no_file: bool,
    /// Run the bare database beside it.
    #[arg(long)]
    beside: bool,
    /// A Python interpreter that knows SpiffWorkflow 3.2: runs that engine beside it.
    #[arg(long, env = "TONGBAN_BENCH_PYTHON")]
    python: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Worklist {
    #[command(flatten)]
    at: Where,
    /// How often each list is asked for.
    #[arg(long, default_value_t = 100)]
    times: usize,
}

#[derive(clap::Args)]
pub(crate) struct Lists {
    #[command(flatten)]
    at: Where,
    /// Rows of the list.
    #[arg(long, default_value_t = 100_000)]
    rows: usize,
    /// How often each query is asked.
    #[arg(long, default_value_t = 100)]
    times: usize,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Load {
    /// Each driver begins the next case when the last is done.
    Steady,
    /// Arrivals that rise beyond what the program can do.
    Ramp,
    /// Ten times the arrivals for ten seconds.
    Spike,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Cases(arguments) => cases(arguments),
        Command::Worklist(arguments) => worklist(arguments),
        Command::Search(arguments) => search(arguments),
        Command::Lists(arguments) => lists(arguments),
        Command::SignOn(arguments) => sign_on(arguments),
        Command::Ledger(arguments) => ledger(arguments),
        Command::Rotate(arguments) => rotate(arguments),
    }
}

fn place(at: &Where) -> anyhow::Result<Place> {
    let program = std::env::current_exe().context("where is this program?")?;
    Ok(Place { folder: at.folder.clone(), database: at.database.clone(), program })
}

fn cases(arguments: &Cases) -> anyhow::Result<ExitCode> {
    let plan = Plan {
        place: place(&arguments.at)?,
        profile: match arguments.profile {
            Load::Steady => Profile::Steady,
            Load::Ramp => Profile::Ramp,
            Load::Spike => Profile::Spike,
        },
        preload: arguments.at.preload,
        clients: arguments.clients.max(1),
        time: Duration::from_secs(arguments.seconds.max(1)),
        rounds: arguments.rounds.max(1),
        with_file: !arguments.no_file,
        with_bare: arguments.beside,
        python: arguments.python.clone().filter(|_| arguments.beside),
    };
    let report = runtime()?.block_on(measure(&plan, machine_clock()))?;
    print(&arguments.at, &serde_json::to_string_pretty(&report)?, &report.table())?;
    let lost: u64 = report.rounds.iter().filter_map(|round| round.driven.as_ref()).map(|d| d.lost).sum();
    Ok(if lost == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn worklist(arguments: &Worklist) -> anyhow::Result<ExitCode> {
    let place = place(&arguments.at)?;
    let measured = measure_worklist(&place, arguments.at.preload, arguments.times.max(1), machine_clock());
    let report = runtime()?.block_on(measured)?;
    print(&arguments.at, &serde_json::to_string_pretty(&report)?, &report.table())?;
    Ok(if report.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn lists(arguments: &Lists) -> anyhow::Result<ExitCode> {
    let place = place(&arguments.at)?;
    let measured = measure_lists(&place, arguments.rows.max(1), arguments.times.max(1), machine_clock());
    let report = runtime()?.block_on(measured)?;
    print(&arguments.at, &serde_json::to_string_pretty(&report)?, &report.table())?;
    Ok(ExitCode::SUCCESS)
}

fn sign_on(arguments: &SignOn) -> anyhow::Result<ExitCode> {
    let plan = SignOnPlan {
        place: place(&arguments.at)?,
        clients: arguments.clients.max(1),
        time: Duration::from_secs(arguments.seconds.max(1)),
        rounds: arguments.rounds.max(1),
        npm: arguments.npm.clone(),
    };
    let report = runtime()?.block_on(measure_sign_on(&plan, machine_clock()))?;
    print(&arguments.at, &serde_json::to_string_pretty(&report)?, &report.table())?;
    let is_whole = report.lost == 0 && report.rounds.iter().all(|(ours, _)| ours.errors.is_empty());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn rotate(arguments: &Rotate) -> anyhow::Result<ExitCode> {
    let Rotate { folder, database, json, out, .. } = arguments;
    let (folder, database, json, out) = (folder.clone(), database.clone(), *json, out.clone());
    let at = Where { folder, database, preload: 0, json, out };
    let plan = RotatePlan {
        place: place(&at)?,
        rows: arguments.rows.max(1),
        clients: arguments.clients.max(1),
        before: Duration::from_secs(arguments.seconds.max(1)),
    };
    let report = runtime()?.block_on(measure_rotate(&plan, machine_clock()))?;
    print(&at, &serde_json::to_string_pretty(&report)?, &report.table())?;
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn ledger(arguments: &LedgerArguments) -> anyhow::Result<ExitCode> {
    let LedgerArguments { folder, database, json, out, .. } = arguments;
    let (folder, database, json, out) = (folder.clone(), database.clone(), *json, out.clone());
    let plan = LedgerPlan {
        folder: folder.clone(),
        database: database.clone(),
        entries: arguments.entries.max(1),
        per_commit: arguments.per_commit,
        clients: arguments.clients,
        rounds: arguments.rounds,
    };
    let report = runtime()?.block_on(measure_ledger(&plan, machine_clock()))?;
    let at = Where { folder, database, preload: 0, json, out };
    print(&at, &serde_json::to_string_pretty(&report)?, &report.table())?;
    Ok(ExitCode::SUCCESS)
}

fn print(at: &Where, json: &str, table: &str) -> anyhow::Result<()> {
    if let Some(path) = &at.out {
        std::fs::write(path, json).with_context(|| path.display().to_string())?;
    }
    say!("{}", if at.json { json } else { table });
    Ok(())
}

fn search(arguments: &Search) -> anyhow::Result<ExitCode> {
    let documents = usize::try_from(arguments.docs)?;
    let report = measure_search(documents, usize::from(arguments.times), arguments.seed);
    if arguments.json {
        say!("{}", serde_json::to_string(&report)?);
        return Ok(ExitCode::SUCCESS);
    }
    say!("{} names: built in {:.0} ms, {:.0} MB", report.documents, report.build_ms, report.megabytes);
    say!("{:<34} {:>7} {:>8} {:>8} {:>8} {:>8}", "ms", "queries", "p50", "p95", "p99", "max");
    for (kind, times) in report.kinds.iter().chain([&("all", report.all)]) {
        say!(
            "{kind:<34} {:>7} {:>8.2} {:>8.2} {:>8.2} {:>8.2}",
            times.count,
            times.p50_ms,
            times.p95_ms,
            times.p99_ms,
            times.max_ms
        );
    }
    Ok(ExitCode::SUCCESS)
}
