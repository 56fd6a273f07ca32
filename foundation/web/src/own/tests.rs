//! Choices of language and type, assets, the headers around every page.

use axum::http::Method;
use kernel::{Actor, Permission, Role};

use super::*;
use crate::testing::{app, get, inline_code, person, request, send, site, site_with, staff};
use crate::{ApiInfo, Operation, WebConfig};

fn all_routes(site: &Site) -> Routes {
    let op = Operation::new("listDogs", "Lists the dogs").tag("dogs").query_param(
        "after",
        "the last dog seen",
        false,
    );
    let routes =
        own_routes(site).api(Method::GET, "/api/dogs", Permission::persons("dogs.list"), async || "", op);
    let info = ApiInfo {
        title: "Dogs".into(),
        version: "1".into(),
        description: "about dogs".into(),
        server: "/".into(),
    };
    let docs = api_docs(routes.specs(), &info);
    routes.merge(docs)
}

fn check_local(text: &str, expected: bool) {
    assert_eq!(local_path(text).is_some(), expected, "{text:?}");
}

#[test]
fn only_paths_of_this_site_are_local() {
    check_local("/my?x=1#a", true);
    check_local("/", true);
    for foreign in
        ["//evil.cn", "/\\evil.cn", "https://evil.cn", "", "evil", "/a\r\nSet-Cookie: x", "/\t/evil", "/中"]
    {
        check_local(foreign, false);
    }
}

#[tokio::test]
async fn the_language_is_kept_and_the_way_back_stays_here() {
    let site = site();
    let app = app(&site, all_routes(&site), Actor::Anonymous);
    let english = get(&app, "/lang?to=en&back=%2Fdesign%3Fa%3D1").await;
    assert_eq!((english.status.as_u16(), english.header("location")), (303, "/design?a=1"));
    assert_eq!(english.header("set-cookie"), "lang=en; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    for back in ["https%3A%2F%2Fevil.cn", "%2F%2Fevil.cn", "%2F%5Cevil.cn", ""] {
        assert_eq!(get(&app, &format!("/lang?to=en&back={back}")).await.header("location"), "/", "{back}");
        assert_eq!(get(&app, &format!("/type?to=large&back={back}")).await.header("location"), "/", "{back}");
    }
    assert_eq!(get(&app, "/lang?to=xx").await.status, 404);
    assert_eq!(get(&app, "/type?to=huge").await.status, 404);
}

#[tokio::test]
async fn pages_follow_the_policy_that_they_send() {
    let site = site_with(WebConfig { demo: true, ..WebConfig::default() });
    for actor in [Actor::Anonymous, person(), staff(Role::Review)] {
        let app = app(&site, all_routes(&site), actor);
        for path in ["/design", "/api", "/nowhere"] {
            let page = get(&app, path).await;
            let policy = page.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            assert_eq!(page.header("referrer-policy"), "same-origin");
            assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
            assert_eq!(inline_code(&page.text), None, "{path}");
            assert!(!page.text.contains('⟦'), "{path}: {}", page.text);
            assert!(page.text.contains("演示环境") && page.text.contains("href=\"#main\""), "{path}");
        }
    }
}

#[test]
fn inline_code_would_be_noticed() {
    assert!(inline_code("<p style=\"x\">").is_some());
    assert!(inline_code("<script>alert(1)</script>").is_some());
    assert!(inline_code("<script src=\"/a.js\" defer></script><p>").is_none());
}

#[tokio::test]
async fn what_belongs_to_a_person_is_not_kept_and_not_compressed() {
    let site = site();
    let gzip = [("accept-encoding", "gzip")];
    let signed_in = app(&site, all_routes(&site), person());
    let own = send(&signed_in, request("GET", "/design", &gzip, "")).await;
    assert_eq!((own.header("cache-control"), own.header("content-encoding")), ("no-store", ""));
    assert!(!own.headers.contains_key("set-cookie"));
    let stranger = get(&app(&site, all_routes(&site), Actor::Anonymous), "/design").await;
    assert_eq!(stranger.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_their_exact_name_only() {
    let site = site();
    let app = app(&site, all_routes(&site), Actor::Anonymous);
    for href in [assets::css_href(), assets::js_href(), assets::icon_href()] {
        let asset = get(&app, href).await;
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable", "{href}");
        assert!(!asset.headers.contains_key("set-cookie") && !asset.text.is_empty());
    }
    assert_eq!(get(&app, "/assets/app.0.css").await.header("cache-control"), "no-cache");
    assert_eq!(get(&app, "/assets/other.css").await.status, 404);
}

#[tokio::test]
async fn the_head_shows_what_this_visitor_can_do() {
    let site = site();
    let design = async |actor| get(&app(&site, all_routes(&site), actor), "/design").await.text;
    let stranger = design(Actor::Anonymous).await;
    assert!(stranger.contains("/sign-in?next=%2Fdesign") && !stranger.contains("/sign-out"));
    let citizen = design(person()).await;
    assert!(
        citizen.contains("href=\"/my\"")
            && citizen.contains("action=\"/sign-out\"")
            && citizen.contains("张*")
    );
    let clerk = design(staff(Role::Review)).await;
    assert!(
        clerk.contains("href=\"/desk\"")
            && clerk.contains("masthead-staff")
            && !clerk.contains("href=\"/my\"")
    );
}

#[tokio::test]
async fn the_api_page_and_the_document_say_the_same() {
    let site = site();
    let app = app(&site, all_routes(&site), Actor::Anonymous);
    let page = get(&app, "/api").await.text;
    assert!(
        page.contains("Lists the dogs")
            && page.contains("dogs.list")
            && page.contains("id=\"problem-stale\"")
    );
    let document = get(&app, "/api/openapi.json").await.json();
    assert_eq!(document["paths"]["/api/dogs"]["get"]["operationId"], "listDogs");
}
