//! Certificates of another authority.

use guomi::x509::{LeafUsage, Subject as Holder, Validity, issue_leaf, issue_root};
use guomi::{Certificate, PrivateKey};
use testkit::each_database;

use super::*;
use crate::{ImportError, KeysError, MakeError, import_maker, import_signer, trust_anchor};

/// Another authority, with its root and a way to have certificates issued.
struct Elsewhere {
    key: PrivateKey,
    root: Certificate,
}

impl Elsewhere {
    fn new(world: &World) -> Self {
        let key = PrivateKey::generate();
        let holder = Holder { common_name: "省级电子认证机构".into(), ..Holder::default() };
        let root = issue_root(&holder, &key, world.now().as_second() - 86_400, 20, [9; 16]).unwrap();
        Self { key, root }
    }

    fn issue(&self, name: &str, years: u16) -> (PrivateKey, Vec<Certificate>) {
        let key = PrivateKey::generate();
        let holder = Holder { common_name: name.into(), ..Holder::default() };
        let validity = Validity::years(self.root.not_before(), years).unwrap();
        let usage = LeafUsage::Signing;
        let own = issue_leaf(&holder, &key.public(), &self.root, &self.key, validity, usage).unwrap();
        (key, vec![own])
    }
}

#[tokio::test]
async fn a_seal_is_made_with_certificates_of_another_authority() {
    each_database(async |db| {
        let world = World::without_keys(db).await;
        let elsewhere = Elsewhere::new(&world);
        let by = Actor::System;
        let seal = world.request("office-admin", &World::asked("04")).await.unwrap();
        let mut tx = world.room.db.begin().await.unwrap();
        let (keys, now) = (&world.room.keys, world.now());
        let early = import_maker(&mut tx, keys, &by, elsewhere.issue("制章", 9), now).await;
        assert!(matches!(early, Err(ImportError::Keys(KeysError::NotTrusted { .. }))), "{early:?}");
        let leaf = elsewhere.issue("x", 9).1.remove(0);
        assert!(matches!(trust_anchor(&mut tx, keys, &by, &leaf, now).await, Err(ImportError::NotRoot(_))));
        trust_anchor(&mut tx, keys, &by, &elsewhere.root, now).await.unwrap();
        import_maker(&mut tx, keys, &by, elsewhere.issue("制章", 9), now).await.unwrap();
        let again = import_maker(&mut tx, keys, &by, elsewhere.issue("制章", 9), now).await;
        assert!(matches!(again, Err(ImportError::Exists)));
        let early = import_signer(&mut tx, keys, &by, seal.id, elsewhere.issue("x", 9), now).await;
        assert!(matches!(early, Err(ImportError::NotApproved(_))));
        tx.commit().await.unwrap();

        let seal = world.take("decider", &seal, Step::Approve).await.unwrap();
        let none = world.take("maker", &seal, Step::Make).await;
        assert!(matches!(none, Err(StepError::Make(MakeError::Keys(KeysError::NoAuthority)))), "{none:?}");
        let mut tx = world.room.db.begin().await.unwrap();
        let mixed = (PrivateKey::generate(), elsewhere.issue("x", 9).1);
        let mixed = import_signer(&mut tx, keys, &by, seal.id, mixed, now).await;
        assert!(matches!(mixed, Err(ImportError::Signer(_))), "another key");
        let (key, certificates) = elsewhere.issue("示例县民政局", 9);
        let own = certificates[0].clone();
        import_signer(&mut tx, keys, &by, seal.id, (key, certificates), now).await.unwrap();
        tx.commit().await.unwrap();
        let seal = world.take("maker", &seal, Step::Make).await.unwrap();
        assert_eq!(seal.certificate.as_deref(), Some(own.to_der()));
        assert_eq!(world.count("select count(*) from acts where act = 'seal-key-imported'").await, 3);
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_ends_before_the_seal_is_refused() {
    let world = World::new(testkit::sqlite().await.db.clone()).await;
    let elsewhere = Elsewhere::new(&world);
    let seal = world.request("office-admin", &World::asked("04")).await.unwrap();
    let seal = world.take("decider", &seal, Step::Approve).await.unwrap();
    let (keys, now) = (&world.room.keys, world.now());
    let mut tx = world.room.db.begin().await.unwrap();
    trust_anchor(&mut tx, keys, &Actor::System, &elsewhere.root, now).await.unwrap();
    import_signer(&mut tx, keys, &Actor::System, seal.id, elsewhere.issue("x", 1), now).await.unwrap();
    tx.commit().await.unwrap();
    let short = world.take("maker", &seal, Step::Make).await;
    assert!(matches!(short, Err(StepError::Make(MakeError::CertificateEnds(_)))), "{short:?}");
    // The own authority lasts ten years.
    world.set("2034-10-09T09:00");
    let late =
        NewSeal { valid_from: "2034-10-09".into(), valid_until: "2038-10-08".into(), ..World::asked("04") };
    let seal = world.request("office-admin", &late).await.unwrap();
    let seal = world.take("decider", &seal, Step::Approve).await.unwrap();
    assert!(world.take("maker", &seal, Step::Make).await.is_err());
}
