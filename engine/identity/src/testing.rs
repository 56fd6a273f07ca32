//! A small town for the tests of this room: three persons, a company, an office with a clerk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use codes::{CivilDate, ResidentId, SocialCreditCode};
use http_body_util::BodyExt as _;
use kernel::{
    Actor, BodyId, LegalPersonId, PersonActor, PersonId, Role, StaffId, Timestamp, Words, from_micros,
    to_micros,
};
use store::{Db, Tx, Vault};
use tower::ServiceExt as _;

use crate::{
    AddBody, AddLegalPerson, AddPerson, AddStaff, Assurance, Client, LegalPersonKind, Passwords, Room,
    SignIn, Strength, Subject, add_body, add_legal_person, add_person, add_staff, open_session_for,
};

pub(crate) const PASSWORD: &str = "橘子洲头看烟花不是梦";
pub(crate) const PHONE: &str = "13800138000";
pub(crate) const NAME: &str = "张小开";

pub(crate) struct Town {
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    pub(crate) passwords: Passwords,
    /// 张小开, the company's representative, with a password and a phone.
    pub(crate) zhang: PersonId,
    /// 李雷, with a password.
    pub(crate) li: PersonId,
    pub(crate) company: LegalPersonId,
    pub(crate) office: BodyId,
    pub(crate) clerk: StaffId,
}

/// Thursday morning in Beijing.
pub(crate) fn morning() -> Timestamp {
    testkit::instant("2026-09-24T09:00")
}

pub(crate) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    from_micros(to_micros(at) + seconds * 1_000_000)
}

/// The identity number of the n-th test person.
pub(crate) fn resident_id(n: u16) -> ResidentId {
    ResidentId::from_parts("430102", CivilDate::new(1990, 3, 7).unwrap(), n).unwrap()
}

pub(crate) fn uscc(n: u32) -> String {
    SocialCreditCode::from_parts("91", "430102", &format!("MA{n:06}")).unwrap().to_string()
}

pub(crate) fn person(n: u16, name: &str) -> AddPerson {
    AddPerson {
        name: name.into(),
        resident_id: resident_id(n).as_str().into(),
        phone: None,
        division: None,
        password: Some(PASSWORD.into()),
        assurance: Assurance::Verified,
    }
}

pub(crate) fn body(slug: &str, division: &str) -> AddBody {
    AddBody {
        slug: slug.into(),
        name: Words::new("某区行政审批局", "District Approval Office"),
        uscc: uscc(7),
        division: division.into(),
        serves: vec!["11".into(), "*".into()],
        parent: None,
        address: "某路 1 号".into(),
        phone: "0731-12345".into(),
    }
}

pub(crate) fn client(address: &str) -> Client {
    Client::new(address.parse().ok(), "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
}

pub(crate) fn given(login: &str, password: &str) -> SignIn {
    SignIn { login: login.into(), password: password.into(), client: client("203.0.113.7") }
}

/// The visit of an account that a password opens.
pub(crate) fn opened(step: crate::Step) -> crate::Opened {
    match step {
        crate::Step::Opened(opened) => opened,
        crate::Step::Second(_) => panic!("a second step is asked for"),
    }
}

pub(crate) fn actor(person: PersonId) -> Actor {
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person,
        acting_for: None,
        shown_as: "张**".into(),
    })
}

/// Two items.
pub(crate) fn item_names() -> crate::ItemNames {
    crate::ItemNames::new(|| {
        vec![
            ("000511002000".into(), Words::new("临时救助", "Temporary relief")),
            ("000111001000".into(), Words::new("社会团体成立登记", "Association")),
        ]
    })
}

pub(crate) async fn town(db: Db) -> Town {
    let now = testkit::instant("2026-09-01T09:00");
    let vault = testkit::vault();
    let passwords = Passwords::new(Strength::CHEAP).unwrap();
    db.migrate(&[store::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let first = AddPerson { phone: Some(PHONE.into()), division: Some("430102".into()), ..person(1, NAME) };
    let zhang = add_person(&mut tx, &vault, &passwords, now, first).await.unwrap();
    let li = add_person(&mut tx, &vault, &passwords, now, person(2, "李雷")).await.unwrap();
    // 王梅 has an account without a password here.
    let third = AddPerson { password: None, ..person(3, "王梅") };
    add_person(&mut tx, &vault, &passwords, now, third).await.unwrap();
    let company = AddLegalPerson {
        name: "某某食品有限公司".into(),
        uscc: uscc(1),
        kind: LegalPersonKind::Enterprise,
        representative: zhang,
    };
    let company = add_legal_person(&mut tx, now, company).await.unwrap();
    let office = add_body(&mut tx, now, body("approval", "430102")).await.unwrap();
    let clerk = AddStaff {
        login: "chen".into(),
        name: "陈晨".into(),
        body: "approval".into(),
        roles: [Role::Acceptance, Role::Review].into(),
        password: Some("three small clerks".into()),
    };
    let clerk = add_staff(&mut tx, &passwords, now, clerk).await.unwrap();
    tx.commit().await.unwrap();
    Town { db, vault, passwords, zhang, li, company, office, clerk }
}

impl Town {
    /// Runs something in a transaction and keeps it.
    pub(crate) async fn write<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> T) -> T {
        let mut tx = self.db.begin().await.unwrap();
        let done = work(&mut tx).await;
        tx.commit().await.unwrap();
        done
    }

    /// Runs something that is refused: nothing is kept.
    pub(crate) async fn refused<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> T) -> T {
        let mut tx = self.db.begin().await.unwrap();
        let done = work(&mut tx).await;
        tx.rollback().await.unwrap();
        done
    }

    /// Counts the rows of a query.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.db.snapshot().await.unwrap();
        tx.fetch_one(sql, Vec::new()).await.unwrap().get(0).unwrap()
    }

    /// The whole program as far as it belongs to this room, with a clock that stands still.
    pub(crate) fn site(self, secure_cookies: bool) -> TestSite {
        self.site_that_wants(secure_cookies, std::collections::BTreeSet::new())
    }

    /// The same, with roles that need a strong factor.
    pub(crate) fn site_that_wants(
        self,
        secure_cookies: bool,
        strong_roles: std::collections::BTreeSet<Role>,
    ) -> TestSite {
        let clock = Arc::new(AtomicI64::new(to_micros(morning())));
        let hand = Arc::clone(&clock);
        let source = web::Source { room: "identity", zh_cn: crate::MESSAGES.0, en: crate::MESSAGES.1 };
        let texts = Arc::new(web::Catalogue::load(&[source]).unwrap());
        let now: web::Clock = Arc::new(move || from_micros(hand.load(Ordering::Relaxed)));
        let config = web::WebConfig { secure_cookies, ..web::WebConfig::default() };
        let site = web::Site::new(texts, now, config);
        let room = Room {
            db: self.db.clone(),
            vault: self.vault.clone(),
            passwords: self.passwords.clone(),
            site: site.clone(),
            items: item_names(),
            behind_proxy: true,
            factors: crate::FactorRules::new("https://zwfw.example", strong_roles),
        };
        let (router, specs) = crate::routes(room.clone()).finish();
        let app = crate::authentication(web::visitor_layer(router, &site), &room);
        TestSite { town: self, room, app: web::outer_layers(app, &site), specs, clock, secure_cookies }
    }
}

pub(crate) struct TestSite {
    pub(crate) town: Town,
    pub(crate) room: Room,
    pub(crate) specs: Vec<web::RouteSpec>,
    app: Router,
    clock: Arc<AtomicI64>,
    secure_cookies: bool,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

/// A browser: it keeps cookies and reads the form token from the page before it sends the form.
#[derive(Default, Clone)]
pub(crate) struct Browser {
    pub(crate) cookies: Vec<(String, String)>,
}

impl TestSite {
    pub(crate) fn now(&self) -> Timestamp {
        from_micros(self.clock.load(Ordering::Relaxed))
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// A request to the API.
    pub(crate) async fn api(
        &self,
        method: &str,
        path: &str,
        token: &str,
        json: Option<serde_json::Value>,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("x-forwarded-for", "203.0.113.9");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match json {
            Some(json) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub(crate) async fn get(&self, browser: &mut Browser, path: &str) -> Answer {
        let request =
            Request::builder().uri(path).header(COOKIE, browser.line()).body(Body::empty()).unwrap();
        let answer = self.send(request).await;
        browser.take(&answer);
        answer
    }

    /// Reads the page for its token, then sends the form from it.
    pub(crate) async fn post(
        &self,
        browser: &mut Browser,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let shown = self.get(browser, page).await;
        let token = shown
            .text
            .split_once("name=\"_csrf\" value=\"")
            .map_or("", |(_, rest)| rest.split_once('"').map_or("", |(token, _)| token));
        self.post_with(browser, path, token, fields).await
    }

    pub(crate) async fn post_with(
        &self,
        browser: &mut Browser,
        path: &str,
        token: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let encode = |text: &str| {
            let byte = |b: &u8| {
                if b.is_ascii_alphanumeric() { char::from(*b).to_string() } else { format!("%{b:02X}") }
            };
            text.as_bytes().iter().map(byte).collect::<String>()
        };
        let pairs = [("_csrf", token)].into_iter().chain(fields.iter().copied());
        let body =
            pairs.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(COOKIE, browser.line())
            .header("x-forwarded-for", "203.0.113.8")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let answer = self.send(request).await;
        browser.take(&answer);
        answer
    }

    /// A browser in which this person is signed in.
    pub(crate) async fn browser_of(&self, subject: Subject) -> Browser {
        let now = self.now();
        let opened = self.town.write(async |tx| open_session_for(tx, subject, now).await.unwrap()).await;
        Browser { cookies: vec![(self.cookie_name().into(), opened.token.reveal())] }
    }

    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.secure_cookies { "__Host-session" } else { "session" }
    }
}

impl Browser {
    fn line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn take(&mut self, answer: &Answer) {
        for line in answer.set_cookies() {
            let (pair, rest) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(found, _)| found != name);
            if !rest.contains("Max-Age=0") {
                self.cookies.push((name.into(), value.into()));
            }
        }
    }
}
