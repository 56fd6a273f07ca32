//! The ledger of this platform: its key, its folder, and whence the facts come that it stands for.

use std::sync::Arc;

use anyhow::Context as _;
use kernel::Timestamp;
use ledger::note::{KeyUse, SigningKey};
use ledger::{Ledger, Policy, Source};
use store::Db;

use crate::platform::Settings;

/// The facts that an audit reads again, room by room.
pub const SOURCES: &[Source] = &[cases::LEDGER_SOURCE, licences::LEDGER_SOURCE, catalogue::LEDGER_SOURCE];

/// Who witnesses the ledger, and whom this platform witnesses; nobody unless it is said.
#[derive(Debug, Clone, Default)]
pub struct Witnessing {
    /// The witnesses that are asked, each with its address.
    pub witnesses: Option<Policy>,
    /// The logs of other platforms whose checkpoints are cosigned here.
    pub logs: Option<Policy>,
}

/// This platform as a witness, if it is to be one; makes the key where there is none.
pub fn witness(settings: &Settings, ledger: &Ledger) -> anyhow::Result<Option<Arc<proofs::Witness>>> {
    let Some(logs) = settings.witnessing.logs.clone() else { return Ok(None) };
    let key = ledger::open_or_create_key(&settings.folder.join("witness.key"), &settings.passphrase)?;
    let name = format!("{}/witness", ledger.key.verifier().name());
    let key = SigningKey::new(&name, KeyUse::Cosignature, key)?;
    Ok(Some(Arc::new(proofs::Witness { logs, key })))
}

/// Opens the ledger; makes its key where there is none. The name of a new log is the address where its files are found,
/// without scheme; later it stays, also when the platform moves.
pub async fn open(db: &Db, settings: &Settings, now: Timestamp) -> anyhow::Result<Ledger> {
    let key = ledger::open_or_create_key(&settings.folder.join("ledger.key"), &settings.passphrase)?;
    let known = ledger::verifier_of(&mut db.snapshot().await?).await?;
    let address = settings.public_url.split_once("://").map_or("", |(_scheme, rest)| rest);
    let name = known.map_or_else(|| format!("{address}/ledger"), |known| known.name().to_owned());
    let key = SigningKey::new(&name, KeyUse::Note, key)?;
    Ledger::open(db, key, &settings.folder.join("ledger"), now).await.context("ledger")
}
