//! A form without the token of its page is refused, whatever else it holds.

use std::fmt::Write;

use axum::http::Method;
use axum::response::IntoResponse;
use kernel::{Actor, Permission};
use serde::Deserialize;

use super::*;
use crate::testing::{TOKEN, app, get, person, request, send, site, site_with};
use crate::{ApiJson, IdempotencyKey, Operation, PostUpload, Routes, WebConfig};

const ANY: Permission = Permission::everyone("dogs.any");

#[derive(Deserialize)]
struct Dog {
    name: String,
    age: u8,
}

async fn plain(PostForm(dog): PostForm<Dog>) -> String {
    format!("{} {}", dog.name, dog.age)
}

async fn pairs(form: FormPairs) -> String {
    format!("{:?} {:?}", form.get("name"), form.all("box").collect::<Vec<_>>())
}

async fn upload(upload: PostUpload) -> String {
    let files = upload.files.iter().map(|file| (&file.name, &file.file_name, file.bytes.len()));
    format!("{:?} {:?}", upload.field("note"), files.collect::<Vec<_>>())
}

async fn json(IdempotencyKey(key): IdempotencyKey, ApiJson(dog): ApiJson<Dog>) -> impl IntoResponse {
    format!("{} {} {key:?}", dog.name, dog.age)
}

fn routes() -> Routes {
    Routes::new()
        .page(Method::GET, "/form", ANY, async || axum::response::Html("form"))
        .page(Method::POST, "/plain", ANY, plain)
        .page(Method::POST, "/pairs", ANY, pairs)
        .page(Method::POST, "/upload", ANY, upload)
        .api(Method::POST, "/api/dogs", ANY, json, Operation::new("addDog", "Adds"))
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn post(path: &str, body: &str) -> (u16, String) {
    let answer =
        send(&app(&site(), routes(), person()), request("POST", path, &[FORM], body.to_owned())).await;
    (answer.status.as_u16(), answer.text)
}

#[tokio::test]
async fn the_token_is_looked_at_first() {
    let good = format!("_csrf={TOKEN}&name=%E9%98%BF%E9%BB%84&age=3");
    assert_eq!(post("/plain", &good).await, (200, "阿黄 3".into()));
    for stale in ["name=a&age=3", "_csrf=&name=a&age=3", "_csrf=x&name=a&age=3", "_csrf=x", ""] {
        let (status, page) = post("/plain", stale).await;
        assert_eq!(status, 403, "{stale}");
        assert!(page.contains("页面已过期") && page.contains("请返回上一页"), "{stale}");
    }
    let (status, page) = post("/plain", &format!("_csrf={TOKEN}&name=a&age=old")).await;
    assert_eq!(status, 400);
    assert!(page.contains("表单的内容无法读取"));
}

#[tokio::test]
async fn pairs_keep_their_order_and_lose_the_token() {
    let (_, text) = post("/pairs", &format!("_csrf={TOKEN}&name=a&box=1&box=2")).await;
    assert_eq!(text, r#"Some("a") ["1", "2"]"#);
    assert_eq!(post("/pairs", "name=a").await.0, 403);
}

#[tokio::test]
async fn a_form_must_be_a_form() {
    let app = app(&site(), routes(), person());
    let text =
        request("POST", "/plain", &[("content-type", "text/plain")], format!("_csrf={TOKEN}&name=a&age=3"));
    assert_eq!(send(&app, text).await.status, 415);
}

#[tokio::test]
async fn a_form_has_its_limit() {
    let site = site_with(WebConfig { body_bytes_max: 2048, ..WebConfig::default() });
    let body = format!("_csrf={TOKEN}&name={}&age=3", "x".repeat(3000));
    let answer = send(&app(&site, routes(), person()), request("POST", "/plain", &[FORM], body)).await;
    assert_eq!(answer.status, 413);
    assert!(answer.text.contains("2 KB"));
}

#[tokio::test]
async fn a_stranger_has_a_token_in_a_cookie_of_their_own() {
    let app = app(&site(), routes(), Actor::Anonymous);
    let first = get(&app, "/form").await;
    let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    let token = cookie.strip_prefix("pre=").unwrap();
    assert_eq!(token.len(), 64);
    let body = format!("_csrf={token}&name=a&age=3");
    let with_cookie = request("POST", "/plain", &[FORM, ("cookie", &cookie)], body.clone());
    assert_eq!(send(&app, with_cookie).await.status, 200);
    assert_eq!(send(&app, request("POST", "/plain", &[FORM], body)).await.status, 403);
    let secure = site_with(WebConfig::default());
    let page = get(&crate::testing::app(&secure, routes(), Actor::Anonymous), "/form").await;
    let attributes = page.header("set-cookie");
    assert!(attributes.starts_with("__Host-pre=") && attributes.ends_with("; Secure"), "{attributes}");
}

fn multipart(parts: &[(&str, Option<&str>, &str)]) -> String {
    let mut body = String::new();
    for (name, file_name, content) in parts {
        let file = file_name.map_or_else(String::new, |file_name| format!("; filename=\"{file_name}\""));
        let _ =
            write!(body, "--B\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n");
    }
    body + "--B--\r\n"
}

async fn send_files(parts: &[(&str, Option<&str>, &str)], upload_bytes_max: usize) -> (u16, String) {
    let site = site_with(WebConfig { upload_bytes_max, body_bytes_max: 100, ..WebConfig::default() });
    let headers = [("content-type", "multipart/form-data; boundary=B")];
    let answer =
        send(&app(&site, routes(), person()), request("POST", "/upload", &headers, multipart(parts))).await;
    (answer.status.as_u16(), answer.text)
}

#[tokio::test]
async fn files_come_after_the_token() {
    let token = ("_csrf", None, TOKEN);
    let scan = ("scan", Some("C:\\x\\a.pdf"), "%PDF");
    let (status, text) = send_files(&[token, ("note", None, "hi"), scan, ("none", Some(""), "")], 9000).await;
    assert_eq!((status, text.as_str()), (200, r#"Some("hi") [("scan", "a.pdf", 4)]"#));
    assert_eq!(send_files(&[scan, token], 9000).await.0, 403);
    assert_eq!(send_files(&[("_csrf", None, "x"), scan], 9000).await.0, 403);
    assert_eq!(send_files(&[], 9000).await.0, 403);
    let large = "x".repeat(5000);
    let (status, text) = send_files(&[token, ("scan", Some("a.pdf"), &large)], 2048).await;
    assert_eq!(status, 413);
    assert!(text.contains("2 KB"), "{text}");
    assert_eq!(send_files(&[token, ("scan", Some("a.pdf"), &large)], 9000).await.0, 200);
}

async fn api(headers: &[(&str, &str)], body: &str) -> (u16, serde_json::Value) {
    let app = app(&site(), routes(), Actor::Anonymous);
    let mut all = vec![("content-type", "application/json"), ("accept-language", "en")];
    all.extend(headers);
    let answer = send(&app, request("POST", "/api/dogs", &all, body.to_owned())).await;
    let json = serde_json::from_str(&answer.text).unwrap_or(serde_json::Value::String(answer.text));
    (answer.status.as_u16(), json)
}

#[tokio::test]
async fn json_faults_name_their_place() {
    let dog = r#"{"name":"a","age":3}"#;
    assert_eq!(api(&[("idempotency-key", "k-1")], dog).await, (200, "a 3 Some(\"k-1\")".into()));
    let (status, problem) = api(&[], r#"{"name":"a","age":"old"}"#).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (422, Some("age")));
    let (status, problem) = api(&[], "{").await;
    assert_eq!((status, problem["detail"].as_str()), (400, Some("JSON syntax error in line 1, column 1.")));
    let long = "x".repeat(201);
    for key in ["", "a b", "钥", &long] {
        assert_eq!(api(&[("idempotency-key", key)], dog).await.0, 400, "{key:?}");
    }
    assert_eq!(api(&[("idempotency-key", "a"), ("idempotency-key", "b")], dog).await.0, 400);
}
