//! A provider that lies, in every way that is known, and browsers that mix things up. Nobody is signed in by any of it, and
//! each refusal is a page that says why.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::Words;
use serde_json::{Value, json};

use super::house::{Answer, Browser, House, PASSWORD, encoded, query};
use crate::jws::tests::key;
use crate::jws::{Alg, SigningKey, sha256};
use crate::{ClaimNames, Upstream};

const CLIENT: &str = "tong:ban";
const SECRET: &str = "geheim & 长";

/// What the provider says at the moment.
struct Script {
    metadata: Value,
    keys: Vec<Value>,
    token: String,
    userinfo: Value,
    status: u16,
    is_silent: bool,
    keys_read: usize,
    /// Proof and form of the last call to the token endpoint.
    called: (String, String),
}

type Shared = Arc<Mutex<Script>>;

struct Liar {
    issuer: String,
    key: SigningKey,
    script: Shared,
}

async fn token(State(script): State<Shared>, headers: HeaderMap, form: String) -> Response {
    let (status, text, is_silent) = {
        let mut script = script.lock().unwrap();
        let proof = headers.get(AUTHORIZATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        script.called = (proof, form);
        (script.status, script.token.clone(), script.is_silent)
    };
    if is_silent {
        std::future::pending::<()>().await;
    }
    (axum::http::StatusCode::from_u16(status).unwrap(), text).into_response()
}

async fn open_liar() -> Liar {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", socket.local_addr().unwrap());
    let key = key(Alg::Es256);
    let script = Arc::new(Mutex::new(Script {
        metadata: json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "jwks_uri": format!("{issuer}/keys"),
        }),
        keys: vec![key.public_jwk()],
        token: String::new(),
        userinfo: json!({"sub": "甲", "name": "张小开"}),
        status: 200,
        is_silent: false,
        keys_read: 0,
        called: Default::default(),
    }));
    let json_of = |pick: fn(&mut Script) -> String| {
        get(move |State(script): State<Shared>| async move { pick(&mut script.lock().unwrap()) })
    };
    let router = Router::new()
        .route("/.well-known/openid-configuration", json_of(|script| script.metadata.to_string()))
        .route(
            "/keys",
            json_of(|script| {
                script.keys_read += 1;
                json!({"keys": script.keys}).to_string()
            }),
        )
        .route("/userinfo", json_of(|script| script.userinfo.to_string()))
        .route("/token", post(token))
        .with_state(Arc::clone(&script));
    tokio::spawn(async move { axum::serve(socket, router).await });
    Liar { issuer, key, script }
}

impl Liar {
    fn settings(&self, id: &str) -> Upstream {
        Upstream {
            id: id.into(),
            name: Words::new("某平台", "Some platform"),
            issuer: self.issuer.clone(),
            client_id: CLIENT.into(),
            client_secret: SECRET.into(),
            scopes: vec!["openid".into()],
            claims: ClaimNames { name: Some("name".into()), ..ClaimNames::default() },
            vouches: false,
            acr: None,
            timeout: Duration::from_millis(500),
        }
    }

    fn tell(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    fn claims(&self, house: &House, nonce: &str) -> Value {
        let at = house.now().as_second();
        json!({"iss": self.issuer, "aud": CLIENT, "sub": "甲", "nonce": nonce, "iat": at, "exp": at + 60})
    }

    fn signed(&self, claims: &Value) -> String {
        self.key.token(self.key.public_jwk()["kid"].as_str().unwrap(), "JWT", claims).unwrap()
    }
}

fn answer_with(id_token: &str) -> String {
    json!({"id_token": id_token, "access_token": "at", "token_type": "Bearer"}).to_string()
}

/// A house that believes two names of the same liar.
async fn house(db: store::Db) -> (House, Liar) {
    let liar = open_liar().await;
    let upstreams = vec![liar.settings("one"), liar.settings("two")];
    (House::open_with(db, super::house::ISSUER, upstreams).await, liar)
}

/// A sign-in that was begun: where the browser was led.
async fn begun(house: &House, browser: &mut Browser) -> String {
    let page = house.get(browser, "/sign-in").await;
    house.submit(browser, &page, "/sign-in/upstream/one", &[("next", "/my/account")]).await.led()
}

async fn back(house: &House, browser: &mut Browser, provider: &str, pairs: &[(&str, &str)]) -> Answer {
    house.get(browser, &format!("/sign-in/upstream/{provider}/callback?{}", encoded(pairs))).await
}

/// Whether the page says this reason, and the browser has no visit.
fn assert_refused(answer: &Answer, browser: &Browser, reason: &str) {
    let status = if reason == "access-denied" { 403 } else { 400 };
    assert_eq!(answer.status, status, "{reason}: {}", answer.location());
    assert!(answer.text.contains(&format!("原因代码：{reason}")), "{reason}: {}", answer.text);
    assert!(!browser.cookies.iter().any(|(name, _)| name == "__Host-session"), "{reason}");
    assert!(!answer.text.contains(SECRET) && !answer.text.contains("甲"), "{reason}");
}

/// One sign-in with this ID token.
async fn tried(house: &House, liar: &Liar, made: impl FnOnce(&str) -> String) -> (Answer, Browser) {
    let mut browser = Browser::default();
    let led = begun(house, &mut browser).await;
    let id_token = made(&query(&led, "nonce"));
    liar.tell(|script| script.token = answer_with(&id_token));
    let state = query(&led, "state");
    let answer = back(house, &mut browser, "one", &[("code", "c"), ("state", &state)]).await;
    (answer, browser)
}

#[tokio::test]
async fn what_is_asked_is_what_the_standard_says_and_a_right_answer_counts() {
    testkit::each_database(async |db| {
        let (house, liar) = house(db).await;
        let mut browser = Browser::default();
        let led = begun(&house, &mut browser).await;
        assert_eq!(query(&led, "response_type"), "code");
        assert_eq!(query(&led, "code_challenge_method"), "S256");
        assert_eq!(
            query(&led, "redirect_uri"),
            format!("{}/sign-in/upstream/one/callback", super::house::ISSUER)
        );
        assert_eq!(query(&led, "prompt"), "", "only linking asks for it");
        let id_token = liar.signed(&liar.claims(&house, &query(&led, "nonce")));
        liar.tell(|script| script.token = answer_with(&id_token));
        let pairs = [("code", "c&1"), ("state", &*query(&led, "state"))];
        let answer = back(&house, &mut browser, "one", &pairs).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/sign-in/link"), "{}", answer.text);
        assert!(answer.header("cache-control").contains("no-store"));
        let (proof, form) = liar.script.lock().unwrap().called.clone();
        assert_eq!(proof, format!("Basic {}", STANDARD.encode("tong%3Aban:geheim+%26+%E9%95%BF")));
        let form = format!("/?{form}");
        assert_eq!((query(&form, "code").as_str(), query(&form, "client_secret").as_str()), ("c&1", ""));
        assert_eq!(sha256(query(&form, "code_verifier").as_bytes()), query(&led, "code_challenge"));
        assert_eq!(query(&form, "redirect_uri"), query(&led, "redirect_uri"));
        // Without a number nobody registers with it.
        let page = house.get(&mut browser, "/sign-in/link").await;
        assert!(page.text.contains("不能直接用它注册"), "{}", page.text);
        let fields = [("phone", "13900139000"), ("password", PASSWORD)];
        let refused = house.submit(&mut browser, &page, "/sign-in/link/register", &fields).await;
        assert_eq!(refused.status, 404);
        // Nothing that was sent or kept lies in the database in clear.
        let rows = "select count(*) from oidc_upstream_pending";
        assert_eq!(house.count(rows).await, 1);
        house.submit(&mut browser, &page, "/sign-in/link/drop", &[]).await;
        assert_eq!(house.count(rows).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_right_signs_nobody_in() {
    testkit::each_database(async |db| {
        let (house, liar) = house(db).await;
        let changed = |name: &str, value: Value| {
            let mut claims = liar.claims(&house, "");
            claims[name] = value;
            claims
        };
        let at = house.now().as_second();
        for (name, value, reason) in [
            ("iss", json!("https://another.example"), "id-token-issuer"),
            ("aud", json!("another"), "id-token-audience"),
            ("aud", json!([CLIENT, "another"]), "id-token-audience"),
            ("azp", json!("another"), "id-token-audience"),
            ("exp", json!(at - 61), "id-token-expired"),
            ("iat", json!(at - 3600), "id-token-issued-at"),
            ("sub", json!(""), "id-token-subject"),
        ] {
            let claims = changed(name, value);
            let made = |nonce: &str| {
                let mut claims = claims.clone();
                claims["nonce"] = nonce.into();
                liar.signed(&claims)
            };
            let (answer, browser) = tried(&house, &liar, made).await;
            assert_refused(&answer, &browser, reason);
        }
        let (answer, browser) = tried(&house, &liar, |_| liar.signed(&liar.claims(&house, "another"))).await;
        assert_refused(&answer, &browser, "id-token-nonce");
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let (answer, browser) = tried(&house, &liar, |nonce| {
            format!("{}.{}.", part(json!({"alg": "none"})), part(liar.claims(&house, nonce)))
        })
        .await;
        assert_refused(&answer, &browser, "id-token-algorithm");
        let (answer, browser) = tried(&house, &liar, |nonce| {
            let header = json!({"alg": "HS256", "kid": liar.key.public_jwk()["kid"]});
            let head = format!("{}.{}", part(header), part(liar.claims(&house, nonce)));
            let secret = liar.key.public_jwk().to_string();
            let hmac = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
            format!("{head}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&hmac, head.as_bytes())))
        })
        .await;
        assert_refused(&answer, &browser, "id-token-algorithm");
        let (answer, browser) = tried(&house, &liar, |nonce| {
            let token = liar.signed(&liar.claims(&house, nonce));
            let (head, signature) = token.rsplit_once('.').unwrap();
            let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
            bytes[7] ^= 1;
            format!("{head}.{}", URL_SAFE_NO_PAD.encode(bytes))
        })
        .await;
        assert_refused(&answer, &browser, "id-token-signature");
        liar.tell(|script| script.userinfo["sub"] = "乙".into());
        let (answer, browser) = tried(&house, &liar, |nonce| liar.signed(&liar.claims(&house, nonce))).await;
        assert_refused(&answer, &browser, "userinfo-subject");
        assert_eq!(house.count("select count(*) from sessions").await, 0);
        assert_eq!(house.count("select count(*) from oidc_upstream_pending").await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_once_in_a_while() {
    testkit::each_database(async |db| {
        let (house, liar) = house(db).await;
        let fresh = key(Alg::Es256);
        let kid = fresh.public_jwk()["kid"].as_str().unwrap().to_owned();
        let by_fresh = |nonce: &str| fresh.token(&kid, "JWT", &liar.claims(&house, nonce)).unwrap();
        let (answer, browser) = tried(&house, &liar, by_fresh).await;
        assert_refused(&answer, &browser, "id-token-key");
        let (answer, browser) = tried(&house, &liar, by_fresh).await;
        assert_refused(&answer, &browser, "id-token-key");
        assert_eq!(liar.script.lock().unwrap().keys_read, 1, "they were read a moment ago");
        house.wait(31);
        for _ in 0..3 {
            let (answer, browser) = tried(&house, &liar, by_fresh).await;
            assert_refused(&answer, &browser, "id-token-key");
        }
        assert_eq!(liar.script.lock().unwrap().keys_read, 2, "not for every stranger");
        house.wait(31);
        liar.tell(|script| script.keys.push(fresh.public_jwk()));
        let (answer, _) = tried(&house, &liar, by_fresh).await;
        assert_eq!(answer.location(), "/sign-in/link", "it has begun to use a new one: {}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_does_not_answer_well_is_left_alone() {
    testkit::each_database(async |db| {
        let (house, liar) = house(db).await;
        let huge = "x".repeat(300 * 1024);
        let right = |nonce: &str| liar.signed(&liar.claims(&house, nonce));
        for (status, text, reason) in [
            (500, "{}".to_owned(), "status-500"),
            (302, "{}".to_owned(), "status-302"),
            (200, huge, "too-large"),
            (200, "<html>".to_owned(), "not-json"),
            (200, "[]".to_owned(), "not-json"),
            (200, json!({"access_token": "at", "token_type": "Bearer"}).to_string(), "token-answer"),
            (200, answer_with("a.b.c"), "id-token-form"),
        ] {
            let mut browser = Browser::default();
            let led = begun(&house, &mut browser).await;
            liar.tell(|script| (script.status, script.token) = (status, text));
            let pairs = [("code", "c"), ("state", &*query(&led, "state"))];
            let answer = back(&house, &mut browser, "one", &pairs).await;
            assert_refused(&answer, &browser, reason);
        }
        liar.tell(|script| (script.status, script.is_silent) = (200, true));
        let (answer, browser) = tried(&house, &liar, right).await;
        assert_refused(&answer, &browser, "unreachable");
        liar.tell(|script| script.is_silent = false);

        // Metadata are asked for anew after an hour.
        let good = liar.script.lock().unwrap().metadata.clone();
        for (name, value) in [
            ("issuer", json!("https://another.example")),
            ("token_endpoint", json!("http://another.example/token")),
            ("authorization_endpoint", json!("javascript:alert(1)")),
            ("jwks_uri", Value::Null),
        ] {
            house.wait(3601);
            liar.tell(|script| script.metadata[name] = value);
            let mut browser = Browser::default();
            let page = house.get(&mut browser, "/sign-in").await;
            let answer = house.submit(&mut browser, &page, "/sign-in/upstream/one", &[]).await;
            assert_refused(&answer, &browser, "metadata");
            liar.tell(|script| script.metadata = good.clone());
        }
    })
    .await;
}

#[tokio::test]
async fn a_way_back_counts_once_in_its_own_browser_and_for_its_own_provider() {
    testkit::each_database(async |db| {
        let (house, liar) = house(db).await;
        let mut browser = Browser::default();
        let led = begun(&house, &mut browser).await;
        let state = query(&led, "state");
        let id_token = liar.signed(&liar.claims(&house, &query(&led, "nonce")));
        liar.tell(|script| script.token = answer_with(&id_token));
        let pairs = [("code", "c"), ("state", state.as_str())];
        // Another browser, without a secret and with one of its own; another provider; another state.
        let mut bare = Browser::default();
        let answer = back(&house, &mut bare, "one", &pairs).await;
        assert_refused(&answer, &bare, "flow-over");
        let mut other = Browser::default();
        begun(&house, &mut other).await;
        let answer = back(&house, &mut other, "one", &pairs).await;
        assert_refused(&answer, &other, "flow-over");
        let answer = back(&house, &mut browser, "two", &pairs).await;
        assert_refused(&answer, &browser, "flow-over");
        for state in ["", "x", &identity::Token::fresh().reveal()] {
            let answer = back(&house, &mut browser, "one", &[("code", "c"), ("state", state)]).await;
            assert_refused(&answer, &browser, "flow-over");
        }
        assert_eq!(back(&house, &mut browser, "three", &pairs).await.status, 404);
        // None of them has spoilt it; it counts, and not twice.
        let answer = back(&house, &mut browser, "one", &pairs).await;
        assert_eq!(answer.location(), "/sign-in/link", "{}", answer.text);
        let answer = back(&house, &mut browser, "one", &pairs).await;
        assert_refused(&answer, &browser, "flow-over");

        let mut late = Browser::default();
        let led = begun(&house, &mut late).await;
        house.wait(601);
        let pairs = [("code", "c"), ("state", &*query(&led, "state"))];
        let answer = back(&house, &mut late, "one", &pairs).await;
        assert_refused(&answer, &late, "flow-over");
        let now = house.now();
        let (room, gone) = (&house.room, "select count(*) from oidc_upstream_flows");
        house.write(async |tx| crate::forget_old(tx, room, now).await.unwrap()).await;
        assert_eq!(house.count(gone).await, 0);
    })
    .await;
}

#[tokio::test]
async fn answers_of_another_issuer_and_refusals_are_told_apart() {
    testkit::each_database(async |db| {
        let (house, liar) = house(db).await;
        let tell = async |pairs: &[(&str, &str)]| {
            let mut browser = Browser::default();
            let led = begun(&house, &mut browser).await;
            let state = query(&led, "state");
            let pairs: Vec<(&str, &str)> = [("state", state.as_str())].iter().chain(pairs).copied().collect();
            (back(&house, &mut browser, "one", &pairs).await, browser)
        };
        for (pairs, reason) in [
            (&[("error", "access_denied")][..], "access-denied"),
            (&[("error", "server_error")], "provider-error"),
            (&[("error", "<script>")], "provider-error"),
            (&[], "provider-error"),
            (&[("code", "c"), ("iss", "https://another.example")], "response-issuer"),
            (&[("error", "access_denied"), ("iss", "https://another.example")], "response-issuer"),
        ] {
            let (answer, browser) = tell(pairs).await;
            assert_refused(&answer, &browser, reason);
            assert!(!answer.text.contains("<script>"));
        }
        // Where it says that it names itself, an answer without a name is none of its own (RFC 9207).
        house.wait(3601);
        liar.tell(|script| script.metadata["authorization_response_iss_parameter_supported"] = true.into());
        let (answer, browser) = tell(&[("code", "c")]).await;
        assert_refused(&answer, &browser, "response-issuer");
    })
    .await;
}

/// Whoever began to link and is gone, or is somebody else by now, links nothing.
#[tokio::test]
async fn a_link_is_made_in_the_visit_that_asked_for_it() {
    testkit::each_database(async |db| {
        let (house, liar) = house(db).await;
        let mut browser = house.zhangs().await;
        let page = house.get(&mut browser, "/account/upstream").await;
        let led = house.submit(&mut browser, &page, "/account/upstream/one/link", &[]).await.led();
        let id_token = liar.signed(&liar.claims(&house, &query(&led, "nonce")));
        liar.tell(|script| script.token = answer_with(&id_token));
        let li = house.visit(identity::Subject::Person(house.li)).await;
        for cookie in browser.cookies.iter_mut().filter(|(name, _)| name == "__Host-session") {
            cookie.1.clone_from(&li);
        }
        let state = query(&led, "state");
        let answer = back(&house, &mut browser, "one", &[("code", "c"), ("state", &state)]).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains("没有绑定") && answer.text.contains("flow-over"), "{}", answer.text);
        assert_eq!(house.count("select count(*) from upstream_links").await, 0);
    })
    .await;
}
