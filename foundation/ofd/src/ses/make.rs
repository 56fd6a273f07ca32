//! Making seals (制章) and signing with them, as GB/T 38540-2020 has it (version 4).

use guomi::asn1::{element, tag};
use guomi::sm3::Digest;
use guomi::{DEFAULT_ID, Signer, SignerError};

use super::{Picture, SM2_WITH_SM3, Seal, SesFault, time};

/// Why no seal or signature is made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The signer.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A part cannot be written.
    #[error("{0} cannot be written")]
    Part(&'static str),
    /// The seal does not name the signer's certificate.
    #[error("the seal may not be used with the certificate of {0}")]
    NotInSeal(String),
    /// What was made cannot be read back; a fault of this program.
    #[error("the result is not readable: {0}")]
    Unreadable(#[from] SesFault),
}

/// What a seal says.
#[derive(Debug, Clone)]
pub struct SealSpec<'a> {
    /// Who makes seals of this kind (Vid), ASCII.
    pub vendor: &'a str,
    /// Identifier (esID), ASCII.
    pub id: &'a str,
    /// Name (印章名称).
    pub name: &'a str,
    /// Certificates of those who may sign with it, DER.
    pub signers: Vec<&'a [u8]>,
    /// When it is made, unix time.
    pub created: i64,
    /// First second of validity, unix time.
    pub valid_from: i64,
    /// Last second of validity, unix time.
    pub valid_until: i64,
    /// The picture.
    pub picture: &'a Picture,
}

/// What is signed with a seal.
#[derive(Debug, Clone, Copy)]
pub struct SignSpec<'a> {
    /// When, unix time.
    pub time: i64,
    /// SM3 of the file that is signed.
    pub data_hash: Digest,
    /// Path of that file in its package, ASCII.
    pub property: &'a str,
}

/// The kind of seal that organisations have (单位印章).
const ORGANISATION: u32 = 1;

/// Makes a seal: the authority `maker` (制章者) signs who may use it, how long, and what it looks like.
pub fn make_seal(spec: &SealSpec<'_>, maker: &dyn Signer) -> Result<Seal, MakeError> {
    let header = sequence(&[&ia5(b"ES"), &integer(4), &ascii(spec.vendor, "Vid")?]);
    let listed: Vec<Vec<u8>> =
        spec.signers.iter().map(|certificate| element(tag::OCTET_STRING, &[certificate])).collect();
    let listed: Vec<&[u8]> = listed.iter().map(Vec::as_slice).collect();
    let property = sequence(&[
        &integer(ORGANISATION),
        &element(tag::UTF8_STRING, &[spec.name.as_bytes()]),
        &integer(1),
        &sequence(&listed),
        &general_time(spec.created, "createDate")?,
        &general_time(spec.valid_from, "validStart")?,
        &general_time(spec.valid_until, "validEnd")?,
    ]);
    let picture = sequence(&[
        &ascii(&spec.picture.kind, "picture type")?,
        &element(tag::OCTET_STRING, &[&spec.picture.data]),
        &integer(spec.picture.width),
        &integer(spec.picture.height),
    ]);
    let info = sequence(&[&header, &ascii(spec.id, "esID")?, &property, &picture]);
    let [certificate, algorithm, value] = signed_by(maker, &info)?;
    Ok(Seal::from_der(&sequence(&[&info, &certificate, &algorithm, &value]))?)
}

/// Signs with a seal and gives the SES_Signature in DER.
pub fn sign(spec: &SignSpec<'_>, seal: &Seal, signer: &dyn Signer) -> Result<Vec<u8>, MakeError> {
    let own = signer.certificate();
    if !seal.signers.names(own.to_der()) {
        return Err(MakeError::NotInSeal(own.subject_common_name().to_owned()));
    }
    let to_sign = sequence(&[
        &integer(4),
        &seal.der,
        &general_time(spec.time, "timeInfo")?,
        &bit_string(&spec.data_hash),
        &ascii(spec.property, "propertyInfo")?,
    ]);
    let [certificate, algorithm, value] = signed_by(signer, &to_sign)?;
    Ok(sequence(&[&to_sign, &certificate, &algorithm, &value]))
}

/// Certificate, algorithm and signature value, as they stand behind what is signed.
fn signed_by(signer: &dyn Signer, to_sign: &[u8]) -> Result<[Vec<u8>; 3], MakeError> {
    let certificate = signer.certificate();
    let signature = signer.sign(to_sign)?;
    // A module that holds another key than the certificate says would spoil every document unnoticed.
    if !certificate.public_key().verify(DEFAULT_ID, to_sign, &signature) {
        let subject = certificate.subject_common_name().to_owned();
        return Err(SignerError::KeyMismatch { subject }.into());
    }
    Ok([
        element(tag::OCTET_STRING, &[certificate.to_der()]),
        element(tag::OID, &[SM2_WITH_SM3]),
        bit_string(&signature.to_der()),
    ])
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, parts)
}

fn ia5(text: &[u8]) -> Vec<u8> {
    element(tag::IA5_STRING, &[text])
}

fn ascii(text: &str, name: &'static str) -> Result<Vec<u8>, MakeError> {
    if text.is_ascii() { Ok(ia5(text.as_bytes())) } else { Err(MakeError::Part(name)) }
}

fn integer(value: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    // The first bit is a sign.
    if bytes.first().is_none_or(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    element(tag::INTEGER, &[&bytes])
}

fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(tag::BIT_STRING, &[&[0], bytes])
}

fn general_time(unix: i64, name: &'static str) -> Result<Vec<u8>, MakeError> {
    let text = time::generalized(unix).ok_or(MakeError::Part(name))?;
    Ok(element(tag::GENERALIZED_TIME, &[text.as_bytes()]))
}
