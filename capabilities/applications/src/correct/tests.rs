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

#[tokio::test]
async fn an_answer_can_be_sent_in_parts() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case_to_correct(&token).await;
        let send =
            async |body: Value| world.api(&token, "POST", &format!("{}/submission", at(&case)), body).await;
        let nothing = send(json!({"partial": true})).await;
        assert_eq!(nothing.faults(), [(String::new(), "applications-correction-nothing".to_owned())]);
        assert_eq!(send(json!({"part": true})).await.status, 422);
        world.api(&token, "PATCH", &at(&case), json!({"breed": null})).await;
        assert_eq!(
            send(json!({"partial": true})).await.faults()[0].0,
            "breed",
            "what a part changes is right"
        );
        world.api(&token, "PATCH", &at(&case), json!({"breed": "small"})).await;
        let sent = send(json!({"partial": true})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
        let sent = sent.json();
        assert_eq!(json!([sent["status"], sent["correction"]["answered"]]), json!(["correction", ["breed"]]));
        assert_eq!(sent["correction"]["answered_on"], Value::Null);
        let page = world.get(&token, &format!("/cases/{case}/correct")).await.text;
        assert_eq!(page.matches(">已改<").count(), 1, "{page}");
        assert!(page.contains("待改") && page.contains("value=\"send-part\""), "{page}");
        let id = case.parse().unwrap();
        let by = world.zhang();
        let purpose = own_purpose(by.person().unwrap(), Some(id));
        let mut tx = world.room.db.snapshot().await.unwrap();
        let answers = dossier::answers_of_case(&mut tx, &world.room, id, &purpose).await.unwrap().unwrap();
        drop(tx);
        assert_eq!(answers["breed"], "small", "a part is handed in at once");
        // The last day stays where it was, and the whole may be sent when nothing else has changed.
        assert_eq!(world.api(&token, "GET", &at(&case), Value::Null).await.json()["due_on"], "2026-10-19");
        let whole = send(Value::Null).await;
        assert_eq!(
            (whole.status, &whole.json()["status"]),
            (StatusCode::OK, &json!("submitted")),
            "{}",
            whole.text
        );
        assert_eq!(send(json!({"partial": true})).await.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn a_part_is_sent_from_the_page_too() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case_to_correct(&token).await;
        let page = format!("/cases/{case}/correct");
        world.post_file(&token, &format!("{page}/materials/photo"), "清楚.pdf", PDF).await;
        let version = world.stored(&case).await.version.to_string();
        let part = [("version", version.as_str()), ("breed", "large"), ("_go", "send-part")];
        let sent = world.post(&token, &page, &part).await;
        assert_eq!(sent.location, page, "{}", sent.text);
        assert_eq!(world.stored(&case).await.correction.unwrap().answered, ["photo"]);
        let shown = world.get(&token, &page).await.text;
        assert!(shown.contains("清楚.pdf") && shown.contains("已改"), "{shown}");
    })
    .await;
}

#[tokio::test]
async fn what_a_corrected_answer_makes_necessary_can_be_handed_in() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        let path = format!("/api/v1/drafts/{draft}");
        world.api(&token, "PATCH", &path, json!({"breed": "small", "deposit_offered": 200_000})).await;
        let receipt = world.submit(&token, &draft, Value::Null).await.json();
        let case = receipt["case"].as_str().unwrap().to_owned();
        let clerk = world.clerk();
        let task = world.claim(&clerk, &case).await;
        let defect = cases::Defect {
            material: None,
            field: Some("breed".into()),
            problem: "体型与照片不符".into(),
            ground: "示例养犬办法 第三条".into(),
            task,
        };
        world.act(&clerk, &case, cases::Command::NoteDefect { defect }).await;
        world.act(&clerk, &case, cases::Command::SendCorrection { task }).await;
        let file = format!("{}/materials/training?name=a.pdf", at(&case));
        assert_eq!(world.upload(&token, &file, PDF, "").await.status, 422, "small dogs need none");
        let changed = world.api(&token, "PATCH", &at(&case), json!({"breed": "large"})).await.json();
        assert_eq!(changed["materials"], json!(["training"]));
        let send =
            async || world.api(&token, "POST", &format!("{}/submission", at(&case)), Value::Null).await;
        assert_eq!(send().await.faults()[0].0, "materials/training");
        let page = world.get(&token, &format!("/cases/{case}/correct")).await.text;
        assert!(page.contains("训练证明"), "{page}");
        assert_eq!(world.upload(&token, &file, PDF, "").await.status, 201);
        let sent = send().await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    })
    .await;
}
