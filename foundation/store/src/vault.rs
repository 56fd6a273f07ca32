//! Personal data under lock (个人信息加密存储): sealed with SM4-GCM, found again by a keyed hash, opened only for a purpose.
//!
//! One master key in a file of its own, beside the database and never in it, so that a copy of either alone opens
//! nothing. Every key in use is derived from it: HMAC-SM3 (GB/T 15852.2) of a label, one per field and use.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guomi::sm4::DataKey;
use guomi::{sm3, sm4};
use kernel::{CaseId, Timestamp};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Error, Result, Tx, access_log, vals};

/// Seals, opens and blinds. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Zeroizing<[u8; 32]>>);

/// Why somebody's data is opened. Law asks for a definite and reasonable purpose (个人信息保护法 §6), and the person
/// sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Short name, such as `applications.review`.
    pub name: &'static str,
    /// Who asks: the actor's reference.
    pub by: String,
    /// The case it is for, if any.
    pub case: Option<String>,
}

impl Purpose {
    /// A purpose without a case.
    pub fn new(name: &'static str, by: impl Into<String>) -> Self {
        Self { name, by: by.into(), case: None }
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
        let failure = |reason: String| Error::Vault(format!("key file {}: {reason}", path.display()));
        if !path.try_exists().map_err(|error| failure(error.to_string()))? {
            create(path).map_err(|error| failure(error.to_string()))?;
        }
        let mut file = File::open(path).map_err(|error| failure(error.to_string()))?;
        refuse_readable_by_others(&file).map_err(failure)?;
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(|error| failure(error.to_string()))?;
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), key.as_mut_slice())
            .map_err(|_form| failure("does not hold 64 hexadecimal digits".into()))?;
        Ok(Self(Arc::new(key)))
    }

    /// Makes sure that this database was sealed with this key; the first call ties the two together. Without this a
    /// lost key file would be replaced by a new one and the loss noticed much later.
    pub async fn confirm(&self, tx: &mut Tx) -> Result<()> {
        let fingerprint = hex::encode(self.derive("fingerprint", ""));
        let sql =
            "insert into vault_fingerprint (id, fingerprint) values (1, $1) on conflict (id) do nothing";
        tx.execute(sql, vals![&fingerprint]).await?;
        let row = tx.fetch_one("select fingerprint from vault_fingerprint where id = 1", vals![]).await?;
        if row.get::<String>(0)? == fingerprint {
            return Ok(());
        }
        Err(Error::Vault("the database was sealed with another master key".into()))
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

    /// A keyed hash by which an equal value of the same field is found again, and nothing else learnt.
    pub fn blind(&self, field: &'static str, value: &str) -> String {
        hex::encode(sm3::hmac(&self.derive("blind", field), value.as_bytes()))
    }

    /// Seals with the key of `usage` and `name`, bound to `aad`.
    pub(crate) fn seal_as(&self, usage: &str, name: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        sm4::seal(&self.data_key(usage, name), plain, aad)
            .map_err(|error| Error::Vault(format!("{usage} {name}: {error}")))
    }

    /// Opens what [`Self::seal_as`] made.
    pub(crate) fn open_as(&self, usage: &str, name: &str, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        sm4::open(&self.data_key(usage, name), sealed, aad)
            .map_err(|error| Error::Vault(format!("{usage} {name}: {error}")))
    }

    fn data_key(&self, usage: &str, name: &str) -> DataKey {
        let mut derived = self.derive(usage, name);
        let mut key = [0; 16];
        key.copy_from_slice(&derived[..16]);
        derived.zeroize();
        DataKey::from_bytes(key)
    }

    /// Names hold no line end, so no two labels can be confused.
    fn derive(&self, usage: &str, name: &str) -> [u8; 32] {
        sm3::hmac(self.0.as_slice(), format!("tongban vault 1\n{usage}\n{name}").as_bytes())
    }
}

/// Writes a new key beside its place and links it there: of two programs that start together one wins, and the file
/// is never seen half written.
fn create(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let staged = PathBuf::from(format!("{}.{}", path.display(), hex::encode(crate::id::random::<8>())));
    let linked = write_key(&staged).and_then(|()| match fs::hard_link(&staged, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(&staged)?;
    linked?;
    File::open(folder)?.sync_all()
}

fn write_key(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let key = Zeroizing::new(crate::id::random::<32>());
    let text = Zeroizing::new(hex::encode(key.as_slice()));
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(unix)]
fn refuse_readable_by_others(file: &File) -> std::result::Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    // The six low bits are the rights of group and others.
    let mode = file.metadata().map_err(|error| error.to_string())?.permissions().mode();
    if mode.trailing_zeros() >= 6 { Ok(()) } else { Err("others may read it; set its mode to 0600".into()) }
}

#[cfg(not(unix))]
fn refuse_readable_by_others(_file: &File) -> std::result::Result<(), String> {
    Ok(()) // access lists are the installer's matter there
}
