//! The portal in a real browser: place, news, weight of pages, nothing from elsewhere, no network, maintenance.

use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;
use crate::server::{Place, program};

/// Each kind of page that strangers reach, and for how it is reached when signed in.
const OPEN: [&str; 20] = [
    "/",
    "/people",
    "/organisations",
    "/topics/hardship",
    "/bodies",
    "/bodies/furong-mz",
    "/place",
    "/place?within=430102001",
    "/search",
    "/search?q=低保",
    "/items/000511002000/01",
    "/news",
    "/notices",
    "/check",
    "/help",
    "/sitemap",
    "/sign-in",
    "/register",
    "/design",
    "/no-such-page",
];
const OWN: [&str; 5] = ["/my", "/my/licences", "/my/account", "/messages", "/apply/000511002000/01"];
const STAFF: [&str; 4] = ["/desk", "/desk/manage", "/desk/news", "/desk/packages"];

/// The most that a page may weigh on a first visit: HTML, style and script as sent, without pictures.
const WEIGHT_MAX: usize = 100 * 1024;

async fn sent(url: &str, cookie: &str) -> (usize, String) {
    let client = reqwest::Client::new();
    let request = client.get(url).header("accept-encoding", "gzip").header("cookie", cookie);
    let weight = request.send().await.unwrap().bytes().await.unwrap().len();
    let plain = client.get(url).header("cookie", cookie).send().await.unwrap().text().await.unwrap();
    (weight, plain)
}

fn is(path: &str, kind: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == kind)
}

/// Addresses of sheets and scripts that a page names.
fn assets(html: &str) -> Vec<String> {
    let parts = html.split(['"', '\'']).filter(|part| part.starts_with("/assets/"));
    let mut found: Vec<String> =
        parts.filter(|part| is(part, "css") || is(part, "js")).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_weighs_more_than_it_may() {
    let house = House::open("2026-10-09 09:00").await;
    let (person, staff) = (house.session("li-shili").await, house.session("county-decision").await);
    let all = OPEN.map(|path| (path, ""));
    let own = OWN.map(|path| (path, person.as_str()));
    let desk = STAFF.map(|path| (path, staff.as_str()));
    let mut heaviest = (0, "");
    let mut wrong = Vec::new();
    for (path, cookie) in all.into_iter().chain(own).chain(desk) {
        let (mut weight, html) = sent(&format!("{}{path}", house.url), cookie).await;
        assert!(html.contains("<main"), "{path} is a page: {html}");
        for asset in assets(&html) {
            weight += sent(&format!("{}{asset}", house.url), "").await.0;
        }
        if weight > WEIGHT_MAX {
            wrong.push(format!("{path}: {weight} bytes"));
        }
        heaviest = heaviest.max((weight, path));
    }
    crate::server::say(&format!("heaviest page: {} with {} bytes", heaviest.1, heaviest.0));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_ask_no_other_site_for_anything() {
    let house = House::open("2026-10-09 09:00").await;
    let Some(mut browser) = Browser::start("requests", &house.url, DESK).await else { return };
    let _of_the_start = browser.requests().await;
    for path in OPEN {
        browser.open(path).await;
    }
    browser.sign_in("19900000002").await;
    for path in OWN {
        browser.open(path).await;
    }
    let asked = browser.requests().await;
    assert!(asked.len() > OPEN.len() + OWN.len(), "the log is not empty: {asked:?}");
    let elsewhere: Vec<&String> = asked
        .iter()
        .filter(|address| !address.starts_with(&house.url) && !address.starts_with("data:"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_place_leads_to_the_window_there() {
    let house = House::open("2026-10-09 09:00").await;
    for (name, size) in [("place", DESK), ("place-phone", PHONE)] {
        let Some(mut browser) = Browser::start(name, &house.url, size).await else { return };
        browser.open("/people").await;
        browser.click("header .place").await;
        browser.press("长沙市").await;
        browser.press("芙蓉区").await;
        browser.press("文艺路街道").await;
        browser.press("就选长沙市芙蓉区文艺路街道").await;
        assert_eq!(browser.path().await, "/people", "and back");
        browser.frame_says("长沙市芙蓉区文艺路街道").await;
        browser.open("/items/000511002000/01").await;
        browser.sees("您选的地点：长沙市芙蓉区文艺路街道").await;
        browser.sees("文艺路街道办事处").await;
        // The application begins there, and not where the applicant lives.
        browser.sign_in("19900000004").await;
        browser.open("/apply/000511002000/01").await;
        let chosen = browser.client.execute("return document.querySelector('#division')?.value ?? document.querySelector('[name=division]:checked')?.value ?? ''", vec![]);
        assert_eq!(chosen.await.unwrap(), json!("430102001"));
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn news_are_written_published_and_read() {
    let house = House::open("2026-10-09 09:00").await;
    let Some(mut browser) = Browser::start("news", &house.url, DESK).await else { return };
    browser.sign_in_staff("county-decision").await;
    browser.open("/desk/news").await;
    browser.press("写新闻").await;
    browser.fill("title_zh", "窗口周六也开").await;
    browser.fill("text_zh", "周六上午照常办理。\n\n- 带身份证\n\n见[帮助](/help)。").await;
    browser.press("保存").await;
    browser.sees("草稿").await;
    browser.click("form[action$='/publish'] button").await;
    browser.sees("起公开").await;
    browser.forget().await;
    browser.open("/").await;
    browser.press("窗口周六也开").await;
    browser.sees("带身份证").await;
    browser.press("帮助").await;
    assert_eq!(browser.path().await, "/help");
    browser.sign_in_staff("auditor").await;
    browser.open("/admin/acts").await;
    browser.sees("发布新闻").await;
    browser.sees("窗口周六也开").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_network_one_page_is_shown_and_nothing_of_anybody() {
    let place = Place::make(None).await;
    let server = place.serve();
    let Some(mut browser) = Browser::start("offline", &server.url, PHONE).await else { return };
    browser.open("/").await;
    let ready = "return navigator.serviceWorker.ready.then(() => true)";
    assert_eq!(browser.client.execute(ready, vec![]).await.unwrap(), true);
    let manifest = browser.ask("Page.getAppManifest", json!({})).await;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let installable = browser.ask("Page.getInstallabilityErrors", json!({})).await;
    assert_eq!(installable["installabilityErrors"], json!([]), "{installable}");
    browser.sign_in("19900000002").await;
    browser.open("/my").await;
    let kept = "return caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)
        .then((cache) => cache.keys())))).then((lists) => lists.flat().map((request) => new URL(request.url).pathname))";
    let kept = browser.client.execute(kept, vec![]).await.unwrap();
    let kept: Vec<&str> = kept.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(kept.contains(&"/offline") && kept.len() == 4, "{kept:?}");
    assert!(kept.iter().all(|path| *path == "/offline" || path.starts_with("/assets/")), "{kept:?}");
    server.kill();
    for path in ["/my", "/people"] {
        browser.open(path).await;
        browser.sees("没有网络").await;
    }
    let text = browser.client.execute("return document.body.innerText", vec![]).await.unwrap();
    assert!(!text.as_str().unwrap().contains("退出"), "nothing of who was signed in: {text}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_answers_everything_but_health_and_static_files() {
    let place = Place::make_with(None, "packages/minzheng/linshi-jiuzhu").await;
    let server = place.serve();
    let tongban = |arguments: &[&str]| {
        let output =
            program().arg("maintenance").args(arguments).arg("--config").arg(&place.config).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
    let get = async |path: &str| client.get(format!("{}{path}", server.url)).send().await.unwrap();
    assert_eq!(get("/").await.status(), 200);
    assert_eq!(tongban(&["status"]), (Some(0), "no maintenance\n".into()));
    assert_eq!(tongban(&["on", "--minutes", "0"]).0, Some(2), "a time that makes no sense is refused");
    assert_eq!(tongban(&["on", "--note", "预计 <6:00> 恢复", "--minutes", "30"]).0, Some(0));
    assert_eq!(tongban(&["status"]).0, Some(1));
    for path in ["/", "/my", "/desk", "/api/v1/items", "/no-such-page"] {
        let answer = get(path).await;
        assert_eq!(answer.status(), 503, "{path}");
        assert_eq!(answer.headers()["retry-after"], "1800");
        assert!(answer.headers().contains_key("content-security-policy"), "{path}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("系统维护中") && text.contains("&#60;6:00&#62;"), "{path}: {text}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(path).await.status(), 200, "{path}");
    }
    assert_eq!(tongban(&["off"]), (Some(0), "maintenance ends\n".into()));
    let home = get("/").await;
    assert_eq!(home.status(), 200);
    let css = home.text().await.unwrap();
    let css = assets(&css).into_iter().find(|path| is(path, "css")).unwrap();
    tongban(&["on"]);
    assert_eq!(get(&css).await.status(), 200);
    tongban(&["off"]);
}
