//! A certificate authority that a county runs itself (自建证书机构): the root off line, an issuing authority beside the
//! platform, and a maker of seals (制章者).
//!
//! ```text
//! <root folder>/key.pem  certificate.pem       carried away once the rest is made
//! <folder>/issuing/key.pem  certificate.pem    issues certificates and lists of revoked ones
//! <folder>/maker/key.pem  certificate.pem      signs seals
//! <folder>/anchors/root.pem                    what is trusted
//! ```

use std::fmt;
use std::path::Path;

use crate::crl::{Crl, CrlError, CrlSpec};
use crate::pair::{self, PairError};
use crate::random_bytes;
use crate::signer::{FileSigner, Signer as _};
use crate::sm2::{PrivateKey, PublicKey};
use crate::x509::{CertError, Certificate, LeafUsage, Subject, Validity, issue_leaf, issue_root};

const ROOT_YEARS: u16 = 20;
const ISSUING_YEARS: u16 = 10;
/// Clocks differ; what is signed at once must not lie before the certificate.
const CLOCK_DIFFERENCE_SECONDS: i64 = 24 * 60 * 60;

/// Folder of the issuing authority.
pub const ISSUING: &str = "issuing";
/// Folder of the maker of seals.
pub const MAKER: &str = "maker";
/// Folder of trusted roots.
pub const ANCHORS: &str = "anchors";

/// Why an authority cannot be made or does not issue.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// There is one already.
    #[error("{0} is there already")]
    Exists(String),
    /// A key with its certificate.
    #[error(transparent)]
    Pair(#[from] PairError),
    /// A certificate, such as one whose name is too long.
    #[error(transparent)]
    Certificate(#[from] CertError),
    /// The certificate that is opened is none of an authority.
    #[error("{0} may not issue certificates")]
    NotAuthority(String),
    /// What is asked for would outlive the authority.
    #[error("the issuing certificate ends at {0}, earlier than what it should issue")]
    EndsEarlier(i64),
}

/// What a new authority is called, and how its keys are protected.
#[derive(Clone, Copy)]
pub struct NewAuthority<'a> {
    /// The organisation that runs it, in every certificate.
    pub organization: &'a str,
    /// A remark in every certificate, such as that it is for demonstrations; empty for none.
    pub unit: &'a str,
    /// Passphrase of the root key.
    pub root_passphrase: &'a str,
    /// Passphrase of the keys beside the platform.
    pub passphrase: &'a str,
    /// Now, unix time.
    pub now: i64,
}

/// Makes root, issuing authority and maker. Nothing is overwritten: an existing folder is an error.
pub fn init(root: &Path, folder: &Path, new: &NewAuthority<'_>) -> Result<Certificate, AuthorityError> {
    for there in [root.to_owned(), folder.join(ISSUING), folder.join(MAKER)] {
        if there.exists() {
            return Err(AuthorityError::Exists(there.display().to_string()));
        }
    }
    let subject = |role: &str| Subject {
        organization: new.organization.to_owned(),
        unit: new.unit.to_owned(),
        organization_id: String::new(),
        common_name: format!("{} {role}", new.organization),
    };
    let start = new.now.saturating_sub(CLOCK_DIFFERENCE_SECONDS);
    let root_key = PrivateKey::generate();
    let root_certificate =
        issue_root(&subject("根证书 Root CA"), &root_key, start, ROOT_YEARS, random_bytes())?;
    let validity = Validity::years(start, ISSUING_YEARS)?;
    let issuing_key = PrivateKey::generate();
    let issuing = issue_leaf(
        &subject("签发证书 Issuing CA"),
        &issuing_key.public(),
        &root_certificate,
        &root_key,
        validity,
        LeafUsage::IssuingCa,
    )?;
    let maker_key = PrivateKey::generate();
    let maker = issue_leaf(
        &subject("制章者 Seal maker"),
        &maker_key.public(),
        &issuing,
        &issuing_key,
        validity,
        LeafUsage::Signing,
    )?;
    // The root comes first: a medium that cannot be written must not cost a set of certificates whose root is lost.
    write(root, &root_key, std::slice::from_ref(&root_certificate), new.root_passphrase)?;
    let anchor = folder.join(ANCHORS).join("root.pem");
    pair::write_certificates(&anchor, std::slice::from_ref(&root_certificate))?;
    write(&folder.join(MAKER), &maker_key, &[maker, issuing.clone()], new.passphrase)?;
    write(&folder.join(ISSUING), &issuing_key, &[issuing], new.passphrase)?;
    Ok(root_certificate)
}

fn write(
    folder: &Path,
    key: &PrivateKey,
    certificates: &[Certificate],
    passphrase: &str,
) -> Result<(), AuthorityError> {
    if let Some(above) = folder.parent() {
        std::fs::create_dir_all(above)
            .map_err(|source| PairError::Folder { path: above.to_owned(), source })?;
    }
    if pair::write(folder, key, certificates, passphrase)? {
        Ok(())
    } else {
        Err(AuthorityError::Exists(folder.display().to_string()))
    }
}

/// An opened issuing authority. Its key stays in memory and is wiped when this is dropped.
pub struct Authority(FileSigner);

impl Authority {
    /// Opens the authority in a folder with key and certificate. Takes about a second on purpose.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, AuthorityError> {
        let signer = pair::open(folder, passphrase)?;
        if !signer.certificate().is_ca() {
            return Err(AuthorityError::NotAuthority(signer.certificate().subject_common_name().to_owned()));
        }
        Ok(Self(signer))
    }

    /// Its certificate.
    pub fn certificate(&self) -> &Certificate {
        self.0.certificate()
    }

    /// Makes a certificate for somebody's public key, valid from a day before `from` until `until`.
    pub fn issue(
        &self,
        subject: &Subject,
        public: &PublicKey,
        from: i64,
        until: i64,
    ) -> Result<Certificate, AuthorityError> {
        let own = self.certificate();
        // A certificate that outlives its issuer, or began before it, could not be verified to the end.
        if until > own.not_after() {
            return Err(AuthorityError::EndsEarlier(own.not_after()));
        }
        let not_before = from.saturating_sub(CLOCK_DIFFERENCE_SECONDS).max(own.not_before());
        let validity = Validity { not_before, not_after: until };
        Ok(issue_leaf(subject, public, own, self.0.key(), validity, LeafUsage::Signing)?)
    }

    /// Makes a list of revoked certificates.
    pub fn revocation_list(&self, spec: &CrlSpec) -> Result<Crl, CrlError> {
        Crl::issue(spec, &self.0)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authority").field(self.certificate()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crl::{Reason, Revoked};
    use crate::x509::verify_chain;

    const NOW: i64 = 1_791_504_000; // 2026-10-09
    const DAY: i64 = 86_400;

    fn new() -> NewAuthority<'static> {
        NewAuthority {
            organization: "演示县",
            unit: "演示",
            root_passphrase: "off line",
            passphrase: "beside",
            now: NOW,
        }
    }

    #[test]
    fn an_authority_issues_what_leads_to_its_root_and_revokes_it() {
        let dir = tempfile::tempdir().unwrap();
        let (root_folder, folder) = (dir.path().join("stick/root"), dir.path().join("seals"));
        let root = init(&root_folder, &folder, &new()).unwrap();
        std::fs::remove_dir_all(&root_folder).unwrap(); // carried away
        let authority = Authority::open(&folder.join(ISSUING), "beside").unwrap();
        let key = PrivateKey::generate();
        let subject = Subject { common_name: "演示县民政局".into(), ..Subject::default() };
        let until = NOW + 400 * DAY;
        let certificate = authority.issue(&subject, &key.public(), NOW, until).unwrap();
        assert_eq!((certificate.not_before(), certificate.not_after()), (NOW - DAY, until));
        let chain = [authority.certificate().clone()];
        assert_eq!(verify_chain(&certificate, &chain, &root, NOW), Ok(()));
        assert!(certificate.may_sign_documents() && !certificate.is_ca());
        let maker = pair::open(&folder.join(MAKER), "beside").unwrap();
        assert_eq!(verify_chain(maker.certificate(), maker.intermediates(), &root, NOW), Ok(()));
        assert_eq!(pair::read_certificates(&folder.join("anchors/root.pem")).unwrap(), [root]);
        let revoked = Revoked { serial: certificate.serial_hex(), at: NOW, reason: Reason::Superseded };
        let spec = CrlSpec { number: 1, this_update: NOW, next_update: NOW + DAY, revoked: vec![revoked] };
        let list = authority.revocation_list(&spec).unwrap();
        assert!(list.verify_signed_by(authority.certificate()).is_ok());
        assert_eq!(list.revoked_at(&certificate.serial_hex()), Some(NOW));
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_outlives_its_issuer() {
        let dir = tempfile::tempdir().unwrap();
        let (root, folder) = (dir.path().join("root"), dir.path().join("seals"));
        init(&root, &folder, &new()).unwrap();
        let again = init(&root, &folder, &new());
        assert!(matches!(again, Err(AuthorityError::Exists(path)) if path.ends_with("root")));
        let other = init(&dir.path().join("other"), &folder, &new());
        assert!(matches!(other, Err(AuthorityError::Exists(path)) if path.ends_with("issuing")));
        assert!(matches!(Authority::open(&folder.join(ISSUING), "x"), Err(AuthorityError::Pair(_))));
        let maker = Authority::open(&folder.join(MAKER), "beside");
        assert!(matches!(maker, Err(AuthorityError::NotAuthority(name)) if name.contains("制章者")));
        let authority = Authority::open(&folder.join(ISSUING), "beside").unwrap();
        let subject = Subject { common_name: "x".into(), ..Subject::default() };
        let key = PrivateKey::generate().public();
        let late = authority.issue(&subject, &key, NOW, NOW + 11 * 366 * DAY);
        assert!(matches!(late, Err(AuthorityError::EndsEarlier(_))));
    }
}
