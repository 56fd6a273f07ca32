//! Deny is the default, on pages and endpoints alike.

use axum::http::Method;
use kernel::{Actor, Permission, Role};

use crate::testing::{app, get, person, request, send, site, staff};
use crate::{Operation, RouteKind, Routes};

const EVERYONE: Permission = Permission::everyone("dogs.look");
const PERSONS: Permission = Permission::persons("dogs.register");
const DECIDERS: Permission = Permission::staff("dogs.decide", &[Role::Decision]);

async fn ok() -> &'static str {
    "in"
}

fn routes() -> Routes {
    Routes::new()
        .page(Method::GET, "/dogs", EVERYONE, ok)
        .page(Method::GET, "/dogs/new", PERSONS, ok)
        .page(Method::POST, "/dogs", PERSONS, ok)
        .page(Method::GET, "/desk/dogs/{id}", DECIDERS, ok)
        .api(Method::GET, "/api/dogs/mine", PERSONS, ok, Operation::new("listMyDogs", "My dogs"))
        .api(Method::GET, "/api/dogs", EVERYONE, ok, Operation::new("listDogs", "Dogs"))
}

async fn status(actor: Actor, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    send(&app(&site(), routes(), actor), request(method, path, headers, "")).await.status.as_u16()
}

#[tokio::test]
async fn a_stranger_is_led_to_the_right_door_and_back() {
    let app = app(&site(), routes(), Actor::Anonymous);
    let to_person_door = get(&app, "/dogs/new?breed=%E7%8A%AC&x=1").await;
    assert_eq!(to_person_door.status, 303);
    assert_eq!(
        to_person_door.header("location"),
        "/sign-in?next=%2Fdogs%2Fnew%3Fbreed%3D%25E7%258A%25AC%26x%3D1"
    );
    assert_eq!(get(&app, "/desk/dogs/7").await.header("location"), "/staff/sign-in?next=%2Fdesk%2Fdogs%2F7");
    let sent = send(&app, request("POST", "/dogs", &[], "")).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/sign-in"));
    assert_eq!(get(&app, "/dogs").await.text, "in");
}

#[tokio::test]
async fn the_wrong_actor_is_refused_before_the_handler() {
    assert_eq!(status(person(), "GET", "/dogs/new", &[]).await, 200);
    assert_eq!(status(person(), "GET", "/desk/dogs/7", &[]).await, 403);
    assert_eq!(status(staff(Role::Decision), "GET", "/desk/dogs/7", &[]).await, 200);
    assert_eq!(status(staff(Role::Review), "GET", "/desk/dogs/7", &[]).await, 403);
    assert_eq!(status(staff(Role::Decision), "GET", "/dogs/new", &[]).await, 403);
    assert_eq!(status(Actor::Anonymous, "GET", "/api/dogs/mine", &[]).await, 401);
}

#[tokio::test]
async fn a_session_cookie_does_not_open_the_api() {
    assert_eq!(status(person(), "GET", "/api/dogs/mine", &[]).await, 401);
    assert_eq!(status(person(), "GET", "/api/dogs/mine", &[("authorization", "Basic eA==")]).await, 401);
    assert_eq!(status(person(), "GET", "/api/dogs/mine", &[("authorization", "Bearer x")]).await, 200);
    assert_eq!(status(Actor::Anonymous, "GET", "/api/dogs", &[]).await, 200);
}

#[tokio::test]
async fn without_the_visitor_layer_everything_is_denied() {
    let (router, _) = routes().finish();
    assert_eq!(get(&router, "/dogs/new").await.status, 401);
    assert_eq!(get(&router, "/desk/dogs/7").await.status, 401);
}

#[tokio::test]
async fn another_site_cannot_send_a_form() {
    assert_eq!(status(person(), "POST", "/dogs", &[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(status(person(), "POST", "/dogs", &[("sec-fetch-site", "same-origin")]).await, 200);
    assert_eq!(status(person(), "POST", "/dogs", &[("origin", "https://evil"), ("host", "gov")]).await, 403);
    assert_eq!(status(person(), "POST", "/dogs", &[("origin", "https://gov"), ("host", "gov")]).await, 200);
    assert_eq!(status(person(), "GET", "/dogs/new", &[("sec-fetch-site", "cross-site")]).await, 200);
}

#[test]
fn every_route_is_listed_with_its_permission() {
    let (_, specs) = Routes::new().merge(routes()).finish();
    let lines: Vec<String> = specs
        .iter()
        .map(|spec| {
            let kind = match &spec.kind {
                RouteKind::Page => "page".to_owned(),
                RouteKind::Api(operation) => format!("{operation:?}"),
            };
            format!("{} {} {} {kind}", spec.method, spec.path, spec.permission.name)
        })
        .collect();
    assert_eq!(lines[3], "GET /desk/dogs/{id} dogs.decide page");
    assert_eq!(lines[4], r#"GET /api/dogs/mine dogs.register Operation { id: "listMyDogs", .. }"#);
    assert_eq!(lines.len(), 6);
}

#[test]
#[should_panic(expected = "two routes for GET /dogs: dogs.look and dogs.register")]
fn a_route_cannot_be_there_twice() {
    let _ = routes().page(Method::GET, "/dogs", PERSONS, ok);
}
