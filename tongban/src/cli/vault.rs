//! `tongban vault`: new keys for what lies sealed, and what is stored how.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use store::{Db, Vault, rotation};
use tongban::config::Config;

use crate::cli::{runtime, serve};
use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a new data key, and have the running platform seal everything anew under it while it goes on serving.
    Rotate {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Say which data keys there are and how far the last rotation is; exit status 1 while one goes on.
    Status {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Replace the master key file; nothing but the data keys is sealed anew, and the platform goes on serving.
    RotateMaster {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// Copy the old key there first: without it, earlier backups of the database open no more.
        #[arg(long)]
        keep_old: Option<PathBuf>,
    },
    /// Print what each stored column holds and how it is protected.
    Classes,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let (Command::Rotate { config } | Command::Status { config } | Command::RotateMaster { config, .. }) =
        command
    else {
        say!("{}", tongban::rotation::data_classes_document()?.trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let config = Config::read(config, std::env::vars())?;
    let file = config.data.folder.join("vault.key");
    anyhow::ensure!(file.is_file(), "{}: there is no key here", file.display());
    runtime()?.block_on(async {
        let db = Db::open(&config.database()).await.context("database")?;
        db.migrate(&tongban::platform::MIGRATIONS).await?;
        let vault = Vault::open_or_create(&file)?;
        vault.confirm(&db, serve::machine_clock()()).await?;
        let done = match command {
            Command::Rotate { .. } => rotate(&db, &vault).await,
            Command::RotateMaster { keep_old, .. } => {
                if let Some(copy) = keep_old {
                    keep(&file, copy)?;
                }
                let keys = vault.replace_master(&db).await?;
                say!("the master key is replaced; {keys} keys lie under the new one");
                Ok(ExitCode::SUCCESS)
            }
            Command::Status { .. } | Command::Classes => status(&db).await,
        };
        db.close().await;
        done
    })
}

/// Copies the key file, readable by its owner only from the first; an existing file is never overwritten.
fn keep(file: &std::path::Path, copy: &std::path::Path) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut kept = options.open(copy).with_context(|| copy.display().to_string())?;
    kept.write_all(&std::fs::read(file)?)?;
    Ok(kept.sync_all()?)
}

async fn rotate(db: &Db, vault: &Vault) -> anyhow::Result<ExitCode> {
    let mut tx = db.begin().await?;
    let planned = rotation::plan(&mut tx, vault, "system", serve::machine_clock()()).await?;
    tx.commit().await?;
    let version = planned.context("a rotation goes on already; see `tongban vault status`")?;
    say!("data key {version} is announced; the running platform begins in some seconds");
    Ok(ExitCode::SUCCESS)
}

async fn status(db: &Db) -> anyhow::Result<ExitCode> {
    let mut tx = db.snapshot().await?;
    for key in rotation::keys(&mut tx).await? {
        let since = key.used_from.map_or_else(String::new, |at| format!(", sealing since {at}"));
        let until = key.retired_at.map_or_else(String::new, |at| format!(", destroyed {at}"));
        say!("data key {}: {}{since}{until}", key.version, key.state.as_str());
    }
    let mut goes_on = false;
    if let Some(last) = rotation::list(&mut tx).await?.first() {
        goes_on = last.state == rotation::RotationState::Running;
        let waits = if last.waits() { ", waits until the earlier keys may be destroyed" } else { "" };
        say!(
            "rotation to key {}: {}, {} %, {} values and {} files sealed anew, {} faults{waits}",
            last.version,
            last.state.as_str(),
            last.percent(),
            last.values_anew,
            last.files_anew,
            last.faults
        );
    }
    Ok(if goes_on { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
