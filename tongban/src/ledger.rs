//! The ledger of this platform: its key, its folder, and whence the facts come that it stands for.

use anyhow::Context as _;
use kernel::Timestamp;
use ledger::note::{KeyUse, SigningKey};
use ledger::{Ledger, Source};
use store::Db;

use crate::platform::Settings;

/// The facts that an audit reads again, room by room.
pub const SOURCES: &[Source] = &[cases::LEDGER_SOURCE];

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
