//! Files kept by what they hold (附件存储): the name is the SM3 of the content, so the same content is one file and a
//! damaged file shows. On disk they are sealed; folders are `ab/ab…`, by the first two digits.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use guomi::sm3;

use crate::vault::Vault;
use crate::{Error, Result};

/// Which derived key.
pub(crate) const KEY: &str = "file";
/// Half-written files wait here and are never looked for.
const STAGING: &str = "staging";

/// Files younger than this may belong to a row that is not committed yet.
const YOUNG: Duration = Duration::from_hours(48);

/// A folder of files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) root: PathBuf,
    pub(crate) vault: Vault,
    /// Held for writing while a file is removed.
    pub(crate) removing: RwLock<()>,
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
        Ok(Self(Arc::new(Inner { root, vault: vault.clone(), removing: RwLock::new(()) })))
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

    /// The names of the files in one of the 256 folders that have lain there for two days or longer.
    pub async fn old(&self, folder: u8) -> Result<Vec<String>> {
        let inner = self.0.clone();
        blocking(move || inner.old(&format!("{folder:02x}")).map_err(failure)).await
    }

    /// Deletes a file of which no row knows. `false`: it was put again meanwhile, or is gone already.
    pub async fn remove_old(&self, sm3: &str) -> Result<bool> {
        let (inner, sm3) = (self.0.clone(), sm3.to_owned());
        blocking(move || inner.remove_old(&sm3).map_err(failure)).await
    }
}

impl Inner {
    fn old(&self, folder: &str) -> io::Result<Vec<String>> {
        let listed = match fs::read_dir(self.root.join(folder)) {
            Ok(listed) => listed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in listed {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if self.path(&name).is_some() && is_old(&entry.metadata()?)? {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn remove_old(&self, sm3: &str) -> io::Result<bool> {
        let Some(path) = self.path(sm3) else { return Ok(false) };
        // Whoever puts the same content now waits, and then writes it anew.
        let _alone = self.removing.write().unwrap_or_else(PoisonError::into_inner);
        match fs::metadata(&path) {
            Ok(found) if is_old(&found)? => fs::remove_file(&path).map(|()| true),
            Ok(_young) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn put(&self, content: &[u8]) -> Result<FileRef> {
        let sm3 = sm3::hex(content);
        let size = content.len() as u64;
        let _others = self.removing.read().unwrap_or_else(PoisonError::into_inner);
        // A file that is there and sound is only young again; a damaged one is mended by the new copy.
        if self.get(&sm3).is_ok() {
            self.touch(&sm3).map_err(failure)?;
        } else {
            let sealed = self.vault.seal_as(KEY, "", sm3.as_bytes(), content)?;
            self.write(&sm3, &sealed).map_err(failure)?;
        }
        Ok(FileRef { sm3, size })
    }

    pub(crate) fn get(&self, sm3: &str) -> Result<Vec<u8>> {
        let missing = || Error::FileMissing(sm3.to_owned());
        let path = self.path(sm3).ok_or_else(missing)?;
        let sealed = fs::read(path).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound { missing() } else { failure(error) }
        })?;
        let damaged = || Error::FileDamaged(sm3.to_owned());
        let content = self.vault.open_as(KEY, "", sm3.as_bytes(), &sealed).map_err(|_refused| damaged())?;
        if sm3::hex(&content) == sm3 { Ok(content) } else { Err(damaged()) }
    }

    /// The file is as young as one that was just written: nobody removes it before its row is there.
    fn touch(&self, sm3: &str) -> io::Result<()> {
        let Some(path) = self.path(sm3) else { return Ok(()) };
        File::options().write(true).open(path)?.set_modified(machine_now())
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

#[expect(
    clippy::disallowed_methods,
    reason = "the machine dates its files, whatever the platform's clock says"
)]
fn machine_now() -> SystemTime {
    SystemTime::now()
}

fn is_old(found: &fs::Metadata) -> io::Result<bool> {
    let modified = found.modified()?;
    Ok(machine_now().duration_since(modified).is_ok_and(|age| age >= YOUNG))
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
