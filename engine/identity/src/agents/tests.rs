//! The pages of who acts for whom, from the offer to what was done under it.

use axum::http::StatusCode;
use kernel::{Actor, PersonActor};

use crate::Subject;
use crate::agent_acts::{AgentAct, note_agent_act};
use crate::mandates::hats;
use crate::testing::{TestSite, morning, resident_id, town};

const ITEM: &str = "000511002000";

async fn offer_to_li(site: &TestSite) {
    let mut zhang = site.browser_of(Subject::Person(site.town.zhang)).await;
    let number = resident_id(2);
    let fields = |until| {
        vec![
            ("of", ""),
            ("name", "李雷"),
            ("resident_id", number.as_str()),
            ("rights", "apply"),
            ("scope", "listed"),
            ("items", "临时救助"),
            ("until", until),
        ]
    };
    let wrong = site.post(&mut zhang, "/my/agents/new", "/my/agents", &fields("2028-01-01")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("一年") && wrong.text.contains("李雷"), "the rule, and what was typed");
    let done = site.post(&mut zhang, "/my/agents/new", "/my/agents", &fields("2026-12-31")).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/my/agents"));
    let page = site.get(&mut zhang, "/my/agents").await;
    assert!(page.text.contains("李*") && page.text.contains("代办人"), "the offer waits, its name masked");
}

#[tokio::test]
async fn an_offer_is_answered_worn_and_its_acts_are_seen_by_both_sides_only() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(false);
        offer_to_li(&site).await;
        let mut li = site.browser_of(Subject::Person(site.town.li)).await;
        let page = site.get(&mut li, "/my/hat").await;
        assert!(page.text.contains("张**") && page.text.contains("临时救助"), "whom, and for which item");
        let action = page.text.split_once("/my/offers/").unwrap().1.split_once('"').unwrap().0.to_owned();
        let path = format!("/my/offers/{action}");
        let unclear = site.post(&mut li, "/my/hat", &path, &[("answer", "perhaps")]).await;
        assert_eq!(unclear.status, StatusCode::BAD_REQUEST);
        let done = site.post(&mut li, "/my/hat", &path, &[("answer", "accept")]).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/my/hat"));
        let twice = site.post(&mut li, "/my/hat", &path, &[("answer", "accept")]).await;
        assert_eq!(twice.status, StatusCode::NOT_FOUND);

        let principal = format!("person:{}", site.town.zhang);
        let worn = site.post(&mut li, "/my/hat", "/my/hat", &[("principal", &principal)]).await;
        assert_eq!((worn.status, worn.location()), (StatusCode::SEE_OTHER, "/my"));
        let page = site.get(&mut li, "/my/account").await;
        assert!(page.text.contains("张**"), "for whom one acts stands on every page");

        let mandate = {
            let mut tx = site.town.db.snapshot().await.unwrap();
            hats(&mut tx, &site.town.vault, site.town.li, morning()).await.unwrap()[0].mandate
        };
        let by = Actor::Person(PersonActor {
            acting_for: Some(kernel::Mandate {
                id: mandate,
                ..kernel::Mandate::whole(kernel::Principal::Person(site.town.zhang))
            }),
            ..persons(site.town.li)
        });
        site.town
            .write(async |tx| {
                note_agent_act(tx, &by, AgentAct::Submitted, ITEM, "/cases/1", morning()).await.unwrap();
                note_agent_act(
                    tx,
                    &crate::testing::actor(site.town.li),
                    AgentAct::Submitted,
                    ITEM,
                    "/cases/2",
                    morning(),
                )
                .await
                .unwrap();
            })
            .await;
        assert_eq!(site.town.count("select count(*) from mandate_acts").await, 1, "none for oneself");
        let acts = format!("/my/agents/{mandate}/acts");
        let mut zhang = site.browser_of(Subject::Person(site.town.zhang)).await;
        for browser in [&mut li, &mut zhang] {
            let page = site.get(browser, &acts).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text.contains("/cases/1") && page.text.contains("临时救助"));
        }
        let mut mei = {
            let number = resident_id(3);
            let mut tx = site.town.db.snapshot().await.unwrap();
            let found = crate::persons::find_person_by_resident_id(&mut tx, &site.town.vault, &number).await;
            drop(tx);
            site.browser_of(Subject::Person(found.unwrap().unwrap())).await
        };
        assert_eq!(site.get(&mut mei, &acts).await.status, StatusCode::NOT_FOUND);

        // The principal ends it: the next request of the agent is without the hat.
        let revoke = format!("/my/agents/{mandate}/revoke");
        let stranger = site.post(&mut mei, "/my/agents", &revoke, &[]).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        assert_eq!(site.post(&mut zhang, "/my/agents", &revoke, &[]).await.status, StatusCode::SEE_OTHER);
        let refused = site.post(&mut li, "/my/hat", "/my/hat", &[("principal", &principal)]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
    })
    .await;
}

fn persons(person: kernel::PersonId) -> PersonActor {
    match crate::testing::actor(person) {
        Actor::Person(person) => person,
        Actor::Anonymous | Actor::Staff(_) | Actor::System => unreachable!("a person"),
    }
}

#[tokio::test]
async fn agents_of_others_are_nobody_elses_to_name() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(false);
        let mut li = site.browser_of(Subject::Person(site.town.li)).await;
        let company = format!("legal-person:{}", site.town.company);
        let zhang = format!("person:{}", site.town.zhang);
        for of in [&company, &zhang, &"staff:1".to_owned()] {
            assert_eq!(
                site.get(&mut li, &format!("/my/agents/new?of={of}")).await.status,
                StatusCode::NOT_FOUND
            );
            let fields = [("of", of.as_str()), ("scope", "all"), ("kind", "handler")];
            let sent = site.post(&mut li, "/my/agents/new", "/my/agents", &fields);
            assert_eq!(sent.await.status, StatusCode::NOT_FOUND);
        }
        let mut clerk = site.browser_of(Subject::Staff(site.town.clerk)).await;
        assert_eq!(site.get(&mut clerk, "/desk/guardians").await.status, StatusCode::OK);
        assert_eq!(site.get(&mut li, "/desk/guardians").await.status, StatusCode::FORBIDDEN);
        assert_eq!(site.get(&mut clerk, "/my/agents").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn the_desk_enters_a_guardian_with_plain_errors_beside_the_fields() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(false);
        let mut clerk = site.browser_of(Subject::Staff(site.town.clerk)).await;
        let empty = site.post(&mut clerk, "/desk/guardians", "/desk/guardians", &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let (ward, guardian) = (resident_id(1), resident_id(2));
        let fields = [
            ("ward_name", crate::testing::NAME),
            ("ward_resident_id", ward.as_str()),
            ("name", "李雷"),
            ("resident_id", guardian.as_str()),
            ("ground", "court-decision"),
            ("basis_number", "（2026）湘0102民特1号"),
            ("until", "2027-06-30"),
        ];
        let done = site.post(&mut clerk, "/desk/guardians", "/desk/guardians", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = site.get(&mut clerk, "/desk/guardians").await;
        assert!(page.text.contains("张**") && page.text.contains("李*"));
        assert!(!page.text.contains(crate::testing::NAME), "the list shows masked names");
        let mut li = site.browser_of(Subject::Person(site.town.li)).await;
        assert!(site.get(&mut li, "/my/hat").await.text.contains("监护人"));
    })
    .await;
}
