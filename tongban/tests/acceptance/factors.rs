//! Second factors from outside: the level that an item asks for, an authenticator application and a passkey in a real
//! browser at phone width, and staff who must have one.

use axum::http::Method;
use serde_json::json;
use tongban::platform::Platform;
use tongban::scenario::Client;

use crate::browser::{Browser, PHONE};
use crate::server::{Place, machine_clock, workspace};

/// Asks for a strong factor (packages/examples/bumen-huiqian), and for a checked identity (packages/examples/tingzheng).
fn items(platform: &Platform) -> [(String, String); 2] {
    ["bumen-huiqian", "tingzheng"].map(|folder| {
        let library = platform.library();
        let found = library.list().find(|package| package.folder.ends_with(folder)).unwrap();
        (found.reference.item.clone(), found.reference.handling.clone())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_says_which_level_it_asks_for() {
    let place = Place::make_with(None, "packages/examples").await;
    let mut settings = Place::settings(place.folder.path(), place.port, None);
    settings.packages = workspace().join("packages/examples");
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    let client = Client::new(platform.router.clone());
    let open = async |slug: &str, strong: bool| {
        let subject = identity::Subject::Person(place.imported.persons[slug]);
        let mut tx = platform.db.begin().await.unwrap();
        let now = (platform.clock)();
        let opened = if strong {
            identity::open_strong_session_for(&mut tx, subject, now).await
        } else {
            identity::open_session_for(&mut tx, subject, now).await
        };
        tx.commit().await.unwrap();
        opened.unwrap().token.reveal()
    };
    let [strong, verified] = items(&platform);
    let begin = async |(item, handling): &(String, String), token: &str| {
        let body = json!({"item": item, "handling": handling, "division": "430102"});
        client.send(Method::POST, "/api/v1/drafts", Some(token), Some(&body)).await
    };
    // 王样本 has said who they are, and nobody has looked; a factor changes nothing about that.
    for (item, token) in [
        (&verified, open("wang-yangben", false).await),
        (&verified, open("wang-yangben", true).await),
        (&strong, open("wang-yangben", true).await),
        (&strong, open("zhang-yanshi", false).await),
    ] {
        let refused = begin(item, &token).await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()["type"].as_str()),
            (403, Some("/api#problem-level"))
        );
    }
    assert_eq!(begin(&verified, &open("zhang-yanshi", false).await).await.status, 201);
    let drafted = begin(&strong, &open("zhang-yanshi", true).await).await;
    assert_eq!(drafted.status, 201);
    // Begun in a strong visit, it is not handed in from a weaker one; the draft stays.
    let id = drafted.json()["id"].as_str().unwrap().to_owned();
    let weak = open("zhang-yanshi", false).await;
    let form = json!({"answers": {"event_name": "示例读书会", "people": 60}, "version": 1});
    client.send(Method::PATCH, &format!("/api/v1/drafts/{id}"), Some(&weak), Some(&form)).await;
    let handed_in =
        client.send(Method::POST, &format!("/api/v1/drafts/{id}/submission"), Some(&weak), None).await;
    assert_eq!(handed_in.status, 403, "{:?}", handed_in.json());
    let kept = client.send(Method::GET, &format!("/api/v1/drafts/{id}"), Some(&weak), None).await;
    assert_eq!(kept.status, 200);
}

/// The code that an authenticator application shows for the secret on the page (RFC 6238), `ahead` steps from now.
fn code(secret: &str, ahead: i64) -> String {
    let value = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c);
    let fives: Vec<usize> = secret.chars().filter_map(value).collect();
    let bits: Vec<usize> = fives.iter().flat_map(|five| (0..5).rev().map(move |n| five >> n & 1)).collect();
    let byte = |eight: &[usize]| eight.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit == 1));
    let bytes: Vec<u8> = bits.chunks_exact(8).map(byte).collect();
    let step = machine_clock()().as_second() / 30 + ahead;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = ring::hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

const DO: &str = "main form:not([data-passkey]) button:not([type=button])";

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_sets_factors_up_and_signs_in_with_them() {
    let place = Place::make_with(None, "packages/examples").await;
    // Passkeys belong to a host name.
    let url = format!("http://localhost:{}", place.port);
    let config = std::fs::read_to_string(&place.config).unwrap();
    std::fs::write(&place.config, config.replace(&format!("http://127.0.0.1:{}", place.port), &url)).unwrap();
    let _server = place.serve();
    let Some(mut browser) = Browser::start("factors", &url, PHONE).await else { return };
    let mut settings = Place::settings(place.folder.path(), place.port, None);
    settings.packages = workspace().join("packages/examples");
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    let [(item, handling), _] = items(&platform);

    // The item asks for more than a password, says so, and is come back to.
    browser.sign_in("19900000001").await;
    let apply = format!("/apply/{item}/{handling}?within=430102");
    browser.open(&apply).await;
    browser.press("开始填写").await;
    browser.sees("这件事要求强认证").await;
    browser.click("a[href^='/account/totp?next=']").await;
    browser.press("开始设置").await;
    let secret =
        browser.client.find(fantoccini::Locator::Id("totp-secret")).await.unwrap().text().await.unwrap();
    browser.fill("code", "000000").await;
    browser.press("确认").await;
    browser.sees("口令不正确").await;
    browser.fill("code", &code(&secret, 0)).await;
    browser.press("确认").await;
    browser.press("生成新的恢复码").await;
    browser.sees("只显示这一次").await;
    browser.click("a.button[href^='/apply/']").await;
    assert_eq!(browser.path().await, format!("/apply/{item}/{handling}"));

    // The next sign-in asks for a code.
    browser.forget().await;
    browser.sign_in("19900000001").await;
    assert_eq!(browser.path().await, "/sign-in/second");
    browser.fill("code", &code(&secret, 1)).await;
    browser.click(DO).await;
    assert_eq!(browser.path().await, "/my");

    // A passkey, and signing in with nothing else.
    browser.add_authenticator().await;
    browser.open("/account/passkeys").await;
    browser.fill("name", "我的手机").await;
    browser.click("[data-passkey-do]").await;
    browser.sees("我的手机").await;
    browser.open("/my/account").await;
    browser.sees("强认证").await;
    browser.forget().await;
    browser.open("/sign-in").await;
    browser.click("[data-passkey-do]").await;
    assert_eq!(browser.path().await, "/my");
    browser.open("/my/account#visits").await;
    browser.sees("新设备").await;
    browser.close().await;
}
