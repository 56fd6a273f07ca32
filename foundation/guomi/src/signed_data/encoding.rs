//! The one encoding of a signature container (DER, in the shape of GB/T 35275-2017).
//!
//! ```text
//! ContentInfo ::= SEQUENCE { contentType signedData, content [0] EXPLICIT SignedData }
//! SignedData  ::= SEQUENCE { version 1, digestAlgorithms SET OF { SM3 }, contentInfo SEQUENCE { data },
//!                            certificates [0] IMPLICIT SET OF Certificate,
//!                            signerInfos SET OF { SignerInfo } }
//! SignerInfo  ::= SEQUENCE { version 1, SEQUENCE { issuer Name, serialNumber INTEGER }, digestAlgorithm SM3,
//!                            authenticatedAttributes [0] IMPLICIT SET OF Attribute,
//!                            digestEncryptionAlgorithm SM2-with-SM3, encryptedDigest OCTET STRING }
//! ```

use crate::asn1::{element, set_of, tag};
use crate::sm2::Signature;
use crate::sm3::Digest;
use crate::x509::{CertError, Certificate, time_der};

/// Object identifiers, as the content bytes of their DER form.
pub(super) mod oid {
    /// 1.2.156.10197.6.1.4.2.1, data (GB/T 35275).
    pub(crate) const DATA: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02, 0x01];
    /// 1.2.156.10197.6.1.4.2.2, signedData (GB/T 35275).
    pub(crate) const SIGNED_DATA: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02, 0x02];
    /// 1.2.156.10197.1.401, SM3.
    pub(crate) const SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x11];
    /// 1.2.156.10197.1.501, SM2 signature over SM3.
    pub(crate) const SM2_WITH_SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
    /// 1.2.840.113549.1.9.3, contentType (RFC 5652 clause 11.1).
    pub(crate) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
    /// 1.2.840.113549.1.9.4, messageDigest (RFC 5652 clause 11.2).
    pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
    /// 1.2.840.113549.1.9.5, signingTime (RFC 5652 clause 11.3).
    pub(crate) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
    /// [`super::super::METADATA_DIGEST_OID`].
    pub(crate) const METADATA_DIGEST: &[u8] = &[
        0x69, 0x83, 0x82, 0xa3, 0xdf, 0xd4, 0xef, 0xf6, 0x8a, 0xa8, 0xb1, 0x8c, 0xef, 0xb5, 0xd8, 0xb2, 0xc3,
        0xc2, 0xe2, 0x18, 0x01,
    ];
}

const VERSION_1: &[u8] = &[tag::INTEGER, 1, 1];

/// What the signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) content_digest: Digest,
    pub(super) metadata_digest: Digest,
    pub(super) signing_time: i64,
}

impl Attributes {
    /// The attributes under this tag: signed as SET, stored as `[0]` (RFC 5652 clause 5.4).
    pub(super) fn to_der(self, tag: u8) -> Result<Vec<u8>, CertError> {
        let digest = |digest: Digest| element(tag::OCTET_STRING, &[&digest]);
        let members = vec![
            attribute(oid::CONTENT_TYPE, &element(tag::OID, &[oid::DATA])),
            attribute(oid::MESSAGE_DIGEST, &digest(self.content_digest)),
            attribute(oid::SIGNING_TIME, &time_der(self.signing_time)?),
            attribute(oid::METADATA_DIGEST, &digest(self.metadata_digest)),
        ];
        Ok(set_of(tag, members))
    }
}

fn attribute(oid: &[u8], value: &[u8]) -> Vec<u8> {
    element(tag::SEQUENCE, &[&element(tag::OID, &[oid]), &element(tag::SET, &[value])])
}

fn algorithm(oid: &[u8]) -> Vec<u8> {
    element(tag::SEQUENCE, &[&element(tag::OID, &[oid])])
}

/// Puts the parts together.
pub(super) fn encode(
    certificate: &Certificate,
    intermediates: &[Certificate],
    attributes: &Attributes,
    signature: &Signature,
) -> Result<Vec<u8>, CertError> {
    let [issuer, serial] = certificate.issuer_and_serial()?;
    let signer_info = element(
        tag::SEQUENCE,
        &[
            VERSION_1,
            &element(tag::SEQUENCE, &[&issuer, &serial]),
            &algorithm(oid::SM3),
            &attributes.to_der(tag::CONTEXT_0)?,
            &algorithm(oid::SM2_WITH_SM3),
            &element(tag::OCTET_STRING, &[&signature.to_der()]),
        ],
    );
    let certificates = [certificate].into_iter().chain(intermediates);
    let certificates = certificates.map(|certificate| certificate.to_der().to_vec()).collect();
    let signed_data = element(
        tag::SEQUENCE,
        &[
            VERSION_1,
            &element(tag::SET, &[&algorithm(oid::SM3)]),
            &element(tag::SEQUENCE, &[&element(tag::OID, &[oid::DATA])]),
            &set_of(tag::CONTEXT_0, certificates),
            &element(tag::SET, &[&signer_info]),
        ],
    );
    let content_type = element(tag::OID, &[oid::SIGNED_DATA]);
    Ok(element(tag::SEQUENCE, &[&content_type, &element(tag::CONTEXT_0, &[&signed_data])]))
}
