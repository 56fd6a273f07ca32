//! Keys follow each other without anybody noticing.

use super::*;

fn later(at: Timestamp, hours: i64) -> Timestamp {
    at.checked_add(hours.hours()).unwrap()
}

fn administrator() -> Actor {
    Actor::System
}

#[tokio::test]
async fn a_new_key_is_shown_a_day_before_it_signs() {
    testkit::each_database(async |db| {
        db.migrate(&[store::MIGRATIONS, identity::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let (vault, now) = (testkit::vault(), testkit::instant("2026-09-24T09:00"));
        let mut tx = db.begin().await.unwrap();
        begin(&mut tx, &vault, now).await.unwrap();
        begin(&mut tx, &vault, now).await.unwrap();
        let ring = load(&mut tx, &vault, now).await.unwrap();
        assert_eq!(ring.keys().len(), 1, "a second start makes no second key");
        let first = ring.signing(Alg::Es256, now).unwrap().kid.clone();
        let second = follow(&mut tx, &vault, &administrator(), Next::Fresh(Alg::Es256), now).await.unwrap();
        let ring = load(&mut tx, &vault, now).await.unwrap();
        let signs = |ring: &Ring, at| ring.signing(Alg::Es256, at).unwrap().kid.clone();
        let shown = |ring: &Ring, at| ring.jwks(at)["keys"].as_array().unwrap().len();
        assert_eq!((signs(&ring, now), shown(&ring, now)), (first.clone(), 2));
        assert_eq!(signs(&ring, later(now, 23)), first);
        assert_eq!((signs(&ring, later(now, 24)), shown(&ring, later(now, 24))), (second.clone(), 2));
        assert_eq!(shown(&ring, later(now, 47)), 2, "what the first signed is still checked");
        assert_eq!(shown(&ring, later(now, 49)), 1);
        // The token of the first is believed while its key is shown, and no longer.
        let token =
            ring.keys().iter().find(|key| key.kid == first).unwrap().token("JWT", &json!({})).unwrap();
        let token = Unverified::read(&token).unwrap();
        assert!(ring.has_signed(&token, later(now, 47)) && !ring.has_signed(&token, later(now, 49)));
        withdraw(&mut tx, &vault, &administrator(), &first, later(now, 1)).await.unwrap();
        let ring = load(&mut tx, &vault, later(now, 1)).await.unwrap();
        assert!(!ring.has_signed(&token, later(now, 1)), "withdrawn: believed no more");
        assert_eq!(signs(&ring, later(now, 1)), second, "the waiting one begins at once");
    })
    .await;
}

#[tokio::test]
async fn old_keys_are_renewed_once() {
    testkit::each_database(async |db| {
        db.migrate(&[store::MIGRATIONS, identity::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let (vault, now) = (testkit::vault(), testkit::instant("2026-09-24T09:00"));
        let mut tx = db.begin().await.unwrap();
        begin(&mut tx, &vault, now).await.unwrap();
        assert_eq!(renew_old(&mut tx, &vault, later(now, 24 * 89)).await.unwrap(), 0);
        let due = later(now, 24 * 91);
        assert_eq!(renew_old(&mut tx, &vault, due).await.unwrap(), 1);
        assert_eq!(renew_old(&mut tx, &vault, later(due, 1)).await.unwrap(), 0, "one waits already");
    })
    .await;
}

#[tokio::test]
async fn private_halves_lie_sealed() {
    testkit::each_database(async |db| {
        db.migrate(&[store::MIGRATIONS, identity::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let (vault, now) = (testkit::vault(), testkit::instant("2026-09-24T09:00"));
        let mut tx = db.begin().await.unwrap();
        begin(&mut tx, &vault, now).await.unwrap();
        let row = tx.fetch_one("select private_sealed, public_jwk from oidc_keys", vals![]).await.unwrap();
        let sealed: Vec<u8> = row.get(0).unwrap();
        assert!(SigningKey::read(Alg::Es256, &sealed).is_err());
        assert!(row.get::<Value>(1).unwrap().get("d").is_none());
        assert!(load(&mut tx, &testkit::vault(), now).await.is_err(), "another vault opens nothing");
    })
    .await;
}
