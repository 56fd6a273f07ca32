//! The portal through the whole web stack, on each engine, over the real packages of civil affairs.

use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, RwLock};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::{Extension, Router};
use cases::Bodies;
use catalogue::Library;
use http_body_util::BodyExt as _;
use kernel::{
    Actor, BodyId, PersonActor, PersonId, Role, StaffActor, StaffId, Timestamp, TypedId as _, Words,
};
use serde_json::{Value, json};
use store::Db;
use testkit::instant;
use tower::ServiceExt as _;
use web::{Catalogue, SignedIn, Site, Source, WebConfig};

use crate::{Entrances, Room, Setting, around_layer, routes};

mod banners;
mod choices;
mod news;
mod ways_in;

const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789a";

pub(crate) static LIBRARY: LazyLock<Arc<Library>> =
    LazyLock::new(|| Arc::new(Library::load(&packages(), &registers::changeable()).unwrap()));

pub(crate) fn packages() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/minzheng")
}

struct World {
    room: Room,
    site: Site,
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

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A page with every sentence there and nothing that the content policy forbids.
    fn holds(&self, texts: &[&str]) -> &Self {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert!(!self.text.contains('⟦') && !self.text.contains(" style="), "{}", self.text);
        for text in texts {
            assert!(self.text.contains(text), "{text} is missing in {}", self.text);
        }
        self
    }

    fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["field"]), text(&error["rule"]))).collect()
    }
}

fn body_id(number: u8) -> BodyId {
    BodyId::from_parts(Timestamp::UNIX_EPOCH, [number; 10])
}

fn staff(number: u8, role: Role) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff: StaffId::from_parts(Timestamp::UNIX_EPOCH, [number; 10]),
        body: body_id(number),
        division: "430102".into(),
        roles: [role].into(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: format!("职员{number}"),
    })
}

fn citizen() -> Actor {
    let person = PersonId::from_parts(Timestamp::UNIX_EPOCH, [9; 10]);
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person,
        acting_for: None,
        shown_as: "张*".into(),
    })
}

fn bodies() -> Bodies {
    let body = |number: u8, slug: &str, name: &str, division: &str| cases::Body {
        id: body_id(number),
        slug: slug.into(),
        name: Words::new(name, format!("Office {number}")),
        uscc: String::new(),
        division: division.into(),
        serves: vec!["11".into()],
        address: "演示路1号".into(),
        phone: "0731-00000001".into(),
    };
    Bodies(vec![
        body(1, "changsha-mz", "长沙市民政局", "430100"),
        body(2, "furong-mz", "芙蓉区民政局", "430102"),
        body(3, "wenyilu", "文艺路街道办事处", "430102001"),
    ])
}

impl World {
    async fn new(db: Db) -> Self {
        let migrations = [
            store::MIGRATIONS,
            identity::MIGRATIONS,
            ledger::MIGRATIONS,
            cases::MIGRATIONS,
            catalogue::MIGRATIONS,
            crate::MIGRATIONS,
        ];
        db.migrate(&migrations).await.unwrap();
        // The record of acts names bodies that there are.
        let mut tx = db.begin().await.unwrap();
        for cases::Body { id, slug, name, division, .. } in bodies().0 {
            let sql =
                "insert into bodies (id, slug, name_zh, name_en, uscc, division, serves, address, phone)
                       values ($1, $2, $3, $4, '', $5, '11', '', '')";
            tx.execute(sql, store::vals![id, slug, name.zh, name.en, division]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let clock = Arc::new(Mutex::new(instant("2026-10-09T09:00")));
        let time = Arc::clone(&clock);
        let clock_of_site: web::Clock = Arc::new(move || *time.lock().unwrap());
        let source = |room, (zh_cn, en)| Source { room, zh_cn, en };
        let texts = Catalogue::load(&[
            source("identity", identity::MESSAGES),
            source("catalogue", catalogue::MESSAGES),
            source("portal", crate::MESSAGES),
        ]);
        let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
        let site = Site::new(Arc::new(texts.unwrap()), Arc::clone(&clock_of_site), config);
        let room = Room::open(Setting {
            db,
            vault: testkit::vault(),
            shelf: (**LIBRARY).clone().into(),
            bodies: Arc::new(RwLock::new(Arc::new(bodies()))),
            entrances: Entrances::load(&packages()).unwrap(),
            clock: clock_of_site,
            secure_cookies: false,
            public_url: "https://demo.example".into(),
        });
        Self { room: room.await.unwrap(), site, clock }
    }

    fn at(&self, beijing: &str) {
        *self.clock.lock().unwrap() = instant(beijing);
    }

    fn router(&self, actor: &Actor) -> Router {
        let shelf = catalogue::Shelf::from((**LIBRARY).clone());
        let guides = catalogue::Room {
            lists: catalogue::directory::Finder::new(self.room.set.db.clone(), shelf.clone()),
            db: self.room.set.db.clone(),
            vault: self.room.set.vault.clone(),
            shelf,
            bodies: Arc::clone(&self.room.set.bodies),
            public_url: "https://demo.example".into(),
            topics: self.room.topics(),
        };
        let all =
            routes(self.room.clone()).merge(catalogue::routes(guides)).merge(web::own_routes(&self.site));
        let mut router = around_layer(web::visitor_layer(all.finish().0, &self.site), &self.room);
        if *actor != Actor::Anonymous {
            let signed_in = SignedIn { actor: actor.clone(), session: None, csrf: TOKEN.into() };
            router = router.layer(Extension(signed_in));
        }
        web::outer_layers(router, &self.site)
    }

    async fn send(&self, actor: &Actor, request: Request<Body>) -> Answer {
        let response = self.router(actor).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// A page as a stranger sees it, with these cookies.
    async fn see(&self, path: &str, cookies: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookies).body(Body::empty()).unwrap();
        self.send(&Actor::Anonymous, request).await
    }

    async fn get_as(&self, actor: &Actor, path: &str) -> Answer {
        self.send(actor, Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, actor: &Actor, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded =
            |text: &str| text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        let mut body = format!("_csrf={TOKEN}");
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(actor, request.unwrap()).await
    }

    async fn api(&self, actor: &Actor, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, "Bearer any")
            .header(header::CONTENT_TYPE, "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) });
        self.send(actor, request.unwrap()).await
    }
}

/// A text that the API takes.
fn text(title: &str) -> Value {
    json!({ "title_zh": title, "text_zh": "正文。" })
}
