//! Writing files and folders so that a sudden end leaves either the old state or the new one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::random::random_bytes;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Only the account that runs the program (mode 0600).
    OwnerOnly,
    /// Everybody, as far as the umask allows.
    Everybody,
}

/// Writes `bytes` beside `path` and moves them into place.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let staged = staging_path(path)?;
    let result = write_new(&staged, bytes, readers).and_then(|()| fs::rename(&staged, path));
    if result.is_err() {
        // The reason for the failure matters more than a left-over file.
        let _ = fs::remove_file(&staged);
    }
    result?;
    sync_parent(path)
}

/// Makes a folder with these files in it (name, content, readers), all at once.
///
/// `Ok(false)` means that somebody else made the folder in the meantime; theirs stays.
pub(crate) fn create_folder_atomically(path: &Path, files: &[(&str, &[u8], Readers)]) -> io::Result<bool> {
    let staged = staging_path(path)?;
    fs::create_dir_all(&staged)?;
    let result = fill(&staged, files).and_then(|()| fs::rename(&staged, path));
    if let Err(error) = result {
        let _ = fs::remove_dir_all(&staged);
        return if path.is_dir() { Ok(false) } else { Err(error) };
    }
    sync_parent(path)?;
    Ok(true)
}

fn fill(folder: &Path, files: &[(&str, &[u8], Readers)]) -> io::Result<()> {
    for (name, bytes, readers) in files {
        write_new(&folder.join(name), bytes, *readers)?;
    }
    sync_parent(&folder.join("any"))
}

fn staging_path(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut staged = OsString::from(".");
    staged.push(name);
    staged.push(format!(".{}.tmp", hex::encode(random_bytes::<8>())));
    Ok(path.with_file_name(staged))
}

fn write_new(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, readers);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

// The mode is set at creation, so that no other account can open the file in between.
#[cfg(unix)]
fn restrict(options: &mut OpenOptions, readers: Readers) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(if readers == Readers::OwnerOnly { 0o600 } else { 0o644 });
}

#[cfg(not(unix))]
fn restrict(_options: &mut OpenOptions, _readers: Readers) {}

/// A rename is durable only when the folder is.
fn sync_parent(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.pem");
        write_atomically(&path, b"long old text", Readers::Everybody).unwrap();
        write_atomically(&path, b"new", Readers::OwnerOnly).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["a.pem"]);
        assert!(write_atomically(&dir.path().join("absent/a"), b"x", Readers::Everybody).is_err());
    }

    #[test]
    fn a_folder_that_cannot_be_filled_does_not_appear() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pair");
        let second = ("no such folder/second", b"x".as_slice(), Readers::Everybody);
        let refused = create_folder_atomically(&path, &[("first", b"x", Readers::Everybody), second]);
        assert!(refused.is_err());
        assert_eq!(names(dir.path()), Vec::<String>::new());
    }

    #[test]
    fn the_folder_that_came_first_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pair");
        let create =
            |text: &[u8]| create_folder_atomically(&path, &[("file", text, Readers::Everybody)]).unwrap();
        assert!(create(b"first"));
        assert!(!create(b"second"));
        assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "first");
        assert_eq!(names(dir.path()), ["pair"]);
    }
}
