//! National cryptography (国密): SM2, SM3, SM4, certificates and detached signatures.
//!
//! Software only and certified by nobody; a production installation puts a certified module (密码模块) behind
//! [`Signer`]. Nothing here reads a clock: time comes in as unix seconds.

pub mod asn1;
pub mod authority;
pub mod crl;
pub mod demo_ca;
mod files;
pub mod key_file;
pub mod pair;
pub mod passphrase;
pub mod pkcs8;
pub mod random;
pub mod signed_data;
mod signer;
pub mod sm2;
pub mod sm3;
pub mod sm4;
#[cfg(test)]
mod testing;
pub mod x509;

pub use authority::Authority;
pub use crl::Crl;
pub use random::random_bytes;
pub use signer::{FileSigner, Signer, SignerError};
pub use sm2::{PrivateKey, PublicKey, Signature};
pub use x509::Certificate;

/// The user id (用户标识) that GM/T 0009-2012 clause 10 prescribes where the parties have not agreed on
/// another.
pub const DEFAULT_ID: &[u8] = b"1234567812345678";
