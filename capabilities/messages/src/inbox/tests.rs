//! The box as pages and for machines.

use axum::http::StatusCode;
use kernel::{Actor, Role};
use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::{
    ITEM, NAME, World, agent, case_id, legal_person_id, person, person_id, staff, staff_id, telling,
};
use crate::{Recipient, Topic};

async fn told(world: &World, n: u8, keys: &[&str]) {
    for key in keys {
        world.tell(&telling(Recipient::Person(person_id(n)), Topic::Action, key)).await;
        world.wait(60);
    }
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_reader_sees_their_messages_in_their_language() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        let app = world.app(person(1));
        let empty = app.get("/messages").await;
        assert!(empty.status == StatusCode::OK && empty.text.contains("还没有消息"));
        assert!(!empty.text.contains("nav-count"));
        told(&world, 1, &["a"]).await;
        let page = app.get("/messages").await.text;
        assert!(
            page.contains(&format!("关于{ITEM}"))
                && page.contains(&format!("{NAME}请在 2026年10月12日 星期一 前补正")),
            "{page}"
        );
        assert!(
            page.contains("<span class=\"nav-count\" aria-hidden=\"true\">1</span>")
                && page.contains("（1 条未读）")
        );
        let english = app.get_in("/messages", "en").await.text;
        assert!(english.contains(&format!("{NAME}, correct it until Mon 12 Oct 2026")), "{english}");
        let other = world.app(person(2)).get("/messages").await.text;
        assert!(!other.contains(NAME) && !other.contains("nav-count"));
    })
    .await;
}

#[tokio::test]
async fn unread_ones_come_first_and_are_marked() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        let app = world.app(person(1));
        told(&world, 1, &["a", "b", "c"]).await;
        let all = ids(&app.api("GET", "/api/v1/messages", None).await.json());
        let (newest, middle) = (&all[0], &all[1]);
        let opened = app.post(&format!("/messages/{newest}/read"), &[("go", "1")]).await;
        assert_eq!(opened.location, format!("/cases/{}", case_id()));
        let list = app.api("GET", "/api/v1/messages", None).await.json();
        assert_eq!((ids(&list)[2].clone(), &list["unread"]), (newest.clone(), &json!(2)));
        assert_eq!((&list["items"][0]["unread"], &list["items"][2]["unread"]), (&json!(true), &json!(false)));
        let first = app.api("GET", "/api/v1/messages?size=2", None).await.json();
        let next = first["next"].as_str().unwrap();
        let second = app.api("GET", &format!("/api/v1/messages?size=2&after={next}"), None).await.json();
        assert_eq!((ids(&second), &second["next"]), (vec![newest.clone()], &Value::Null));
        let page = app.get(&format!("/messages?after={next}")).await;
        assert!(
            page.status == StatusCode::OK && !page.text.contains("name=\"go\""),
            "read ones have no buttons"
        );
        // "All" goes up to what was on the page: what comes meanwhile stays unread.
        told(&world, 1, &["d"]).await;
        let marked = app.post("/messages/read", &[("until", middle)]).await;
        assert_eq!(marked.location, "/messages");
        let list = app.api("GET", "/api/v1/messages", None).await.json();
        assert_eq!(list["unread"], 1);
        let until = json!({"until": ids(&list)[0]});
        let marked = app.api("POST", "/api/v1/messages/read", Some(until)).await;
        assert_eq!(marked.json()["marked"], 1);
    })
    .await;
}

#[tokio::test]
async fn persons_organisations_and_staff_have_boxes_of_their_own() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        world.tell(&telling(Recipient::LegalPerson(legal_person_id(7)), Topic::Result, "a")).await;
        world.tell(&telling(Recipient::Staff(staff_id(3)), Topic::Limit, "a")).await;
        let of = |actor: Actor| {
            let app = world.app(actor);
            async move { app.api("GET", "/api/v1/messages", None).await.json()["unread"].clone() }
        };
        assert_eq!(of(agent(1, 7)).await, 1);
        assert_eq!(of(agent(2, 7)).await, 1);
        assert_eq!(of(agent(1, 8)).await, 0);
        assert_eq!(of(person(1)).await, 0);
        assert_eq!(of(staff(3, Role::Supervision)).await, 1);
        assert_eq!(of(staff(4, Role::Supervision)).await, 0);
        let page = world.app(agent(1, 7)).get("/messages").await.text;
        assert!(page.contains("单位的消息"), "{page}");
        let desk = world.app(staff(3, Role::Review)).get("/messages").await.text;
        assert!(desk.contains("masthead-staff") && desk.contains(ITEM));
    })
    .await;
}

#[tokio::test]
async fn nobody_touches_anothers_box() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        told(&world, 1, &["a"]).await;
        let own = world.app(person(1));
        let id = ids(&own.api("GET", "/api/v1/messages", None).await.json()).remove(0);
        let other = world.app(person(2));
        let path = format!("/messages/{id}/read");
        assert_eq!(other.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.api("POST", &format!("/api/v1{path}"), None).await.status, StatusCode::NOT_FOUND);
        assert_eq!(own.post("/messages/x/read", &[]).await.status, StatusCode::NOT_FOUND);
        other.post("/messages/read", &[("until", &id)]).await;
        assert_eq!(own.post_with(&path, "stale", &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(own.api("GET", "/api/v1/messages", None).await.json()["unread"], 1, "still unread");
        let stranger = world.app(Actor::Anonymous);
        assert_eq!(stranger.get("/messages").await.location, "/sign-in?next=%2Fmessages");
        assert_eq!(stranger.api("GET", "/api/v1/messages", None).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(stranger.post(&path, &[]).await.location, "/sign-in");
        for (path, body) in
            [("/api/v1/messages/read", json!({"until": "x"})), ("/api/v1/messages/read", json!({}))]
        {
            assert_eq!(own.api("POST", path, Some(body)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(own.api("GET", "/api/v1/messages?after=x", None).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(own.api("POST", &format!("/api/v1{path}"), None).await.status, StatusCode::NO_CONTENT);
    })
    .await;
}

#[tokio::test]
async fn a_hundred_and_more_is_said_without_counting_on() {
    let test_db = testkit::sqlite().await;
    let db = test_db.db.clone();
    let world = World::silent(&db).await;
    let mut tx = db.begin().await.unwrap();
    for n in 0..130 {
        let news = telling(Recipient::Person(person_id(1)), Topic::Progress, &n.to_string());
        crate::tell(&mut tx, &world.room, &news, world.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(world.app(person(1)).get("/messages").await.text.contains("99+"));
    let mut tx = db.snapshot().await.unwrap();
    let sql = "explain query plan select 1 from messages where reader = 'x' and unread = 1 limit 100";
    let plan: String = tx.fetch_one(sql, vec![]).await.unwrap().get(3).unwrap();
    assert!(plan.contains("messages_box_index"), "{plan}");
}
