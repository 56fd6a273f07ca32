//! Who looked at my data (谁查过我的数据): from a clerk's look to the person's question, and what supervision sees of it.

use std::path::Path;

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;
use crate::server::workspace;

const LI: &str = "19900000002";
const ZHANG: &str = "19900000001";

/// A clerk opens a case.
async fn look(house: &House, login: &str, case: kernel::CaseId) {
    let cookie = house.session(login).await;
    let answer = reqwest::Client::new()
        .get(format!("{}/desk/cases/{case}", house.url))
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

async fn the_person_reads_and_asks(browser: &mut Browser, house: &House) {
    browser.sign_in(LI).await;
    browser.open("/my/account").await;
    browser.click("main a[href='/my/data/looks']").await;
    browser.sees("文艺路街道办事处（演示）（受理岗）").await;
    browser.sees("办理您的申请").await;
    browser.sees("您在申请表里填的内容").await;
    let text = browser.text().await;
    assert!(!text.contains("陈受理"), "the body answers, not the clerk by name:\n{text}");
    // Filters: nothing in another time, and a day that is none is told at its field.
    browser.fill("until", "2026-01-01").await;
    browser.press("筛选").await;
    browser.sees("这段时间没有这样的查询").await;
    browser.press("看全部").await;
    browser.open("/my/data/looks?from=yesterday").await;
    browser.sees("请选一个日期").await;
    browser.open("/my/data/looks?from=2026-09-02&until=2026-09-01").await;
    browser.sees("不能早于").await;
    browser.open("/my/data/looks").await;
    browser.press("看这个办件").await;
    assert!(browser.path().await.starts_with("/cases/"));
    browser.open("/my/data/looks").await;
    browser.press("我想问这次查询").await;
    assert!(browser.path().await.starts_with("/drafts/"), "a draft of the item: {}", browser.path().await);
    // What was filled in is complete, so the question itself comes first; the look stands on the step before it.
    let step = browser.path().await;
    assert!(step.ends_with("/steps/question"), "{step}");
    browser.open(&step.replace("/steps/question", "/steps/look")).await;
    let script = "return document.querySelector('[name=looker]').value";
    let looker = browser.client.execute(script, vec![]).await.unwrap();
    assert_eq!(looker, "文艺路街道办事处（演示）（受理岗）");
    let cookie = house.session("li-shili").await;
    let file = reqwest::Client::new()
        .get(format!("{}/my/data/looks.csv", house.url))
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    let file = file.text().await.unwrap();
    assert!(file.contains("导出人：李**") || file.contains("导出人：李*"), "{file}");
    assert!(file.lines().count() >= 3 && file.contains("办理您的申请"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_read_questioned_and_supervised() {
    let house = House::open("2026-06-01 09:00").await;
    let case = house.play_one("dibao-bianyuan", "01-confirmed.yaml", 1, "2026-06-01 09:30").await;
    let other =
        house.play_one("linshi-jiuzhu", "03-corrected-then-granted.yaml", 1, "2026-06-01 09:35").await;
    let Some(mut browser) = Browser::start("privacy-phone", &house.url, PHONE).await else { return };
    browser.sign_in(ZHANG).await;
    browser.open("/my/data/looks").await;
    browser.sees("还没有人查过您的数据").await;
    browser.forget().await;
    look(&house, "town-acceptance", other).await;
    the_person_reads_and_asks(&mut browser, &house).await;
    browser.forget().await;

    // More than one person in an hour is too much, from now on.
    browser.sign_in_staff("admin").await;
    browser.open("/admin/looks").await;
    browser.fill("staff-hour", "none").await;
    browser.press("保存").await;
    browser.sees("请填 1 到 1000000 的整数").await;
    browser.fill("staff-hour", "1").await;
    browser.press("保存").await;
    assert_eq!(browser.attribute("input[name='staff-hour']", "value").await, "1");
    browser.forget().await;
    look(&house, "town-acceptance", case).await;
    look(&house, "town-acceptance", other).await;

    browser.sign_in_staff("supervisor").await;
    browser.open("/desk/watch").await;
    browser.click("main a[href='/desk/looks']").await;
    browser.open("/desk/looks?body=wenyilu").await;
    browser.sees("陈受理").await;
    let text = browser.text().await;
    assert!(!text.contains("李") && !text.contains(LI), "whose data it was is not shown:\n{text}");
    browser.open("/desk/looks?body=nobody").await;
    browser.sees("找不到页面").await;
    browser.open("/desk/looks/alarms").await;
    browser.sees("陈受理").await;
    browser.sees("查了 2 人的数据，超过 1 人").await;
    browser.press("记为已处理").await;
    browser.sees("请写明情况").await;
    browser
        .client
        .execute("document.querySelector('main textarea').value = '当天集中受理，属实。'", vec![])
        .await
        .unwrap();
    browser.press("记为已处理").await;
    browser.sees("没有预警").await;
    browser.press("看全部").await;
    browser.sees("当天集中受理，属实。").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_key_is_changed_on_its_page() {
    let house = House::open("2026-06-01 09:00").await;
    let Some(mut browser) = Browser::start("keys", &house.url, DESK).await else { return };
    browser.sign_in_staff("admin").await;
    browser.open("/admin/keys").await;
    browser.sees("还没有轮换过").await;
    browser.click("#sure").await;
    browser.press("更换数据密钥").await;
    browser.sees("正在轮换").await;
    house.at("2026-06-01 09:01").await;
    browser.open("/admin/keys").await;
    browser.sees("等一小时后销毁旧密钥").await;
    house.at("2026-06-01 10:30").await;
    // The session has ended with the hour.
    browser.sign_in_staff("admin").await;
    browser.open("/admin/keys").await;
    browser.sees("已销毁").await;
    browser.close().await;
}

/// Every purpose in the code has its sentence in both languages: the person reads no short names.
#[test]
fn every_purpose_has_its_sentence() {
    let texts = tongban::platform::texts().unwrap();
    let mut purposes = std::collections::BTreeSet::new();
    for floor in ["engine", "capabilities", "tongban/src"] {
        collect(&workspace().join(floor), &mut purposes);
    }
    assert!(purposes.len() > 12, "{purposes:?}");
    let missing = |key: &str| {
        [web::Lang::ZhCn, web::Lang::En].into_iter().any(|lang| {
            let text = texts.get(lang, key);
            text.is_empty() || text.contains(key)
        })
    };
    let without: Vec<&String> =
        purposes.iter().filter(|purpose| missing(&privacy::purpose_key(purpose))).collect();
    assert!(without.is_empty(), "no privacy-purpose-… for {without:?}");
    let without: Vec<&str> =
        privacy::FIELDS.into_iter().filter(|field| missing(&privacy::field_key(field))).collect();
    assert!(without.is_empty(), "no privacy-field-… for {without:?}");
}

/// Names of purposes in source files that are no tests; a name that is no literal is a fault, for nobody could compare it.
fn collect(folder: &Path, purposes: &mut std::collections::BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" && name != "bench" {
                collect(&path, purposes);
            }
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") || name == "tests.rs" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for made in ["Purpose::new(", "Purpose::of("] {
            for rest in text.split(made).skip(1) {
                let literal = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                let literal =
                    literal.unwrap_or_else(|| panic!("{}: a purpose that is no literal", path.display()));
                purposes.insert(literal.to_owned());
            }
        }
    }
}
