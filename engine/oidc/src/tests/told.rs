//! What a client is told of somebody, by which name, and that each look is on record.

use identity::Subject;
use store::page::PageRequest;

use super::house::{Browser, House, authorize, claims, library, query, resident_id, text};
use crate::client::{Door, Settings};
use crate::scope::Scope;

#[tokio::test]
async fn only_what_the_scopes_allow_and_each_look_is_on_record() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let looks = async || {
            let subject = format!("person:{}", house.zhang);
            let list = async |tx: &mut store::Tx| {
                store::access_log::list(tx, &subject, &PageRequest::default()).await.unwrap()
            };
            house.write(list).await.items
        };
        let told = async |scope: &str| {
            let mut browser = house.zhangs().await;
            let sent = house.get(&mut browser, &authorize(&client, &[("scope", scope)])).await;
            let led = if sent.location().starts_with("/oauth/") {
                let page = house.get(&mut browser, sent.location()).await;
                let fields = [("answer", "yes"), ("scope", "resident_id")];
                house.submit(&mut browser, &page, sent.location(), &fields).await.led()
            } else {
                sent.led()
            };
            let tokens = house.redeem(&client, &query(&led, "code"), &[]).await.json();
            house.userinfo(&text(&tokens, "access_token")).await.json()
        };
        let names = |told: &serde_json::Value| told.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&told("openid").await), ["sub"]);
        assert!(looks().await.is_empty());
        let profile = told("openid profile assurance email").await;
        assert_eq!(names(&profile), ["sub", "name", "assurance_level"]);
        assert_eq!(
            (text(&profile, "name").as_str(), text(&profile, "assurance_level").as_str()),
            ("张小开", "verified")
        );
        house.wait(1);
        let number = told("openid resident_id").await;
        assert_eq!(text(&number, "resident_id"), resident_id(1));
        let seen = looks().await;
        let fields: Vec<&str> = seen.iter().map(|look| look.field.as_str()).collect();
        assert_eq!(fields, ["identity.resident-id", "identity.name"]);
        assert!(
            seen.iter()
                .all(|look| look.by == format!("client:{}", client.id) && look.purpose == "oidc.userinfo")
        );
    })
    .await;
}

#[tokio::test]
async fn two_sectors_cannot_compare_what_they_know() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let first = house.register(&library()).await;
        let same = house.register(&library()).await;
        let other = house.register(&Settings { sector: "museum.example".into(), ..library() }).await;
        let sub = async |client| text(&claims(&text(&house.sign_on(client).await, "id_token")), "sub");
        let known = sub(&first).await;
        assert_eq!(sub(&first).await, known, "each time");
        assert_eq!(sub(&same).await, known, "within a sector");
        assert_ne!(sub(&other).await, known);
        assert!(!known.contains(&house.zhang.to_string()));
    })
    .await;
}

#[tokio::test]
async fn who_acts_for_an_organisation_says_so_while_they_may() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let settings = Settings { needed_scopes: vec![Scope::OpenId, Scope::Organisation], ..library() };
        let client = house.register(&settings).await;
        let mut browser = house.zhangs().await;
        let scope = [("scope", "openid organisation")];
        let code = house.code(&mut browser, &client, &scope).await;
        let tokens = house.redeem(&client, &code, &[]).await.json();
        let told = house.userinfo(&text(&tokens, "access_token")).await.json();
        assert!(told.get("organisation").is_none(), "for themselves");
        let account = house.get(&mut browser, "/my/hat").await;
        let hat = format!("legal-person:{}", house.company);
        house.submit(&mut browser, &account, "/my/hat", &[("principal", &hat)]).await;
        let code = house.code(&mut browser, &client, &scope).await;
        let tokens = house.redeem(&client, &code, &[]).await.json();
        let told = house.userinfo(&text(&tokens, "access_token")).await.json();
        assert_eq!(text(&told["organisation"], "name"), "某某食品有限公司");
        assert_eq!(told["organisation"]["is_representative"], true);
    })
    .await;
}

#[tokio::test]
async fn staff_sign_on_to_systems_for_staff_until_they_leave() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let settings = Settings {
            door: Door::Staff,
            scopes: vec![Scope::OpenId, Scope::Profile, Scope::Staff],
            needed_scopes: vec![Scope::OpenId, Scope::Profile, Scope::Staff],
            ..library()
        };
        let client = house.register(&settings).await;
        let mut person = house.zhangs().await;
        let sent = house.get(&mut person, &authorize(&client, &[])).await;
        assert!(sent.location().starts_with("/staff/sign-in"), "{}", sent.location());
        let mut clerk = house.browser_of(Subject::Staff(house.clerk)).await;
        let code = house.code(&mut clerk, &client, &[("scope", "openid profile staff")]).await;
        let tokens = house.redeem(&client, &code, &[]).await.json();
        let told = house.userinfo(&text(&tokens, "access_token")).await.json();
        assert_eq!(
            (text(&told, "name").as_str(), text(&told["staff"], "body").as_str()),
            ("陈晨", "某区行政审批局")
        );
        assert_eq!(told["staff"]["roles"], serde_json::json!(["review"]));
        let (now, id) = (house.now(), house.clerk);
        house
            .write(async |tx| {
                tx.execute("update staff set disabled_at = $1 where id = $2", store::vals![now, id])
                    .await
                    .unwrap()
            })
            .await;
        assert_eq!(house.userinfo(&text(&tokens, "access_token")).await.status, 401, "they have left");
        assert_eq!(house.refresh(&client, &text(&tokens, "refresh_token")).await.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn an_access_token_is_looked_for_where_it_belongs() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let access = text(&house.sign_on(&client).await, "access_token");
        let posted = house.call("/oauth/userinfo", "", &[("access_token", &access)]).await;
        assert_eq!(posted.status, 200);
        let in_address = format!("/oauth/userinfo?access_token={access}");
        assert_eq!(house.get(&mut Browser::default(), &in_address).await.error(), "invalid_token");
        assert_eq!(house.userinfo("").await.error(), "invalid_token");
        // A visit's token opens nothing here, and an access token nothing at our own API.
        let visit = house.visit(Subject::Person(house.zhang)).await;
        assert_eq!(house.userinfo(&visit).await.status, 401);
        assert_eq!(house.bearer("GET", "/api/v1/me", &access, None).await.status, 401);
    })
    .await;
}

/// Whatever a client sends along, no number or name lies in clear in any column of this room.
#[tokio::test]
async fn nothing_personal_lies_in_clear() {
    let test_db = testkit::sqlite().await;
    let house = House::open(test_db.db.clone()).await;
    let client = house.register(&library()).await;
    let number = resident_id(1);
    let hints =
        [("login_hint", number.as_str()), ("state", "13800138000"), ("scope", "openid profile phone")];
    let sent = house.get(&mut Browser::default(), &authorize(&client, &hints)).await;
    assert!(sent.location().starts_with("/sign-in"));
    house.sign_on(&client).await;
    let (_, path) = test_db.url.split_once("sqlite:").unwrap();
    for file in [path.to_owned(), format!("{path}-wal")] {
        let bytes = std::fs::read(file).unwrap();
        for personal in [number.as_bytes(), b"13800138000", "张小开".as_bytes()] {
            assert!(!bytes.windows(personal.len()).any(|window| window == personal));
        }
    }
}
