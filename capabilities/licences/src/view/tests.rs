//! Who sees a document.

use axum::http::StatusCode;
use cases::{Applicant, Bodies, Body, CaseType, NewCase, Surroundings, TypeRef};
use kernel::{Actor, CaseId, Role, Words};
use legal_time::Calendar;
use serde_json::{Map, json};
use store::Db;
use testkit::each_database;

use crate::NewLicence;
use crate::test_site::{
    app, body_id, facts, get, issue_certificate, issue_one, issuer, legal_person_id, new_licence, now,
    person, person_for, person_id, staff, template, test_room,
};

#[tokio::test]
async fn a_document_exists_for_its_holder_and_its_office_only() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let id = issue_certificate(&test.room, 1).await.id;
        for (actor, page, api) in [
            (person(1), StatusCode::OK, StatusCode::OK),
            (person(2), StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            (person_for(1, Some(legal_person_id(1))), StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            (staff(1, Role::Review), StatusCode::OK, StatusCode::OK),
            (staff(2, Role::Decision), StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            (Actor::Anonymous, StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED),
        ] {
            let app = app(&test.room, actor.clone());
            for (path, expected) in [
                (format!("/licences/{id}"), page),
                (format!("/licences/{id}/file.pdf"), page),
                (format!("/licences/{id}/file.ofd"), page),
                (format!("/api/v1/licences/{id}"), api),
                (format!("/api/v1/licences/{id}/file"), api),
                (format!("/api/v1/licences/{id}/file.ofd"), api),
            ] {
                assert_eq!(get(&app, &path).await.status, expected, "{path} {actor:?}");
            }
        }
        let own = app(&test.room, person(1));
        assert_eq!(get(&own, "/licences/x").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn the_page_shows_the_document_and_its_code() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let own = app(&test.room, person(1));
        let page = get(&own, &format!("/licences/{}", licence.id)).await.text();
        assert!(
            page.contains("<svg") && page.contains("2027年10月8日") && page.contains(&licence.identifier),
            "{page}"
        );
        let file = get(&own, &format!("/licences/{}/file.pdf", licence.id)).await;
        assert_eq!(file.header("content-type"), "application/pdf");
        assert!(file.header("content-disposition").starts_with("inline; filename*=UTF-8''%E7%A4%BE"));
        assert_eq!(guomi::sm3::hex(&file.bytes), licence.file_sm3);
        let kept = get(&own, &format!("/licences/{}/file.pdf?download", licence.id)).await;
        assert!(kept.header("content-disposition").starts_with("attachment; "));
        assert!(page.contains(&format!("/licences/{}/file.ofd", licence.id)), "{page}");
        let ofd = get(&own, &format!("/licences/{}/file.ofd", licence.id)).await;
        assert_eq!(ofd.header("content-type"), "application/ofd");
        assert!(ofd.header("content-disposition").starts_with("attachment; filename*=UTF-8''%E7%A4%BE"));
        assert!(ofd.header("content-disposition").contains(".ofd"));
        assert_eq!(Some(guomi::sm3::hex(&ofd.bytes)), licence.ofd_sm3);
        // A document from before there were OFD files.
        let mut tx = db.begin().await.unwrap();
        tx.execute("update licences set ofd_sm3 = null", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        let gone = get(&own, &format!("/licences/{}/file.ofd", licence.id)).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let page = get(&own, &format!("/licences/{}", licence.id)).await.text();
        assert!(!page.contains("file.ofd"), "{page}");
        let json = get(&own, &format!("/api/v1/licences/{}", licence.id)).await.json();
        assert_eq!((&json["state"], &json["number"]), (&"valid".into(), &licence.number.into()));
    })
    .await;
}

/// A case in whose acceptance body 2 has work.
async fn case_of_body_2(db: &Db) -> CaseId {
    let body = Body {
        id: body_id(2),
        slug: "town".into(),
        name: Words::new("街道", "Town"),
        uscc: "11430102DEM000049P".into(),
        division: "430102001".into(),
        serves: vec!["11".into()],
        address: String::new(),
        phone: String::new(),
    };
    let limit = json!({"within": "5 working days", "basis": "示例办法"});
    let by = json!({"level": "town", "role": "acceptance"});
    let process = json!({
        "acceptance": {"by": by, "limit": limit, "silence": "nothing"},
        "correction": {"limit": limit},
        "stages": [{"id": "decision", "kind": "decision", "name": {"zh": "决定", "en": "Decision"}, "by": by}],
    });
    let case_type = CaseType {
        reference: TypeRef { item: "009911001000".into(), handling: "01".into(), version: "1".into() },
        name: Words::new("养犬登记", "Dog licence"),
        process: serde_json::from_value(process).unwrap(),
        tables: Vec::new(),
        statutory: serde_json::from_value(limit.clone()).unwrap(),
        promised: serde_json::from_value(limit).unwrap(),
    };
    let (calendar, bodies) = (Calendar::china(), Bodies(vec![body]));
    let around = Surroundings { now: now(), calendar: &calendar, bodies: &bodies };
    let new = NewCase {
        division: "430102001".into(),
        applicant: Applicant { person: person_id(1), acting_for: None, through: None },
        applicant_name: "张**".into(),
        facts: Map::new(),
        answers: Map::new(),
        intake: cases::Intake::default(),
    };
    let mut tx = db.begin().await.unwrap();
    let case = cases::open(&mut tx, &around, &case_type, &person(1), new).await.unwrap();
    tx.commit().await.unwrap();
    case.id
}

#[tokio::test]
async fn a_body_that_worked_on_the_case_sees_and_cannot_revoke() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let case = case_of_body_2(&db).await;
        let (body, registration) = (issuer(), template("registration"));
        let new = NewLicence { case, ..new_licence(1, &registration, facts(), &body) };
        let id = issue_one(&test.room, new).await.id;
        for (n, expected) in [(2, StatusCode::OK), (3, StatusCode::NOT_FOUND)] {
            let clerk = app(&test.room, staff(n, Role::Acceptance));
            assert_eq!(get(&clerk, &format!("/licences/{id}")).await.status, expected);
        }
        let mut tx = db.begin().await.unwrap();
        let refused =
            crate::revoke(&mut tx, &staff(2, Role::Decision), now(), id, "提交虚假材料").await.unwrap_err();
        assert_eq!(kernel::Refusal::from(refused).to_string(), "not allowed");
    })
    .await;
}
