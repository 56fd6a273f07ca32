//! What the calendar does to seals, and the lists of revoked certificates.

use guomi::{Certificate, Crl};
use testkit::each_database;

use super::*;
use crate::seal::State;
use crate::{Purpose, SignError, issue_list, last_list, list_is_due, open_key, take_expiring};

#[tokio::test]
async fn a_period_begins_and_ends_without_anybody_doing_anything() {
    each_database(async |db| {
        let world = World::new(db).await;
        let new = NewSeal {
            valid_from: "2026-11-01".into(),
            valid_until: "2026-11-30".into(),
            ..World::asked("04")
        };
        let seal = world.request("office-admin", &new).await.unwrap();
        let seal = world.take("decider", &seal, Step::Approve).await.unwrap();
        let seal = world.take("maker", &seal, Step::Make).await.unwrap();
        let seal = world.take("office-admin", &seal, Step::Activate).await.unwrap();
        let ask = async || open_key(&world.room, world.office(), Purpose::Licence, world.now()).await;
        assert!(matches!(ask().await, Err(SignError::NotYet { .. })));
        world.set("2026-11-01T00:00");
        assert_eq!(ask().await.unwrap(), seal.id);
        world.set("2026-11-30T23:59");
        assert!(ask().await.is_ok());
        world.set("2026-12-01T00:00");
        assert!(matches!(ask().await, Err(SignError::NotInForce { state: State::Expired, .. })));
        let late = world.take("decider", &seal, Step::Revoke).await;
        assert!(matches!(late, Err(StepError::NotNow(State::Expired))));
        let listed = world.get("office-admin", "/admin/seals?state=expired").await.text;
        assert!(listed.contains(&seal.name) && listed.contains("已过期"), "{listed}");
        assert!(!world.get("office-admin", "/admin/seals?state=in-force").await.text.contains(&seal.name));
    })
    .await;
}

#[tokio::test]
async fn keepers_are_told_once_before_a_seal_ends() {
    each_database(async |db| {
        let world = World::new(db).await;
        let seal = world.in_force("04").await;
        let told = async || {
            let mut tx = world.room.db.begin().await.unwrap();
            let seals = take_expiring(&mut tx, &world.room.rules, world.now()).await.unwrap();
            tx.commit().await.unwrap();
            seals.into_iter().map(|seal| seal.id).collect::<Vec<_>>()
        };
        assert_eq!(told().await, []);
        world.set("2028-09-07T09:00");
        assert_eq!(told().await, [], "thirty-one days before");
        world.set("2028-09-08T09:00");
        assert_eq!(told().await, [seal.id]);
        assert_eq!(told().await, []);
        assert!(world.get("office-admin", "/admin/seals").await.text.contains("即将到期"));
    })
    .await;
}

#[tokio::test]
async fn lists_name_revoked_certificates_and_are_renewed_in_time() {
    each_database(async |db| {
        let world = World::new(db).await;
        let none = world.send(Request::get("/ca/seals.crl").body(Body::empty()).unwrap()).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        let kept = world.in_force("01").await;
        let seal = world.in_force("04").await;
        let authority = world.room.keys.authority().unwrap();
        let issue = async || {
            let mut tx = world.room.db.begin().await.unwrap();
            assert!(list_is_due(&mut tx, world.now()).await.unwrap());
            issue_list(&mut tx, &authority, world.now()).await.unwrap();
            let due = list_is_due(&mut tx, world.now()).await.unwrap();
            let list = Crl::from_der(&last_list(&mut tx).await.unwrap().unwrap()).unwrap();
            tx.commit().await.unwrap();
            assert!(!due);
            list
        };
        assert!(issue().await.is_empty());
        world.set("2026-10-14T09:00");
        world.take("decider", &seal, Step::Revoke).await.unwrap();
        let list = issue().await;
        list.verify_signed_by(authority.certificate()).unwrap();
        let serial = |seal: &SealRecord| {
            Certificate::from_der(seal.certificate.as_deref().unwrap()).unwrap().serial_hex()
        };
        assert_eq!(list.revoked_at(&serial(&seal)), Some(world.now().as_second()));
        assert_eq!((list.len(), list.revoked_at(&serial(&kept))), (1, None));
        let shown = world.send(Request::get("/ca/seals.crl").body(Body::empty()).unwrap()).await;
        assert_eq!(shown.status, StatusCode::OK);
        let chain = world.send(Request::get("/ca/seals.pem").body(Body::empty()).unwrap()).await;
        let chain = guomi::x509::read_bundle(&chain.text).unwrap();
        assert_eq!(chain.len(), 2, "the root and the issuing authority");
    })
    .await;
}
