//! Each rule broken by itself; a token that breaks none passes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::json;

use super::*;
use crate::jws::SigningKey;
use crate::jws::tests::key;

const NOW: i64 = 1_790_000_000;

fn expected() -> Expected<'static> {
    Expected {
        issuer: "https://id.example",
        client_id: "us",
        nonce: "n",
        acr: None,
        access_token: "at",
        now: Timestamp::from_second(NOW).unwrap(),
    }
}

fn claims() -> Value {
    json!({"iss": "https://id.example", "aud": "us", "sub": "甲", "nonce": "n", "iat": NOW, "exp": NOW + 60})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn judged(key: &SigningKey, claims: &Value) -> Result<(), Unfit> {
    let token = key.token(public(key)["kid"].as_str().unwrap(), "JWT", claims).unwrap();
    check(&token, &[public(key)], &expected()).map(|_claims| ())
}

fn public(key: &SigningKey) -> Value {
    key.public_jwk()
}

#[test]
fn every_claim_is_compared() {
    let key = key(Alg::Es256);
    for fits in [
        claims(),
        with("aud", json!(["us"])),
        with("azp", json!("us")),
        with("exp", json!(NOW - 59)),
        with("iat", json!(NOW + 60)),
        with("iat", json!(NOW - 659)),
        with("at_hash", json!(Alg::Es256.half_hash("at"))),
    ] {
        assert_eq!(judged(&key, &fits), Ok(()), "{fits}");
    }
    for (claims, unfit) in [
        (with("iss", json!("https://id.example/")), Unfit::Issuer),
        (without("iss"), Unfit::Issuer),
        (with("aud", json!("them")), Unfit::Audience),
        (with("aud", json!(["us", "them"])), Unfit::Audience),
        (with("aud", json!([])), Unfit::Audience),
        (without("aud"), Unfit::Audience),
        (with("azp", json!("them")), Unfit::Audience),
        (with("exp", json!(NOW - 60)), Unfit::Expired),
        (with("exp", json!("soon")), Unfit::Expired),
        (without("exp"), Unfit::Expired),
        (with("iat", json!(NOW + 61)), Unfit::IssuedAt),
        (with("iat", json!(NOW - 660)), Unfit::IssuedAt),
        (without("iat"), Unfit::IssuedAt),
        (with("nonce", json!("m")), Unfit::Nonce),
        (without("nonce"), Unfit::Nonce),
        (with("sub", json!("")), Unfit::Subject),
        (with("sub", json!(7)), Unfit::Subject),
        (with("sub", json!("s".repeat(256))), Unfit::Subject),
        (with("at_hash", json!(Alg::Es256.half_hash("another"))), Unfit::AccessToken),
    ] {
        assert_eq!(judged(&key, &claims), Err(unfit), "{claims}");
    }
}

#[test]
fn the_level_is_demanded_where_it_was_asked_for() {
    let key = key(Alg::Es256);
    let asks = Expected { acr: Some("high"), ..expected() };
    let judged = |claims: &Value| {
        check(&key.token("k", "JWT", claims).unwrap(), &[json_kid(&key, "k")], &asks).map(|_| ())
    };
    assert_eq!(judged(&claims()), Err(Unfit::Level));
    assert_eq!(judged(&with("acr", json!("low"))), Err(Unfit::Level));
    assert_eq!(judged(&with("acr", json!("high"))), Ok(()));
}

fn json_kid(key: &SigningKey, kid: &str) -> Value {
    let mut jwk = public(key);
    jwk["kid"] = kid.into();
    jwk
}

#[test]
fn the_key_decides_how_a_token_is_checked() {
    let (ours, sm2) = (key(Alg::Es256), key(Alg::Sm2));
    let keys = [json_kid(&ours, "k")];
    let judged = |token: &str| check(token, &keys, &expected()).map(|_claims| ());
    let signed = |header: Value, signature: &[u8]| {
        let parts = [header, claims()].map(|part| BASE64.encode(part.to_string()));
        format!("{}.{}", parts.join("."), BASE64.encode(signature))
    };
    // No signature at all, and one with the public key as a shared secret.
    assert_eq!(judged(&signed(json!({"alg": "none"}), b"")), Err(Unfit::Algorithm));
    let head = signed(json!({"alg": "HS256", "kid": "k"}), b"");
    let head = head.trim_end_matches('.');
    let point =
        [BASE64.decode(keys[0]["x"].as_str().unwrap()), BASE64.decode(keys[0]["y"].as_str().unwrap())];
    let secret = [vec![4], point.map(Result::unwrap).concat()].concat();
    let mac = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret), head.as_bytes());
    assert_eq!(judged(&format!("{head}.{}", BASE64.encode(mac))), Err(Unfit::Algorithm));
    // The national way of signing has no registered name, so no other provider has it.
    assert_eq!(judged(&sm2.token("k", "JWT", &claims()).unwrap()), Err(Unfit::Algorithm));
    assert_eq!(judged(&signed(json!({"alg": "RS256", "kid": "k"}), b"x")), Err(Unfit::UnknownKey));
    let token = ours.token("k", "JWT", &claims()).unwrap();
    assert_eq!(judged(&token), Ok(()));
    assert_eq!(judged(&ours.token("other", "JWT", &claims()).unwrap()), Err(Unfit::UnknownKey));
    assert_eq!(judged(&ours.token("k", "logout+jwt", &claims()).unwrap()), Err(Unfit::Form));
    assert_eq!(judged(&key(Alg::Es256).token("k", "JWT", &claims()).unwrap()), Err(Unfit::Signature));
    let (head, signature) = token.rsplit_once('.').unwrap();
    let (header, _claims) = head.split_once('.').unwrap();
    let other = format!("{header}.{}.{signature}", BASE64.encode(with("sub", json!("乙")).to_string()));
    assert_eq!(judged(&other), Err(Unfit::Signature));
    assert_eq!(judged("a.b.c"), Err(Unfit::Form));
}

/// RSA keys are made elsewhere; providers have them more often than not.
#[test]
fn rsa_is_taken_too() {
    let pem = include_str!("../../keys/test_rsa.pem");
    let key = SigningKey::read(Alg::Rs256, &crate::keys::from_pem(pem).unwrap()).unwrap();
    assert_eq!(judged(&key, &claims()), Ok(()));
    assert_eq!(judged(&key, &with("nonce", json!("m"))), Err(Unfit::Nonce));
}
