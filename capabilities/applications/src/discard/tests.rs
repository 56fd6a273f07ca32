//! Throwing drafts away, on each engine.

use serde_json::{Value, json};
use store::vals;
use testkit::each_database;

use crate::testing::World;

#[tokio::test]
async fn a_draft_goes_with_its_files() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let path = format!("/api/v1/drafts/{}", world.complete_draft(&zhang).await);
        assert_eq!(world.api(&li, "DELETE", &path, Value::Null).await.status, 404);
        assert_eq!(world.api(&zhang, "DELETE", &path, Value::Null).await.status, 204);
        assert_eq!(world.api(&zhang, "DELETE", &path, Value::Null).await.status, 404);
        assert_eq!(world.api(&zhang, "GET", "/api/v1/drafts", Value::Null).await.json()["items"], json!([]));
        let mut tx = world.room.db.snapshot().await.unwrap();
        assert!(tx.fetch_optional("select id from materials", vals![]).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_submitted_draft_stays() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        world.api(&token, "POST", &format!("/api/v1/drafts/{draft}/submission"), Value::Null).await;
        let answer = world.api(&token, "DELETE", &format!("/api/v1/drafts/{draft}"), Value::Null).await;
        assert_eq!(answer.status, 409);
    })
    .await;
}

#[tokio::test]
async fn the_page_asks_first() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let page = format!("/drafts/{}/discard", world.draft(&token).await);
        assert!(world.get(&token, &page).await.text.contains("删除后不能恢复"));
        assert_eq!(world.post(&token, &page, &[]).await.location, "/my");
        assert_eq!(world.get(&token, &page).await.status, 404);
    })
    .await;
}
