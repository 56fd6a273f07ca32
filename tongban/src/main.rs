//! Tongban (通办): the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod cli;

/// An integrated government-service platform (一体化在线政务服务平台) in one program.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a folder with invented people and cases, and serve it on this machine only.
    Demo(cli::demo::Arguments),
    /// Run the platform as a config file says.
    Serve(cli::serve::Arguments),
    /// Play the scenarios of service packages through the real program on a frozen clock.
    Scenarios(cli::scenarios::Arguments),
    /// Read national codes.
    Code {
        #[command(subcommand)]
        command: cli::code::Command,
    },
    /// Say when a legal limit ends, and why.
    Deadline(cli::deadline::Arguments),
    /// Check licences off line.
    Licence {
        #[command(subcommand)]
        command: cli::licence::Command,
    },
    /// Check service packages without starting anything.
    Packages {
        #[command(subcommand)]
        command: cli::packages::Command,
    },
    /// Check decision tables, or take them over from DMN files.
    Rules {
        #[command(subcommand)]
        command: cli::rules::Command,
    },
    /// Calendars of working days: bring in the holidays that were announced, list, show and compare.
    Calendar {
        #[command(subcommand)]
        command: cli::calendar::Command,
    },
    /// Bring bodies, staff and persons, or lists of items, from a file into a platform.
    Directory {
        #[command(subcommand)]
        command: cli::directory::Command,
    },
    /// See who may do what, and by which rule.
    Permissions {
        #[command(subcommand)]
        command: cli::permissions::Command,
    },
    /// Let a running platform say that it is being maintained, and let it answer again.
    Maintenance {
        #[command(subcommand)]
        command: cli::maintenance::Command,
    },
    /// Try notices out.
    Notices {
        #[command(subcommand)]
        command: cli::notices::Command,
    },
    /// See what waits to leave the platform, and send dead letters again.
    Outbox {
        #[command(subcommand)]
        command: cli::outbox::Command,
    },
    /// Change the keys under which personal data lies, and see what is stored how.
    Vault {
        #[command(subcommand)]
        command: cli::vault::Command,
    },
    /// Audit the ledger, and prove and check what stands in it.
    Ledger {
        #[command(subcommand)]
        command: cli::ledger::Command,
    },
    /// Set up the authority of electronic seals, bring in certificates of another one, list revoked certificates.
    Seal {
        #[command(subcommand)]
        command: cli::seal::Command,
    },
    /// See how well everyday words find their items.
    Search {
        #[command(subcommand)]
        command: cli::search::Command,
    },
    /// Measure how fast this program is on this machine.
    Bench {
        #[command(subcommand)]
        command: cli::bench::Command,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(arguments) => cli::demo::run(arguments),
        Command::Serve(arguments) => cli::serve::run(arguments),
        Command::Scenarios(arguments) => cli::scenarios::run(arguments),
        Command::Code { command } => cli::code::run(command),
        Command::Deadline(arguments) => cli::deadline::run(arguments),
        Command::Licence { command } => cli::licence::run(command),
        Command::Packages { command } => cli::packages::run(command),
        Command::Rules { command } => cli::rules::run(command),
        Command::Calendar { command } => cli::calendar::run(command),
        Command::Permissions { command } => cli::permissions::run(command),
        Command::Maintenance { command } => cli::maintenance::run(command),
        Command::Directory { command } => cli::directory::run(command),
        Command::Notices { command } => cli::notices::run(command),
        Command::Outbox { command } => cli::outbox::run(command),
        Command::Vault { command } => cli::vault::run(command),
        Command::Ledger { command } => cli::ledger::run(command),
        Command::Seal { command } => cli::seal::run(command),
        Command::Search { command } => cli::search::run(command),
        Command::Bench { command } => cli::bench::run(command),
    }
}

/// Where the packages lie that authors check and play: all of them, the examples of the language too.
fn all_packages() -> PathBuf {
    PathBuf::from("packages")
}

/// What the demonstration offers: items that an office really has, and not the invented examples.
fn offered_packages() -> PathBuf {
    PathBuf::from("packages/minzheng")
}
