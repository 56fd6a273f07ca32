//! Detached signatures (签名数据) in the shape of GB/T 35275-2017 `SignedData`, as they stand in sealed
//! licences.
//!
//! The container names one signer, carries the signer's certificate and any intermediate authorities (never
//! the root), and signs four attributes: content type, SM3 of the content, signing time, and SM3 of the
//! metadata ([`METADATA_DIGEST_OID`]). Much of a CMS container is outside the signature; here every such
//! byte is bound all the same, because [`parse`] encodes what it read anew and accepts only the identical
//! bytes, and [`SignedData::verify`] accepts no certificate that the chain does not need.
//!
//! The signing time is what the signer says it is; there is no time stamp of a third party yet.

mod encoding;

use x509_cert::der::Decode as _;
use x509_cert::time::Time;

use crate::DEFAULT_ID;
use crate::asn1::{Reader, tag};
use crate::signer::{Signer, SignerError};
use crate::sm2::Signature;
use crate::sm3::Digest;
use crate::x509::{CertError, Certificate, ChainError, check_validity, find_path};
use encoding::{Attributes, encode, oid};

/// The private attribute that carries the SM3 value of the metadata, dotted.
///
/// The arc 2.25 gives every UUID an object identifier without a registration (ITU-T X.667). This one is
/// c123bf53-7f61-4a18-8cde-d6c32870b118, drawn at random for this program; .1 below it is the metadata
/// digest.
pub const METADATA_DIGEST_OID: &str = "2.25.256726614132131480550230143819366576408.1";

/// A container holds one signature and a few certificates.
const CONTAINER_BYTES_MAX: usize = 64 * 1024;

/// Why no container could be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The signer.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The certificate or the signing time cannot be encoded.
    #[error(transparent)]
    Certificate(#[from] CertError),
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// The content is not what was signed.
    #[error("the content was changed after signing")]
    ContentChanged,
    /// The metadata are not what was signed.
    #[error("the metadata were changed after signing")]
    MetadataChanged,
    /// The signed attributes or the signature value were changed.
    #[error("the signature or its signed attributes are damaged")]
    AttributesOrSignatureDamaged,
    /// A certificate in the container was changed.
    #[error("a certificate in the signature is damaged")]
    CertificateDamaged,
    /// The signer's certificate does not go back to the trusted root, or may not sign documents.
    #[error("the signer's certificate is not trusted")]
    CertificateNotTrusted,
    /// A certificate was not valid at the signing time.
    #[error("the signer's certificate was not valid at the signing time")]
    CertificateNotValidAtSigning,
    /// Not a container of this kind in its one encoding.
    #[error("not a signature container: {what}")]
    Malformed {
        /// The part that is wrong.
        what: &'static str,
    },
}

/// What a good signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Common name of the signer.
    pub signer_cn: String,
    /// When the signer says it was signed, unix time.
    pub signing_time: i64,
    /// The signer's certificate.
    pub certificate: Certificate,
}

/// A container that could be read. Nothing in it is true before [`SignedData::verify`] says so.
#[derive(Debug, Clone)]
pub struct SignedData {
    certificate: Certificate,
    intermediates: Vec<Certificate>,
    attributes: Attributes,
    signature: Signature,
}

/// Signs the two digests and puts the signature into a container (DER).
pub fn build(
    signer: &dyn Signer,
    content_digest: Digest,
    metadata_digest: Digest,
    signing_time_unix: i64,
) -> Result<Vec<u8>, BuildError> {
    let attributes = Attributes { content_digest, metadata_digest, signing_time: signing_time_unix };
    let certificate = signer.certificate();
    let to_sign = attributes.to_der(tag::SET)?;
    let signature = signer.sign(&to_sign)?;
    // A module that holds another key than the certificate says would spoil every licence unnoticed.
    if !certificate.public_key().verify(DEFAULT_ID, &to_sign, &signature) {
        let subject = certificate.subject_common_name().to_owned();
        return Err(SignerError::KeyMismatch { subject }.into());
    }
    Ok(encode(certificate, signer.intermediates(), &attributes, &signature)?)
}

/// The container at the start of `bytes` when only zero bytes follow it, as in a reserved space of fixed
/// length.
pub fn without_padding(bytes: &[u8]) -> Result<&[u8], SignatureFault> {
    let mut reader = Reader(bytes);
    let container = reader.whole().ok_or(SignatureFault::Malformed { what: "length" })?;
    // Anything else there would be a place to hide changes in.
    if reader.0.iter().any(|byte| *byte != 0) {
        return Err(SignatureFault::Malformed { what: "padding" });
    }
    Ok(container)
}

/// Reads a container. It must be whole, alone and in its one encoding.
pub fn parse(der: &[u8]) -> Result<SignedData, SignatureFault> {
    if der.len() > CONTAINER_BYTES_MAX {
        return Err(SignatureFault::Malformed { what: "length" });
    }
    let raw = Raw::read(der).ok_or(SignatureFault::Malformed { what: "structure" })?;
    let attributes = read_attributes(raw.attributes).ok_or(SignatureFault::AttributesOrSignatureDamaged)?;
    let signature = Signature::from_der(raw.signature);
    let signature = signature.map_err(|_form| SignatureFault::AttributesOrSignatureDamaged)?;
    let mut certificates = Vec::new();
    for certificate in &raw.certificates {
        let certificate = Certificate::from_der(certificate);
        certificates.push(certificate.map_err(|_form| SignatureFault::CertificateDamaged)?);
    }
    let is_signer = |certificate: &Certificate| {
        certificate.issuer_and_serial().is_ok_and(|parts| parts.concat() == raw.issuer_and_serial)
    };
    let signer = certificates.iter().position(is_signer);
    let signer = signer.ok_or(SignatureFault::Malformed { what: "signer's certificate" })?;
    let certificate = certificates.remove(signer);
    let expected = encode(&certificate, &certificates, &attributes, &signature);
    if expected.as_deref() != Ok(der) {
        return Err(SignatureFault::Malformed { what: "encoding" });
    }
    Ok(SignedData { certificate, intermediates: certificates, attributes, signature })
}

impl SignedData {
    /// Checks the signature against the digests of what is at hand and against the root that is trusted.
    pub fn verify(
        &self,
        content_digest: Digest,
        metadata_digest: Digest,
        trusted_root: &Certificate,
    ) -> Result<Verified, SignatureFault> {
        let path = find_path(&self.certificate, &self.intermediates, trusted_root);
        // Before the signature, because a changed certificate says nothing about who signed.
        if matches!(path, Err(ChainError::Damaged { .. })) {
            return Err(SignatureFault::CertificateDamaged);
        }
        let signed = self.attributes.to_der(tag::SET);
        let signed = signed.map_err(|_time| SignatureFault::AttributesOrSignatureDamaged)?;
        if !self.certificate.public_key().verify(DEFAULT_ID, &signed, &self.signature) {
            return Err(SignatureFault::AttributesOrSignatureDamaged);
        }
        if self.attributes.content_digest != content_digest {
            return Err(SignatureFault::ContentChanged);
        }
        if self.attributes.metadata_digest != metadata_digest {
            return Err(SignatureFault::MetadataChanged);
        }
        let issuers = path.map_err(|_chain| SignatureFault::CertificateNotTrusted)?;
        if self.certificate.is_ca() || !self.certificate.may_sign_documents() {
            return Err(SignatureFault::CertificateNotTrusted);
        }
        self.require_no_surplus(&issuers)?;
        check_validity(&self.certificate, &issuers, self.attributes.signing_time)
            .map_err(|_time| SignatureFault::CertificateNotValidAtSigning)?;
        Ok(Verified {
            signer_cn: self.certificate.subject_common_name().to_owned(),
            signing_time: self.attributes.signing_time,
            certificate: self.certificate.clone(),
        })
    }

    /// The certificates stand outside the signature; one that the chain does not need was put in by somebody.
    fn require_no_surplus(&self, issuers: &[&Certificate]) -> Result<(), SignatureFault> {
        let between = issuers.split_last().map(|(_root, between)| between).unwrap_or_default();
        let all_needed = self.intermediates.iter().all(|certificate| between.contains(&certificate));
        if all_needed && self.intermediates.len() == between.len() {
            Ok(())
        } else {
            Err(SignatureFault::Malformed { what: "certificates" })
        }
    }
}

/// The parts of a container that differ from one to another. The fixed parts are compared by encoding anew.
struct Raw<'a> {
    certificates: Vec<&'a [u8]>,
    issuer_and_serial: &'a [u8],
    attributes: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Raw<'a> {
    fn read(der: &'a [u8]) -> Option<Self> {
        let mut content_info = Reader(der).enter(tag::SEQUENCE)?;
        content_info.whole()?; // contentType
        let mut signed_data = content_info.enter(tag::CONTEXT_0)?.enter(tag::SEQUENCE)?;
        signed_data.whole()?; // version
        signed_data.whole()?; // digestAlgorithms
        signed_data.whole()?; // contentInfo
        let certificates = signed_data.enter(tag::CONTEXT_0)?.rest()?;
        let mut signer_info = signed_data.enter(tag::SET)?.enter(tag::SEQUENCE)?;
        signer_info.whole()?; // version
        let issuer_and_serial = signer_info.content(tag::SEQUENCE)?;
        signer_info.whole()?; // digestAlgorithm
        let attributes = signer_info.content(tag::CONTEXT_0)?;
        signer_info.whole()?; // digestEncryptionAlgorithm
        let signature = signer_info.content(tag::OCTET_STRING)?;
        Some(Self { certificates, issuer_and_serial, attributes, signature })
    }
}

fn read_attributes(set: &[u8]) -> Option<Attributes> {
    let attributes = Reader(set).rest()?;
    let value = |wanted: &[u8]| {
        attributes.iter().find_map(|attribute| {
            let mut attribute = Reader(attribute).enter(tag::SEQUENCE)?;
            let is_wanted = attribute.content(tag::OID)? == wanted;
            attribute.content(tag::SET).filter(|_| is_wanted)
        })
    };
    let digest = |wanted| Reader(value(wanted)?).content(tag::OCTET_STRING)?.try_into().ok();
    let signing_time = Time::from_der(value(oid::SIGNING_TIME)?).ok()?.to_unix_duration().as_secs();
    let attributes_read = Attributes {
        content_digest: digest(oid::MESSAGE_DIGEST)?,
        metadata_digest: digest(oid::METADATA_DIGEST)?,
        signing_time: i64::try_from(signing_time).ok()?,
    };
    // What is not exactly these attributes was changed.
    let expected = attributes_read.to_der(tag::SET).ok()?;
    (Reader(&expected).content(tag::SET)? == set).then_some(attributes_read)
}

#[cfg(test)]
mod tests;
