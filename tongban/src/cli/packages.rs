//! `tongban packages check`: the rules that every service package must keep.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::say;
use tongban::platform;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Read all packages under a folder and name every rule that is broken, with file and line.
    Check {
        /// Folder with packages.
        #[arg(default_value_os_t = crate::default_packages())]
        path: PathBuf,
    },
}

pub(crate) fn run(command: &Command) -> ExitCode {
    let Command::Check { path } = command;
    match catalogue::Library::load(path, &platform::registers_kept()) {
        Ok(library) => {
            say!("{} packages, {} bundles, 0 faults", library.list().count(), library.bundles().count());
            ExitCode::SUCCESS
        }
        Err(faults) => {
            faults.iter().for_each(|fault| say!("{fault}"));
            say!("{} faults", faults.len());
            ExitCode::from(1)
        }
    }
}
