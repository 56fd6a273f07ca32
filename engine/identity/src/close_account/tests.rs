//! A closed account: who may close theirs, and that nothing of the person is left to find or to enter.

use kernel::{Items, MandateKind, PersonActor};
use store::Purpose;

use super::*;
use crate::appoint_agent::{AppointAgent, appoint_agent};
use crate::mandates::hats;
use crate::persons::{find_person, find_person_by_resident_id};
use crate::register_person::{RegisterPerson, register_person};
use crate::sign_in::sign_in_person;
use crate::testing::{PASSWORD, Town, actor, client, given, morning, resident_id, town};
use crate::upstream::{Said, link};

async fn close(town: &Town, by: &Actor) -> Result<PersonId, CloseAccountError> {
    let mut tx = town.db.begin().await.unwrap();
    let done = close_account(&mut tx, &town.vault, by, morning()).await;
    if done.is_ok() {
        tx.commit().await.unwrap();
    } else {
        tx.rollback().await.unwrap();
    }
    done
}

/// Li handles items for the company, is signed in, and has everything that an account can have.
async fn li_lives(town: &Town) {
    let (vault, by) = (town.vault.clone(), actor(town.zhang));
    let appoint = AppointAgent {
        legal_person: town.company,
        name: "李雷".into(),
        resident_id: resident_id(2).as_str().into(),
        kind: MandateKind::Handler,
        items: Items::All,
        until: None,
    };
    town.write(async |tx| appoint_agent(tx, &vault, &by, morning(), appoint).await.unwrap()).await;
    let li = given(resident_id(2).as_str(), PASSWORD);
    sign_in_person(&town.db, &town.vault, &town.passwords, morning(), li).await.unwrap();
    let said = Said {
        provider: "province".into(),
        issuer: "https://upstream.example".into(),
        subject: "li".into(),
        name: None,
        resident_id: None,
        phone: None,
        is_checked: false,
    };
    let vault = town.vault.clone();
    town.write(async |tx| link(tx, &vault, town.li, &said, "", morning()).await.unwrap()).await;
    assert!(town.count("select count(*) from sign_ins where person is not null").await > 0);
    assert!(town.count("select count(*) from sessions where revoked_at is null").await > 0);
}

#[tokio::test]
async fn nothing_of_the_person_is_left() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        li_lives(&town).await;
        assert_eq!(close(&town, &actor(town.li)).await.unwrap(), town.li);
        let vault = town.vault.clone();
        let purpose = Purpose::new("cases.review", "staff:1");
        let (found, number, held) = town
            .refused(async |tx| {
                let found = find_person(tx, &vault, &purpose, town.li, morning()).await.unwrap();
                let number = find_person_by_resident_id(tx, &vault, &resident_id(2)).await.unwrap();
                (found, number, hats(tx, &vault, town.li, morning()).await.unwrap())
            })
            .await;
        assert_eq!((found, number, held.len()), (None, None, 0));
        for rows in [
            "select count(*) from sessions s join persons p on p.id = s.person
             where p.closed_at is not null and s.revoked_at is null",
            "select count(*) from sign_ins s join persons p on p.id = s.person where p.closed_at is not null",
            "select count(*) from upstream_links",
            "select count(*) from devices where owner like 'person:%'",
            "select count(*) from persons where closed_at is not null
             and (password_hash is not null or phone_sealed is not null or division <> '')",
        ] {
            assert_eq!(town.count(rows).await, 0, "{rows}");
        }
        let told = "select count(*) from jobs where kind = 'identity.mandate' and payload like '%given-up%'";
        assert_eq!(town.count(told).await, 1, "the organisation is told");
        let li = given(resident_id(2).as_str(), PASSWORD);
        let nobody = given(resident_id(77).as_str(), PASSWORD);
        let refused = sign_in_person(&town.db, &town.vault, &town.passwords, morning(), li).await;
        let unknown = sign_in_person(&town.db, &town.vault, &town.passwords, morning(), nobody).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            unknown.unwrap_err().to_string(),
            "as if there had never been one"
        );
        // The number is free for a new account, which is another one.
        let again = RegisterPerson {
            name: "李雷".into(),
            resident_id: resident_id(2).as_str().into(),
            phone: "139 0013 9000".into(),
            password: PASSWORD.into(),
            client: client("203.0.113.7"),
            code: String::new(),
        };
        let again = register_person(&town.db, &town.vault, &town.passwords, morning(), again).await.unwrap();
        assert_ne!(again, town.li);
        // Twice is once too often: there is no session any more, and the command finds nothing to do.
        assert_eq!(close(&town, &actor(town.li)).await.unwrap(), town.li);
    })
    .await;
}

#[tokio::test]
async fn nobody_closes_an_account_on_which_others_depend() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let refused = close(&town, &actor(town.zhang)).await;
        assert!(matches!(refused, Err(CloseAccountError::Needed(Need::Representative, _))), "{refused:?}");
        for (of, person, expected) in [("li", "mei", Need::Ward), ("mei", "li", Need::Guardian)] {
            let vault = town.vault.clone();
            let mei = town
                .refused(async |tx| find_person_by_resident_id(tx, &vault, &resident_id(3)).await.unwrap())
                .await
                .unwrap();
            let who = |name: &str| if name == "li" { town.li } else { mei };
            let mut tx = town.db.begin().await.unwrap();
            tx.execute(
                "insert into mandates (id, kind, of_person, person, rights, items, since, granted_by)
                 values ($1, 'guardian', $2, $3, ',apply,', '', $4, 'system')",
                vals![store::fresh_id::<MandateId>(morning()), who(of), who(person), morning()],
            )
            .await
            .unwrap();
            let refused = check_close_account(&mut tx, &actor(town.li), morning()).await;
            let CloseAccountError::Needed(first, rest) = refused.unwrap_err() else { panic!("{expected:?}") };
            assert_eq!((first, rest), (expected, vec![]));
            // Until its last day, and not a day longer.
            let sql = "update mandates set until = $1 where kind = 'guardian'";
            let today = china_date(morning());
            tx.execute(sql, vals![today]).await.unwrap();
            assert!(check_close_account(&mut tx, &actor(town.li), morning()).await.is_err(), "{expected:?}");
            tx.execute(sql, vals![today.yesterday().unwrap()]).await.unwrap();
            close_account(&mut tx, &town.vault, &actor(town.li), morning()).await.unwrap();
            tx.rollback().await.unwrap();
        }
        let company = kernel::Mandate::whole(kernel::Principal::LegalPerson(town.company));
        let under_hat = Actor::Person(PersonActor {
            acting_for: Some(company),
            ..actor(town.zhang).person().unwrap().clone()
        });
        let refused = close(&town, &under_hat).await;
        assert!(matches!(refused, Err(CloseAccountError::NotAsOneself(_))), "{refused:?}");
        let refused = close(&town, &Actor::Anonymous).await;
        assert!(matches!(refused, Err(CloseAccountError::NotAsOneself(_))), "{refused:?}");
    })
    .await;
}
