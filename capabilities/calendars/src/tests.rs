//! Calendars by page and by program, on each engine; the holidays of 2027 are invented.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use identity::{AddBody, AddPerson, AddStaff, Passwords, Strength, Subject};
use jiff::civil::date;
use kernel::{Role, Timestamp, Words};
use serde_json::{Value, json};
use store::{Db, Vault};
use testkit::{each_database, instant};
use tower::ServiceExt as _;
use web::{Catalogue, Site, Source, WebConfig};

use crate::{Importer, NewCalendar, Room};

mod by_page;
mod by_program;

pub(crate) const YEAR_2027: &str = include_str!("tests/2027.json");
const SOURCE: &str = "关于2027年部分节假日安排的通知（示例）";

struct World {
    room: Room,
    admin: String,
    clerk: String,
    person: String,
    site: Site,
    identity: identity::Room,
    clock: Arc<Mutex<Timestamp>>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// Field and rule of every fault.
    fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["field"]), text(&error["rule"]))).collect()
    }
}

impl World {
    async fn new(db: Db) -> Self {
        let now = instant("2026-11-20T09:00");
        let migrations = [
            store::MIGRATIONS,
            identity::MIGRATIONS,
            ledger::MIGRATIONS,
            cases::MIGRATIONS,
            crate::MIGRATIONS,
        ];
        db.migrate(&migrations).await.unwrap();
        let (vault, passwords) = (testkit::vault(), Passwords::new(Strength::CHEAP).unwrap());
        let room = Room::open(&db, now).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let [admin, clerk, person] = people(&mut tx, &vault, &passwords, now).await;
        tx.commit().await.unwrap();
        let clock = Arc::new(Mutex::new(now));
        let time = Arc::clone(&clock);
        let source = |room, (zh_cn, en)| Source { room, zh_cn, en };
        let texts = Catalogue::load(&[
            source("identity", identity::MESSAGES),
            source("cases", cases::MESSAGES),
            source("calendars", crate::MESSAGES),
        ]);
        let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
        let site = Site::new(Arc::new(texts.unwrap()), Arc::new(move || *time.lock().unwrap()), config);
        let identity = identity::Room {
            db,
            vault,
            passwords,
            site: site.clone(),
            items: identity::ItemNames::default(),
            behind_proxy: false,
            factors: identity::FactorRules::default(),
        };
        Self { room, admin, clerk, person, site, identity, clock }
    }

    fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap()
    }

    fn router(&self) -> Router {
        let (router, _specs) = crate::routes(self.room.clone()).finish();
        let inner = identity::authentication(web::visitor_layer(router, &self.site), &self.identity);
        web::outer_layers(inner, &self.site)
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn api(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.admin))
            .header(header::CONTENT_TYPE, "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) });
        self.send(request.unwrap()).await
    }

    async fn get_as(&self, token: &str, path: &str) -> Answer {
        let request =
            Request::get(path).header(header::COOKIE, format!("session={token}")).body(Body::empty());
        self.send(request.unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        let answer = self.get_as(&self.admin, path).await;
        assert!(!answer.text.contains('⟦'), "a sentence is missing: {}", answer.text);
        answer
    }

    async fn csrf(&self) -> String {
        hidden(&self.get("/admin/calendars").await.text, "_csrf")
    }

    async fn upload(&self, file: &str, source: &str) -> Answer {
        let csrf = self.csrf().await;
        let part = |head: &str, content: &str| {
            format!("--border\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let body = [
            part("name=\"_csrf\"", &csrf),
            part("name=\"file\"; filename=\"2027.json\"", file),
            part("name=\"source\"", source),
            "--border--\r\n".to_owned(),
        ]
        .concat();
        let request = Request::post("/admin/calendars/preview")
            .header(header::COOKIE, format!("session={}", self.admin))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let encoded =
            |text: &str| text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        let mut body = format!("_csrf={}", encoded(&csrf));
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let request = Request::post(path)
            .header(header::COOKIE, format!("session={}", self.admin))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    async fn in_force(&self) -> String {
        let mut tx = self.room.db.snapshot().await.unwrap();
        crate::in_force(&mut tx).await.unwrap().calendar.version
    }

    /// By the machine's command line, as another node sees it.
    async fn import_elsewhere(&self, content: &str) -> String {
        let mut tx = self.room.db.begin().await.unwrap();
        let new =
            NewCalendar { content: content.into(), source: Some(SOURCE.into()), ..NewCalendar::default() };
        let imported = crate::import(&mut tx, &Importer::operator(), &new, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        imported.version
    }
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap().replace("&#34;", "\"").replace("&quot;", "\"")
}

/// An administrator, a clerk and a citizen, each signed in.
async fn people(tx: &mut store::Tx, vault: &Vault, passwords: &Passwords, now: Timestamp) -> [String; 3] {
    let body = AddBody {
        slug: "office".into(),
        name: Words::new("示例办公室", "Example office"),
        uscc: "11430102DEM000030T".into(),
        division: "430102".into(),
        serves: vec!["20".into()],
        parent: None,
        address: String::new(),
        phone: String::new(),
    };
    identity::add_body(tx, now, body).await.unwrap();
    let person = AddPerson {
        name: "张演示".into(),
        resident_id: "439900197901010011".into(),
        phone: None,
        division: None,
        password: None,
        assurance: identity::Assurance::Verified,
    };
    let person = identity::add_person(tx, vault, passwords, now, person).await.unwrap();
    let staff = |login: &str, role: Role| AddStaff {
        login: login.into(),
        name: "韩管理".into(),
        body: "office".into(),
        roles: [role].into(),
        password: None,
    };
    let admin = identity::add_staff(tx, passwords, now, staff("admin", Role::Administration)).await.unwrap();
    let clerk = identity::add_staff(tx, passwords, now, staff("clerk", Role::Decision)).await.unwrap();
    let mut tokens = Vec::new();
    for subject in [Subject::Staff(admin), Subject::Staff(clerk), Subject::Person(person)] {
        tokens.push(identity::open_session_for(tx, subject, now).await.unwrap().token.reveal());
    }
    tokens.try_into().unwrap()
}

/// The made-up notice with one thing changed.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut year = serde_json::from_str(YEAR_2027).unwrap();
    change(&mut year);
    year
}
