//! Checking a document without the platform: the file and the trusted authority's certificate are all it takes.
//!
//! This says who sealed the file and that nothing was changed since. Whether the document has been revoked, only the
//! issuer's platform knows: the metadata name its address.

mod ofd_file;
#[cfg(test)]
mod tests;

use guomi::signed_data::{self, SignatureFault};
use guomi::{Certificate, sm3};

use crate::metadata::{Metadata, MetadataError};
use crate::sealed_file::{RangeFault, metadata, signed_range};

/// A larger file was not made here, and is not read to the end.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What a genuine document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The attached metadata.
    pub metadata: Metadata,
    /// Name in the signer's certificate.
    pub signer: String,
    /// When the signer says it was sealed, unix time.
    pub signed_at: i64,
    /// The signer's certificate.
    pub certificate: Certificate,
}

/// Which part of a file is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Larger than any document.
    #[error("the file is larger than a document can be")]
    TooLarge,
    /// Neither PDF nor OFD.
    #[error("the file is neither a PDF nor an OFD file")]
    NotPdf,
    /// A PDF that nobody sealed here.
    #[error("the file has no electronic seal")]
    NoSignature,
    /// Something was added at the end.
    #[error("{0} bytes were added after the sealed part")]
    BytesAfter(usize),
    /// The end is missing.
    #[error("the end of the file is missing")]
    Truncated,
    /// Text, seal picture or anything else of the document was changed.
    #[error("the document was changed after it was sealed")]
    DocumentChanged,
    /// The attached metadata were changed.
    #[error("the attached metadata were changed after the document was sealed")]
    MetadataChanged,
    /// The signature value, its attributes or its place in the file.
    #[error("the signature is damaged")]
    SignatureDamaged,
    /// A certificate in the signature was changed.
    #[error("the certificate in the signature is damaged")]
    CertificateDamaged,
    /// The certificate does not come from the trusted authority, or is not one for sealing.
    #[error("the signer's certificate was not issued by the trusted authority")]
    NotTrusted,
    /// The certificate was not yet or no longer valid.
    #[error("the signer's certificate was not valid when the document was sealed")]
    NotValidAtSigning,
    /// Sealed by a trusted body that is not the issuer.
    #[error("the document was sealed by {signer}, not by its issuer {issuer}")]
    NotTheIssuer {
        /// Code in the certificate.
        signer: String,
        /// Code in the metadata.
        issuer: String,
    },
    /// Sealed, but without metadata.
    #[error("the document has no attached metadata")]
    MetadataMissing,
    /// Sealed, but the metadata cannot be read.
    #[error("the attached metadata cannot be read: {0}")]
    MetadataUnreadable(String),
    /// Sealed later than the time as of which it is checked.
    #[error("the document was sealed after the time in question")]
    SignedLater,
    /// Parts of an OFD file; at least one.
    #[error("{}", ofd_file::told(.0))]
    Ofd(Vec<ofd::Finding>),
}

impl VerifyError {
    /// The parts of an OFD file that are wrong; none for other faults.
    pub fn parts(&self) -> &[ofd::Finding] {
        if let Self::Ofd(findings) = self { findings } else { &[] }
    }

    /// A short word for message catalogues and interfaces.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::NotPdf => "not-pdf",
            Self::NoSignature => "no-signature",
            Self::BytesAfter(_) => "bytes-after",
            Self::Truncated => "truncated",
            Self::DocumentChanged => "document-changed",
            Self::MetadataChanged => "metadata-changed",
            Self::SignatureDamaged => "signature-damaged",
            Self::CertificateDamaged => "certificate-damaged",
            Self::NotTrusted => "not-trusted",
            Self::NotValidAtSigning => "not-valid-at-signing",
            Self::NotTheIssuer { .. } => "not-the-issuer",
            Self::MetadataMissing => "metadata-missing",
            Self::MetadataUnreadable(_) => "metadata-unreadable",
            Self::SignedLater => "signed-later",
            Self::Ofd(_) => "ofd",
        }
    }
}

impl From<RangeFault> for VerifyError {
    fn from(fault: RangeFault) -> Self {
        match fault {
            RangeFault::Missing => Self::NoSignature,
            RangeFault::Damaged => Self::SignatureDamaged,
            RangeFault::BytesAfter(count) => Self::BytesAfter(count),
            RangeFault::Truncated => Self::Truncated,
        }
    }
}

impl From<SignatureFault> for VerifyError {
    fn from(fault: SignatureFault) -> Self {
        match fault {
            SignatureFault::ContentChanged => Self::DocumentChanged,
            SignatureFault::MetadataChanged => Self::MetadataChanged,
            SignatureFault::AttributesOrSignatureDamaged | SignatureFault::Malformed { .. } => {
                Self::SignatureDamaged
            }
            SignatureFault::CertificateDamaged => Self::CertificateDamaged,
            SignatureFault::CertificateNotTrusted => Self::NotTrusted,
            SignatureFault::CertificateNotValidAtSigning => Self::NotValidAtSigning,
        }
    }
}

/// Clocks differ.
const CLOCK_DIFFERENCE_SECONDS: i64 = 600;

/// Checks a sealed document, PDF or OFD, against the certificate of the authority that is trusted (离线验真).
pub fn verify(file: &[u8], trusted_root: &Certificate) -> Result<Verified, VerifyError> {
    verify_at(file, trusted_root, i64::MAX)
}

/// The same as of a time (unix), after which the document must not have been sealed.
pub fn verify_at(file: &[u8], trusted_root: &Certificate, at_unix: i64) -> Result<Verified, VerifyError> {
    if file.len() > FILE_BYTES_MAX {
        return Err(VerifyError::TooLarge);
    }
    let verified = if ofd::Package::is_zip(file) {
        ofd_file::verify(file, trusted_root)?
    } else if file.starts_with(b"%PDF-") {
        verify_pdf(file, trusted_root)?
    } else {
        return Err(VerifyError::NotPdf);
    };
    if verified.signed_at > at_unix.saturating_add(CLOCK_DIFFERENCE_SECONDS) {
        return Err(VerifyError::SignedLater);
    }
    Ok(verified)
}

fn verify_pdf(file: &[u8], trusted_root: &Certificate) -> Result<Verified, VerifyError> {
    let range = signed_range(file)?;
    let container = signed_data::without_padding(&range.container)?;
    let signed = signed_data::parse(container)?;
    let mut hasher = sm3::Hasher::new();
    hasher.update(range.before);
    hasher.update(range.after);
    let content = hasher.finish();
    let attached = metadata(range.before);
    let attached_digest = sm3::digest(attached.unwrap_or_default());
    let good = signed.verify(content, attached_digest, trusted_root).map_err(|fault| match fault {
        // The content holds the metadata, so both digests differ when those were changed. The container is read and
        // good, and a digest that occurs in it is one that was signed.
        SignatureFault::ContentChanged if attached.is_some() && !contains(container, &attached_digest) => {
            VerifyError::MetadataChanged
        }
        SignatureFault::ContentChanged => VerifyError::DocumentChanged,
        SignatureFault::MetadataChanged if attached.is_none() => VerifyError::MetadataMissing,
        other @ (SignatureFault::MetadataChanged
        | SignatureFault::AttributesOrSignatureDamaged
        | SignatureFault::CertificateDamaged
        | SignatureFault::CertificateNotTrusted
        | SignatureFault::CertificateNotValidAtSigning
        | SignatureFault::Malformed { .. }) => other.into(),
    })?;
    let attached = attached.ok_or(VerifyError::MetadataMissing)?;
    of_issuer(read_metadata(attached)?, good.certificate, good.signing_time)
}

fn read_metadata(attached: &[u8]) -> Result<Metadata, VerifyError> {
    Metadata::from_json(attached).map_err(|error| match error {
        MetadataError::Unreadable(why) => VerifyError::MetadataUnreadable(why),
        MetadataError::UnmaskedResidentId => VerifyError::MetadataUnreadable(error.to_string()),
    })
}

/// A document counts only when its issuer sealed it.
fn of_issuer(metadata: Metadata, certificate: Certificate, signed_at: i64) -> Result<Verified, VerifyError> {
    let signer = certificate.subject().organization_id;
    if signer != metadata.issuer_code {
        return Err(VerifyError::NotTheIssuer { signer, issuer: metadata.issuer_code });
    }
    let signer = certificate.subject_common_name().to_owned();
    Ok(Verified { metadata, signer, signed_at, certificate })
}

fn contains(bytes: &[u8], digest: &[u8]) -> bool {
    bytes.windows(digest.len()).any(|window| window == digest)
}
