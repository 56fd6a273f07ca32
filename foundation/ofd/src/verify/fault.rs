//! What can be wrong with a part.

use guomi::x509::{CertError, ChainError};

use crate::package::PackageError;
use crate::read::StructureFault;
use crate::ses::SesFault;
use crate::xml::XmlFault;

/// What is wrong with a part of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The ZIP file.
    #[error("{0}")]
    Package(PackageError),
    /// The structure of the document or of a signature's description.
    #[error("{0}")]
    Structure(StructureFault),
    /// Nobody sealed it.
    #[error("the file has no signature")]
    NoSignature,
    /// A digital signature without a seal (GB/T 35275), which is not checked here.
    #[error("signatures of the type {0} are not checked")]
    Kind(String),
    /// A file that the signature does not cover.
    #[error("a file that the signature does not cover")]
    NotCovered,
    /// A file that the signature covers is not there.
    #[error("a file that the signature covers is missing")]
    Missing,
    /// The signature names a file twice.
    #[error("the signature covers the file twice")]
    CoveredTwice,
    /// A file is not what was signed.
    #[error("the file was changed after it was signed")]
    Changed,
    /// Another digest than SM3.
    #[error("the digest method {0} is not SM3")]
    DigestMethod(String),
    /// Another algorithm than SM2 with SM3.
    #[error("the signature method {0} is not SM2 with SM3")]
    SignatureMethod(String),
    /// The seal appears on a page that the document does not have.
    #[error("the seal appears on the unknown page {0}")]
    StampPage(String),
    /// The place of the seal is no rectangle.
    #[error("the place of the seal cannot be read")]
    StampBoundary,
    /// Two stamps of one identifier.
    #[error("two stamps with the identifier {0}")]
    StampTwice(String),
    /// A seal or a signature that cannot be read.
    #[error("{0}")]
    Ses(SesFault),
    /// The description of the signature is not what was signed.
    #[error("the description of the signature was changed after it was signed")]
    DataHash,
    /// The signature was made for another file.
    #[error("the signature was made for {0}")]
    Property(String),
    /// The signature value does not match.
    #[error("the signature value does not match")]
    Value,
    /// The seal's file is not the seal in the signature.
    #[error("the file of the seal is not the seal in the signature")]
    OtherSeal,
    /// The signer is not among those who may use the seal.
    #[error("the seal may not be used with the signer's certificate")]
    NotListed,
    /// The seal was not valid when it was used.
    #[error("the seal was not valid at the time of signing")]
    SealNotValid {
        /// First second of validity, unix time.
        from: i64,
        /// Last second of validity, unix time.
        until: i64,
    },
    /// The seal says that its validity ends before it begins.
    #[error("the seal's validity ends before it begins")]
    SealPeriod,
    /// A certificate that cannot be read.
    #[error("{0}")]
    Certificate(CertError),
    /// No trusted authority issued the certificate, or it was not valid.
    #[error("{0}")]
    Chain(ChainError),
    /// The certificate is not one for signing.
    #[error("the certificate is not one for signing")]
    Usage,
    /// Signed after the time at which the file is checked.
    #[error("the time of signing lies in the future")]
    Future,
}

impl Fault {
    /// A short word for message catalogues and interfaces.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Package(error) => error.code(),
            Self::Structure(fault) => match fault {
                StructureFault::Missing(_) => "structure-missing",
                StructureFault::Xml(_, xml) => match xml {
                    XmlFault::Doctype => "xml-doctype",
                    XmlFault::Entity(_) => "xml-entity",
                    XmlFault::TooLarge | XmlFault::TooComplex => "xml-too-complex",
                    XmlFault::NotUtf8 | XmlFault::NotWellFormed(_) => "xml-broken",
                    XmlFault::WrongRoot(_) => "xml-root",
                },
                StructureFault::Without(_, _) => "structure-without",
                StructureFault::LeadsOut(_) => "structure-leads-out",
                StructureFault::SeveralDocuments => "structure-several",
                StructureFault::Unexpected(_, _) => "structure-unexpected",
                StructureFault::Twice(_, _) => "structure-twice",
                StructureFault::TooMany(_) => "structure-too-many",
            },
            Self::NoSignature => "no-signature",
            Self::Kind(_) => "kind",
            Self::NotCovered => "not-covered",
            Self::Missing => "missing",
            Self::CoveredTwice => "covered-twice",
            Self::Changed => "changed",
            Self::DigestMethod(_) => "digest-method",
            Self::SignatureMethod(_) => "signature-method",
            Self::StampPage(_) => "stamp-page",
            Self::StampBoundary => "stamp-boundary",
            Self::StampTwice(_) => "stamp-twice",
            Self::Ses(fault) => match fault {
                SesFault::TooLong => "ses-too-long",
                SesFault::Structure(_) => "ses-structure",
                SesFault::Surplus(_) => "ses-surplus",
                SesFault::Algorithm => "ses-algorithm",
                SesFault::Version(_) => "ses-version",
                SesFault::Time(_) => "ses-time",
            },
            Self::DataHash => "data-hash",
            Self::Property(_) => "property",
            Self::Value => "value",
            Self::OtherSeal => "other-seal",
            Self::NotListed => "not-listed",
            Self::SealNotValid { .. } => "seal-not-valid",
            Self::SealPeriod => "seal-period",
            Self::Certificate(CertError::NotSm2) => "certificate-not-sm2",
            Self::Certificate(_) => "certificate-unreadable",
            Self::Chain(ChainError::NotValidAt { .. }) => "certificate-not-valid",
            Self::Chain(ChainError::Damaged { .. }) => "certificate-damaged",
            Self::Chain(_) => "certificate-not-trusted",
            Self::Usage => "certificate-usage",
            Self::Future => "future",
        }
    }
}
