//! A small world for tests: a neutral item, two offices, persons, a legal person, and the whole of the web around them.

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use identity::{Passwords, Strength, Subject};
use kernel::{Actor, LegalPersonId, PersonActor, PersonId, Role, StaffActor, StaffId, Timestamp};
use serde_json::{Value, json};
use store::{Db, Files, Vault};
use tempfile::TempDir;
use testkit::instant;
use tower::ServiceExt as _;
use web::{Catalogue, Site, Source, WebConfig};

use crate::Room;

mod dogs;
mod guard;
mod people;

pub(crate) use guard::GUARD;
use people::People;

pub(crate) const ITEM: &str = "430120001000";
/// The same item for organisations.
pub(crate) const KENNEL: &str = "430120002000";
pub(crate) const TOWN: &str = "430102001";
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
pub(crate) const OTHER_PDF: &[u8] = b"%PDF-1.7\n2 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR....\0\0\0\0IEND\xaeB`\x82";

/// A Monday; the Mid-Autumn Festival and National Day come soon after it.
pub(crate) const START: &str = "2026-09-21T09:30";

pub(crate) struct World {
    pub(crate) room: Room,
    pub(crate) zhang: PersonId,
    pub(crate) li: PersonId,
    pub(crate) company: LegalPersonId,
    clerk: (StaffId, kernel::BodyId),
    county_clerk: (StaffId, kernel::BodyId),
    site: Site,
    identity: identity::Room,
    clock: Arc<Mutex<Timestamp>>,
    _folder: TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The fields of a problem document that break a rule.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["field"]), text(&error["rule"]))).collect()
    }
}

/// Writes the item, changed by `change`, into a folder below `root`.
pub(crate) fn write_item(root: &Path, name: &str, change: impl Fn(&str, String) -> String) {
    let folder = root.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let texts = [
        ("item.yaml", include_str!("testing/dog-licence/item.yaml")),
        ("form.schema.json", include_str!("testing/dog-licence/form.schema.json")),
        ("process.yaml", include_str!("testing/dog-licence/process.yaml")),
        ("licences.yaml", include_str!("testing/dog-licence/licences.yaml")),
    ];
    for (file, text) in texts {
        std::fs::write(folder.join(file), change(file, text.to_owned())).unwrap();
    }
}

fn library(root: &Path) -> catalogue::Library {
    write_item(root, "dog", |_, text| text);
    write_item(root, "kennel", |_, text| {
        text.replace(ITEM, KENNEL).replace("audience: [\"1\"]", "audience: [\"2\"]")
    });
    write_item(root, "guard", guard::file);
    dogs::write(root);
    let registers = registers::changeable();
    catalogue::Library::load(root, &registers).unwrap_or_else(|faults| panic!("{faults:?}"))
}

impl World {
    pub(crate) async fn new(db: Db) -> Self {
        let folder = testkit::folder();
        let now = instant(START);
        let vault = Vault::open_or_create(folder.path().join("key")).unwrap();
        let passwords = Passwords::new(Strength::CHEAP).unwrap();
        let migrations = [
            store::MIGRATIONS,
            identity::MIGRATIONS,
            ledger::MIGRATIONS,
            cases::MIGRATIONS,
            catalogue::MIGRATIONS,
            crate::MIGRATIONS,
            licences::MIGRATIONS,
            registers::MIGRATIONS,
        ];
        db.migrate(&migrations).await.unwrap();
        let library = library(&folder.path().join("packages"));
        let mut tx = db.begin().await.unwrap();
        let shelf = library.take_up(&mut tx, now).await.unwrap();
        let people = People::add(&mut tx, &vault, &passwords, now).await;
        let bodies = bodies(&mut tx).await;
        tx.commit().await.unwrap();
        let clock = Arc::new(Mutex::new(now));
        let site = site(Arc::clone(&clock));
        let room = Room {
            files: Files::open(folder.path().join("files"), &vault).unwrap(),
            db: db.clone(),
            vault: vault.clone(),
            shelf,
            calendar: legal_time::CalendarInForce::new(1, legal_time::Calendar::china()),
            bodies: Arc::new(RwLock::new(Arc::new(bodies))),
        };
        let identity = identity::Room {
            db,
            vault,
            passwords,
            site: site.clone(),
            items: identity::ItemNames::default(),
            behind_proxy: false,
            factors: identity::FactorRules::default(),
        };
        let People { zhang, li, company, clerk, county_clerk } = people;
        Self { room, zhang, li, company, clerk, county_clerk, site, identity, clock, _folder: folder }
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap()
    }

    pub(crate) fn set_now(&self, beijing: &str) {
        *self.clock.lock().unwrap() = instant(beijing);
    }

    /// Loads the item as a newer version beside the one that is known.
    pub(crate) async fn publish_newer(&mut self, change: impl Fn(&str, String) -> String) {
        let folder = testkit::folder();
        let newer = |text: String| text.replace("version: \"1\"", "version: \"2\"");
        write_item(folder.path(), "dog", |file, text| change(file, newer(text)));
        write_item(folder.path(), "guard", |file, text| change(file, newer(guard::file(file, text))));
        let registers = registers::changeable();
        let library = catalogue::Library::load(folder.path(), &registers);
        let library = library.unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut tx = self.room.db.begin().await.unwrap();
        self.room.shelf = library.take_up(&mut tx, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Those who manage items, as the platform puts them together.
    pub(crate) fn office(&self) -> catalogue::Office {
        let registers = registers::changeable();
        catalogue::Office {
            db: self.room.db.clone(),
            shelf: self.room.shelf.clone(),
            registers: Arc::new(registers),
            bodies: Arc::clone(&self.room.bodies),
        }
    }

    pub(crate) fn zhang(&self) -> Actor {
        Actor::Person(PersonActor {
            level: kernel::AssuranceLevel::Registered,
            person: self.zhang,
            acting_for: None,
            shown_as: "张**".into(),
        })
    }

    pub(crate) fn clerk(&self) -> Actor {
        staff(self.clerk, TOWN)
    }

    pub(crate) fn county_clerk(&self) -> Actor {
        staff(self.county_clerk, "430102")
    }

    /// A signed-in visit: its token, for the cookie of pages or as a bearer.
    pub(crate) async fn token(&self, person: PersonId) -> String {
        self.session(Subject::Person(person), None).await
    }

    pub(crate) async fn company_token(&self) -> String {
        self.session(Subject::Person(self.li), Some(self.company)).await
    }

    pub(crate) async fn staff_token(&self) -> String {
        self.session(Subject::Staff(self.clerk.0), None).await
    }

    /// A clerk of the county, another body than the town's.
    pub(crate) async fn county_token(&self) -> String {
        self.session(Subject::Staff(self.county_clerk.0), None).await
    }

    async fn session(&self, subject: Subject, hat: Option<LegalPersonId>) -> String {
        let mut tx = self.room.db.begin().await.unwrap();
        let mut opened = identity::open_session_for(&mut tx, subject, self.now()).await.unwrap();
        if hat.is_some() {
            opened = identity::switch_hat(
                &mut tx,
                opened.session,
                hat.map(kernel::Principal::LegalPerson),
                self.now(),
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        opened.token.reveal()
    }

    fn router(&self) -> Router {
        let (router, _specs) = crate::routes(self.room.clone()).finish();
        let inner = identity::authentication(web::visitor_layer(router, &self.site), &self.identity);
        web::outer_layers(inner, &self.site)
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.router().oneshot(request).await.unwrap();
        let header = |name: header::HeaderName| {
            response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let (location, content_type) = (header(header::LOCATION), header(header::CONTENT_TYPE));
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, location, content_type, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// An API call with a JSON body; `Value::Null` sends none.
    pub(crate) async fn api(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        self.api_keyed(token, method, path, body, "").await
    }

    pub(crate) async fn api_keyed(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Value,
        key: &str,
    ) -> Answer {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        if !body.is_null() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(bytes)).unwrap()).await
    }

    /// An upload by the API.
    pub(crate) async fn upload(&self, token: &str, path: &str, bytes: &[u8], key: &str) -> Answer {
        let mut request = Request::builder().method("POST").uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, format!("session={token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A form sent from one of our own pages.
    pub(crate) async fn post(&self, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf(token).await;
        let mut pairs = vec![("_csrf", csrf.as_str())];
        pairs.extend_from_slice(fields);
        let body = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::COOKIE, format!("session={token}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.collect::<Vec<_>>().join("&")));
        self.send(request.unwrap()).await
    }

    /// A file sent from one of our own pages.
    pub(crate) async fn post_file(&self, token: &str, path: &str, name: &str, bytes: &[u8]) -> Answer {
        let csrf = self.csrf(token).await;
        let part = |head: &str, content: &[u8]| {
            [
                format!("--border\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
                content,
                b"\r\n",
            ]
            .concat()
        };
        let body = [
            part("name=\"_csrf\"", csrf.as_bytes()),
            part(&format!("name=\"file\"; filename=\"{name}\""), bytes),
            b"--border--\r\n".to_vec(),
        ]
        .concat();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::COOKIE, format!("session={token}"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    async fn csrf(&self, token: &str) -> String {
        let page = self.get(token, "/my").await.text;
        let (_, rest) =
            page.split_once("name=\"_csrf\" value=\"").unwrap_or_else(|| panic!("no token in {page}"));
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// A draft of Zhang's by the API, for the dog item in the town.
    pub(crate) async fn draft(&self, token: &str) -> String {
        let new = json!({"item": ITEM, "handling": "01", "division": TOWN});
        let answer = self.api(token, "POST", "/api/v1/drafts", new).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// A draft with everything that is needed.
    pub(crate) async fn complete_draft(&self, token: &str) -> String {
        let draft = self.draft(token).await;
        let path = format!("/api/v1/drafts/{draft}");
        let answers = json!({"breed": "large", "deposit_offered": 15000, "is_guide_dog": false});
        let answer = self.api(token, "PATCH", &path, answers).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let answer = self.upload(token, &format!("{path}/materials/photo?name=dog.png"), PNG, "").await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        draft
    }

    /// A submitted case.
    pub(crate) async fn case(&self, token: &str) -> String {
        let draft = self.complete_draft(token).await;
        let answer =
            self.api(token, "POST", &format!("/api/v1/drafts/{draft}/submission"), Value::Null).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["case"].as_str().unwrap().to_owned()
    }

    /// A command of the town's clerk on a case.
    pub(crate) async fn act(&self, by: &Actor, case: &str, command: cases::Command) -> cases::Case {
        let mut tx = self.room.db.begin().await.unwrap();
        let id = case.parse().unwrap();
        let case_type = cases::get(&mut tx, id).await.unwrap().case_type;
        let package = self.room.library().get(&case_type).unwrap();
        let bodies = self.room.bodies();
        let around = self.room.around(&bodies, self.now());
        let case = cases::act(&mut tx, &around, &package.case_type, id, None, by, command).await;
        let case = case.unwrap_or_else(|error| panic!("{error}"));
        tx.commit().await.unwrap();
        case
    }

    /// The clerk takes the case's one waiting task.
    pub(crate) async fn claim(&self, by: &Actor, case: &str) -> kernel::TaskId {
        let mut tx = self.room.db.snapshot().await.unwrap();
        let found = cases::get(&mut tx, case.parse().unwrap()).await.unwrap();
        drop(tx);
        let task = found.live_tasks().next().unwrap().id;
        self.act(by, case, cases::Command::Claim { task }).await;
        task
    }

    /// A case whose correction notice names a field and a material.
    pub(crate) async fn case_to_correct(&self, token: &str) -> String {
        let case = self.case(token).await;
        let clerk = self.clerk();
        let task = self.claim(&clerk, &case).await;
        let defect = |material: Option<&str>, field: Option<&str>, problem: &str| cases::Defect {
            material: material.map(str::to_owned),
            field: field.map(str::to_owned),
            problem: problem.to_owned(),
            ground: "示例养犬办法 第三条".to_owned(),
            task,
        };
        for defect in
            [defect(Some("photo"), None, "照片看不清"), defect(None, Some("breed"), "体型与照片不符")]
        {
            self.act(&clerk, &case, cases::Command::NoteDefect { defect }).await;
        }
        self.act(&clerk, &case, cases::Command::SendCorrection { task }).await;
        case
    }
}

fn staff((staff, body): (StaffId, kernel::BodyId), division: &str) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff,
        body,
        division: division.into(),
        roles: [Role::Acceptance, Role::Review, Role::Decision].into(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: "陈受理".into(),
    })
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"))
}

fn site(clock: Arc<Mutex<Timestamp>>) -> Site {
    let source = |room: &'static str, (zh_cn, en): (&'static str, &'static str)| Source { room, zh_cn, en };
    let texts = Catalogue::load(&[
        source("identity", identity::MESSAGES),
        source("rules", rules::MESSAGES),
        source("cases", cases::MESSAGES),
        source("catalogue", catalogue::MESSAGES),
        source("applications", crate::MESSAGES),
        source("licences", licences::MESSAGES),
        source("registers", registers::MESSAGES),
    ]);
    let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
    Site::new(Arc::new(texts.unwrap()), Arc::new(move || *clock.lock().unwrap()), config)
}

async fn bodies(tx: &mut store::Tx) -> cases::Bodies {
    let all = identity::bodies(tx).await.unwrap();
    let body = |record: identity::BodyRecord| cases::Body {
        id: record.id,
        slug: record.slug,
        name: record.name,
        uscc: record.uscc,
        division: record.division,
        serves: record.serves,
        address: record.address,
        phone: record.phone,
    };
    cases::Bodies(all.into_iter().map(body).collect())
}
