//! `tongban outbox`: what waits to leave the house, and delivering dead letters after all.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use store::outbox::{self, DeadLetter, Waiting};
use store::page::PageRequest;
use store::{Db, Tx};
use tongban::config::Config;

use crate::cli::{runtime, serve};
use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print receivers for which messages wait, and dead letters, as JSON lines.
    List {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Have a dead letter delivered after all; the running platform does it at once.
    Replay {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// Every dead letter.
        #[arg(long, conflicts_with_all = ["receiver", "number"])]
        all: bool,
        /// Receiver, as the list names it.
        #[arg(required_unless_present = "all")]
        receiver: Option<String>,
        /// Number, as the list names it.
        #[arg(required_unless_present = "all")]
        number: Option<i64>,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let (Command::List { config } | Command::Replay { config, .. }) = command;
    let config = Config::read(config, std::env::vars())?;
    runtime()?.block_on(async {
        let db = Db::open(&config.database()).await.context("database")?;
        let done = match command {
            Command::List { .. } => list(&db).await,
            Command::Replay { all: true, .. } => replay_all(&db).await,
            Command::Replay { receiver, number, .. } => {
                replay(&db, receiver.as_deref().unwrap_or_default(), number.unwrap_or_default()).await
            }
        };
        db.close().await;
        done
    })
}

async fn list(db: &Db) -> anyhow::Result<ExitCode> {
    let mut tx = db.snapshot().await?;
    let mut request = PageRequest::default();
    loop {
        let page = outbox::list_waiting(&mut tx, &request).await?;
        page.items.iter().for_each(|row: &Waiting| say!("{}", serde_json::json!({ "waiting": row })));
        let Some(next) = page.next else { break };
        request.after = Some(next);
    }
    let mut request = PageRequest::default();
    loop {
        let page = outbox::list_dead(&mut tx, &request).await?;
        page.items.iter().for_each(|letter: &DeadLetter| say!("{}", serde_json::json!({ "dead": letter })));
        let Some(next) = page.next else { break };
        request.after = Some(next);
    }
    Ok(ExitCode::SUCCESS)
}

async fn replay(db: &Db, receiver: &str, number: i64) -> anyhow::Result<ExitCode> {
    let mut tx = db.begin().await?;
    let revived = outbox::replay(&mut tx, receiver, number, serve::machine_clock()()).await?;
    tx.commit().await?;
    anyhow::ensure!(revived, "{receiver} {number} is no dead letter");
    say!("1 replayed");
    Ok(ExitCode::SUCCESS)
}

/// In one transaction are so many that no receiver is held up for long.
const AT_ONCE: u32 = 100;

async fn replay_all(db: &Db) -> anyhow::Result<ExitCode> {
    let mut count = 0_u64;
    loop {
        let mut tx: Tx = db.begin().await?;
        let revived = outbox::replay_all(&mut tx, AT_ONCE, serve::machine_clock()()).await?;
        tx.commit().await?;
        count += u64::from(revived);
        if revived < AT_ONCE {
            break;
        }
    }
    say!("{count} replayed");
    Ok(ExitCode::SUCCESS)
}
