//! Two programs, the one upstream of the other, and one person in a real browser: linking, signing in with it, and taking
//! the link away. What they say to each other goes over the network of this machine.

use std::time::Duration;

use fantoccini::Locator;
use serde_json::json;
use tongban::scenario::Client;

use crate::browser::{Browser, PHONE};
use crate::journey::House;
use crate::server::{PASSWORD, province};

const AT: &str = "2026-06-10 10:00";

/// The house above under another name of this machine, because browsers keep cookies by name and not by port; and the one
/// below, which is a client of it.
async fn houses() -> (House, House) {
    let bind = async || tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (above, below) = (bind().await, bind().await);
    let issuer = format!("http://localhost:{}", above.local_addr().unwrap().port());
    let below_url = format!("http://127.0.0.1:{}", below.local_addr().unwrap().port());
    let above = House::open_at(above, AT, None, |settings| settings.public_url.clone_from(&issuer)).await;
    let admin = identity::Subject::Staff(above.imported.staff["admin"]);
    let mut tx = above.platform.db.begin().await.unwrap();
    let admin = identity::open_session_for(&mut tx, admin, above.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let system = json!({
        "name_zh": "演示区平台", "name_en": "Demo district platform", "grant_types": ["authorization_code"],
        "redirect_uris": [format!("{below_url}/sign-in/upstream/province/callback")],
        "scopes": ["openid", "profile"], "needed_scopes": ["openid", "profile"],
    });
    let client = Client::new(above.platform.router.clone());
    let made = client.create("/api/v1/clients", &admin.token.reveal(), &system, "upstream").await;
    assert!(made.is_good(), "{}", made.json());
    let word = |name: &str| made.json()[name].as_str().unwrap().to_owned();
    let upstream = oidc::Upstream {
        issuer,
        client_id: word("client_id"),
        client_secret: word("client_secret"),
        ..province()
    };
    let below = House::open_at(below, AT, None, |settings| settings.upstreams = vec![upstream]).await;
    (above, below)
}

/// The number with which somebody of the cast signs in.
async fn number(house: &House, slug: &str) -> String {
    let mut tx = house.platform.db.begin().await.unwrap();
    let purpose = store::Purpose::new("identity.own-account", "system");
    let (id, now) = (house.imported.persons[slug], house.clock.now());
    let found = identity::find_person(&mut tx, &house.platform.identity.vault, &purpose, id, now).await;
    tx.rollback().await.unwrap();
    found.unwrap().unwrap().resident_id.as_str().to_owned()
}

/// Presses a button and waits until the browser has come to this path, over whatever pages that lead on by themselves.
async fn press_and_come_to(browser: &mut Browser, text: &str, path: &str) {
    let button = format!("//main//button[contains(normalize-space(.), '{text}')]");
    let button = browser.client.find(Locator::XPath(&button)).await;
    let button = button.unwrap_or_else(|error| panic!("{text}: {error}"));
    let script = "arguments[0].scrollIntoView({block: 'center'}); arguments[0].click();";
    browser.client.execute(script, vec![serde_json::to_value(&button).unwrap()]).await.unwrap();
    for _ in 0..1500 {
        // Between two pages there is none to ask.
        let at = browser.client.current_url().await.map(|url| url.path().to_owned()).unwrap_or_default();
        let state = browser.client.execute("return document.readyState", vec![]).await.unwrap_or_default();
        if at == path && state == "complete" {
            browser.looked_at(path).await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let at = browser.client.current_url().await.unwrap();
    panic!("{text}: the browser stays at {at}:\n{}", browser.text().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_elsewhere_is_linked_signs_in_and_is_taken_away() {
    let (_above, below) = houses().await;
    let Some(mut browser) = Browser::start("upstream", &below.url, PHONE).await else { return };
    let number = number(&below, "zhang-yanshi").await;
    browser.sign_in(&number).await;
    browser.open("/my/account").await;
    browser.sees("绑定的外部账号").await;
    browser.open("/account/upstream").await;
    press_and_come_to(&mut browser, "绑定省平台", "/sign-in").await;
    browser.fill("login", &number).await;
    browser.fill("password", PASSWORD).await;
    press_and_come_to(&mut browser, "登录", "/account/upstream").await;
    browser.sees("绑定成功").await;

    // Signed out below, and still known above.
    browser.client.delete_cookie("session").await.unwrap();
    browser.open("/sign-in").await;
    press_and_come_to(&mut browser, "用省平台登录", "/my").await;

    browser.open("/account/upstream").await;
    browser.press("解除绑定").await;
    browser.sees("目前没有绑定外部账号").await;
    browser.client.delete_cookie("session").await.unwrap();
    browser.open("/sign-in").await;
    press_and_come_to(&mut browser, "用省平台登录", "/sign-in/link").await;
    browser.sees("我有本平台的账号").await;
    browser.close().await;
}
