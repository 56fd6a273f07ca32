//! Signing out: asked by a client, told to all of them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use identity::Subject;
use store::outbox::{Deliverers, deliver_due};

use super::house::{Browser, House, authorize, encoded, library, query, text};
use crate::client::Settings;
use crate::jws::Unverified;

/// A client's server that writes down what it is told, and answers as it was set.
#[derive(Clone)]
struct Listener {
    heard: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<StatusCode>>,
}

async fn hear(State(listener): State<Listener>, body: String) -> StatusCode {
    let (_, token) = body.split_once("logout_token=").unwrap();
    listener.heard.lock().unwrap().push(token.to_owned());
    *listener.status.lock().unwrap()
}

async fn listen() -> (Listener, String) {
    let listener = Listener { heard: Arc::default(), status: Arc::new(Mutex::new(StatusCode::OK)) };
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let router = Router::new().route("/logout", post(hear)).with_state(listener.clone());
    tokio::spawn(async move { axum::serve(socket, router).await });
    (listener, format!("http://{address}/logout"))
}

async fn run(house: &House) -> usize {
    let now = house.now();
    store::jobs::run_due(&house.db, &crate::handlers(&house.room), now).await.unwrap();
    let deliverers = crate::deliverers(&house.room, Deliverers::new()).unwrap();
    deliver_due(&house.db, now, &deliverers).await.unwrap()
}

#[tokio::test]
async fn who_signs_out_is_signed_out_everywhere() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let (listener, uri) = listen().await;
        let client = house.register(&Settings { backchannel_logout_uri: uri, ..library() }).await;
        let quiet = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let code = house.code(&mut browser, &client, &[]).await;
        let tokens = house.redeem(&client, &code, &[]).await.json();
        let code = house.code(&mut browser, &quiet, &[]).await;
        let others = house.redeem(&quiet, &code, &[]).await.json();
        let elsewhere = house.sign_on(&client).await; // another visit of the same person
        let page = house.get(&mut browser, "/my/account").await;
        house.submit(&mut browser, &page, "/sign-out", &[]).await;
        *listener.status.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(run(&house).await, 1);
        *listener.status.lock().unwrap() = StatusCode::OK;
        house.wait(600);
        assert_eq!(run(&house).await, 1, "and tried again");
        assert_eq!(run(&house).await, 0);
        let heard = listener.heard.lock().unwrap().clone();
        assert_eq!(heard.len(), 2);
        let jwks = house.get(&mut Browser::default(), "/oauth/jwks").await.json();
        let token = Unverified::read(&heard[1]).unwrap();
        assert!(token.is_signed_with(&jwks["keys"][0]));
        assert_eq!(token.header["typ"], "logout+jwt");
        let signed_on = super::house::claims(&text(&tokens, "id_token"));
        for same in ["iss", "sub", "aud", "sid"] {
            assert_eq!(token.claims[same], signed_on[same], "{same}");
        }
        assert!(token.claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
        assert!(token.claims.get("nonce").is_none());
        assert_ne!(Unverified::read(&heard[0]).unwrap().claims["jti"], token.claims["jti"]);
        for dead in [&tokens, &others] {
            assert_eq!(house.userinfo(&text(dead, "access_token")).await.status, 401);
        }
        assert_eq!(
            house.userinfo(&text(&elsewhere, "access_token")).await.status,
            200,
            "the other visit goes on"
        );
    })
    .await;
}

#[tokio::test]
async fn a_client_signs_its_person_out() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let code = house.code(&mut browser, &client, &[]).await;
        let tokens = house.redeem(&client, &code, &[]).await.json();
        let hint = text(&tokens, "id_token");
        let bye = "https://library.example/bye";
        let path = |pairs: &[(&str, &str)]| format!("/oauth/end-session?{}", encoded(pairs));
        for (pairs, why) in [
            (
                vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://evil.example/")],
                "not registered",
            ),
            (vec![("post_logout_redirect_uri", bye)], "nobody's"),
            (vec![("id_token_hint", "e30.e30.AA"), ("post_logout_redirect_uri", bye)], "not signed here"),
            (
                vec![("id_token_hint", hint.as_str()), ("client_id", "01a1b8c3571771de8a4bbb9f68abb522")],
                "two clients",
            ),
        ] {
            let answer = house.get(&mut browser, &path(&pairs)).await;
            assert_eq!((answer.status.as_u16(), answer.location()), (400, ""), "{why}");
        }
        assert_eq!(house.get(&mut browser, "/my/account").await.status, 200, "still there");
        let pairs = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", bye), ("state", "s 1")];
        // Another visit of the same person is asked, because the token does not speak of it.
        let mut elsewhere = house.zhangs().await;
        assert!(house.get(&mut elsewhere, &path(&pairs)).await.text.contains("全部退出"));
        let gone = house.get(&mut browser, &path(&pairs)).await;
        assert_eq!((gone.status.as_u16(), query(gone.location(), "state").as_str()), (303, "s 1"));
        assert!(gone.location().starts_with(bye));
        assert!(house.get(&mut browser, "/my/account").await.location().starts_with("/sign-in"));
        run(&house).await;
        assert_eq!(house.userinfo(&text(&tokens, "access_token")).await.status, 401);
        assert_eq!(house.get(&mut elsewhere, "/my/account").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_without_a_token_is_asked() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let pairs =
            [("client_id", client.id.as_str()), ("post_logout_redirect_uri", "https://library.example/bye")];
        let posted = house.call("/oauth/end-session", "", &pairs).await;
        assert_eq!(posted.status, 303, "a form of the client's page becomes a visit");
        let asks = house.get(&mut browser, posted.location()).await;
        assert!(asks.text.contains("全部退出"));
        let forged =
            super::house::Answer { text: String::new(), headers: asks.headers.clone(), status: asks.status };
        let answer =
            house.submit(&mut browser, &forged, "/oauth/end-session/confirm", &[("answer", "yes")]).await;
        assert_eq!(answer.status, 403);
        let fields: Vec<(&str, &str)> = pairs.into_iter().chain([("answer", "yes")]).collect();
        let led = house.submit(&mut browser, &asks, "/oauth/end-session/confirm", &fields).await;
        assert_eq!((led.status.as_u16(), led.led().as_str()), (200, "https://library.example/bye"));
        let mut other = house.browser_of(Subject::Person(house.li)).await;
        let asks = house.get(&mut other, "/oauth/end-session").await;
        let stays = house.submit(&mut other, &asks, "/oauth/end-session/confirm", &[("answer", "no")]).await;
        assert_eq!(stays.location(), "/");
        assert_eq!(house.get(&mut other, "/my/account").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn what_was_allowed_for_longer_goes_on() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let scope = [("scope", "openid offline_access")];
        let sent = house.get(&mut browser, &authorize(&client, &scope)).await;
        let page = house.get(&mut browser, sent.location()).await;
        let fields = [("answer", "yes"), ("scope", "offline_access")];
        let led = house.submit(&mut browser, &page, sent.location(), &fields).await.led();
        let tokens = house.redeem(&client, &query(&led, "code"), &[]).await.json();
        let page = house.get(&mut browser, "/my/account").await;
        house.submit(&mut browser, &page, "/sign-out", &[]).await;
        run(&house).await;
        house.wait(24 * 3600);
        let next = house.refresh(&client, &text(&tokens, "refresh_token")).await;
        assert_eq!(next.status, 200, "{}", next.text);
    })
    .await;
}
