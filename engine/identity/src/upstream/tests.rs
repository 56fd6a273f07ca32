//! Which account elsewhere opens which one here, and what must not come of it.

use super::*;
use crate::factors::FactorRules;
use crate::sign_in::by_upstream::sign_in_from_upstream;
use crate::sign_in::{Step, sign_in_person};
use crate::testing::{PHONE, Town, client, given, later, morning, resident_id, town};

fn said(subject: &str) -> Said {
    Said {
        provider: "province".into(),
        issuer: "https://id.example".into(),
        subject: subject.into(),
        name: Some("张小开".into()),
        resident_id: Some(resident_id(1).as_str().into()),
        phone: None,
        is_checked: true,
    }
}

async fn linked(town: &Town, person: PersonId, said: &Said) -> Result<(), LinkError> {
    let mut tx = town.db.begin().await.unwrap();
    let done = link(&mut tx, &town.vault, person, said, "Firefox", morning()).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

fn rules() -> FactorRules {
    let province = UpstreamName { id: "province".into(), name: Words::new("省平台", "Province") };
    FactorRules::default().with_upstreams(vec![province])
}

async fn unlinked(town: &Town, person: PersonId, provider: &str) -> Result<(), UnlinkError> {
    let mut tx = town.db.begin().await.unwrap();
    let done = unlink(&mut tx, &rules(), person, provider, "Firefox", morning()).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    }
    done
}

#[tokio::test]
async fn one_account_elsewhere_opens_one_account_here() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        linked(&town, town.zhang, &said("s")).await.unwrap();
        linked(&town, town.zhang, &said("s")).await.unwrap();
        assert_eq!(
            town.count("select count(*) from upstream_links").await,
            1,
            "a second time changes nothing"
        );
        let told = "select count(*) from jobs where payload like '%upstream-linked%'";
        assert_eq!(town.count(told).await, 1);
        assert!(matches!(linked(&town, town.li, &said("s")).await, Err(LinkError::Elsewhere)));
        assert!(matches!(linked(&town, town.zhang, &said("t")).await, Err(LinkError::Another)));
        let mut tx = town.db.begin().await.unwrap();
        assert_eq!(find_linked(&mut tx, &town.vault, &said("s")).await.unwrap(), Some(town.zhang));
        // The same name within another issuer is somebody else.
        let elsewhere = Said { issuer: "https://other.example".into(), ..said("s") };
        assert_eq!(find_linked(&mut tx, &town.vault, &elsewhere).await.unwrap(), None);
        let purpose = Purpose::new("identity.own-account", person_reference(town.zhang));
        let found = links_of(&mut tx, &town.vault, &purpose, town.zhang).await.unwrap();
        assert_eq!((found.len(), found[0].subject.as_str()), (1, "s"));
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_vouches_verifies_whom_it_names_and_nobody_else() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let level = async |level: &str| {
            let sql = "update persons set assurance_level = $1 where id = $2";
            town.write(async |tx| tx.execute(sql, vals![level, town.zhang]).await.unwrap()).await;
        };
        let verified = "select count(*) from persons where assurance_level = 'verified'";
        level("declared").await;
        let before = town.count(verified).await;
        let other = Said { resident_id: Some(resident_id(2).as_str().into()), ..said("s") };
        assert!(matches!(linked(&town, town.zhang, &other).await, Err(LinkError::NotThem)));
        for (number, quiet) in [
            (1, Said { is_checked: false, ..said("s") }),
            (2, Said { is_checked: false, ..other }),
            (3, Said { name: Some("张大开".into()), ..said("s") }),
            (4, Said { resident_id: None, ..said("s") }),
        ] {
            linked(&town, town.zhang, &quiet).await.unwrap();
            assert_eq!(town.count(verified).await, before, "{number}: it says too little");
            unlinked(&town, town.zhang, "province").await.unwrap();
        }
        linked(&town, town.zhang, &said("s")).await.unwrap();
        assert_eq!(town.count(verified).await, before + 1);
        let act =
            "select count(*) from acts where act = 'person-verified' and became like '%upstream:province'";
        assert_eq!(town.count(act).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_last_way_in_stays() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        // 王梅 has no password.
        let mut tx = town.db.begin().await.unwrap();
        let wang = crate::find_person_by_resident_id(&mut tx, &town.vault, &resident_id(3)).await.unwrap();
        tx.rollback().await.unwrap();
        let wang = wang.unwrap();
        let hers = Said { is_checked: false, ..said("w") };
        linked(&town, wang, &hers).await.unwrap();
        assert!(matches!(unlinked(&town, wang, "province").await, Err(UnlinkError::LastWay)));
        assert!(matches!(unlinked(&town, wang, "city").await, Err(UnlinkError::Unknown)));
        // A link to a provider that is gone from the config opens nothing.
        linked(&town, wang, &Said { provider: "gone".into(), ..said_of("v") }).await.unwrap();
        assert!(matches!(unlinked(&town, wang, "province").await, Err(UnlinkError::LastWay)));
        unlinked(&town, wang, "gone").await.unwrap();
        crate::passkeys::tests::set_up(&town, Subject::Person(wang), b"wang", morning()).await;
        unlinked(&town, wang, "province").await.unwrap();
        assert_eq!(town.count("select count(*) from jobs where payload like '%upstream-unlinked%'").await, 2);
        linked(&town, town.zhang, &said("s")).await.unwrap();
        unlinked(&town, town.zhang, "province").await.unwrap();
    })
    .await;
}

fn said_of(subject: &str) -> Said {
    Said { is_checked: false, ..said(subject) }
}

#[tokio::test]
async fn it_opens_the_account_and_the_second_step_is_asked_for_all_the_same() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        linked(&town, town.zhang, &said("s")).await.unwrap();
        let secret = crate::totp::tests::set_up(&town, Subject::Person(town.zhang), morning()).await;
        let site = town.site(true);
        let (room, now) = (&site.room, site.now());
        let here = client("203.0.113.7");
        let step = sign_in_from_upstream(room, &here, site.town.zhang, &said("s"), now).await.unwrap();
        let Step::Second(second) = step else { panic!("no second step") };
        assert_eq!(site.town.count("select count(*) from sessions").await, 0);
        let code = crate::totp::tests::at(&secret, now);
        crate::second_step::by_code(room, &second.token, &code, &here, now).await.unwrap();
        let strong =
            "select count(*) from sessions where factors = 'upstream totp' and strong_at is not null";
        assert_eq!(site.town.count(strong).await, 1);
        let log = "select count(*) from sign_ins where outcome = 'succeeded' and factor = 'upstream totp'";
        assert_eq!(site.town.count(log).await, 1);
        let used = "select count(*) from upstream_links where last_used_at is not null";
        assert_eq!(site.town.count(used).await, 1);
    })
    .await;
}

/// Whoever is slowed down at the password is not let past by the other door, and the other way round.
#[tokio::test]
async fn failures_slow_this_door_too() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        linked(&town, town.zhang, &said("s")).await.unwrap();
        for _ in 0..5 {
            let wrong = given(PHONE, "not the password");
            let tried = sign_in_person(&town.db, &town.vault, &town.passwords, morning(), wrong).await;
            assert!(tried.is_err());
        }
        let site = town.site(true);
        let (room, here) = (&site.room, client("198.51.100.9"));
        let zhang = site.town.zhang;
        let tried = sign_in_from_upstream(room, &here, zhang, &said("s"), morning()).await;
        assert!(matches!(tried, Err(crate::SignInError::Delayed(_))));
        let waited = later(morning(), 60);
        let opened = sign_in_from_upstream(room, &here, zhang, &said("s"), waited).await.unwrap();
        assert!(matches!(opened, Step::Opened(_)));
    })
    .await;
}

/// Somebody may have linked an account of theirs before the holder came back: an account that is opened anew has none.
#[tokio::test]
async fn an_account_that_is_opened_anew_has_no_links() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        linked(&town, town.zhang, &said("s")).await.unwrap();
        let owner = Subject::Person(town.zhang);
        town.write(async |tx| crate::factors::drop_all(tx, owner).await.unwrap()).await;
        assert_eq!(town.count("select count(*) from upstream_links").await, 0);
    })
    .await;
}

/// Nothing of a link is stored in clear.
#[tokio::test]
async fn subjects_lie_sealed() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        linked(&town, town.zhang, &said("a-subject-in-clear")).await.unwrap();
        let mut tx = town.db.snapshot().await.unwrap();
        let row =
            tx.fetch_one("select subject_blind, subject_sealed from upstream_links", vals![]).await.unwrap();
        let sealed = String::from_utf8_lossy(&row.get::<Vec<u8>>(1).unwrap()).into_owned();
        for stored in [row.get::<String>(0).unwrap(), sealed] {
            assert!(!stored.contains("subject-in-clear"), "{stored}");
        }
    })
    .await;
}
