//! The desk by keyboard alone, and two clerks at one case: every key is a real one, pressed by the browser's driver.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::{Locator, key::Key};
use serde_json::json;

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;
use crate::server::PASSWORD;

impl Browser {
    /// Presses keys one after the other, as fingers do.
    pub(crate) async fn keys(&self, keys: impl IntoIterator<Item = char>) {
        let mut actions = KeyActions::new("keyboard".into());
        for value in keys {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.unwrap();
    }

    pub(crate) async fn key(&self, key: Key) {
        self.keys([char::from(key)]).await;
    }

    /// A key that leads to another page.
    pub(crate) async fn key_to(&mut self, key: char, what: &str) {
        let before = self.client.find(Locator::Css("html")).await.unwrap();
        self.keys([key]).await;
        self.arrive(&before, what).await;
    }

    /// Ctrl+Enter, which sends the form.
    async fn send(&mut self, what: &str) {
        let before = self.client.find(Locator::Css("html")).await.unwrap();
        let (ctrl, enter) = (char::from(Key::Control), char::from(Key::Enter));
        let chord = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value: ctrl })
            .then(KeyAction::Down { value: enter })
            .then(KeyAction::Up { value: enter })
            .then(KeyAction::Up { value: ctrl });
        self.client.perform_actions(chord).await.unwrap();
        self.arrive(&before, what).await;
    }

    /// Whether what has the focus fits a selector, and shows that it has it.
    async fn is_at(&self, selector: &str) -> bool {
        let script = "const at = document.activeElement; \
            return at.matches(arguments[0]) && getComputedStyle(at).outlineStyle !== 'none'";
        self.client.execute(script, vec![json!(selector)]).await.unwrap() == true
    }

    /// Goes on with the Tab key until something has the focus.
    async fn tab_to(&self, selector: &str) {
        for _ in 0..80 {
            if self.is_at(selector).await {
                return;
            }
            self.key(Key::Tab).await;
        }
        panic!("{selector} is not reached by the Tab key:\n{}", self.text().await);
    }

    async fn sign_in_by_keyboard(&mut self, login: &str) {
        self.open("/staff/sign-in").await;
        self.tab_to("[name=login]").await;
        self.keys(login.chars()).await;
        self.key(Key::Tab).await;
        self.keys(PASSWORD.chars()).await;
        self.key_to(char::from(Key::Enter), "signed in").await;
    }

    /// From the worklist into the first case.
    async fn open_first_case(&mut self) {
        self.tab_to("main a[href^='/desk/cases/']").await;
        self.key_to(char::from(Key::Enter), "first case").await;
    }

    async fn value_of(&self, name: &str) -> String {
        let script = "return document.querySelector(`main [name='${arguments[0]}']`).value";
        let value = self.client.execute(script, vec![json!(name)]).await.unwrap();
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Waits for words that the page's script brings.
    async fn comes_to_see(&self, selector: &str, wanted: &str) {
        let path = format!("//*[@id='{selector}' and contains(., '{wanted}')]");
        let found = self.client.wait().for_element(Locator::XPath(&path)).await;
        assert!(found.is_ok(), "{wanted:?} does not come:\n{}", self.text().await);
    }
}

/// Looks at a paper, leaves and finds the way back, all by keys.
async fn look_around(browser: &mut Browser) {
    browser.keys(['?']).await;
    assert!(browser.is_at("dialog[open] *").await, "the shortcuts are shown and have the focus");
    browser.key(Key::Escape).await;
    browser.client.wait().for_element(Locator::Css("dialog:not([open])")).await.unwrap();
    browser.keys([']']).await;
    let first = browser.attribute("#viewer iframe", "src").await;
    browser.keys([']']).await;
    let second = browser.attribute("#viewer iframe", "src").await;
    assert!(first.contains("/materials/") && second.contains("/materials/") && first != second);
    browser.looked_at("second material").await;
    browser.keys(['[']).await;
    assert_eq!(browser.attribute("#viewer iframe", "src").await, first);
}

/// One case: taken, granted with a reason, sent.
async fn settle(browser: &mut Browser) {
    browser.key_to('c', "taken").await;
    browser.sees("已签收，可以开始办理。").await;
    browser.keys(['a', 'o']).await;
    assert!(browser.is_at("[name=reason]").await, "the reason has the focus");
    // Letters are letters while one types: no c of this reason takes anything.
    browser.keys("备案材料齐全ok, accd".chars()).await;
    assert_eq!(browser.value_of("reason").await, "备案材料齐全ok, accd");
    browser.send("settled").await;
    browser.sees("决定已作出。").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clerk_settles_twenty_cases_by_keyboard_alone() {
    let house = House::open("2026-09-20 09:00").await;
    house.play("yanglao-jigou-beian", "01-granted.yaml", 3, 20, "2026-09-24 15:00").await;
    let Some(mut browser) = Browser::start("keyboard", &house.url, DESK).await else { return };
    browser.sign_in_by_keyboard("county-decision").await;
    browser.open_first_case().await;
    look_around(&mut browser).await;
    for case in 1..=20 {
        settle(&mut browser).await;
        if case < 20 {
            assert!(browser.is_at("[data-press=n]").await, "the way on has the focus");
            // By its key and by Enter in turns: both lead on.
            let key = if case % 2 == 0 { 'n' } else { char::from(Key::Enter) };
            browser.key_to(key, "next").await;
        }
    }
    browser.sees("没有其他待办任务了。").await;
    assert_eq!(house.ended("granted").await, 20);
    browser.close().await;
}

/// Two clerks of one desk reach for the same task: the first has it, the second reads who.
async fn reach_for_one_task(first: &mut Browser, second: &mut Browser) {
    for browser in [&mut *first, &mut *second] {
        browser.open_first_case().await;
    }
    first.key_to('c', "first takes it").await;
    first.sees("已签收，可以开始办理。").await;
    second.key_to('c', "second is told").await;
    second.sees("这一步没有执行").await;
    second.sees("王审查 签收").await;
    second.sees("没有任何改变").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clerks_collide_and_both_are_told() {
    let house = House::open("2026-09-13 09:00").await;
    house.play("linshi-jiuzhu", "01-granted.yaml", 2, 1, "2026-09-15 10:00").await;
    house.hire("county-review-2", "许审查", "furong-mz", kernel::Role::Review).await;
    let Some(mut county) = Browser::start("collide-county", &house.url, DESK).await else { return };
    let Some(mut town) = Browser::start("collide-town", &house.url, DESK).await else { return };

    // The town's clerk writes an opinion in one branch …
    town.sign_in_by_keyboard("town-review").await;
    town.open_first_case().await;
    town.key_to('c', "taken").await;
    town.keys(['d', 'o']).await;
    town.keys("入户时家中无人居住".chars()).await;

    // … while two clerks of the county reach for the other one.
    county.sign_in_by_keyboard("county-review").await;
    let Some(mut late) = Browser::start("collide-late", &house.url, PHONE).await else { return };
    late.sign_in_by_keyboard("county-review-2").await;
    reach_for_one_task(&mut county, &mut late).await;
    late.close().await;

    // The town is told on the open page as soon as the clerk turns to it, and again when the opinion is sent all the
    // same; the text is still there.
    town.key(Key::Tab).await;
    town.comes_to_see("meanwhile", "王审查 签收").await;
    town.send("stale").await;
    town.sees("这一步没有执行").await;
    town.sees("王审查 签收").await;
    town.sees("入户时家中无人居住").await;
    town.tab_to("form[action$='/commands'] button").await;
    town.key_to(char::from(Key::Enter), "sent again").await;
    town.sees("审查意见已提交。").await;

    // And the county reads of the town's opinion without asking for it.
    county.key(Key::Tab).await;
    county.comes_to_see("meanwhile", "入户时家中无人居住").await;
    county.looked_at("told").await;
    county.close().await;
    town.close().await;
}
