//! A small town with a provider, browsers, and clients that speak HTTP to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use codes::{CivilDate, ResidentId, SocialCreditCode};
use http_body_util::BodyExt as _;
use identity::{
    AddBody, AddLegalPerson, AddPerson, AddStaff, Assurance, LegalPersonKind, Passwords, Strength, Subject,
    add_body, add_legal_person, add_person, add_staff, open_session_for,
};
use kernel::{Actor, LegalPersonId, PersonId, Role, StaffId, Timestamp, Words, from_micros, to_micros};
use serde_json::Value;
use store::{Db, Tx};
use tower::ServiceExt as _;

use crate::client::{AuthMethod, GrantType, Settings};
use crate::jws::Unverified;
use crate::scope::Scope;
use crate::{Room, Upstream, register_client};

pub(crate) const ISSUER: &str = "https://zwfw.example.gov.cn";
pub(crate) const CALLBACK: &str = "https://library.example/cb?from=tongban";
pub(crate) const PASSWORD: &str = "橘子洲头看烟花不是梦";
pub(crate) const VERIFIER: &str = "a-verifier-of-43-characters-that-nobody-has";

pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) room: Room,
    pub(crate) specs: Vec<web::RouteSpec>,
    app: Router,
    clock: Arc<AtomicI64>,
    /// 张小开, verified, with a telephone.
    pub(crate) zhang: PersonId,
    /// 李雷, declared only.
    pub(crate) li: PersonId,
    pub(crate) company: LegalPersonId,
    pub(crate) clerk: StaffId,
    pub(crate) admin: StaffId,
}

/// A client as its developers have it.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Known {
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.id, self.secret)))
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// `error` of an error document.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// Where the browser is led: by a redirect, or by the page in between.
    pub(crate) fn led(&self) -> String {
        if !self.location().is_empty() {
            return self.location().to_owned();
        }
        let (_, rest) = self.text.split_once("content=\"0;url=").unwrap_or_else(|| panic!("{}", self.text));
        rest.split_once('"').unwrap().0.replace("&#38;", "&").replace("&amp;", "&")
    }
}

/// A parameter of an address.
pub(crate) fn query(address: &str, name: &str) -> String {
    let (_, query) = address.split_once('?').unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    pairs.into_iter().find(|(found, _)| found == name).map(|(_, value)| value).unwrap_or_default()
}

pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(pairs).unwrap()
}

#[derive(Default, Clone)]
pub(crate) struct Browser {
    pub(crate) cookies: Vec<(String, String)>,
}

impl Browser {
    fn line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn take(&mut self, answer: &Answer) {
        for line in answer.headers.get_all(SET_COOKIE) {
            let (pair, rest) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(found, _)| found != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name.into(), value.into()));
            }
        }
    }
}

pub(crate) fn resident_id(n: u16) -> String {
    ResidentId::from_parts("430102", CivilDate::new(1990, 3, 7).unwrap(), n).unwrap().as_str().to_owned()
}

fn person(n: u16, name: &str, phone: Option<&str>, assurance: Assurance) -> AddPerson {
    AddPerson {
        name: name.into(),
        resident_id: resident_id(n),
        phone: phone.map(str::to_owned),
        division: None,
        password: Some(PASSWORD.into()),
        assurance,
    }
}

fn staff(login: &str, role: Role) -> AddStaff {
    AddStaff {
        login: login.into(),
        name: "陈晨".into(),
        body: "approval".into(),
        roles: [role].into(),
        password: Some("three small clerks".into()),
    }
}

/// Thursday morning in Beijing.
fn morning() -> Timestamp {
    testkit::instant("2026-09-24T09:00")
}

/// The address at which a client sends its people, with some parameters changed; an empty value leaves one out.
pub(crate) fn authorize(client: &Known, changes: &[(&str, &str)]) -> String {
    format!("/oauth/authorize?{}", encoded(&asked(client, changes)))
}

impl House {
    pub(crate) async fn open(db: Db) -> Self {
        Self::open_with(db, ISSUER, Vec::new()).await
    }

    /// At another address, or with providers whose accounts open accounts here.
    pub(crate) async fn open_with(db: Db, issuer: &str, upstreams: Vec<Upstream>) -> Self {
        let now = morning();
        db.migrate(&[store::MIGRATIONS, identity::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let (vault, passwords) = (testkit::vault(), Passwords::new(Strength::CHEAP).unwrap());
        let mut tx = db.begin().await.unwrap();
        let first = person(1, "张小开", Some("13800138000"), Assurance::Verified);
        let zhang = add_person(&mut tx, &vault, &passwords, now, first).await.unwrap();
        let second = person(2, "李雷", None, Assurance::Declared);
        let li = add_person(&mut tx, &vault, &passwords, now, second).await.unwrap();
        let company = AddLegalPerson {
            name: "某某食品有限公司".into(),
            uscc: SocialCreditCode::from_parts("91", "430102", "MA000001").unwrap().to_string(),
            kind: LegalPersonKind::Enterprise,
            representative: zhang,
        };
        let company = add_legal_person(&mut tx, now, company).await.unwrap();
        let body = AddBody {
            slug: "approval".into(),
            name: Words::new("某区行政审批局", "District Approval Office"),
            uscc: SocialCreditCode::from_parts("11", "430102", "MA000007").unwrap().to_string(),
            division: "430102".into(),
            serves: vec!["*".into()],
            parent: None,
            address: "某路 1 号".into(),
            phone: "0731-12345".into(),
        };
        add_body(&mut tx, now, body).await.unwrap();
        let clerk = add_staff(&mut tx, &passwords, now, staff("chen", Role::Review)).await.unwrap();
        let admin = add_staff(&mut tx, &passwords, now, staff("admin", Role::Administration)).await.unwrap();
        tx.commit().await.unwrap();
        let clock = Arc::new(AtomicI64::new(to_micros(now)));
        let hand = Arc::clone(&clock);
        let source = |room, (zh_cn, en)| web::Source { room, zh_cn, en };
        let texts =
            web::Catalogue::load(&[source("identity", identity::MESSAGES), source("oidc", crate::MESSAGES)]);
        let now: web::Clock = Arc::new(move || from_micros(hand.load(Ordering::Relaxed)));
        let site = web::Site::new(Arc::new(texts.unwrap()), now, web::WebConfig::default());
        let identity = identity::Room {
            db: db.clone(),
            vault,
            passwords,
            site: site.clone(),
            items: identity::ItemNames::default(),
            behind_proxy: true,
            factors: identity::FactorRules::default()
                .with_upstreams(upstreams.iter().map(Upstream::named).collect()),
        };
        let room = Room::open(identity.clone(), issuer).await.unwrap().with_upstreams(upstreams).unwrap();
        let routes = identity::routes(identity.clone()).merge(crate::routes(room.clone()));
        let (router, specs) = routes.finish();
        let app = identity::authentication(web::visitor_layer(router, &site), &identity);
        let app = web::outer_layers(app, &site);
        Self { db, room, specs, app, clock, zhang, li, company, clerk, admin }
    }

    /// Everything that answers, for a real address.
    pub(crate) fn router(&self) -> Router {
        self.app.clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        from_micros(self.clock.load(Ordering::Relaxed))
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub(crate) async fn write<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> T) -> T {
        let mut tx = self.db.begin().await.unwrap();
        let done = work(&mut tx).await;
        tx.commit().await.unwrap();
        done
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.db.snapshot().await.unwrap();
        tx.fetch_one(sql, Vec::new()).await.unwrap().get(0).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(!parts.status.is_server_error(), "{} {text}", parts.status);
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn get(&self, browser: &mut Browser, path: &str) -> Answer {
        let path = path.strip_prefix(&*self.room.issuer).unwrap_or(path);
        let request = Request::builder().uri(path).header(COOKIE, browser.line());
        let answer = self.send(request.body(Body::empty()).unwrap()).await;
        browser.take(&answer);
        answer
    }

    /// Sends the form of a page that was just read.
    pub(crate) async fn submit(
        &self,
        browser: &mut Browser,
        shown: &Answer,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let found = shown.text.split_once("name=\"_csrf\" value=\"");
        let token = found.map_or("", |(_, rest)| rest.split_once('"').unwrap().0).to_owned();
        let fields: Vec<(&str, &str)> =
            [("_csrf", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(COOKIE, browser.line())
            .header("x-forwarded-for", "203.0.113.8")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(encoded(&fields)));
        let answer = self.send(request.unwrap()).await;
        browser.take(&answer);
        answer
    }

    /// What a client's server sends, with its own proof in the header or in the form.
    pub(crate) async fn call(&self, path: &str, proof: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder()
            .method("POST")
            .uri(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !proof.is_empty() {
            request = request.header(AUTHORIZATION, proof);
        }
        self.send(request.body(Body::from(encoded(fields))).unwrap()).await
    }

    pub(crate) async fn bearer(&self, method: &str, path: &str, token: &str, json: Option<Value>) -> Answer {
        let request =
            Request::builder().method(method).uri(path).header(AUTHORIZATION, format!("Bearer {token}"));
        let request = match json {
            Some(json) => request.header(CONTENT_TYPE, "application/json").body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub(crate) async fn userinfo(&self, token: &str) -> Answer {
        self.bearer("GET", "/oauth/userinfo", token, None).await
    }

    /// The token of a fresh visit.
    pub(crate) async fn visit(&self, subject: Subject) -> String {
        let now = self.now();
        let opened = self.write(async |tx| open_session_for(tx, subject, now).await.unwrap()).await;
        opened.token.reveal()
    }

    pub(crate) async fn browser_of(&self, subject: Subject) -> Browser {
        Browser { cookies: vec![("__Host-session".into(), self.visit(subject).await)] }
    }

    pub(crate) async fn zhangs(&self) -> Browser {
        self.browser_of(Subject::Person(self.zhang)).await
    }

    pub(crate) fn administrator(&self) -> Actor {
        Actor::Staff(kernel::StaffActor {
            strong: false,
            staff: self.admin,
            body: store::fresh_id(self.now()),
            division: "430102".into(),
            roles: [Role::Administration].into(),
            deputy_of: std::collections::BTreeSet::new(),
            shown_as: "陈晨".into(),
        })
    }

    pub(crate) async fn register(&self, settings: &Settings) -> Known {
        let (by, now) = (self.administrator(), self.now());
        let made = self.write(async |tx| register_client(tx, &by, settings, now).await.unwrap()).await;
        Known {
            id: made.id.to_string(),
            secret: made.secret.map(|secret| secret.reveal()).unwrap_or_default(),
        }
    }

    /// A sign-on of somebody who is signed in and is asked nothing: the code.
    pub(crate) async fn code(
        &self,
        browser: &mut Browser,
        client: &Known,
        changes: &[(&str, &str)],
    ) -> String {
        let answer = self.get(browser, &authorize(client, changes)).await;
        let code = query(&answer.led(), "code");
        assert!(!code.is_empty(), "{} {}", answer.status, answer.led());
        code
    }

    pub(crate) async fn redeem(&self, client: &Known, code: &str, changes: &[(&str, &str)]) -> Answer {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.call("/oauth/token", &client.basic(), &changed(&usual, changes)).await
    }

    pub(crate) async fn refresh(&self, client: &Known, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call("/oauth/token", &client.basic(), &fields).await
    }

    /// The tokens of a whole sign-on.
    pub(crate) async fn sign_on(&self, client: &Known) -> Value {
        let mut browser = self.zhangs().await;
        let code = self.code(&mut browser, client, &[]).await;
        let answer = self.redeem(client, &code, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

fn changed<'a>(usual: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    kept.chain(changes).copied().filter(|(_, value)| !value.is_empty()).collect()
}

pub(crate) fn challenge(verifier: &str) -> String {
    crate::jws::sha256(verifier.as_bytes())
}

pub(crate) fn asked<'a>(client: &'a Known, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    // SHA-256 of VERIFIER; a test below compares the two.
    let usual = [
        ("client_id", client.id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile"),
        ("state", "状态 &1"),
        ("nonce", "n-0S6"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    changed(&usual, changes)
}

pub(crate) const CHALLENGE: &str = "LfFaXjmXLe4eX3PKSqsvNWh1Ct5cMEfX-Vm2xAgJtpw";

#[test]
fn the_challenge_belongs_to_the_verifier() {
    assert_eq!(challenge(VERIFIER), CHALLENGE);
    assert_eq!(VERIFIER.len(), 43);
}

/// The claims of a token, whoever signed it.
pub(crate) fn claims(token: &str) -> Value {
    Unverified::read(token).unwrap().claims
}

pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// A library with a secret, which needs the name and asks for more.
pub(crate) fn library() -> Settings {
    Settings {
        name_zh: "演示图书馆".into(),
        name_en: "Demo library".into(),
        redirect_uris: vec![CALLBACK.into(), "https://library.example/other".into()],
        post_logout_redirect_uris: vec!["https://library.example/bye".into()],
        grant_types: vec![GrantType::Code, GrantType::Refresh],
        scopes: Scope::ALL.into_iter().filter(|scope| *scope != Scope::Staff).collect(),
        needed_scopes: vec![Scope::OpenId, Scope::Profile, Scope::Assurance],
        ..Settings::default()
    }
}

/// A script in a browser, without a secret.
pub(crate) fn script() -> Settings {
    Settings { auth_method: AuthMethod::None, ..library() }
}

/// `kid` and so on of a token.
pub(crate) fn header(token: &str) -> Value {
    let (header, _) = token.split_once('.').unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}
