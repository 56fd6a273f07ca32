//! The pages and endpoints of this room, as a browser and an API client meet them.

use axum::http::StatusCode;
use serde_json::json;

use crate::Subject;
use crate::testing::{Browser, NAME, PASSWORD, PHONE, TestSite, resident_id, town};

async fn site(secure_cookies: bool) -> (testkit::TestDb, TestSite) {
    let database = testkit::sqlite().await;
    let site = town(database.db.clone()).await.site(secure_cookies);
    (database, site)
}

async fn sign_in(site: &TestSite, browser: &mut Browser, next: &str) -> crate::testing::Answer {
    let fields = [("login", PHONE), ("password", PASSWORD), ("next", next)];
    site.post(browser, "/sign-in", "/sign-in", &fields).await
}

#[tokio::test]
async fn signing_in_leads_to_the_page_that_was_asked_for() {
    let (_database, site) = site(true).await;
    let mut browser = Browser::default();
    let answer = sign_in(&site, &mut browser, "/my/account").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/my/account"));
    let cookie = *answer.set_cookies().iter().find(|line| line.starts_with("__Host-session=")).unwrap();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    let page = site.get(&mut browser, "/my/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["cache-control"], "no-store");
    for shown in ["张**", &resident_id(1).masked(), "138****8000", "可代表的单位和个人：1 个", "成功"]
    {
        assert!(page.text.contains(shown), "{shown}");
    }
    for hidden in [NAME, PHONE, resident_id(1).as_str()] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    assert!(!page.text.contains('⟦'), "a sentence is missing");
}

#[tokio::test]
async fn only_paths_of_this_site_are_gone_on_to() {
    let (_database, site) = site(false).await;
    for (next, expected) in [
        ("//evil.example", "/my"),
        ("https://evil.example", "/my"),
        ("/\\evil", "/my"),
        ("/a?b=1", "/a?b=1"),
        ("", "/my"),
    ] {
        let answer = sign_in(&site, &mut Browser::default(), next).await;
        assert_eq!(answer.location(), expected, "{next}");
    }
}

#[tokio::test]
async fn every_sign_in_has_a_token_of_its_own_and_ends_the_visit_before() {
    let (_database, site) = site(false).await;
    let mut browser = Browser::default();
    sign_in(&site, &mut browser, "").await;
    let first = browser.clone();
    sign_in(&site, &mut browser, "").await;
    assert_ne!(browser.cookie("session"), first.cookie("session"));
    assert_eq!(site.get(&mut browser, "/my/account").await.status, StatusCode::OK);
    assert_eq!(site.get(&mut first.clone(), "/my/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again() {
    let (_database, site) = site(false).await;
    let mut browser = Browser::default();
    let fields = [("login", PHONE), ("password", "wrong password"), ("next", "/my")];
    let answer = site.post(&mut browser, "/sign-in", "/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for shown in [
        "账号或密码不正确",
        "href=\"#password\"",
        "autocomplete=\"current-password\"",
        PHONE,
        "value=\"/my\"",
    ] {
        assert!(answer.text.contains(shown), "{shown}");
    }
    assert!(!answer.text.contains("wrong password"));
    assert_eq!(browser.cookie("session"), None);
}

#[tokio::test]
async fn whoever_must_wait_is_told_how_long() {
    let (_database, site) = site(false).await;
    let mut browser = Browser::default();
    let wrong = [("login", PHONE), ("password", "wrong password")];
    for _ in 0..5 {
        site.post(&mut browser, "/sign-in", "/sign-in", &wrong).await;
    }
    let answer = sign_in(&site, &mut browser, "").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers["retry-after"], "30");
    assert!(answer.text.contains("请在 30 秒后再试"), "{}", answer.text);
    site.wait(30);
    assert_eq!(sign_in(&site, &mut browser, "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_forged_or_spent_cookie_makes_a_stranger_and_is_taken_away() {
    let (_database, site) = site(false).await;
    let mut expired = site.browser_of(Subject::Person(site.town.zhang)).await;
    site.wait(2 * 3600);
    let mut forged = Browser { cookies: vec![("session".into(), "x".repeat(43))] };
    let mut rubbish = Browser { cookies: vec![("session".into(), "rubbish".into())] };
    for browser in [&mut expired, &mut forged, &mut rubbish] {
        let answer = site.get(browser, "/sign-in").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(
            answer
                .set_cookies()
                .iter()
                .any(|line| line.starts_with("session=; ") && line.contains("Max-Age=0"))
        );
        assert_eq!(browser.cookie("session"), None);
        let answer = site.get(browser, "/my/account").await;
        assert_eq!(answer.location(), "/sign-in?next=%2Fmy%2Faccount");
    }
}

#[tokio::test]
async fn signing_out_ends_the_visit_everywhere() {
    let (_database, site) = site(true).await;
    let mut browser = site.browser_of(Subject::Person(site.town.zhang)).await;
    let copy = browser.clone();
    let answer = site.post(&mut browser, "/my/account", "/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.cookie("__Host-session"), None);
    assert_eq!(site.get(&mut copy.clone(), "/my/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn forms_without_the_token_of_their_page_do_nothing() {
    let (_database, site) = site(false).await;
    let mut browser = site.browser_of(Subject::Person(site.town.zhang)).await;
    for path in ["/sign-out", "/my/hat", "/my/agents", "/sign-in", "/staff/sign-in", "/register"] {
        let answer = site.post_with(&mut browser, path, "forged", &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(site.get(&mut browser, "/my/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn staff_sign_in_at_their_own_door() {
    let (_database, site) = site(false).await;
    let mut browser = Browser::default();
    let fields = [("login", "chen"), ("password", "three small clerks")];
    let answer = site.post(&mut browser, "/staff/sign-in", "/staff/sign-in", &fields).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk"));
    assert_eq!(site.get(&mut browser, "/my/account").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn registering_opens_the_account_and_signs_in() {
    let (_database, site) = site(false).await;
    let mut browser = Browser::default();
    let id = resident_id(60);
    let fields = [
        ("name", "韩梅梅"),
        ("resident_id", id.as_str()),
        ("phone", "13900139000"),
        ("password", PASSWORD),
        ("next", "/x"),
    ];
    let answer = site.post(&mut browser, "/register", "/register", &fields).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/x"), "{}", answer.text);
    let page = site.get(&mut browser, "/my/account").await;
    assert!(page.text.contains("韩**") && page.text.contains("成功"));

    let answer = site.post(&mut Browser::default(), "/register", "/register", &fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.text.contains("无法用这些信息开立账号") && answer.text.contains("/sign-in?next=%2Fx"),
        "{}",
        answer.text
    );

    let answer = site.post(&mut Browser::default(), "/register", "/register", &[("phone", "1")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "resident_id", "phone", "password"] {
        assert!(answer.text.contains(&format!("href=\"#{field}\"")), "{field}");
    }
    assert!(answer.text.contains("autocomplete=\"new-password\"") && !answer.text.contains('⟦'));
}

#[tokio::test]
async fn the_representative_names_an_agent_who_then_wears_the_hat() {
    let (_database, site) = site(false).await;
    let mut zhang = site.browser_of(Subject::Person(site.town.zhang)).await;
    let company = format!("legal-person:{}", site.town.company);
    let id = resident_id(2);
    let form = format!("/my/agents/new?of={company}");
    let given = [("of", company.as_str()), ("name", "李雷"), ("kind", "handler"), ("scope", "all")];
    let wrong = [&given[..], &[("resident_id", "1"), ("until", "soon")]].concat();
    let answer = site.post(&mut zhang, &form, "/my/agents", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("日期不正确") && answer.text.contains("李雷"));
    let fields = [&given[..], &[("resident_id", id.as_str()), ("until", "")]].concat();
    let answer = site.post(&mut zhang, &form, "/my/agents", &fields).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/my/agents"), "{}", answer.text);
    let page = site.get(&mut zhang, "/my/agents").await;
    assert!(page.text.contains("李*") && page.text.contains("长期") && !page.text.contains("李雷"));

    let mut li = site.browser_of(Subject::Person(site.town.li)).await;
    let before = li.clone();
    let hat = [("principal", company.as_str())];
    let answer = site.post(&mut li, "/my/hat", "/my/hat", &hat).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/my"));
    assert_ne!(li.cookie("session"), before.cookie("session"));
    assert_eq!(site.get(&mut before.clone(), "/my/account").await.status, StatusCode::SEE_OTHER);
    let chosen = "您正在代表“某某食品有限公司”办事";
    assert!(site.get(&mut li, "/my/account").await.text.contains(chosen));

    let revoke =
        page.text.split_once("/revoke\"").unwrap().0.rsplit_once("/my/agents/").unwrap().1.to_owned();
    let path = format!("/my/agents/{revoke}/revoke");
    assert_eq!(site.post(&mut zhang, "/my/agents", &path, &[]).await.location(), "/my/agents");
    assert!(!site.get(&mut li, "/my/account").await.text.contains(chosen));
    assert_eq!(site.post(&mut li, "/my/hat", "/my/hat", &hat).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_api_signs_in_with_a_bearer_token() {
    let (_database, site) = site(false).await;
    let login = json!({"login": PHONE, "password": PASSWORD, "kind": "person"});
    let answer = site.api("POST", "/api/v1/sessions", "", Some(login)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.json()["expires_at"], "2026-09-24T03:00:00Z");
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let me = site.api("GET", "/api/v1/me", &token, None).await.json();
    assert_eq!((me["kind"].as_str(), me["shown_as"].as_str()), (Some("person"), Some("张**")));
    assert_eq!(me["hats"][0]["is_representative"], true);

    let hat = json!({"legal_person": site.town.company.to_string()});
    let answer = site.api("PUT", "/api/v1/sessions/current/hat", &token, Some(hat)).await;
    let with_hat = answer.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(site.api("GET", "/api/v1/me", &token, None).await.status, StatusCode::UNAUTHORIZED);
    let current = site.api("GET", "/api/v1/sessions/current", &with_hat, None).await.json();
    assert_eq!(current["acting_for"], site.town.company.to_string());
    assert_eq!(
        site.api("DELETE", "/api/v1/sessions/current", &with_hat, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(site.api("GET", "/api/v1/me", &with_hat, None).await.status, StatusCode::UNAUTHORIZED);

    let staff = json!({"login": "chen", "password": "three small clerks", "kind": "staff"});
    let token = site.api("POST", "/api/v1/sessions", "", Some(staff)).await.json()["token"].clone();
    let me = site.api("GET", "/api/v1/me", token.as_str().unwrap(), None).await.json();
    assert_eq!((&me["division"], &me["roles"]), (&json!("430102"), &json!(["acceptance", "review"])));
}

#[tokio::test]
async fn the_api_refuses_with_problem_documents() {
    let (_database, site) = site(false).await;
    let wrong = json!({"login": PHONE, "password": "wrong password", "kind": "person"});
    for _ in 0..5 {
        let answer = site.api("POST", "/api/v1/sessions", "", Some(wrong.clone())).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json()["errors"][0]["rule"], "identity-sign-in-wrong");
    }
    let answer = site.api("POST", "/api/v1/sessions", "", Some(wrong)).await;
    assert_eq!(
        (answer.status, &answer.headers["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"30".parse().unwrap())
    );
    for (method, path) in
        [("GET", "/api/v1/me"), ("GET", "/api/v1/sessions/current"), ("DELETE", "/api/v1/sessions/current")]
    {
        assert_eq!(site.api(method, path, "forged", None).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let person = json!({"name": "韩梅梅", "resident_id": resident_id(1).as_str(), "phone": "13900139000", "password": PASSWORD});
    let answer = site.api("POST", "/api/v1/persons", "", Some(person)).await;
    assert_eq!(
        (answer.status, answer.headers["content-type"].to_str().unwrap()),
        (StatusCode::CONFLICT, "application/problem+json")
    );
}

#[tokio::test]
async fn a_cookie_does_nothing_at_the_api_and_a_bearer_nothing_on_pages() {
    let (_database, site) = site(false).await;
    let mut browser = site.browser_of(Subject::Person(site.town.zhang)).await;
    assert_eq!(site.get(&mut browser, "/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    let token = browser.cookie("session").unwrap().to_owned();
    assert_eq!(site.api("GET", "/my/account", &token, None).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn agents_and_bodies_at_the_api() {
    let (_database, site) = site(false).await;
    let token_of =
        async |person| site.browser_of(Subject::Person(person)).await.cookie("session").unwrap().to_owned();
    let (zhang, li) = (token_of(site.town.zhang).await, token_of(site.town.li).await);
    let agents = format!("/api/v1/legal-persons/{}/agents", site.town.company);
    let new = json!({"name": "李雷", "resident_id": resident_id(2).as_str(), "until": "2026-12-31"});
    assert_eq!(site.api("POST", &agents, &li, Some(new.clone())).await.status, StatusCode::NOT_FOUND);
    let answer = site.api("POST", &agents, &zhang, Some(new)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let list = site.api("GET", &agents, &zhang, None).await.json();
    assert_eq!(
        (&list["items"][0]["shown_as"], &list["items"][0]["until"]),
        (&json!("李*"), &json!("2026-12-31"))
    );
    assert_eq!(site.api("GET", &agents, &li, None).await.status, StatusCode::NOT_FOUND);
    let path = format!("/api/v1/agents/{id}");
    assert_eq!(site.api("DELETE", &path, &zhang, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(site.api("DELETE", "/api/v1/agents/x", &zhang, None).await.status, StatusCode::NOT_FOUND);

    let all = site.api("GET", "/api/v1/bodies?division=43&size=5", "", None).await.json();
    assert_eq!((&all["items"][0]["slug"], &all["next"]), (&json!("approval"), &json!(null)));
    for wrong in ["division=x", "size=0", "size=101", "after=x"] {
        let answer = site.api("GET", &format!("/api/v1/bodies?{wrong}"), "", None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn strangers_reach_only_the_open_doors() {
    let (_database, site) = site(false).await;
    for spec in site.specs.clone() {
        let is_open = spec.permission.audience == kernel::Audience::Everyone;
        let path = spec.path.replace("{agent}", "x").replace("{legal_person}", "x");
        let answer = site.api(spec.method.as_str(), &path, "", None).await;
        let turned_away = answer.status == StatusCode::UNAUTHORIZED
            || answer.location().trim_start_matches("/staff").starts_with("/sign-in");
        assert_eq!(turned_away, !is_open, "{} {path}: {}", spec.method, answer.status);
    }
}

#[tokio::test]
async fn the_pages_are_complete_in_english() {
    let (_database, site) = site(false).await;
    let mut browser = site.browser_of(Subject::Person(site.town.zhang)).await;
    browser.cookies.push(("lang".into(), "en".into()));
    let mut stranger = Browser { cookies: vec![("lang".into(), "en".into())] };
    for path in ["/my/account", "/my/agents"] {
        let page = site.get(&mut browser, path).await;
        assert!(page.status == StatusCode::OK && !page.text.contains('⟦'), "{path}: {}", page.status);
    }
    let mut clerk = site.browser_of(Subject::Staff(site.town.clerk)).await;
    clerk.cookies.push(("lang".into(), "en".into()));
    let page = site.get(&mut clerk, "/staff/deputies").await;
    assert!(page.status == StatusCode::OK && !page.text.contains('⟦'), "{}", page.text);
    for path in ["/sign-in", "/staff/sign-in", "/register"] {
        let page = site.get(&mut stranger, path).await;
        assert!(page.status == StatusCode::OK && page.text.contains("<html lang=\"en\""), "{path}");
    }
    let info = web::ApiInfo {
        title: "x".into(),
        version: "1".into(),
        description: String::new(),
        server: "/".into(),
    };
    let document = web::openapi(&site.specs, &info);
    assert_eq!(document["paths"]["/api/v1/sessions"]["post"]["operationId"], "openSession");
}
