//! One's own documents as pages and for machines.

use axum::http::StatusCode;
use kernel::{Actor, Role};
use testkit::{date, each_database};

use crate::test_site::{
    app, app_at, facts, get, issue_certificate, issue_one, issuer, new_licence, person, staff, template,
    test_room,
};

#[tokio::test]
async fn a_person_sees_their_documents_and_no_others() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let own = app(&test.room, person(1));
        let list = get(&own, "/my/licences").await.text();
        assert!(list.contains(&licence.number) && list.contains("tag-success"), "{list}");
        let next_year = app_at(&test.room, person(1), "2027-10-09T09:00");
        assert!(get(&next_year, "/my/licences").await.text().contains("已过有效期"));
        let other = app(&test.room, person(2));
        let none = get(&other, "/my/licences").await.text();
        assert!(none.contains("还没有证照") && !none.contains(&licence.number));
        assert_eq!(
            get(&app(&test.room, staff(1, Role::Review)), "/my/licences").await.status,
            StatusCode::FORBIDDEN
        );
        let stranger = get(&app(&test.room, Actor::Anonymous), "/my/licences").await;
        assert_eq!(stranger.header("location"), "/sign-in?next=%2Fmy%2Flicences");
    })
    .await;
}

#[tokio::test]
async fn machines_page_through_them() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (body, relief) = (issuer(), template("relief"));
        for n in 0..3 {
            let mut new = new_licence(1, &relief, facts(), &body);
            let effect = format!("issue:{n}");
            new.effect = &effect;
            issue_one(&test.room, new).await;
        }
        let own = app(&test.room, person(1));
        let first = get(&own, "/api/v1/licences?size=2").await.json();
        let next = first["next"].as_str().unwrap();
        let second = get(&own, &format!("/api/v1/licences?size=2&after={next}")).await.json();
        let ids = |page: &serde_json::Value| {
            page["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()).collect::<Vec<_>>()
        };
        let mut all = [ids(&first), ids(&second)].concat();
        all.sort();
        all.dedup();
        assert_eq!((ids(&first).len(), all.len()), (2, 3));
        assert_eq!(first["items"][0]["holder"], "张**");
        assert_eq!(
            get(&app(&test.room, Actor::Anonymous), "/api/v1/licences").await.status,
            StatusCode::UNAUTHORIZED
        );
    })
    .await;
}

#[tokio::test]
async fn rules_find_what_is_held_today_and_nothing_of_its_holder() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let held = async |n: u8, document: &str, day: &str| {
            let mut tx = test.room.db.snapshot().await.unwrap();
            let by = person(n);
            crate::held_of(&mut tx, by.person().unwrap(), document, date(day)).await.unwrap()
        };
        let found = held(1, "registration", "2026-10-10").await.unwrap();
        assert_eq!(found.id, licence.id);
        let facts = serde_json::to_string(&found.facts()).unwrap();
        assert!(facts.contains(&licence.number) && !facts.contains("holder"), "{facts}");
        assert!(!facts.contains(&licence.holder_shown), "{facts}");
        assert_eq!(held(1, "registration", "2026-10-08").await, None, "not valid yet");
        assert_eq!(held(1, "registration", "2028-01-01").await, None, "not valid any more");
        assert_eq!(held(1, "relief", "2026-10-10").await, None);
        assert_eq!(held(2, "registration", "2026-10-10").await, None, "another's");
        let mut tx = test.room.db.begin().await.unwrap();
        let reason = "经查，申请材料不属实";
        crate::revoke_by_decision(&mut tx, crate::test_site::now(), licence.id, reason).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(held(1, "registration", "2026-10-10").await, None, "revoked");
    })
    .await;
}
