//! Suggestions while typing (搜索联想), by keyboard; without script the same form is sent as any other.

use fantoccini::{Locator, key::Key};

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;

const FIELD: &str = "main input[data-suggest]";

async fn type_and_choose(browser: &mut Browser) {
    browser.open("/").await;
    let field = browser.client.find(Locator::Css(FIELD)).await.unwrap();
    field.send_keys("jiehun").await.unwrap();
    browser
        .client
        .wait()
        .for_element(Locator::Css(".suggestions:not([hidden]) [role=option]"))
        .await
        .unwrap();
    assert_eq!(browser.attribute(FIELD, "role").await, "combobox");
    assert_eq!(browser.attribute(FIELD, "aria-expanded").await, "true");
    browser.looked_at("suggestions").await;
    field.send_keys(&char::from(Key::Escape).to_string()).await.unwrap();
    assert_eq!(browser.attribute(FIELD, "aria-expanded").await, "false");
    field.send_keys("d").await.unwrap();
    browser
        .client
        .wait()
        .for_element(Locator::Css(".suggestions:not([hidden]) [role=option]"))
        .await
        .unwrap();
    field.send_keys(&char::from(Key::Down).to_string()).await.unwrap();
    let active = browser.attribute(FIELD, "aria-activedescendant").await;
    let chosen = format!("#{active}[aria-selected=true]");
    let text = browser.client.find(Locator::Css(&chosen)).await.unwrap().text().await.unwrap();
    assert!(text.contains("结婚"), "{text}");
    let before = browser.client.find(Locator::Css("html")).await.unwrap();
    field.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    browser.arrive(&before, "Enter").await;
    assert!(browser.path().await.starts_with("/items/"), "{}", browser.path().await);
    for path in
        ["/search?q=领证", "/search?q=火花证", "/search?q=没有这样的事项", "/questions", "/questions?q=低保"]
    {
        browser.open(path).await;
    }
    browser.open("/search?q=火花证").await;
    browser.sees("您是不是要找").await;
}

#[tokio::test]
async fn suggestions_are_chosen_by_keyboard() {
    let house = House::open("2026-09-20 09:00").await;
    for size in [DESK, PHONE] {
        let Some(mut browser) = Browser::start("suggestions", &house.url, size).await else { return };
        type_and_choose(&mut browser).await;
        browser.close().await;
    }
    let Some(mut browser) = Browser::start_without_script("suggestions", &house.url).await else { return };
    browser.open("/").await;
    browser.fill("q", "领证").await;
    browser.click("main form[role='search'] button").await;
    browser.sees("结婚登记").await;
    browser.close().await;
}
