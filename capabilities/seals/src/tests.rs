//! The life of seals on each engine: by command, by page and by program, with keys of an authority made for the test.

use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use identity::{AddBody, AddStaff, Passwords, Strength, Subject};
use kernel::{Actor, BodyId, Role, SealId, StaffId, Timestamp, Words};
use ofd::Face;
use serde_json::Value;
use store::Db;
use testkit::instant;
use tower::ServiceExt as _;
use web::{Catalogue, Site, Source, WebConfig};

use crate::seal::{RevokeReason, Step};
use crate::{Keys, NewSeal, Room, Rules, SealRecord, StepError, TakeStep, request, take_step};

mod by_import;
mod by_page;
mod by_time;
mod life;

static FACES: LazyLock<Arc<[Face]>> = LazyLock::new(|| {
    let regular = include_bytes!("../../licences/fonts/NotoSansSC-Regular.ttf");
    Arc::new([Face::new("NotoSansSC", regular).unwrap()])
});

/// Who acts: login, roles, body.
const STAFF: [(&str, &[Role], &str); 7] = [
    ("office-admin", &[Role::Administration], "office"),
    ("decider", &[Role::Decision], "gov"),
    ("maker", &[Role::Administration], "gov"),
    ("everything", &[Role::Administration, Role::Decision], "gov"),
    ("office-decider", &[Role::Decision], "office"),
    ("other-admin", &[Role::Administration], "other"),
    ("clerk", &[Role::Review], "office"),
];

struct World {
    room: Room,
    clock: Arc<Mutex<Timestamp>>,
    identity: identity::Room,
    site: Site,
    staff: Vec<(StaffId, BodyId)>,
    folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl World {
    /// With an authority of its own.
    async fn new(db: Db) -> Self {
        let world = Self::without_keys(db).await;
        let root = world.folder.path().join("root");
        let now = world.now().as_second();
        world.room.keys.set_up(&root, "off line", ("示例县", "演示"), now).unwrap();
        std::fs::remove_dir_all(root).unwrap(); // carried away
        world
    }

    async fn without_keys(db: Db) -> Self {
        let now = instant("2026-10-09T09:00");
        db.migrate(&[store::MIGRATIONS, identity::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let folder = testkit::folder();
        let rules = Rules { authority: Some("gov".into()), ..Rules::built_in().unwrap() };
        let room = Room {
            db: db.clone(),
            keys: Keys::new(folder.path().join("seals"), "tests only"),
            rules: Arc::new(rules),
            faces: Arc::clone(&FACES),
        };
        let passwords = Passwords::new(Strength::CHEAP).unwrap();
        let mut tx = db.begin().await.unwrap();
        let staff = people(&mut tx, &passwords, now).await;
        tx.commit().await.unwrap();
        let clock = Arc::new(Mutex::new(now));
        let time = Arc::clone(&clock);
        let source = |room, (zh_cn, en)| Source { room, zh_cn, en };
        let texts =
            Catalogue::load(&[source("identity", identity::MESSAGES), source("seals", crate::MESSAGES)]);
        let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
        let site = Site::new(Arc::new(texts.unwrap()), Arc::new(move || *time.lock().unwrap()), config);
        let identity = identity::Room {
            db,
            vault: testkit::vault(),
            passwords,
            site: site.clone(),
            items: identity::ItemNames::default(),
            behind_proxy: false,
            factors: identity::FactorRules::default(),
        };
        Self { room, clock, identity, site, staff, folder }
    }

    fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap()
    }

    fn set(&self, beijing: &str) {
        *self.clock.lock().unwrap() = instant(beijing);
    }

    fn member(&self, login: &str) -> (usize, (StaffId, BodyId)) {
        let at = STAFF.iter().position(|(known, _, _)| *known == login).unwrap();
        (at, self.staff[at])
    }

    fn actor(&self, login: &str) -> Actor {
        let (at, (staff, body)) = self.member(login);
        Actor::Staff(kernel::StaffActor {
            staff,
            body,
            division: "430102".into(),
            roles: STAFF[at].1.iter().copied().collect(),
            deputy_of: std::collections::BTreeSet::new(),
            strong: true,
            shown_as: format!("某{login}"),
        })
    }

    fn office(&self) -> BodyId {
        self.member("office-admin").1.1
    }

    fn asked(kind: &str) -> NewSeal {
        NewSeal {
            body: "office".into(),
            kind: kind.into(),
            valid_from: "2026-10-09".into(),
            valid_until: "2028-10-08".into(),
            reason: "核发证照".into(),
            ..NewSeal::default()
        }
    }

    async fn request(&self, login: &str, new: &NewSeal) -> Result<SealRecord, crate::RequestError> {
        let mut tx = self.room.db.begin().await.unwrap();
        let seal = request(&mut tx, &self.room, &self.actor(login), new, self.now()).await?;
        tx.commit().await.unwrap();
        Ok(seal)
    }

    async fn take(&self, login: &str, seal: &SealRecord, step: Step) -> Result<SealRecord, StepError> {
        let reason = (step == Step::Revoke).then_some(RevokeReason::KeyCompromise);
        let take = TakeStep { step, word: "因为".into(), reason, version: seal.version };
        take_step(&self.room, &self.actor(login), seal.id, &take, self.now()).await
    }

    /// A seal that is in force, whoever had to do with it.
    async fn in_force(&self, kind: &str) -> SealRecord {
        let seal = self.request("office-admin", &Self::asked(kind)).await.unwrap();
        let seal = self.take("decider", &seal, Step::Approve).await.unwrap();
        let seal = self.take("maker", &seal, Step::Make).await.unwrap();
        self.take("office-admin", &seal, Step::Activate).await.unwrap()
    }

    async fn find(&self, id: SealId) -> SealRecord {
        let mut tx = self.room.db.snapshot().await.unwrap();
        crate::find(&mut tx, id).await.unwrap().unwrap()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.room.db.snapshot().await.unwrap();
        tx.fetch_one(sql, store::vals![]).await.unwrap().get(0).unwrap()
    }

    async fn token(&self, login: &str) -> String {
        let mut tx = self.room.db.begin().await.unwrap();
        let subject = Subject::Staff(self.member(login).1.0);
        let opened = identity::open_session_for(&mut tx, subject, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        opened.token.reveal()
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
        let location = parts.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains('⟦'), "a sentence is missing: {text}");
        Answer { status: parts.status, location: location.to_owned(), text }
    }

    async fn get(&self, login: &str, path: &str) -> Answer {
        let cookie = format!("session={}", self.token(login).await);
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, login: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token(login).await;
        let cookie = format!("session={token}");
        let form = Request::get("/admin/seals/new").header(header::COOKIE, &cookie).body(Body::empty());
        let mut page = self.send(form.unwrap()).await.text;
        if !page.contains("name=\"_csrf\"") {
            // Who asks for nothing has the forms of a seal.
            let path = path.rsplit_once('/').unwrap().0.to_owned();
            let form = Request::get(path).header(header::COOKIE, &cookie).body(Body::empty());
            page = self.send(form.unwrap()).await.text;
        }
        let (_, rest) = page.split_once("name=\"_csrf\" value=\"").unwrap_or_else(|| panic!("{page}"));
        let csrf = rest.split('"').next().unwrap();
        let encoded =
            |text: &str| text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        let mut body = format!("_csrf={}", encoded(csrf));
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", encoded(value)));
        }
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    async fn api(&self, login: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token(login).await))
            .header(header::CONTENT_TYPE, "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) });
        self.send(request.unwrap()).await
    }
}

async fn people(tx: &mut store::Tx, passwords: &Passwords, now: Timestamp) -> Vec<(StaffId, BodyId)> {
    let bodies = [
        ("gov", "示例县人民政府", "11430102DEM000030T"),
        ("office", "示例县民政局", "11430102DEM000049P"),
        ("other", "示例县教育局", "11430102DEM0000813"),
    ];
    for (slug, name, uscc) in bodies {
        let body = AddBody {
            slug: slug.into(),
            name: Words::new(name, format!("Example {slug}")),
            uscc: uscc.into(),
            division: "430102".into(),
            serves: vec!["11".into()],
            parent: None,
            address: String::new(),
            phone: String::new(),
        };
        identity::add_body(tx, now, body).await.unwrap();
    }
    let mut staff = Vec::new();
    for (login, roles, body) in STAFF {
        let add = AddStaff {
            login: login.into(),
            name: format!("某{login}"),
            body: body.into(),
            roles: roles.iter().copied().collect(),
            password: None,
        };
        let id = identity::add_staff(tx, passwords, now, add).await.unwrap();
        staff.push((id, identity::find_body(tx, body).await.unwrap().unwrap().id));
    }
    staff
}
