//! The file of the master key (主密钥): made once, readable by its owner only, replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{Error, Result};

/// 32 bytes that are wiped from memory when dropped.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// Reads the key of this file. A file that others may read is refused.
pub(super) fn read(path: &Path) -> Result<Key> {
    let failure = |reason: String| Error::Vault(format!("key file {}: {reason}", path.display()));
    let mut file = File::open(path).map_err(|error| failure(error.to_string()))?;
    refuse_readable_by_others(&file).map_err(failure)?;
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(|error| failure(error.to_string()))?;
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), key.as_mut_slice())
        .map_err(|_form| failure("does not hold 64 hexadecimal digits".into()))?;
    Ok(key)
}

/// Makes the file where there is none.
pub(super) fn create_if_missing(path: &Path) -> Result<()> {
    let failure = |error: io::Error| Error::Vault(format!("key file {}: {error}", path.display()));
    if !path.try_exists().map_err(failure)? {
        create(path).map_err(failure)?;
    }
    Ok(())
}

/// Where the next master key waits while the database is turned to it.
pub(super) fn next_path(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.next", path.display()))
}

/// Writes a new key into the file of the next one, and gives it.
pub(super) fn prepare_next(path: &Path) -> Result<Key> {
    let next = next_path(path);
    let failure = |error: io::Error| Error::Vault(format!("key file {}: {error}", next.display()));
    match fs::remove_file(&next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failure(error)),
        Ok(()) | Err(_) => {} // one that was prepared and never used
    }
    write_key(&next).map_err(failure)?;
    sync_folder(path).map_err(failure)?;
    read(&next)
}

/// Puts the next key in the place of the present one.
pub(super) fn take_next(path: &Path) -> Result<()> {
    let next = next_path(path);
    let moved = fs::rename(&next, path).and_then(|()| sync_folder(path));
    moved.map_err(|error| Error::Vault(format!("key file {}: {error}", next.display())))
}

/// Writes a new key beside its place and links it there: of two programs that start together one wins, and the file
/// is never seen half written.
fn create(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    let staged = PathBuf::from(format!("{}.{}", path.display(), hex::encode(crate::id::random::<8>())));
    let linked = write_key(&staged).and_then(|()| match fs::hard_link(&staged, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(&staged)?;
    linked?;
    sync_folder(path)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
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
