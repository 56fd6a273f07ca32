//! The boundary behind which a private key lives: a file here, a certified module (密码机) in production.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::key_file::{self, KeyFileError};
use crate::sm2::{PrivateKey, Signature};
use crate::x509::{CertError, Certificate};
use crate::{DEFAULT_ID, sm2};

/// Why a signer is not usable or did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The key file.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The certificate file could not be read.
    #[error("certificate file {}: {source}", path.display())]
    CertificateFile {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The certificate.
    #[error(transparent)]
    Certificate(#[from] CertError),
    /// The key is not the one that the certificate names.
    #[error("the private key does not belong to the certificate of {subject}")]
    KeyMismatch {
        /// Common name in the certificate.
        subject: String,
    },
    /// The module that holds the key did not sign.
    #[error("the cryptographic module did not sign: {0}")]
    Module(String),
}

/// Something that signs documents for the holder of a certificate (签名者).
pub trait Signer: Send + Sync {
    /// The certificate that goes with the signatures.
    fn certificate(&self) -> &Certificate;

    /// The authorities between that certificate and the root, nearest first. Most have none.
    fn intermediates(&self) -> &[Certificate] {
        &[]
    }

    /// Signs `message` with the user id [`DEFAULT_ID`].
    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError>;
}

/// A signer whose key was read from a file. Fit for tests and demonstrations.
pub struct FileSigner {
    key: PrivateKey,
    certificate: Certificate,
    intermediates: Vec<Certificate>,
}

impl FileSigner {
    /// Puts a key and its certificate together.
    pub fn new(key: PrivateKey, certificate: Certificate) -> Result<Self, SignerError> {
        if key.public() != *certificate.public_key() {
            return Err(SignerError::KeyMismatch { subject: certificate.subject_common_name().to_owned() });
        }
        Ok(Self { key, certificate, intermediates: Vec::new() })
    }

    /// Reads an encrypted key file and a certificate in PEM.
    pub fn open(key: &Path, certificate: &Path, passphrase: &str) -> Result<Self, SignerError> {
        let unreadable = |source| SignerError::CertificateFile { path: certificate.to_owned(), source };
        let pem = std::fs::read_to_string(certificate).map_err(unreadable)?;
        Self::new(key_file::read(key, passphrase)?, Certificate::from_pem(&pem)?)
    }

    /// Names the authorities between the certificate and the root, nearest first.
    #[must_use]
    pub fn with_intermediates(self, intermediates: Vec<Certificate>) -> Self {
        Self { intermediates, ..self }
    }

    /// The key, for issuing certificates in its holder's name.
    pub(crate) fn key(&self) -> &sm2::PrivateKey {
        &self.key
    }
}

impl Signer for FileSigner {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        Ok(self.key.sign(DEFAULT_ID, message))
    }
}

impl fmt::Debug for FileSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSigner").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::{Subject, issue_root};

    fn certificate(key: &PrivateKey) -> Certificate {
        let subject = Subject { common_name: "民政局".into(), ..Subject::default() };
        issue_root(&subject, key, 1_700_000_000, 1, [7; 16]).unwrap()
    }

    #[test]
    fn a_signer_is_read_from_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let (key_path, certificate_path) = (dir.path().join("key.pem"), dir.path().join("certificate.pem"));
        let key = PrivateKey::generate();
        key_file::write(&key_path, &key, "开门").unwrap();
        let missing = FileSigner::open(&key_path, &certificate_path, "开门");
        assert!(matches!(missing, Err(SignerError::CertificateFile { .. })));
        std::fs::write(&certificate_path, certificate(&key).to_pem()).unwrap();
        let signer = FileSigner::open(&key_path, &certificate_path, "开门").unwrap();
        let signature = signer.sign(b"m").unwrap();
        assert!(signer.certificate().public_key().verify(DEFAULT_ID, b"m", &signature));
        let refused = FileSigner::open(&key_path, &certificate_path, "关门");
        assert!(matches!(refused, Err(SignerError::KeyFile(KeyFileError::WrongPassphrase))));
    }

    #[test]
    fn a_foreign_key_is_refused_and_keys_do_not_print() {
        let key = PrivateKey::generate();
        let certificate = certificate(&key);
        let refused = FileSigner::new(PrivateKey::generate(), certificate.clone());
        assert!(matches!(refused, Err(SignerError::KeyMismatch { .. })));
        let printed = format!("{:?}", FileSigner::new(key, certificate).unwrap());
        assert!(printed.ends_with(", .. }, .. }") && !printed.contains("key"), "{printed}");
    }
}
