//! What the case page and the API say of pauses, more time and haste, on each engine.

use cases::AskFor;
use serde_json::json;
use testkit::each_database;

use crate::testing::{PNG, World};

#[tokio::test]
async fn pauses_and_more_time_are_told_with_their_reasons() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.guard_case(&token).await;
        world.accepted(&case).await;
        let clerk = world.clerk();
        let task = world.claim(&clerk, &case).await;
        let more = AskFor::Extension { by: "5 working days".parse().unwrap() };
        world.approved(&case, task, more, "需要再看一次").await;
        let shown = world.shown(&token, &case).await;
        let extension = json!({"by": "5个工作日", "basis": "行政许可法 第四十二条", "reason": "需要再看一次"});
        assert_eq!((&shown["extension"], &shown["suspension"]), (&extension, &json!(null)));
        world.approved(&case, task, AskFor::Suspension { ground: "ill".into() }, "等它好起来").await;
        let shown = world.shown(&token, &case).await;
        let suspension = json!({
            "ground": "犬只生病", "basis": "示例养犬办法 第十一条", "reason": "等它好起来", "until": "2026-10-21",
        });
        assert_eq!(json!([shown["status"], shown["suspension"]]), json!(["suspended", suspension]));
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        for expected in [
            "办理已中止",
            "犬只生病：等它好起来",
            "2026年10月21日 星期三 期满",
            "办理期限已延长 5个工作日",
            "需要再看一次",
            "请补交“保险凭证”",
        ] {
            assert!(page.contains(expected), "{expected} is not on {page}");
        }
        let english = world.english(&token, &format!("/cases/{case}")).await.text;
        assert!(english.contains("Suspended; the clock stands still") && !english.contains('⟦'), "{english}");
    })
    .await;
}

#[tokio::test]
async fn whoever_goes_first_is_told_why() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        let path = format!("/api/v1/drafts/{draft}");
        world.api(&token, "PATCH", &path, json!({"is_guide_dog": true, "guide_school": "示例学校"})).await;
        world.upload(&token, &format!("{path}/materials/photo?name=b.png"), PNG, "").await;
        let receipt = world.submit(&token, &draft, serde_json::Value::Null).await.json();
        let case = receipt["case"].as_str().unwrap();
        assert_eq!(world.shown(&token, case).await["express"], "导盲犬优先办理");
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(page.contains("绿色通道") && page.contains("导盲犬优先办理"), "{page}");
        assert!(page.contains("以承诺代替的材料") && page.contains("训练证明"), "{page}");
    })
    .await;
}
