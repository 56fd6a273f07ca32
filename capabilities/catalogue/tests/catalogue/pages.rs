//! The pages and the API, through the whole web stack.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use catalogue::{Library, MESSAGES, Room, Topic};
use http_body_util::BodyExt;
use kernel::Actor;
use serde_json::Value;
use tower::ServiceExt;

use crate::fixture::{changed, library};

/// The router, and the database that goes with it.
struct App {
    router: Router,
    _test_db: testkit::TestDb,
}

fn one() -> Library {
    library(&changed("item.yaml", &[]))
}

async fn app_with(library: Library, topics: Vec<Topic>) -> App {
    let test_db = testkit::sqlite().await;
    test_db
        .db
        .migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, cases::MIGRATIONS, catalogue::MIGRATIONS])
        .await
        .unwrap();
    let router = router(test_db.db.clone(), testkit::vault(), library, topics, Actor::Anonymous);
    App { router, _test_db: test_db }
}

/// The pages as this actor sees them.
pub(crate) fn router(
    db: store::Db,
    vault: store::Vault,
    library: Library,
    topics: Vec<Topic>,
    actor: Actor,
) -> Router {
    let shelf = catalogue::Shelf::from(library);
    let room = Room {
        lists: catalogue::directory::Finder::new(db.clone(), shelf.clone()),
        db,
        vault,
        shelf,
        public_url: "https://example.cn".into(),
        bodies: Arc::default(),
        topics: topics.into(),
    };
    let source = web::Source { room: "catalogue", zh_cn: MESSAGES.0, en: MESSAGES.1 };
    let texts = Arc::new(web::Catalogue::load(&[source]).unwrap());
    let clock: web::Clock = Arc::new(|| testkit::instant("2026-09-21T09:30"));
    let config = web::WebConfig { secure_cookies: false, ..web::WebConfig::default() };
    let site = web::Site::new(texts, clock, config);
    let (router, specs) = catalogue::routes(room).finish();
    let info = web::ApiInfo {
        title: "t".into(),
        version: "0".into(),
        description: String::new(),
        server: "/".into(),
    };
    let document = web::openapi(&specs, &info);
    assert!(document["paths"]["/api/v1/items/{code}/{handling}"]["get"].is_object());
    let mut router = web::visitor_layer(router, &site);
    if actor != Actor::Anonymous {
        router = router.layer(Extension(web::SignedIn { actor, session: None, csrf: "token".into() }));
    }
    let client = identity::Client::new(Some(std::net::Ipv4Addr::LOCALHOST.into()), "");
    web::outer_layers(router.layer(Extension(client)), &site)
}

async fn get(path: &str, lang: &str) -> (StatusCode, String) {
    get_of(app_with(one(), Vec::new()).await, path, lang).await
}

/// The answer to a library of the caller's own.
pub(crate) async fn get_from(library: Library, path: &str, lang: &str) -> (StatusCode, String) {
    get_of(app_with(library, Vec::new()).await, path, lang).await
}

/// The same with events that lead to items.
pub(crate) async fn get_with(
    library: Library,
    topics: Vec<Topic>,
    path: &str,
    lang: &str,
) -> (StatusCode, String) {
    get_of(app_with(library, topics).await, path, lang).await
}

async fn get_of(app: App, path: &str, lang: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("accept-language", lang).body(Body::empty()).unwrap();
    let response = app.router.oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// A page with every sentence translated and nothing that the content policy forbids.
async fn page(path: &str, lang: &str) -> String {
    let (status, html) = get(path, lang).await;
    sound(path, status, &html);
    html
}

pub(crate) fn sound(path: &str, status: StatusCode, html: &str) {
    assert_eq!(status, StatusCode::OK, "{path}");
    assert!(!html.contains('⟦'), "{path}: {:?}", html.split('⟦').nth(1));
    assert!(!html.contains("style=") && !html.contains("<style") && !html.contains("onclick"), "{path}");
}

fn assert_holds(html: &str, texts: &[&str]) {
    for text in texts {
        assert!(html.contains(text), "{text} is missing in {html}");
    }
}

#[tokio::test]
async fn the_list_of_all_leads_to_items_check_and_sign_in() {
    for lang in ["zh-CN", "en"] {
        let html = page("/search", lang).await;
        let links = [
            "action=\"/search\"",
            "href=\"/items/430120001000/01\"",
            "href=\"/check\"",
            "href=\"/sign-in?next=",
        ];
        assert_holds(&html, &links);
    }
}

#[tokio::test]
async fn the_guide_tells_everything() {
    let html = page("/items/430120001000/01", "zh-CN").await;
    assert_holds(
        &html,
        &[
            "养犬登记",
            "一户一只",
            "犬只照片",
            "正面全身照",
            "原件1份",
            "申请人自备",
            "由办理机关制作",
            "20个工作日",
            "10个工作日",
            "示例养犬办法 第二条",
            "每只10元",
            "示例路1号",
            "0731-00000000",
            "猫要登记吗",
            "设定依据",
            "12345",
            "指南版本",
            "待核实",
            "href=\"/apply/430120001000/01\"",
            "自然人、企业法人",
            "行政许可",
        ],
    );
    let english = page("/items/430120001000", "en").await;
    assert_holds(
        &english,
        &["Dog licence", "10 working days", "1 original", "Set by law", "10 yuan a dog", "Apply online"],
    );
    assert_eq!(get("/items/430120001000/02", "en").await.0, StatusCode::NOT_FOUND);
    assert_eq!(get("/items/nothing", "en").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_process_is_a_picture_and_a_list() {
    let html = page("/items/430120001000/01", "zh-CN").await;
    let svg = html.split("<svg").nth(1).and_then(|rest| rest.split("</svg>").next()).unwrap();
    assert_holds(
        svg,
        &[
            "role=\"img\"",
            "<title id=\"picture-title\">养犬登记办理流程图</title>",
            "<desc",
            "提交申请",
            "受理",
            "上门查看",
            "训练学校核实",
            "公示7日",
            "准予",
            "不予",
        ],
    );
    assert_holds(
        &html,
        &[
            "由县级农业农村部门办理",
            "押金不超过¥500.00的，由乡镇（街道）办理",
            "其他情形由县级农业农村部门办理",
            "仅当是导盲犬：是",
            "所用时间不计入办理时限",
            "逾期不告知的，自收到之日起即为受理",
            "由动物诊疗机构办理",
            "记入登记簿",
        ],
    );
}

#[tokio::test]
async fn search_helps_also_when_it_finds_nothing() {
    let found = page("/search?q=%E5%85%BB%E7%8B%97", "zh-CN").await;
    assert_holds(&found, &["找到1个事项", "href=\"/items/430120001000/01\"", "value=\"养狗\""]);
    let nothing = page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E&for=people", "en").await;
    assert_holds(
        &nothing,
        &["No service was found", "href=\"/items/430120001000/01\"", "value=\"people\" selected"],
    );
    assert!(!nothing.contains("<script>alert"));
    page("/search?for=dogs", "en").await;
}

#[tokio::test]
async fn results_say_why_and_are_filtered_by_type() {
    let found = page("/search?q=%E5%85%BB%E7%8A%AC&kind=01", "zh-CN").await;
    assert_holds(&found, &["<mark>养犬</mark>登记", "value=\"01\" selected"]);
    let other = page("/search?q=%E5%85%BB%E7%8A%AC&kind=99", "zh-CN").await;
    assert_holds(&other, &["<mark>养犬</mark>登记"]);
    let keyword = page("/search?q=%E5%85%BB%E7%8B%97", "zh-CN").await;
    assert_holds(&keyword, &["因为：", "<mark>养狗</mark>"]);
}

#[tokio::test]
async fn questions_of_all_items_are_searched() {
    let all = page("/questions", "zh-CN").await;
    assert_holds(&all, &["<summary>", "猫要登记吗", "href=\"/items/430120001000/01\""]);
    let found = page("/questions?q=%E7%8C%AB", "zh-CN").await;
    assert_holds(&found, &["<details open>", "<mark>猫</mark>要登记吗", "value=\"猫\""]);
    let none = page("/questions?q=xyzzy&after=-1", "en").await;
    assert_holds(&none, &["No question was found"]);
    page("/questions?after=99999999999999999999", "en").await;
    let answers = json("/api/v1/questions?q=cat").await;
    assert!(answers["questions"][0]["answer"]["en"].is_string(), "{answers}");
    assert_eq!(answers["next"], Value::Null);
}

#[tokio::test]
async fn suggestions_come_while_typing() {
    let found = json("/api/v1/suggestions?q=yangquan").await;
    assert_eq!(found["suggestions"][0]["name"], "Dog licence");
    assert_eq!(found["suggestions"][0]["href"], "/items/430120001000/01");
    for query in ["", "%20", "zzzz", "%F0%A0%80%80", "%00"] {
        assert_eq!(
            json(&format!("/api/v1/suggestions?q={query}")).await["suggestions"],
            serde_json::json!([])
        );
    }
    let long = format!("/api/v1/suggestions?q={}", "%E5%85%BB".repeat(500));
    json(&long).await;
}

async fn json(path: &str) -> Value {
    let (status, text) = get(path, "en").await;
    assert_eq!(status, StatusCode::OK, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn the_api_tells_the_same() {
    let list = json("/api/v1/items?q=%E7%8B%97%E8%AF%81&audience=people").await;
    assert_eq!(list["items"][0]["code"], "430120001000");
    assert_eq!(list["items"][0]["promised"]["amount"], 10);
    assert!(list.get("next").is_none());
    assert_eq!(
        json("/api/v1/items?audience=organisations&limit=1").await["items"].as_array().unwrap().len(),
        1
    );
    assert_eq!(json("/api/v1/items?cursor=430120001000-01").await["items"], serde_json::json!([]));
    let item = json("/api/v1/items/430120001000/01").await;
    assert_eq!(item["elements"]["materials"][0]["id"], "photo");
    assert_eq!(item["elements"]["limits"]["statutory"]["within"], "20 working days");
    assert_eq!(item["form"]["x-steps"][1]["id"], "dog");
    assert_eq!(item["process"]["stages"][0]["branches"][1]["conditional"], true);
    assert_eq!(item["process"]["stages"][1]["lasts"]["unit"], "calendar-days");
    assert_eq!(item["process"]["granted"][0]["id"], "dog-licence");
}

#[tokio::test]
async fn the_api_refuses_what_it_does_not_know() {
    for path in ["audience=dogs", "limit=0", "limit=x", "cursor=x", "cursor=1-2"] {
        let (status, text) = get(&format!("/api/v1/items?{path}"), "en").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let problem: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["errors"][0]["field"], path.split('=').next().unwrap());
    }
    assert_eq!(get("/api/v1/items/430120001000/99", "en").await.0, StatusCode::NOT_FOUND);
}

#[test]
fn every_code_of_the_national_tables_has_its_word() {
    let source = web::Source { room: "catalogue", zh_cn: MESSAGES.0, en: MESSAGES.1 };
    let texts = web::Catalogue::load(&[source]).unwrap();
    let tables = [
        ("use_level", "level"),
        ("server_type", "audience"),
        ("project_type", "case-type"),
        ("online_depth", "depth"),
        ("material_format", "form"),
        ("material_source", "source"),
        ("material_source_local", "source"),
        ("task_type", "kind"),
    ];
    for (table, word) in tables {
        for (code, _) in codes::tables::table(table).unwrap().entries {
            assert!(texts.has(&format!("catalogue-{word}-{code}")), "{table} {code}");
        }
    }
}
