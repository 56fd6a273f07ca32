//! Packages as ZIP files: written without compression, read with limits, because what is brought in may be anything.

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
    /// It is none, or damaged, or of a kind that is not read (encrypted, over 4 GB).
    #[error("not a readable ZIP file")]
    Unreadable,
    /// Too many files.
    #[error("more than {FILES_MAX} files")]
    TooMany,
    /// A file is too large, packed or unpacked.
    #[error("{0}: too large")]
    TooLarge(String),
    /// A name that leads somewhere else, or is no file of a package.
    #[error("{0}: no file of a package")]
    BadName(String),
    /// A name twice.
    #[error("{0}: twice")]
    Twice(String),
    /// Not UTF-8 text.
    #[error("{0}: no text")]
    NotText(String),
}

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_BYTES: usize = 22;
/// 1980-01-01: the same files make the same ZIP file on every day.
const DATE: u16 = 0x0021;
/// Names are UTF-8.
const UTF8: u16 = 0x0800;

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// A number that a file of ours never outgrows.
fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// What the local header and the entry of the directory have in common.
fn put_common(out: &mut Vec<u8>, name: &str, text: &str) {
    put16(out, 20);
    put16(out, UTF8);
    put16(out, 0); // stored
    put16(out, 0);
    put16(out, DATE);
    put32(out, crc32(text.as_bytes()));
    put32(out, small(text.len()));
    put32(out, small(text.len()));
    put16(out, u16::try_from(name.len()).unwrap_or(u16::MAX));
    put16(out, 0);
}

/// The files of a package as a ZIP file; the same files give the same bytes.
pub(crate) fn write(files: &Texts) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let at = small(out.len());
        put32(&mut out, LOCAL);
        put_common(&mut out, name, text);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(text.as_bytes());
        put32(&mut directory, CENTRAL);
        put16(&mut directory, 20);
        put_common(&mut directory, name, text);
        put16(&mut directory, 0);
        put16(&mut directory, 0);
        put16(&mut directory, 0);
        put32(&mut directory, 0);
        put32(&mut directory, at);
        directory.extend_from_slice(name.as_bytes());
    }
    let (at, count) = (small(out.len()), u16::try_from(files.len()).unwrap_or(u16::MAX));
    out.extend_from_slice(&directory);
    put32(&mut out, END);
    put16(&mut out, 0);
    put16(&mut out, 0);
    put16(&mut out, count);
    put16(&mut out, count);
    put32(&mut out, small(directory.len()));
    put32(&mut out, at);
    put16(&mut out, 0);
    out
}

/// A file as the directory lists it.
struct Listed<'z> {
    name: &'z str,
    method: u16,
    crc: u32,
    packed: usize,
    unpacked: usize,
    at: usize,
}

/// The files of a ZIP file by name. A single folder around them is left out; folders and notes that some systems add
/// (`__MACOSX`, `.DS_Store`) are passed over.
pub(crate) fn read(bytes: &[u8]) -> Result<Texts, ZipError> {
    if bytes.len() > ZIP_BYTES_MAX {
        return Err(ZipError::TooLarge("zip".into()));
    }
    let listed = directory(bytes)?;
    let is_added = |name: &str| {
        name.ends_with('/') || name.starts_with("__MACOSX/") || name.rsplit('/').next() == Some(".DS_Store")
    };
    let listed: Vec<Listed<'_>> = listed.into_iter().filter(|one| !is_added(one.name)).collect();
    let around = listed.first().and_then(|first| first.name.split_once('/')).map(|(folder, _)| folder);
    let around = around.filter(|folder| {
        is_plain_folder(folder)
            && !is_file_name(&format!("{folder}/01.yaml"))
            && listed.iter().all(|one| one.name.split_once('/').is_some_and(|(of, _)| of == *folder))
    });
    let mut files = Texts::new();
    for one in listed {
        let name = match around {
            Some(folder) => one.name[folder.len()..].trim_start_matches('/'),
            None => one.name,
        };
        if !is_file_name(name) {
            return Err(ZipError::BadName(name.chars().take(100).collect()));
        }
        let text = unpack(bytes, &one, name)?;
        if files.insert(name.to_owned(), text).is_some() {
            return Err(ZipError::Twice(name.to_owned()));
        }
    }
    Ok(files)
}

/// Whether it is a folder inside, not one above or elsewhere.
fn is_plain_folder(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', ':', '\0'])
}

fn directory(bytes: &[u8]) -> Result<Vec<Listed<'_>>, ZipError> {
    let end = find_end(bytes).ok_or(ZipError::Unreadable)?;
    let count = usize::from(u16_at(bytes, end + 10)?);
    let mut at = usize_at(bytes, end + 16)?;
    if count > FILES_MAX * 2 {
        return Err(ZipError::TooMany);
    }
    let mut listed = Vec::with_capacity(count);
    for _ in 0..count {
        if u32_at(bytes, at)? != CENTRAL {
            return Err(ZipError::Unreadable);
        }
        let is_encrypted = u16_at(bytes, at + 8)? & 1 == 1;
        let name_bytes = usize::from(u16_at(bytes, at + 28)?);
        let name = bytes.get(at + 46..at + 46 + name_bytes).ok_or(ZipError::Unreadable)?;
        let name = std::str::from_utf8(name).map_err(|_other_code_page| ZipError::Unreadable)?;
        if is_encrypted {
            return Err(ZipError::Unreadable);
        }
        listed.push(Listed {
            name,
            method: u16_at(bytes, at + 10)?,
            crc: u32_at(bytes, at + 16)?,
            packed: usize_at(bytes, at + 20)?,
            unpacked: usize_at(bytes, at + 24)?,
            at: usize_at(bytes, at + 42)?,
        });
        let more = usize::from(u16_at(bytes, at + 30)?) + usize::from(u16_at(bytes, at + 32)?);
        at = at + 46 + name_bytes + more;
    }
    if listed.iter().filter(|one| !one.name.ends_with('/')).count() > FILES_MAX {
        return Err(ZipError::TooMany);
    }
    Ok(listed)
}

/// Where the record at the end begins; a comment may follow it.
fn find_end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| u32_at(bytes, *at) == Ok(END))
}

fn unpack(bytes: &[u8], one: &Listed<'_>, name: &str) -> Result<String, ZipError> {
    if one.unpacked > FILE_BYTES_MAX {
        return Err(ZipError::TooLarge(name.to_owned()));
    }
    if u32_at(bytes, one.at)? != LOCAL {
        return Err(ZipError::Unreadable);
    }
    let names = usize::from(u16_at(bytes, one.at + 26)?) + usize::from(u16_at(bytes, one.at + 28)?);
    let start = one.at + 30 + names;
    let end = start.checked_add(one.packed).ok_or(ZipError::Unreadable)?;
    let packed = bytes.get(start..end).ok_or(ZipError::Unreadable)?;
    let content = match one.method {
        0 => packed.to_vec(),
        // What says it is small and unpacks for ever is stopped at its own word.
        8 => miniz_oxide::inflate::decompress_to_vec_with_limit(packed, FILE_BYTES_MAX).map_err(|error| {
            if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput {
                ZipError::TooLarge(name.to_owned())
            } else {
                ZipError::Unreadable
            }
        })?,
        _ => return Err(ZipError::Unreadable),
    };
    if content.len() != one.unpacked || crc32(&content) != one.crc {
        return Err(ZipError::Unreadable);
    }
    match String::from_utf8(content) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(_) | Err(_) => Err(ZipError::NotText(name.to_owned())),
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ZipError> {
    let found = at.checked_add(N).and_then(|end| bytes.get(at..end)).ok_or(ZipError::Unreadable)?;
    found.try_into().map_err(|_length| ZipError::Unreadable)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ZipError> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ZipError> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn usize_at(bytes: &[u8], at: usize) -> Result<usize, ZipError> {
    usize::try_from(u32_at(bytes, at)?).map_err(|_too_large| ZipError::Unreadable)
}

/// CRC-32 of ISO 3309, bit by bit: packages are small.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _bit| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Texts {
        let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        [text("item.yaml", "code: \"1\"\r\n# 注释\n"), text("scenarios/01.yaml", "steps: []\n")].into()
    }

    #[test]
    fn every_byte_comes_back() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let zip = write(&files());
        assert_eq!(read(&zip).unwrap(), files());
        assert_eq!(write(&read(&zip).unwrap()), zip);
    }

    #[test]
    fn what_is_no_package_is_refused_in_words() {
        let check = |name: &str, expected: &ZipError| {
            let zip = write(&[(name.to_owned(), "x".to_owned())].into());
            assert_eq!(read(&zip).as_ref(), Err(expected));
        };
        let bad = |name: &str| check(name, &ZipError::BadName(name.trim_start_matches("a/").to_owned()));
        for name in
            ["../item.yaml", "/item.yaml", "item.yaml\\x", "evil.sh", "scenarios/../item.yaml", "C:item.yaml"]
        {
            let zip = write(&[(name.to_owned(), "x".to_owned())].into());
            assert!(matches!(read(&zip), Err(ZipError::BadName(_))), "{name}: {:?}", read(&zip));
        }
        bad("a/evil.sh");
        let around = write(&[("dog/item.yaml".to_owned(), "x".to_owned())].into());
        assert_eq!(read(&around).unwrap().keys().collect::<Vec<_>>(), ["item.yaml"]);
        let large = write(&[("item.yaml".to_owned(), "x".repeat(FILE_BYTES_MAX + 1))].into());
        assert_eq!(read(&large), Err(ZipError::TooLarge("item.yaml".into())));
        let many: Texts = (0..=FILES_MAX).map(|n| (format!("scenarios/{n}.yaml"), String::new())).collect();
        assert_eq!(read(&write(&many)), Err(ZipError::TooMany));
        let mut broken = write(&files());
        broken[40] ^= 1;
        assert_eq!(read(&broken), Err(ZipError::Unreadable));
        for length in 0..broken.len() {
            assert!(read(&broken[..length]).is_err(), "cut off at {length}");
        }
    }

    #[test]
    fn a_bomb_is_stopped() {
        let packed = miniz_oxide::deflate::compress_to_vec(&vec![b'x'; 2 * 1024 * 1024], 9);
        let zip_saying = |unpacked: usize| {
            let mut zip = write(&[("item.yaml".to_owned(), String::new())].into());
            let local = 30 + "item.yaml".len();
            let directory = zip.split_off(local);
            zip.extend_from_slice(&packed);
            let at = zip.len();
            zip.extend_from_slice(&directory);
            let mut put = |at: usize, value: u32| zip[at..at + 4].copy_from_slice(&value.to_le_bytes());
            put(at + 20, small(packed.len()));
            put(at + 24, small(unpacked));
            let end = at + directory.len() - END_BYTES;
            put(end + 16, small(at));
            zip[at + 10] = 8;
            zip
        };
        assert_eq!(read(&zip_saying(2 * 1024 * 1024)), Err(ZipError::TooLarge("item.yaml".into())));
        assert_eq!(
            read(&zip_saying(10)),
            Err(ZipError::TooLarge("item.yaml".into())),
            "it lies about its size"
        );
    }
}
