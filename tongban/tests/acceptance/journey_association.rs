//! An association is registered (社会团体成立登记) after one correction; registrar and body in charge work at the same time.

use crate::browser::{Browser, DESK};
use crate::journey::{House, scenario};

const ITEM: &str = "000111001000";
const NAME: &str = "社会团体成立登记";
const ASSOCIATION: &str = "湖南省演示健步走协会";
/// 张演示
const CITIZEN: &str = "19900000001";

const PROBLEM_OF_PAPER: &str = "住所证明没有产权人签字，请补签后重新上传。";
const PROBLEM_OF_FIELD: &str = "“承接政府委托的服务”请写明是哪一类服务。";
const MENDED: &str = "组织健步走活动；开展健身知识普及；培训志愿指导员；承接政府委托的健身赛事服务。";

async fn citizen(browser: &mut Browser) {
    browser.forget().await;
    browser.sign_in(CITIZEN).await;
}

async fn apply(browser: &mut Browser, house: &House) {
    citizen(browser).await;
    browser.open(&format!("/items/{ITEM}/01")).await;
    browser.press("在线办理").await;
    browser.press("开始填写").await;
    let form = scenario("shehui-tuanti-chengli", "01-granted.yaml").steps[0].form.clone();
    let association = [
        "name",
        "category",
        "purpose",
        "business_scope",
        "activity_area",
        "address",
        "funds",
        "supervising_body",
    ];
    browser.answer(&form, &association).await;
    browser.press("保存并继续").await;
    browser.answer(&form, &["member_kind", "member_count", "founders"]).await;
    browser.press("保存并继续").await;
    let officers =
        ["legal_representative", "legal_representative_id", "officers", "has_officials", "full_time_staff"];
    browser.answer(&form, &officers).await;
    browser.press("保存并继续").await;
    browser.answer(&form, &["contact_name", "contact_mobile"]).await;
    browser.press("保存并继续").await;
    for material in house.required(ITEM) {
        browser.hand_in(house, &material).await;
    }
    browser.press("核对并提交").await;
    browser.sees("湖南省体育局").await;
    browser.fill("declared", "true").await;
    browser.press("提交申请").await;
    browser.sees("申请已提交").await;
    browser.sees("2026年5月11日").await;
}

async fn note(browser: &mut Browser, target: &str, problem: &str, ground: &str) {
    browser.fill("target", target).await;
    browser.fill("problem", problem).await;
    browser.fill("ground", ground).await;
    browser.command("note-defect").await;
    browser.sees(problem).await;
}

/// The desk says everything that is missing at once.
async fn province_asks_for_correction(browser: &mut Browser, house: &House) {
    house.at("2026-05-06 09:00").await;
    browser.take("province-acceptance", NAME).await;
    note(browser, "material:premises-proof", PROBLEM_OF_PAPER, "社会团体登记管理条例 第十一条").await;
    note(browser, "field:business_scope", PROBLEM_OF_FIELD, "社会团体登记管理条例 第十条").await;
    browser.press("核对并发出补正通知").await;
    for said in [PROBLEM_OF_PAPER, PROBLEM_OF_FIELD, "补正通知只能发出一次", "补正期限为30日"]
    {
        browser.sees(said).await;
    }
    browser.command("send-correction").await;
    browser.sees("补正通知已发出，办理期限暂停计算。").await;
}

async fn citizen_corrects(browser: &mut Browser, house: &House) {
    house.at("2026-05-20 21:00").await;
    citizen(browser).await;
    browser.open("/my").await;
    browser.sees("现在需要您处理").await;
    browser.sees("2026年6月5日").await;
    browser.press("去办理").await;
    for said in [PROBLEM_OF_PAPER, PROBLEM_OF_FIELD, "待改", "只有这些内容可以修改"] {
        browser.sees(said).await;
    }
    browser.hand_in(house, "premises-proof").await;
    browser.fill("business_scope", MENDED).await;
    browser.click("main button[name='_go'][value='send']").await;
    browser.open_my_case(NAME).await;
    browser.sees("已提交，等待受理").await;
    browser.sees("2026年5月27日").await;
    browser.sees(MENDED).await;
}

async fn province_accepts(browser: &mut Browser, house: &House) {
    house.at("2026-05-21 09:00").await;
    browser.open_at_desk("province-acceptance", NAME).await;
    browser.sees(MENDED).await;
    browser.command("accept").await;
    browser.sees("已受理。").await;
    browser.sees("2026年6月18日").await;
}

/// All three branches lie open at the same time; the decision waits for the last of them.
async fn three_review_in_parallel(browser: &mut Browser, house: &House) {
    house.at("2026-05-25 10:00").await;
    browser.take("incharge-review", NAME).await;
    browser.office_file(house, "supervising-opinion").await;
    browser.agree("同意作为业务主管单位，同意成立。", &[]).await;
    browser.take("province-review", "名称、宗旨和章程审查").await;
    let nothing_similar = [("similar_exists", "false")];
    browser.agree("名称、宗旨和章程符合规定，没有相同相似的团体。", &nothing_similar).await;
    browser.forget().await;
    browser.sign_in_staff("province-decision").await;
    browser.sees("本单位没有待办任务").await;
    browser.take("province-review", "会员、负责人、住所和资金审查").await;
    browser.agree("会员、负责人、住所和资金符合第十条。", &[("members_confirmed", "68")]).await;
}

/// Gives the credit code that was proposed and decided.
async fn province_decides(browser: &mut Browser, house: &House) -> String {
    house.at("2026-06-01 10:00").await;
    browser.take("province-decision", NAME).await;
    for said in ["同意作为业务主管单位", "没有相同相似的团体", "68"] {
        browser.sees(said).await;
    }
    let uscc = browser.attribute("input[name='findings/uscc']", "value").await;
    assert!(
        uscc.starts_with("51430000") && codes::SocialCreditCode::parse(&uscc).is_ok(),
        "proposed: {uscc}"
    );
    browser.fill("grant", "true").await;
    browser.fill("reason", "符合条例第十条规定的条件，准予登记。").await;
    browser.command("decide").await;
    browser.sees("决定已作出。").await;
    house.work().await;
    uscc
}

/// Certificate and register say the same, to everybody, in both languages.
async fn results_are_there(browser: &mut Browser, uscc: &str) {
    citizen(browser).await;
    browser.open_my_case(NAME).await;
    browser.sees("准予").await;
    browser.open("/my/licences").await;
    browser.sees("湘社证字〔2026〕1号").await;
    browser.press("社会团体法人登记证书").await;
    browser.sees("有效").await;
    browser.speak("en").await;
    browser.sees("Certificate of registration of an association").await;
    browser.open("/").await;
    browser.sees("Registration").await;
    browser.open_my_case("Registration").await;
    browser.sees("Granted").await;
    browser.speak("zh-CN").await;
    browser.forget().await;
    browser.open("/registers/social-organisations").await;
    browser.fill("q", "健步走").await;
    browser.click("main form[role='search'] button").await;
    browser.press(ASSOCIATION).await;
    for said in [uscc, MENDED, "周假定", "湖南省体育局", "登记有效"] {
        browser.sees(said).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_an_association_with_a_correction() {
    let house = House::open("2026-04-30 16:00").await;
    let Some(mut browser) = Browser::start("association", &house.url, DESK).await else { return };
    apply(&mut browser, &house).await;
    province_asks_for_correction(&mut browser, &house).await;
    citizen_corrects(&mut browser, &house).await;
    province_accepts(&mut browser, &house).await;
    three_review_in_parallel(&mut browser, &house).await;
    let uscc = province_decides(&mut browser, &house).await;
    results_are_there(&mut browser, &uscc).await;
    browser.close().await;
}
