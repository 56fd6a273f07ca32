//! Terminals: a code on the screen, a yes on the telephone.

use super::house::{Answer, Browser, House, Known, library, text};
use crate::client::{GrantType, Settings};

fn terminal() -> Settings {
    Settings {
        grant_types: vec![GrantType::Device, GrantType::Refresh],
        redirect_uris: Vec::new(),
        ..library()
    }
}

async fn begin(house: &House, client: &Known, scope: &str) -> (String, String) {
    let answer = house.call("/oauth/device-authorization", &client.basic(), &[("scope", scope)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json();
    assert!(text(&told, "verification_uri_complete").contains(&text(&told, "user_code")));
    (text(&told, "device_code"), text(&told, "user_code"))
}

async fn poll(house: &House, client: &Known, code: &str) -> Answer {
    let fields = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code)];
    house.call("/oauth/token", &client.basic(), &fields).await
}

async fn answer(house: &House, browser: &mut Browser, code: &str, fields: &[(&str, &str)]) -> Answer {
    let form = house.get(browser, &format!("/device?code={code}")).await;
    assert!(form.text.contains(code), "the code is filled in");
    let asks = house.submit(browser, &form, "/device", &[("code", &code.to_lowercase())]).await;
    assert!(asks.text.contains("演示图书馆") && asks.text.contains(code), "{}", asks.text);
    let fields: Vec<(&str, &str)> = [("code", code)].into_iter().chain(fields.iter().copied()).collect();
    house.submit(browser, &asks, "/device/answer", &fields).await
}

#[tokio::test]
async fn a_terminal_signs_on_when_somebody_says_yes() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&terminal()).await;
        let (device, user) = begin(&house, &client, "openid profile phone").await;
        assert_eq!(poll(&house, &client, &device).await.error(), "authorization_pending");
        assert_eq!(poll(&house, &client, &device).await.error(), "slow_down", "too soon");
        house.wait(11);
        assert_eq!(poll(&house, &client, &device).await.error(), "authorization_pending");
        let mut browser = house.zhangs().await;
        let done = answer(&house, &mut browser, &user, &[("answer", "yes"), ("scope", "phone")]).await;
        assert!(done.text.contains("已允许"));
        let other = house.register(&terminal()).await;
        assert_eq!(poll(&house, &other, &device).await.error(), "invalid_grant", "a foreign client");
        house.wait(11);
        let tokens = poll(&house, &client, &device).await.json();
        assert_eq!(text(&tokens, "scope"), "openid profile phone");
        let told = house.userinfo(&text(&tokens, "access_token")).await.json();
        assert_eq!(text(&told, "phone_number"), "13800138000");
        assert_eq!(poll(&house, &client, &device).await.error(), "invalid_grant", "once");
        assert_eq!(house.refresh(&client, &text(&tokens, "refresh_token")).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn no_and_nobody() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&terminal()).await;
        let (device, user) = begin(&house, &client, "openid").await;
        let mut browser = house.zhangs().await;
        assert!(answer(&house, &mut browser, &user, &[("answer", "no")]).await.text.contains("没有登录"));
        assert_eq!(poll(&house, &client, &device).await.error(), "access_denied");
        let (late, user) = begin(&house, &client, "openid").await;
        house.wait(601);
        assert_eq!(poll(&house, &client, &late).await.error(), "expired_token");
        let form = house.get(&mut browser, "/device").await;
        let missed = house.submit(&mut browser, &form, "/device", &[("code", &user)]).await;
        assert_eq!(missed.status, 422, "the terminal shows it no more");
        let plain = house.register(&library()).await;
        let fields = [("scope", "openid")];
        let refused = house.call("/oauth/device-authorization", &plain.basic(), &fields).await;
        assert_eq!(refused.error(), "unauthorized_client");
        assert_eq!(house.call("/oauth/device-authorization", "", &fields).await.error(), "invalid_client");
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_leads_nowhere() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&terminal()).await;
        let (_, user) = begin(&house, &client, "openid").await;
        let mut browser = house.zhangs().await;
        let form = house.get(&mut browser, "/device").await;
        for _ in 0..10 {
            let missed = house.submit(&mut browser, &form, "/device", &[("code", "BBBB-BBBB")]).await;
            assert_eq!(missed.status, 422);
        }
        let right = house.submit(&mut browser, &form, "/device", &[("code", &user)]).await;
        assert_eq!(right.status, 429, "also the right one, for a while");
        house.wait(901);
        let late = house.submit(&mut browser, &form, "/device", &[("code", &user)]).await;
        assert_eq!(late.status, 422, "and by then it has gone");
        let stranger = house.get(&mut Browser::default(), "/device").await;
        assert!(stranger.location().starts_with("/sign-in"));
    })
    .await;
}
