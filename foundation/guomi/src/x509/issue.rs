//! Issuing certificates. GM/T 0015 wants the signature as DER, so the parts are assembled by hand.

use std::time::Duration;

use ::sm2::dsa::VerifyingKey;
use ::sm2::dsa::signature::Keypair;
use x509_cert::TbsCertificate;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{self, Builder as _, CertificateBuilder};
use x509_cert::der::asn1::{BitString, OctetString};
use x509_cert::der::flagset::FlagSet;
use x509_cert::der::{DateTime, Encode as _};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{
    self, AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned,
    SubjectPublicKeyInfoRef,
};
use x509_cert::time::Time;

use super::{CertError, Certificate, SM2_WITH_SM3, Subject};
use crate::sm2::{PrivateKey, PublicKey};
use crate::{DEFAULT_ID, random_bytes, sm3};

/// A period of validity (有效期) in unix seconds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: i64,
    /// Last second.
    pub not_after: i64,
}

impl Validity {
    /// From `not_before` to the same day and time `years` later; from a 29 February perhaps to a 28.
    pub fn years(not_before: i64, years: u16) -> Result<Self, CertError> {
        let start = date_time(not_before)?;
        let year = start.year().checked_add(years).ok_or(CertError::Validity)?;
        let end =
            |day| DateTime::new(year, start.month(), day, start.hour(), start.minutes(), start.seconds());
        let end = end(start.day()).or_else(|_no_leap_day| end(28)).map_err(|_asn1| CertError::Validity)?;
        Ok(Self { not_before, not_after: super::unix_seconds(Time::from(end)) })
    }

    fn encode(self) -> Result<x509_cert::time::Validity, CertError> {
        if self.not_before > self.not_after {
            return Err(CertError::Validity);
        }
        let (start, end) = (date_time(self.not_before)?, date_time(self.not_after)?);
        Ok(x509_cert::time::Validity::new(start.into(), end.into()))
    }
}

pub(crate) fn date_time(unix_seconds: i64) -> Result<DateTime, CertError> {
    let seconds = u64::try_from(unix_seconds).map_err(|_negative| CertError::Validity)?;
    DateTime::from_unix_duration(Duration::from_secs(seconds)).map_err(|_asn1| CertError::Validity)
}

/// The unix time as UTCTime until 2049 and as GeneralizedTime after it (RFC 5652 clause 11.3), in DER.
pub(crate) fn time_der(unix_seconds: i64) -> Result<Vec<u8>, CertError> {
    Time::from(date_time(unix_seconds)?).to_der().map_err(|_asn1| CertError::Validity)
}

/// What the holder of an issued certificate may do with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafUsage {
    /// Sign documents (签名证书).
    Signing,
    /// Receive encrypted data (加密证书).
    Encryption,
    /// Issue certificates to others, but not authorities (中间证书).
    IssuingCa,
}

impl LeafUsage {
    fn constraints(self) -> BasicConstraints {
        match self {
            Self::Signing | Self::Encryption => BasicConstraints { ca: false, path_len_constraint: None },
            Self::IssuingCa => BasicConstraints { ca: true, path_len_constraint: Some(0) },
        }
    }

    fn key_usage(self) -> FlagSet<KeyUsages> {
        match self {
            Self::Signing => KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
            Self::Encryption => {
                KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment | KeyUsages::KeyAgreement
            }
            Self::IssuingCa => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        }
    }
}

/// Makes a root certificate (根证书) for `key`, signed by itself. `serial_random` becomes the serial number.
pub fn issue_root(
    subject: &Subject,
    key: &PrivateKey,
    not_before_unix: i64,
    years: u16,
    serial_random: [u8; 16],
) -> Result<Certificate, CertError> {
    let name = subject.to_name()?;
    let public = key.public();
    let profile = Profile {
        subject: name.clone(),
        issuer: name,
        constraints: BasicConstraints { ca: true, path_len_constraint: None },
        usage: KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        subject_key_id: key_id(&public),
        authority_key_id: key_id(&public),
    };
    sign(profile, &public, Validity::years(not_before_unix, years)?, serial_random, key)
}

/// Makes a certificate for somebody else's public key, signed by the holder of `issuer`.
pub fn issue_leaf(
    subject: &Subject,
    public: &PublicKey,
    issuer: &Certificate,
    issuer_key: &PrivateKey,
    validity: Validity,
    usage: LeafUsage,
) -> Result<Certificate, CertError> {
    if issuer_key.public() != *issuer.public_key() {
        return Err(CertError::KeyMismatch);
    }
    if !issuer.is_ca() {
        return Err(CertError::IssuerNotCa { issuer: issuer.subject_common_name().to_owned() });
    }
    let profile = Profile {
        subject: subject.to_name()?,
        issuer: issuer.inner.tbs_certificate().subject().clone(),
        constraints: usage.constraints(),
        usage: usage.key_usage(),
        subject_key_id: key_id(public),
        authority_key_id: issuer.subject_key_id.clone().unwrap_or_else(|| key_id(issuer.public_key())),
    };
    sign(profile, public, validity, random_bytes(), issuer_key)
}

/// The first 160 bits of SM3 over the key; RFC 5280 clause 4.2.1.2 leaves the method open.
pub(super) fn key_id(public: &PublicKey) -> Vec<u8> {
    sm3::digest(&public.to_sec1())[..20].to_vec()
}

fn sign(
    profile: Profile,
    public: &PublicKey,
    validity: Validity,
    serial_random: [u8; 16],
    issuer_key: &PrivateKey,
) -> Result<Certificate, CertError> {
    let malformed = |what| CertError::Malformed { what };
    // A fixed first byte keeps the number positive, never zero and always 17 bytes long.
    let serial = [&[0x01], serial_random.as_slice()].concat();
    let serial = SerialNumber::new(&serial).map_err(|_asn1| malformed("serial number"))?;
    let key_info = SubjectPublicKeyInfoOwned::from_key(&public.verifying_key())
        .map_err(|_spki| malformed("public key"))?;
    let built = |_builder: builder::Error| malformed("structure");
    let mut builder =
        CertificateBuilder::new(profile, serial, validity.encode()?, key_info).map_err(built)?;
    let issuer = Issuer(issuer_key.public().verifying_key());
    let tbs = builder.finalize(&issuer).map_err(built)?;
    let signature = issuer_key.sign(DEFAULT_ID, &tbs).to_der();
    let signature = BitString::from_bytes(&signature).map_err(|_asn1| malformed("signature"))?;
    let certificate = builder.assemble(signature, &issuer).map_err(built)?;
    Certificate::from_der(&certificate.to_der().map_err(|_asn1| malformed("structure"))?)
}

/// What the builder wants to know of the issuer; the private key stays out of it.
struct Issuer(VerifyingKey);

impl Keypair for Issuer {
    type VerifyingKey = VerifyingKey;
    fn verifying_key(&self) -> VerifyingKey {
        self.0.clone()
    }
}

impl DynSignatureAlgorithmIdentifier for Issuer {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned { oid: SM2_WITH_SM3, parameters: None })
    }
}

struct Profile {
    subject: Name,
    issuer: Name,
    constraints: BasicConstraints,
    usage: FlagSet<KeyUsages>,
    subject_key_id: Vec<u8>,
    authority_key_id: Vec<u8>,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _subject_key: SubjectPublicKeyInfoRef<'_>,
        _issuer_key: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let subject_key_id = SubjectKeyIdentifier(OctetString::new(self.subject_key_id.as_slice())?);
        let authority_key_id = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(self.authority_key_id.as_slice())?),
            ..AuthorityKeyIdentifier::default()
        };
        Ok(vec![
            authority_key_id.to_extension(tbs.subject(), &[])?,
            subject_key_id.to_extension(tbs.subject(), &[])?,
            self.constraints.to_extension(tbs.subject(), &[])?,
            KeyUsage(self.usage).to_extension(tbs.subject(), &[])?,
        ])
    }
}
