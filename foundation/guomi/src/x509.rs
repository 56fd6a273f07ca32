//! Certificates (数字证书) with SM2 keys: RFC 5280 as profiled by GM/T 0015-2012.
//!
//! A [`Certificate`] exists only in its one canonical encoding and only with SM2 and SM3, so that no byte
//! of it is outside its issuer's signature. Revocation is not looked at.

mod chain;
mod issue;
mod subject;

use std::fmt;

use x509_cert::certificate::Version;
use x509_cert::der::asn1::{Any, ObjectIdentifier};
use x509_cert::der::{Decode as _, Encode as _, pem};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;

use crate::sm2::{PublicKey, Signature};
use crate::{DEFAULT_ID, sm3};

pub use chain::{ChainError, verify_chain};
pub(crate) use chain::{check_validity, find_path};
pub use issue::{LeafUsage, Validity, issue_leaf, issue_root};
pub(crate) use issue::{date_time, time_der};
pub use subject::Subject;

/// SM2 signature over SM3 (GB/T 33560-2017).
pub(crate) const SM2_WITH_SM3: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const SM2_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.301");
const PEM_LABEL: &str = "CERTIFICATE";

/// Why something is not a usable certificate, or was not issued by another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertError {
    /// Not a version 3 certificate in its canonical encoding.
    #[error("not a certificate: {what}")]
    Malformed {
        /// The part that is wrong.
        what: &'static str,
    },
    /// A key or signature of another algorithm.
    #[error("the certificate does not use SM2 with SM3")]
    NotSm2,
    /// Another authority issued it.
    #[error("the certificate of {subject} was not issued by {issuer}")]
    WrongIssuer {
        /// Common name in the certificate.
        subject: String,
        /// Common name of the supposed issuer.
        issuer: String,
    },
    /// The supposed issuer may not issue certificates.
    #[error("{issuer} may not issue certificates")]
    IssuerNotCa {
        /// Common name of the supposed issuer.
        issuer: String,
    },
    /// The signature does not match: the certificate or its issuer's was changed.
    #[error("the signature of {issuer} on the certificate of {subject} does not match")]
    BadSignature {
        /// Common name in the certificate.
        subject: String,
        /// Common name of the issuer.
        issuer: String,
    },
    /// The issuing key is not the one in the issuer's certificate.
    #[error("the key does not belong to the issuer's certificate")]
    KeyMismatch,
    /// A part of the subject's name breaks a rule.
    #[error("subject {field} {rule}")]
    Subject {
        /// The part of the name.
        field: &'static str,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// The period is empty or lies outside the years 1970 to 9999.
    #[error("the period of validity cannot be used")]
    Validity,
}

/// A certificate (数字证书).
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    inner: x509_cert::Certificate,
    public_key: PublicKey,
    signature: Signature,
    subject_cn: String,
    issuer_cn: String,
    constraints: Option<BasicConstraints>,
    usage: Option<KeyUsage>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
}

impl Certificate {
    /// Reads one certificate and refuses every encoding but the canonical one.
    pub fn from_der(der: &[u8]) -> Result<Self, CertError> {
        let malformed = |what| CertError::Malformed { what };
        let inner = x509_cert::Certificate::from_der(der).map_err(|_asn1| malformed("structure"))?;
        // What is signed is encoded anew for verification, so a second spelling would go unnoticed.
        if inner.to_der().map_err(|_asn1| malformed("structure"))? != der {
            return Err(malformed("encoding"));
        }
        let tbs = inner.tbs_certificate();
        if tbs.version() != Version::V3 {
            return Err(malformed("version"));
        }
        require_sm2_with_sm3(tbs.signature())?;
        // The outer algorithm stands outside the signature (RFC 5280 clause 4.1.1.2: it must be the same).
        if inner.signature_algorithm() != tbs.signature() {
            return Err(malformed("signature algorithm"));
        }
        let signature = inner.signature().as_bytes().ok_or(malformed("signature"))?;
        let signature = Signature::from_der(signature).map_err(|_sm2| malformed("signature"))?;
        let public_key = read_public_key(tbs.subject_public_key_info())?;
        let constraints = extension::<BasicConstraints>(&inner)?;
        let usage = extension::<KeyUsage>(&inner)?;
        let subject_key_id = extension::<SubjectKeyIdentifier>(&inner)?.map(|id| id.0.as_bytes().to_vec());
        let authority_key_id = extension::<AuthorityKeyIdentifier>(&inner)?;
        let authority_key_id =
            authority_key_id.and_then(|id| id.key_identifier).map(|id| id.as_bytes().to_vec());
        let subject_cn = subject::common_name(tbs.subject());
        let issuer_cn = subject::common_name(tbs.issuer());
        Ok(Self {
            der: der.to_vec(),
            inner,
            public_key,
            signature,
            subject_cn,
            issuer_cn,
            constraints,
            usage,
            subject_key_id,
            authority_key_id,
        })
    }

    /// Reads one certificate in PEM.
    pub fn from_pem(text: &str) -> Result<Self, CertError> {
        let decoded = pem::decode_vec(text.as_bytes());
        let (label, der) = decoded.map_err(|_pem| CertError::Malformed { what: "PEM frame" })?;
        if label != PEM_LABEL {
            return Err(CertError::Malformed { what: "PEM label" });
        }
        Self::from_der(&der)
    }

    /// Whether it is its own issuer, as roots are.
    pub fn is_self_signed(&self) -> bool {
        self.verify_signed_by(self).is_ok()
    }

    /// The encoding.
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The encoding in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode_string(PEM_LABEL, pem::LineEnding::LF, &self.der).expect("a certificate has a PEM form")
    }

    /// Common name of the holder (主体名称); empty if there is none.
    pub fn subject_common_name(&self) -> &str {
        &self.subject_cn
    }

    /// Common name of the issuer (颁发者名称); empty if there is none.
    pub fn issuer_common_name(&self) -> &str {
        &self.issuer_cn
    }

    /// The whole name of the holder, as far as this program knows its parts.
    pub fn subject(&self) -> Subject {
        Subject::of(self.inner.tbs_certificate().subject())
    }

    /// Serial number in lower-case hexadecimal (序列号).
    pub fn serial_hex(&self) -> String {
        hex::encode(self.inner.tbs_certificate().serial_number().as_bytes())
    }

    /// First second of validity, unix time.
    pub fn not_before(&self) -> i64 {
        unix_seconds(self.inner.tbs_certificate().validity().not_before)
    }

    /// Last second of validity, unix time.
    pub fn not_after(&self) -> i64 {
        unix_seconds(self.inner.tbs_certificate().validity().not_after)
    }

    /// Whether it is valid at this unix time, both ends included (RFC 5280 clause 4.1.2.5).
    pub fn is_valid_at(&self, unix_seconds: i64) -> bool {
        (self.not_before()..=self.not_after()).contains(&unix_seconds)
    }

    /// The holder's public key (主体公钥).
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// SM3 over the encoding (指纹).
    pub fn fingerprint(&self) -> sm3::Digest {
        sm3::digest(&self.der)
    }

    /// Whether the holder may issue certificates: marked so, and the key usage allows it where it is given.
    pub fn is_ca(&self) -> bool {
        self.constraints.as_ref().is_some_and(|constraints| constraints.ca)
            && self.usage.is_none_or(|usage| usage.key_cert_sign())
    }

    /// Whether the key may sign documents: digitalSignature or nonRepudiation, where a key usage is given.
    pub fn may_sign_documents(&self) -> bool {
        self.usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    /// Checks that `issuer` may issue certificates and issued this one. Looks at no period of validity.
    pub fn verify_signed_by(&self, issuer: &Self) -> Result<(), CertError> {
        let (subject, issuer_name) = (self.subject_cn.clone(), issuer.subject_cn.clone());
        if !self.names_as_issuer(issuer) {
            return Err(CertError::WrongIssuer { subject, issuer: issuer_name });
        }
        if !issuer.is_ca() {
            return Err(CertError::IssuerNotCa { issuer: issuer_name });
        }
        let tbs = self.inner.tbs_certificate().to_der();
        let tbs = tbs.map_err(|_asn1| CertError::Malformed { what: "structure" })?;
        if !issuer.public_key.verify(DEFAULT_ID, &tbs, &self.signature) {
            return Err(CertError::BadSignature { subject, issuer: issuer_name });
        }
        Ok(())
    }

    /// Whether name and key identifier (where both give one) point to `issuer`.
    pub(crate) fn names_as_issuer(&self, issuer: &Self) -> bool {
        let key_ids_agree = match (&self.authority_key_id, &issuer.subject_key_id) {
            (Some(wanted), Some(given)) => wanted == given,
            (None, _) | (_, None) => true,
        };
        self.inner.tbs_certificate().issuer() == issuer.inner.tbs_certificate().subject() && key_ids_agree
    }

    /// The holder's name, and the identifier of the key that signs for them.
    pub(crate) fn as_issuer(&self) -> (&x509_cert::name::Name, Vec<u8>) {
        let key_id = self.subject_key_id.clone().unwrap_or_else(|| issue::key_id(&self.public_key));
        (self.inner.tbs_certificate().subject(), key_id)
    }

    /// Whether the holder may sign lists of revoked certificates: cRLSign, where a key usage is given.
    pub(crate) fn may_sign_lists(&self) -> bool {
        self.usage.is_none_or(|usage| usage.crl_sign())
    }

    /// Issuer's name and serial number, both in DER: what a signature container refers to a certificate by.
    pub(crate) fn issuer_and_serial(&self) -> Result<[Vec<u8>; 2], CertError> {
        let tbs = self.inner.tbs_certificate();
        let malformed = |_asn1| CertError::Malformed { what: "structure" };
        Ok([tbs.issuer().to_der().map_err(malformed)?, tbs.serial_number().to_der().map_err(malformed)?])
    }
}

/// Reads certificates that stand behind each other in PEM, at least one and at most 16.
pub fn read_bundle(text: &str) -> Result<Vec<Certificate>, CertError> {
    const END: &str = "-----END CERTIFICATE-----";
    const CERTIFICATES_MAX: usize = 16;
    let frame = CertError::Malformed { what: "PEM frame" };
    let parts: Vec<&str> = text.trim().split_inclusive(END).collect();
    if parts.len() > CERTIFICATES_MAX {
        return Err(CertError::Malformed { what: "number of certificates" });
    }
    let read = |part: &&str| Certificate::from_pem(&format!("{}\n", part.trim()));
    let certificates = parts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() { Err(frame) } else { Ok(certificates) }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject_cn)
            .field("issuer", &self.issuer_cn)
            .field("serial", &self.serial_hex())
            .finish_non_exhaustive()
    }
}

fn extension<T>(certificate: &x509_cert::Certificate) -> Result<Option<T>, CertError>
where
    T: for<'a> x509_cert::der::Decode<'a, Error = x509_cert::der::Error> + x509_cert::der::oid::AssociatedOid,
{
    let found = certificate.tbs_certificate().get_extension::<T>();
    found
        .map(|found| found.map(|(_critical, value)| value))
        .map_err(|_asn1| CertError::Malformed { what: "extension" })
}

/// GB/T 33560 leaves the parameters out; some authorities write NULL, which the issuer's signature covers
/// anyway.
fn require_sm2_with_sm3(algorithm: &AlgorithmIdentifierOwned) -> Result<(), CertError> {
    let parameters_are_empty = algorithm.parameters.as_ref().is_none_or(Any::is_null);
    if algorithm.oid == SM2_WITH_SM3 && parameters_are_empty { Ok(()) } else { Err(CertError::NotSm2) }
}

fn read_public_key(info: &SubjectPublicKeyInfoOwned) -> Result<PublicKey, CertError> {
    let curve = info.algorithm.parameters.as_ref().map(Any::decode_as::<ObjectIdentifier>);
    if info.algorithm.oid != EC_PUBLIC_KEY || curve != Some(Ok(SM2_CURVE)) {
        return Err(CertError::NotSm2);
    }
    let malformed = CertError::Malformed { what: "public key" };
    let point = info.subject_public_key.as_bytes().ok_or(malformed.clone())?;
    PublicKey::from_sec1(point).map_err(|_off_curve| malformed)
}

fn unix_seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod openssl_tests;
#[cfg(test)]
mod tests;
