//! From a few questions to an application that has the answers in it; and what a reader says of an answer. Without script,
//! at a desk and on a phone.

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;
use crate::server::PASSWORD;

const NUMBER: &str = "19900000001";

async fn choose(browser: &mut Browser) {
    browser.open("/").await;
    browser.press("用智能导办找").await;
    browser.press("结婚与离婚").await;
    // The order of the questions is the program's; whoever answers reads what is asked.
    let answers = [
        ("要办什么", "登记结婚"),
        ("双方是哪里的居民", "都是内地居民"),
        ("申请人多大年纪", "周岁以上"),
        ("到场那天男方满22周岁", "是"),
        ("双方都没有配偶", "是"),
        ("没有直系血亲", "是"),
    ];
    for _ in 0..answers.len() {
        let text = browser.text().await;
        if text.contains("您可以申请什么") {
            break;
        }
        let heading =
            browser.client.find(fantoccini::Locator::Css("h1")).await.unwrap().text().await.unwrap();
        let (_, answer) =
            answers.iter().find(|(asked, _)| heading.contains(asked)).unwrap_or_else(|| panic!("{text}"));
        browser.click_path(&format!("//ul[@class='answers']//a[contains(., '{answer}')]")).await;
    }
    browser.sees("可以申请").await;
    browser.sees("内地居民结婚登记预约").await;
    browser.sees("这次不符合").await;
    // One answer is changed, the others stay, and back again.
    browser.click_path("//dt[contains(., '双方都没有配偶')]/..//a").await;
    browser.sees("双方都没有配偶").await;
    browser.click_path("//ul[@class='answers']//a[contains(., '否')]").await;
    let text = browser.text().await;
    assert!(!text.contains("开始申请"), "{text}");
    browser.press("上一题").await;
    browser.click_path("//ul[@class='answers']//a[contains(., '是')]").await;
    browser.press("开始申请").await;
    assert_eq!(browser.path().await, "/sign-in");
    browser.fill("login", NUMBER).await;
    browser.fill("password", PASSWORD).await;
    browser.click("main form button[type=submit], main form button:not([type])").await;
    assert_eq!(browser.path().await, "/apply/000711003000/01");
    browser.sees("智能导办里的回答已经带入").await;
    browser.forget().await;
}

async fn vote(browser: &mut Browser) {
    browser.open("/questions?q=工作日").await;
    browser.open("/questions/working-days").await;
    browser.press("没用").await;
    browser.sees("您说这个回答没用").await;
    let unclear = browser.client.find(fantoccini::Locator::Css("input[value='unclear']")).await.unwrap();
    unclear.click().await.unwrap();
    browser.press("告诉编写的人").await;
    browser.sees("谢谢").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_questions_lead_to_an_application() {
    let house = House::open("2026-09-20 09:00").await;
    for size in [DESK, PHONE] {
        let Some(mut browser) = Browser::start("guidance", &house.url, size).await else { return };
        choose(&mut browser).await;
        browser.close().await;
    }
    let Some(mut browser) = Browser::start_without_script("guidance", &house.url).await else { return };
    choose(&mut browser).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_votes_and_staff_see_it() {
    let house = House::open("2026-09-20 09:00").await;
    let Some(mut browser) = Browser::start("votes", &house.url, PHONE).await else { return };
    vote(&mut browser).await;
    browser.sign_in_staff("catalogue-author").await;
    browser.open("/desk/answers").await;
    browser.sees("工作日怎么算").await;
    browser.sees("看不懂 1").await;
    browser.close().await;
}
