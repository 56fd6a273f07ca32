//! Letting others use documents, on each engine.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use kernel::{Items, Mandate, PersonActor, Principal, Right};
use testkit::{date, each_database};

use super::*;
use crate::test_others::{looks, others, right, uses};
use crate::test_site::{
    app, app_at, get, issue_certificate, now, person, person_id, post_form, post_json, request, send,
    test_room,
};

#[test]
fn a_right_lasts_a_year_at_most() {
    let today = date("2026-10-10");
    for wrong in ["", "x", "2026-10-09", "2027-10-11", "2026-02-30"] {
        assert!(last_day(wrong, today).is_err(), "{wrong}");
    }
    for right in ["2026-10-10", " 2027-10-10 "] {
        assert!(last_day(right, today).is_ok(), "{right}");
    }
}

#[tokio::test]
async fn a_body_opens_what_it_may_use_until_the_holder_ends_it() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let own = app(&test.room, person(1));
        let form = format!("/licences/{}/authorise", licence.id);
        assert!(get(&own, &form).await.text().contains("用证方名称"));
        assert!(get(&own, &format!("{form}?q=nobody")).await.text().contains("没有找到"));
        let found = get(&own, &format!("{form}?q=%E8%A1%97%E9%81%93")).await.text();
        let receiver = format!("body:{}", others.body);
        assert!(found.contains(&receiver) && found.contains("本平台的机构"), "{found}");
        let wrong = post_form(&own, &form, "q=街道&receiver=body:x&purpose=a&until=2020-01-01").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = wrong.text();
        for rule in ["请选择一个用证方", "用途须为", "2026-10-10 到 2027-10-10"] {
            assert!(wrong.contains(rule), "{rule} {wrong}");
        }
        let given =
            post_form(&own, &form, &format!("receiver={receiver}&purpose=办理场地备案&until=2026-10-31"))
                .await;
        let list = format!("/licences/{}/uses", licence.id);
        assert_eq!((given.status, given.header("location")), (StatusCode::SEE_OTHER, list.as_str()));
        let text = get(&own, &list).await.text();
        let end = text.split_once(&format!("/licences/{}/authorisations/", licence.id)).unwrap().1;
        let id = end.split_once('/').unwrap().0.to_owned();

        let desk = app(&test.room, others.clerk.clone());
        assert!(get(&desk, "/desk/licences").await.text().contains("办理场地备案"));
        let opened = post_form(&desk, &format!("/desk/licences/authorisations/{id}"), "").await.text();
        assert!(opened.contains("湖南省演示健步走协会"), "{opened}");
        let file = get(&desk, &format!("/desk/licences/authorisations/{id}/file.pdf")).await;
        assert_eq!(guomi::sm3::hex(&file.bytes), licence.file_sm3);
        let late = app_at(&test.room, others.clerk.clone(), "2026-11-01T09:00");
        assert_eq!(
            post_form(&late, &format!("/desk/licences/authorisations/{id}"), "").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(uses(&test.room, &licence).await.len(), 2);
        let look = (others.clerk.reference(), "licences.authorised".to_owned(), "licences.file".to_owned());
        assert_eq!(looks(&db).await, [look.clone(), look]);

        let sure = format!("/licences/{}/authorisations/{id}/end", licence.id);
        assert!(get(&own, &sure).await.text().contains("对方马上不能再查看"));
        assert_eq!(get(&app(&test.room, person(2)), &sure).await.status, StatusCode::NOT_FOUND);
        assert_eq!(post_form(&app(&test.room, person(2)), &sure, "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(post_form(&own, &sure, "").await.status, StatusCode::SEE_OTHER);
        assert_eq!(get(&own, &sure).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            post_form(&desk, &format!("/desk/licences/authorisations/{id}"), "").await.status,
            StatusCode::NOT_FOUND
        );
        assert!(get(&own, &list).await.text().contains("已于"));
        assert!(get(&desk, "/desk/licences").await.text().contains("没有授权给本机构的证照"));
    })
    .await;
}

#[tokio::test]
async fn programs_of_the_holder_do_the_same_once() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let own = app(&test.room, person(1));
        let found = get(&own, "/api/v1/licence-receivers?q=demo").await.json();
        assert_eq!(found["items"][0]["receiver"], others.bank());
        let path = format!("/api/v1/licences/{}/authorisations", licence.id);
        let headers = [("content-type", "application/json"), ("idempotency-key", "k")];
        let first = send(&own, request("POST", &path, &headers, right(&others.bank()))).await;
        let second = send(&own, request("POST", &path, &headers, right(&others.bank()))).await;
        assert_eq!((first.status, first.json()), (StatusCode::CREATED, second.json()));
        let list = get(&own, &path).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&list["items"][0]["purpose"], &list["items"][0]["in_force"]),
            (&"办理对公账户开户".into(), &true.into())
        );
        let id = list["items"][0]["id"].as_str().unwrap();
        let ended = send(&own, request("DELETE", &format!("{path}/{id}"), &[], "")).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(get(&own, &path).await.json()["items"][0]["in_force"], false);
        let other = app(&test.room, person(2));
        assert_eq!(get(&other, &path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(post_json(&other, &path, &right(&others.bank())).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn an_agent_needs_the_right_to_collect() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let agent = |rights: &[Right]| {
            let whole = Mandate::whole(Principal::Person(person_id(1)));
            let mandate = Mandate {
                rights: rights.iter().copied().collect::<BTreeSet<_>>(),
                items: Items::All,
                ..whole
            };
            Actor::Person(PersonActor {
                person: person_id(2),
                acting_for: Some(mandate),
                ..person(2).person().unwrap().clone()
            })
        };
        let give = async |by: Actor| {
            let mut tx = db.begin().await.unwrap();
            let receiver = others.bank();
            let new = NewAuthorisation { receiver: &receiver, purpose: "办理开户", until: "2026-10-20" };
            let given = authorise(&mut tx, &test.room.vault, &by, now(), licence.id, new).await;
            given.map(drop).map_err(|error| Refusal::from(error).to_string())
        };
        assert_eq!(give(agent(&[Right::See])).await, Err("not allowed: licences-outside-mandate".into()));
        assert_eq!(give(agent(&[Right::Apply])).await, Err("not found".into()));
        assert_eq!(give(agent(&[Right::Collect])).await, Ok(()));
        for (rights, status) in
            [(&[Right::See][..], StatusCode::OK), (&[Right::Apply][..], StatusCode::NOT_FOUND)]
        {
            let seen = get(&app(&test.room, agent(rights)), &format!("/licences/{}/uses", licence.id)).await;
            assert_eq!(seen.status, status, "{rights:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_closed_account_lets_nobody_use_its_documents() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let (licence, other) =
            (issue_certificate(&test.room, 1).await, issue_certificate(&test.room, 2).await);
        for (n, licence) in [(1, &licence), (2, &other)] {
            let own = app(&test.room, person(n));
            let path = format!("/api/v1/licences/{}/authorisations", licence.id);
            assert_eq!(post_json(&own, &path, &right(&others.bank())).await.status, StatusCode::CREATED);
        }
        let mut tx = db.begin().await.unwrap();
        end_rights_of(&mut tx, person_id(1), now()).await.unwrap();
        let (bank, why, today) = (others.bank(), Purpose::new("test", "test"), date("2026-10-10"));
        for (licence, stands) in [(licence, false), (other, true)] {
            let found = in_force(&mut tx, &test.room.vault, &bank, licence.id, &why, today).await.unwrap();
            assert_eq!(found.is_some(), stands);
        }
    })
    .await;
}
