//! SM2 signatures (椭圆曲线公钥密码算法, GB/T 32918.2-2016) on the curve of GB/T 32918.5-2017.

use std::fmt;

use ::sm2::dsa::signature::hazmat::{PrehashSigner as _, PrehashVerifier as _, RandomizedPrehashSigner as _};
use ::sm2::dsa::{Signature as RawSignature, SigningKey, VerifyingKey};
use ::sm2::elliptic_curve::Generate as _;
use ::sm2::elliptic_curve::common::getrandom::SysRng;
use ::sm2::pkcs8::{DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use ::sm2::{Scalar, SecretKey};
use zeroize::Zeroizing;

use crate::sm3;

/// The longest user id: its length in bits must fit into two bytes (GB/T 32918.2 clause 5.5).
pub const ID_BYTES_MAX: usize = u16::MAX as usize / 8;

/// a, b, x_G, y_G of the recommended curve (GB/T 32918.5), in the order in which Z_A hashes them.
const CURVE: [u128; 8] = [
    0xFFFF_FFFE_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF,
    0xFFFF_FFFF_0000_0000_FFFF_FFFF_FFFF_FFFC,
    0x28E9_FA9E_9D9F_5E34_4D5A_9E4B_CF65_09A7,
    0xF397_89F5_15AB_8F92_DDBC_BD41_4D94_0E93,
    0x32C4_AE2C_1F19_8119_5F99_0446_6A39_C994,
    0x8FE3_0BBF_F266_0BE1_715A_4589_334C_74C7,
    0xBC37_36A2_F4F6_779C_59BD_CEE3_6B69_2153,
    0xD0A9_877C_C62A_4740_02DF_32E5_2139_F0A0,
];

/// Bytes that are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A private key is 32 bytes with a value from 1 to n-2 (GB/T 32918.1 clause 6.1).
    #[error("not an SM2 private key")]
    Private,
    /// A public key is `04 || x || y` with a point on the curve, or its PEM form.
    #[error("not an SM2 public key")]
    Public,
}

/// Bytes that are no signature: wrong length, wrong encoding, or r or s outside 1 to n-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an SM2 signature")]
pub struct InvalidSignature;

/// A private key (私钥). Wiped from memory when dropped; never printed.
pub struct PrivateKey {
    secret: SecretKey,
    public: PublicKey,
}

impl PrivateKey {
    /// A fresh random key.
    ///
    /// Panics when the operating system has no randomness.
    pub fn generate() -> Self {
        // A draw outside the permitted range is next to impossible; then draw again.
        loop {
            if let Ok(key) = Self::from_secret(SecretKey::generate()) {
                return key;
            }
        }
    }

    /// A key from its 32 bytes, big-endian.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let length_is_right = bytes.len() == 32;
        let secret =
            SecretKey::from_slice(bytes).ok().filter(|_| length_is_right).ok_or(KeyError::Private)?;
        Self::from_secret(secret)
    }

    fn from_secret(secret: SecretKey) -> Result<Self, KeyError> {
        // d = n-1 has no inverse of 1+d and so cannot sign.
        if *secret.to_nonzero_scalar() + Scalar::ONE == Scalar::ZERO {
            return Err(KeyError::Private);
        }
        let public = PublicKey(secret.public_key());
        Ok(Self { secret, public })
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.to_bytes().into())
    }

    /// The public key that belongs to it.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs `message` for the user id `id`, which is [`crate::DEFAULT_ID`] unless the parties agreed
    /// otherwise.
    ///
    /// The secret number comes from RFC 6979 mixed with fresh randomness, so a weak random source does not
    /// give the key away. Panics if the id is longer than [`ID_BYTES_MAX`].
    pub fn sign(&self, id: &[u8], message: &[u8]) -> Signature {
        let e = message_digest(&self.public, id, message).expect("the user id is at most 8191 bytes");
        let key = SigningKey::new("", &self.secret).expect("the empty id fits");
        loop {
            // Without randomness the deterministic form is still sound; either fails only if r or s is zero.
            let signed = key.sign_prehash_with_rng(&mut SysRng, &e).or_else(|_refused| key.sign_prehash(&e));
            if let Ok(signature) = signed {
                return Signature(signature);
            }
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

/// A public key (公钥): a point on the curve.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(::sm2::PublicKey);

impl PublicKey {
    /// Reads `04 || x || y`. Compressed points are refused, so that a key has one spelling only.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() != 65 || bytes.first() != Some(&0x04) {
            return Err(KeyError::Public);
        }
        ::sm2::PublicKey::from_sec1_bytes(bytes).map(Self).map_err(|_opaque| KeyError::Public)
    }

    /// Writes `04 || x || y`.
    pub fn to_sec1(&self) -> [u8; 65] {
        let mut bytes = [0; 65];
        bytes.copy_from_slice(&self.0.to_sec1_bytes());
        bytes
    }

    /// Reads a PEM public key (`-----BEGIN PUBLIC KEY-----`).
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        ::sm2::PublicKey::from_public_key_pem(pem).map(Self).map_err(|_opaque| KeyError::Public)
    }

    /// Writes a PEM public key, as `openssl pkey -pubin` reads it.
    pub fn to_pem(&self) -> String {
        self.0.to_public_key_pem(LineEnding::LF).expect("a public key has a PEM form")
    }

    /// Whether `signature` over `message` was made with this key for the user id `id`.
    pub fn verify(&self, id: &[u8], message: &[u8], signature: &Signature) -> bool {
        let Some(e) = message_digest(self, id, message) else { return false };
        let key = VerifyingKey::new("", self.0).expect("the empty id fits");
        key.verify_prehash(&e, &signature.0).is_ok()
    }

    pub(crate) fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::new("", self.0).expect("the empty id fits")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.to_sec1()))
    }
}

/// A signature (签名值): r and s.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(RawSignature);

impl Signature {
    /// Reads `r || s`, 64 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSignature> {
        RawSignature::from_slice(bytes).map(Self).map_err(|_opaque| InvalidSignature)
    }

    /// Writes `r || s`, 64 bytes.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0.to_bytes().into()
    }

    /// Reads `SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009 clause 7.3); only the one correct DER form.
    pub fn from_der(der: &[u8]) -> Result<Self, InvalidSignature> {
        let signature = RawSignature::from_der(der).map(Self).map_err(|_opaque| InvalidSignature)?;
        // A second spelling of the same numbers would let a signed document change unnoticed.
        if signature.to_der() == der { Ok(signature) } else { Err(InvalidSignature) }
    }

    /// Writes `SEQUENCE { r INTEGER, s INTEGER }` in DER.
    pub fn to_der(&self) -> Vec<u8> {
        self.0.to_der().to_vec()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hex::encode(self.to_bytes()))
    }
}

/// Z_A, the hash of user id, curve and public key (GB/T 32918.2 clause 5.5). `None` if the id is too long.
pub fn user_digest(public: &PublicKey, id: &[u8]) -> Option<sm3::Digest> {
    let bits = u16::try_from(id.len().checked_mul(8)?).ok()?;
    let mut hasher = sm3::Hasher::new();
    hasher.update(&bits.to_be_bytes());
    hasher.update(id);
    for part in CURVE {
        hasher.update(&part.to_be_bytes());
    }
    hasher.update(&public.to_sec1()[1..]);
    Some(hasher.finish())
}

/// e = SM3(Z_A || M), what is really signed (GB/T 32918.2 clause 6.1, steps A1 and A2).
fn message_digest(public: &PublicKey, id: &[u8], message: &[u8]) -> Option<sm3::Digest> {
    let mut hasher = sm3::Hasher::new();
    hasher.update(&user_digest(public, id)?);
    hasher.update(message);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests;
