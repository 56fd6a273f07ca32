//! `tongban maintenance`: lets a running platform answer with a page that says it is being maintained.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use tongban::config::Config;
use tongban::maintenance::{self, Maintenance, NOTE_MAX};

use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Answer everything but health and static files with 503 and a plain page, from now on.
    On {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// What visitors read, such as until when.
        #[arg(long, default_value = "")]
        note: String,
        /// After how many minutes browsers and programs should try again.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10080))]
        minutes: u32,
    },
    /// Answer again.
    Off {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Say which of the two it is; exit status 1 while there is maintenance.
    Status {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let (Command::On { config, .. } | Command::Off { config } | Command::Status { config }) = command;
    let folder = Config::read(config, std::env::vars())?.data.folder;
    match command {
        Command::On { note, minutes, .. } => {
            let characters = note.chars().count();
            anyhow::ensure!(characters <= NOTE_MAX, "--note: {characters} characters, at most {NOTE_MAX}");
            maintenance::begin(&folder, &Maintenance { note: note.clone(), minutes: *minutes })?;
            say!("maintenance begins");
        }
        Command::Off { .. } => {
            let was = maintenance::end(&folder)?;
            say!("{}", if was { "maintenance ends" } else { "there was no maintenance" });
        }
        Command::Status { .. } => {
            if let Some(current) = maintenance::current(&folder) {
                say!("maintenance; try again after {} minutes; {}", current.minutes, current.note);
                return Ok(ExitCode::from(1));
            }
            say!("no maintenance");
        }
    }
    Ok(ExitCode::SUCCESS)
}
