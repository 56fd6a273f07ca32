//! Where the keys of seals lie: encrypted files in one folder. A cryptographic module (密码机) would stand behind
//! [`guomi::Signer`] in their place; none is wired yet.
//!
//! ```text
//! issuing/           the own authority, where there is one ([`guomi::authority`])
//! maker/             who signs seals (制章者)
//! anchors/*.pem      trusted roots
//! signers/<seal id>/ key and certificate of a seal
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use guomi::authority::{self, ANCHORS, AuthorityError, ISSUING, MAKER, NewAuthority};
use guomi::pair::{self, PairError};
use guomi::x509::{ChainError, Subject, verify_chain};
use guomi::{Authority, Certificate, FileSigner, PrivateKey};
use kernel::SealId;
use zeroize::Zeroizing;

const SIGNERS: &str = "signers";

/// Why a key is not at hand.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There is no authority here and no certificate was brought in.
    #[error("there is no issuing authority and no imported certificate for this seal")]
    NoAuthority,
    /// Nobody signs seals here.
    #[error("there is no maker of seals: set an authority up or import one")]
    NoMaker,
    /// The seal has no key here.
    #[error("the key of the seal is not here")]
    NoKey,
    /// The authority.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A key with its certificate.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// A certificate does not lead to a trusted root.
    #[error("the certificate of {subject} cannot be used: {reason}")]
    NotTrusted {
        /// Whose.
        subject: String,
        /// Why.
        reason: String,
    },
}

/// The keys, opened when first needed and then kept: opening a key file is slow on purpose. Cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    passphrase: Zeroizing<String>,
    open: Mutex<BTreeMap<PathBuf, Arc<FileSigner>>>,
    authority: Mutex<Option<Arc<Authority>>>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys in a folder, which need not exist yet. `passphrase` protects the key files.
    pub fn new(folder: impl Into<PathBuf>, passphrase: &str) -> Self {
        Self(Arc::new(Inner {
            folder: folder.into(),
            passphrase: Zeroizing::new(passphrase.to_owned()),
            open: Mutex::default(),
            authority: Mutex::default(),
        }))
    }

    /// Makes an authority of one's own: its root in `root`, the rest here.
    pub fn set_up(
        &self,
        root: &Path,
        root_passphrase: &str,
        (organization, unit): (&str, &str),
        now_unix: i64,
    ) -> Result<Certificate, AuthorityError> {
        let new = NewAuthority {
            organization,
            unit,
            root_passphrase,
            passphrase: &self.0.passphrase,
            now: now_unix,
        };
        authority::init(root, &self.0.folder, &new)
    }

    /// Whether there is an authority of one's own.
    pub fn has_authority(&self) -> bool {
        self.0.folder.join(ISSUING).is_dir()
    }

    /// The own authority. The first call takes about a second of computing: not in an async task.
    pub fn authority(&self) -> Result<Arc<Authority>, KeysError> {
        if let Some(authority) = self.0.authority.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Ok(Arc::clone(authority));
        }
        if !self.has_authority() {
            return Err(KeysError::NoAuthority);
        }
        let opened = Arc::new(Authority::open(&self.0.folder.join(ISSUING), &self.0.passphrase)?);
        let mut kept = self.0.authority.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(kept.get_or_insert(opened)))
    }

    /// Who signs seals (制章者). The first call takes about a second of computing: not in an async task.
    pub fn maker(&self) -> Result<Arc<FileSigner>, KeysError> {
        let folder = self.0.folder.join(MAKER);
        if folder.is_dir() { self.opened(folder) } else { Err(KeysError::NoMaker) }
    }

    /// The signer of a seal. The first call takes about a second of computing: not in an async task.
    pub fn of_seal(&self, seal: SealId) -> Result<Arc<FileSigner>, KeysError> {
        let folder = self.signer_folder(seal);
        if folder.is_dir() { self.opened(folder) } else { Err(KeysError::NoKey) }
    }

    /// The signer of a seal if it is open already.
    pub(crate) fn at_hand(&self, seal: SealId) -> Option<Arc<FileSigner>> {
        let open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&self.signer_folder(seal)).cloned()
    }

    /// The signer of a seal, made with a certificate of the own authority when there is none.
    pub(crate) fn signer_for(
        &self,
        seal: SealId,
        subject: &Subject,
        from: i64,
        until: i64,
    ) -> Result<Arc<FileSigner>, KeysError> {
        let folder = self.signer_folder(seal);
        if !folder.is_dir() {
            let authority = self.authority()?;
            let key = PrivateKey::generate();
            let own = authority.issue(subject, &key.public(), from, until)?;
            let chain = [own, authority.certificate().clone()];
            self.write(&folder, &key, &chain)?;
        }
        self.opened(folder)
    }

    fn place_folder(&self, place: Place) -> PathBuf {
        match place {
            Place::Maker => self.0.folder.join(MAKER),
            Place::Seal(seal) => self.signer_folder(seal),
        }
    }

    fn signer_folder(&self, seal: SealId) -> PathBuf {
        self.0.folder.join(SIGNERS).join(seal.to_string())
    }

    fn opened(&self, folder: PathBuf) -> Result<Arc<FileSigner>, KeysError> {
        if let Some(signer) = self.0.open.lock().unwrap_or_else(PoisonError::into_inner).get(&folder) {
            return Ok(Arc::clone(signer));
        }
        // Not under the lock: other seals need not wait. Should two open the same signer, either will do.
        let signer = Arc::new(pair::open(&folder, &self.0.passphrase)?);
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).insert(folder, Arc::clone(&signer));
        Ok(signer)
    }

    /// Whether there is a key in this place.
    pub(crate) fn has(&self, place: Place) -> bool {
        self.place_folder(place).exists()
    }

    /// Keeps a key that was brought in. `false`: there is one already, which stays.
    pub(crate) fn keep(
        &self,
        place: Place,
        key: &PrivateKey,
        chain: &[Certificate],
    ) -> Result<bool, KeysError> {
        let folder = self.place_folder(place);
        Ok(!folder.exists() && self.write(&folder, key, chain)?)
    }

    fn write(&self, folder: &Path, key: &PrivateKey, chain: &[Certificate]) -> Result<bool, KeysError> {
        if let Some(above) = folder.parent() {
            std::fs::create_dir_all(above)
                .map_err(|source| PairError::Folder { path: above.to_owned(), source })?;
        }
        Ok(pair::write(folder, key, chain, &self.0.passphrase)?)
    }

    /// The trusted roots.
    pub fn anchors(&self) -> Result<Vec<Certificate>, KeysError> {
        let folder = self.0.folder.join(ANCHORS);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let unreadable = |source| PairError::Folder { path: folder.clone(), source };
        let entries = std::fs::read_dir(&folder).map_err(unreadable)?;
        let mut files = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(unreadable)?;
        files.retain(|file| file.extension().is_some_and(|end| end == "pem"));
        files.sort();
        let mut anchors = Vec::new();
        for file in files {
            anchors.extend(pair::read_certificates(&file)?);
        }
        Ok(anchors)
    }

    /// Trusts a root from now on.
    pub(crate) fn trust(&self, root: &Certificate) -> Result<(), KeysError> {
        let name: String = hex::encode(root.fingerprint()).chars().take(16).collect();
        let file = self.0.folder.join(ANCHORS).join(format!("{name}.pem"));
        Ok(pair::write_certificates(&file, std::slice::from_ref(root))?)
    }

    /// Certificates of the own authority and of the maker's: what lies between signers and roots.
    pub fn intermediates(&self) -> Result<Vec<Certificate>, KeysError> {
        let mut found = Vec::new();
        for folder in [ISSUING, MAKER] {
            let file = self.0.folder.join(folder).join("certificate.pem");
            if file.is_file() {
                found.extend(pair::read_certificates(&file)?.into_iter().filter(Certificate::is_ca));
            }
        }
        found.dedup();
        Ok(found)
    }

    /// Checks that a certificate leads over `chain` to a trusted root, is valid and may sign documents.
    pub(crate) fn check(
        &self,
        own: &Certificate,
        chain: &[Certificate],
        at_unix: i64,
    ) -> Result<(), KeysError> {
        let refused = |reason: String| {
            let subject = own.subject_common_name().to_owned();
            Err(KeysError::NotTrusted { subject, reason })
        };
        if own.is_ca() || !own.may_sign_documents() {
            return refused("it is not one for signing documents".into());
        }
        let mut last = ChainError::UnknownIssuer {
            subject: own.subject_common_name().to_owned(),
            issuer: own.issuer_common_name().to_owned(),
        };
        for root in self.anchors()? {
            match verify_chain(own, chain, &root, at_unix) {
                Ok(()) => return Ok(()),
                // A root that issued nothing here says less than one that found a fault.
                Err(ChainError::UnknownIssuer { .. }) => {}
                Err(fault) => last = fault,
            }
        }
        refused(last.to_string())
    }
}

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The maker of seals.
    Maker,
    /// A seal.
    Seal(SealId),
}
