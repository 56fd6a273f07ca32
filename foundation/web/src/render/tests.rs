//! Errors as pages and as problem documents, in both languages.

use axum::extract::Path;
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse};
use kernel::{Actor, FieldError, Message, Permission, Refusal};

use super::{KINDS, kind_of_status};
use crate::testing::{app, get, inline_code, person, request, send, site, site_with};
use crate::{AppError, Operation, Routes, WebConfig};

const LOOK: Permission = Permission::everyone("dogs.look");

async fn fail(Path(how): Path<String>) -> AppError {
    AppError(match how.as_str() {
        "invalid" => Refusal::Invalid(vec![FieldError::new("dogs/0/name", Message::new("dogs-rule"))]),
        "internal" => Refusal::internal(std::io::Error::other("secret of the machine")),
        "too-many" => Refusal::TooMany(90),
        "too-large" => Refusal::TooLarge(25 * 1024 * 1024),
        "conflict" => Refusal::conflict("dogs-rule"),
        "panic" => panic!("secret of the program"),
        _ => Refusal::NotFound,
    })
}

async fn own_page() -> impl IntoResponse {
    (StatusCode::UNPROCESSABLE_ENTITY, Html("my own form with errors"))
}

fn routes() -> Routes {
    let op = |id| Operation::new(id, "fails");
    Routes::new()
        .page(Method::GET, "/fail/{how}", LOOK, fail)
        .page(Method::GET, "/own", LOOK, own_page)
        .page(Method::GET, "/number/{n}", LOOK, |Path(n): Path<u8>| async move { n.to_string() })
        .api(Method::GET, "/api/fail/{how}", LOOK, fail, op("fail"))
}

#[tokio::test]
async fn an_error_page_speaks_the_visitors_language() {
    let app = app(&site(), routes(), Actor::Anonymous);
    let chinese = get(&app, "/fail/none").await;
    assert_eq!((chinese.status.as_u16(), chinese.header("cache-control")), (404, "no-store"));
    assert_eq!(chinese.header("content-type"), "text/html; charset=utf-8");
    assert!(chinese.text.contains("<h1>找不到页面</h1>") && chinese.text.contains("lang=\"zh-CN\""));
    assert!(chinese.text.contains(&format!("<code>{}</code>", chinese.header("x-request-id"))));
    let english = send(&app, request("GET", "/fail/invalid", &[("cookie", "lang=en")], "")).await;
    assert_eq!(english.status, 422);
    assert!(english.text.contains("<li>A dog needs a name</li>") && english.text.contains("lang=\"en\""));
    assert_eq!(inline_code(&english.text), None);
}

#[tokio::test]
async fn an_error_page_keeps_the_visitors_name_in_its_head() {
    let signed_in = get(&app(&site(), routes(), person()), "/fail/conflict").await;
    assert_eq!(signed_in.status, 409);
    assert!(signed_in.text.contains("张*") && signed_in.text.contains("犬名不能为空"));
}

#[tokio::test]
async fn the_api_answers_with_problem_documents() {
    let app = app(&site(), routes(), Actor::Anonymous);
    let answer = send(&app, request("GET", "/api/fail/invalid", &[("accept-language", "en")], "")).await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let expected = serde_json::json!({
        "type": "/api#problem-invalid",
        "title": "Something is filled in wrongly",
        "status": 422,
        "detail": "These points do not meet the rules:",
        "instance": "/api/fail/invalid",
        "request_id": answer.header("x-request-id"),
        "errors": [{"field": "dogs/0/name", "rule": "dogs-rule", "detail": "A dog needs a name"}],
    });
    assert_eq!(answer.json(), expected);
    let unknown = get(&app, "/api/nowhere").await;
    assert_eq!((unknown.status.as_u16(), unknown.json()["title"].as_str()), (404, Some("找不到页面")));
    let method = send(&app, request("DELETE", "/api/fail/x", &[], "")).await;
    assert_eq!((method.status.as_u16(), method.json()["type"].as_str()), (405, Some("/api#problem-method")));
    assert_eq!(method.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn faults_of_ours_say_nothing_of_their_cause() {
    let app = app(&site(), routes(), Actor::Anonymous);
    for path in ["/fail/internal", "/fail/panic", "/api/fail/internal", "/api/fail/panic"] {
        let answer = get(&app, path).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(!answer.text.contains("secret") && answer.text.contains("这是我们的问题"), "{path}");
    }
}

#[tokio::test]
async fn limits_say_when_and_how_much() {
    let app = app(&site(), routes(), Actor::Anonymous);
    let wait = get(&app, "/fail/too-many").await;
    assert_eq!((wait.status.as_u16(), wait.header("retry-after")), (429, "90"));
    assert!(wait.text.contains("请在 2 分钟后再试"));
    assert!(get(&app, "/fail/too-large").await.text.contains("25 MB"));
}

#[tokio::test]
async fn what_the_framework_refuses_looks_the_same() {
    let app = app(&site(), routes(), Actor::Anonymous);
    let wrong = get(&app, "/number/x").await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("无法识别这次提交") && !wrong.text.contains("Cannot parse"));
    assert_eq!(get(&app, "/own").await.text, "my own form with errors");
    let announced = request("GET", "/own", &[("content-length", "99999999999")], "");
    assert_eq!(send(&app, announced).await.status, 413);
}

#[tokio::test]
async fn a_handler_that_never_ends_is_given_up() {
    let config = WebConfig { timeout: std::time::Duration::from_millis(20), ..WebConfig::default() };
    let routes = Routes::new().page(Method::GET, "/never", LOOK, std::future::pending::<&'static str>);
    let answer = get(&app(&site_with(config), routes, Actor::Anonymous), "/never").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "30"));
}

#[test]
fn every_kind_has_its_words() {
    let texts = site().texts;
    for kind in KINDS {
        for part in ["title", "detail", "next"] {
            assert!(texts.has(&format!("web-problem-{kind}-{part}")), "{kind} {part}");
        }
    }
    for status in (400..600).filter_map(|code| StatusCode::from_u16(code).ok()) {
        assert!(KINDS.contains(&kind_of_status(status)), "{status}");
    }
}
