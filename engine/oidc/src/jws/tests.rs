//! What is signed here can be checked here, and nothing else passes.

use super::*;

pub(crate) fn key(alg: Alg) -> SigningKey {
    SigningKey::read(alg, &fresh(alg).unwrap()).unwrap()
}

#[test]
fn tokens_come_back_and_forgeries_do_not() {
    for alg in [Alg::Es256, Alg::Sm2] {
        let key = key(alg);
        let jwk = key.public_jwk();
        assert!(is_usable(&jwk));
        assert_eq!(alg_of(&jwk), Some(alg));
        let token = key.token("k", "JWT", &json!({"sub": "甲"})).unwrap();
        let read = Unverified::read(&token).unwrap();
        assert_eq!((read.claims["sub"].as_str(), read.kid()), (Some("甲"), Some("k")));
        assert!(read.is_signed_with(&jwk));
        assert!(!read.is_signed_with(&super::tests::key(alg).public_jwk()), "another key");
        let (head, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = head.split_once('.').unwrap();
        let other = format!("{header}.{}.{signature}", BASE64.encode(r#"{"sub":"乙"}"#));
        assert!(!Unverified::read(&other).unwrap().is_signed_with(&jwk), "other claims");
        let none = format!("{}.{}.", BASE64.encode(r#"{"alg":"none"}"#), BASE64.encode("{}"));
        assert!(!Unverified::read(&none).unwrap().is_signed_with(&jwk), "no signature");
    }
}

#[test]
fn a_token_does_not_choose_how_it_is_checked() {
    let (ours, sm2) = (key(Alg::Es256), key(Alg::Sm2));
    let token = sm2.token("k", "JWT", &json!({})).unwrap();
    let mut jwk = ours.public_jwk();
    assert!(!Unverified::read(&token).unwrap().is_signed_with(&jwk));
    jwk["crv"] = "P-384".into();
    assert!(!is_usable(&jwk) && !Unverified::read(&token).unwrap().is_signed_with(&jwk));
    let critical = json!({"alg": "ES256", "crit": ["b64"]});
    let signed = format!("{}.{}", BASE64.encode(critical.to_string()), BASE64.encode("{}"));
    let critical = format!("{signed}.{}", BASE64.encode(ours.sign(signed.as_bytes()).unwrap()));
    assert!(!Unverified::read(&critical).unwrap().is_signed_with(&ours.public_jwk()));
}

#[test]
fn what_is_no_token_is_refused() {
    for text in ["", "a", "a.b", "a.b.c", "..", "e30.e30.!", "W10.e30.AA"] {
        assert!(Unverified::read(text).is_none(), "{text}");
    }
    assert!(Unverified::read(&format!("e30.e30.{}", "A".repeat(20_000))).is_none());
    let mut private = key(Alg::Es256).public_jwk();
    private["d"] = "AA".into();
    assert!(!is_usable(&private), "a private key is nobody's to hand over");
}

/// RSA keys come from elsewhere: this one was made by OpenSSL for this test alone.
#[test]
fn rsa_keys_of_others_sign_and_are_checked() {
    let pem = include_str!("../keys/test_rsa.pem");
    let key = SigningKey::read(Alg::Rs256, &crate::keys::from_pem(pem).unwrap()).unwrap();
    let jwk = key.public_jwk();
    assert!(is_usable(&jwk) && alg_of(&jwk) == Some(Alg::Rs256));
    let token = key.token("k", "JWT", &json!({"sub": "1"})).unwrap();
    let read = Unverified::read(&token).unwrap();
    assert!(read.is_signed_with(&jwk));
    let mut other = jwk.clone();
    other["e"] = "Aw".into();
    assert!(
        !read.is_signed_with(&other) && !read.is_signed_with(&super::tests::key(Alg::Es256).public_jwk())
    );
    assert!(fresh(Alg::Rs256).is_err(), "none is made here");
}
