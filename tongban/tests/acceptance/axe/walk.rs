//! The main pages by the Tab key alone: everything is reached in the order of the page and shows that it has the focus,
//! the first stop leads past the frame, nothing holds the focus back; and a form with errors says so first.

use axum::http::Method;
use fantoccini::key::Key;
use serde_json::Value;
use tongban::scenario::Client;

use super::world::Who::{self, Nobody, Owner, Staff};
use super::world::World;
use crate::browser::{Browser, DESK};
use crate::journey::{House, scenario};

const PAGES: &[(Who, &str)] = &[
    (Nobody, "/"),
    (Nobody, "/search?q=救助"),
    (Nobody, "/items/000511002000/01"),
    (Nobody, "/bundles/open-teahouse"),
    (Nobody, "/progress"),
    (Nobody, "/check"),
    (Nobody, "/notices"),
    (Nobody, "/help"),
    (Nobody, "/sign-in"),
    (Nobody, "/register"),
    (Owner("corrected"), "/my"),
    (Owner("corrected"), "/my/cases"),
    (Owner("corrected"), "/my/account"),
    (Owner("corrected"), "/messages"),
    (Owner("corrected"), "/account/notices"),
    (Owner("corrected"), "/cases/{corrected}"),
    (Owner("corrected"), "/cases/{corrected}/correct"),
    (Owner("corrected"), "/drafts/{draft}"),
    (Owner("corrected"), "/drafts/{draft}/materials"),
    (Owner("whole"), "/org"),
    (Owner("whole"), "/my/agents"),
    (Staff("county-decision"), "/desk"),
    (Staff("county-decision"), "/desk/manage"),
    (Staff("admin"), "/admin/outbox"),
    (Staff("admin"), "/admin/calendars"),
];

/// Forms that break a rule when they are sent as they come, and the field that the first error leads to.
const FORMS: &[(Who, &str)] = &[
    (Nobody, "/sign-in"),
    (Nobody, "/register"),
    (Nobody, "/progress"),
    (Owner("corrected"), "/drafts/{draft}"),
    (Owner("whole"), "/my/agents"),
];

/// Numbers everything that can be used, in the order of the page, and notes what gets the focus from now on.
const WATCH: &str = "
    const usable = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
        .filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility({visibilityProperty: true}))
        .filter(e => e.type !== 'radio' || e === ([...document.getElementsByName(e.name)].find(o => o.checked)
            || document.getElementsByName(e.name)[0]));
    usable.forEach((e, place) => e.walkPlace = place);
    window.walked = [];
    document.addEventListener('focusin', ({target}) => {
        const style = getComputedStyle(target);
        const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        if (target.walkPlace !== undefined) window.walked.push([target.walkPlace, shown]);
    });
    return usable.map(e => `${e.tagName} ${e.name || e.getAttribute('href') || e.textContent.trim().slice(0, 30)}`);";

/// Goes once through a page and gives what is wrong with it.
async fn wrong(browser: &Browser) -> Vec<String> {
    let usable = browser.client.execute(WATCH, vec![]).await.unwrap();
    let usable: Vec<&str> = usable.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    // Boxes that scroll are stops of the browser's own.
    browser.keys(std::iter::repeat_n(char::from(Key::Tab), usable.len() + 8)).await;
    let walked = browser.client.execute("return window.walked", vec![]).await.unwrap();
    let mut stops: Vec<(u64, bool)> = Vec::new();
    for stop in walked.as_array().unwrap() {
        let place = stop[0].as_u64().unwrap();
        if stops.iter().any(|(seen, _)| *seen == place) {
            break; // round again from the start
        }
        stops.push((place, stop[1] == true));
    }
    let name = |place: u64| usable[usize::try_from(place).unwrap()];
    let mut wrong: Vec<String> = Vec::new();
    for place in 0..usable.len() as u64 {
        match stops.iter().find(|(stop, _)| *stop == place) {
            None => wrong.push(format!("{} is not reached", name(place))),
            Some((_, false)) => wrong.push(format!("{} does not show the focus", name(place))),
            Some((_, true)) => {}
        }
    }
    let jumps = stops.windows(2).filter(|pair| pair[0].0 > pair[1].0);
    wrong.extend(jumps.map(|pair| format!("{} comes after {}", name(pair[1].0), name(pair[0].0))));
    if usable.first().is_none_or(|first| *first != "A #main") {
        wrong.push(format!("the first stop is not the way past the frame: {:?}", usable.first()));
    }
    wrong
}

async fn become_one(browser: &Browser, world: &World, who: &Who, example: &str) -> String {
    let token = world.token(&world.whoever(who, example)).await;
    browser.become_one(token).await;
    world.path(example)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tab_key_reaches_everything_and_shows_where_it_is() {
    let world = World::make().await;
    let Some(mut browser) = Browser::start("walk", &world.house.url, DESK).await else { return };
    browser.open("/help").await;
    let mut found = Vec::new();
    for (who, example) in PAGES {
        let path = become_one(&browser, &world, who, example).await;
        browser.open(&path).await;
        found.extend(wrong(&browser).await.into_iter().map(|what| format!("{example}: {what}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.open("/").await;
    browser.key(Key::Tab).await;
    browser.key(Key::Enter).await;
    let at = "return document.activeElement.id";
    assert_eq!(
        browser.client.execute(at, vec![]).await.unwrap(),
        "main",
        "the skip link leads to the page's part"
    );
    browser.close().await;
}

/// Sends a form as it comes; the errors have the focus, and the first of them leads to its field.
async fn errors_come_first(browser: &mut Browser, example: &str) {
    browser
        .click("main form:is([novalidate], [data-guard]) button:not([type=button]):not([name=_add])")
        .await;
    let at = "return document.activeElement.id";
    let has = browser.client.execute(at, vec![]).await.unwrap();
    assert_eq!(has, "error-summary", "{example}: {}", browser.text().await);
    browser.keys([char::from(Key::Tab), char::from(Key::Enter)]).await;
    let at = "const at = document.activeElement; return [at.id, at.getAttribute('aria-invalid') || at.type]";
    let field = browser.client.execute(at, vec![]).await.unwrap();
    let is_marked = field[1] == "true" || field[1] == "radio";
    assert!(field[0] != "" && is_marked, "{example}: the first error leads to {field}");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_a_form_have_the_focus_with_and_without_script() {
    let world = World::make().await;
    let Some(mut browser) = Browser::start("errors", &world.house.url, DESK).await else { return };
    let Some(mut plain) = Browser::start_without_script("errors-plain", &world.house.url).await else {
        return;
    };
    for browser in [&mut browser, &mut plain] {
        browser.open("/help").await;
        for (who, example) in FORMS {
            let path = become_one(browser, &world, who, example).await;
            browser.open(&path).await;
            errors_come_first(browser, example).await;
        }
    }
    browser.close().await;
    plain.close().await;
}

/// What people do on the pages of this file without script: look a case up, filter their list, change their hat.
#[tokio::test(flavor = "multi_thread")]
async fn the_overview_and_the_look_up_work_without_script() {
    let world = World::make().await;
    let Some(mut browser) = Browser::start_without_script("plain", &world.house.url).await else { return };
    browser.open("/progress").await;
    browser.fill("number", &world.number("corrected").await).await;
    browser.fill("name", "李示例").await;
    browser.press("查询").await;
    browser.sees("需要补正材料").await;
    browser.sees("咨询电话").await;
    let path = become_one(&browser, &world, &Owner("corrected"), "/my/cases").await;
    browser.open(&path).await;
    browser.fill("state", "closed").await;
    browser.press("查找").await;
    browser.sees("没有符合条件的办件").await;
    let path = become_one(&browser, &world, &Who::Person("chen-fanli"), "/org").await;
    browser.open(&path).await;
    browser.click_path("//main//li[contains(., '长沙演示颐养有限公司')]//button").await;
    browser.sees("您现在代表本单位办事").await;
    browser.frame_says("代表单位").await;
    browser.press("以个人身份办事").await;
    assert_eq!(browser.path().await, "/my");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_a_decision_fixed_stands_among_the_days_to_come() {
    let world = World::around(House::open("2026-05-01 09:00").await);
    world.house.play_one("jiehun-dengji-yuyue", "01-confirmed-at-once.yaml", 1, "2026-05-02 21:00").await;
    let applicant = scenario("jiehun-dengji-yuyue", "01-confirmed-at-once.yaml").applicant;
    let token = world.token(&Who::Agent(applicant, String::new())).await;
    let client = Client::new(world.house.platform.router.clone());
    let page = client.page(Method::GET, "/my", token.as_deref()).await;
    let page = String::from_utf8(page.bytes).unwrap();
    assert!(page.contains("近期安排") && page.contains("按预约到场"), "{page}");
}
