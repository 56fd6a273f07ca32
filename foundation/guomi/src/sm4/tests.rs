//! Standard vectors, round trips and changes of every part of a sealed text.

use ::sm4::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _};
use proptest::prelude::*;

use super::*;

fn key() -> DataKey {
    DataKey::from_bytes(*b"0123456789abcdef")
}

/// GB/T 32907-2016 annex A: one block once, and the same block a million times over.
#[test]
fn block_cipher_vectors() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../testdata/sm_vectors.json")).unwrap();
    let bytes = |name: &str| -> [u8; 16] {
        hex::decode(vectors["sm4"][name].as_str().unwrap()).unwrap().try_into().unwrap()
    };
    let cipher = Sm4::new(&bytes("key").into());
    let mut block = bytes("pt").into();
    cipher.encrypt_block(&mut block);
    assert_eq!(<[u8; 16]>::from(block), bytes("ct"));
    for _ in 1..1_000_000 {
        cipher.encrypt_block(&mut block);
    }
    assert_eq!(<[u8; 16]>::from(block), bytes("ct_1e6"));
    for _ in 0..1_000_000 {
        cipher.decrypt_block(&mut block);
    }
    assert_eq!(<[u8; 16]>::from(block), bytes("pt"));
}

/// RFC 8998 annex A.1.
#[test]
fn gcm_vector() {
    let unhex = |text: &str| hex::decode(text).unwrap();
    let key = DataKey::from_bytes(unhex("0123456789ABCDEFFEDCBA9876543210").try_into().unwrap());
    let nonce: [u8; 12] = unhex("00001234567800000000ABCD").try_into().unwrap();
    let aad = unhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
    let plain = unhex(concat!(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD",
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    ));
    let sealed = seal_with_nonce(&key, nonce, &plain, &aad).unwrap();
    let expected = concat!(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735",
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D",
        "83DE3541E4C2B58177E065A9BF7B62EC"
    );
    assert_eq!(sealed[1 + NONCE_BYTES..], unhex(expected));
    assert_eq!(open(&key, &sealed, &aad).unwrap(), plain);
}

#[test]
fn every_changed_byte_is_refused() {
    let sealed = seal(&key(), "身份证号".as_bytes(), b"person 1").unwrap();
    assert_eq!(sealed.len(), OVERHEAD_BYTES + "身份证号".len());
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        let expected = if index == 0 { OpenError::UnknownVersion(0) } else { OpenError::Refused };
        assert_eq!(open(&key(), &changed, b"person 1"), Err(expected), "byte {index}");
    }
}

#[test]
fn other_key_or_associated_data_is_refused() {
    let sealed = seal(&key(), b"x", b"person 1").unwrap();
    assert_eq!(open(&DataKey::generate(), &sealed, b"person 1"), Err(OpenError::Refused));
    assert_eq!(open(&key(), &sealed, b"person 2"), Err(OpenError::Refused));
    assert_eq!(open(&key(), &sealed[..OVERHEAD_BYTES - 1], b"person 1"), Err(OpenError::TooShort));
    assert_eq!(open(&key(), &[], b""), Err(OpenError::TooShort));
}

#[test]
fn equal_texts_seal_differently_and_keys_do_not_print() {
    assert_ne!(seal(&key(), b"x", b"").unwrap(), seal(&key(), b"x", b"").unwrap());
    assert_eq!(format!("{:?}", key()), "DataKey { .. }");
}

proptest! {
    #[test]
    fn sealed_texts_open_again(plain: Vec<u8>, aad: Vec<u8>, key: [u8; 16]) {
        let key = DataKey::from_bytes(key);
        let sealed = seal(&key, &plain, &aad).unwrap();
        prop_assert_eq!(open(&key, &sealed, &aad).unwrap(), plain);
    }

    #[test]
    fn arbitrary_bytes_do_not_open(mut bytes: Vec<u8>) {
        prop_assert!(open(&key(), &bytes, b"").is_err());
        bytes.insert(0, VERSION);
        prop_assert!(open(&key(), &bytes, b"").is_err());
    }
}
