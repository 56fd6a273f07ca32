//! The life of an item: commands, pages and API, on every engine.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use axum::extract::Extension;
use axum::http::{Request, StatusCode, header};
use cases::TypeRef;
use http_body_util::BodyExt as _;
use kernel::{Actor, BodyId, RevisionId, Role, StaffActor, StaffId, Timestamp, TypedId as _};
use serde_json::{Value, json};
use store::{Tx, jobs};
use testkit::{each_database, instant};
use tower::ServiceExt as _;
use web::SignedIn;

use super::*;
use crate::turns::{self, Turn, TurnKind};
use crate::{MESSAGES, MIGRATIONS};

mod by_page;
mod commands;

const NOW: &str = "2026-09-21T10:00";
const KEY: (&str, &str) = ("430120001000", "01");

fn key() -> (String, String) {
    (KEY.0.into(), KEY.1.into())
}

/// An office that offers the dog licence of the fixtures.
pub(super) struct World {
    pub(super) office: Office,
}

/// What an address answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: String,
    pub(super) text: String,
    pub(super) bytes: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}", self.text))
    }
}

fn dog() -> Library {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dog-licence");
    Library::load(&folder, &registers()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn registers() -> Registers {
    Registers::from([("dogs".to_owned(), ["name".to_owned()].into())])
}

pub(super) fn staff(number: u8, role: Role) -> Actor {
    let at = Timestamp::UNIX_EPOCH;
    Actor::Staff(StaffActor {
        strong: false,
        staff: StaffId::from_parts(at, [number; 10]),
        body: BodyId::from_parts(at, [1; 10]),
        division: "430000".into(),
        roles: [role].into(),
        deputy_of: BTreeSet::new(),
        shown_as: format!("示例{number}"),
    })
}

fn author() -> By {
    By::staff(staff(1, Role::Catalogue).staff().unwrap())
}

fn approver() -> By {
    By::staff(staff(2, Role::Catalogue).staff().unwrap())
}

impl World {
    pub(super) async fn new(db: &Db) -> Self {
        db.migrate(&[store::MIGRATIONS, identity::MIGRATIONS, ledger::MIGRATIONS, MIGRATIONS]).await.unwrap();
        Self { office: node(db).await }
    }

    async fn edition(&self, id: RevisionId) -> i64 {
        let mut tx = self.office.db.snapshot().await.unwrap();
        record::find(&mut tx, id).await.unwrap().unwrap().edition
    }

    async fn state(&self, id: RevisionId) -> State {
        let mut tx = self.office.db.snapshot().await.unwrap();
        record::find(&mut tx, id).await.unwrap().unwrap().state
    }

    /// A change of the item with one text replaced.
    async fn begun(&self, old: &str, new: &str) -> RevisionId {
        let mut tx = self.office.db.begin().await.unwrap();
        let now = instant(NOW);
        let id = begin(&mut tx, &self.office, &author(), key(), now).await.unwrap();
        let mut files = record::files(&mut tx, id).await.unwrap();
        let text = files.get_mut("item.yaml").unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old} stands once");
        *text = text.replace(old, new);
        save(&mut tx, &author(), id, 1, &files, now).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn approved(&self, id: RevisionId) {
        let mut tx = self.office.db.begin().await.unwrap();
        let now = instant(NOW);
        check(&mut tx, &self.office, &author(), id, 2, now).await.unwrap();
        approve(&mut tx, &self.office, &approver(), id, 3, "按新规定缩短", now).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn published(&self, id: RevisionId) {
        let mut tx = self.office.db.begin().await.unwrap();
        let news = publish(&mut tx, &self.office, &approver(), id, 4, instant(NOW)).await.unwrap();
        tx.commit().await.unwrap();
        news.put_on(&self.office.shelf);
    }

    pub(super) async fn ask(&self, actor: Actor, request: Request<Body>) -> Answer {
        let source = web::Source { room: "catalogue", zh_cn: MESSAGES.0, en: MESSAGES.1 };
        let texts = Arc::new(web::Catalogue::load(&[source]).unwrap());
        let clock: web::Clock = Arc::new(|| instant(NOW));
        let site = web::Site::new(
            texts,
            clock,
            web::WebConfig { secure_cookies: false, ..web::WebConfig::default() },
        );
        let public = crate::routes(crate::Room {
            db: self.office.db.clone(),
            vault: testkit::vault(),
            shelf: self.office.shelf.clone(),
            lists: crate::directory::Finder::new(self.office.db.clone(), self.office.shelf.clone()),
            bodies: std::sync::Arc::default(),
            public_url: "http://127.0.0.1".into(),
            topics: Arc::default(),
        });
        let routes = public.merge(crate::life_routes(self.office.clone()));
        let mut router = web::visitor_layer(routes.finish().0, &site);
        if actor != Actor::Anonymous {
            router = router.layer(Extension(SignedIn { actor, session: None, csrf: "token".into() }));
        }
        let response = web::outer_layers(router, &site).oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or_else(String::new, |at| at.to_str().unwrap().to_owned());
        let bytes = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains('⟦'), "a sentence is missing: {text}");
        Answer { status, location, text, bytes }
    }

    pub(super) async fn get(&self, actor: Actor, path: &str) -> Answer {
        self.ask(actor, Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post(&self, actor: Actor, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<(&str, &str)> = [("_csrf", "token")].iter().chain(fields).copied().collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(serde_urlencoded::to_string(fields).unwrap()));
        self.ask(actor, request.unwrap()).await
    }

    pub(super) async fn api(&self, actor: Actor, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::AUTHORIZATION, "Bearer x");
        let request = match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        self.ask(actor, request.unwrap()).await
    }
}

/// A node as it starts.
async fn node(db: &Db) -> Office {
    let mut tx = db.begin().await.unwrap();
    let shelf = dog().take_up(&mut tx, instant("2026-09-01T09:00")).await.unwrap();
    tx.commit().await.unwrap();
    let bodies = Arc::new(RwLock::new(Arc::default()));
    Office { db: db.clone(), shelf, registers: Arc::new(registers()), bodies }
}
