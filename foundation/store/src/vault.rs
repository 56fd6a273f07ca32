//! Personal data under lock (个人信息加密存储): sealed with SM4-GCM, found again by a keyed hash, opened only for a purpose.
//!
//! One master key in a file of its own, beside the database and never in it, so that a copy of either alone opens
//! nothing. Under it lie the *data keys* ([`ring`]): numbered, one in use, the older ones there to read; a sealed value says
//! under which it lies. Every key in use is derived from one of these: HMAC-SM3 (GB/T 15852.2) of a label, one per field
//! and use (docs/adr/0016).

mod master;
mod ring;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use guomi::sm4::DataKey;
use guomi::{sm3, sm4};
use kernel::{Actor, CaseId, Timestamp};
use zeroize::{Zeroize as _, Zeroizing};

pub(crate) use ring::{ANNOUNCED_SECONDS, list as keys, put_in_use, retire_before};
pub use ring::{KeyState, VaultKey};

use crate::{Db, Error, Result, Tx, access_log};
use master::Key;
use ring::Ring;

/// Seals, opens and blinds. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    path: PathBuf,
    master: Mutex<Key>,
    ring: RwLock<Ring>,
    /// Where the keys lie, once it is confirmed.
    db: OnceLock<Db>,
}

/// Why somebody's data is opened. Law asks for a definite and reasonable purpose (个人信息保护法 §6), and the person
/// sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Short name, such as `applications.review`.
    pub name: &'static str,
    /// Who asks: the actor's reference.
    pub by: String,
    /// The body in which they work, if they are staff.
    pub body: Option<String>,
    /// What they are trusted with there: words of [`kernel::Role`] with commas between.
    pub post: Option<String>,
    /// The case it is for, if any.
    pub case: Option<String>,
}

impl Purpose {
    /// A purpose without a case, of somebody who works in no body.
    pub fn new(name: &'static str, by: impl Into<String>) -> Self {
        Self { name, by: by.into(), body: None, post: None, case: None }
    }

    /// A purpose of this actor.
    pub fn of(name: &'static str, actor: &Actor) -> Self {
        let (body, post) = match actor {
            Actor::Staff(staff) => {
                let roles: Vec<&str> = staff.roles.iter().map(|role| role.as_str()).collect();
                (Some(staff.body.to_string()), Some(roles.join(",")))
            }
            Actor::Anonymous | Actor::Person(_) | Actor::System => (None, None),
        };
        Self { name, by: actor.reference(), body, post, case: None }
    }

    /// Names the case.
    #[must_use]
    pub fn for_case(mut self, case: CaseId) -> Self {
        self.case = Some(case.to_string());
        self
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Reads the master key, or makes one when the file is not there, readable by this account only. A file that
    /// others may read is refused.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        master::create_if_missing(path)?;
        let key = master::read(path)?;
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            ring: RwLock::new(Ring::of_master(&key)),
            master: Mutex::new(key),
            db: OnceLock::new(),
        })))
    }

    /// Seals the value of a field. It can be opened under the same field name only.
    pub fn seal(&self, field: &'static str, plain: &[u8]) -> Result<Vec<u8>> {
        self.seal_as("field", field, field.as_bytes(), plain)
    }

    /// Opens a sealed value for a purpose. Where the person is to see that it happened, use [`Vault::reveal`], or
    /// [`access_log::record`] in the same transaction.
    pub fn open(&self, field: &str, sealed: &[u8], purpose: &Purpose) -> Result<Vec<u8>> {
        if purpose.name.is_empty() || purpose.by.is_empty() {
            return Err(Error::Vault(format!("{field} is not opened without a purpose and a name")));
        }
        tracing::debug!(field, purpose = purpose.name, by = purpose.by, "sealed field opened");
        self.open_as("field", field, field.as_bytes(), sealed)
    }

    /// Opens a sealed value and notes in the same transaction who looked at whose data and why.
    pub async fn reveal(
        &self,
        tx: &mut Tx,
        field: &'static str,
        sealed: &[u8],
        purpose: &Purpose,
        subject: &str,
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let plain = self.open(field, sealed, purpose)?;
        access_log::record(tx, purpose, subject, field, now).await?;
        Ok(plain)
    }

    /// A keyed hash by which an equal value of the same field is found again, and nothing else learnt. Its key stays the
    /// same for good: a hash cannot be made anew without the value.
    pub fn blind(&self, field: &'static str, value: &str) -> String {
        let key = Arc::clone(&self.ring().blind);
        hex::encode(sm3::hmac(&derive(&key, "blind", field), value.as_bytes()))
    }

    /// Seals with the key of `usage` and `name`, bound to `aad`.
    pub(crate) fn seal_as(&self, usage: &str, name: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let (version, key) = self.key_in_use()?;
        let sealed = sm4::seal(&data_key(&key, usage, name), plain, aad)
            .map_err(|error| Error::Vault(format!("{usage} {name}: {error}")))?;
        Ok(with_header(version, sealed))
    }

    /// Opens what [`Self::seal_as`] made.
    pub(crate) fn open_as(&self, usage: &str, name: &str, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let (version, sealed) = split_header(sealed);
        let key = self.key_of_version(version)?;
        sm4::open(&data_key(&key, usage, name), sealed, aad)
            .map_err(|error| Error::Vault(format!("{usage} {name}: {error}")))
    }

    /// The same text under this key; nothing when it lies there already.
    pub(crate) fn reseal_as(
        &self,
        (usage, name): (&str, &str),
        aad: &[u8],
        sealed: &[u8],
        version: u16,
    ) -> Result<Option<Vec<u8>>> {
        if split_header(sealed).0 == version {
            return Ok(None);
        }
        let plain = Zeroizing::new(self.open_as(usage, name, aad, sealed)?);
        let key = self.key_of_version(version)?;
        let anew = sm4::seal(&data_key(&key, usage, name), &plain, aad)
            .map_err(|error| Error::Vault(format!("{usage} {name}: {error}")))?;
        Ok(Some(with_header(version, anew)))
    }

    fn ring(&self) -> std::sync::RwLockReadGuard<'_, Ring> {
        self.0.ring.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// First byte of a value that says under which key it lies. What `sm4::seal` makes begins with 1.
const HEADER: u8 = 2;
pub(crate) const HEADER_BYTES: usize = 3;

/// The first bytes of what is sealed under this key; key 0 is that of the time before keys had numbers.
pub(crate) fn header(version: u16) -> [u8; HEADER_BYTES] {
    let [high, low] = version.to_be_bytes();
    [HEADER, high, low]
}

fn with_header(version: u16, sealed: Vec<u8>) -> Vec<u8> {
    if version == 0 { sealed } else { [header(version).as_slice(), &sealed].concat() }
}

/// Under which key a value lies, and the value behind its header.
pub(crate) fn split_header(sealed: &[u8]) -> (u16, &[u8]) {
    match sealed {
        [HEADER, high, low, rest @ ..] => (u16::from_be_bytes([*high, *low]), rest),
        whole => (0, whole),
    }
}

fn data_key(key: &Key, usage: &str, name: &str) -> DataKey {
    let mut derived = derive(key, usage, name);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&derived[..16]);
    derived.zeroize();
    DataKey::from_bytes(bytes)
}

/// Names hold no line end, so no two labels can be confused.
fn derive(key: &Key, usage: &str, name: &str) -> [u8; 32] {
    sm3::hmac(key.as_slice(), format!("tongban vault 1\n{usage}\n{name}").as_bytes())
}
