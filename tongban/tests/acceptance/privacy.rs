//! Who looked at my data (谁查过我的数据): from a clerk's look to the person's question, and what supervision sees of it.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;
use crate::server::workspace;

const LI: &str = "19900000002";
const ZHANG: &str = "19900000001";
/// 罗示范 acts for nobody.
const LUO: &str = "19900000028";

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

async fn the_supervisor_delays_the_telling(browser: &mut Browser) {
    browser.sign_in_staff("supervisor").await;
    browser.open("/desk/looks?body=wenyilu").await;
    browser.click("main td a[href$='/delay']").await;
    browser.sees("包括以后的").await;
    browser.press("决定延迟告知").await;
    browser.sees("请选择依据").await;
    browser.sees("请填写决定文书的编号").await;
    let form = browser.path().await;
    browser.click("input[name=ground][value=duty]").await;
    browser.fill("document", "演监〔2026〕1号").await;
    browser.fill("until", "2027-06-30").await;
    browser.press("决定延迟告知").await;
    browser.sees("请选择今天到 2026-12-01 之间的一天").await;
    browser.fill("until", "2026-06-30").await;
    browser.press("决定延迟告知").await;
    browser.sees("到 2026年6月30日 星期二 为止").await;
    let text = browser.text().await;
    assert!(!text.contains("李") && !text.contains(LI), "whose data it is stays hidden:\n{text}");
    browser.open(&form).await;
    browser.sees("已经在延迟告知的期限内").await;
    browser.forget().await;
}

/// What li reads of who looked, on the page and in the file.
async fn what_li_is_told(browser: &mut Browser, house: &House) -> String {
    browser.sign_in(LI).await;
    browser.open("/my/data/looks").await;
    let page = browser.text().await;
    let cookie = house.session("li-shili").await;
    let file = reqwest::Client::new()
        .get(format!("{}/my/data/looks.csv", house.url))
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    browser.forget().await;
    format!("{page}\n{}", file.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_told_later_by_order() {
    let house = House::open("2026-06-01 09:00").await;
    let case = house.play_one("linshi-jiuzhu", "03-corrected-then-granted.yaml", 1, "2026-06-01 09:35").await;
    let Some(mut browser) = Browser::start("privacy-delay", &house.url, PHONE).await else { return };
    look(&house, "town-acceptance", case).await;
    assert!(what_li_is_told(&mut browser, &house).await.contains("文艺路街道办事处（演示）（受理岗）"));
    the_supervisor_delays_the_telling(&mut browser).await;
    look(&house, "town-acceptance", case).await;
    let told = what_li_is_told(&mut browser, &house).await;
    assert!(!told.contains("文艺路"), "{told}");
    browser.sign_in_staff("auditor").await;
    browser.open("/admin/acts").await;
    browser.sees("决定延迟告知").await;
    browser.forget().await;
    house.at("2026-07-01 09:00").await;
    let told = what_li_is_told(&mut browser, &house).await;
    assert!(told.contains("文艺路") && told.contains("演监〔2026〕1号"), "{told}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sheet_of_a_printed_case_says_who_printed_it() {
    let house = House::open("2026-06-01 09:00").await;
    let case = house.play_one("linshi-jiuzhu", "03-corrected-then-granted.yaml", 2, "2026-06-01 09:35").await;
    let Some(mut browser) = Browser::start("privacy-print", &house.url, DESK).await else { return };
    browser.sign_in_staff("town-acceptance").await;
    browser.open(&format!("/desk/cases/{case}/print")).await;
    let printed = browser.ask("Page.printToPDF", serde_json::json!({})).await;
    let pdf = STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
    browser.close().await;
    let folder = testkit::folder();
    let file = folder.path().join("case.pdf");
    std::fs::write(&file, pdf).unwrap();
    let Ok(read) = std::process::Command::new("pdftotext").arg("-raw").arg(&file).arg("-").output() else {
        let required = std::env::var("TONGBAN_REQUIRE").is_ok_and(|list| list.contains("chromium"));
        assert!(!required, "pdftotext is required");
        return;
    };
    let text = String::from_utf8(read.stdout).unwrap();
    let sheets: Vec<&str> = text.split('\u{c}').filter(|sheet| !sheet.trim().is_empty()).collect();
    assert!(sheets.len() > 1, "one sheet only: {text}");
    for sheet in sheets {
        let joined: String = sheet.split_whitespace().collect();
        assert!(joined.contains("陈受理（文艺路街道办事处（演示））"), "{sheet}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_closed_and_nobody_is_left() {
    let house = House::open("2026-06-01 09:00").await;
    let Some(mut browser) = Browser::start("privacy-close", &house.url, PHONE).await else { return };
    browser.sign_in(ZHANG).await;
    browser.open("/my/data/close").await;
    // Everything that stands in the way is told at once.
    browser.sees("您是单位的法定代表人").await;
    browser.sees("您是别人的监护人").await;
    browser.forget().await;
    // Something runs: not now.
    let case = house
        .play_one("guer-shenghuo-baozhang", "04-corrected-then-granted.yaml", 1, "2026-06-01 09:35")
        .await;
    browser.sign_in(LUO).await;
    browser.open("/my/data").await;
    browser.click("main a[href='/my/data/close']").await;
    browser.sees("您还有 1 件事没有办完").await;
    browser.press("去办理").await;
    browser.open(&format!("/cases/{case}/withdraw")).await;
    browser.fill("reason", "不办了").await;
    browser.press("确定撤回").await;
    browser.open("/my/data/close").await;
    browser.press("注销账号").await;
    browser.sees("没有勾选确认").await;
    browser.click("#sure").await;
    browser.press("注销账号").await;
    browser.sees("账号已注销").await;
    browser.open("/my").await;
    assert_eq!(browser.path().await, "/sign-in", "every visit has ended");
    browser.sign_in(LUO).await;
    browser.sees("账号或密码不正确").await;
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
