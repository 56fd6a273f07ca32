//! Keeping answers, on each engine.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::World;

#[tokio::test]
async fn answers_are_merged_at_the_top_level() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let path = format!("/api/v1/drafts/{}", world.draft(&token).await);
        let change = json!({"walkers": [{"name": "甲", "hours": 2}], "phone": null, "habits": " 爱叫 "});
        let draft = world.api(&token, "PATCH", &path, change).await.json();
        assert_eq!(draft["version"], 2);
        assert_eq!(draft["answers"].get("phone"), None);
        assert_eq!(draft["answers"]["habits"], "爱叫");
        let change = json!({"walkers": [{"name": "乙"}]});
        world.api(&token, "PATCH", &path, change).await;
        let draft = world.api(&token, "GET", &path, Value::Null).await.json();
        assert_eq!(draft["answers"]["walkers"], json!([{"name": "乙"}]));
        assert_eq!(draft["answers"]["applicant_name"], "张演示");
    })
    .await;
}

#[tokio::test]
async fn wrong_answers_are_kept_and_told_and_unknown_ones_refused() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let path = format!("/api/v1/drafts/{}", world.draft(&token).await);
        let draft =
            world.api(&token, "PATCH", &path, json!({"deposit_offered": 1, "vet": "town"})).await.json();
        let rules: Vec<(&str, &str)> = draft["missing"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| (m["field"].as_str().unwrap(), m["rule"].as_str().unwrap()))
            .collect();
        assert!(rules.contains(&("deposit_offered", "catalogue-form-too-small")), "{rules:?}");
        assert!(rules.contains(&("vet", "applications-body-unknown")), "{rules:?}");
        let answer = world.api(&token, "PATCH", &path, json!({"colour": "red", "breed": "small"})).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.faults(), [("colour".to_owned(), "applications-field-unknown".to_owned())]);
        let draft = world.api(&token, "GET", &path, Value::Null).await.json();
        assert_eq!(draft["answers"].get("breed"), None, "nothing of a refused change is kept");
        let not_an_object = world.api(&token, "PATCH", &path, json!(["breed"])).await;
        assert_eq!(not_an_object.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_there_for_its_applicant_only() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let draft = world.draft(&zhang).await;
        let path = format!("/api/v1/drafts/{draft}");
        assert_eq!(world.api(&li, "GET", &path, Value::Null).await.status, 404);
        assert_eq!(world.api(&li, "PATCH", &path, json!({"breed": "small"})).await.status, 404);
        for page in ["", "/steps/owner", "/materials", "/confirm", "/discard"] {
            assert_eq!(world.get(&li, &format!("/drafts/{draft}{page}")).await.status, 404, "{page}");
        }
        assert_eq!(world.get(&li, "/drafts/no-id").await.status, 404);
        assert_eq!(world.get(&zhang, &format!("/drafts/{draft}/steps/nowhere")).await.status, 404);
        let list = world.api(&li, "GET", "/api/v1/drafts", Value::Null).await.json();
        assert_eq!(list["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_submitted_draft_changes_no_more() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        world.api(&token, "POST", &format!("/api/v1/drafts/{draft}/submission"), Value::Null).await;
        let path = format!("/api/v1/drafts/{draft}");
        let answer = world.api(&token, "PATCH", &path, json!({"breed": "small"})).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        let shown = world.api(&token, "GET", &path, Value::Null).await.json();
        assert!(shown["case"].is_string() && shown["missing"] == json!([]), "{shown}");
        assert_eq!(world.get(&token, &format!("/drafts/{draft}/steps/owner")).await.status, 409);
        let resumed = world.get(&token, &format!("/drafts/{draft}")).await;
        assert_eq!(resumed.location, format!("/cases/{}", shown["case"].as_str().unwrap()));
    })
    .await;
}

#[tokio::test]
async fn drafts_are_listed_page_by_page() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(world.draft(&token).await);
        }
        let first = world.api(&token, "GET", "/api/v1/drafts?size=2", Value::Null).await.json();
        let next = first["next"].as_str().unwrap();
        let second = world
            .api(&token, "GET", &format!("/api/v1/drafts?size=2&after={next}"), Value::Null)
            .await
            .json();
        let ids = |page: &Value| -> Vec<String> {
            let ids = page["items"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap().to_owned());
            ids.collect()
        };
        let mut listed = [ids(&first), ids(&second)].concat();
        assert!(listed.is_sorted_by(|a, b| a > b), "{listed:?}");
        listed.sort();
        made.sort();
        assert_eq!((listed, &second["next"]), (made, &Value::Null));
        assert_eq!(world.api(&token, "GET", "/api/v1/drafts?after=x", Value::Null).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_page_with_faults_comes_back_with_everything_that_was_typed() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let page = format!("/drafts/{draft}/steps/dog");
        let typed = [
            ("version", "1"),
            ("breed", "large"),
            ("deposit_offered", "一百元"),
            ("habits", "<爱叫>"),
            ("is_guide_dog", "true"),
            ("_go", "next"),
        ];
        let answer = world.post(&token, &page, &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let expected = [
            "value=\"一百元\"",
            "&#60;爱叫&#62;",
            "value=\"large\" checked",
            "href=\"#deposit_offered\"",
            "href=\"#guide_school\"",
            "name=\"version\" value=\"2\"",
            "role=\"alert\"",
        ];
        for expected in expected {
            assert!(answer.text.contains(expected), "{expected} is not on {}", answer.text);
        }
        // What was typed is kept in the draft too, and a mended page goes on to the next.
        let shown = world.get(&token, &page).await.text;
        assert!(shown.contains("value=\"一百元\""), "{shown}");
        let mended = [
            ("version", "2"),
            ("breed", "large"),
            ("deposit_offered", "１，500.5"),
            ("is_guide_dog", "false"),
            ("_go", "next"),
        ];
        let answer = world.post(&token, &page, &mended).await;
        assert_eq!(answer.location, format!("/drafts/{draft}/steps/walkers"), "{}", answer.text);
        let shown = world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        assert_eq!(shown["answers"]["deposit_offered"], 150_050);
        assert_eq!(shown["answers"]["applicant_name"], "张演示", "other pages stay");
    })
    .await;
}

#[tokio::test]
async fn a_stale_page_is_refused() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let page = format!("/drafts/{draft}/steps/dog");
        let leave = [("version", "1"), ("breed", "small"), ("_go", "leave")];
        assert_eq!(world.post(&token, &page, &leave).await.location, "/my");
        let answer = world.post(&token, &page, &leave).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text.contains("这份草稿有了新的变化"), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn rows_of_a_list_come_and_go_without_script() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let page = format!("/drafts/{draft}/steps/walkers");
        let shown = world.get(&token, &page).await.text;
        assert!(
            shown.contains("name=\"walkers.0.name\"") && !shown.contains("name=\"walkers.1.name\""),
            "{shown}"
        );
        let two = [
            ("version", "1"),
            ("walkers.0.name", "甲"),
            ("walkers.0.hours", "两"),
            ("walkers.1.name", "乙"),
            ("_add", "walkers"),
        ];
        let answer = world.post(&token, &page, &two).await;
        assert_eq!(answer.location, format!("{page}?add=walkers#walkers"));
        let shown = world.get(&token, &format!("{page}?add=walkers")).await.text;
        for expected in [
            "value=\"甲\"",
            "value=\"两\"",
            "value=\"乙\"",
            "name=\"walkers.2.name\" type=\"text\" value=\"\"",
        ] {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        assert!(!shown.contains("name=\"_add\""), "three is the most");
        let take_out =
            [("version", "2"), ("walkers.0.name", "甲"), ("walkers.1.name", "乙"), ("_remove", "walkers.0")];
        assert_eq!(world.post(&token, &page, &take_out).await.location, format!("{page}#walkers"));
        let draft = world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        assert_eq!(draft["answers"]["walkers"], json!([{"name": "乙"}]));
    })
    .await;
}

#[tokio::test]
async fn bodies_and_places_are_chosen_by_name() {
    let test_db = testkit::sqlite().await;
    let world = World::new(test_db.db.clone()).await;
    let token = world.token(world.zhang).await;
    let draft = world.draft(&token).await;
    let shown = world.get(&token, &format!("/drafts/{draft}/steps/walkers")).await.text;
    assert!(shown.contains("<option value=\"county\">county办公室"), "{shown}");
    assert!(!shown.contains("<option value=\"town\">"), "the town is at another level: {shown}");
    assert!(shown.contains("<option value=\"430102\">长沙市芙蓉区"), "{shown}");
}
