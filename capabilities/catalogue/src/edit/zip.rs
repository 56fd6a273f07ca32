//! Packages as ZIP files: written without compression, read with limits, because what is brought in may be anything.

use std::io::{Cursor, Read as _, Write as _};

use zip::result::{ZipError as Fault, ZipResult};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::package::{Texts, is_file_name};

/// Largest file of a package, in bytes: ten times the largest that was ever written.
pub(crate) const FILE_BYTES_MAX: usize = 512 * 1024;
/// Most files of a package.
pub(crate) const FILES_MAX: usize = 200;
/// Largest ZIP file.
pub(crate) const ZIP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Why a ZIP file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ZipError {
    /// It is none, or damaged, or of a kind that is not read (encrypted, packed in a rare way).
    #[error("not a readable ZIP file")]
    Unreadable,
    /// Too many files.
    #[error("more than {FILES_MAX} files")]
    TooMany,
    /// A file is too large once it is unpacked.
    #[error("{0}: too large")]
    TooLarge(String),
    /// A name that leads somewhere else, or is no file of a package.
    #[error("{0}: no file of a package")]
    BadName(String),
    /// Not UTF-8 text.
    #[error("{0}: no text")]
    NotText(String),
}

impl From<Fault> for ZipError {
    fn from(_what_the_library_says: Fault) -> Self {
        Self::Unreadable
    }
}

/// The files of a package as a ZIP file; the same files give the same bytes on every day.
pub(crate) fn write(files: &Texts) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let as_it_is = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Stored);
    for (name, text) in files {
        zip.start_file(name.as_str(), as_it_is)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The files of a ZIP file by name. A single folder around them is left out; folders and notes that some systems add
/// (`__MACOSX`, `.DS_Store`) are passed over.
pub(crate) fn read(bytes: &[u8]) -> Result<Texts, ZipError> {
    if bytes.len() > ZIP_BYTES_MAX {
        return Err(ZipError::TooLarge("zip".into()));
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    let is_added = |name: &str| {
        name.ends_with('/') || name.starts_with("__MACOSX/") || name.rsplit('/').next() == Some(".DS_Store")
    };
    let named: Vec<String> =
        zip.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<_, Fault>>()?;
    let listed: Vec<String> = named.into_iter().filter(|name| !is_added(name)).collect();
    if listed.len() > FILES_MAX {
        return Err(ZipError::TooMany);
    }
    let around = folder_around(&listed).map(|folder| format!("{folder}/")).unwrap_or_default();
    let mut files = Texts::new();
    for path in &listed {
        let name = path.strip_prefix(&around).unwrap_or(path);
        if !is_file_name(name) {
            return Err(ZipError::BadName(name.chars().take(100).collect()));
        }
        files.insert(name.to_owned(), unpack(&mut zip, path, name)?);
    }
    Ok(files)
}

/// The folder in which all files lie, unless it is one that belongs to a package.
fn folder_around(listed: &[String]) -> Option<&str> {
    let (folder, _) = listed.first()?.split_once('/')?;
    let is_plain = !folder.is_empty() && !folder.starts_with('.') && !folder.contains(['\\', ':', '\0']);
    let holds_all =
        listed.iter().all(|path| path.split_once('/').is_some_and(|(holding, _)| holding == folder));
    (is_plain && holds_all && !is_file_name(&format!("{folder}/01.yaml"))).then_some(folder)
}

fn unpack(zip: &mut ZipArchive<Cursor<&[u8]>>, path: &str, name: &str) -> Result<String, ZipError> {
    let mut content = Vec::new();
    // What says it is small and unpacks for ever is stopped here.
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let read = zip.by_name(path)?.take(most + 1).read_to_end(&mut content);
    if content.len() > FILE_BYTES_MAX {
        return Err(ZipError::TooLarge(name.to_owned()));
    }
    read.map_err(|_damaged| ZipError::Unreadable)?;
    match String::from_utf8(content) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(_) | Err(_) => Err(ZipError::NotText(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Texts {
        let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        [text("item.yaml", "code: \"1\"\r\n# 注释\n"), text("scenarios/01.yaml", "steps: []\n")].into()
    }

    fn one(name: &str, text: &str) -> Vec<u8> {
        write(&[(name.to_owned(), text.to_owned())].into()).unwrap()
    }

    #[test]
    fn every_byte_comes_back() {
        let zip = write(&files()).unwrap();
        assert_eq!(read(&zip).unwrap(), files());
        assert_eq!(write(&read(&zip).unwrap()).unwrap(), zip);
    }

    #[test]
    fn what_is_no_package_is_refused_in_words() {
        for name in [
            "../item.yaml",
            "/item.yaml",
            "item.yaml\\x",
            "evil.sh",
            "a/evil.sh",
            "scenarios/../item.yaml",
            "C:item.yaml",
        ] {
            let read = read(&one(name, "x"));
            assert!(matches!(read, Err(ZipError::BadName(_))), "{name}: {read:?}");
        }
        assert_eq!(read(&one("dog/item.yaml", "x")).unwrap().keys().collect::<Vec<_>>(), ["item.yaml"]);
        let large = "x".repeat(FILE_BYTES_MAX + 1);
        assert_eq!(read(&one("item.yaml", &large)), Err(ZipError::TooLarge("item.yaml".into())));
        let many: Texts = (0..=FILES_MAX).map(|n| (format!("scenarios/{n}.yaml"), String::new())).collect();
        assert_eq!(read(&write(&many).unwrap()), Err(ZipError::TooMany));
        let mut broken = write(&files()).unwrap();
        broken[40] ^= 1;
        assert_eq!(read(&broken), Err(ZipError::Unreadable));
        for length in 0..broken.len() {
            assert!(read(&broken[..length]).is_err(), "cut off at {length}");
        }
    }

    #[test]
    fn a_bomb_is_stopped() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let packed = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);
        zip.start_file("item.yaml", packed).unwrap();
        zip.write_all(&vec![b'x'; 2 * 1024 * 1024]).unwrap();
        let mut zip = zip.finish().unwrap().into_inner();
        assert_eq!(read(&zip), Err(ZipError::TooLarge("item.yaml".into())));
        // It lies about its size, in both places where a ZIP file names it.
        let size = (2_u32 * 1024 * 1024).to_le_bytes();
        let places: Vec<usize> =
            zip.windows(4).enumerate().filter(|(_, bytes)| *bytes == size).map(|(at, _)| at).collect();
        assert!(!places.is_empty());
        for at in places {
            zip[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
        assert!(read(&zip).is_err());
    }
}
