//! Proving again: for changes of the account, for levels, and for staff who must.

use kernel::Role;

use crate::sessions::Subject;
use crate::testing::{Browser, PASSWORD, PHONE, TestSite, later, morning, town};
use crate::totp::tests::{at, set_up};

async fn signed_in(site: &TestSite) -> Browser {
    let mut browser = Browser::default();
    let fields = [("login", PHONE), ("password", PASSWORD)];
    assert_eq!(site.post(&mut browser, "/sign-in", "/sign-in", &fields).await.location(), "/my");
    browser
}

/// The secret that the page shows to be typed.
fn shown_secret(page: &str) -> Vec<u8> {
    let (_, rest) = page.split_once("id=\"totp-secret\">").unwrap();
    let text: String = rest.split_once('<').unwrap().0.chars().filter(|c| *c != ' ').collect();
    let value = |c: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
    let bits: Vec<usize> = text.chars().flat_map(|c| (0..5).rev().map(move |n| value(c) >> n & 1)).collect();
    bits.chunks_exact(8)
        .map(|eight| eight.iter().fold(0, |byte, bit| byte << 1 | u8::try_from(*bit).unwrap()))
        .collect()
}

#[tokio::test]
async fn an_application_is_set_up_and_removed_on_the_pages() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(true);
        let mut browser = signed_in(&site).await;
        site.wait(601);
        let stale = site.get(&mut browser, "/account/totp").await;
        assert_eq!(
            stale.location(),
            "/account/prove?next=%2Faccount%2Ftotp",
            "a visit left open sets nothing up"
        );
        let begun = site.post(&mut browser, "/my/account", "/account/totp/begin", &[]).await;
        assert_eq!(begun.location(), "/account/prove?next=%2Faccount%2Ftotp");
        assert_eq!(site.town.count("select count(*) from totp_secrets").await, 0);
        let prove = "/account/prove?next=%2Faccount%2Ftotp";
        let wrong = site
            .post(&mut browser, prove, "/account/prove", &[("password", "wrong"), ("next", "/account/totp")])
            .await;
        assert_eq!(wrong.status, 422);
        let before = browser.cookie("__Host-session").unwrap().to_owned();
        let right = site
            .post(&mut browser, prove, "/account/prove", &[("password", PASSWORD), ("next", "/account/totp")])
            .await;
        assert_eq!((right.status.as_u16(), right.location()), (303, "/account/totp"));
        assert_ne!(browser.cookie("__Host-session").unwrap(), before, "a new token");
        let mut old = Browser { cookies: vec![("__Host-session".into(), before)] };
        assert_eq!(site.get(&mut old, "/my/account").await.status, 303, "the old one opens nothing");

        assert_eq!(site.post(&mut browser, "/account/totp", "/account/totp/begin", &[]).await.status, 303);
        let page = site.get(&mut browser, "/account/totp").await;
        assert!(page.text.contains("<svg"), "the QR code");
        let secret = shown_secret(&page.text);
        let wrong =
            site.post(&mut browser, "/account/totp", "/account/totp/confirm", &[("code", "000000")]).await;
        assert_eq!(wrong.status, 422);
        let code = at(&secret, site.now());
        let done =
            site.post(&mut browser, "/account/totp", "/account/totp/confirm", &[("code", &code)]).await;
        assert_eq!(done.location(), "/account/recovery-codes");
        let codes = site.post(&mut browser, "/account/recovery-codes", "/account/recovery-codes", &[]).await;
        assert_eq!(codes.text.matches("<li><code>").count(), 10);
        assert!(
            !site.get(&mut browser, "/account/recovery-codes").await.text.contains("<li><code>"),
            "shown once"
        );

        // Later the password is not enough to remove it.
        site.wait(601);
        let asked = site.post(&mut browser, "/my/account", "/account/totp/remove", &[]).await;
        assert_eq!(asked.location(), "/account/prove?next=%2Faccount%2Ftotp");
        let password = site.post(&mut browser, prove, "/account/prove", &[("password", PASSWORD)]).await;
        assert_eq!(password.status, 422);
        let code = at(&secret, site.now());
        let proved = site.post(&mut browser, prove, "/account/prove", &[("code", &code)]).await;
        assert_eq!(proved.status, 303);
        site.post(&mut browser, "/account/totp", "/account/totp/remove", &[]).await;
        assert_eq!(site.town.count("select count(*) from totp_secrets").await, 0);
        assert_eq!(site.town.count("select count(*) from recovery_codes").await, 0, "they go with it");
        assert_eq!(
            site.post(
                &mut Browser::default(),
                "/sign-in",
                "/sign-in",
                &[("login", PHONE), ("password", PASSWORD)]
            )
            .await
            .location(),
            "/my"
        );
    })
    .await;
}

#[tokio::test]
async fn staff_of_some_roles_do_nothing_before_a_strong_factor() {
    testkit::each_database(async |db| {
        let site = town(db).await.site_that_wants(true, [Role::Review].into());
        let mut browser = Browser::default();
        let fields = [("login", "chen"), ("password", "three small clerks"), ("next", "/staff/deputies")];
        site.post(&mut browser, "/staff/sign-in", "/staff/sign-in", &fields).await;
        for path in [
            "/staff/deputies",
            "/staff/account",
            "/my/account",
            "/account/password",
            "/account/recovery-codes",
            "/nowhere",
        ] {
            let led = site.get(&mut browser, path).await;
            assert!(
                led.location().starts_with("/account/prove?wanted=strong&next="),
                "{path}: {}",
                led.location()
            );
        }
        let page = site.get(&mut browser, "/account/prove?wanted=strong&next=%2Fstaff%2Fdeputies").await;
        assert!(page.text.contains("/account/totp?next="), "{}", page.text);
        let token = site.get(&mut browser, "/account/totp").await;
        let token =
            token.text.split_once("name=\"_csrf\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        let named = site.post_with(&mut browser, "/staff/deputies", &token, &[]).await;
        assert!(named.location().starts_with("/account/prove"), "forms too");
        let body = serde_json::json!({"login": "chen", "password": "three small clerks", "kind": "staff"});
        let bearer = site.api("POST", "/api/v1/sessions", "", Some(body)).await.json();
        let bearer = bearer["token"].as_str().unwrap();
        let refused = site.api("GET", "/api/v1/me", bearer, None).await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()["type"].as_str()),
            (403, Some("/api#problem-level"))
        );

        site.post(&mut browser, "/account/totp", "/account/totp/begin", &[]).await;
        let page = site.get(&mut browser, "/account/totp").await;
        let code = at(&shown_secret(&page.text), site.now());
        let fields = [("code", code.as_str()), ("next", "/staff/deputies")];
        let done = site.post(&mut browser, "/account/totp", "/account/totp/confirm", &fields).await;
        assert_eq!(done.location(), "/account/recovery-codes?next=%2Fstaff%2Fdeputies");
        assert_eq!(site.get(&mut browser, "/staff/deputies").await.status, 200);
        assert_eq!(site.get(&mut browser, "/staff/account").await.status, 200);
        // Whose password is known to somebody else gains nothing by it.
        let mut thief = Browser::default();
        let fields = [("login", "chen"), ("password", "three small clerks")];
        let half = site.post(&mut thief, "/staff/sign-in", "/staff/sign-in", &fields).await;
        assert_eq!(half.location(), "/sign-in/second");
    })
    .await;
}

#[tokio::test]
async fn a_level_is_asked_for_in_words_and_reached_in_the_visit() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (li, zhang) = (Subject::Person(town.li), Subject::Person(town.zhang));
        town.write(async |tx| {
            tx.execute(
                "update persons set assurance_level = 'declared' where id = $1",
                store::vals![li.id()],
            )
            .await
            .unwrap();
        })
        .await;
        let secret = set_up(&town, zhang, morning()).await;
        let site = town.site(true);
        let mut declared = site.browser_of(li).await;
        let page = site.get(&mut declared, "/account/prove?wanted=verified&next=%2Fapply%2Fx").await;
        assert!(page.text.contains("身份证") && !page.text.contains("name=\"code\""), "{}", page.text);
        let mut verified = site.browser_of(zhang).await;
        let led = site.get(&mut verified, "/account/prove?wanted=verified&next=%2Fdrafts%2F1").await;
        assert_eq!(led.location(), "/drafts/1", "nothing is missing");
        let outside = site.get(&mut verified, "/account/prove?wanted=verified&next=%2F%2Fevil.example").await;
        assert_eq!(outside.location(), "/my/account", "nobody is led away");
        assert_eq!(site.get(&mut verified, "/account/prove?wanted=godlike").await.status, 404);
        let strong = "/account/prove?wanted=strong&next=%2Fdrafts%2F1";
        assert_eq!(site.get(&mut verified, strong).await.status, 200);
        let code = at(&secret, site.now());
        let fields = [("wanted", "strong"), ("next", "/drafts/1"), ("code", code.as_str())];
        let done = site.post(&mut verified, strong, "/account/prove", &fields).await;
        assert_eq!(done.location(), "/drafts/1");
        assert_eq!(site.get(&mut verified, strong).await.location(), "/drafts/1", "it counts for the visit");

        // Programs do the same with their token.
        let opened =
            site.town.write(async |tx| crate::open_session_for(tx, zhang, site.now()).await.unwrap()).await;
        let code = at(&secret, later(site.now(), 30));
        let body = serde_json::json!({"code": code});
        let proved =
            site.api("POST", "/api/v1/sessions/current/proof", &opened.token.reveal(), Some(body)).await;
        assert_eq!(proved.status, 200);
        assert_ne!(proved.json()["token"], opened.token.reveal());
        assert_eq!(site.api("GET", "/api/v1/me", &opened.token.reveal(), None).await.status, 401);
    })
    .await;
}
