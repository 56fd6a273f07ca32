//! Sealing data with SM4 (分组密码算法, GB/T 32907-2016) in Galois/Counter Mode (GB/T 36624-2018, RFC 8998).

use std::fmt;

use ::sm4::Sm4;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{AesGcm, KeyInit as _};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const OVERHEAD_BYTES: usize = 1 + NONCE_BYTES + TAG_BYTES;

/// A key for sealing data (数据密钥). Wiped from memory when dropped.
///
/// Nonces are random, so one key seals at most 2^32 texts (NIST SP 800-38D clause 8.3); then change the key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 16]);

impl DataKey {
    /// A fresh random key.
    pub fn generate() -> Self {
        Self(random::random_bytes())
    }

    /// A key that was kept elsewhere.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    fn cipher(&self) -> AesGcm<Sm4, U12> {
        AesGcm::new(&self.0.into())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").finish_non_exhaustive()
    }
}

/// Why data could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// More than GCM can seal under one nonce (64 GiB).
    #[error("the text is too long to seal")]
    TooLong,
    /// No nonce could be drawn.
    #[error(transparent)]
    Randomness(#[from] random::NoRandomness),
}

/// Why sealed data could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Shorter than the shortest sealed text.
    #[error("the sealed text is too short")]
    TooShort,
    /// The first byte names a form that this program does not know.
    #[error("the sealed text has the unknown form {0}")]
    UnknownVersion(u8),
    /// Another key, other associated data, or a changed text.
    #[error("the sealed text does not belong to this key and associated data")]
    Refused,
}

/// Seals `plain` and binds it to `aad`, which is not stored and must be given again to open.
///
/// The result is: version byte, 12-byte nonce, ciphertext, 16-byte tag.
pub fn seal(key: &DataKey, plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_BYTES];
    random::fill(&mut nonce)?;
    seal_with_nonce(key, nonce, plain, aad)
}

fn seal_with_nonce(
    key: &DataKey,
    nonce: [u8; NONCE_BYTES],
    plain: &[u8],
    aad: &[u8],
) -> Result<Vec<u8>, SealError> {
    let sealed = key
        .cipher()
        .encrypt(&nonce.into(), Payload { msg: plain, aad })
        .map_err(|_opaque| SealError::TooLong)?;
    Ok([&[VERSION], nonce.as_slice(), &sealed].concat())
}

/// Opens what [`seal`] made with the same key and associated data.
pub fn open(key: &DataKey, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, OpenError> {
    let (version, rest) = sealed.split_first().ok_or(OpenError::TooShort)?;
    if *version != VERSION {
        return Err(OpenError::UnknownVersion(*version));
    }
    if sealed.len() < OVERHEAD_BYTES {
        return Err(OpenError::TooShort);
    }
    let (nonce, msg) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError::TooShort)?;
    key.cipher().decrypt(&(*nonce).into(), Payload { msg, aad }).map_err(|_opaque| OpenError::Refused)
}

#[cfg(test)]
mod tests;
