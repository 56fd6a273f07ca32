//! Private keys in files (密钥文件), encrypted with a passphrase: Argon2id, then SM4-GCM.
//!
//! ```text
//! -----BEGIN TONGBAN SM2 PRIVATE KEY-----
//! Version: 1
//! Cost: memory_kib=19456 passes=2 lanes=1
//! Salt: <16 bytes, base64>
//! Check: <SM3 over the lines above and the sealed key, hexadecimal>
//!
//! <the sealed key, base64>
//! -----END TONGBAN SM2 PRIVATE KEY-----
//! ```
//!
//! The check value is no protection; it only tells a damaged file from a wrong passphrase. The first three
//! lines are the associated data of the seal.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::files::{self, Readers};
use crate::passphrase::{self, Cost};
use crate::random::{self, NoRandomness};
use crate::sm2::PrivateKey;
use crate::{sm3, sm4};

const BEGIN: &str = "-----BEGIN TONGBAN SM2 PRIVATE KEY-----";
const END: &str = "-----END TONGBAN SM2 PRIVATE KEY-----";
const FILE_BYTES_MAX: u64 = 4096;

/// Why a key file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system refused.
    #[error("key file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The file could not be written.
    #[error("key file {} cannot be written: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The content is not what was once written.
    #[error("key file is damaged: {what}")]
    Damaged {
        /// The part that is wrong.
        what: &'static str,
    },
    /// The file is whole, and the passphrase does not open it.
    #[error("wrong passphrase for the key file")]
    WrongPassphrase,
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// No salt could be drawn.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// Encrypts the key and writes it, replacing an older file at once. Only the owner can read it (mode 0600).
pub fn write(path: &Path, key: &PrivateKey, passphrase: &str) -> Result<(), KeyFileError> {
    let text = to_text(key, passphrase)?;
    files::write_atomically(path, text.as_bytes(), Readers::OwnerOnly)
        .map_err(|source| KeyFileError::Unwritable { path: path.to_owned(), source })
}

/// Reads the key back.
pub fn read(path: &Path, passphrase: &str) -> Result<PrivateKey, KeyFileError> {
    let unreadable = |source| KeyFileError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(KeyFileError::Damaged { what: "length" });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_binary| KeyFileError::Damaged { what: "text" })?;
    decode(&text, passphrase)
}

/// The content of a key file.
pub(crate) fn to_text(key: &PrivateKey, passphrase: &str) -> Result<String, KeyFileError> {
    encode(key, passphrase, Cost::DEFAULT)
}

fn encode(key: &PrivateKey, passphrase: &str, cost: Cost) -> Result<String, KeyFileError> {
    if passphrase.is_empty() {
        return Err(KeyFileError::EmptyPassphrase);
    }
    let mut salt = [0; 16];
    random::fill(&mut salt)?;
    let Cost { memory_kib, passes, lanes } = cost;
    let head = format!(
        "Version: 1\nCost: memory_kib={memory_kib} passes={passes} lanes={lanes}\nSalt: {}\n",
        STANDARD.encode(salt)
    );
    let data_key = derive_key(passphrase, &salt, cost)?;
    let sealed =
        sm4::seal(&data_key, key.to_bytes().as_slice(), head.as_bytes()).map_err(|error| match error {
            sm4::SealError::Randomness(none) => KeyFileError::Randomness(none),
            sm4::SealError::TooLong => KeyFileError::Damaged { what: "length" },
        })?;
    let check = check_value(&head, &sealed);
    Ok(format!("{BEGIN}\n{head}Check: {check}\n\n{}\n{END}\n", STANDARD.encode(sealed)))
}

fn decode(text: &str, passphrase: &str) -> Result<PrivateKey, KeyFileError> {
    let damaged = |what| KeyFileError::Damaged { what };
    // Editors and mail change line ends; nothing else may differ.
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let [BEGIN, version, cost_line, salt_line, check_line, "", body, END] = lines.as_slice() else {
        return Err(damaged("lines"));
    };
    if *version != "Version: 1" {
        return Err(damaged("version"));
    }
    let cost = parse_cost(cost_line).ok_or(damaged("cost"))?;
    let salt = salt_line.strip_prefix("Salt: ").and_then(|salt| STANDARD.decode(salt).ok());
    let salt: [u8; 16] = salt.and_then(|salt| salt.try_into().ok()).ok_or(damaged("salt"))?;
    let sealed = STANDARD.decode(body).map_err(|_not_base64| damaged("sealed key"))?;
    let head = format!("{version}\n{cost_line}\n{salt_line}\n");
    if check_line.strip_prefix("Check: ") != Some(check_value(&head, &sealed).as_str()) {
        return Err(damaged("check value"));
    }
    let data_key = derive_key(passphrase, &salt, cost)?;
    let opened = sm4::open(&data_key, &sealed, head.as_bytes()).map(Zeroizing::new);
    let bytes = opened.map_err(|error| match error {
        sm4::OpenError::Refused => KeyFileError::WrongPassphrase,
        sm4::OpenError::TooShort | sm4::OpenError::UnknownVersion(_) => damaged("sealed key"),
    })?;
    PrivateKey::from_bytes(&bytes).map_err(|_no_key| damaged("private key"))
}

fn derive_key(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<sm4::DataKey, KeyFileError> {
    passphrase::derive_key(passphrase, salt, cost).map_err(|_bounds| KeyFileError::Damaged { what: "cost" })
}

fn parse_cost(line: &str) -> Option<Cost> {
    let mut fields = line.strip_prefix("Cost: ")?.split(' ');
    let mut number = |name: &str| fields.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
    let cost = Cost { memory_kib: number("memory_kib")?, passes: number("passes")?, lanes: number("lanes")? };
    fields.next().is_none().then_some(cost)
}

fn check_value(head: &str, sealed: &[u8]) -> String {
    sm3::hex(&[head.as_bytes(), sealed].concat())
}

#[cfg(test)]
mod tests;
