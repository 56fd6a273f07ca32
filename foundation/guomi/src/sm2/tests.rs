//! The standard's example, other ids, changed parts and foreign bytes.

use proptest::prelude::*;

use super::*;
use crate::DEFAULT_ID;

const ORDER: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";

fn vector(name: &str) -> Vec<u8> {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../testdata/sm_vectors.json")).unwrap();
    hex::decode(vectors["sm2_sign"][name].as_str().unwrap()).unwrap()
}

fn standard_key() -> PrivateKey {
    PrivateKey::from_bytes(&vector("d")).unwrap()
}

fn standard_signature() -> Signature {
    Signature::from_bytes(&[vector("r"), vector("s")].concat()).unwrap()
}

#[test]
fn example_of_the_standard() {
    let key = standard_key();
    let public = key.public();
    assert_eq!(public.to_sec1().to_vec(), [vec![4], vector("px"), vector("py")].concat());
    assert_eq!(user_digest(&public, DEFAULT_ID).unwrap().to_vec(), vector("za"));
    assert_eq!(message_digest(&public, DEFAULT_ID, b"message digest").unwrap().to_vec(), vector("e"));
    assert!(public.verify(DEFAULT_ID, b"message digest", &standard_signature()));
}

#[test]
fn signatures_verify_only_for_their_id_message_and_key() {
    let key = PrivateKey::generate();
    for id in [DEFAULT_ID, b"", b"ALICE123@YAHOO.COM", "长沙市民政局".as_bytes(), &[0xff; ID_BYTES_MAX]]
    {
        let signature = key.sign(id, b"message");
        assert!(key.public().verify(id, b"message", &signature));
        assert!(!key.public().verify(b"other id", b"message", &signature));
        assert!(!key.public().verify(id, b"massage", &signature));
        assert!(!standard_key().public().verify(id, b"message", &signature));
    }
    assert!(!key.public().verify(&[0; ID_BYTES_MAX + 1], b"message", &standard_signature()));
    assert_eq!(user_digest(&key.public(), &[0; ID_BYTES_MAX + 1]), None);
}

#[test]
fn every_changed_bit_of_a_signature_is_refused() {
    let (public, good) = (standard_key().public(), standard_signature().to_bytes());
    for bit in 0..good.len() * 8 {
        let mut changed = good;
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(signature) = Signature::from_bytes(&changed) {
            assert!(!public.verify(DEFAULT_ID, b"message digest", &signature), "bit {bit}");
        }
    }
}

#[test]
fn signing_is_hedged() {
    let key = standard_key();
    assert_ne!(key.sign(DEFAULT_ID, b"m"), key.sign(DEFAULT_ID, b"m"));
}

#[test]
fn private_keys_lie_between_1_and_n_minus_2() {
    let order = hex::decode(ORDER).unwrap();
    let below_order = |distance: u8| {
        let mut bytes = order.clone();
        bytes[31] -= distance;
        PrivateKey::from_bytes(&bytes)
    };
    for refused in [below_order(0), below_order(1), PrivateKey::from_bytes(&[0; 32])] {
        assert_eq!(refused.unwrap_err(), KeyError::Private);
    }
    let largest = below_order(2).unwrap();
    assert!(largest.public().verify(DEFAULT_ID, b"m", &largest.sign(DEFAULT_ID, b"m")));
    let mut one = [0; 32];
    one[31] = 1;
    assert!(PrivateKey::from_bytes(&one).is_ok());
    assert!(PrivateKey::from_bytes(&one[..31]).is_err());
    assert!(PrivateKey::from_bytes(&[]).is_err());
    assert!(PrivateKey::from_bytes(&[1; 33]).is_err());
}

#[test]
fn public_keys_have_one_spelling_and_lie_on_the_curve() {
    let public = standard_key().public();
    let good = public.to_sec1();
    assert_eq!(PublicKey::from_sec1(&good).unwrap(), public);
    assert_eq!(PublicKey::from_pem(&public.to_pem()).unwrap(), public);
    let mut off_curve = good;
    off_curve[64] ^= 1;
    let compressed = [&[0x02], &good[1..33]].concat();
    for bad in [&off_curve[..], &compressed, &[0], &good[..64], &[]] {
        assert_eq!(PublicKey::from_sec1(bad), Err(KeyError::Public));
    }
    assert!(PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").is_err());
}

#[test]
fn der_has_one_spelling() {
    let signature = standard_signature();
    let der = signature.to_der();
    assert_eq!(Signature::from_der(&der).unwrap(), signature);
    let trailing = [&der[..], &[0]].concat();
    let long_length = [&[0x30, 0x81], &der[1..]].concat();
    let mut padded = der.clone();
    padded.splice(4..4, [0]);
    padded[1] += 1;
    padded[3] += 1;
    for bad in [trailing, long_length, padded, vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x01], vec![]] {
        assert_eq!(Signature::from_der(&bad), Err(InvalidSignature), "{}", hex::encode(bad));
    }
    let zero_s = [&signature.to_bytes()[..32], &[0; 32]].concat();
    assert!(Signature::from_bytes(&zero_s).is_err());
    let r_is_order = [hex::decode(ORDER).unwrap(), vec![1; 32]].concat();
    assert!(Signature::from_bytes(&r_is_order).is_err());
}

#[test]
fn private_keys_do_not_print() {
    assert_eq!(format!("{:?}", standard_key()), "PrivateKey { .. }");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn signatures_keep_both_encodings(d in prop::array::uniform32(1_u8..), message: Vec<u8>, id: [u8; 9]) {
        // The order starts with FFFFFFFE, so a first byte below FF keeps d in range.
        let mut d = d;
        d[0] &= 0x7f;
        let key = PrivateKey::from_bytes(&d).unwrap();
        let signature = key.sign(&id, &message);
        prop_assert_eq!(Signature::from_bytes(&signature.to_bytes()).unwrap(), signature);
        prop_assert_eq!(Signature::from_der(&signature.to_der()).unwrap(), signature);
        prop_assert!(key.public().verify(&id, &message, &signature));
    }
}

proptest! {
    #[test]
    fn foreign_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), text: String) {
        let _ = Signature::from_bytes(&bytes);
        if let Ok(signature) = Signature::from_der(&bytes) {
            prop_assert_eq!(signature.to_der(), bytes.clone());
        }
        let _ = PublicKey::from_sec1(&bytes);
        let _ = PrivateKey::from_bytes(&bytes);
        prop_assert!(PublicKey::from_pem(&text).is_err());
    }
}
