//! A certificate authority for demonstrations (演示证书机构): one root and a signer for every body.
//!
//! Everything it issues says that it is a demonstration. A folder appears with all its files or not at all,
//! so a sudden end leaves nothing half made; at worst a folder `.*.tmp` that nobody reads.
//!
//! ```text
//! <dir>/root/key.pem  certificate.pem
//! <dir>/signers/<unified social credit code>/key.pem  certificate.pem
//! ```

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::pair::{self, PairError};
use crate::random_bytes;
use crate::signer::{FileSigner, Signer as _};
use crate::sm2::PrivateKey;
use crate::x509::{CertError, Certificate, LeafUsage, Subject, Validity, issue_leaf, issue_root};

/// What stands as organisational unit in every certificate of this authority.
pub const DEMO_MARK: &str = "演示 Demo – not for real use";

const ROOT_COMMON_NAME: &str = "通办演示根证书 Tongban Demo Root CA";
const ROOT_YEARS: u16 = 20;
const SIGNER_YEARS: u16 = 10;
/// Clocks differ; what is signed at once must not lie before the certificate.
const CLOCK_DIFFERENCE_SECONDS: i64 = 24 * 60 * 60;
const USCC_CHARACTERS_MAX: usize = 32;

/// Why the authority cannot be opened or give a signer.
#[derive(Debug, thiserror::Error)]
pub enum DemoCaError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A key with its certificate cannot be written or read.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// A certificate could not be issued, for example because the body's name is too long.
    #[error(transparent)]
    Certificate(#[from] CertError),
    /// The code becomes the name of a folder.
    #[error("the unified social credit code is not 1 to 32 digits and capital letters")]
    CreditCode,
}

/// An opened authority. Its root key stays in memory and is wiped when this is dropped.
pub struct DemoCa {
    dir: PathBuf,
    passphrase: Zeroizing<String>,
    root: FileSigner,
    now_unix: i64,
}

impl DemoCa {
    /// Opens the authority in `dir`, or makes it at the first start. `passphrase` protects all its key files.
    ///
    /// Certificates are valid from one day before `now_unix`; for history that is loaded later, pass its
    /// beginning.
    pub fn open_or_create(dir: &Path, passphrase: &str, now_unix: i64) -> Result<Self, DemoCaError> {
        let signers = dir.join("signers");
        std::fs::create_dir_all(&signers).map_err(|source| DemoCaError::Folder { path: signers, source })?;
        let folder = dir.join("root");
        if !folder.is_dir() {
            let key = PrivateKey::generate();
            let subject = Subject {
                organization: "Tongban".to_owned(),
                unit: DEMO_MARK.to_owned(),
                organization_id: String::new(),
                common_name: ROOT_COMMON_NAME.to_owned(),
            };
            let not_before = now_unix.saturating_sub(CLOCK_DIFFERENCE_SECONDS);
            let certificate = issue_root(&subject, &key, not_before, ROOT_YEARS, random_bytes())?;
            pair::write(&folder, &key, &[certificate], passphrase)?;
        }
        let root = pair::open(&folder, passphrase)?;
        Ok(Self { dir: dir.to_owned(), passphrase: Zeroizing::new(passphrase.to_owned()), root, now_unix })
    }

    /// The root certificate, which verifiers trust.
    pub fn root(&self) -> &Certificate {
        self.root.certificate()
    }

    /// The signer of a body, made when it is first asked for. Opening it costs one passphrase derivation:
    /// keep it.
    ///
    /// A body that changed its name, or whose certificate ran out, gets a new certificate for the same key.
    pub fn signer(&self, body_name: &str, uscc: &str) -> Result<FileSigner, DemoCaError> {
        let characters_fit = uscc.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if uscc.is_empty() || uscc.len() > USCC_CHARACTERS_MAX || !characters_fit {
            return Err(DemoCaError::CreditCode);
        }
        let subject = Subject {
            organization: body_name.to_owned(),
            unit: DEMO_MARK.to_owned(),
            organization_id: uscc.to_owned(),
            common_name: body_name.to_owned(),
        };
        let folder = self.dir.join("signers").join(uscc);
        if !folder.is_dir() {
            let key = PrivateKey::generate();
            pair::write(&folder, &key, &[self.issue(&subject, &key)?], &self.passphrase)?;
        }
        let signer = pair::open(&folder, &self.passphrase)?;
        let certificate = signer.certificate();
        let is_current = certificate.subject() == subject
            && certificate.is_valid_at(self.now_unix)
            && certificate.verify_signed_by(self.root()).is_ok();
        if is_current { Ok(signer) } else { self.renew(&folder, &subject, &signer) }
    }

    fn renew(&self, folder: &Path, subject: &Subject, old: &FileSigner) -> Result<FileSigner, DemoCaError> {
        let certificate = self.issue(subject, old.key())?;
        pair::replace_certificate(folder, &certificate)?;
        Ok(pair::open(folder, &self.passphrase)?)
    }

    fn issue(&self, subject: &Subject, key: &PrivateKey) -> Result<Certificate, CertError> {
        let root = self.root();
        // A certificate that outlives its issuer, or began before it, could not be verified to the end.
        let not_before = self.now_unix.saturating_sub(CLOCK_DIFFERENCE_SECONDS).max(root.not_before());
        let mut validity = Validity::years(not_before, SIGNER_YEARS)?;
        validity.not_after = validity.not_after.min(root.not_after());
        issue_leaf(subject, &key.public(), root, self.root.key(), validity, LeafUsage::Signing)
    }
}

impl fmt::Debug for DemoCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoCa").field("root", self.root.certificate()).finish_non_exhaustive()
    }
}

/// Whether a certificate is for demonstrations only.
pub fn is_demo(certificate: &Certificate) -> bool {
    certificate.subject().unit == DEMO_MARK
}

#[cfg(test)]
mod tests;
