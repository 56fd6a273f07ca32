//! The operator's page.

use axum::http::StatusCode;
use kernel::{Actor, Role};
use serde_json::{Value, json};
use store::outbox::{self, ATTEMPTS_MAX};
use testkit::each_database;

use crate::receiver::Arrival;
use crate::testing::{World, person, staff};

async fn post(world: &World, receiver: &str) {
    let message = outbox::Message {
        receiver: receiver.into(),
        topic: "decision".into(),
        key: format!("{receiver}-1"),
        payload: json!({"case": "7"}),
        now: world.now(),
    };
    let mut tx = world.room.db.begin().await.unwrap();
    assert!(outbox::post(&mut tx, &message).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn other_receivers_get_the_message_signed() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        post(&world, "push:shijian").await;
        post(&world, "pay:shijian").await;
        world.deliver().await;
        let arrived = world.arrived();
        assert_eq!(arrived.len(), 2);
        let Arrival::Http { path, key, proof, body } = &arrived[0] else { panic!("{arrived:?}") };
        assert_eq!((path.as_str(), *proof, &body["key"]), ("/push", "hmac-sm3", &json!(key)));
        assert_eq!(
            (&body["topic"], &body["payload"], &body["number"]),
            (&json!("decision"), &json!({"case": "7"}), &json!(1))
        );
        assert_eq!(body["posted_at"], "2026-10-09T02:00:00Z");
    })
    .await;
}

#[tokio::test]
async fn an_operator_sees_what_waits_and_replays_what_died() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let app = world.app(staff(1, Role::Administration));
        assert!(app.get("/admin/outbox").await.text.contains("没有未能送达的消息"));
        post(&world, "push:unknown").await;
        world.deliver().await;
        let page = app.get("/admin/outbox").await.text;
        assert!(page.contains("push:unknown") && page.contains("[receivers.unknown]"), "{page}");
        let waiting = app.api("GET", "/api/v1/outbox/waiting", None).await.json();
        assert_eq!((&waiting["items"][0]["count"], &waiting["items"][0]["attempts"]), (&json!(1), &json!(1)));
        for _ in 1..ATTEMPTS_MAX {
            world.wait(3600);
            world.deliver().await;
        }
        let dead = app.api("GET", "/api/v1/outbox/dead", None).await.json();
        assert_eq!((&dead["items"][0]["receiver"], &dead["next"]), (&json!("push:unknown"), &Value::Null));
        assert!(app.get("/admin/outbox").await.text.contains("name=\"number\" value=\"1\""));
        let asked = app.get("/admin/outbox/replay?receiver=push%3Aunknown&number=1").await;
        assert!(asked.status == StatusCode::OK && asked.text.contains("确认重新发送"));
        assert_eq!(
            world.count("select count(*) from outbox_messages where state = 'dead'").await,
            1,
            "asking does nothing"
        );
        let fields = [("receiver", "push:unknown"), ("number", "1")];
        assert_eq!(app.post("/admin/outbox/replay", &fields).await.location, "/admin/outbox");
        assert_eq!(app.post("/admin/outbox/replay", &fields).await.status, StatusCode::CONFLICT);
        let body = json!({"receiver": "push:unknown", "number": 1});
        assert_eq!(app.api("POST", "/api/v1/outbox/replays", Some(body)).await.status, StatusCode::CONFLICT);
        assert_eq!(
            app.get("/admin/outbox/replay?receiver=push%3Aunknown&number=1").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(world.count("select count(*) from outbox_messages where state = 'waiting'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn only_administrators_come_here() {
    let test_db = testkit::sqlite().await;
    let db = test_db.db.clone();
    let world = World::new(&db).await;
    let (pages, api) = (
        [
            ("GET", "/admin/outbox"),
            ("GET", "/admin/outbox/replay?receiver=x&number=1"),
            ("POST", "/admin/outbox/replay"),
        ],
        [
            ("GET", "/api/v1/outbox/waiting"),
            ("GET", "/api/v1/outbox/dead"),
            ("POST", "/api/v1/outbox/replays"),
        ],
    );
    for actor in [person(1), staff(1, Role::Decision), staff(1, Role::Supervision)] {
        let app = world.app(actor);
        for (method, path) in pages {
            let answer = if method == "GET" { app.get(path).await } else { app.post(path, &[]).await };
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        for (method, path) in api {
            assert_eq!(app.api(method, path, None).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let stranger = world.app(Actor::Anonymous);
    assert_eq!(stranger.get("/admin/outbox").await.location, "/staff/sign-in?next=%2Fadmin%2Foutbox");
    let admin = world.app(staff(1, Role::Administration));
    assert_eq!(admin.post_with("/admin/outbox/replay", "stale", &[]).await.status, StatusCode::FORBIDDEN);
}
