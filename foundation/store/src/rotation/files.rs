//! Sealed files under another data key.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::Tally;
use crate::files::{Inner, KEY, blocking, failure};
use crate::vault::{HEADER_BYTES, split_header};
use crate::{Files, Result};

/// Files of a step, and their bytes: it ends with whichever comes first.
const STEP_FILES: usize = 200;
const STEP_BYTES: usize = 64 << 20;

impl Files {
    /// Seals the files behind this name anew, some at a time. Gives the last name, or nothing when all are done.
    ///
    /// A file is put in the place of the same content sealed otherwise, so whoever reads meanwhile gets one or the other.
    pub(super) async fn reseal_after(&self, after: &str, version: u16) -> Result<(Tally, Option<String>)> {
        let (inner, after) = (self.0.clone(), after.to_owned());
        blocking(move || inner.reseal_after(&after, version)).await
    }

    /// How many files do not lie under this key.
    pub(super) async fn count_not_under(&self, version: u16) -> Result<i64> {
        let inner = self.0.clone();
        blocking(move || {
            let mut count = 0;
            for folder in folders(&inner.root, "").map_err(failure)? {
                for name in names(&inner.root.join(&folder), "").map_err(failure)? {
                    let lies_under = version_of(&inner.root.join(&folder).join(name)).map_err(failure)?;
                    count += i64::from(lies_under != version);
                }
            }
            Ok(count)
        })
        .await
    }
}

/// How many files opened and how many did not.
pub(super) struct Opened {
    pub(super) good: u64,
    pub(super) bad: u64,
}

impl Files {
    /// Opens every file once.
    pub(super) async fn open_all(&self) -> Result<Opened> {
        let inner = self.0.clone();
        blocking(move || {
            let mut opened = Opened { good: 0, bad: 0 };
            for folder in folders(&inner.root, "").map_err(failure)? {
                for name in names(&inner.root.join(&folder), "").map_err(failure)? {
                    match inner.get(&name) {
                        Ok(_content) => opened.good += 1,
                        Err(error) => {
                            tracing::error!(file = name, %error, "does not open");
                            opened.bad += 1;
                        }
                    }
                }
            }
            Ok(opened)
        })
        .await
    }
}

impl Inner {
    fn reseal_after(&self, after: &str, version: u16) -> Result<(Tally, Option<String>)> {
        let mut tally = Tally::default();
        let (mut files, mut bytes) = (0, 0);
        for folder in folders(&self.root, after).map_err(failure)? {
            for name in names(&self.root.join(&folder), after).map_err(failure)? {
                let path = self.root.join(&folder).join(&name);
                files += 1;
                if version_of(&path).map_err(failure)? != version {
                    match self.reseal(&name, &path, version) {
                        Ok(length) => {
                            tally.files += 1;
                            bytes += length;
                        }
                        Err(error) => {
                            tracing::error!(file = name, %error, "a file cannot be sealed anew");
                            tally.faults += 1;
                        }
                    }
                }
                if files >= STEP_FILES || bytes >= STEP_BYTES {
                    return Ok((tally, Some(name)));
                }
            }
        }
        Ok((tally, None))
    }

    fn reseal(&self, name: &str, path: &Path, version: u16) -> Result<usize> {
        let sealed = fs::read(path).map_err(failure)?;
        if let Some(anew) = self.vault.reseal_as((KEY, ""), name.as_bytes(), &sealed, version)? {
            self.write(name, &anew).map_err(failure)?;
        }
        Ok(sealed.len())
    }
}

/// Folders of two hexadecimal digits in order, from the one in which this name would lie.
fn folders(root: &Path, after: &str) -> io::Result<Vec<String>> {
    let from = after.get(..2).unwrap_or("");
    let mut found = sorted(root)?;
    found.retain(|name| name.len() == 2 && name.as_str() >= from);
    Ok(found)
}

fn names(folder: &Path, after: &str) -> io::Result<Vec<String>> {
    let mut found = sorted(folder)?;
    found.retain(|name| name.len() == 64 && name.as_str() > after);
    Ok(found)
}

fn sorted(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()));
    let mut names = entries.collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Under which key a file lies, by its first bytes.
fn version_of(path: &Path) -> io::Result<u16> {
    let mut begin = Vec::with_capacity(HEADER_BYTES);
    File::open(path)?.take(HEADER_BYTES as u64).read_to_end(&mut begin)?;
    Ok(split_header(&begin).0)
}
