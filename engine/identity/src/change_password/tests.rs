//! Another password: after a proof, by the rules, and with the end of all other visits.

use crate::sessions::Subject;
use crate::testing::{Browser, PASSWORD, PHONE, town};

const NEW: &str = "湘江北去看百舸争流吧";

#[tokio::test]
async fn the_password_is_changed_and_other_visits_end() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(true);
        let owner = Subject::Person(site.town.zhang);
        let (mut here, mut there) = (site.browser_of(owner).await, site.browser_of(owner).await);
        let change = async |browser: &mut Browser, new: &str, again: &str| {
            let fields = [("new_password", new), ("again", again)];
            site.post(browser, "/account/password", "/account/password", &fields).await
        };
        for (new, again) in [
            ("short", "short"),
            (NEW, "other"),
            ("a13800138000", "a13800138000"),
            ("1234567890", "1234567890"),
        ] {
            assert_eq!(change(&mut here, new, again).await.status, 422, "{new}");
        }
        let before = here.cookie("__Host-session").unwrap().to_owned();
        let done = change(&mut here, NEW, NEW).await;
        assert_eq!(done.location(), "/my/account?changed=password");
        assert_ne!(here.cookie("__Host-session").unwrap(), before);
        assert_eq!(site.get(&mut here, "/my/account?changed=password").await.status, 200);
        assert_eq!(site.get(&mut there, "/my/account").await.status, 303, "the other visit has ended");
        let sign_in = async |password: &str| {
            let fields = [("login", PHONE), ("password", password)];
            site.post(&mut Browser::default(), "/sign-in", "/sign-in", &fields).await.status.as_u16()
        };
        assert_eq!((sign_in(PASSWORD).await, sign_in(NEW).await), (422, 303));
        assert_eq!(site.town.count("select count(*) from jobs where kind = 'identity.account'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_visit_left_open_changes_nothing() {
    testkit::each_database(async |db| {
        let site = town(db).await.site(true);
        let mut browser = site.browser_of(Subject::Staff(site.town.clerk)).await;
        let page = site.get(&mut browser, "/account/password").await;
        assert_eq!(page.status, 200);
        site.wait(601);
        let fields = [("new_password", NEW), ("again", NEW)];
        let refused = site.post(&mut browser, "/staff/account", "/account/password", &fields).await;
        assert_eq!(refused.location(), "/account/prove?next=%2Faccount%2Fpassword");
        assert_eq!(site.town.count("select count(*) from jobs where kind = 'identity.account'").await, 0);
    })
    .await;
}
