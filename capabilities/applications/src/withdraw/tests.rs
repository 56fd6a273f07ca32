//! Taking applications back, on each engine.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::World;

#[tokio::test]
async fn an_application_is_taken_back_for_a_reason() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = format!("/api/v1/cases/{}", world.case(&zhang).await);
        let path = format!("{case}/withdrawal");
        assert_eq!(world.api(&li, "POST", &path, json!({"reason": "x"})).await.status, 404);
        let none = world.api(&zhang, "POST", &path, json!({"reason": "  "})).await;
        assert_eq!(none.faults(), [("reason".to_owned(), "cases-text-missing".to_owned())]);
        let stale = world.api(&zhang, "POST", &path, json!({"reason": "填错了", "version": 1})).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let done = world.api_keyed(&zhang, "POST", &path, json!({"reason": "填错了"}), "k").await.json();
        assert_eq!(
            json!([done["status"], done["outcome"], done["reason"]]),
            json!(["closed", "withdrawn", "填错了"])
        );
        let again = world.api_keyed(&zhang, "POST", &path, json!({"reason": "填错了"}), "k").await;
        assert_eq!((again.status, again.json()), (StatusCode::OK, done));
        let closed = world.api(&zhang, "POST", &path, json!({"reason": "再撤"})).await;
        assert_eq!(closed.status, StatusCode::CONFLICT);
        assert_eq!(world.api(&zhang, "GET", &case, Value::Null).await.json()["light"], "grey");
    })
    .await;
}

#[tokio::test]
async fn the_page_keeps_what_was_typed_and_refuses_when_the_case_moved_on() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await;
        let page = format!("/cases/{case}/withdraw");
        assert!(world.get(&token, &page).await.text.contains("name=\"version\" value=\"2\""));
        let empty = world.post(&token, &page, &[("version", "2"), ("reason", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text.contains("href=\"#reason\""), "{}", empty.text);
        world.claim(&world.clerk(), &case).await;
        let stale = world.post(&token, &page, &[("version", "2"), ("reason", "填错了")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text.contains("有了新的变化"), "{}", stale.text);
        let done = world.post(&token, &page, &[("version", "3"), ("reason", "填错了")]).await;
        assert_eq!(done.location, format!("/cases/{case}"), "{}", done.text);
        assert_eq!(world.get(&token, &page).await.status, StatusCode::CONFLICT);
        let shown = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(shown.contains("已撤回") && shown.contains("填错了"), "{shown}");
    })
    .await;
}
