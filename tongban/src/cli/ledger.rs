//! `tongban ledger`: audits, proofs, and what others need to check them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use ledger::{AuditError, Audited, Kind, Ledger, Policy, Proof, Provable};
use store::Db;
use tongban::config::Config;
use tongban::ledger::SOURCES;

use crate::cli::{runtime, serve};
use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Recompute the log from the database and from the published files, and name the first difference; exit status 1 then.
    Audit {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// Read every fact again that the log stands for.
        #[arg(long)]
        full: bool,
    },
    /// Recompute a published folder or a mirror of it; needs no platform.
    AuditMirror {
        /// The folder.
        folder: PathBuf,
        /// File that says whose checkpoint is believed.
        #[arg(long)]
        policy: PathBuf,
    },
    /// Print the proof that something stands in the log.
    Prove {
        /// Kind and reference: `case-event/CASE/NUMBER`.
        id: String,
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Check a proof without a platform; exit status 1 when it does not hold.
    Verify {
        /// File with the proof.
        proof: PathBuf,
        /// File that says which log and which witnesses are believed.
        #[arg(long)]
        policy: PathBuf,
    },
    /// Print a policy that believes this platform's log: the beginning of one that names witnesses.
    Policy {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Delete the salt of an entry, so that nobody can tell any more what it stands for. It cannot be taken back.
    Mute {
        /// Kind and reference: `case-event/CASE/NUMBER`.
        id: String,
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Audit { config, full } => runtime()?.block_on(audit(config, *full)),
        Command::AuditMirror { folder, policy } => {
            say_audited(&folder.display(), ledger::audit_folder(folder, &read_policy(policy)?))
        }
        Command::Prove { id, config } => runtime()?.block_on(prove(config, id)),
        Command::Verify { proof, policy } => verify(proof, policy),
        Command::Policy { config } => runtime()?.block_on(async {
            let ledger = open(config).await?;
            say!("log {}\nquorum none", ledger.key.verifier());
            ledger.db.close().await;
            Ok(ExitCode::SUCCESS)
        }),
        Command::Mute { id, config } => runtime()?.block_on(mute(config, id)),
    }
}

async fn open(config: &Path) -> anyhow::Result<Ledger> {
    let settings = serve::settings(&Config::read(config, std::env::vars())?)?;
    let db = Db::open(&settings.database).await.context("database")?;
    db.migrate(&tongban::platform::MIGRATIONS).await?;
    tongban::ledger::open(&db, &settings, serve::machine_clock()()).await
}

fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    text.parse().with_context(|| path.display().to_string())
}

async fn audit(config: &Path, full: bool) -> anyhow::Result<ExitCode> {
    let ledger = open(config).await?;
    let database = ledger::audit_database(&ledger, SOURCES, full).await;
    ledger.db.close().await;
    let code = say_audited(&"database", database)?;
    if code != ExitCode::SUCCESS {
        return Ok(code);
    }
    let policy = Policy::of_log(ledger.key.verifier().clone());
    say_audited(&ledger.folder.display(), ledger::audit_folder(&ledger.folder, &policy))
}

fn say_audited(
    what: &dyn std::fmt::Display,
    audited: Result<Audited, AuditError>,
) -> anyhow::Result<ExitCode> {
    match audited {
        Ok(Audited { entries, facts, muted, unread, pending, checkpoints, tiles }) => {
            say!(
                "{what}: in order; {entries} entries, {checkpoints} checkpoints, {tiles} tiles and bundles; facts: {facts} \
                 read again, {muted} muted, {unread} not read; {pending} entries wait for their place"
            );
            Ok(ExitCode::SUCCESS)
        }
        Err(AuditError::Error(error)) if !is_found(&error) => Err(error.into()),
        Err(difference) => {
            say!("{what}: {difference}");
            Ok(ExitCode::from(1))
        }
    }
}

/// Whether the log itself is what is wrong, and not that it could not be read.
fn is_found(error: &ledger::Error) -> bool {
    use ledger::Error::{Damaged, File, Forked, KeyFile, Note, OtherLog, RolledBack, Store};
    match error {
        Damaged(_) | Forked { .. } | RolledBack { .. } => true,
        File { .. } | KeyFile(_) | Note(_) | OtherLog { .. } | Store(_) => false,
    }
}

fn kind_and_reference(id: &str) -> anyhow::Result<(Kind, &str)> {
    let (kind, reference) = id.split_once('/').context("an id is a kind, a slash and a reference")?;
    Ok((kind.parse()?, reference))
}

async fn prove(config: &Path, id: &str) -> anyhow::Result<ExitCode> {
    let (kind, reference) = kind_and_reference(id)?;
    let ledger = open(config).await?;
    let source = SOURCES.iter().find(|source| source.kind == kind);
    let mut tx = ledger.db.snapshot().await?;
    let provable = ledger::prove(&mut tx, kind, reference, source).await;
    drop(tx);
    ledger.db.close().await;
    match provable? {
        Provable::Proved(proof) => {
            say!("{}", proof.to_string().trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Provable::Waits => anyhow::bail!("{id} waits for the next checkpoint; try again in some seconds"),
        Provable::Unknown => anyhow::bail!("nothing of this kind and reference was written down: {id}"),
    }
}

fn verify(proof: &Path, policy: &Path) -> anyhow::Result<ExitCode> {
    let policy = read_policy(policy)?;
    let text = std::fs::read_to_string(proof).with_context(|| proof.display().to_string())?;
    let checked = text.parse::<Proof>().and_then(|proof| {
        let proven = proof.verify(&policy)?;
        Ok((proof, proven))
    });
    let (proof, proven) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            say!("no: {error}");
            return Ok(ExitCode::from(1));
        }
    };
    let checkpoint = &proven.trusted.checkpoint;
    say!(
        "yes: a {} of {} is entry {} of {}, by its checkpoint of {} entries",
        proof.entry.kind,
        proof.entry.at,
        proof.index,
        checkpoint.origin,
        checkpoint.size
    );
    if !proven.trusted.witnesses.is_empty() {
        say!("cosigned by {}", proven.trusted.witnesses.join(", "));
    }
    if let (Some(reference), Some(fields)) = (&proven.reference, &proven.fields) {
        say!("what was recorded: {reference}");
        fields.iter().for_each(|field| say!("  {field}"));
    }
    Ok(ExitCode::SUCCESS)
}

async fn mute(config: &Path, id: &str) -> anyhow::Result<ExitCode> {
    let (kind, reference) = kind_and_reference(id)?;
    let ledger = open(config).await?;
    let mut tx = ledger.db.begin().await?;
    let muted = ledger::mute(&mut tx, kind, reference).await?;
    tx.commit().await?;
    ledger.db.close().await;
    anyhow::ensure!(muted > 0, "no entry of this kind and reference has a salt: {id}");
    say!("{muted} entries are mute");
    Ok(ExitCode::SUCCESS)
}
