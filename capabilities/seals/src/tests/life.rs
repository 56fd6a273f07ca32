//! From the request to the revocation, by command.

use guomi::{Certificate, sm3};
use kernel::{CaseId, Refusal, TypedId as _};
use ofd::ses::Seal;
use ofd::{Document, Page, Stamp, Trust};
use testkit::each_database;

use super::*;
use crate::seal::{Denied, State};
use crate::{Granted, Purpose, SignError, Wanted, open_key, sign};

/// A use is asked for and committed, as an issuing room does.
async fn used(world: &World, reference: &str, purpose: Purpose) -> Result<Granted, SignError> {
    let (office, now) = (world.office(), world.now());
    open_key(&world.room, office, purpose, now).await?;
    let wanted = Wanted {
        body: office,
        purpose,
        reference,
        digest: sm3::digest(reference.as_bytes()),
        case: CaseId::from_parts(now, [7; 10]),
        decided_by: "staff:x",
        decided_name: "孙决定",
    };
    let mut tx = world.room.db.begin().await.unwrap();
    let granted = sign(&mut tx, &world.room, &wanted, now).await?;
    tx.commit().await.unwrap();
    Ok(granted)
}

#[tokio::test]
async fn a_seal_is_asked_for_approved_made_used_stopped_and_revoked() {
    each_database(async |db| {
        let world = World::new(db).await;
        let seal = world.request("office-admin", &World::asked("04")).await.unwrap();
        assert_eq!((seal.name.as_str(), seal.state), ("示例县民政局电子证照专用章", State::Requested));
        let early = used(&world, "a", Purpose::Licence).await;
        assert!(matches!(early, Err(SignError::NoSeal(_))), "{early:?}");
        let seal = world.take("decider", &seal, Step::Approve).await.unwrap();
        assert_eq!(seal.number.as_deref(), Some("4301020400001"));
        assert_eq!(seal.es_id.as_deref(), Some("11430102DEM000049P-04-00001"));
        let seal = world.take("maker", &seal, Step::Make).await.unwrap();
        assert!(matches!(
            used(&world, "a", Purpose::Licence).await,
            Err(SignError::NotInForce { state: State::Made, .. })
        ));
        let seal = world.take("office-admin", &seal, Step::Activate).await.unwrap();
        let granted = used(&world, "a", Purpose::Licence).await.unwrap();
        assert_eq!((granted.id, granted.number.as_str()), (seal.id, "4301020400001"));

        let seal = world.take("office-admin", &seal, Step::Suspend).await.unwrap();
        let stopped = used(&world, "b", Purpose::Licence).await.unwrap_err();
        assert_eq!(stopped.to_string(), "seal 4301020400001 is suspended: it may not be used");
        let seal = world.take("decider", &seal, Step::Resume).await.unwrap();
        used(&world, "b", Purpose::Licence).await.unwrap();
        let seal = world.take("decider", &seal, Step::Revoke).await.unwrap();
        assert_eq!((seal.state, seal.revoke_reason), (State::Revoked, Some(RevokeReason::KeyCompromise)));
        assert!(matches!(
            used(&world, "c", Purpose::Licence).await,
            Err(SignError::NotInForce { state: State::Revoked, .. })
        ));
        assert_eq!(world.find(seal.id).await, seal);
        assert_eq!(world.count("select count(*) from seal_uses").await, 2);
        assert_eq!(world.count("select count(*) from seal_events").await, 7);
        assert_eq!(
            world.count("select count(*) from acts where act like 'seal-%' and reason <> ''").await,
            7
        );
        assert_eq!(world.count("select count(*) from jobs where kind = 'seals.list'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn duties_are_separated_and_outsiders_see_nothing() {
    each_database(async |db| {
        let world = World::new(db).await;
        let denied = |found: Result<SealRecord, StepError>, expected: Denied| {
            assert!(matches!(found, Err(StepError::Denied(denied)) if denied == expected));
        };
        // Whoever holds every role still does not approve what they asked for, nor makes what they approved.
        let own = world.request("everything", &World::asked("04")).await.unwrap();
        denied(world.take("everything", &own, Step::Approve).await, Denied::Asked);
        denied(world.take("everything", &own, Step::Refuse).await, Denied::Asked);
        let seal = world.request("office-admin", &World::asked("01")).await.unwrap();
        denied(world.take("office-admin", &seal, Step::Approve).await, Denied::NotTheirs);
        denied(world.take("office-decider", &seal, Step::Approve).await, Denied::NotTheirs);
        denied(world.take("maker", &seal, Step::Approve).await, Denied::NotTheirs);
        let seal = world.take("everything", &seal, Step::Approve).await.unwrap();
        denied(world.take("everything", &seal, Step::Make).await, Denied::Approved);
        denied(world.take("office-admin", &seal, Step::Make).await, Denied::NotTheirs);
        assert!(matches!(world.take("other-admin", &seal, Step::Make).await, Err(StepError::NotFound)));
        let clerk = world.take("clerk", &seal, Step::Make).await;
        assert!(matches!(clerk, Err(StepError::Refused(Refusal::Forbidden))));
        assert_eq!(world.find(seal.id).await.state, State::Approved);
        assert_eq!(world.count("select count(*) from seal_events").await, 3, "refusals write nothing");
        let elsewhere = NewSeal { body: "other".into(), ..World::asked("01") };
        assert!(world.request("office-admin", &elsewhere).await.is_err());
        assert!(world.request("maker", &elsewhere).await.is_ok(), "the seal authority asks for any body");
        assert!(world.request("decider", &World::asked("01")).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn steps_follow_from_where_the_seal_stands_now() {
    each_database(async |db| {
        let world = World::new(db).await;
        let seal = world.request("office-admin", &World::asked("04")).await.unwrap();
        let early = world.take("maker", &seal, Step::Make).await;
        assert!(matches!(early, Err(StepError::NotNow(State::Requested))));
        let approved = world.take("decider", &seal, Step::Approve).await.unwrap();
        let twice = world.take("decider", &seal, Step::Approve).await;
        assert!(matches!(twice, Err(StepError::Overtaken)), "a stale page");
        let take = |step, word: &str, reason| TakeStep { step, word: word.into(), reason, version: 2 };
        let decider = world.actor("decider");
        let silent = take(Step::Revoke, " ", Some(RevokeReason::Superseded));
        let silent = take_step(&world.room, &decider, approved.id, &silent, world.now()).await;
        assert!(matches!(silent, Err(StepError::Word)));
        let long = take(Step::Revoke, &"字".repeat(301), Some(RevokeReason::Superseded));
        let long = take_step(&world.room, &decider, approved.id, &long, world.now()).await;
        assert!(matches!(long, Err(StepError::Word)));
        let unreasoned = take(Step::Revoke, "x", None);
        let unreasoned = take_step(&world.room, &decider, approved.id, &unreasoned, world.now()).await;
        assert!(matches!(unreasoned, Err(StepError::Reason)));
        let second = world.request("office-admin", &World::asked("04")).await.unwrap();
        let second = world.take("decider", &second, Step::Approve).await.unwrap();
        assert_eq!(second.number.as_deref(), Some("4301020400002"));
        // Without a key there is nothing for the list of revoked certificates.
        world.take("decider", &second, Step::Revoke).await.unwrap();
        assert_eq!(world.count("select count(*) from jobs where kind = 'seals.list'").await, 0);
        let refused = world.request("office-admin", &World::asked("04")).await.unwrap();
        let refused = world.take("decider", &refused, Step::Refuse).await.unwrap();
        assert_eq!((refused.state, refused.number), (State::Refused, None));
    })
    .await;
}

#[tokio::test]
async fn a_use_is_one_however_often_it_is_asked_for_and_the_special_seal_comes_first() {
    each_database(async |db| {
        let world = World::new(db).await;
        let general = world.in_force("01").await;
        let granted = used(&world, "x", Purpose::Licence).await.unwrap();
        assert_eq!(granted.id, general.id);
        used(&world, "x", Purpose::Licence).await.unwrap();
        assert_eq!(world.count("select count(*) from seal_uses").await, 1);
        let special = world.in_force("04").await;
        assert_eq!(used(&world, "y", Purpose::Licence).await.unwrap().id, special.id);
        assert_eq!(used(&world, "z", Purpose::Document).await.unwrap().id, general.id);
        // What the special seal may not, the general one still may.
        world.take("office-admin", &special, Step::Suspend).await.unwrap();
        assert_eq!(used(&world, "w", Purpose::Licence).await.unwrap().id, general.id);
    })
    .await;
}

#[tokio::test]
async fn what_is_sealed_is_genuine_for_whoever_trusts_the_root() {
    let world = World::new(testkit::sqlite().await.db.clone()).await;
    let record = world.in_force("04").await;
    let granted = used(&world, "证照", Purpose::Licence).await.unwrap();
    let document = Document {
        identity: "证照".into(),
        title: "证照".into(),
        author: "示例县民政局".into(),
        created: jiff::civil::date(2026, 10, 9),
        faces: Vec::new(),
        pages: vec![Page { width: 210.0, height: 297.0, marks: Vec::new() }],
        attachments: Vec::new(),
    };
    let package = document.write().unwrap();
    let stamp = Stamp { page: 0, corner: (120.0, 200.0) };
    let time = world.now().as_second();
    let sealed = ofd::sign(&package, &granted.seal, &[stamp], granted.signer.as_ref(), time).unwrap();
    let (roots, intermediates) =
        (world.room.keys.anchors().unwrap(), world.room.keys.intermediates().unwrap());
    let trust = Trust { roots: &roots, intermediates: &intermediates };
    let bytes = sealed.write().unwrap();
    let report = ofd::verify(&bytes, trust, time);
    let faults: Vec<_> = report.faults().collect();
    assert!(faults.is_empty(), "{faults:?}");
    let seal = Seal::from_der(&record.seal.unwrap()).unwrap();
    assert_eq!((seal.name.as_str(), seal.kind, seal.deviations.len()), (record.name.as_str(), 1, 0));
    assert_eq!((seal.picture.kind.as_str(), seal.picture.width), ("ofd", 42));
    let certificate = Certificate::from_der(&record.certificate.unwrap()).unwrap();
    assert_eq!(certificate.subject().organization_id, "11430102DEM000049P");
    assert!(seal.signers.names(certificate.to_der()));
    assert_eq!(certificate.not_after(), seal.valid_until);
    let nobody = Trust { roots: &[], intermediates: &intermediates };
    assert!(ofd::verify(&bytes, nobody, time).faults().next().is_some());
}
