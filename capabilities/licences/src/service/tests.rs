//! The service for other systems, on each engine: with tokens from the real endpoint.

use axum::http::StatusCode;
use guomi::sm3;
use kernel::Role;
use serde_json::json;
use store::outbox::{self, Deliverers};
use testkit::{each_database, instant};

use super::*;
use crate::test_others::{BANK, Others, looks, others, others_at, outside, right, uses};
use crate::test_site::{ASSOCIATION, app, issue_certificate, person, post_json, staff, test_room};

const AT: &str = "2026-10-10T09:00";
const WHY: &str = "办理对公账户开户";

#[tokio::test]
async fn a_system_asks_whether_a_document_is_in_force() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let service = outside(&test.room, AT);
        let token = others.token(&test.room, QUERY, AT).await;
        let ask =
            async |body: serde_json::Value| Others::call(&service, &token, "POST", "queries", body).await;
        let by_holder = json!({"holder_code": ASSOCIATION, "type_code": licence.type_code, "purpose": WHY});
        let by_identifier = json!({"identifier": licence.identifier, "purpose": WHY});
        for asked in [by_holder, by_identifier] {
            let answer = ask(asked).await.json();
            let expected = json!({
                "exists": true, "in_force": true, "state": "valid", "identifier": licence.identifier,
                "valid_until": "2027-10-08",
            });
            assert_eq!(answer, expected);
        }
        let none = json!({"holder_code": "nobody", "type_code": licence.type_code, "purpose": WHY});
        assert_eq!(ask(none).await.json()["exists"], false);
        for (wrong, rule) in [
            (json!({"purpose": WHY}), "identifier"),
            (json!({"identifier": "1.2.3", "purpose": WHY}), "identifier"),
            (json!({"identifier": licence.identifier, "holder_code": "x", "purpose": WHY}), "identifier"),
            (json!({"identifier": licence.identifier, "purpose": "x"}), "purpose"),
        ] {
            let refused = ask(wrong.clone()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert_eq!(refused.json()["errors"][0]["field"], rule, "{wrong} {}", refused.json());
        }
        let seen = uses(&test.room, &licence).await;
        assert_eq!(seen.len(), 2);
        assert_eq!(
            (seen[0].how, seen[0].receiver.zh.as_str(), seen[0].purpose.as_str()),
            (How::Queried, "湘江演示银行开户系统", WHY)
        );
        let look = (others.bank(), "licences.query".to_owned(), "licences.state".to_owned());
        assert_eq!(looks(&db).await, [look.clone(), look]);
    })
    .await;
}

#[tokio::test]
async fn a_token_does_what_its_scope_says_and_no_more() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let asked = json!({"identifier": licence.identifier, "purpose": WHY});
        let service = outside(&test.room, AT);
        let query = others.token(&test.room, QUERY, AT).await;
        let ask =
            async |token: &str| Others::call(&service, token, "POST", "queries", asked.clone()).await.status;
        assert_eq!(ask(&query).await, StatusCode::OK);
        assert_eq!(ask("x").await, StatusCode::UNAUTHORIZED);
        let empty = Others::call(&service, "x", "POST", "queries", json!({})).await.status;
        assert_eq!(empty, StatusCode::UNAUTHORIZED, "a stranger learns nothing of what is asked for");
        let compare = others.token(&test.room, COMPARE, AT).await;
        assert_eq!(ask(&compare).await, StatusCode::FORBIDDEN);
        let later = outside(&test.room, "2026-10-10T09:16");
        let late = Others::call(&later, &query, "POST", "queries", asked.clone()).await.status;
        assert_eq!(late, StatusCode::UNAUTHORIZED, "fifteen minutes are over");
        let mut tx = db.begin().await.unwrap();
        let admin = staff(9, Role::Administration);
        oidc::shut_out(&mut tx, &admin, others.client, true, instant(AT)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ask(&query).await, StatusCode::UNAUTHORIZED, "shut out");
    })
    .await;
}

#[tokio::test]
async fn a_comparison_says_yes_or_no_and_the_holder_sees_of_what() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let service = outside(&test.room, AT);
        let token = others.token(&test.room, COMPARE, AT).await;
        let compare = async |fields: serde_json::Value| {
            let body = json!({"identifier": licence.identifier, "fields": fields, "purpose": WHY});
            Others::call(&service, &token, "POST", "comparisons", body).await
        };
        let fields = json!({
            "holder_name": "湖南省演示健步走协会", "holder_code": ASSOCIATION.to_lowercase(), "number": licence.number.replace('〔', "["),
            "issued_on": "2026-10-09", "valid_until": "2027-10-09", "issuer": "别的机关", "issuer_code": licence.issuer_uscc,
            "name": "社会团体法人登记证书", "valid_from": "",
        });
        let answer = compare(fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.bytes));
        let expected = json!({"state": "valid", "fields": {
            "holder_name": true, "holder_code": true, "number": true, "issued_on": true, "valid_until": false,
            "issuer": false, "issuer_code": true, "name": true, "valid_from": false,
        }});
        assert_eq!(answer.json(), expected);
        let unknown = compare(json!({"a/b": "1"})).await;
        assert_eq!((unknown.status, &unknown.json()["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &"fields/a~1b".into()));
        assert_eq!(compare(json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        for _ in 1..20 {
            assert_eq!(compare(json!({"holder_name": "x"})).await.status, StatusCode::OK);
        }
        assert_eq!(compare(json!({"holder_name": "x"})).await.status, StatusCode::TOO_MANY_REQUESTS);
        let page = crate::test_site::get(&app(&test.room, person(1)), &format!("/licences/{}/uses", licence.id)).await;
        assert!(page.text().contains("核验比对：持证主体 不一致"));
        assert_eq!(looks(&db).await[0].1, "licences.compare");
    })
    .await;
}

#[tokio::test]
async fn a_document_is_fetched_with_a_right_or_a_code_and_not_without() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let others = others(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let (service, own) = (outside(&test.room, AT), app(&test.room, person(1)));
        let token = others.token(&test.room, FETCH, AT).await;
        let asked = json!({"identifier": licence.identifier});
        let fetch = async || Others::call(&service, &token, "POST", "fetches", asked.clone()).await;
        assert_eq!(fetch().await.status, StatusCode::FORBIDDEN);
        let path = format!("/api/v1/licences/{}/authorisations", licence.id);
        let given = post_json(&own, &path, &right(&others.bank())).await.json();
        let listed = Others::call(&service, &token, "GET", "authorisations", json!({})).await.json();
        assert_eq!(listed["items"][0]["identifier"], licence.identifier);
        let fetched = fetch().await.json();
        assert_eq!(
            (&fetched["holder_name"], &fetched["state"]),
            (&"湖南省演示健步走协会".into(), &"valid".into())
        );
        let file = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            fetched["file"]["content"].as_str().unwrap(),
        );
        assert_eq!(sm3::hex(&file.unwrap()), licence.file_sm3);
        let end = format!("{path}/{}", given["id"].as_str().unwrap());
        let ended = crate::test_site::send(&own, crate::test_site::request("DELETE", &end, &[], "")).await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        assert_eq!(fetch().await.status, StatusCode::FORBIDDEN, "the right has ended");

        let made =
            post_json(&own, &format!("/api/v1/licences/{}/presentation", licence.id), "{}").await.json();
        let code = json!({"code": made["code"], "purpose": WHY});
        let shown = Others::call(&service, &token, "POST", "codes", code.clone()).await;
        assert_eq!((shown.status, &shown.json()["number"]), (StatusCode::OK, &licence.number.clone().into()));
        let again = Others::call(&service, &token, "POST", "codes", code).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Both in one instant, so in any order.
        let mut ways: Vec<&str> =
            uses(&test.room, &licence).await.iter().map(|one| one.how.as_str()).collect();
        ways.sort_unstable();
        assert_eq!(ways, ["fetched", "presented"]);
        let mut ways: Vec<String> = looks(&db).await.into_iter().map(|look| look.1).collect();
        ways.sort();
        assert_eq!(ways, ["licences.fetch", "licences.presented"]);
    })
    .await;
}

/// A receiver that keeps what it is told.
async fn receiver() -> (String, tokio::sync::mpsc::UnboundedReceiver<serde_json::Value>) {
    let (told, heard) = tokio::sync::mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let hear = axum::routing::post(move |body: String| {
        let told = told.clone();
        async move { told.send(serde_json::from_str(&body).unwrap()).unwrap() }
    });
    let router = axum::Router::new().route("/state", hear);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, heard)
}

#[tokio::test]
async fn a_system_is_told_when_a_document_ends() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (address, mut heard) = receiver().await;
        let others = others_at(&db, &format!("{address}/left")).await;
        let licence = issue_certificate(&test.room, 1).await;
        let service = outside(&test.room, AT);
        let token = others.token(&test.room, SUBSCRIBE, AT).await;
        let path = format!("subscriptions/{}", licence.identifier);
        let subscribe = async |uri: &str| {
            let body = json!({"notify_uri": uri, "purpose": WHY});
            Others::call(&service, &token, "PUT", &path, body).await.status
        };
        assert_eq!(
            subscribe(&format!("{BANK}/state")).await,
            StatusCode::UNPROCESSABLE_ENTITY,
            "not its own origin"
        );
        assert_eq!(subscribe(&format!("{address}/state")).await, StatusCode::OK);
        assert_eq!(subscribe(&format!("{address}/state")).await, StatusCode::OK, "again");
        assert_eq!(uses(&test.room, &licence).await.len(), 1);
        let mut tx = db.begin().await.unwrap();
        let decider = staff(1, Role::Decision);
        crate::revoke(&mut tx, &decider, instant(AT), licence.id, "提交虚假材料").await.unwrap();
        tx.commit().await.unwrap();
        let deliverers = subscribe::deliverers(&test.room, Deliverers::new()).unwrap();
        assert_eq!(outbox::deliver_due(&db, instant(AT), &deliverers).await.unwrap(), 1);
        let told = heard.recv().await.unwrap();
        assert_eq!(
            (&told["identifier"], &told["state"]),
            (&licence.identifier.clone().into(), &"revoked".into())
        );
        assert!(!told.to_string().contains("虚假"), "{told}");

        let other = issue_certificate(&test.room, 2).await;
        let path = format!("subscriptions/{}", other.identifier);
        let body = json!({"notify_uri": format!("{address}/state"), "purpose": WHY});
        assert_eq!(Others::call(&service, &token, "PUT", &path, body).await.status, StatusCode::OK);
        assert_eq!(
            Others::call(&service, &token, "DELETE", &path, json!({})).await.status,
            StatusCode::NO_CONTENT
        );
        let mut tx = db.begin().await.unwrap();
        let numbers =
            crate::cancel_held(&mut tx, &test.room.vault, instant(AT), ASSOCIATION, "registration", "注销")
                .await;
        assert_eq!(numbers.unwrap(), [other.number]);
        tx.commit().await.unwrap();
        assert_eq!(outbox::deliver_due(&db, instant(AT), &deliverers).await.unwrap(), 0);
    })
    .await;
}
