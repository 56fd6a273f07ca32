//! `tongban directory import`: brings bodies, staff and persons into a platform before it starts work.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use tongban::cast::Cast;
use tongban::config::Config;
use tongban::platform::Platform;

use crate::cli::{runtime, serve};
use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring in a file of the form of packages/cast.yaml: all of it, or nothing. Prints each first password once.
    Import {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// The file.
        file: PathBuf,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Import { config, file } = command;
    let config = Config::read(config, std::env::vars())?;
    let settings = serve::settings(&config)?;
    let cast = Cast::read(file)?;
    let passwords: BTreeMap<String, String> =
        cast.staff.iter().map(|staff| (staff.login.clone(), first_password())).collect();
    runtime()?.block_on(async {
        let platform = Platform::open(&settings, serve::machine_clock()).await?;
        let mut tx = platform.db.begin().await?;
        let now = (platform.clock)();
        cast.import(&mut tx, &platform.identity, now, |login| passwords.get(login).cloned()).await?;
        tx.commit().await?;
        platform.db.close().await;
        anyhow::Ok(())
    })?;
    passwords.iter().for_each(|(login, password)| say!("{login}  {password}"));
    say!(
        "{} bodies, {} staff, {} persons brought in",
        cast.bodies.len(),
        cast.staff.len(),
        cast.persons.len()
    );
    Ok(ExitCode::SUCCESS)
}

/// A password that nobody can guess and everybody can type.
pub(crate) fn first_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = guomi::random_bytes::<12>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
