//! `tongban search`: how well everyday words find their items.

use std::path::PathBuf;
use std::process::ExitCode;

use catalogue::recall::{self, Figures};
use catalogue::{Fault, Library};
use clap::Subcommand;
use tongban::platform;

use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Ask everyday queries whose right items are known, and print how many find them. Every fifth query is held out.
    Eval(EvalArguments),
}

#[derive(clap::Args)]
pub(crate) struct EvalArguments {
    /// Folder with packages.
    #[arg(default_value_os_t = crate::offered_packages())]
    path: PathBuf,
    /// Folder with the queries; those of the packages' words unless told.
    #[arg(long)]
    queries: Option<PathBuf>,
    /// How many of the first count.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=50))]
    k: u8,
    /// Print JSON for programs.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Eval(arguments) = command;
    let library =
        Library::load(&arguments.path, &platform::registers_kept()).map_err(|faults| told(&faults))?;
    let queries = match &arguments.queries {
        Some(folder) => recall::read(folder, &library),
        None => recall::read_below(&arguments.path, &library),
    };
    let queries = queries.map_err(|faults| told(&faults))?;
    let recall = recall::measure(&library, &queries, usize::from(arguments.k));
    if arguments.json {
        say!("{}", serde_json::to_string_pretty(&recall)?);
        return Ok(ExitCode::SUCCESS);
    }
    // Queries that are held out are counted and not shown: who sees them tunes on them.
    for miss in &recall.tuned.misses {
        let rank = miss.rank.map_or("–".to_owned(), |rank| rank.to_string());
        say!("{rank:>4}  {}  ({})", miss.query, miss.found.join(", "));
    }
    say!("{:<10} {:>7} {:>9} {:>9} {:>7}", "", "queries", "recall@1", format!("recall@{}", recall.k), "MRR");
    for (name, figures) in [("tuned", &recall.tuned), ("held out", &recall.held_out), ("all", &recall.all)] {
        let Figures { queries, recall_at_1, recall_at_k, mean_reciprocal_rank, .. } = figures;
        say!("{name:<10} {queries:>7} {recall_at_1:>9.3} {recall_at_k:>9.3} {mean_reciprocal_rank:>7.3}");
    }
    Ok(ExitCode::SUCCESS)
}

fn told(faults: &[Fault]) -> anyhow::Error {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{}", lines.join("\n"))
}
