//! A family in need applies for temporary assistance (临时救助), from the search box to a notice that anyone can check.

use serde_json::{Map, Value};

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::{House, scenario};

pub(crate) const ITEM: &str = "000511002000";
pub(crate) const NAME: &str = "临时救助";
/// 李示例
const CITIZEN: &str = "19900000002";

/// What the scenario of the package hands in: the same answers, typed.
fn answers() -> Map<String, Value> {
    scenario("linshi-jiuzhu", "01-granted.yaml").steps[0].form.clone()
}

/// From the home page to the guide, through sign-in, to the first page of the form.
async fn find_and_start(browser: &mut Browser) {
    browser.open("/").await;
    browser.fill("q", NAME).await;
    browser.click("main form[action='/search'] button").await;
    browser.sees("找到").await;
    browser.click(&format!("main a[href='/items/{ITEM}/01']")).await;
    browser.sees("只要下面这些材料，不会再要别的。").await;
    browser.press("在线办理").await;
    browser.sees("登录").await;
    browser.fill("login", CITIZEN).await;
    browser.fill("password", crate::server::PASSWORD).await;
    browser.click("main form button").await;
    assert_eq!(
        browser.path().await,
        format!("/apply/{ITEM}/01"),
        "sign-in leads back to where it was asked for"
    );
    browser.fill("division", "430102001").await;
    browser.press("开始填写").await;
}

/// Every page of the form, the materials, the last look, the receipt, which says until when an answer must come.
async fn apply(browser: &mut Browser, house: &House, answer_by: &str) {
    find_and_start(browser).await;
    browser.press("保存并继续").await;
    browser.sees("请先改正以下内容").await;
    fill_in(browser, house).await;
    browser.sees("¥42,800.00").await;
    browser.sees("家庭成员突发重大疾病").await;
    browser.press("提交申请").await;
    browser.sees("请勾选声明后再提交。").await;
    browser.fill("declared", "true").await;
    browser.press("提交申请").await;
    browser.sees("申请已提交").await;
    browser.sees(answer_by).await;
    browser.sees("文艺路街道办事处").await;
}

/// Every page of the form and the materials, up to the last look.
pub(crate) async fn fill_in(browser: &mut Browser, house: &House) {
    let form = answers();
    browser.answer(&form, &["registration", "household_category", "home_address", "mobile"]).await;
    browser.press("保存并继续").await;
    browser.answer(&form, &["household_members"]).await;
    browser.press("保存并继续").await;
    let hardship = ["cause", "happened_on", "what_happened", "expenses", "other_aid", "other_aid_amount"];
    browser.answer(&form, &hardship).await;
    browser.press("保存并继续").await;
    browser.answer(&form, &["account_holder", "bank_name", "bank_account"]).await;
    browser.press("保存并继续").await;
    for material in house.required(ITEM) {
        browser.hand_in(house, &material).await;
    }
    browser.press("核对并提交").await;
}

/// Whether the page's script ran: it shows the button that prints.
async fn script_ran(browser: &Browser) -> bool {
    browser.attribute("main button[data-print]", "hidden").await.is_empty()
}

/// The case page of the applicant says who has it and until when.
async fn my_case_says(browser: &mut Browser, said: &[&str]) {
    browser.forget().await;
    browser.sign_in(CITIZEN).await;
    browser.open_my_case(NAME).await;
    for said in said {
        browser.sees(said).await;
    }
}

async fn town_accepts(browser: &mut Browser, house: &House) {
    house.at("2026-09-15 10:00").await;
    browser.take("town-acceptance", NAME).await;
    browser.sees("演示巷9号3栋201").await;
    browser.command("accept").await;
    browser.sees("已受理。").await;
    my_case_says(browser, &["办理中", "2026年11月16日", "申请已受理"]).await;
}

async fn town_and_county_review(browser: &mut Browser, house: &House) {
    house.at("2026-09-21 16:00").await;
    browser.take("town-review", NAME).await;
    browser.office_file(house, "survey-form").await;
    let found = [("visited_on", "2026-09-18"), ("persons_in_need", "2"), ("proposed_amount", "3500")];
    browser.agree("入户情况与申报一致，困难属实。", &found).await;
    house.at("2026-09-22 11:00").await;
    browser.take("county-review", NAME).await;
    browser.office_file(house, "notice-and-check").await;
    browser.agree("核对结果与申报一致。", &[("means_agree", "true")]).await;
}

async fn town_publishes(browser: &mut Browser, house: &House) {
    house.at("2026-09-24 09:00").await;
    browser.take("town-review", NAME).await;
    browser.command("publish-notice").await;
    browser.sees("正在公示，2026年10月8日").await;
    house.at("2026-10-08 18:00").await;
    my_case_says(browser, &["公示", "2026年11月16日"]).await;
    browser.forget().await;
    browser.sign_in_staff("county-decision").await;
    browser.sees("本单位没有待办任务").await;
}

async fn county_decides(browser: &mut Browser, house: &House) {
    house.at("2026-10-09 10:00").await;
    browser.forget().await;
    browser.sign_in_staff("town-decision").await;
    browser.sees("本单位没有待办任务").await;
    browser.take("county-decision", NAME).await;
    browser.fill("grant", "true").await;
    browser.fill("findings/approved_amount", "3500.01").await;
    browser.fill("reason", "符合条件，公示无异议，予以确认。").await;
    browser.command("decide").await;
    browser.sees("请先改正以下内容").await;
    browser.fill("findings/approved_amount", "3500").await;
    browser.command("decide").await;
    browser.sees("决定已作出。").await;
    house.work().await;
    my_case_says(browser, &["准予", "符合条件，公示无异议，予以确认。", "临时救助审核确认通知书"]).await;
}

/// The holder downloads the notice; strangers check it by its number and as a file.
async fn anyone_checks(browser: &mut Browser) {
    browser.open("/my/licences").await;
    browser.press("临时救助审核确认通知书").await;
    browser.sees("湘临救〔2026〕1号").await;
    let file = browser.download("main a[href$='?download']").await;
    browser.forget().await;
    browser.open("/check").await;
    browser.fill("q", "湘临救〔2026〕1号").await;
    browser.click("main form[method='get'] button").await;
    browser.sees("现在有效").await;
    let text = browser.text().await;
    assert!(!text.contains("李示例"), "a stranger sees a masked name only: {text}");
    browser.give_file("#file", &file).await;
    browser.press("上传并核验").await;
    browser.sees("文件真实、完整，现在有效。").await;
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.len() / 3;
    bytes[at] ^= 1;
    let changed = file.with_file_name("changed.pdf");
    std::fs::write(&changed, bytes).unwrap();
    browser.give_file("#file", &changed).await;
    browser.press("上传并核验").await;
    browser.sees("盖章之后，文件的正文被改动过。").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_relief_from_search_to_checked_notice() {
    let house = House::open("2026-09-14 09:00").await;
    let Some(mut browser) = Browser::start("relief", &house.url, DESK).await else { return };
    apply(&mut browser, &house, "2026年9月20日").await;
    assert!(script_ran(&browser).await);
    town_accepts(&mut browser, &house).await;
    town_and_county_review(&mut browser, &house).await;
    town_publishes(&mut browser, &house).await;
    county_decides(&mut browser, &house).await;
    anyone_checks(&mut browser).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_relief_on_a_phone() {
    let house = House::open("2026-09-14 09:00").await;
    let Some(mut browser) = Browser::start("relief-phone", &house.url, PHONE).await else { return };
    apply(&mut browser, &house, "2026年9月20日").await;
    browser.press("查看办理进度").await;
    browser.sees("已提交，等待受理").await;
    browser.sees("文艺路街道办事处").await;
    browser.open("/my").await;
    browser.sees("期限 2026年9月20日").await;
    browser.open("/my/account").await;
    browser.open("/my/licences").await;
    browser.sees("还没有证照").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_relief_without_script() {
    // Nobody knows yet which days of January 2027 are working days.
    let house = House::open("2026-12-29 09:00").await;
    let Some(mut browser) = Browser::start_without_script("relief-plain", &house.url).await else { return };
    apply(&mut browser, &house, "2027年放假安排尚未公布，公布后自动算出").await;
    assert!(!script_ran(&browser).await, "script was to be off");
    browser.press("查看办理进度").await;
    browser.sees("已提交，等待受理").await;
    browser.sees("期限待定").await;
    browser.open("/my").await;
    browser.sees("期限待定").await;
    browser.close().await;
}
