//! The wallet of licences (卡包): shown at a counter by a code, used by another system with a right, and all of it read by its
//! holder.

use serde_json::{Value, json};

use crate::browser::{Browser, PHONE};
use crate::journey::{House, scenario};

/// 李示例
const LI: &str = "19900000002";
const ITEM: &str = "linshi-jiuzhu";

/// A system of a bank that may fetch and query licences.
struct Bank {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Bank {
    async fn connect(house: &House) -> Self {
        let settings = oidc::Settings {
            name_zh: "湘江演示银行开户系统".into(),
            name_en: "Demo bank".into(),
            grant_types: vec![oidc::GrantType::ClientCredentials],
            system_scopes: vec!["licences:query".into(), "licences:fetch".into()],
            ..oidc::Settings::default()
        };
        let mut tx = house.platform.db.begin().await.unwrap();
        let now = house.clock.now();
        let made = oidc::register_client(&mut tx, &kernel::Actor::System, &settings, now).await.unwrap();
        tx.commit().await.unwrap();
        let http = reqwest::Client::new();
        let asked = http
            .post(format!("{}/oauth/token", house.url))
            .basic_auth(made.id, Some(made.secret.unwrap().reveal()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let tokens: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        Self { http, url: house.url.clone(), token: tokens["access_token"].as_str().unwrap().to_owned() }
    }

    async fn call(&self, what: &str, body: &Value) -> (u16, Value) {
        let asked = self
            .http
            .post(format!("{}/api/v1/licence-service/{what}", self.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = asked.send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }
}

async fn text_of(browser: &Browser, selector: &str) -> String {
    let script = "return document.querySelector(arguments[0]).textContent";
    browser.client.execute(script, vec![json!(selector)]).await.unwrap().as_str().unwrap().to_owned()
}

/// The licence's page, from the list.
async fn open_licence(browser: &mut Browser) -> String {
    browser.open("/my/licences").await;
    browser.click("main td a[href^='/licences/']").await;
    browser.path().await
}

async fn a_clerk_scans(browser: &mut Browser, code: &str) {
    browser.sign_in_staff("town-acceptance").await;
    browser.click("a[href='/desk/licences']").await;
    browser.sees("没有授权给本机构的证照").await;
    browser.fill("code", "0000-0000").await;
    browser.press("查看").await;
    browser.sees("用途须为 4 至 100 个字").await;
    browser.fill("purpose", "办理入学登记，核对救助情况").await;
    browser.press("查看").await;
    browser.sees("没有这个出示码").await;
    browser.fill("code", code).await;
    browser.press("查看").await;
    browser.sees("本次查看已经记录").await;
    browser.sees("李示例").await;
    browser.press("看下一份").await;
    browser.fill("code", code).await;
    browser.fill("purpose", "再看一次这份证照").await;
    browser.press("查看").await;
    browser.sees("没有这个出示码").await;
    browser.forget().await;
}

async fn the_holder_lets_the_bank_use_it(browser: &mut Browser, licence: &str) {
    browser.open(licence).await;
    browser.press("授权用证").await;
    browser.fill("q", "没有这家").await;
    browser.click("main form.search button").await;
    browser.sees("没有找到").await;
    browser.fill("q", "银行开户").await;
    browser.click("main form.search button").await;
    browser.sees("其他机构的系统").await;
    browser.fill("until", "2028-01-01").await;
    browser.press("同意授权").await;
    browser.sees("用途须为 4 至 100 个字").await;
    browser.sees("请选择 2026-10-09 到 2027-10-09 之间的一天").await;
    browser.fill("purpose", "办理救助金账户开户").await;
    browser.fill("until", "2026-10-31").await;
    browser.press("同意授权").await;
    browser.sees("湘江演示银行开户系统").await;
    browser.sees("可以使用").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_is_shown_at_a_counter_and_used_by_another_system() {
    let house = House::open("2026-09-14 09:00").await;
    let steps = scenario(ITEM, "01-granted.yaml").steps.len();
    house.play_one(ITEM, "01-granted.yaml", steps, "2026-10-09 10:00").await;
    house.work().await;
    let bank = Bank::connect(&house).await;
    let Some(mut browser) = Browser::start("wallet", &house.url, PHONE).await else { return };

    browser.sign_in(LI).await;
    let licence = open_licence(&mut browser).await;
    browser.press("看使用记录").await;
    browser.sees("还没有人使用").await;
    browser.open(&licence).await;
    browser.press("出示证照").await;
    browser.sees("只能看一次，5 分钟内有效").await;
    browser.looked_at("wallet-code").await;
    let code = text_of(&browser, "main dd code").await;
    browser.forget().await;
    a_clerk_scans(&mut browser, &code).await;

    browser.sign_in(LI).await;
    browser.open(&format!("{licence}/uses")).await;
    browser.sees("文艺路街道办事处（演示）").await;
    browser.sees("您出示，对方查看").await;
    browser.sees("办理入学登记，核对救助情况").await;
    browser.looked_at("wallet-uses").await;
    browser.open("/my/data/looks").await;
    browser.sees("查看您用出示码出示的证照").await;

    browser.open(&licence).await;
    let identifier = text_of(&browser, "main dl div:last-child dd code").await;
    let named = json!({ "identifier": identifier });
    let asked = json!({ "identifier": identifier, "purpose": "办理救助金账户开户" });
    let (status, answer) = bank.call("queries", &asked).await;
    assert_eq!((status, &answer["in_force"]), (200, &json!(true)), "{answer}");
    assert_eq!(bank.call("fetches", &named).await.0, 403);
    the_holder_lets_the_bank_use_it(&mut browser, &licence).await;
    let (status, answer) = bank.call("fetches", &named).await;
    assert_eq!((status, &answer["holder_name"]), (200, &json!("李示例")), "{answer}");

    browser.open(&format!("{licence}/uses")).await;
    browser.sees("凭您的授权调取").await;
    browser.sees("查询有无和状态：有效").await;
    browser.press("撤回授权").await;
    browser.sees("对方马上不能再查看这份证照").await;
    browser.looked_at("wallet-end").await;
    browser.press("撤回授权").await;
    browser.sees("撤回").await;
    let (status, answer) = bank.call("fetches", &named).await;
    assert_eq!(status, 403, "{answer}");
    browser.speak("en").await;
    browser.sees("They fetched it, as you allowed").await;
    browser.open("/my/data/looks").await;
    browser.sees("To fetch a licence, as you allowed").await;
    browser.close().await;
}
