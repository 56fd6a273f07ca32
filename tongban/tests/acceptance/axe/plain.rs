//! A browser that runs no script: what people do on their pages works all the same. Applying from the search box to the
//! receipt without script is walked in `journey_relief`.

use super::walk;
use super::world::Who::{Nobody, Owner, Person, Staff};
use super::world::World;
use crate::browser::Browser;

/// Looks a case up, narrows lists, changes hats, writes and reads: all by links and forms alone.
pub(super) async fn works_without_script(world: &World) {
    let Some(mut browser) = Browser::start_without_script("plain", &world.house.url).await else { return };
    walk::errors_of_forms_have_the_focus(&mut browser, world).await;
    look_up(&mut browser, world).await;
    find(&mut browser, world).await;
    own_pages(&mut browser, world).await;
    desk(&mut browser, world).await;
    browser.close().await;
}

async fn look_up(browser: &mut Browser, world: &World) {
    walk::open_as(browser, world, &Nobody, "/progress").await;
    browser.fill("number", &world.number("corrected").await).await;
    browser.fill("name", "李示例").await;
    browser.press("查询").await;
    browser.sees("需要补正材料").await;
    browser.sees("咨询电话").await;
}

/// A place is chosen level by level, and a search leads to a guide.
async fn find(browser: &mut Browser, world: &World) {
    walk::open_as(browser, world, &Nobody, "/people").await;
    browser.click("header .place").await;
    browser.press("长沙市").await;
    browser.press("就选长沙市").await;
    browser.frame_says("长沙市").await;
    browser.click("header .looks a[href^='/type']").await;
    browser.speak("en").await;
    browser.speak("zh-CN").await;
    browser.open("/").await;
    browser.fill("q", "临时救助").await;
    browser.click("main form[action='/search'] button").await;
    browser.click("main a[href='/items/000511002000/01']").await;
    browser.sees("办理条件").await;
}

async fn own_pages(browser: &mut Browser, world: &World) {
    walk::open_as(browser, world, &Owner("corrected"), "/my/cases").await;
    browser.fill("state", "closed").await;
    browser.press("查找").await;
    browser.sees("没有符合条件的办件").await;
    walk::open_as(browser, world, &Owner("corrected"), "/cases/{corrected}").await;
    browser.fill("letter", "票据找到了，一并补交可以吗？").await;
    browser.press("发送").await;
    browser.sees("一并补交可以吗").await;
    walk::open_as(browser, world, &Person("chen-fanli"), "/org").await;
    browser.click_path("//main//li[contains(., '长沙演示颐养有限公司')]//button").await;
    browser.sees("您现在代表本单位办事").await;
    browser.frame_says("代表 长沙演示颐养有限公司").await;
    browser.press("以个人身份办事").await;
    assert_eq!(browser.path().await, "/my");
}

/// A clerk takes the work that waits and gives it back.
async fn desk(browser: &mut Browser, world: &World) {
    walk::open_as(browser, world, &Staff("county-decision"), "/desk?scope=body").await;
    browser.click_path("//main//tr[contains(., '养老机构备案')]//a").await;
    browser.command("claim").await;
    browser.sees("已签收，可以开始办理。").await;
    browser.command("release").await;
}
