//! Guardians: over whom, on what, until when; and the account that a ward takes over.

use codes::CivilDate;
use kernel::StaffActor;

use super::*;
use crate::mandates::hats;
use crate::register_person::{RegisterPerson, register_person};
use crate::takeover::give_takeover_code;
use crate::testing::{PASSWORD, Town, actor, client, morning, resident_id, town};

/// Turns eighteen on 12 March 2027.
fn child() -> ResidentId {
    ResidentId::from_parts("430102", CivilDate::new(2009, 3, 12).unwrap(), 5).unwrap()
}

fn clerk_of(town: &Town, body: BodyId) -> Actor {
    Actor::Staff(StaffActor {
        staff: town.clerk,
        body,
        division: "430102".into(),
        roles: [kernel::Role::Acceptance].into(),
        deputy_of: [].into(),
        strong: false,
        shown_as: "陈晨".into(),
    })
}

fn over_child() -> EnterGuardian {
    EnterGuardian {
        ward_name: "张小果".into(),
        ward_resident_id: child().as_str().into(),
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        ground: Some(Ground::HouseholdBook),
        number: "4301020001".into(),
        until: None,
    }
}

async fn enter(town: &Town, enter: EnterGuardian) -> std::result::Result<MandateId, GuardianError> {
    let by = clerk_of(town, town.office);
    let mut tx = town.db.begin().await.unwrap();
    let done = enter_guardian(&mut tx, &town.vault, &by, morning(), enter).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    } else {
        tx.rollback().await.unwrap();
    }
    done
}

async fn refused(town: &Town, given: EnterGuardian) -> String {
    Refusal::from(enter(town, given).await.unwrap_err()).to_string()
}

async fn hats_of_li(town: &Town, at: &str) -> Vec<crate::Hat> {
    let mut tx = town.db.snapshot().await.unwrap();
    hats(&mut tx, &town.vault, town.li, testkit::instant(at)).await.unwrap()
}

#[tokio::test]
async fn over_a_minor_it_ends_by_itself_the_day_before_full_age() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let until = Some(testkit::date("2030-01-01"));
        enter(&town, EnterGuardian { until, ..over_child() }).await.unwrap();
        let worn = hats_of_li(&town, "2027-03-11T23:59").await;
        assert_eq!(worn.len(), 1);
        assert_eq!((worn[0].kind, worn[0].until), (MandateKind::Guardian, Some(testkit::date("2027-03-11"))));
        assert!(hats_of_li(&town, "2027-03-12T00:00").await.is_empty());
        assert_eq!(town.count("select count(*) from persons where made_for_guardian is not null").await, 1);
        assert_eq!(refused(&town, over_child()).await, "invalid: resident_id identity-guardian-already");
    })
    .await;
}

#[tokio::test]
async fn who_was_born_on_a_leap_day_is_of_age_on_the_first_of_march() {
    let leap = ResidentId::from_parts("430102", CivilDate::new(2008, 2, 29).unwrap(), 1).unwrap();
    assert_eq!(of_age_on(&leap), Some(testkit::date("2026-03-01")));
    assert_eq!(of_age_on(&child()), Some(testkit::date("2027-03-12")));
}

#[tokio::test]
async fn what_is_not_entered() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let wrong = async |given| refused(&town, given).await;
        assert_eq!(
            wrong(EnterGuardian { ground: None, number: " ".into(), ..over_child() }).await,
            "invalid: basis_number identity-basis-missing, ground identity-ground-missing"
        );
        let of_adult = EnterGuardian {
            ward_name: crate::testing::NAME.into(),
            ward_resident_id: resident_id(1).as_str().into(),
            ..over_child()
        };
        assert_eq!(
            wrong(of_adult.clone()).await,
            "invalid: ground identity-guardian-adult, until identity-guardian-until"
        );
        let until = Some(testkit::date("2026-12-31"));
        let by_court = EnterGuardian { ground: Some(Ground::CourtDecision), until, ..of_adult };
        let other_name = EnterGuardian { ward_name: "韩梅".into(), ..by_court.clone() };
        assert_eq!(wrong(other_name).await, "invalid: ward_name identity-ward-name-other");
        let oneself = EnterGuardian {
            ward_resident_id: resident_id(2).as_str().into(),
            ward_name: "李雷".into(),
            ..by_court.clone()
        };
        assert_eq!(wrong(oneself).await, "invalid: resident_id identity-guardian-oneself");
        let minor = EnterGuardian { resident_id: child().as_str().into(), ..by_court.clone() };
        assert_eq!(wrong(minor).await, "invalid: resident_id identity-guardian-minor");
        let stranger = EnterGuardian { resident_id: resident_id(77).as_str().into(), ..by_court.clone() };
        assert_eq!(wrong(stranger).await, "invalid: resident_id identity-agent-nobody");
        enter(&town, by_court).await.unwrap();
        let by = actor(town.zhang);
        let no_desk = town
            .refused(async |tx| enter_guardian(tx, &town.vault, &by, morning(), over_child()).await)
            .await;
        assert!(matches!(no_desk, Err(GuardianError::NotAllowed(_))), "{no_desk:?}");
    })
    .await;
}

#[tokio::test]
async fn a_child_has_two_guardians_and_no_third() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let by = |n, name: &str| EnterGuardian {
            name: name.into(),
            resident_id: resident_id(n).as_str().into(),
            ..over_child()
        };
        enter(&town, by(1, crate::testing::NAME)).await.unwrap();
        enter(&town, by(2, "李雷")).await.unwrap();
        assert_eq!(refused(&town, by(3, "王梅")).await, "invalid: ward_resident_id identity-guardian-many");
    })
    .await;
}

#[tokio::test]
async fn the_desk_that_entered_it_ends_it() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let id = enter(&town, over_child()).await.unwrap();
        let (own, other) = (clerk_of(&town, town.office), clerk_of(&town, store::fresh_id(morning())));
        let strange =
            town.refused(async |tx| end_guardian(tx, &town.vault, &other, morning(), id).await).await;
        assert!(matches!(strange, Err(GuardianError::NotFound)), "{strange:?}");
        for _ in 0..2 {
            town.write(async |tx| end_guardian(tx, &town.vault, &own, morning(), id).await.unwrap()).await;
        }
        assert!(hats_of_li(&town, "2026-09-24T09:00").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_ward_of_full_age_takes_the_account_over_with_a_code_from_the_desk() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        enter(&town, over_child()).await.unwrap();
        let (desk, number) = (clerk_of(&town, town.office), child());
        let give = async |at: &str| {
            let now = testkit::instant(at);
            let mut tx = town.db.begin().await.unwrap();
            let given = give_takeover_code(&mut tx, &town.vault, &desk, now, "张小果", number.as_str()).await;
            tx.commit().await.unwrap();
            given
        };
        let early = Refusal::from(give("2027-03-11T12:00").await.unwrap_err()).to_string();
        assert_eq!(early, "invalid: takeover_resident_id identity-takeover-minor");
        let code = give("2027-03-12T12:00").await.unwrap();
        let register = async |code: &str, at: &str| {
            let person = RegisterPerson {
                name: "张小果".into(),
                resident_id: number.as_str().into(),
                phone: "13800138009".into(),
                password: PASSWORD.into(),
                code: code.into(),
                client: client("203.0.113.7"),
            };
            register_person(&town.db, &town.vault, &town.passwords, testkit::instant(at), person).await
        };
        assert!(register("", "2027-03-12T13:00").await.is_err(), "the number has an account");
        assert!(register("0000 0000 0000", "2027-03-12T14:00").await.is_err(), "a guessed code");
        assert!(register(&code, "2027-03-20T14:00").await.is_err(), "a code holds seven days");
        register(&code, "2027-03-13T14:00").await.unwrap();
        assert_eq!(town.count("select count(*) from persons where made_for_guardian is not null").await, 0);
        assert!(register(&code, "2027-03-13T15:00").await.is_err(), "a code counts once");
        let again = Refusal::from(give("2027-03-14T12:00").await.unwrap_err()).to_string();
        assert_eq!(again, "invalid: takeover_resident_id identity-takeover-none");
    })
    .await;
}
