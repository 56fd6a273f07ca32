//! SM3 hash (密码杂凑算法, GB/T 32905-2016) and HMAC over it (GB/T 15852.2).

use std::fmt;

use ::sm3::{Digest as _, Sm3};
use hmac::{Hmac, KeyInit as _, Mac as _};

/// An SM3 hash value (杂凑值).
pub type Digest = [u8; 32];

/// Hashes the whole of `data`.
pub fn digest(data: &[u8]) -> Digest {
    Sm3::digest(data).into()
}

/// Hashes `data` and writes the value in lower-case hexadecimal.
pub fn hex(data: &[u8]) -> String {
    hex::encode(digest(data))
}

/// HMAC-SM3 (带密钥的杂凑); a key of any length.
pub fn hmac(key: &[u8], data: &[u8]) -> Digest {
    let mut mac = Hmac::<Sm3>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// Hashes data that comes in pieces.
#[derive(Clone, Default)]
pub struct Hasher(Sm3);

impl Hasher {
    /// Starts with no data.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash value of all pieces in order.
    pub fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

// The state may hold part of a secret, so it is not printed.
impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn standard_vectors() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("testdata/sm_vectors.json")).unwrap();
        let cases = vectors["sm3"].as_array().unwrap();
        assert_eq!(cases.len(), 3);
        for case in cases {
            assert_eq!(hex(case[0].as_str().unwrap().as_bytes()), case[1].as_str().unwrap());
        }
    }

    /// Checked against the definition (RFC 2104) written out, for keys shorter and longer than one block.
    #[test]
    fn hmac_follows_its_definition() {
        for key in [b"k".to_vec(), vec![7; 64], vec![9; 200]] {
            let mut block = if key.len() > 64 { digest(&key).to_vec() } else { key.clone() };
            block.resize(64, 0);
            let with_pad = |pad: u8| block.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
            let inner = digest(&[with_pad(0x36), b"data".to_vec()].concat());
            let outer = digest(&[with_pad(0x5c), inner.to_vec()].concat());
            assert_eq!(hmac(&key, b"data"), outer);
        }
    }

    #[test]
    fn debug_shows_no_state() {
        assert_eq!(format!("{:?}", Hasher::new()), "Hasher { .. }");
    }

    proptest! {
        #[test]
        fn pieces_hash_like_the_whole(data: Vec<u8>, cut: prop::sample::Index) {
            let cut = cut.index(data.len() + 1);
            let mut hasher = Hasher::new();
            hasher.update(&data[..cut]);
            hasher.update(&data[cut..]);
            prop_assert_eq!(hasher.finish(), digest(&data));
        }
    }
}
