//! Signing on with a browser: the whole way through the sign-in page, what is redirected and what never is.

use identity::Subject;

use super::house::{
    Browser, CALLBACK, House, ISSUER, PASSWORD, asked, authorize, encoded, library, query, resident_id,
    script,
};

#[tokio::test]
async fn somebody_signs_in_and_comes_back_with_a_code() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = Browser::default();
        let sent = house
            .get(&mut browser, &authorize(&client, &[("login_hint", "13800138000"), ("ui_locales", "fr en")]))
            .await;
        assert_eq!(sent.status, 303);
        let page = house.get(&mut browser, sent.location()).await;
        assert!(page.text.contains("value=\"13800138000\""), "the hint is filled in");
        assert!(page.text.contains("lang=\"en\""), "in the language that the client names");
        let next = query(sent.location(), "next");
        assert!(next.starts_with("/oauth/authorize/"), "{next}");
        let id = resident_id(1);
        let fields = [("login", id.as_str()), ("password", PASSWORD), ("next", next.as_str())];
        let entered = house.submit(&mut browser, &page, "/sign-in", &fields).await;
        assert_eq!((entered.status.as_u16(), entered.location()), (303, next.as_str()));
        let led = house.get(&mut browser, &next).await;
        assert_eq!(led.status, 200, "a page leads on: no redirect leaves the site after a form");
        assert_eq!((led.header("cache-control"), led.header("referrer-policy")), ("no-store", "no-referrer"));
        let back = led.led();
        assert!(back.starts_with("https://library.example/cb?from=tongban&"), "{back}");
        assert_eq!((query(&back, "state").as_str(), query(&back, "iss").as_str()), ("状态 &1", ISSUER));
        let tokens = house.redeem(&client, &query(&back, "code"), &[]).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let forged = format!("{}{}", &next[..next.len() - 2], if next.ends_with("AA") { "BB" } else { "AA" });
        assert_eq!(house.get(&mut browser, &forged).await.status, 409, "sealed by nobody");
        // The second system asks nothing more.
        let quick = house.get(&mut browser, &authorize(&client, &[("prompt", "none")])).await;
        assert_eq!(quick.status, 303);
        assert!(!query(quick.location(), "code").is_empty());
        house.wait(30 * 60);
        assert_eq!(house.get(&mut browser, &next).await.status, 409, "it waited for half an hour");
    })
    .await;
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        for uri in [
            "https://evil.example/cb",
            "https://library.example/cb",
            "https://library.example/cb?from=tongban&x=1",
            "https://library.example/cb?from=tongban#",
            "https://library.example.evil.example/cb?from=tongban",
            "HTTPS://library.example/cb?from=tongban",
            "",
        ] {
            for more in [("prompt", "none"), ("response_type", "token")] {
                let answer =
                    house.get(&mut browser, &authorize(&client, &[("redirect_uri", uri), more])).await;
                assert_eq!((answer.status.as_u16(), answer.location()), (400, ""), "{uri}");
                assert!(!answer.text.contains("href=\"https://evil"), "and nothing leads there");
            }
        }
        for id in ["", "x", "01a1b8c3571771de8a4bbb9f68abb522"] {
            let answer = house.get(&mut browser, &authorize(&client, &[("client_id", id)])).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, ""));
        }
        let twice = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", authorize(&client, &[]));
        assert_eq!(house.get(&mut browser, &twice).await.status, 400, "a parameter comes once");
        assert_eq!(house.count("select count(*) from oidc_grants").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_request_may_not_say() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        for (changes, error) in [
            (vec![("response_type", "token")], "unsupported_response_type"),
            (vec![("response_mode", "fragment")], "invalid_request"),
            (vec![("code_challenge", "")], "invalid_request"),
            (vec![("code_challenge_method", "plain")], "invalid_request"),
            (vec![("code_challenge_method", "")], "invalid_request"),
            (vec![("code_challenge", "short")], "invalid_request"),
            (vec![("scope", "profile")], "invalid_scope"),
            (vec![("scope", "")], "invalid_scope"),
            (vec![("request", "e30.e30.")], "request_not_supported"),
            (vec![("prompt", "none login")], "invalid_request"),
            (vec![("prompt", "dance")], "invalid_request"),
            (vec![("max_age", "-1")], "invalid_request"),
            (vec![("id_token_hint", "e30.e30.AA")], "invalid_request"),
        ] {
            let answer = house.get(&mut browser, &authorize(&client, &changes)).await;
            let back = answer.location();
            assert_eq!((answer.status.as_u16(), query(back, "error").as_str()), (303, error), "{changes:?}");
            assert!(back.starts_with(CALLBACK) && query(back, "code").is_empty());
            assert_eq!((query(back, "state").as_str(), query(back, "iss").as_str()), ("状态 &1", ISSUER));
        }
    })
    .await;
}

#[tokio::test]
async fn prompts_ages_and_levels() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let error = async |browser: &mut Browser, changes: &[(&str, &str)]| {
            query(&house.get(browser, &authorize(&client, changes)).await.led(), "error")
        };
        let mut stranger = Browser::default();
        assert_eq!(error(&mut stranger, &[("prompt", "none")]).await, "login_required");
        let mut clerk = house.browser_of(Subject::Staff(house.clerk)).await;
        assert_eq!(
            error(&mut clerk, &[("prompt", "none")]).await,
            "login_required",
            "not whom the client is for"
        );
        let mut li = house.browser_of(Subject::Person(house.li)).await;
        let verified = ("acr_values", "urn:tongban:acr:verified");
        assert_eq!(error(&mut li, &[verified]).await, "unmet_authentication_requirements");
        assert_eq!(error(&mut li, &[("acr_values", "1 2")]).await, "", "levels of others ask for nothing");
        let mut zhang = house.zhangs().await;
        assert_eq!(error(&mut zhang, &[verified]).await, "");
        house.wait(100);
        assert_eq!(error(&mut zhang, &[("max_age", "100"), ("prompt", "none")]).await, "");
        assert_eq!(error(&mut zhang, &[("max_age", "99"), ("prompt", "none")]).await, "login_required");
        assert_eq!(error(&mut zhang, &[("max_age", "0"), ("prompt", "none")]).await, "login_required");
        for changes in [[("prompt", "login")], [("max_age", "0")], [("prompt", "select_account")]] {
            let sent = house.get(&mut zhang, &authorize(&client, &changes)).await;
            assert!(sent.location().starts_with("/sign-in?next="), "{changes:?}");
            let next = query(sent.location(), "next");
            let still = house.get(&mut zhang, &next).await;
            assert!(still.location().starts_with("/sign-in?next="), "going there is not signing in again");
            house.wait(1);
            let mut fresh = house.zhangs().await;
            assert!(!query(&house.get(&mut fresh, &next).await.led(), "code").is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn a_hint_names_who_is_meant() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let tokens = house.sign_on(&client).await;
        let hint = tokens["id_token"].as_str().unwrap();
        let ask = async |browser: &mut Browser, client| {
            let changes = [("id_token_hint", hint), ("prompt", "none")];
            query(&house.get(browser, &authorize(client, &changes)).await.led(), "error")
        };
        house.wait(3600);
        assert_eq!(ask(&mut house.zhangs().await, &client).await, "", "it may have run out");
        let mut li = house.browser_of(Subject::Person(house.li)).await;
        assert_eq!(ask(&mut li, &client).await, "login_required");
        let other = house.register(&library()).await;
        assert_eq!(ask(&mut house.zhangs().await, &other).await, "invalid_request", "another client's token");
    })
    .await;
}

#[tokio::test]
async fn pushed_requests_are_used_once_and_by_their_client() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let settings = crate::Settings { requires_pushed_requests: true, ..library() };
        let client = house.register(&settings).await;
        let other = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let direct = house.get(&mut browser, &authorize(&client, &[])).await;
        assert_eq!(query(direct.location(), "error"), "invalid_request", "it must push");
        let push = async |fields: &[(&str, &str)]| house.call("/oauth/par", &client.basic(), fields).await;
        let pushed = push(&asked(&client, &[])).await;
        assert_eq!(pushed.status, 201, "{}", pushed.text);
        assert_eq!(pushed.header("cache-control"), "no-store");
        let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let go = async |browser: &mut Browser, id: &str| {
            let path = format!("/oauth/authorize?{}", encoded(&[("client_id", id), ("request_uri", &uri)]));
            house.get(browser, &path).await
        };
        assert_eq!(go(&mut browser, &other.id).await.status, 400, "of another client");
        let good = go(&mut browser, &client.id).await;
        assert!(!query(good.location(), "code").is_empty());
        assert_eq!(go(&mut browser, &client.id).await.status, 400, "once");
        let late = push(&asked(&client, &[])).await.json()["request_uri"].as_str().unwrap().to_owned();
        house.wait(91);
        let path =
            format!("/oauth/authorize?{}", encoded(&[("client_id", &client.id), ("request_uri", &late)]));
        assert_eq!(house.get(&mut browser, &path).await.status, 400, "too late");
        for (changes, error) in [
            (("redirect_uri", "https://evil.example/cb"), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("request_uri", "urn:x"), "invalid_request"),
            (("scope", "email"), "invalid_scope"),
        ] {
            let refused = push(&asked(&client, &[changes])).await;
            assert_eq!((refused.status.as_u16(), refused.error().as_str()), (400, error), "{changes:?}");
        }
        let stranger = house.call("/oauth/par", "", &asked(&client, &[])).await;
        assert_eq!((stranger.status.as_u16(), stranger.error().as_str()), (401, "invalid_client"));
    })
    .await;
}

#[tokio::test]
async fn scripts_of_public_clients_may_call_and_nobody_else() {
    use axum::body::Body;
    use axum::http::Request;
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        house.register(&script()).await;
        let ask = async |method: &str, path: &str, origin: &str| {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("origin", origin)
                .header("access-control-request-method", "POST");
            let answer = house.send(request.body(Body::empty()).unwrap()).await;
            (
                answer.header("access-control-allow-origin").to_owned(),
                answer.header("access-control-allow-credentials").to_owned(),
            )
        };
        let own = "https://library.example";
        let opened = (own.to_owned(), String::new());
        for path in ["/oauth/token", "/oauth/userinfo", "/oauth/revoke"] {
            assert_eq!(ask("OPTIONS", path, own).await, opened);
            assert_eq!(ask("POST", path, own).await, opened, "also the answer, even a no");
            for origin in ["https://evil.example", "null", "http://library.example"] {
                assert_eq!(ask("OPTIONS", path, origin).await, Default::default());
                assert_eq!(ask("POST", path, origin).await, Default::default());
            }
        }
        for path in
            ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth/jwks"]
        {
            assert_eq!(ask("OPTIONS", path, "https://evil.example").await.0, "*");
            assert_eq!(ask("GET", path, "https://evil.example").await.0, "*");
        }
        for path in
            ["/oauth/introspect", "/oauth/par", "/oauth/device-authorization", "/sign-in", "/api/v1/me"]
        {
            assert_eq!(ask("POST", path, own).await.0, "", "{path}");
        }
    })
    .await;
}
