//! Handing in at a window of another division, on each engine.

use cases::Command;
use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::World;

#[tokio::test]
async fn papers_are_received_elsewhere_and_decided_where_they_belong() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        let receipt = world.submit(&token, &draft, json!({"window": "county"})).await;
        assert_eq!(receipt.status, 201, "{}", receipt.text);
        let receipt = receipt.json();
        assert_eq!(json!([receipt["body"], receipt["window"]]), json!(["town办公室", "county办公室"]));
        let case = receipt["case"].as_str().unwrap();
        let shown = world.shown(&token, case).await;
        assert_eq!(json!([shown["received_by"], shown["with"]]), json!(["county办公室", ["county办公室"]]));
        for page in [format!("/cases/{case}"), format!("/cases/{case}/receipt")] {
            let page = world.get(&token, &page).await.text;
            assert!(page.contains("代收窗口") && page.contains("county办公室"), "{page}");
        }
        let window = world.county_clerk();
        let task = world.claim(&window, case).await;
        world.act(&window, case, Command::Accept { task }).await;
        assert_eq!(world.shown(&token, case).await["with"], json!(["town办公室"]));
    })
    .await;
}

#[tokio::test]
async fn only_windows_that_serve_the_item_receive_it() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        for wrong in ["province", "nowhere"] {
            let answer = world.submit(&token, &draft, json!({ "window": wrong })).await;
            assert_eq!(
                answer.faults(),
                [("window".to_owned(), "applications-window-wrong".to_owned())],
                "{wrong}"
            );
        }
        assert_eq!(world.submit(&token, &draft, json!({"windows": "county"})).await.status, 422);
        let plain = world.complete_draft(&token).await;
        let answer = world.submit(&token, &plain, json!({"window": "county"})).await;
        assert_eq!(answer.status, 409, "this item has no such windows: {}", answer.text);
        let own = world.submit(&token, &draft, json!({"window": "town"})).await.json();
        assert_eq!(own["window"], Value::Null, "the competent body's own window is none of another division");
    })
    .await;
}

#[tokio::test]
async fn the_page_finds_windows_by_division() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        let page = format!("/drafts/{draft}/confirm");
        let all = world.get(&token, &page).await.text;
        assert!(all.contains("value=\"county\"") && all.contains("长沙市芙蓉区：county办公室"), "{all}");
        assert!(!all.contains("value=\"province\""), "{all}");
        let near = world.get(&token, &format!("{page}?near=%E6%96%87%E8%89%BA%E8%B7%AF")).await.text;
        assert!(near.contains("value=\"town\"") && !near.contains("value=\"county\""), "{near}");
        let wrong = world.post(&token, &page, &[("declared", "true"), ("window", "province")]).await;
        assert!(wrong.status == 422 && wrong.text.contains("href=\"#window\""), "{}", wrong.text);
        let english = world.english(&token, &page).await.text;
        assert!(english.contains("Which window receives it") && !english.contains('⟦'), "{english}");
        let sent = world.post(&token, &page, &[("declared", "true"), ("window", "county")]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let plain = world.complete_draft(&token).await;
        let plain = world.get(&token, &format!("/drafts/{plain}/confirm")).await.text;
        assert!(!plain.contains("id=\"window\""), "{plain}");
    })
    .await;
}
