//! Answering the correction notice, on each engine.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::each_database;

use crate::dossier::{self, Owner};
use crate::room::own_purpose;
use crate::testing::{OTHER_PDF, PDF, World};

fn at(case: &str) -> String {
    format!("/api/v1/cases/{case}/correction")
}

#[tokio::test]
async fn flagged_answers_and_files_are_changed_and_sent_together() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case_to_correct(&token).await;
        let shown = world.api(&token, "GET", &at(&case), Value::Null).await.json();
        assert_eq!((&shown["fields"], &shown["materials"]), (&json!(["breed"]), &json!(["photo"])));
        let changed = world.api(&token, "PATCH", &at(&case), json!({"breed": "small"})).await.json();
        assert_eq!(changed["answers"], json!({"breed": "small"}));
        let file = format!("{}/materials/photo?name=better.pdf", at(&case));
        let answer = world.upload(&token, &file, PDF, "").await;
        assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::CREATED, &json!("pending")));
        world.set_now("2026-09-23T10:00");
        let token = world.token(world.zhang).await;
        let sent = world.api(&token, "POST", &format!("{}/submission", at(&case)), Value::Null).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        let sent = sent.json();
        assert_eq!(json!([sent["status"], sent["correction"]["answered_on"]]), json!(["submitted", "2026-09-23"]));
        let id = case.parse().unwrap();
        let mut tx = world.room.db.snapshot().await.unwrap();
        let by = world.zhang();
        let purpose = own_purpose(by.person().unwrap(), Some(id));
        let answers = dossier::answers_of_case(&mut tx, &world.room, id, &purpose).await.unwrap().unwrap();
        assert_eq!((&answers["breed"], &answers["applicant_name"]), (&json!("small"), &json!("张演示")));
        let files = dossier::materials(&mut tx, &world.room, Owner::Case(id), &purpose).await.unwrap();
        let files: Vec<(&str, &str)> = files.iter().map(|f| (f.file_name.as_str(), f.state.as_str())).collect();
        assert_eq!(files, [("better.pdf", "current")]);
        let history = cases::history(&mut tx, id).await.unwrap();
        let resubmitted = history.iter().any(|recorded| matches!(&recorded.event,
            cases::Event::Resubmitted { fields, materials, .. } if fields == &["breed"] && materials == &["photo"]));
        assert!(resubmitted, "{history:?}");
    })
    .await;
}

#[tokio::test]
async fn nothing_else_may_change() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (token, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = world.case_to_correct(&token).await;
        let answer =
            world.api(&token, "PATCH", &at(&case), json!({"breed": "small", "phone": "19900000009"})).await;
        assert_eq!(answer.faults(), [("phone".to_owned(), "applications-correction-not-flagged".to_owned())]);
        let shown = world.api(&token, "GET", &at(&case), Value::Null).await.json();
        assert_eq!(shown["answers"], json!({}), "nothing of a refused change is kept");
        let file = format!("{}/materials/vaccination?name=a.pdf", at(&case));
        let answer = world.upload(&token, &file, PDF, "").await;
        assert_eq!(
            answer.faults(),
            [("vaccination".to_owned(), "applications-correction-not-flagged".to_owned())]
        );
        let file = format!("{}/materials/photo?name=a.pdf", at(&case));
        assert_eq!(world.upload(&token, &file, b"PK\x03\x04", "").await.status, 415);
        assert_eq!(world.upload(&li, &file, PDF, "").await.status, 404);
        assert_eq!(world.api(&li, "PATCH", &at(&case), json!({"breed": "small"})).await.status, 404);
        assert_eq!(
            world.api(&li, "POST", &format!("{}/submission", at(&case)), Value::Null).await.status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn an_empty_or_wrong_answer_is_not_sent() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case_to_correct(&token).await;
        let send =
            async || world.api(&token, "POST", &format!("{}/submission", at(&case)), Value::Null).await;
        assert_eq!(send().await.faults(), [(String::new(), "applications-correction-nothing".to_owned())]);
        world.api(&token, "PATCH", &at(&case), json!({"breed": "large"})).await;
        assert_eq!(send().await.faults(), [(String::new(), "applications-correction-nothing".to_owned())]);
        world.api(&token, "PATCH", &at(&case), json!({"breed": null})).await;
        assert_eq!(send().await.faults(), [("breed".to_owned(), "catalogue-form-choose".to_owned())]);
        let state = world.api(&token, "GET", &format!("/api/v1/cases/{case}"), Value::Null).await.json();
        assert_eq!(state["status"], "correction");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_waits_can_be_taken_back_and_a_repetition_is_done_once() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case_to_correct(&token).await;
        let file = format!("{}/materials/photo?name=a.pdf", at(&case));
        let first = world.upload(&token, &file, PDF, "up").await.json();
        assert_eq!(world.upload(&token, &file, PDF, "up").await.json()["id"], first["id"]);
        let place = format!("{}/materials/{}", at(&case), first["id"].as_str().unwrap());
        assert_eq!(world.api(&token, "DELETE", &place, Value::Null).await.status, 204);
        assert_eq!(world.api(&token, "DELETE", &place, Value::Null).await.status, 404);
        world.upload(&token, &file, OTHER_PDF, "").await;
        let path = format!("{}/submission", at(&case));
        let sent = world.api_keyed(&token, "POST", &path, Value::Null, "send").await;
        let again = world.api_keyed(&token, "POST", &path, Value::Null, "send").await;
        assert_eq!(
            (again.status, again.json()["version"].clone()),
            (sent.status, sent.json()["version"].clone())
        );
        let without_key = world.api(&token, "POST", &path, Value::Null).await;
        assert_eq!(without_key.status, StatusCode::CONFLICT, "no correction is awaited any more");
    })
    .await;
}

#[tokio::test]
async fn what_comes_too_late_is_refused() {
    each_database(async |db| {
        let world = World::new(db).await;
        let case = world.case_to_correct(&world.token(world.zhang).await).await;
        world.set_now("2026-12-01T09:00");
        let token = world.token(world.zhang).await;
        world.api(&token, "PATCH", &at(&case), json!({"breed": "small"})).await;
        let sent = world.api(&token, "POST", &format!("{}/submission", at(&case)), Value::Null).await;
        assert_eq!(sent.status, StatusCode::CONFLICT, "{}", sent.text);
    })
    .await;
}

#[tokio::test]
async fn the_page_shows_the_whole_notice_and_changes_only_what_it_names() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case_to_correct(&token).await;
        let banner = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(banner.contains(&format!("href=\"/cases/{case}/correct\"")), "{banner}");
        let page = format!("/cases/{case}/correct");
        let shown = world.get(&token, &page).await.text;
        for expected in
            ["照片看不清", "体型与照片不符", "示例养犬办法 第三条", "value=\"large\" checked", "待改"]
        {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        assert!(!shown.contains("name=\"phone\"") && !shown.contains("免疫记录"), "{shown}");
        let version =
            shown.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let nothing = [("version", version), ("breed", "large"), ("_go", "send")];
        let answer = world.post(&token, &page, &nothing).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
        let saved =
            world.post(&token, &page, &[("version", version), ("breed", "small"), ("_go", "save")]).await;
        assert_eq!(saved.location, page, "{}", saved.text);
        let taken = world.post_file(&token, &format!("{page}/materials/photo"), "清楚.pdf", PDF).await;
        assert_eq!(taken.location, format!("{page}#material-photo"), "{}", taken.text);
        let wrong =
            world.post_file(&token, &format!("{page}/materials/photo"), "不清楚.pdf", b"PK\x03\x04").await;
        assert_eq!(wrong.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let shown = world.get(&token, &page).await.text;
        assert!(shown.contains("已改") && !shown.contains("待改") && shown.contains("清楚.pdf"), "{shown}");
        let stale = world.post(&token, &page, &[("version", "1"), ("breed", "small"), ("_go", "send")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
        let sent =
            world.post(&token, &page, &[("version", version), ("breed", "small"), ("_go", "send")]).await;
        assert_eq!(sent.location, format!("/cases/{case}"), "{}", sent.text);
        assert_eq!(world.get(&token, &page).await.status, StatusCode::CONFLICT);
    })
    .await;
}
