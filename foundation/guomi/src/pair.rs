//! A key and its certificate in a folder of their own (密钥与证书).
//!
//! ```text
//! key.pem          the encrypted key ([`crate::key_file`])
//! certificate.pem  the certificate; behind it the authorities above it, nearest first, without the root
//! ```
//!
//! The folder appears with both files or not at all.

use std::io;
use std::path::{Path, PathBuf};

use crate::files::{self, Readers};
use crate::key_file::{self, KeyFileError};
use crate::signer::{FileSigner, SignerError};
use crate::sm2::PrivateKey;
use crate::x509::{CertError, Certificate, read_bundle};

pub(crate) const KEY_FILE: &str = "key.pem";
pub(crate) const CERTIFICATE_FILE: &str = "certificate.pem";
/// No certificate with its authorities is longer.
const BUNDLE_BYTES_MAX: u64 = 256 * 1024;

/// Why a pair cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The file of certificates is longer than any.
    #[error("{}: longer than {BUNDLE_BYTES_MAX} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// A certificate file.
    #[error("{}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CertError,
    },
    /// The key file could not be made or opened.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// Key and certificate do not belong together.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

/// Writes a pair into a folder that does not exist yet. `false` means that it was there already; that one stays.
pub fn write(
    folder: &Path,
    key: &PrivateKey,
    certificates: &[Certificate],
    passphrase: &str,
) -> Result<bool, PairError> {
    let key = key_file::to_text(key, passphrase)?;
    let bundle: String = certificates.iter().map(Certificate::to_pem).collect();
    let files = [
        (KEY_FILE, key.as_bytes(), Readers::OwnerOnly),
        (CERTIFICATE_FILE, bundle.as_bytes(), Readers::Everybody),
    ];
    files::create_folder_atomically(folder, &files)
        .map_err(|source| PairError::Folder { path: folder.to_owned(), source })
}

/// Writes other certificates for the key that is there.
pub(crate) fn replace_certificate(folder: &Path, certificate: &Certificate) -> Result<(), PairError> {
    let path = folder.join(CERTIFICATE_FILE);
    files::write_atomically(&path, certificate.to_pem().as_bytes(), Readers::Everybody)
        .map_err(|source| PairError::Folder { path, source })
}

/// Opens a pair. That takes about a second on purpose: keep the signer.
pub fn open(folder: &Path, passphrase: &str) -> Result<FileSigner, PairError> {
    let mut certificates = read_certificates(&folder.join(CERTIFICATE_FILE))?;
    let key = key_file::read(&folder.join(KEY_FILE), passphrase)?;
    // A bundle holds at least one.
    let own = certificates.remove(0);
    Ok(FileSigner::new(key, own)?.with_intermediates(certificates))
}

/// Reads the certificates of a PEM file, at least one.
pub fn read_certificates(path: &Path) -> Result<Vec<Certificate>, PairError> {
    let folder = |source| PairError::Folder { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(folder)?.len() > BUNDLE_BYTES_MAX {
        return Err(PairError::TooLong { path: path.to_owned() });
    }
    let text = std::fs::read_to_string(path).map_err(folder)?;
    read_bundle(&text).map_err(|source| PairError::Certificate { path: path.to_owned(), source })
}

/// Writes certificates into a PEM file that everybody may read, replacing an older one at once.
pub fn write_certificates(path: &Path, certificates: &[Certificate]) -> Result<(), PairError> {
    let folder = |source| PairError::Folder { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(folder)?;
    }
    let bundle: String = certificates.iter().map(Certificate::to_pem).collect();
    files::write_atomically(path, bundle.as_bytes(), Readers::Everybody).map_err(folder)
}
