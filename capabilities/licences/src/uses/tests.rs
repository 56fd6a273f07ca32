//! The record of uses, on each engine.

use axum::http::StatusCode;
use kernel::Words;
use testkit::each_database;

use super::*;
use crate::test_others::{others, uses};
use crate::test_site::{app, case, get, issue_certificate, now, person, test_room};

#[test]
fn a_purpose_is_said_in_a_line() {
    for wrong in ["", " 开户 ", "a\nbcde", &"长".repeat(101)] {
        assert!(stated(wrong).is_err(), "{wrong}");
    }
    assert_eq!(stated(" 办理开户 "), Ok("办理开户"));
}

#[tokio::test]
async fn an_application_that_reads_a_document_is_among_its_uses() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let (item, by) = (Words::new("印章备案", "Seal registration"), person(1).reference());
        let note = async |identifier: &str| {
            let mut tx = db.begin().await.unwrap();
            note_in_application(&mut tx, &test.room.vault, identifier, (case(5), &item), &by, now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        };
        note(&licence.identifier).await;
        note("nonsense").await;
        let found = uses(&test.room, &licence).await;
        assert_eq!((found.len(), found[0].how, found[0].case), (1, How::Applied, Some(case(5))));
        let own = app(&test.room, person(1));
        let page = get(&own, &format!("/licences/{}/uses", licence.id)).await.text();
        assert!(page.contains("印章备案") && page.contains(&format!("/cases/{}", case(5))), "{page}");
        assert!(crate::test_others::looks(&db).await.is_empty(), "their own look");
    })
    .await;
}

#[tokio::test]
async fn pages_follow_one_another_and_purposes_lie_sealed() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let receiver = Receiver { reference: "client:x".into(), name: Words::new("银行", "Bank") };
        let mut tx = db.begin().await.unwrap();
        for n in 0..25 {
            let new = NewUse {
                licence: &licence,
                how: How::Queried,
                receiver: &receiver,
                by: "client:x",
                purpose: "为李示例办理开户",
                authorisation: None,
                case: None,
                detail: "valid".into(),
                look: None,
            };
            note(&mut tx, &test.room.vault, new, crate::present::later(now(), n)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = db.snapshot().await.unwrap();
        let rows = tx.fetch_all("select purpose_sealed from licence_uses", Vec::new()).await.unwrap();
        let sealed: Vec<u8> = rows[0].get(0).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("李示例"));
        tx.rollback().await.unwrap();
        let own = app(&test.room, person(1));
        let path = format!("/api/v1/licences/{}/uses", licence.id);
        let first = get(&own, &format!("{path}?size=20")).await.json();
        let next = get(&own, &format!("{path}?after={}", first["next"].as_str().unwrap())).await.json();
        assert_eq!(
            (first["items"].as_array().unwrap().len(), next["items"].as_array().unwrap().len()),
            (20, 5)
        );
        assert_eq!(
            (&first["items"][0]["purpose"], &next["next"]),
            (&"为李示例办理开户".into(), &serde_json::Value::Null)
        );
        let page = get(&own, &format!("/licences/{}/uses", licence.id)).await.text();
        assert!(page.contains("rel=\"next\"") && page.contains("查询有无和状态：有效"), "{page}");
        assert_eq!(get(&app(&test.room, person(2)), &path).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
