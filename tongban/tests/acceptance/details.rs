//! What an account says of its holder is corrected: at once, at a counter, and by making two accounts one.

use serde_json::json;

use crate::browser::{Browser, PHONE};
use crate::journey::House;
use crate::server::PASSWORD;

/// 李示例
const LI: &str = "19900000002";
/// The same person once more, with a mistyped number.
const SECOND: &str = "19900000048";

async fn register(house: &House, name: &str) {
    let person = json!({
        "name": name, "resident_id": "439900198506060048", "phone": SECOND, "password": PASSWORD,
    });
    let client = reqwest::Client::new();
    let asked =
        client.post(format!("{}/api/v1/persons", house.url)).header("content-type", "application/json");
    let answer = asked.body(person.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 201);
}

async fn code_on_page(browser: &Browser) -> String {
    let script = "return document.querySelector('main dd code').textContent";
    browser.client.execute(script, vec![]).await.unwrap().as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_become_one_after_the_name_is_corrected() {
    let house = House::open("2026-06-01 09:00").await;
    let Some(mut browser) = Browser::start("details-merge", &house.url, PHONE).await else { return };
    let case = house.play_one("linshi-jiuzhu", "03-corrected-then-granted.yaml", 1, "2026-06-01 09:35").await;
    register(&house, "李式例").await;
    // The account that stays gives its code, and asks who it is first.
    browser.sign_in(LI).await;
    browser.open("/my/account").await;
    browser.press("查看和更正").await;
    browser.sees("您的身份已经核验").await;
    browser.looked_at("details-verified").await;
    browser.press("合并账号").await;
    browser.press("取合并码").await;
    let code = code_on_page(&browser).await;
    browser.looked_at("merge-code").await;
    browser.forget().await;

    browser.sign_in(SECOND).await;
    browser.open("/my/data/merge").await;
    browser.fill("code", &code).await;
    browser.press("下一步").await;
    browser.sees("两个账号的姓名不同").await;
    // The name was mistyped: nobody relies on this account, so it is corrected at once.
    browser.open("/account/details").await;
    browser.press("更正姓名和号码").await;
    browser.sees("与账号现在的内容相同").await;
    browser.fill("name", "李示例").await;
    browser.fill("resident_id", "439900198506060021").await;
    browser.press("更正姓名和号码").await;
    browser.sees("已被占用").await;
    browser.fill("resident_id", "439900198506060048").await;
    browser.press("更正姓名和号码").await;
    browser.sees("已更正。").await;
    browser.open("/my/data/merge").await;
    browser.fill("code", "0000-0000-0000").await;
    browser.press("下一步").await;
    browser.sees("没有这个合并码").await;
    browser.fill("code", &code).await;
    browser.press("下一步").await;
    browser.sees("这个账号将并入 李** 的账号").await;
    browser.looked_at("merge-sure").await;
    browser.press("合并").await;
    browser.sees("没有勾选确认").await;
    browser.click("#sure").await;
    browser.press("合并").await;
    browser.sees("账号已合并").await;
    browser.press("去登录").await;
    browser.sign_in(SECOND).await;
    browser.sees("账号或密码不正确").await;

    house.at("2026-06-01 09:40").await;
    browser.sign_in(LI).await;
    browser.open("/messages").await;
    browser.sees("账号已合并").await;
    browser.open("/my/data/looks").await;
    browser.sees("2026年6月1日").await;
    let script = "const s = document.querySelector('[name=account]'); s.selectedIndex = s.options.length - 1; s.form.submit()";
    let before = browser.path().await;
    browser.client.execute(script, vec![]).await.unwrap();
    browser.sees("还没有人查过您的数据").await;
    assert_eq!(browser.path().await, before);
    browser.open(&format!("/cases/{case}")).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_waits_for_a_clerk_who_sees_the_document() {
    let house = House::open("2026-06-01 09:00").await;
    let Some(mut browser) = Browser::start("details-counter", &house.url, PHONE).await else { return };
    browser.sign_in(LI).await;
    browser.open("/account/details").await;
    browser.fill("name", "李新名").await;
    browser.press("更正姓名和号码").await;
    browser.sees("更正码只显示这一次").await;
    let code = code_on_page(&browser).await;
    browser.looked_at("correction-code").await;
    browser.press("记好了").await;
    browser.sees("有一项更正等待窗口核对").await;
    browser.fill("phone", "123").await;
    browser.press("更改手机号码").await;
    browser.sees("手机").await;
    browser.fill("phone", "199 0000 0049").await;
    browser.press("更改手机号码").await;
    browser.sees("手机号码已更改").await;
    browser.forget().await;

    browser.sign_in_staff("town-acceptance").await;
    browser.open("/desk/counter").await;
    browser.press("核对更正").await;
    browser.fill("code", "wrong").await;
    browser.press("查找").await;
    browser.sees("没有这个更正码").await;
    browser.fill("code", &code).await;
    browser.press("查找").await;
    browser.sees("李新名").await;
    browser.sees("李示例").await;
    browser.looked_at("correction-counter").await;
    browser.press("与证件一致，予以更正").await;
    browser.sees("更正为姓名").await;
    browser.click("[name=document][value=resident-card]").await;
    browser.click("#compared").await;
    browser.press("与证件一致，予以更正").await;
    browser.sees("账号信息已更正").await;
    browser.forget().await;

    browser.sign_in("19900000049").await;
    browser.open("/account/details").await;
    let name = browser.client.execute("return document.querySelector('#name').value", vec![]).await.unwrap();
    assert_eq!(name, "李新名");
    browser.open("/my/data/looks").await;
    browser.sees("文艺路街道办事处（演示）").await;
    browser.close().await;
}
