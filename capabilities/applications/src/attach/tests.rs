//! Handing in files, on each engine.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::{OTHER_PDF, PDF, PNG, World};

#[tokio::test]
async fn a_file_is_looked_into_kept_and_shown_again() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let path = format!("/api/v1/drafts/{draft}/materials/photo?name=..%2F%E7%8B%97.png");
        let answer = world.upload(&token, &path, PNG, "").await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let file = answer.json();
        assert_eq!((&file["file_name"], &file["media_type"]), (&json!("狗.png"), &json!("image/png")));
        assert_eq!(file["sm3"], guomi::sm3::hex(PNG));
        let shown = world
            .get(&token, &format!("/drafts/{draft}/materials/{}/file", file["id"].as_str().unwrap()))
            .await;
        assert_eq!((shown.status, shown.content_type.as_str()), (StatusCode::OK, "image/png"));
        assert_eq!(shown.text.as_bytes(), String::from_utf8_lossy(PNG).as_bytes());
        let draft = world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        assert_eq!(draft["materials"][0]["id"], file["id"]);
    })
    .await;
}

#[tokio::test]
async fn every_wrong_file_is_refused_with_its_reason() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let check = async |material: &str, name: &str, bytes: &[u8], status: u16, says: &str| {
            let path = format!("/api/v1/drafts/{draft}/materials/{material}?name={name}");
            let answer = world.upload(&token, &path, bytes, "").await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
            assert!(answer.text.contains(says), "{says} is not in {}", answer.text);
        };
        let large = [PNG, &vec![0; 1024 * 1024]].concat();
        check("photo", "a.png", &large, 413, "1 MB").await;
        check("photo", "a.pdf", PNG, 415, "PNG").await;
        check("photo", "a.jpg", b"PK\x03\x04\x14\0\0\0\x08\0aaaaaaaaaaaaaaaaaaaaaaa", 415, "ZIP").await;
        check("vaccination", "a.png", PNG, 415, "PDF").await;
        check("photo", "a.png", b"", 422, "空").await;
        check("photo", "a.pdf", b"%PDF-1.7 half", 422, "不完整").await;
        check("visit-report", "a.pdf", PDF, 404, "").await;
        check("nothing", "a.pdf", PDF, 404, "").await;
        let none = world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        assert_eq!(none["materials"], json!([]), "nothing refused is kept");
    })
    .await;
}

#[tokio::test]
async fn a_material_has_at_most_five_files() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let path = format!("/api/v1/drafts/{draft}/materials/photo?name=a.png");
        for _ in 0..5 {
            assert_eq!(world.upload(&token, &path, PNG, "").await.status, StatusCode::CREATED);
        }
        let sixth = world.upload(&token, &path, PNG, "").await;
        assert_eq!(sixth.faults(), [("photo".to_owned(), "applications-files-enough".to_owned())]);
        let other = format!("/api/v1/drafts/{draft}/materials/vaccination?name=a.pdf");
        assert_eq!(world.upload(&token, &other, PDF, "").await.status, StatusCode::CREATED);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_upload_is_one_file() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let path = format!("/api/v1/drafts/{draft}/materials/photo?name=a.pdf");
        let first = world.upload(&token, &path, PDF, "k").await.json();
        let second = world.upload(&token, &path, PDF, "k").await.json();
        assert_eq!(first["id"], second["id"]);
        assert_eq!(world.upload(&token, &path, OTHER_PDF, "k").await.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn files_of_others_are_not_there() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let draft = world.draft(&zhang).await;
        let path = format!("/api/v1/drafts/{draft}/materials/photo?name=a.png");
        let file = world.upload(&zhang, &path, PNG, "").await.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(world.upload(&li, &path, PNG, "").await.status, 404);
        assert_eq!(world.get(&li, &format!("/drafts/{draft}/materials/{file}/file")).await.status, 404);
        let own = world.draft(&li).await;
        assert_eq!(world.get(&li, &format!("/drafts/{own}/materials/{file}/file")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_page_takes_a_file_and_says_beside_the_input_why_not() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.draft(&token).await;
        let page = format!("/drafts/{draft}/materials");
        let taken = world.post_file(&token, &format!("{page}/photo"), "狗.png", PNG).await;
        assert_eq!(taken.location, format!("{page}#file-photo"), "{}", taken.text);
        let shown = world.get(&token, &page).await.text;
        for expected in ["狗.png", "1 MB", "上门记录", "必须", "选交"] {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        let wrong = world.post_file(&token, &format!("{page}/vaccination"), "免疫.pdf", PNG).await;
        assert_eq!(wrong.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        for expected in ["id=\"file-vaccination-error\"", "实际是 PNG 格式", "href=\"#file-vaccination\""]
        {
            assert!(wrong.text.contains(expected), "{expected} is not on {}", wrong.text);
        }
        let large = [PNG, &vec![0; 1024 * 1024]].concat();
        let too_large = world.post_file(&token, &format!("{page}/photo"), "大.png", &large).await;
        assert_eq!(too_large.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(too_large.text.contains("不能超过 1 MB"), "{}", too_large.text);
        let none = world.post_file(&token, &format!("{page}/photo"), "", b"").await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
