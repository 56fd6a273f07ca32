//! Revoking documents, on each engine.

use axum::http::StatusCode;
use kernel::Role;
use store::access_log;
use store::page::PageRequest;
use testkit::each_database;

use super::*;
use crate::test_site::{
    app, get, issue_certificate, now, person, person_id, post_form, post_json, request, send, staff,
    test_room,
};

#[tokio::test]
async fn the_issuing_body_revokes_for_a_reason_once() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let id = issue_certificate(&test.room, 1).await.id;
        let decider = staff(1, Role::Decision);
        let mut tx = db.begin().await.unwrap();
        for (by, reason, expected) in [
            (&person(1), "提交虚假材料", "not allowed"),
            (&staff(1, Role::Acceptance), "提交虚假材料", "not allowed"),
            (&staff(2, Role::Decision), "提交虚假材料", "not found"),
            (&decider, " 错 ", "invalid: reason licences-revoke-reason-length"),
        ] {
            let refused = revoke(&mut tx, by, now(), id, reason).await.unwrap_err();
            assert_eq!(Refusal::from(refused).to_string(), expected);
        }
        let licence = revoke(&mut tx, &decider, now(), id, " 提交虚假材料 ").await.unwrap();
        assert_eq!(licence.ending.unwrap().reason, "提交虚假材料");
        let again = revoke(&mut tx, &decider, now(), id, "提交虚假材料").await.unwrap_err();
        assert!(matches!(again, RevokeError::AlreadyRevoked));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_page_offers_it_to_those_who_may() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let id = issue_certificate(&test.room, 1).await.id;
        let (page, form) = (format!("/licences/{id}"), format!("/licences/{id}/revoke"));
        let holder = app(&test.room, person(1));
        assert!(!get(&holder, &page).await.text().contains(&form));
        assert_eq!(post_form(&holder, &form, "reason=abcdef").await.status, StatusCode::FORBIDDEN);
        let decider = app(&test.room, staff(1, Role::Decision));
        assert!(get(&decider, &page).await.text().contains(&form));
        let refused = post_form(&decider, &form, "reason=abc").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("4 至 500 个字"));
        let done = post_form(&decider, &form, "reason=abcdef").await;
        assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, page.as_str()));
        let after = get(&decider, &page).await.text();
        assert!(after.contains("已撤销") && after.contains("abcdef") && !after.contains(&form));
        assert_eq!(post_form(&decider, &form, "reason=abcdef").await.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_is_done_once_and_answered_alike() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let id = issue_certificate(&test.room, 1).await.id;
        let decider = app(&test.room, staff(1, Role::Decision));
        let path = format!("/api/v1/licences/{id}/revocation");
        let headers = [("content-type", "application/json"), ("idempotency-key", "k1")];
        let body = r#"{"reason": "提交虚假材料"}"#;
        let first = send(&decider, request("POST", &path, &headers, body)).await;
        let second = send(&decider, request("POST", &path, &headers, body)).await;
        assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
        assert_eq!((first.json(), &first.json()["state"]), (second.json(), &"revoked".into()));
        let other = send(&decider, request("POST", &path, &headers, r#"{"reason": "别的理由"}"#)).await;
        assert_eq!(other.status, StatusCode::CONFLICT);
        assert_eq!(post_json(&decider, &path, body).await.status, StatusCode::CONFLICT);
        let elsewhere = app(&test.room, staff(2, Role::Decision));
        assert_eq!(post_json(&elsewhere, &path, body).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_look_by_staff_is_noted_for_the_person() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let path = format!("/licences/{}/file.pdf", licence.id);
        assert_eq!(get(&app(&test.room, person(1)), &path).await.status, StatusCode::OK);
        let subject = format!("person:{}", person_id(1));
        let looks = async || {
            let mut tx = db.snapshot().await.unwrap();
            access_log::list(&mut tx, &subject, &PageRequest::default()).await.unwrap().items
        };
        assert_eq!(looks().await, []);
        let clerk = staff(1, Role::Review);
        assert_eq!(get(&app(&test.room, clerk.clone()), &path).await.status, StatusCode::OK);
        let found = looks().await;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].by.clone(), found[0].case.clone()),
            (clerk.reference(), Some(licence.case.to_string()))
        );
    })
    .await;
}
