//! Lists of revoked certificates (证书撤销列表 CRL): RFC 5280 clause 5, signed with SM2.

use x509_cert::certificate::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::der::asn1::{BitString, Int, OctetString};
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::{Decode as _, Encode as _, pem};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::DEFAULT_ID;
use crate::signer::{Signer, SignerError};
use crate::sm2::Signature;
use crate::x509::{CertError, Certificate, SM2_WITH_SM3, date_time};

const PEM_LABEL: &str = "X509 CRL";
/// A list of a hundred thousand certificates is shorter.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Why a list cannot be made, read or relied on.
#[derive(Debug, thiserror::Error)]
pub enum CrlError {
    /// Not a version 2 list in its canonical encoding.
    #[error("not a list of revoked certificates: {what}")]
    Malformed {
        /// The part that is wrong.
        what: &'static str,
    },
    /// A serial number that no certificate has.
    #[error("{0:?} is not the serial number of a certificate")]
    Serial(String),
    /// The period is empty or outside the calendar.
    #[error("the period of the list cannot be used")]
    Period,
    /// The holder of this certificate may not sign lists.
    #[error("{issuer} may not sign lists of revoked certificates")]
    MayNotSign {
        /// Common name.
        issuer: String,
    },
    /// Another authority issued it.
    #[error("the list was not issued by {issuer}")]
    WrongIssuer {
        /// Common name of the supposed issuer.
        issuer: String,
    },
    /// The signature does not match.
    #[error("the signature of {issuer} on the list does not match")]
    BadSignature {
        /// Common name of the issuer.
        issuer: String,
    },
    /// The signer did not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
}

/// Why a certificate is revoked (RFC 5280 clause 5.3.1), as far as this program gives reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No reason is given.
    Unspecified,
    /// Somebody else may have the key (密钥泄露).
    KeyCompromise,
    /// What the certificate says of its holder has changed (名称变更).
    AffiliationChanged,
    /// Another has taken its place (换发).
    Superseded,
    /// It is no longer needed (停止使用).
    CessationOfOperation,
}

impl Reason {
    /// What stands in the list; no reason should be left out rather than said.
    const fn code(self) -> Option<CrlReason> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(CrlReason::KeyCompromise),
            Self::AffiliationChanged => Some(CrlReason::AffiliationChanged),
            Self::Superseded => Some(CrlReason::Superseded),
            Self::CessationOfOperation => Some(CrlReason::CessationOfOperation),
        }
    }
}

/// A revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Its serial number, hexadecimal, as [`Certificate::serial_hex`] gives it.
    pub serial: String,
    /// When, unix time.
    pub at: i64,
    /// Why.
    pub reason: Reason,
}

/// What a list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlSpec {
    /// Number of the list; each is higher than the one before (cRLNumber).
    pub number: u64,
    /// When it is made, unix time (thisUpdate).
    pub this_update: i64,
    /// When the next will be there at the latest (nextUpdate).
    pub next_update: i64,
    /// The certificates.
    pub revoked: Vec<Revoked>,
}

/// A list of revoked certificates. It exists only in its canonical encoding.
#[derive(Debug, Clone)]
pub struct Crl {
    der: Vec<u8>,
    inner: CertificateList,
    signature: Signature,
}

impl Crl {
    /// Makes a list, signed by the authority that issued the certificates.
    pub fn issue(spec: &CrlSpec, issuer: &dyn Signer) -> Result<Self, CrlError> {
        let certificate = issuer.certificate();
        if !certificate.is_ca() || !certificate.may_sign_lists() {
            let issuer = certificate.subject_common_name().to_owned();
            return Err(CrlError::MayNotSign { issuer });
        }
        if spec.next_update <= spec.this_update {
            return Err(CrlError::Period);
        }
        let (name, key_id) = certificate.as_issuer();
        let broken = |_asn1| CrlError::Malformed { what: "structure" };
        let period = |_outside: CertError| CrlError::Period;
        let key_id = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(key_id).map_err(broken)?),
            ..AuthorityKeyIdentifier::default()
        };
        let number = CrlNumber::try_from(spec.number).map_err(broken)?;
        let extensions = vec![
            (&key_id).to_extension(name, &[]).map_err(broken)?,
            (&number).to_extension(name, &[]).map_err(broken)?,
        ];
        let revoked = spec.revoked.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let algorithm = AlgorithmIdentifierOwned { oid: SM2_WITH_SM3, parameters: None };
        let list = TbsCertList {
            version: Version::V2,
            signature: algorithm.clone(),
            issuer: name.clone(),
            this_update: date_time(spec.this_update).map_err(period)?.into(),
            next_update: Some(date_time(spec.next_update).map_err(period)?.into()),
            // An empty list of entries must be left out (RFC 5280 clause 5.1.2.6).
            revoked_certificates: (!revoked.is_empty()).then_some(revoked),
            crl_extensions: Some(extensions),
        };
        let signature = issuer.sign(&list.to_der().map_err(broken)?)?.to_der();
        let whole = CertificateList {
            tbs_cert_list: list,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(&signature).map_err(broken)?,
        };
        let made = Self::from_der(&whole.to_der().map_err(broken)?)?;
        // A module that holds another key than its certificate says would spoil the list unnoticed.
        made.verify_signed_by(certificate)?;
        Ok(made)
    }

    /// Reads one list and refuses every encoding but the canonical one.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        let malformed = |what| CrlError::Malformed { what };
        if der.len() > BYTES_MAX {
            return Err(malformed("length"));
        }
        let inner = CertificateList::from_der(der).map_err(|_asn1| malformed("structure"))?;
        // What is signed is encoded anew for verification, so a second spelling would go unnoticed.
        if inner.to_der().map_err(|_asn1| malformed("structure"))? != der {
            return Err(malformed("encoding"));
        }
        if inner.tbs_cert_list.version != Version::V2 {
            return Err(malformed("version"));
        }
        if inner.signature_algorithm.oid != SM2_WITH_SM3
            || inner.signature_algorithm != inner.tbs_cert_list.signature
        {
            return Err(malformed("signature algorithm"));
        }
        let signature = inner.signature.as_bytes().ok_or(malformed("signature"))?;
        let signature = Signature::from_der(signature).map_err(|_sm2| malformed("signature"))?;
        Ok(Self { der: der.to_vec(), inner, signature })
    }

    /// The encoding.
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The encoding in PEM.
    pub fn to_pem(&self) -> Result<String, CrlError> {
        pem::encode_string(PEM_LABEL, pem::LineEnding::LF, &self.der)
            .map_err(|_pem| CrlError::Malformed { what: "length" })
    }

    /// Checks that `issuer` may sign lists and signed this one. Looks at no time.
    pub fn verify_signed_by(&self, issuer: &Certificate) -> Result<(), CrlError> {
        let name = issuer.subject_common_name().to_owned();
        if self.inner.tbs_cert_list.issuer != *issuer.as_issuer().0 {
            return Err(CrlError::WrongIssuer { issuer: name });
        }
        if !issuer.is_ca() || !issuer.may_sign_lists() {
            return Err(CrlError::MayNotSign { issuer: name });
        }
        let signed = self.inner.tbs_cert_list.to_der();
        let signed = signed.map_err(|_asn1| CrlError::Malformed { what: "structure" })?;
        if !issuer.public_key().verify(DEFAULT_ID, &signed, &self.signature) {
            return Err(CrlError::BadSignature { issuer: name });
        }
        Ok(())
    }

    /// How many certificates it names.
    pub fn len(&self) -> usize {
        self.inner.tbs_cert_list.revoked_certificates.as_ref().map_or(0, Vec::len)
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When it was made, unix time.
    pub fn this_update(&self) -> i64 {
        seconds(self.inner.tbs_cert_list.this_update)
    }

    /// When the next one is due, where it says so.
    pub fn next_update(&self) -> Option<i64> {
        self.inner.tbs_cert_list.next_update.map(seconds)
    }

    /// When a certificate was revoked, by its serial number in lower-case hexadecimal.
    pub fn revoked_at(&self, serial: &str) -> Option<i64> {
        let entries = self.inner.tbs_cert_list.revoked_certificates.as_deref().unwrap_or_default();
        let found = entries.iter().find(|entry| hex::encode(entry.serial_number.as_bytes()) == serial);
        found.map(|entry| seconds(entry.revocation_date))
    }
}

fn entry(revoked: &Revoked) -> Result<RevokedCert, CrlError> {
    let wrong = || CrlError::Serial(revoked.serial.clone());
    let bytes = hex::decode(&revoked.serial).map_err(|_digits| wrong())?;
    if bytes.is_empty() {
        return Err(wrong());
    }
    // As the bytes of an INTEGER, which they are: a leading zero keeps a number positive.
    let number = Int::new(&bytes).map_err(|_asn1| wrong())?;
    let serial_number = SerialNumber::new(number.as_bytes()).map_err(|_asn1| wrong())?;
    let broken = |_asn1| CrlError::Malformed { what: "structure" };
    let extension = |reason: CrlReason| {
        let value = OctetString::new(reason.to_der().map_err(broken)?).map_err(broken)?;
        Ok::<_, CrlError>(Extension { extn_id: CrlReason::OID, critical: false, extn_value: value })
    };
    let extensions = revoked.reason.code().map(extension).transpose()?.map(|reason| vec![reason]);
    let revocation_date = date_time(revoked.at).map_err(|_outside| CrlError::Period)?.into();
    Ok(RevokedCert { serial_number, revocation_date, crl_entry_extensions: extensions })
}

fn seconds(time: x509_cert::time::Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
