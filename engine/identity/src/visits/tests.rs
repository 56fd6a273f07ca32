//! Where somebody is signed in, and what ends it.

use crate::sessions::Subject;
use crate::testing::{Browser, PASSWORD, PHONE, TestSite, town};

async fn signed_in(site: &TestSite) -> Browser {
    let mut browser = Browser::default();
    let fields = [("login", PHONE), ("password", PASSWORD)];
    site.post(&mut browser, "/sign-in", "/sign-in", &fields).await;
    browser
}

async fn is_in(site: &TestSite, browser: &Browser) -> bool {
    site.get(&mut browser.clone(), "/my/account").await.status == 200
}

#[tokio::test]
async fn one_is_ended_or_all_with_or_without_this_one() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(true);
        let (mut here, there) = (signed_in(&site).await, signed_in(&site).await);
        let page = site.get(&mut here, "/my/account").await.text;
        assert_eq!((page.matches("/end\"").count(), page.matches("本机</span>").count()), (3, 1), "{page}");
        let foreign = site.browser_of(Subject::Person(site.town.li)).await;
        let mut tx = site.town.db.snapshot().await.unwrap();
        let li = site.town.li;
        let row = tx.fetch_one("select id from sessions where person = $1", store::vals![li]).await.unwrap();
        let foreign_id: String = row.get(0).unwrap();
        drop(tx);
        let refused =
            site.post(&mut here, "/my/account", &format!("/account/visits/{foreign_id}/end"), &[]).await;
        assert_eq!(refused.status, 404, "a visit of somebody else");
        assert!(is_in(&site, &foreign).await);

        let other = page.split("/account/visits/").skip(1).map(|part| &part[..32]);
        let this = page.split_once("本机").unwrap().0.matches("/account/visits/").count();
        let other = other.enumerate().find(|(n, _)| *n != this).unwrap().1;
        let ended = site.post(&mut here, "/my/account", &format!("/account/visits/{other}/end"), &[]).await;
        assert_eq!(ended.location(), "/my/account#visits");
        assert!(!is_in(&site, &there).await && is_in(&site, &here).await);

        let third = signed_in(&site).await;
        site.post(&mut here, "/my/account", "/account/visits/end", &[]).await;
        assert!(!is_in(&site, &third).await && is_in(&site, &here).await);
        let left = site.post(&mut here, "/my/account", "/account/visits/end", &[("here_too", "true")]).await;
        assert_eq!(left.location(), "/");
        assert_eq!(here.cookie("__Host-session"), None);
        assert!(is_in(&site, &foreign).await, "others go on");
        let told = site.town.count("select count(*) from jobs where kind = 'identity.visit-ended'").await;
        assert_eq!(told, 3, "connected systems hear of each");
    })
    .await;
}

#[tokio::test]
async fn a_new_device_is_told_and_marked_and_a_known_one_is_not() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(true);
        let told =
            async || site.town.count("select count(*) from jobs where kind = 'identity.account'").await;
        let mut first = signed_in(&site).await;
        assert_eq!(told().await, 0, "the first one is no news");
        let mark = first.cookie("__Host-device").unwrap().to_owned();
        site.post(&mut first, "/my/account", "/sign-out", &[]).await;
        assert_eq!(first.cookie("__Host-device"), Some(mark.as_str()), "signing out keeps the mark");
        let fields = [("login", PHONE), ("password", PASSWORD)];
        site.post(&mut first, "/sign-in", "/sign-in", &fields).await;
        assert_eq!(told().await, 0, "known again");
        let mut second = signed_in(&site).await;
        assert_eq!(told().await, 1);
        assert!(site.get(&mut second, "/my/account").await.text.contains("新设备"));
        // A mark that somebody made up is a new device too.
        let mut forger = Browser { cookies: vec![("__Host-device".into(), "x".repeat(43))] };
        site.post(&mut forger, "/sign-in", "/sign-in", &fields).await;
        assert_eq!(told().await, 2);
        // Programs are known by network and name.
        let body = serde_json::json!({"login": PHONE, "password": PASSWORD, "kind": "person"});
        for _ in 0..2 {
            site.api("POST", "/api/v1/sessions", "", Some(body.clone())).await;
        }
        assert_eq!(told().await, 3);
        assert_eq!(site.town.count("select count(*) from sign_ins where new_device = 1").await, 3);
    })
    .await;
}
