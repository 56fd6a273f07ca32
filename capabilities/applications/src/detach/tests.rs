//! Taking files back, on each engine.

use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::{PNG, World};

#[tokio::test]
async fn a_file_is_taken_back_once_and_only_by_its_owner() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let draft = world.draft(&zhang).await;
        let base = format!("/api/v1/drafts/{draft}");
        let file = world.upload(&zhang, &format!("{base}/materials/photo?name=a.png"), PNG, "").await.json();
        let path = format!("{base}/materials/{}", file["id"].as_str().unwrap());
        assert_eq!(world.api(&li, "DELETE", &path, Value::Null).await.status, 404);
        let other = format!(
            "/api/v1/drafts/{}/materials/{}",
            world.draft(&zhang).await,
            file["id"].as_str().unwrap()
        );
        assert_eq!(world.api(&zhang, "DELETE", &other, Value::Null).await.status, 404);
        assert_eq!(world.api(&zhang, "DELETE", &path, Value::Null).await.status, 204);
        assert_eq!(world.api(&zhang, "DELETE", &path, Value::Null).await.status, 404);
        assert_eq!(world.api(&zhang, "GET", &base, Value::Null).await.json()["materials"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_file_that_was_handed_in_for_good_stays() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        let base = format!("/api/v1/drafts/{draft}");
        let shown = world.api(&token, "GET", &base, Value::Null).await.json();
        let file = shown["materials"][0]["id"].as_str().unwrap();
        world.api(&token, "POST", &format!("{base}/submission"), Value::Null).await;
        let answer = world.api(&token, "DELETE", &format!("{base}/materials/{file}"), Value::Null).await;
        assert_eq!(answer.status, 409, "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn the_page_takes_a_file_back() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        let shown = world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        let file = shown["materials"][0]["id"].as_str().unwrap();
        let page = format!("/drafts/{draft}/materials");
        let answer = world.post(&token, &format!("{page}/{file}/remove"), &[]).await;
        assert_eq!(answer.location, page, "{}", answer.text);
        assert!(!world.get(&token, &page).await.text.contains("dog.png"));
    })
    .await;
}
