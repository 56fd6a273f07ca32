//! The data keys (数据密钥): where they lie, which one seals, and how every node learns of a new one in time.
//!
//! A new key is *announced* before it seals: nodes ask for the keys every two seconds, and one that meets a value under a key
//! it does not know asks at once. The other way round, a node whose knowledge is older than [`FRESH`] asks before it
//! seals anything, so some time after a key was put in use nobody seals under an earlier one; only then may that be
//! destroyed (`rotation`).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use guomi::sm4;
use kernel::Timestamp;
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::master::{self, Key};
use super::{Vault, data_key, derive};
use crate::{Db, Error, Result, Tx, vals};

/// How long a new key is known before it seals.
pub(crate) const ANNOUNCED_SECONDS: i64 = 10;
/// How often a node asks for new keys.
const ASK: Duration = Duration::from_secs(2);
/// What a node knows about keys is worth so long.
const FRESH: Duration = Duration::from_mins(1);

/// Where a key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Everybody may learn it; nothing is sealed under it.
    Announced,
    /// What is sealed now is sealed under it.
    InUse,
    /// Something may still lie under it.
    Readable,
    /// Destroyed.
    Retired,
}

impl KeyState {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::InUse => "in-use",
            Self::Readable => "readable",
            Self::Retired => "retired",
        }
    }
}

impl std::str::FromStr for KeyState {
    type Err = String;
    fn from_str(word: &str) -> std::result::Result<Self, String> {
        let all = [Self::Announced, Self::InUse, Self::Readable, Self::Retired];
        all.into_iter().find(|state| state.as_str() == word).ok_or_else(|| format!("unknown state {word:?}"))
    }
}

/// What may be told of a data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultKey {
    /// Its number.
    pub version: u16,
    /// Where it stands.
    pub state: KeyState,
    /// Since when it is there.
    pub made_at: Timestamp,
    /// Since when it sealed.
    pub used_from: Option<Timestamp>,
    /// When it was destroyed.
    pub retired_at: Option<Timestamp>,
}

/// The keys that this node knows.
pub(super) struct Ring {
    keys: BTreeMap<u16, Arc<Key>>,
    in_use: u16,
    pub(super) blind: Arc<Key>,
    /// When they were read; nothing for a vault without a database.
    read_at: Option<Instant>,
}

impl Ring {
    /// Before a database is known: key 0 and the key of blind hashes are the master key, as in the first program.
    pub(super) fn of_master(master: &Key) -> Self {
        let key = Arc::new(master.clone());
        Self { keys: BTreeMap::from([(0, Arc::clone(&key))]), in_use: 0, blind: key, read_at: None }
    }
}

/// A key as its row holds it.
struct Kept {
    purpose: String,
    version: u16,
    state: KeyState,
    sealed: Option<Vec<u8>>,
}

async fn read(tx: &mut Tx) -> Result<Vec<Kept>> {
    let sql = "select purpose, version, state, key_sealed from vault_keys order by purpose, version";
    let rows = tx.fetch_all(sql, vals![]).await?;
    let kept = rows.iter().map(|row| {
        Ok(Kept { purpose: row.get(0)?, version: row.get(1)?, state: row.parse(2)?, sealed: row.get(3)? })
    });
    kept.collect()
}

impl Vault {
    /// Makes sure that this database was sealed with this key, and reads the data keys; the first call ties the two
    /// together and makes the first data key. Without this a lost key file would be replaced by a new one and the loss
    /// noticed much later.
    pub async fn confirm(&self, db: &Db, now: Timestamp) -> Result<()> {
        let mut tx = db.begin().await?;
        let sql =
            "insert into vault_fingerprint (id, fingerprint) values (1, $1) on conflict (id) do nothing";
        let is_new = tx.execute(sql, vals![fingerprint(&self.master())]).await? == 1;
        let row = tx.fetch_one("select fingerprint from vault_fingerprint where id = 1", vals![]).await?;
        self.match_master(&row.get::<String>(0)?)?;
        if is_new {
            let (data, blind) = (fresh_key(), fresh_key());
            self.insert_key(&mut tx, "data", 1, &data, KeyState::InUse, now).await?;
            self.insert_key(&mut tx, "blind", 0, &blind, KeyState::InUse, now).await?;
        } else if read(&mut tx).await?.is_empty() {
            // Sealed by the first program, which used the master key itself.
            let master = self.master();
            self.insert_key(&mut tx, "data", 0, &master, KeyState::InUse, now).await?;
            self.insert_key(&mut tx, "blind", 0, &master, KeyState::InUse, now).await?;
        }
        self.take(&read(&mut tx).await?, false)?;
        tx.commit().await?;
        let _confirmed_before = self.0.db.set(db.clone());
        Ok(())
    }

    /// Takes the key file whose fingerprint this is: its own, or the one that waits beside it since the database was turned
    /// to it and the program was killed before the file was.
    fn match_master(&self, expected: &str) -> Result<()> {
        if fingerprint(&self.master()) == *expected {
            return Ok(());
        }
        let path = &self.0.path;
        let fits = |key: &Key| fingerprint(key) == *expected;
        let key = if let Some(key) = master::read(path).ok().filter(fits) {
            key
        } else if let Some(key) = master::read(&master::next_path(path)).ok().filter(fits) {
            master::take_next(path)?;
            key
        } else {
            return Err(Error::Vault("the database was sealed with another master key".into()));
        };
        *self.0.master.lock().unwrap_or_else(PoisonError::into_inner) = key;
        Ok(())
    }

    fn master(&self) -> Key {
        self.0.master.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the keys again.
    pub async fn refresh(&self) -> Result<()> {
        let Some(db) = self.0.db.get() else { return Ok(()) };
        self.refresh_from(db).await
    }

    async fn refresh_from(&self, db: &Db) -> Result<()> {
        let mut tx = db.snapshot().await?;
        let kept = read(&mut tx).await?;
        if self.knows_all(&kept) {
            return self.take(&kept, true);
        }
        // Only a new key needs the master key, which may be another one by now.
        let row = tx.fetch_one("select fingerprint from vault_fingerprint where id = 1", vals![]).await?;
        self.match_master(&row.get::<String>(0)?)?;
        self.take(&kept, true)
    }

    fn knows_all(&self, kept: &[Kept]) -> bool {
        let ring = self.ring();
        let mut data = kept.iter().filter(|key| key.purpose == "data" && key.sealed.is_some());
        data.all(|key| ring.keys.contains_key(&key.version))
    }

    /// Puts what was read in the place of what was known. A key never changes under its number, so that one which is known
    /// already need not be opened again, unless this may be another database.
    fn take(&self, kept: &[Kept], is_same_database: bool) -> Result<()> {
        let master = self.master();
        let (mut keys, mut in_use, mut blind) = (BTreeMap::new(), None, None);
        for key in kept {
            let Some(sealed) = &key.sealed else { continue };
            let is_data = key.purpose == "data";
            let known = {
                let ring = self.ring();
                let known = if is_data { ring.keys.get(&key.version) } else { Some(&ring.blind) };
                known.filter(|_| is_same_database).cloned()
            };
            let opened = match known {
                Some(known) => known,
                None => Arc::new(open_key(&master, &key.purpose, key.version, sealed)?),
            };
            if !is_data {
                blind = Some(opened);
                continue;
            }
            if key.state == KeyState::InUse {
                in_use = Some(key.version);
            }
            keys.insert(key.version, opened);
        }
        let missing = || Error::Vault("the database holds no key that is in use".into());
        let ring = Ring {
            keys,
            in_use: in_use.ok_or_else(missing)?,
            blind: blind.ok_or_else(missing)?,
            read_at: Some(Instant::now()),
        };
        *self.0.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        Ok(())
    }

    /// Asks for new keys until told to stop.
    pub async fn keep_fresh(self, shutdown: watch::Receiver<bool>) {
        crate::refresh_forever(ASK, shutdown, "new data keys", || self.refresh()).await;
    }

    /// The key under which values are sealed now.
    pub(super) fn key_in_use(&self) -> Result<(u16, Arc<Key>)> {
        let is_old = self.ring().read_at.is_some_and(|read_at| read_at.elapsed() > FRESH);
        if is_old {
            self.refresh_here()?;
        }
        let ring = self.ring();
        let key = ring.keys.get(&ring.in_use).ok_or_else(|| unknown(ring.in_use))?;
        Ok((ring.in_use, Arc::clone(key)))
    }

    pub(super) fn key_of_version(&self, version: u16) -> Result<Arc<Key>> {
        let known = self.ring().keys.get(&version).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        self.refresh_here()?;
        self.ring().keys.get(&version).cloned().ok_or_else(|| unknown(version))
    }

    /// Reads the keys while the caller waits: sealing and opening are no places to be asked to come back later. A thread
    /// and a connection of its own, because all those of the caller's runtime may wait for the caller.
    fn refresh_here(&self) -> Result<()> {
        let Some(db) = self.0.db.get() else { return Ok(()) };
        let read = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map_err(Error::File)?.block_on(async {
                let db = db.again().await?;
                let done = self.refresh_from(&db).await;
                db.close().await;
                done
            })
        };
        let on_a_thread = || std::thread::scope(|scope| scope.spawn(read).join());
        let failed = |_panic| Error::Vault("the data keys could not be read".into());
        crate::sqlite::aside(on_a_thread).map_err(failed)?
    }

    async fn insert_key(
        &self,
        tx: &mut Tx,
        purpose: &'static str,
        version: u16,
        key: &Key,
        state: KeyState,
        now: Timestamp,
    ) -> Result<()> {
        let sealed = seal_key(&self.master(), purpose, version, key)?;
        let used_from = (state == KeyState::InUse).then_some(now);
        tx.execute(
            "insert into vault_keys (purpose, version, state, key_sealed, made_at, used_from)
             values ($1, $2, $3, $4, $5, $6) on conflict (purpose, version) do nothing",
            vals![purpose, version, state.as_str(), sealed, now, used_from],
        )
        .await?;
        Ok(())
    }

    /// Makes a new data key that everybody may learn, and gives its number.
    pub(crate) async fn announce(&self, tx: &mut Tx, now: Timestamp) -> Result<u16> {
        self.hold_master(tx).await?;
        let sql = "select coalesce(max(version), 0) + 1 from vault_keys where purpose = 'data'";
        let version: u16 = tx.fetch_one(sql, vals![]).await?.get(0)?;
        self.insert_key(tx, "data", version, &fresh_key(), KeyState::Announced, now).await?;
        Ok(version)
    }

    /// Makes sure within this transaction that the master key in memory is the one of the database, and that nobody
    /// replaces it meanwhile.
    async fn hold_master(&self, tx: &mut Tx) -> Result<()> {
        let row = tx.fetch_one("select fingerprint from vault_fingerprint where id = 1", vals![]).await?;
        self.match_master(&row.get::<String>(0)?)?;
        let sql = "update vault_fingerprint set fingerprint = $1 where id = 1 and fingerprint = $1";
        if tx.execute(sql, vals![fingerprint(&self.master())]).await? == 1 {
            return Ok(());
        }
        Err(Error::Busy("the master key is just being replaced".into()))
    }

    /// Replaces the master key (更换主密钥): a new file, and the data keys sealed under it. Nothing else changes, and programs
    /// that run keep what they know; says how many keys were sealed anew. Killed in between, the next start goes on with
    /// the file that fits the database.
    pub async fn replace_master(&self, db: &Db) -> Result<u64> {
        let mut tx = db.begin().await?;
        self.hold_master(&mut tx).await?;
        let (old, new) = (self.master(), master::prepare_next(&self.0.path)?);
        let mut count = 0;
        for key in read(&mut tx).await? {
            let Some(sealed) = &key.sealed else { continue };
            let plain = open_key(&old, &key.purpose, key.version, sealed)?;
            let anew = seal_key(&new, &key.purpose, key.version, &plain)?;
            let sql = "update vault_keys set key_sealed = $1 where purpose = $2 and version = $3";
            count += tx.execute(sql, vals![anew, &key.purpose, key.version]).await?;
        }
        let sql = "update vault_fingerprint set fingerprint = $1 where id = 1";
        tx.execute(sql, vals![fingerprint(&new)]).await?;
        tx.commit().await?;
        master::take_next(&self.0.path)?;
        *self.0.master.lock().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(count)
    }
}

/// All data keys that ever were, the latest first.
pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<VaultKey>> {
    let rows = tx
        .fetch_all(
            "select version, state, made_at, used_from, retired_at from vault_keys
             where purpose = 'data' order by version desc limit 100",
            vals![],
        )
        .await?;
    let keys = rows.iter().map(|row| {
        Ok(VaultKey {
            version: row.get(0)?,
            state: row.parse(1)?,
            made_at: row.get(2)?,
            used_from: row.get(3)?,
            retired_at: row.get(4)?,
        })
    });
    keys.collect()
}

/// From now on values are sealed under this key; the one before is there to read.
pub(crate) async fn put_in_use(tx: &mut Tx, version: u16, now: Timestamp) -> Result<()> {
    let before = "update vault_keys set state = 'readable' where purpose = 'data' and state = 'in-use' and version <> $1";
    tx.execute(before, vals![version]).await?;
    tx.execute(
        "update vault_keys set state = 'in-use', used_from = $2
         where purpose = 'data' and version = $1 and state = 'announced'",
        vals![version, now],
    )
    .await?;
    Ok(())
}

/// Destroys the keys before this one, and says how many. Only after nothing lies under them.
pub(crate) async fn retire_before(tx: &mut Tx, version: u16, now: Timestamp) -> Result<u64> {
    tx.execute(
        "update vault_keys set state = 'retired', key_sealed = null, retired_at = $2
         where purpose = 'data' and version < $1 and state = 'readable'",
        vals![version, now],
    )
    .await
}

fn unknown(version: u16) -> Error {
    Error::Vault(format!("data key {version} is not known, or was destroyed"))
}

fn fresh_key() -> Key {
    Zeroizing::new(crate::id::random::<32>())
}

/// A word made from the master key by which a database knows it again.
fn fingerprint(master: &Key) -> String {
    hex::encode(derive(master, "fingerprint", ""))
}

fn seal_key(master: &Key, purpose: &str, version: u16, key: &Key) -> Result<Vec<u8>> {
    let name = format!("{purpose} {version}");
    let sealed = sm4::seal(&data_key(master, "key", &name), key.as_slice(), name.as_bytes());
    sealed.map_err(|error| Error::Vault(format!("key {name}: {error}")))
}

fn open_key(master: &Key, purpose: &str, version: u16, sealed: &[u8]) -> Result<Key> {
    let name = format!("{purpose} {version}");
    let plain = sm4::open(&data_key(master, "key", &name), sealed, name.as_bytes());
    let plain = Zeroizing::new(plain.map_err(|error| Error::Vault(format!("key {name}: {error}")))?);
    let mut key = Zeroizing::new([0; 32]);
    if plain.len() != key.len() {
        return Err(Error::Vault(format!("key {name}: wrong length")));
    }
    key.copy_from_slice(&plain);
    Ok(key)
}
