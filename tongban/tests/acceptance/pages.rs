//! Pages that no journey passes, at a desk and on a phone: all fit the window and have every sentence.

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::{House, scenario};

const OPEN_TO_ALL: [&str; 40] = [
    "/",
    "/search",
    "/search?q=没有这样的事项",
    "/search?q=登记&for=organisations&topic=change&place=430100",
    "/choose",
    "/choose/hardship",
    "/choose/marriage?matter=marriage&other_side=mainland",
    "/choose/change?changed=name&who=foundation&so-1=yes",
    "/questions/working-days",
    "/choose/hardship?registration=local&income=below&category=none&sudden=no&grave=unsure&so-1=unsure",
    "/help",
    "/people",
    "/people?online=1&topic=hardship",
    "/organisations",
    "/organisations?page=2",
    "/topics/marriage",
    "/topics/change",
    "/bodies",
    "/bodies?division=430700",
    "/bodies/furong-mz",
    "/place",
    "/place?within=430102001",
    "/place?q=岳麓",
    "/news",
    "/accessibility",
    "/privacy",
    "/about",
    "/sitemap",
    "/offline",
    "/items/000511002000/01",
    "/items/000111001000/01",
    "/items/001011003000/01",
    "/bundles/open-teahouse",
    "/progress",
    "/check",
    "/check?q=湘临救〔2026〕9号",
    "/registers/social-organisations",
    "/register",
    "/api",
    "/no-such-page",
];

/// Pages of whoever decides in a body.
const MANAGERS: [&str; 12] = [
    "/desk",
    "/desk/manage",
    "/desk/manage/items",
    "/desk/manage/tasks",
    "/desk/manage/tasks?light=red",
    "/staff/deputies",
    "/staff/account",
    "/desk/news",
    "/desk/news/new",
    "/desk/packages",
    "/desk/packages/try",
    "/desk/packages/000511002000/01/simulate",
];

/// 陈范例 represents a company, with its agents.
const REPRESENTATIVE: &str = "19900000005";

async fn look(browser: &mut Browser) {
    for path in OPEN_TO_ALL {
        browser.open(path).await;
    }
    browser.open("/help").await;
    for topic in ["申请", "补正", "撤回", "核验证照", "12345"] {
        browser.sees(topic).await;
    }
    browser.sign_in(REPRESENTATIVE).await;
    browser.open("/my/hat").await;
    let wear = "//form[@action='/my/hat']//button[contains(., '长沙演示颐养有限公司')]";
    browser.click_path(wear).await;
    browser.frame_says("代表 长沙演示颐养有限公司").await;
    for path in [
        "/my",
        "/my/cases",
        "/org",
        "/my/licences",
        "/my/account",
        "/account/password",
        "/account/totp",
        "/account/passkeys",
        "/account/recovery-codes",
        "/account/prove?wanted=strong&next=/my",
        "/my/agents",
        "/my/connected-systems",
        "/my/data/looks",
        "/device",
        "/messages",
        "/account/notices",
        "/apply/open-teahouse/bundle",
        "/apply/001011003000/01",
    ] {
        browser.open(path).await;
    }
    browser.sees("长沙演示颐养有限公司").await;
    browser.open("/my").await;
    let whole = browser.attribute("a[href^='/master-cases/']", "href").await;
    for page in ["", "/receipt", "/withdraw"] {
        browser.open(&format!("{whole}{page}")).await;
    }
    browser.forget().await;
    for login in ["supervisor", "county-acceptance", "admin"] {
        browser.sign_in_staff(login).await;
        browser.open("/desk").await;
        browser.open("/messages").await;
    }
    browser.open("/admin/outbox").await; // the last of them is the administrator
    browser.open("/admin/site-notice").await;
    for path in ["/admin/clients", "/admin/clients/new", "/admin/signing-keys", "/admin/keys", "/admin/looks"]
    {
        browser.open(path).await;
    }
    browser.sign_in_staff("county-decision").await;
    for path in MANAGERS {
        browser.open(path).await;
    }
    browser.sign_in_staff("supervisor").await;
    for path in
        ["/desk/looks", "/desk/looks?body=furong-mz", "/desk/looks/alarms", "/desk/looks/alarms?all=1"]
    {
        browser.open(path).await;
    }
    browser.open("/desk/watch").await;
    browser.press("长沙市芙蓉区民政局").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_fit_a_desk_and_a_phone_in_both_languages() {
    let house = House::open_with("2026-12-21 09:00", "packages").await;
    house.play_bundle("open-teahouse", "04-one-part-is-corrected.yaml", 3, "2026-12-21 09:00").await;
    for (name, size) in [("pages", DESK), ("pages-phone", PHONE)] {
        let Some(mut browser) = Browser::start(name, &house.url, size).await else { return };
        look(&mut browser).await;
        browser.forget().await;
        browser.open("/").await;
        browser.speak("en").await;
        for path in OPEN_TO_ALL {
            browser.open(path).await;
        }
        // The elders' mode: larger, and still nothing beyond the window.
        browser.open("/type?to=large&back=/").await;
        for path in OPEN_TO_ALL {
            browser.open(path).await;
        }
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_a_decision_fixed_stands_among_the_days_to_come() {
    let house = House::open("2026-05-01 09:00").await;
    let (package, file) = ("jiehun-dengji-yuyue", "01-confirmed-at-once.yaml");
    house.play_one(package, file, 1, "2026-05-02 21:00").await;
    let session = house.session(&scenario(package, file).applicant).await;
    let asked = reqwest::Client::new().get(format!("{}/my", house.url)).header("cookie", session);
    let page = asked.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("近期安排") && page.contains("按预约到场"), "{page}");
}
