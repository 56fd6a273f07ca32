//! The published files: written so that each is there whole or not at all, and read within bounds.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::note::{NOTE_BYTES_MAX, Note};
use crate::tile::TileName;

/// Longest file that is read: a bundle of 256 entries of 64 KiB.
const FILE_BYTES_MAX: u64 = 256 * (65_535 + 2);
/// Its name in the folder.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// Reads a file; nothing when there is none.
fn read(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(Error::file(path))?,
    };
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(Error::file(path))?;
    if bytes.len() as u64 > bytes_max {
        return Err(Error::file(path)(io::Error::other("longer than such a file can be")));
    }
    Ok(Some(bytes))
}

/// The checkpoint of a folder, with its note as it is; nothing when nothing was published there.
pub(crate) fn read_checkpoint(folder: &Path) -> Result<Option<(Checkpoint, Note)>> {
    let path = folder.join(CHECKPOINT);
    let Some(bytes) = read(&path, NOTE_BYTES_MAX as u64)? else { return Ok(None) };
    let wrong = |what: String| Error::file(&path)(io::Error::other(what));
    let text = String::from_utf8(bytes).map_err(|_form| wrong("is no text".into()))?;
    let note: Note = text.parse().map_err(|error: crate::note::NoteError| wrong(error.to_string()))?;
    let checkpoint =
        note.text.parse().map_err(|error: crate::checkpoint::NoCheckpoint| wrong(error.to_string()))?;
    Ok(Some((checkpoint, note)))
}

/// A tile or bundle of a folder: the file of this width, or the beginning of a wider one is left to the caller.
pub(crate) fn read_tile(folder: &Path, name: TileName) -> Result<Option<Vec<u8>>> {
    read(&folder.join(name.to_string()), FILE_BYTES_MAX)
}

/// Writes the checkpoint; to be called when all its tiles are there.
pub(crate) fn write_checkpoint(folder: &Path, note: &Note) -> Result<()> {
    write(&folder.join(CHECKPOINT), note.to_string().as_bytes())
}

/// Writes a tile or bundle; a full one takes the place of its partial forms.
pub(crate) fn write_tile(folder: &Path, name: TileName, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name.to_string());
    write(&path, bytes)?;
    if name.is_full() {
        let partial = folder.join(format!("{name}.p"));
        match fs::remove_dir_all(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::file(&partial)(error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Beside its place first, then moved there: a sudden end leaves the old file or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::file(parent))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let staged = path.with_file_name(format!(".{name}.{}", hex::encode(guomi::random_bytes::<8>())));
    let written = write_new(&staged, bytes).and_then(|()| fs::rename(&staged, path));
    if written.is_err() {
        let _ = fs::remove_file(&staged); // the reason of the failure matters more than a file left over
    }
    written.map_err(Error::file(path))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
