//! What goes beyond need is asked for, kept, and taken back.

use identity::Subject;

use super::house::{Answer, Browser, House, Known, authorize, library, query, text};

const ALL: (&str, &str) = ("scope", "openid profile phone resident_id offline_access");

async fn ask(
    house: &House,
    browser: &mut Browser,
    client: &Known,
    changes: &[(&str, &str)],
) -> (Answer, String) {
    let sent = house.get(browser, &authorize(client, changes)).await;
    let path = sent.location().to_owned();
    assert!(path.starts_with("/oauth/authorize/"), "{path}");
    (house.get(browser, &path).await, path)
}

#[tokio::test]
async fn each_thing_is_ticked_by_itself_and_kept() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let silent = house.get(&mut browser, &authorize(&client, &[ALL, ("prompt", "none")])).await;
        assert_eq!(query(silent.location(), "error"), "consent_required");
        let (page, path) = ask(&house, &mut browser, &client, &[ALL]).await;
        for words in ["演示图书馆", "library.example", "手机号码", "公民身份号码", "姓名"] {
            assert!(page.text.contains(words), "{words}");
        }
        assert!(!page.text.contains(" checked"), "nothing is ticked beforehand");
        let fields = [("answer", "yes"), ("scope", "phone"), ("scope", "staff")];
        let led = house.submit(&mut browser, &page, &path, &fields).await;
        let tokens = house.redeem(&client, &query(&led.led(), "code"), &[]).await.json();
        assert_eq!(text(&tokens, "scope"), "openid profile phone", "what was ticked, of what was asked");
        let told = house.userinfo(&text(&tokens, "access_token")).await.json();
        assert_eq!(text(&told, "phone_number"), "13800138000");
        assert!(told.get("resident_id").is_none());
        // Next time nobody is asked, neither for what was ticked nor for what was not.
        let code = house.code(&mut browser, &client, &[ALL, ("prompt", "none")]).await;
        let tokens = house.redeem(&client, &code, &[]).await.json();
        assert_eq!(text(&tokens, "scope"), "openid profile phone");
        // Unless the client says so; then everything is asked again.
        let (page, path) = ask(&house, &mut browser, &client, &[ALL, ("prompt", "consent")]).await;
        let led =
            house.submit(&mut browser, &page, &path, &[("answer", "yes"), ("scope", "resident_id")]).await;
        let tokens = house.redeem(&client, &query(&led.led(), "code"), &[]).await.json();
        assert_eq!(text(&tokens, "scope"), "openid profile resident_id");
    })
    .await;
}

#[tokio::test]
async fn no_is_told_to_the_client() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let (page, path) = ask(&house, &mut browser, &client, &[ALL]).await;
        let led = house.submit(&mut browser, &page, &path, &[("answer", "no")]).await.led();
        assert_eq!(
            (query(&led, "error").as_str(), query(&led, "state").as_str()),
            ("access_denied", "状态 &1")
        );
        assert_eq!(house.count("select count(*) from oidc_consents").await, 0);
        let again = house.submit(&mut browser, &page, &path, &[("answer", "yes")]).await.led();
        assert!(!query(&again, "code").is_empty(), "whoever goes back may change their mind");
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_its_page_is_none() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let (page, path) = ask(&house, &mut browser, &client, &[ALL]).await;
        let forged = Answer { text: String::new(), headers: page.headers.clone(), status: page.status };
        let answer = house.submit(&mut browser, &forged, &path, &[("answer", "yes")]).await;
        assert_eq!(answer.status, 403, "no form token");
        // Somebody else has signed in meanwhile: they are asked themselves.
        let mut li = house.browser_of(Subject::Person(house.li)).await;
        let own = house.get(&mut li, &path).await;
        let led = house.submit(&mut li, &own, &path, &[("answer", "yes"), ("scope", "phone")]).await.led();
        assert!(!query(&led, "code").is_empty());
        let whose = house.count("select count(*) from oidc_consents where subject like 'person:%'").await;
        assert_eq!(whose, 1);
        let mut stranger = Browser::default();
        let sent = house.get(&mut stranger, &authorize(&client, &[ALL])).await;
        let posted =
            house.submit(&mut stranger, &page, &query(sent.location(), "next"), &[("answer", "yes")]).await;
        assert!(posted.location().starts_with("/sign-in"), "{}", posted.location());
    })
    .await;
}

#[tokio::test]
async fn a_person_parts_from_a_system() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let empty = house.get(&mut browser, "/my/connected-systems").await;
        assert!(empty.text.contains("还没有登录过其他系统"));
        let (page, path) = ask(&house, &mut browser, &client, &[ALL]).await;
        let fields = [("answer", "yes"), ("scope", "phone"), ("scope", "offline_access")];
        let led = house.submit(&mut browser, &page, &path, &fields).await.led();
        let tokens = house.redeem(&client, &query(&led, "code"), &[]).await.json();
        let mine = house.get(&mut browser, "/my/connected-systems").await;
        for words in ["演示图书馆", "手机号码", "您退出以后继续使用", "解除"] {
            assert!(mine.text.contains(words), "{words}");
        }
        let mut li = house.browser_of(Subject::Person(house.li)).await;
        assert!(house.get(&mut li, "/my/connected-systems").await.text.contains("还没有登录过其他系统"));
        let token = house.visit(Subject::Person(house.zhang)).await;
        let listed = house.bearer("GET", "/api/v1/connected-systems", &token, None).await.json();
        assert_eq!(listed["items"][0]["consented"], serde_json::json!(["phone", "offline_access"]));
        let part = format!("/my/connected-systems/{}/part", client.id);
        // Somebody else parts from it for themselves only.
        let others = house.get(&mut li, "/my/account").await;
        house.submit(&mut li, &others, &part, &[]).await;
        assert_eq!(house.userinfo(&text(&tokens, "access_token")).await.status, 200);
        assert_eq!(house.submit(&mut browser, &mine, &part, &[]).await.location(), "/my/connected-systems");
        assert_eq!(house.userinfo(&text(&tokens, "access_token")).await.status, 401);
        assert_eq!(house.refresh(&client, &text(&tokens, "refresh_token")).await.error(), "invalid_grant");
        assert!(house.get(&mut browser, "/my/connected-systems").await.text.contains("还没有登录过其他系统"));
        let silent = house.get(&mut browser, &authorize(&client, &[ALL, ("prompt", "none")])).await;
        assert_eq!(query(silent.location(), "error"), "consent_required", "and is asked again");
        let api = format!("/api/v1/connected-systems/{}", client.id);
        assert_eq!(
            house.bearer("DELETE", &api, &token, None).await.status,
            204,
            "a second time changes nothing"
        );
    })
    .await;
}
