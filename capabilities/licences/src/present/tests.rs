//! Showing documents by a code, and the clerk's side of it, on each engine.

use axum::http::StatusCode;
use kernel::{Actor, Role};
use testkit::{each_database, instant};

use super::*;
use crate::test_others::{looks, others, uses};
use crate::test_site::{
    app, app_at, facts, get, issue_certificate, issue_one, issuer, legal_person_id, new_licence, now, person,
    person_for, post_form, post_json, staff, template, test_room,
};
use crate::{Holder, NewLicence};

async fn make(room: &crate::Room, by: &Actor, at: Timestamp, id: LicenceId) -> Result<Presentation, Refusal> {
    let mut tx = room.db.begin().await.unwrap();
    let made = present(&mut tx, &room.vault, by, at, id).await?;
    tx.commit().await.unwrap();
    Ok(made)
}

#[tokio::test]
async fn a_code_shows_the_document_once_and_the_holder_sees_to_whom() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let own = app(&test.room, person(1));
        let page = get(&own, &format!("/licences/{}", licence.id)).await.text();
        assert!(page.contains(&format!("action=\"/licences/{}/present\"", licence.id)));
        let shown = post_form(&own, &format!("/licences/{}/present", licence.id), "").await;
        let text = shown.text();
        let code = text.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0.to_owned();
        assert!(code.len() == 9 && text.contains("<svg") && text.contains("09:05"), "{text}");

        let desk = app(&test.room, others.clerk.clone());
        assert!(get(&desk, "/desk/licences").await.text().contains("没有授权给本机构的证照"));
        let empty = post_form(&desk, "/desk/licences", "").await.text();
        assert!(
            empty.contains("请扫码或者输入出示码") && empty.contains("用途须为 4 至 100 个字"),
            "{empty}"
        );
        let typed = code.to_lowercase().replace('-', " ");
        let refused = post_form(&desk, "/desk/licences", &format!("code={typed}&purpose=x")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("用途须为 4 至 100 个字"), "the code is not used up by that");
        let form = format!("code={typed}&purpose=核对登记证书");
        let seen = post_form(&desk, "/desk/licences", &form).await;
        assert_eq!(seen.status, StatusCode::OK);
        let seen = seen.text();
        assert!(seen.contains("湖南省演示健步走协会") && seen.contains(&licence.number), "{seen}");
        let again = post_form(&desk, "/desk/licences", &form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("没有这个出示码"));

        let list = get(&own, &format!("/licences/{}/uses", licence.id)).await.text();
        for wanted in ["望城街道办事处（演示）", "您出示，对方查看", "核对登记证书"]
        {
            assert!(list.contains(wanted), "{wanted} {list}");
        }
        assert_eq!(uses(&test.room, &licence).await.len(), 1);
        let expected =
            (others.clerk.reference(), "licences.presented".to_owned(), "licences.file".to_owned());
        assert_eq!(looks(&db).await, [expected]);
    })
    .await;
}

#[tokio::test]
async fn codes_run_out_follow_one_another_and_are_for_holders_only() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let refusal = async |by: &Actor, at: &str| {
            make(&test.room, by, instant(at), licence.id).await.unwrap_err().to_string()
        };
        assert_eq!(refusal(&person(2), "2026-10-10T09:00").await, "not found");
        assert_eq!(refusal(&staff(1, Role::Decision), "2026-10-10T09:00").await, "not allowed");
        assert_eq!(refusal(&person(1), "2027-10-09T09:00").await, "conflict: licences-present-not-in-force");
        let scan = async |code: &str, at: &str| {
            let mut tx = db.begin().await.unwrap();
            let found = redeem(&mut tx, &test.room.vault, "staff:x", code, instant(at)).await.unwrap();
            tx.commit().await.unwrap();
            found.map(|licence| licence.id)
        };
        let first = make(&test.room, &person(1), now(), licence.id).await.unwrap();
        let second = make(&test.room, &person(1), now(), licence.id).await.unwrap();
        assert_eq!(scan(&first.code, "2026-10-09T10:01").await, None, "the earlier one is void");
        assert_eq!(scan(&second.code, "2026-10-09T10:05").await, None, "five minutes are over");
        assert_eq!(scan(&second.code, "2026-10-09T10:04").await, Some(licence.id));
        make(&test.room, &person(1), now(), licence.id).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(forget_old(&mut tx, instant("2026-10-09T10:04")).await.unwrap(), 0);
        assert_eq!(
            forget_old(&mut tx, instant("2026-10-10T03:00")).await.unwrap(),
            3,
            "a code and two misses"
        );
        tx.commit().await.unwrap();
        assert!(!format!("{second:?}").contains(&second.code));
        assert!(matches!(make(&test.room, &others.clerk, now(), licence.id).await, Err(Refusal::Forbidden)));
    })
    .await;
}

#[tokio::test]
async fn whoever_misses_often_waits_and_the_rest_go_on() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let at = "2026-10-10T09:00";
        let desk = app_at(&test.room, others.clerk.clone(), at);
        for _ in 0..10 {
            let miss = r#"{"code": "0000-0000", "purpose": "核对登记证书"}"#;
            let miss = post_json(&desk, "/api/v1/desk/licence-codes", miss).await;
            assert_eq!(miss.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let made = make(&test.room, &person(1), instant(at), licence.id).await.unwrap();
        let body = format!(r#"{{"code": "{}", "purpose": "核对登记证书"}}"#, made.code);
        let waits = post_json(&desk, "/api/v1/desk/licence-codes", &body).await;
        assert_eq!((waits.status, waits.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "900"));
        let mut colleague = others.clerk.clone();
        if let Actor::Staff(staff) = &mut colleague {
            staff.staff = kernel::TypedId::from_parts(now(), [8; 10]);
        }
        let desk = app_at(&test.room, colleague, at);
        let seen = post_json(&desk, "/api/v1/desk/licence-codes", &body).await;
        assert_eq!(seen.status, StatusCode::OK);
        assert_eq!(seen.json()["holder_name"], "湖南省演示健步走协会");
        assert!(seen.json()["file"].is_null());
        let supervisor = app(&test.room, staff(1, Role::Supervision));
        assert_eq!(get(&supervisor, "/desk/licences").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn an_organisation_shows_its_own_through_the_hat() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (document, body) = (template("registration"), issuer());
        let holder = Holder { legal_person: Some(legal_person_id(1)), ..Holder::default() };
        let new = NewLicence { holder, ..new_licence(1, &document, facts(), &body) };
        let id = issue_one(&test.room, new).await.id;
        let hat = person_for(1, Some(legal_person_id(1)));
        assert!(make(&test.room, &hat, now(), id).await.is_ok());
        assert!(matches!(make(&test.room, &person(1), now(), id).await, Err(Refusal::NotFound)));
        let list = get(&app(&test.room, hat), &format!("/licences/{id}/uses")).await;
        assert!(list.text().contains("还没有人使用"));
    })
    .await;
}
