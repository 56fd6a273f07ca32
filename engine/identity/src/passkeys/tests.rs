//! Passkeys against an authenticator made of `ring`: every rule of the standard is broken once.

use ciborium::Value as Cbor;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use super::webauthn::{self, Fault, Signed, Site};
use super::*;
use crate::testing::{Town, morning, town};

const ORIGIN: &str = "https://zwfw.example";
const SITE: Site<'_> = Site { origin: ORIGIN, rp_id: "zwfw.example" };
const BROWSER: &str = "form token of a browser";

/// An authenticator with one key. Its fields are what it says; a test makes it lie.
pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    pub(crate) id: Vec<u8>,
    pub(crate) origin: &'static str,
    pub(crate) rp_id: &'static str,
    pub(crate) flags: u8,
    pub(crate) count: u32,
    pub(crate) user_handle: Vec<u8>,
}

impl Authenticator {
    pub(crate) fn new(id: &[u8]) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        Self {
            key,
            id: id.to_vec(),
            origin: ORIGIN,
            rp_id: "zwfw.example",
            flags: 0x05,
            count: 1,
            user_handle: Vec::new(),
        }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false})
            .to_string()
            .into_bytes()
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        let hash = ring::digest::digest(&ring::digest::SHA256, self.rp_id.as_bytes());
        [hash.as_ref(), &[flags], &self.count.to_be_bytes()].concat()
    }

    fn cose(&self, algorithm: i64) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let pair = |label: i64, value: Cbor| (Cbor::from(label), value);
        let map = Cbor::Map(vec![
            pair(1, 2.into()),
            pair(3, algorithm.into()),
            pair(-1, 1.into()),
            pair(-2, Cbor::Bytes(point[1..33].to_vec())),
            pair(-3, Cbor::Bytes(point[33..].to_vec())),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&map, &mut bytes).unwrap();
        bytes
    }

    fn attestation(&self, algorithm: i64) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data = [
            self.head(self.flags | 0x40),
            vec![0; 16],
            length.to_vec(),
            self.id.clone(),
            self.cose(algorithm),
        ];
        let map = Cbor::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Cbor::Map(Vec::new())),
            ("authData".into(), Cbor::Bytes(data.concat())),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&map, &mut bytes).unwrap();
        bytes
    }

    /// What the page sends of a new passkey; the handle is kept, as an authenticator does.
    pub(crate) fn create(&mut self, options: &Value) -> String {
        self.user_handle = unbase64(options["user"]["id"].as_str().unwrap()).unwrap();
        let client_data = self.client_data("webauthn.create", options["challenge"].as_str().unwrap());
        json!({"clientData": base64(&client_data), "attestation": base64(&self.attestation(-7))}).to_string()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }

    fn signed(&self, kind: &str, challenge: &str) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let client_data = self.client_data(kind, challenge);
        let data = self.head(self.flags);
        let hash = ring::digest::digest(&ring::digest::SHA256, &client_data);
        let signature = self.sign(&[data.as_slice(), hash.as_ref()].concat());
        (client_data, data, signature)
    }

    /// What the page sends of a proof.
    pub(crate) fn get(&mut self, options: &Value) -> String {
        self.count += 1;
        self.answer(options["challenge"].as_str().unwrap())
    }

    pub(crate) fn answer(&self, challenge: &str) -> String {
        let (client_data, data, signature) = self.signed("webauthn.get", challenge);
        json!({
            "id": base64(&self.id), "clientData": base64(&client_data), "authenticatorData": base64(&data),
            "signature": base64(&signature), "userHandle": base64(&self.user_handle),
        })
        .to_string()
    }
}

fn challenge_text(challenge: &[u8]) -> String {
    base64(challenge)
}

#[test]
fn registrations_that_break_a_rule() {
    let challenge = [7; 32];
    let made = |lie: fn(&mut Authenticator), kind: &str, asked: &[u8], algorithm: i64| {
        let mut authenticator = Authenticator::new(b"key-1");
        lie(&mut authenticator);
        let client_data = authenticator.client_data(kind, &challenge_text(&challenge));
        webauthn::register(SITE, asked, &client_data, &authenticator.attestation(algorithm))
    };
    let create = "webauthn.create";
    let right = made(|_| (), create, &challenge, -7).unwrap();
    assert_eq!((right.credential_id.as_slice(), right.sign_count), (&b"key-1"[..], 1));
    assert_eq!(made(|_| (), "webauthn.get", &challenge, -7), Err(Fault::Kind));
    assert_eq!(made(|_| (), create, &[8; 32], -7), Err(Fault::Challenge));
    assert_eq!(made(|a| a.origin = "https://zwfw.example.evil", create, &challenge, -7), Err(Fault::Origin));
    assert_eq!(made(|a| a.rp_id = "evil.example", create, &challenge, -7), Err(Fault::RelyingParty));
    assert_eq!(made(|a| a.flags = 0x04, create, &challenge, -7), Err(Fault::NobodyThere));
    assert_eq!(made(|a| a.flags = 0x01, create, &challenge, -7), Err(Fault::NotVerified));
    assert_eq!(made(|a| a.flags = 0x15, create, &challenge, -7), Err(Fault::Flags));
    assert_eq!(made(|_| (), create, &challenge, -8), Err(Fault::Key), "an algorithm that was not asked for");
    for bytes in [&b""[..], b"\xff", b"\xa0", &[0xa1, 0x68, b'a'], &[0x9f; 4000]] {
        let authenticator = Authenticator::new(b"key-1");
        let client_data = authenticator.client_data(create, &challenge_text(&challenge));
        assert_eq!(webauthn::register(SITE, &challenge, &client_data, bytes), Err(Fault::Form));
    }
}

#[test]
fn assertions_that_break_a_rule() {
    let challenge = [7; 32];
    let check = |lie: fn(&mut Authenticator), kind: &str, asked: &[u8], last: u32| {
        let mut authenticator = Authenticator::new(b"key-1");
        let key = authenticator.cose(-7);
        lie(&mut authenticator);
        let (client_data, data, signature) = authenticator.signed(kind, &challenge_text(&challenge));
        let signed = Signed { client_data: &client_data, authenticator_data: &data, signature: &signature };
        webauthn::check(SITE, asked, &key, last, signed)
    };
    let get = "webauthn.get";
    assert_eq!(check(|a| a.count = 9, get, &challenge, 8), Ok(9));
    assert_eq!(check(|a| a.count = 0, get, &challenge, 0), Ok(0), "one that does not count");
    assert_eq!(check(|_| (), "webauthn.create", &challenge, 0), Err(Fault::Kind));
    assert_eq!(check(|_| (), get, &[8; 32], 0), Err(Fault::Challenge));
    assert_eq!(check(|a| a.origin = "http://zwfw.example", get, &challenge, 0), Err(Fault::Origin));
    assert_eq!(check(|a| a.rp_id = "other.example", get, &challenge, 0), Err(Fault::RelyingParty));
    assert_eq!(check(|a| a.flags = 0x04, get, &challenge, 0), Err(Fault::NobodyThere));
    assert_eq!(check(|a| a.flags = 0x01, get, &challenge, 0), Err(Fault::NotVerified));
    assert_eq!(check(|a| *a = Authenticator::new(b"key-1"), get, &challenge, 0), Err(Fault::Signature));
    assert_eq!(check(|a| a.count = 8, get, &challenge, 8), Err(Fault::Counter), "the same count twice");
    assert_eq!(check(|a| a.count = 0, get, &challenge, 8), Err(Fault::Counter));
}

#[test]
fn frames_of_other_sites_are_refused() {
    let challenge = [7; 32];
    let data = json!({"type": "webauthn.get", "challenge": base64(&challenge), "origin": ORIGIN, "crossOrigin": true});
    let data = data.to_string().into_bytes();
    let signed = Signed { client_data: &data, authenticator_data: &[], signature: &[] };
    assert_eq!(webauthn::check(SITE, &challenge, &[], 0, signed), Err(Fault::Origin));
}

/// RSA keys are read and used; the key is the test key of single sign-on's own tests in spirit: made for this test only.
#[test]
fn a_short_rsa_key_is_refused() {
    let pair = |label: i64, value: Cbor| (Cbor::from(label), value);
    let map = Cbor::Map(vec![
        pair(1, 3.into()),
        pair(3, (-257).into()),
        pair(-1, Cbor::Bytes(vec![0xc1; 128])),
        pair(-2, Cbor::Bytes(vec![1, 0, 1])),
    ]);
    let mut key = Vec::new();
    ciborium::into_writer(&map, &mut key).unwrap();
    let authenticator = Authenticator::new(b"key-1");
    let (client_data, data, signature) = authenticator.signed("webauthn.get", &challenge_text(&[7; 32]));
    let signed = Signed { client_data: &client_data, authenticator_data: &data, signature: &signature };
    assert_eq!(webauthn::check(SITE, &[7; 32], &key, 0, signed), Err(Fault::Key));
}

fn rules() -> FactorRules {
    FactorRules::new(ORIGIN, std::collections::BTreeSet::new())
}

/// Sets a passkey up.
pub(crate) async fn set_up(town: &Town, owner: Subject, id: &[u8], now: Timestamp) -> Authenticator {
    let mut authenticator = Authenticator::new(id);
    town.write(async |tx| {
        let options = ask_for_new(tx, &rules(), owner, "张**", BROWSER, now).await.unwrap();
        let answer = authenticator.create(&options);
        let new = New { owner, name: "我的手机", answer: &answer, bound_to: BROWSER };
        add(tx, &town.vault, &rules(), new, now).await.unwrap();
    })
    .await;
    authenticator
}

async fn prove(
    town: &Town,
    answer: &str,
    what: For,
    browser: &str,
    now: Timestamp,
) -> std::result::Result<Subject, PasskeyError> {
    town.write(async |tx| {
        let claimed = claimed(tx, answer).await?;
        proved(tx, &rules(), &claimed, what, browser, now).await?;
        Ok(claimed.owner)
    })
    .await
}

async fn options(town: &Town, owner: Option<Subject>, now: Timestamp) -> Value {
    town.write(async |tx| ask_for_proof(tx, &rules(), owner, BROWSER, now).await.unwrap()).await
}

#[tokio::test]
async fn a_challenge_answers_once_for_its_browser_its_use_and_its_time() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let owner = Subject::Person(town.zhang);
        let now = morning();
        let mut key = set_up(&town, owner, b"key-1", now).await;
        let not_accepted = |done: std::result::Result<Subject, PasskeyError>| {
            assert!(matches!(done, Err(PasskeyError::NotAccepted)), "{done:?}");
        };
        let answer = key.get(&options(&town, None, now).await);
        not_accepted(prove(&town, &answer, For::SignIn, "another browser", now).await);
        not_accepted(prove(&town, &answer, For::Proof, BROWSER, now).await);
        assert_eq!(prove(&town, &answer, For::SignIn, BROWSER, now).await.unwrap(), owner);
        not_accepted(prove(&town, &answer, For::SignIn, BROWSER, now).await);
        let late = key.get(&options(&town, None, now).await);
        let minutes = crate::testing::later(now, 301);
        not_accepted(prove(&town, &late, For::SignIn, BROWSER, minutes).await);
        // A challenge that the platform never gave.
        not_accepted(prove(&town, &key.answer(&base64(&[1; 32])), For::SignIn, BROWSER, now).await);
        // A handle of somebody else.
        key.user_handle = vec![1; 32];
        let foreign = key.get(&options(&town, None, now).await);
        not_accepted(prove(&town, &foreign, For::SignIn, BROWSER, now).await);
        for shapeless in ["", "{}", "[]", "{\"id\": 1}", "{\"id\":\"*\"}"] {
            not_accepted(prove(&town, shapeless, For::SignIn, BROWSER, now).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_counter_that_goes_back_is_refused_and_told() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let owner = Subject::Staff(town.clerk);
        let now = morning();
        let mut key = set_up(&town, owner, b"key-1", now).await;
        key.count = 50;
        let answer = key.get(&options(&town, Some(owner), now).await);
        assert!(prove(&town, &answer, For::Proof, BROWSER, now).await.is_ok());
        key.count = 10;
        let answer = key.get(&options(&town, Some(owner), now).await);
        assert!(matches!(
            prove(&town, &answer, For::Proof, BROWSER, now).await,
            Err(PasskeyError::NotAccepted)
        ));
        let told = "select count(*) from jobs where kind = 'identity.account' and payload like '%passkey-copied%'";
        let told_pg = "select count(*) from jobs where kind = 'identity.account' and payload::text like '%passkey-copied%'";
        let mut tx = town.db.snapshot().await.unwrap();
        let sql = store::Sql::Two { sqlite: told, postgres: told_pg };
        assert_eq!(tx.fetch_one(sql, vals![]).await.unwrap().get::<i64>(0).unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn passkeys_are_named_listed_and_removed_by_their_owner_only() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (owner, other) = (Subject::Person(town.zhang), Subject::Person(town.li));
        let now = morning();
        let first = set_up(&town, owner, b"key-1", now).await;
        let second = set_up(&town, owner, b"key-2", now).await;
        assert_eq!(first.user_handle, second.user_handle, "one account, one handle");
        let listed = town.write(async |tx| list(tx, &town.vault, owner).await.unwrap()).await;
        assert_eq!(listed.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["我的手机", "我的手机"]);
        let again = town
            .refused(async |tx| {
                let mut twin = Authenticator::new(b"key-1");
                let options = ask_for_new(tx, &rules(), other, "李*", BROWSER, now).await.unwrap();
                let answer = twin.create(&options);
                let new = New { owner: other, name: "抄来的", answer: &answer, bound_to: BROWSER };
                add(tx, &town.vault, &rules(), new, now).await
            })
            .await;
        assert!(matches!(again, Err(PasskeyError::Known)), "{again:?}");
        for name in ["", "  ", &"长".repeat(41), "a\u{7}b"] {
            let new = New { owner, name, answer: "{}", bound_to: BROWSER };
            let done = town.refused(async |tx| add(tx, &town.vault, &rules(), new, now).await).await;
            assert!(matches!(done, Err(PasskeyError::Name)), "{name:?}");
        }
        let id = listed[0].id;
        assert!(!town.write(async |tx| remove(tx, other, id, now).await.unwrap()).await);
        assert!(town.write(async |tx| remove(tx, owner, id, now).await.unwrap()).await);
        assert_eq!(town.count("select count(*) from passkeys").await, 1);
        let gone = FactorRules::new("http://127.0.0.1:80", std::collections::BTreeSet::new());
        let nowhere = town.refused(async |tx| ask_for_proof(tx, &gone, None, BROWSER, now).await).await;
        assert!(matches!(nowhere, Err(PasskeyError::NotHere)));
    })
    .await;
}
