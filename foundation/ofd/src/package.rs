//! The package (包): the files of an OFD document in a ZIP file, read with limits because anything may come in.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Largest ZIP file that is read, in bytes.
pub(crate) const ZIP_BYTES_MAX: usize = 64 << 20;
/// Most files of a package.
pub(crate) const FILES_MAX: usize = 4_096;
/// Largest file of a package once it is unpacked, in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 32 << 20;
/// Most bytes of all files of a package together.
pub(crate) const TOTAL_BYTES_MAX: usize = 128 << 20;
/// A file may unpack to so many times its packed size; texts of one repeated word reach 50.
pub(crate) const RATIO_MAX: u64 = 200;
/// Small files may have any ratio: a few blanks pack well.
const RATIO_FREE_BYTES: usize = 64 * 1024;
/// Longest name of a file.
const NAME_BYTES_MAX: usize = 255;

/// Why a package is not read. Names are those of the file that broke the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// The ZIP file is larger than `ZIP_BYTES_MAX`.
    #[error("the file is larger than {ZIP_BYTES_MAX} bytes")]
    TooLarge,
    /// It does not begin as a ZIP file does.
    #[error("not a ZIP file")]
    NotZip,
    /// Damaged, cut off, or of a kind of ZIP that OFD does not use.
    #[error("the ZIP file is damaged: {0}")]
    Damaged(String),
    /// More than `FILES_MAX` files.
    #[error("more than {FILES_MAX} files")]
    TooManyFiles,
    /// Two files of one name: readers differ in which they show.
    #[error("{0}: two files of that name")]
    Duplicate(String),
    /// Two entries share bytes of the ZIP file, or its two lists of files disagree.
    #[error("the ZIP file's lists of files contradict each other")]
    Contradictory,
    /// Leads out of the package, or is spelt so that systems read it differently.
    #[error("{0}: a name that leads elsewhere")]
    BadName(String),
    /// Encrypted.
    #[error("{0}: encrypted")]
    Encrypted(String),
    /// A link or another thing that is no file.
    #[error("{0}: not a plain file")]
    NotPlain(String),
    /// Packed with another method than deflate.
    #[error("{0}: an unknown way of packing")]
    Method(String),
    /// One file or all together are larger than this program unpacks.
    #[error("{0}: too large once unpacked")]
    FileTooLarge(String),
    /// Unpacks to more than `RATIO_MAX` times its size.
    #[error("{0}: unpacks to many times its size")]
    Bomb(String),
}

impl PackageError {
    /// A short word for message catalogues and interfaces.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "package-too-large",
            Self::NotZip => "package-not-zip",
            Self::Damaged(_) => "package-damaged",
            Self::TooManyFiles => "package-too-many-files",
            Self::Duplicate(_) => "package-duplicate",
            Self::Contradictory => "package-contradictory",
            Self::BadName(_) => "package-bad-name",
            Self::Encrypted(_) => "package-encrypted",
            Self::NotPlain(_) => "package-not-plain",
            Self::Method(_) => "package-method",
            Self::FileTooLarge(_) => "package-file-too-large",
            Self::Bomb(_) => "package-bomb",
        }
    }
}

/// The files of a package by their path without a leading slash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Package {
    /// Whether a file begins as an OFD package does.
    pub fn is_zip(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04")
    }

    /// Unpacks a package. Folders are passed over.
    pub fn read(bytes: &[u8]) -> Result<Self, PackageError> {
        if bytes.len() > ZIP_BYTES_MAX {
            return Err(PackageError::TooLarge);
        }
        if !Self::is_zip(bytes) {
            return Err(PackageError::NotZip);
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes))?;
        if zip.len() > FILES_MAX {
            return Err(PackageError::TooManyFiles);
        }
        if zip.has_duplicate_names() {
            return Err(PackageError::Duplicate(first_duplicate(bytes)));
        }
        if zip.has_overlapping_entries()? {
            return Err(PackageError::Contradictory);
        }
        let mut files = BTreeMap::new();
        let mut total = 0;
        for index in 0..zip.len() {
            if let Some((name, content)) = unpack(&mut zip, index)? {
                total += content.len();
                if total > TOTAL_BYTES_MAX {
                    return Err(PackageError::FileTooLarge(name));
                }
                // Some systems do not tell capital letters from small ones; two such names would be one file there.
                let is_there = files.keys().any(|known: &String| known.eq_ignore_ascii_case(&name));
                if is_there {
                    return Err(PackageError::Duplicate(name));
                }
                files.insert(name, content);
            }
        }
        zip.validate_header_consistency().map_err(|_differ| PackageError::Contradictory)?;
        Ok(Self { files })
    }

    /// Packs the files; the same files give the same bytes on every day. `OFD.xml` comes first, as readers that look
    /// at the beginning expect.
    pub fn write(&self) -> Result<Vec<u8>, PackageError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Deflated);
        let (first, others): (Vec<_>, Vec<_>) = self.files.iter().partition(|(name, _)| *name == "OFD.xml");
        for (name, content) in first.into_iter().chain(others) {
            check_name(name)?;
            zip.start_file(name.as_str(), options)?;
            zip.write_all(content).map_err(|error| PackageError::Damaged(error.to_string()))?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

impl From<ZipError> for PackageError {
    fn from(error: ZipError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// The library tells that there are two files of a name, not of which: the central directory is read once more.
fn first_duplicate(bytes: &[u8]) -> String {
    let mut seen = std::collections::BTreeSet::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(4).position(|four| four == b"PK\x01\x02") {
        let header = rest.get(at..).unwrap_or_default();
        let length = match header.get(28..30) {
            Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
            Some(_) | None => 0,
        };
        let name = String::from_utf8_lossy(header.get(46..46 + length).unwrap_or_default()).into_owned();
        if !seen.insert(name.clone()) {
            return name;
        }
        rest = header.get(4..).unwrap_or_default();
    }
    String::new()
}

fn unpack(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
) -> Result<Option<(String, Vec<u8>)>, PackageError> {
    let raw = zip.by_index_raw(index)?;
    let shown = String::from_utf8_lossy(raw.name_raw()).chars().take(100).collect::<String>();
    if raw.encrypted() {
        return Err(PackageError::Encrypted(shown));
    }
    let name = std::str::from_utf8(raw.name_raw()).map_err(|_form| PackageError::BadName(shown.clone()))?;
    let is_folder = name.ends_with('/');
    let name = name.strip_prefix('/').unwrap_or(name).to_owned();
    check_name(name.strip_suffix('/').unwrap_or(&name))?;
    // The kind of file stands in the upper half where a Unix system wrote the entry.
    let kind = (raw.external_attributes() >> 16) & 0o170_000;
    let is_plain = matches!(kind, 0 | 0o100_000) || (is_folder && kind == 0o040_000);
    if !is_plain {
        return Err(PackageError::NotPlain(shown));
    }
    let method = raw.compression();
    if method != CompressionMethod::Deflated && method != CompressionMethod::Stored {
        return Err(PackageError::Method(shown));
    }
    let packed = raw.compressed_size();
    drop(raw);
    if is_folder {
        return Ok(None);
    }
    // What says it is small and unpacks for ever is stopped here.
    let free = u64::try_from(RATIO_FREE_BYTES).unwrap_or(u64::MAX);
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let by_ratio = packed.saturating_mul(RATIO_MAX).max(free);
    let mut content = Vec::new();
    let entry = zip.by_index(index)?;
    let read = entry.take(most.min(by_ratio) + 1).read_to_end(&mut content);
    let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
    if length > by_ratio {
        return Err(PackageError::Bomb(shown));
    }
    if length > most {
        return Err(PackageError::FileTooLarge(shown));
    }
    read.map_err(|error| PackageError::Damaged(format!("{shown}: {error}")))?;
    Ok(Some((name, content)))
}

/// A relative path whose parts every system reads alike.
fn check_name(name: &str) -> Result<(), PackageError> {
    let is_bad_part = |part: &str| part.is_empty() || part == "." || part == "..";
    let is_bad = name.len() > NAME_BYTES_MAX
        || name.contains(['\\', ':', '\0'])
        || name.chars().any(char::is_control)
        || name.split('/').any(is_bad_part);
    if is_bad { Err(PackageError::BadName(name.chars().take(100).collect())) } else { Ok(()) }
}

/// The path that `reference`, written in the file `from`, leads to (GB/T 33190-2016, 7.2: ST_Loc). `None` when it
/// leads out of the package.
pub(crate) fn resolve(from: &str, reference: &str) -> Option<String> {
    let reference = reference.trim();
    let mut parts: Vec<&str> = match reference.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => from.rsplit_once('/').map_or_else(Vec::new, |(folder, _)| folder.split('/').collect()),
    };
    for part in reference.trim_start_matches('/').split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/")).filter(|path| !path.is_empty())
}

#[cfg(test)]
mod tests;
