//! Acting for others in the browser: an agent of a person from the offer to the case, a guardian, and the hats of organisations.

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;
use crate::journey_relief::{ITEM, NAME, fill_in};

/// 李示例
const LI: &str = "19900000002";
/// 赵测试
const ZHAO: &str = "19900000004";
const ZHAO_NUMBER: &str = "439900199002280041";
/// 张演示
const ZHANG: &str = "19900000001";

/// For whom the head of the page says that one acts.
async fn hat(browser: &Browser) -> String {
    let script = "return document.querySelector('.nav-hat')?.textContent ?? ''";
    let shown = browser.client.execute(script, vec![]).await.unwrap();
    shown.as_str().unwrap_or_default().to_owned()
}

async fn wears(browser: &Browser, wanted: &str) {
    let shown = hat(browser).await;
    assert!(shown.contains(wanted), "{shown:?} is not {wanted:?}");
}

async fn li_asks_zhao(browser: &mut Browser) {
    browser.sign_in(LI).await;
    browser.open("/my/account").await;
    browser.sees("您正在为本人办事").await;
    browser.click("main a[href='/my/agents']").await;
    browser.sees("还没有授权任何人").await;
    browser.press("授权他人代办").await;
    browser.press("授权他人代办").await;
    browser.sees("请选择授权范围").await;
    browser.fill("name", "赵测试").await;
    browser.fill("resident_id", ZHAO_NUMBER).await;
    browser.click("input[name=rights][value=apply]").await;
    browser.fill("scope", "listed").await;
    browser.fill("items", NAME).await;
    browser.fill("until", "2026-12-31").await;
    browser.press("授权他人代办").await;
    browser.sees("已发出、等待对方接受").await;
    let text = browser.text().await;
    assert!(!text.contains("赵测试") && !text.contains(ZHAO_NUMBER), "masked:\n{text}");
}

async fn zhao_accepts_and_applies(browser: &mut Browser, house: &House) {
    browser.forget().await;
    browser.sign_in(ZHAO).await;
    browser.open("/messages").await;
    browser.sees("有人请您代办").await;
    browser.open("/my/hat").await;
    browser.sees("等待您答复的授权").await;
    browser.press("接受").await;
    browser.click("main form[action='/my/hat'] input[value^='person:'] ~ button").await;
    wears(browser, "代表 李**").await;
    browser.open(&format!("/apply/{ITEM}/01")).await;
    browser.sees("您正在以“李**”的名义办理").await;
    browser.fill("division", "430102001").await;
    browser.press("开始填写").await;
    fill_in(browser, house).await;
    browser.fill("declared", "true").await;
    browser.press("提交申请").await;
    browser.sees("申请已提交").await;
    wears(browser, "代表 李**").await;
    // Another item is outside what was given, and the page says what to do.
    browser.open("/apply/000511001000/01").await;
    browser.fill("division", "430102001").await;
    browser.press("开始填写").await;
    browser.sees("您的授权不包括这件事").await;
}

async fn the_clerk_sees_who_handed_it_in(browser: &mut Browser) {
    browser.open_at_desk("town-acceptance", NAME).await;
    browser.sees("代为办理").await;
    browser.sees("代办人").await;
}

async fn li_sees_it_and_ends_it(browser: &mut Browser) -> String {
    browser.forget().await;
    browser.sign_in(LI).await;
    browser.open_my_case(NAME).await;
    let case = browser.path().await;
    browser.open("/my/agents").await;
    browser.press("代办记录").await;
    browser.sees("提交申请").await;
    browser.sees(NAME).await;
    browser.open("/my/agents").await;
    browser.press("撤销").await;
    browser.sees("还没有授权任何人").await;
    case
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_of_a_person_acts_as_far_as_the_mandate_reaches() {
    let house = House::open("2026-09-14 09:00").await;
    let Some(mut browser) = Browser::start("acting-phone", &house.url, PHONE).await else { return };
    li_asks_zhao(&mut browser).await;
    house.work().await;
    zhao_accepts_and_applies(&mut browser, &house).await;
    house.work().await;
    the_clerk_sees_who_handed_it_in(&mut browser).await;
    let case = li_sees_it_and_ends_it(&mut browser).await;
    house.work().await;
    browser.forget().await;
    browser.sign_in(ZHAO).await;
    browser.open("/messages").await;
    browser.sees("授权已经收回").await;
    browser.open(&case).await;
    browser.sees("找不到页面").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardian_and_an_agent_of_organisations_change_hats() {
    let house = House::open("2026-09-14 09:00").await;
    let Some(mut browser) = Browser::start("hats", &house.url, DESK).await else { return };
    // The guardian of the cast acts for the child.
    browser.sign_in(ZHANG).await;
    browser.open("/my/hat").await;
    browser.sees("监护人").await;
    browser.click("main form[action='/my/hat'] input[value^='person:'] ~ button").await;
    wears(&browser, "代表 张**").await;
    browser.open(&format!("/apply/{ITEM}/01")).await;
    browser.fill("division", "430102001").await;
    browser.press("开始填写").await;
    assert!(browser.path().await.starts_with("/drafts/"), "{}", browser.path().await);
    browser.open("/my").await;
    browser.sees(NAME).await;
    browser.open("/my/hat").await;
    browser.press("切换回本人").await;
    browser.open("/my").await;
    let text = browser.text().await;
    assert!(!text.contains(NAME), "the child's draft is not the parent's:\n{text}");
    browser.forget().await;

    // Between two organisations and oneself.
    browser.sign_in(ZHAO).await;
    browser.open("/my/hat").await;
    browser.sees("长沙演示颐养有限公司").await;
    browser.click("main form[action='/my/hat'] input[value^='legal-person:'] ~ button").await;
    browser.open("/items").await;
    wears(&browser, "代表 ").await;
    browser.open("/org").await;
    browser.sees("经办人").await;
    browser.open("/my/hat").await;
    browser.press("切换回本人").await;
    assert_eq!(hat(&browser).await, "");
    browser.forget().await;

    // The desk enters a guardian, with an error first, and ends it.
    browser.sign_in_staff("town-acceptance").await;
    browser.open("/desk/guardians").await;
    browser.fill("ward_name", "李小示").await;
    browser.fill("ward_resident_id", "439900201801010400").await;
    browser.fill("name", "李示例").await;
    browser.fill("resident_id", "439900198506060021").await;
    browser.press("登记监护人").await;
    browser.sees("请先改正以下内容").await;
    browser.fill("ground", "birth-certificate").await;
    browser.fill("basis_number", "演示Q430000001").await;
    browser.press("登记监护人").await;
    browser.sees("李**").await;
    browser.press("终止").await;
    browser.sees("已终止").await;
    browser.close().await;
}
