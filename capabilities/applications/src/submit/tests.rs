//! Handing in, on each engine.

use axum::http::StatusCode;
use serde_json::{Value, json};
use store::vals;
use testkit::each_database;

use crate::dossier::{self, Owner};
use crate::room::own_purpose;
use crate::testing::World;

fn path(draft: &str) -> String {
    format!("/api/v1/drafts/{draft}/submission")
}

#[tokio::test]
async fn a_complete_draft_becomes_a_case_with_a_receipt() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        let answer = world.api(&token, "POST", &path(&draft), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let receipt = answer.json();
        // Five working days after Monday 21 September; the Mid-Autumn Festival takes Friday the 25th.
        assert_eq!(receipt["due_on"], "2026-09-29");
        assert_eq!(receipt["body"], "town办公室");
        assert!(receipt["explanation"].to_string().contains("中秋"), "{receipt}");
        assert!(receipt["number"].as_str().unwrap().starts_with("11430102DEM000049P"), "{receipt}");
        let case = world.api(&token, "GET", &answer.location, Value::Null).await.json();
        let expected = json!(["submitted", "acceptance", "2026-09-29", 2]);
        assert_eq!(json!([case["status"], case["stage"], case["due_on"], case["version"]]), expected);
    })
    .await;
}

#[tokio::test]
async fn a_suspended_item_keeps_drafts_and_takes_nothing_in() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        let (office, now) = (world.office(), world.now());
        let by = catalogue::life::By { reference: "staff:1".into(), name: "严编制".into() };
        let key = (crate::testing::ITEM.to_owned(), "01".to_owned());
        let put = async |news: Result<catalogue::life::News, catalogue::life::LifeError>, tx: store::Tx| {
            let news = news.unwrap();
            tx.commit().await.unwrap();
            news.put_on(&world.room.shelf);
        };
        let mut tx = world.room.db.begin().await.unwrap();
        let until = Some(testkit::date("2026-10-08"));
        let done = catalogue::life::suspend(&mut tx, &office, &by, key.clone(), "系统升级", until, now).await;
        put(done, tx).await;
        let refused = world.api(&token, "POST", &path(&draft), Value::Null).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        assert!(refused.text.contains("系统升级") && refused.text.contains("2026-10-08"), "{}", refused.text);
        let page = world.get(&token, &format!("/apply/{}/01", key.0)).await;
        assert!(page.status == StatusCode::CONFLICT && page.text.contains("暂停办理"), "{}", page.text);
        assert_eq!(
            world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.status,
            200
        );
        let mut tx = world.room.db.begin().await.unwrap();
        let done = catalogue::life::resume(&mut tx, &office, &by, key.clone(), "升级完成", now).await;
        put(done, tx).await;
        let other = world.complete_draft(&token).await;
        let answer = world.api(&token, "POST", &path(&draft), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let mut tx = world.room.db.begin().await.unwrap();
        let done = catalogue::life::cancel(&mut tx, &office, &by, key, "不再办理", "", now).await;
        put(done, tx).await;
        let refused = world.api(&token, "POST", &path(&other), Value::Null).await;
        assert!(
            refused.status == StatusCode::CONFLICT && refused.text.contains("不再办理"),
            "{}",
            refused.text
        );
        let case = world.api(&token, "GET", &answer.location, Value::Null).await;
        assert_eq!(case.status, StatusCode::OK, "the running case goes on: {}", case.text);
    })
    .await;
}

#[tokio::test]
async fn only_what_the_process_reads_leaves_the_sealed_answers() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await.parse().unwrap();
        let mut tx = world.room.db.snapshot().await.unwrap();
        let found = cases::get(&mut tx, case).await.unwrap();
        assert_eq!(Value::Object(found.facts), json!({"is_guide_dog": false}));
        let by = world.zhang();
        let purpose = own_purpose(by.person().unwrap(), Some(case));
        let answers = dossier::answers_of_case(&mut tx, &world.room, case, &purpose).await.unwrap().unwrap();
        assert_eq!(answers["applicant_name"], "张演示");
        let name = dossier::applicant_name(&mut tx, &world.room, case, &purpose).await.unwrap();
        assert_eq!(name.as_deref(), Some("张演示"));
        let files = dossier::materials(&mut tx, &world.room, Owner::Case(case), &purpose).await.unwrap();
        assert_eq!(files.iter().map(|file| file.material.as_str()).collect::<Vec<_>>(), ["photo"]);
        for table in ["select state from cases", "select payload from case_events order by seq"] {
            for row in tx.fetch_all(table, vals![]).await.unwrap() {
                let text: String = row.get(0).unwrap();
                assert!(!text.contains("439900197901010011") && !text.contains("张演示"), "{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_missing_is_told_at_once() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        world.api(&token, "PATCH", &format!("/api/v1/drafts/{draft}"), json!({"is_guide_dog": true})).await;
        let answer = world.api(&token, "POST", &path(&draft), Value::Null).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields: Vec<String> = answer.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["breed", "deposit_offered", "guide_school", "materials/photo"]);
        let cases = world.api(&token, "GET", "/api/v1/cases", Value::Null).await.json();
        assert_eq!(cases["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn repeating_it_gives_the_first_receipt_again() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        let plain = world.api(&token, "POST", &path(&draft), Value::Null).await.json();
        let again = world.api(&token, "POST", &path(&draft), Value::Null).await;
        assert_eq!((again.status, again.json()), (StatusCode::CREATED, plain.clone()));
        for _ in 0..2 {
            let keyed = world.api_keyed(&token, "POST", &path(&draft), Value::Null, "k").await;
            assert_eq!((keyed.status, keyed.json()), (StatusCode::CREATED, plain.clone()));
        }
        let other = world.complete_draft(&token).await;
        let mismatch = world.api_keyed(&token, "POST", &path(&other), Value::Null, "k").await;
        assert_eq!(mismatch.status, StatusCode::CONFLICT);
        let cases = world.api(&token, "GET", "/api/v1/cases", Value::Null).await.json();
        assert_eq!(cases["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn many_clicks_at_once_make_one_case() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        let path = path(&draft);
        let click = || world.api(&token, "POST", &path, Value::Null);
        let (a, b, c, d) = tokio::join!(click(), click(), click(), click());
        let first = a.json();
        for answer in [a, b, c, d] {
            assert_eq!((answer.status, answer.json()), (StatusCode::CREATED, first.clone()));
        }
        let cases = world.api(&token, "GET", "/api/v1/cases", Value::Null).await.json();
        assert_eq!(cases["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn another_persons_draft_is_not_there() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let draft = world.complete_draft(&zhang).await;
        assert_eq!(world.api(&li, "POST", &path(&draft), Value::Null).await.status, 404);
        let receipt = world.api(&zhang, "POST", &path(&draft), Value::Null).await.json();
        assert_eq!(world.api(&li, "POST", &path(&draft), Value::Null).await.status, 404);
        let page = format!("/cases/{}/receipt", receipt["case"].as_str().unwrap());
        assert_eq!(world.get(&li, &page).await.status, 404);
        assert_eq!(world.get(&zhang, &page).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_draft_of_an_older_version_is_looked_at_once_more() {
    each_database(async |db| {
        let mut world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.complete_draft(&token).await;
        let old = world.case(&token).await;
        world
            .publish_newer(|file, text| match file {
                "form.schema.json" => text.replace("\"maxLength\": 500", "\"maxLength\": 400"),
                _ => text,
            })
            .await;
        let answer = world.api(&token, "POST", &path(&draft), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
        let shown = world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        assert_eq!((&shown["package_version"], &shown["answers"]["breed"]), (&json!("2"), &json!("large")));
        let answer = world.api(&token, "POST", &path(&draft), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        // The case that was there before goes on under its own version.
        let old = world.api(&token, "GET", &format!("/api/v1/cases/{old}"), Value::Null).await.json();
        assert_eq!(old["package_version"], "1");
    })
    .await;
}

#[tokio::test]
async fn the_page_reads_everything_back_and_asks_for_the_declaration() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let page = format!("/drafts/{draft}/confirm");
        let shown = world.get(&token, &page).await.text;
        let links = [
            format!("href=\"/drafts/{draft}/steps/dog#breed\""),
            format!("href=\"/drafts/{draft}/materials#material-photo\""),
        ];
        for link in links {
            assert!(shown.contains(&link), "{link} is not on {shown}");
        }
        let not_yet = world.post(&token, &page, &[("declared", "true")]).await;
        assert_eq!(not_yet.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(not_yet.text.contains("href=\"#missing\""), "{}", not_yet.text);

        let draft = world.complete_draft(&token).await;
        let page = format!("/drafts/{draft}/confirm");
        let shown = world.get(&token, &page).await.text;
        for expected in
            ["大型犬", "¥150.00", "439900197901010011", "dog.png", "长沙市芙蓉区文艺路街道", "town办公室"]
        {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        let undeclared = world.post(&token, &page, &[]).await;
        assert_eq!(undeclared.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(undeclared.text.contains("href=\"#declared\""), "{}", undeclared.text);
        let sent = world.post(&token, &page, &[("declared", "true")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let again = world.post(&token, &page, &[("declared", "true")]).await;
        assert_eq!(again.location, sent.location);
        let receipt = world.get(&token, &sent.location).await.text;
        for expected in ["2026年9月29日 星期二", "中秋", "11430102DEM000049P", "10个工作日"] {
            assert!(receipt.contains(expected), "{expected} is not on {receipt}");
        }
    })
    .await;
}
