//! A catalogue manager changes an item, a colleague approves and publishes it, the portal shows it, and running cases keep
//! the version under which they were submitted.

use crate::browser::{Browser, DESK, PHONE};
use crate::journey::House;

const ITEM: &str = "001011003000";
const GUIDE: &str = "/items/001011003000/01";
const BEDS: &str =
    "为老年人提供全日集中住宿和照料护理，床位不少于12张。只做日间照料或者上门服务的，不用办这个事项。";

async fn story(name: &'static str, size: (u32, u32)) {
    let house = House::open("2026-09-21 09:00").await;
    house.play("yanglao-jigou-beian", "01-granted.yaml", 1, 1, "2026-09-21 10:00").await;
    let running = house.versions_running(ITEM).await;
    assert_eq!(running.len(), 1, "{running:?}");
    let Some(mut browser) = Browser::start(name, &house.url, size).await else { return };
    browser.open(GUIDE).await;
    browser.sees("床位不少于10张").await;

    browser.sign_in_staff("catalogue-author").await;
    browser.open("/desk/catalogue?q=养老机构备案").await;
    browser.press("养老机构备案").await;
    browser.press("开始修订").await;
    browser.sees("起草中").await;
    browser.press("办理时限").await;
    browser.fill("limits/promised/within", "30").await;
    browser.press("保存").await;
    browser.sees("已保存，但还有1处").await;
    browser.sees("the promised limit of 30 working days is longer").await;
    browser.fill("limits/promised/within", "15").await;
    browser.press("保存").await;
    browser.sees("已保存，各项规则都符合").await;
    browser.press("指南内容").await;
    browser.fill("conditions/1/zh", BEDS).await;
    browser.press("保存").await;
    for section in ["申请材料", "窗口和监督电话", "谁办理、多久", "申请表"] {
        browser.press(section).await;
    }
    browser.press("返回修订").await;
    browser.sees("床位不少于12张").await;
    browser.press("检查并提请审核").await;
    browser.sees("待审核").await;
    browser.sees("等待另一位工作人员审核").await;
    browser.open(GUIDE).await;
    browser.sees("床位不少于10张").await;

    browser.forget().await;
    browser.sign_in_staff("catalogue-approver").await;
    browser.open("/desk/catalogue?state=checked").await;
    browser.press("养老机构备案").await;
    browser.press("打开正在进行的修订").await;
    browser.fill("word", "按新的管理办法缩短时限").await;
    browser.press("审核通过").await;
    browser.sees("已审核").await;
    browser.press("立即发布").await;
    browser.sees("已发布").await;

    browser.forget().await;
    browser.open(GUIDE).await;
    browser.sees("床位不少于12张").await;
    browser.sees("15个工作日").await;
    browser.press("版本与变更").await;
    browser.sees("按新的管理办法缩短时限").await;
    browser.sees("承诺时限").await;
    browser.sees("20个工作日").await;
    assert_eq!(house.versions_running(ITEM).await, running, "the running case keeps its version");

    browser.sign_in_staff("catalogue-author").await;
    browser.open("/desk/catalogue/items/001011003000/01").await;
    browser.fill("word", "系统升级").await;
    browser.fill("until", "2026-10-08").await;
    browser.press("暂停").await;
    browser.open("/apply/001011003000/01").await;
    browser.open(GUIDE).await;
    browser.sees("这个事项暂停办理").await;
    browser.forget().await;
    browser.sign_in_staff("auditor").await;
    browser.open("/admin/acts").await;
    browser.sees("暂停事项").await;
    browser.sees("发布事项").await;
    browser.sees("按新的管理办法缩短时限").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_changed_by_two_people_at_a_desk() {
    story("catalogue", DESK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_on_a_phone() {
    story("catalogue-phone", PHONE).await;
}
