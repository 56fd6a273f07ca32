//! A log of this platform: its key and its row in the database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use guomi::{PrivateKey, PublicKey, key_file};
use kernel::Timestamp;
use store::{Db, Row, Tx, vals};

use crate::error::{Error, Result, from_column};
use crate::note::{KeyUse, SigningKey, VerifierKey};

/// The log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Where it is kept.
    pub db: Db,
    /// Signs its checkpoints.
    pub key: Arc<SigningKey>,
    /// Where its files are published: the root of the tiles.
    pub folder: PathBuf,
    /// This node, in the question who leads.
    pub(crate) node: Arc<str>,
}

impl Ledger {
    /// Opens the log of this database, and begins it where there is none. Another name or key than the one it began with
    /// is refused: two nodes with two keys would be two logs.
    pub async fn open(db: &Db, key: SigningKey, folder: &Path, now: Timestamp) -> Result<Self> {
        let verifier = key.verifier().clone();
        let mut tx = db.begin().await?;
        tx.execute(
            "insert into ledger_log (id, origin, public_key, began_at, size, leader, lease_until)
             values (1, $1, $2, $3, 0, '', 0) on conflict (id) do nothing",
            vals![verifier.name(), verifier.public().to_sec1(), now],
        )
        .await?;
        let known = verifier_of(&mut tx).await?;
        tx.commit().await?;
        if known.as_ref() != Some(&verifier) {
            let has = known.map(|known| known.to_string()).unwrap_or_default();
            return Err(Error::OtherLog { origin: verifier.name().to_owned(), has });
        }
        let node = hex::encode(guomi::random_bytes::<8>());
        Ok(Self { db: db.clone(), key: Arc::new(key), folder: folder.to_owned(), node: node.into() })
    }
}

/// Reads the key of this file, and makes the file where there is none.
pub fn open_or_create_key(path: &Path, passphrase: &str) -> Result<PrivateKey> {
    if !path.try_exists().map_err(Error::file(path))? {
        // Written beside its place and linked there: of two nodes that start together one wins, and both read its key.
        let staged = path.with_added_extension(hex::encode(guomi::random_bytes::<8>()));
        key_file::write(&staged, &PrivateKey::generate(), passphrase)?;
        let linked = match std::fs::hard_link(&staged, path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        };
        std::fs::remove_file(&staged).map_err(Error::file(&staged))?;
        linked.map_err(Error::file(path))?;
    }
    Ok(key_file::read(path, passphrase)?)
}

/// The verifier key of the log of this database; nothing before it began.
pub async fn verifier_of(tx: &mut Tx) -> Result<Option<VerifierKey>> {
    let row = tx.fetch_optional("select origin, public_key from ledger_log where id = 1", vals![]).await?;
    let Some(row) = row else { return Ok(None) };
    let (origin, public): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
    let public = PublicKey::from_sec1(&public).map_err(|_form| Error::Damaged("its public key".into()))?;
    Ok(Some(VerifierKey::new(&origin, KeyUse::Note, public)?))
}

/// How many entries the tree has.
pub async fn size_of(tx: &mut Tx) -> Result<u64> {
    let row = tx.fetch_optional("select size from ledger_log where id = 1", vals![]).await?;
    row.map_or(Ok(0), |row| count(&row, 0))
}

/// What the entries from this place on stand for, up to `most` of them.
pub async fn references(tx: &mut Tx, from: u64, most: u32) -> Result<Vec<String>> {
    let sql = "select reference from ledger_entries where position >= $1 order by position limit $2";
    let rows = tx.fetch_all(sql, vals![crate::error::to_column(from)?, most]).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// A count of a row.
pub(crate) fn count(row: &Row, column: usize) -> Result<u64> {
    from_column(row.get(column)?)
}

/// A hash of a row.
pub(crate) fn hash(row: &Row, column: usize) -> Result<crate::tree::Hash> {
    let bytes: Vec<u8> = row.get(column)?;
    Ok(bytes.try_into().map_err(|_length| row.damaged(column, "a hash"))?)
}
