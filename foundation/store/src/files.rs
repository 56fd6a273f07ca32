//! Files kept by what they hold (附件存储): the name is the SM3 of the content, so the same content is one file and a
//! damaged file shows. On disk they are sealed; folders are `ab/ab…`, by the first two digits.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use guomi::sm3;

use crate::vault::Vault;
use crate::{Error, Result};

/// Which derived key.
pub(crate) const KEY: &str = "file";
/// Half-written files wait here and are never looked for.
const STAGING: &str = "staging";

/// A folder of files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) root: PathBuf,
    pub(crate) vault: Vault,
}

/// What a row keeps of a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileRef {
    /// SM3 of the content, 64 hexadecimal digits: the name under which [`Files::get`] finds it.
    pub sm3: String,
    /// Length of the content in bytes.
    pub size: u64,
}

impl Files {
    /// Opens the folder, made if missing.
    pub fn open(root: impl Into<PathBuf>, vault: &Vault) -> Result<Self> {
        let root = root.into();
        fs::create_dir_all(root.join(STAGING)).map_err(failure)?;
        Ok(Self(Arc::new(Inner { root, vault: vault.clone() })))
    }

    /// Keeps a file. Once this returns, a power cut cannot take it back. Keep it before the row that names it is
    /// committed: then a row never names a file that is not there.
    pub async fn put(&self, content: Vec<u8>) -> Result<FileRef> {
        let inner = self.0.clone();
        blocking(move || inner.put(&content)).await
    }

    /// Reads a file. One that does not hold what its name says is [`Error::FileDamaged`].
    pub async fn get(&self, sm3: &str) -> Result<Vec<u8>> {
        let (inner, sm3) = (self.0.clone(), sm3.to_owned());
        blocking(move || inner.get(&sm3)).await
    }

    /// Whether there is a file of this name.
    pub async fn exists(&self, sm3: &str) -> Result<bool> {
        let (inner, sm3) = (self.0.clone(), sm3.to_owned());
        blocking(move || match inner.path(&sm3) {
            Some(path) => path.try_exists().map_err(failure),
            None => Ok(false),
        })
        .await
    }
}

impl Inner {
    fn put(&self, content: &[u8]) -> Result<FileRef> {
        let sm3 = sm3::hex(content);
        let size = content.len() as u64;
        // A file that is there and sound is left alone; a damaged one is mended by the new copy.
        if self.get(&sm3).is_err() {
            let sealed = self.vault.seal_as(KEY, "", sm3.as_bytes(), content)?;
            self.write(&sm3, &sealed).map_err(failure)?;
        }
        Ok(FileRef { sm3, size })
    }

    fn get(&self, sm3: &str) -> Result<Vec<u8>> {
        let missing = || Error::FileMissing(sm3.to_owned());
        let path = self.path(sm3).ok_or_else(missing)?;
        let sealed = fs::read(path).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound { missing() } else { failure(error) }
        })?;
        let damaged = || Error::FileDamaged(sm3.to_owned());
        let content = self.vault.open_as(KEY, "", sm3.as_bytes(), &sealed).map_err(|_refused| damaged())?;
        if sm3::hex(&content) == sm3 { Ok(content) } else { Err(damaged()) }
    }

    /// Only a proper name has a path: what a request sends can lead nowhere else.
    fn path(&self, sm3: &str) -> Option<PathBuf> {
        let proper = sm3.len() == 64 && sm3.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        proper.then(|| self.root.join(&sm3[..2]).join(sm3))
    }

    /// Written aside, made durable, then moved into place: at its place a file is whole or absent.
    pub(crate) fn write(&self, sm3: &str, sealed: &[u8]) -> io::Result<()> {
        let folder = self.root.join(&sm3[..2]);
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            sync_folder(&self.root)?;
        }
        let staged = self.root.join(STAGING).join(hex::encode(crate::id::random::<16>()));
        let written = write_durably(&staged, sealed).and_then(|()| fs::rename(&staged, folder.join(sm3)));
        if written.is_err() {
            // What failed matters more than a left-over; nobody looks in there.
            let _ = fs::remove_file(&staged);
        }
        written?;
        sync_folder(&folder)
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

pub(crate) fn failure(error: io::Error) -> Error {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    if let StorageFull | QuotaExceeded | ReadOnlyFilesystem = error.kind() {
        return Error::Unavailable(error.to_string());
    }
    Error::File(error)
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::File(io::Error::other(error)))?
}
