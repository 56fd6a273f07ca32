//! Electronic seals and the signatures made with them (电子印章 SESeal, 电子签章 SES_Signature).
//!
//! Written is GB/T 38540-2020 (version 4) in its one correct encoding. Read are also GM/T 0031-2014 (version 1) and
//! GM/T 0031-2025 (version 5), and what known vendors write otherwise; each such thing is told as a [`Deviation`].
//! What is hashed and signed are always the bytes as they stand in the file.

mod make;
mod read;
mod time;

use guomi::sm3;

pub use make::{MakeError, SealSpec, SignSpec, make_seal, sign};

/// SM2 with SM3 (1.2.156.10197.1.501), content of the OBJECT IDENTIFIER.
pub(crate) const SM2_WITH_SM3: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75];
/// The same with an arc forgotten (1.2.156.10197.501), as one widespread library wrote it.
const SM2_WITH_SM3_SHORT: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x83, 0x75];

/// Which standard a structure follows (版本).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// GM/T 0031-2014.
    V1,
    /// GB/T 38540-2020.
    V4,
    /// GM/T 0031-2025.
    V5,
}

impl Version {
    /// The number that stands in the header.
    pub const fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }
}

/// Something that the standard has otherwise and this program reads all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deviation {
    /// Extension data as a bare SEQUENCE, without the tag `[0]`.
    ExtensionWithoutTag,
    /// An algorithm named with a forgotten arc.
    ShortAlgorithm,
    /// The version in the header is not that of the structure's shape.
    VersionNumber,
    /// A digest or time as OCTET STRING where a BIT STRING should stand.
    OctetString,
    /// A time of the other of the two time types, or with a fraction or a zone.
    TimeForm,
    /// Not the one correct encoding: superfluous length bytes and the like.
    Encoding,
}

impl Deviation {
    /// A short word for message catalogues and interfaces.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ExtensionWithoutTag => "extension-without-tag",
            Self::ShortAlgorithm => "short-algorithm",
            Self::VersionNumber => "version-number",
            Self::OctetString => "octet-string",
            Self::TimeForm => "time-form",
            Self::Encoding => "encoding",
        }
    }
}

/// Why bytes are no seal or signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SesFault {
    /// Longer than any seal.
    #[error("longer than {} bytes", read::BYTES_MAX)]
    TooLong,
    /// A part is missing, of another type, or cut off.
    #[error("broken structure: {0}")]
    Structure(&'static str),
    /// Bytes follow where the structure should end.
    #[error("surplus bytes after {0}")]
    Surplus(&'static str),
    /// Another algorithm than SM2 with SM3.
    #[error("the algorithm is not SM2 with SM3")]
    Algorithm,
    /// A version that this program does not know.
    #[error("unknown version {0}")]
    Version(u8),
    /// A time that is none.
    #[error("not a time: {0}")]
    Time(&'static str),
}

/// Who may sign with a seal (签章者证书列表).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signers {
    /// Whole certificates (certListType 1).
    Certificates(Vec<Vec<u8>>),
    /// Digests of certificates (certListType 2): kind of digest, value.
    Digests(Vec<(String, Vec<u8>)>),
}

impl Signers {
    /// Whether the list names this certificate. Digests of another kind than SM3 name nobody.
    pub fn names(&self, certificate: &[u8]) -> bool {
        match self {
            Self::Certificates(list) => list.iter().any(|listed| listed == certificate),
            Self::Digests(list) => {
                let digest = sm3::digest(certificate);
                let is_sm3 = |kind: &str| kind.eq_ignore_ascii_case("sm3") || kind == "1.2.156.10197.1.401";
                list.iter().any(|(kind, value)| is_sm3(kind) && value.as_slice() == digest)
            }
        }
    }
}

/// The picture of a seal (印章图像).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Form of the data: `ofd`, `png`, `jpg`, `bmp`, `svg`.
    pub kind: String,
    /// The picture's file.
    pub data: Vec<u8>,
    /// Width in millimetres.
    pub width: u32,
    /// Height in millimetres.
    pub height: u32,
}

/// An electronic seal (电子印章). Nothing in it is true before its signature has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Standard.
    pub version: Version,
    /// Who makes seals of this kind (厂商标识 Vid).
    pub vendor: String,
    /// Identifier (印章标识 esID).
    pub id: String,
    /// Kind of seal: 1 of an organisation, 2 of a person; further kinds in later standards.
    pub kind: u8,
    /// Name (印章名称).
    pub name: String,
    /// Who may sign with it.
    pub signers: Signers,
    /// When it was made, unix time.
    pub created: i64,
    /// First second of validity, unix time.
    pub valid_from: i64,
    /// Last second of validity, unix time.
    pub valid_until: i64,
    /// The picture.
    pub picture: Picture,
    /// Certificate of the authority that made it (制章者证书), DER.
    pub certificate: Vec<u8>,
    /// The authority's signature, DER of `SEQUENCE { r, s }`.
    pub signature: Vec<u8>,
    /// The bytes that the authority signed.
    pub signed: Vec<u8>,
    /// The whole seal.
    pub der: Vec<u8>,
    /// What is read although the standard has it otherwise, sorted.
    pub deviations: Vec<Deviation>,
}

impl Seal {
    /// Reads a seal (`Seal.esl`).
    pub fn from_der(der: &[u8]) -> Result<Self, SesFault> {
        read::seal(der)
    }
}

/// A signature made with a seal (电子签章). Nothing in it is true before it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealSignature {
    /// Standard.
    pub version: Version,
    /// The seal.
    pub seal: Seal,
    /// When it was signed, as the signer says; unix time.
    pub time: i64,
    /// Digest of the file that is signed (原文杂凑值).
    pub data_hash: Vec<u8>,
    /// Path of the file that is signed (原文属性).
    pub property: String,
    /// The signer's certificate (签章者证书), DER.
    pub certificate: Vec<u8>,
    /// The signature, DER of `SEQUENCE { r, s }`.
    pub signature: Vec<u8>,
    /// The bytes that were signed.
    pub signed: Vec<u8>,
    /// A time stamp of a third party, unread.
    pub time_stamp: Option<Vec<u8>>,
    /// What is read although the standard has it otherwise, sorted; the seal's own not among it.
    pub deviations: Vec<Deviation>,
}

impl SealSignature {
    /// Reads a signature (`SignedValue.dat`).
    pub fn from_der(der: &[u8]) -> Result<Self, SesFault> {
        read::signature(der)
    }
}

#[cfg(test)]
mod tests;
