//! The half sign-in from outside: what it opens, what it does not, and what slows a guesser down.

use crate::passkeys::tests::set_up as set_up_passkey;
use crate::sessions::Subject;
use crate::testing::{Browser, PASSWORD, PHONE, TestSite, later, morning, town};
use crate::totp::tests::{at, set_up};

fn login() -> Vec<(&'static str, &'static str)> {
    vec![("login", PHONE), ("password", PASSWORD)]
}

async fn first_step(site: &TestSite, browser: &mut Browser) {
    let answer = site.post(browser, "/sign-in", "/sign-in", &login()).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/sign-in/second"), "{}", answer.text);
}

#[tokio::test]
async fn an_account_with_an_application_asks_for_its_code() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let secret = set_up(&town, Subject::Person(town.zhang), morning()).await;
        let site = town.site(true);
        let mut browser = Browser::default();
        first_step(&site, &mut browser).await;
        assert_eq!(browser.cookie("__Host-session"), None);
        let half = browser.cookie("__Host-half").unwrap().to_owned();

        // The half token is no session, under either name.
        let mut forger = Browser { cookies: vec![("__Host-session".into(), half.clone())] };
        assert_eq!(site.get(&mut forger, "/my/account").await.location(), "/sign-in?next=%2Fmy%2Faccount");
        assert_eq!(site.api("GET", "/api/v1/me", &half, None).await.status, 401);
        assert_eq!(site.get(&mut browser.clone(), "/my/account").await.status, 303);
        assert_eq!(
            site.get(&mut browser.clone(), "/account/totp").await.location(),
            "/sign-in?next=%2Faccount%2Ftotp"
        );
        // Another browser has nothing to go on with.
        assert_eq!(site.get(&mut Browser::default(), "/sign-in/second").await.status, 409);

        let wrong =
            site.post(&mut browser, "/sign-in/second", "/sign-in/second", &[("code", "000000")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(browser.cookie("__Host-session"), None);
        let code = at(&secret, site.now());
        let fields = [("code", code.as_str()), ("next", "/my/account")];
        let done = site.post(&mut browser, "/sign-in/second", "/sign-in/second", &fields).await;
        assert_eq!((done.status.as_u16(), done.location()), (303, "/my/account"));
        let session = browser.cookie("__Host-session").unwrap();
        assert_ne!(session, half, "a new token");
        assert_eq!(browser.cookie("__Host-half"), None);
        let page = site.get(&mut browser, "/my/account").await;
        assert!(page.text.contains("强认证"), "{}", page.text);
        // The half sign-in is used up, and the same code too.
        let mut again = Browser { cookies: vec![("__Host-half".into(), half)] };
        assert_eq!(site.get(&mut again, "/sign-in/second").await.status, 409);
        let mut other = Browser::default();
        first_step(&site, &mut other).await;
        let replayed = site.post(&mut other, "/sign-in/second", "/sign-in/second", &[("code", &code)]).await;
        assert_eq!(replayed.status, 422);
        // The log shows one sign-in and the failures, no half ones besides.
        let succeeded =
            "select count(*) from sign_ins where outcome = 'succeeded' and factor = 'password totp'";
        assert_eq!(site.town.count(succeeded).await, 1);
    })
    .await;
}

#[tokio::test]
async fn it_waits_ten_minutes_and_not_longer() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let secret = set_up(&town, Subject::Person(town.zhang), morning()).await;
        let site = town.site(true);
        let mut browser = Browser::default();
        first_step(&site, &mut browser).await;
        site.wait(600);
        let code = at(&secret, site.now());
        let late = site.post(&mut browser, "/sign-in", "/sign-in/second", &[("code", &code)]).await;
        assert_eq!(late.status, 409);
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_slows_down_and_locks_nobody_out() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let secret = set_up(&town, Subject::Person(town.zhang), morning()).await;
        let site = town.site(true);
        let mut browser = Browser::default();
        first_step(&site, &mut browser).await;
        let guess = async |browser: &mut Browser, code: &str| {
            site.post(browser, "/sign-in/second", "/sign-in/second", &[("code", code)]).await
        };
        let mut statuses = Vec::new();
        for n in 0..6 {
            statuses.push(guess(&mut browser, &format!("00000{n}")).await.status.as_u16());
        }
        assert_eq!(statuses, [422, 422, 422, 422, 429, 429], "the open password counts as the first");
        let right = at(&secret, site.now());
        assert_eq!(guess(&mut browser, &right).await.status, 429, "the right code has to wait too");
        site.wait(30);
        let right = at(&secret, site.now());
        assert_eq!(guess(&mut browser, &right).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let owner = Subject::Person(town.zhang);
        set_up(&town, owner, morning()).await;
        let make = async |tx: &mut store::Tx| {
            crate::recovery_codes::make(tx, &town.vault, owner, morning()).await.unwrap()
        };
        let codes = town.write(make).await;
        let site = town.site(true);
        for (expected, code) in
            [(303, codes[0].to_lowercase()), (422, codes[0].clone()), (303, codes[1].clone())]
        {
            let mut browser = Browser::default();
            first_step(&site, &mut browser).await;
            let done =
                site.post(&mut browser, "/sign-in/second", "/sign-in/second", &[("code", &code)]).await;
            assert_eq!(done.status, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_taken_at_the_second_step_and_alone() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let owner = Subject::Person(town.zhang);
        let mut key = set_up_passkey(&town, owner, b"key-1", morning()).await;
        let mut foreign = set_up_passkey(&town, Subject::Person(town.li), b"key-2", morning()).await;
        let mut clerks = set_up_passkey(&town, Subject::Staff(town.clerk), b"key-3", morning()).await;
        let site = town.site(true);
        let mut browser = Browser::default();
        first_step(&site, &mut browser).await;
        let (challenge, done) = ("/sign-in/second/challenge", "/sign-in/second/passkey");
        let options = site.post(&mut browser, "/sign-in/second", challenge, &[]).await.json();
        assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
        let answer = foreign.get(&options);
        let refused = site.post(&mut browser, "/sign-in/second", done, &[("answer", &answer)]).await;
        assert_eq!(refused.status, 422, "a passkey of somebody else");
        let answer = key.get(&options);
        let opened = site.post(&mut browser, "/sign-in/second", done, &[("answer", &answer)]).await;
        assert_eq!((opened.status.as_u16(), opened.location()), (303, "/my"), "{}", opened.text);

        let alone = "/sign-in/passkey/challenge";
        let mut browser = Browser::default();
        let options = site.post(&mut browser, "/sign-in", alone, &[]).await.json();
        assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 0, "nobody is named");
        let answer = key.get(&options);
        let staff_door =
            site.post(&mut browser, "/staff/sign-in", "/staff/sign-in/passkey", &[("answer", &answer)]).await;
        assert_eq!(staff_door.status, 422, "a person's passkey opens no door of staff");
        let answer = key.get(&site.post(&mut browser, "/sign-in", alone, &[]).await.json());
        let opened = site.post(&mut browser, "/sign-in", "/sign-in/passkey", &[("answer", &answer)]).await;
        assert_eq!((opened.status.as_u16(), opened.location()), (303, "/my"));
        let mut browser = Browser::default();
        let answer = clerks.get(&site.post(&mut browser, "/sign-in", alone, &[]).await.json());
        let opened =
            site.post(&mut browser, "/staff/sign-in", "/staff/sign-in/passkey", &[("answer", &answer)]).await;
        assert_eq!((opened.status.as_u16(), opened.location()), (303, "/desk"));
    })
    .await;
}

#[tokio::test]
async fn a_clerk_who_left_in_between_stays_outside() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let secret = set_up(&town, Subject::Staff(town.clerk), morning()).await;
        let site = town.site(true);
        let mut browser = Browser::default();
        let fields = [("login", "chen"), ("password", "three small clerks")];
        let answer = site.post(&mut browser, "/staff/sign-in", "/staff/sign-in", &fields).await;
        assert_eq!(answer.location(), "/sign-in/second");
        let clerk = site.town.clerk;
        site.town
            .write(async |tx| {
                tx.execute("update staff set disabled_at = 1 where id = $1", store::vals![clerk])
                    .await
                    .unwrap();
            })
            .await;
        let code = at(&secret, site.now());
        let refused = site.post(&mut browser, "/sign-in", "/sign-in/second", &[("code", &code)]).await;
        assert_eq!(refused.status, 409);
    })
    .await;
}

#[tokio::test]
async fn programs_take_the_second_step_too() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let secret = set_up(&town, Subject::Person(town.zhang), morning()).await;
        let site = town.site(true);
        let body = serde_json::json!({"login": PHONE, "password": PASSWORD, "kind": "person"});
        let first = site.api("POST", "/api/v1/sessions", "", Some(body)).await;
        assert_eq!(first.status, 202);
        let first = first.json();
        assert_eq!((first["state"].as_str(), first["ways"][0].as_str()), (Some("second-step"), Some("totp")));
        let token = first["token"].as_str().unwrap();
        assert_eq!(site.api("GET", "/api/v1/me", token, None).await.status, 401);
        let second = async |code: &str| {
            let body = serde_json::json!({"token": token, "code": code});
            site.api("POST", "/api/v1/sessions/second-step", "", Some(body)).await
        };
        assert_eq!(second("not a code").await.status, 422);
        let done = second(&at(&secret, site.now())).await;
        assert_eq!(done.status, 201);
        let opened = done.json()["token"].as_str().unwrap().to_owned();
        assert_eq!(site.api("GET", "/api/v1/me", &opened, None).await.status, 200);
        assert_eq!(second(&at(&secret, later(site.now(), 30))).await.status, 409, "used up");
    })
    .await;
}
