//! The desk through its own doors: a dog licence with two parallel reviews, a public notice and a decision.

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use cases::{Applicant, Bodies, Case, NewCase};
use http_body_util::BodyExt as _;
use kernel::{
    Actor, BodyId, CaseId, PersonActor, PersonId, Role, StaffActor, StaffId, Timestamp, TypedId, Words,
};
use serde_json::{Value, json};
use store::{Db, vals};
use testkit::instant;
use tower::ServiceExt as _;
use web::{Catalogue, SignedIn, Site, Source, WebConfig};

use crate::Room;

mod batch;
mod bench;
mod correction;
mod filters;
mod flow;
mod lists;
mod manage;
mod pages;
mod refused;
mod talk;
mod watching;

const OWNER: &str = "张演示";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

/// The desk with a clock that the test sets.
struct Office {
    room: Room,
    router: Router,
    now: Arc<Mutex<Timestamp>>,
    _files: tempfile::TempDir,
}

/// An answer: status, body, and where it leads.
struct Answer {
    status: StatusCode,
    text: String,
    location: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// The fields that a 422 names.
    fn fields(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn body_id(n: u8) -> BodyId {
    BodyId::from_parts(Timestamp::UNIX_EPOCH, [n; 10])
}

fn staff_id(n: u8) -> StaffId {
    StaffId::from_parts(Timestamp::UNIX_EPOCH, [n; 10])
}

const COUNTY: u8 = 1;
const TOWN: u8 = 2;
const ELSEWHERE: u8 = 3;

/// Who knocks: the word stands in the bearer token or the cookie.
fn staff(word: &str) -> Option<Actor> {
    let (n, body, roles): (u8, u8, &[Role]) = match word {
        "accept" => (1, TOWN, &[Role::Acceptance]),
        "accept-too" => (2, TOWN, &[Role::Acceptance]),
        "vet" => (3, COUNTY, &[Role::Review]),
        "visit" => (4, TOWN, &[Role::Review]),
        "head" => (5, COUNTY, &[Role::Decision]),
        "elsewhere" => (6, ELSEWHERE, &[Role::Acceptance, Role::Review, Role::Decision]),
        "supervisor" => (7, COUNTY, &[Role::Supervision]),
        "admin" => (8, COUNTY, &[Role::Administration]),
        "town-head" => (10, TOWN, &[Role::Decision]),
        "town-head-too" => (11, TOWN, &[Role::Decision]),
        "town-reviewer" => (12, TOWN, &[Role::Review]),
        // Stands in for "visit".
        "stand-in" => (13, TOWN, &[Role::Review]),
        _ => return None,
    };
    Some(Actor::Staff(StaffActor {
        strong: false,
        staff: staff_id(n),
        body: body_id(body),
        division: if body == TOWN { "430102001".into() } else { "430102".into() },
        roles: roles.iter().copied().collect(),
        deputy_of: if word == "stand-in" { [staff_id(4)].into() } else { std::collections::BTreeSet::new() },
        shown_as: format!("示例{word}"),
    }))
}

fn owner() -> PersonActor {
    let person = PersonId::from_parts(Timestamp::UNIX_EPOCH, [9; 10]);
    PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person,
        acting_for: None,
        shown_as: "张**".into(),
    }
}

fn bodies() -> Bodies {
    let body = |n: u8, slug: &str, division: &str| cases::Body {
        id: body_id(n),
        slug: slug.into(),
        name: Words::new(format!("{slug}局"), format!("{slug} office")),
        uscc: "11430000006122340X".into(),
        division: division.into(),
        serves: vec!["11".into()],
        address: String::new(),
        phone: String::new(),
    };
    Bodies(vec![
        body(COUNTY, "county", "430102"),
        body(TOWN, "town", "430102001"),
        body(ELSEWHERE, "elsewhere", "430103"),
    ])
}

/// An opinion that agrees.
fn opinion(branch: &str, findings: &Value) -> Value {
    let (verb, conclusion, text) = ("give-opinion", "agree", "情况属实");
    json!({ "do": verb, "branch": branch, "conclusion": conclusion, "text": text, "findings": findings })
}

fn texts() -> Catalogue {
    let of = |room, (zh_cn, en)| Source { room, zh_cn, en };
    let sources = [
        of("cases", cases::MESSAGES),
        of("catalogue", catalogue::MESSAGES),
        of("applications", crate::MESSAGES),
        of("desk", super::MESSAGES),
    ];
    Catalogue::load(&sources).unwrap()
}

/// Signs in whoever the request says it is: what identity does, without its tables.
async fn sign_in(mut request: Request, next: Next) -> Response {
    if let Some(actor) = who(request.headers()) {
        request.extensions_mut().insert(SignedIn { actor, session: None, csrf: "token".into() });
    }
    next.run(request).await
}

fn who(headers: &HeaderMap) -> Option<Actor> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = text(header::AUTHORIZATION).strip_prefix("Bearer ");
    let word = bearer.or_else(|| text(header::COOKIE).strip_prefix("who="))?;
    if word == "owner" { Some(Actor::Person(owner())) } else { staff(word) }
}

/// The doors of the desk.
fn open(room: &Room, now: &Arc<Mutex<Timestamp>>) -> Router {
    let clock = Arc::clone(now);
    let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
    let site = Site::new(Arc::new(texts()), Arc::new(move || *clock.lock().unwrap()), config);
    let (router, _specs) = super::routes(room.clone()).finish();
    let router = web::visitor_layer(router, &site).layer(from_fn(sign_in));
    web::outer_layers(router, &site)
}

impl Office {
    async fn open(db: Db, at: &str) -> Self {
        let migrations = [
            store::MIGRATIONS,
            identity::MIGRATIONS,
            ledger::MIGRATIONS,
            cases::MIGRATIONS,
            catalogue::MIGRATIONS,
            crate::MIGRATIONS,
        ];
        db.migrate(&migrations).await.unwrap();
        let (vault, folder) = (testkit::vault(), testkit::folder());
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desk/tests");
        let library = catalogue::Library::load(&packages, &catalogue::Registers::new());
        let room = Room {
            db,
            files: store::Files::open(folder.path(), &vault).unwrap(),
            vault,
            shelf: library.unwrap_or_else(|faults| panic!("{faults:#?}")).into(),
            calendar: legal_time::CalendarInForce::new(1, legal_time::Calendar::china()),
            bodies: Arc::new(RwLock::new(Arc::new(bodies()))),
        };
        let now = Arc::new(Mutex::new(instant(at)));
        let router = open(&room, &now);
        Self { room, router, now, _files: folder }
    }

    /// The desk with other service packages.
    fn change_library(&mut self, shelf: catalogue::Shelf) {
        self.room.shelf = shelf;
        self.router = open(&self.room, &self.now);
    }

    fn at(&self, when: &str) {
        *self.now.lock().unwrap() = instant(when);
    }

    fn instant(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    /// An application as the citizens' side leaves it: answers and a photograph, sealed.
    async fn submitted(&self) -> Case {
        self.submitted_as("01").await
    }

    /// The same for another handling: `02` needs nothing but words from the office.
    async fn submitted_as(&self, handling: &str) -> Case {
        let package = self.room.library().current("001011990000", handling).unwrap();
        let (bodies, now, owner) = (self.room.bodies(), self.instant(), owner());
        let around = self.room.around(&bodies, now);
        let answers = json!({ "owner": OWNER, "dog": "来福", "large": true, "value": 150_000 });
        let new = NewCase {
            division: "430102001".into(),
            applicant: Applicant { person: owner.person, acting_for: None, through: None },
            applicant_name: owner.shown_as.clone(),
            facts: serde_json::Map::new(),
            answers: serde_json::Map::new(),
            intake: cases::Intake::default(),
        };
        let photo = self.room.files.put(PDF.to_vec()).await.unwrap();
        let seal = |field, text: &str| self.room.vault.seal(field, text.as_bytes()).unwrap();
        let mut tx = self.room.db.begin().await.unwrap();
        let case =
            cases::open(&mut tx, &around, &package.case_type, &Actor::Person(owner), new).await.unwrap();
        tx.execute(
            "insert into applications (case_id, draft_id, applicant_name_sealed, answers_sealed)
             values ($1, $1, $2, $3)",
            vals![
                case.id,
                seal("applications.applicant_name", OWNER),
                seal("applications.answers", &answers.to_string())
            ],
        )
        .await
        .unwrap();
        tx.execute(
            "insert into materials (id, draft_id, case_id, material, state, file_sm3, file_name_sealed,
                 media_type, size, added_by, added_at)
             values ($1, $1, $2, 'photo', 'current', $3, $4, 'application/pdf', $5, 'person:x', $6)",
            vals![
                store::fresh_id::<kernel::MaterialId>(now),
                case.id,
                photo.sm3,
                seal("materials.file_name", "来福.pdf"),
                i64::try_from(PDF.len()).unwrap(),
                now
            ],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        case
    }

    async fn send(&self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, text: String::from_utf8_lossy(&bytes).into_owned(), location }
    }

    async fn get(&self, who: &str, path: &str) -> Answer {
        let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {who}"));
        self.send(request, Body::empty()).await
    }

    /// What the API says of a case.
    async fn see(&self, who: &str, case: CaseId) -> Value {
        self.get(who, &format!("/api/v1/desk/cases/{case}")).await.expect(200).json()
    }

    async fn command(&self, who: &str, case: CaseId, command: Value) -> Answer {
        self.post_command(who, case, json!({ "command": command }), "").await
    }

    async fn post_command(&self, who: &str, case: CaseId, body: Value, key: &str) -> Answer {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1/desk/cases/{case}/commands"))
            .header(header::AUTHORIZATION, format!("Bearer {who}"))
            .header(header::CONTENT_TYPE, "application/json");
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        self.send(request, body.to_string()).await
    }

    async fn attach(
        &self,
        who: &str,
        case: CaseId,
        material: &str,
        name: &str,
        bytes: &'static [u8],
    ) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1/desk/cases/{case}/materials/{material}?name={name}"))
            .header(header::AUTHORIZATION, format!("Bearer {who}"));
        self.send(request, bytes).await
    }

    /// The live task of this kind (and branch), as the case page knows it.
    async fn task(&self, who: &str, case: CaseId, work: &str, branch: Option<&str>) -> String {
        let seen = self.see(who, case).await;
        let live = |task: &&Value| ["open", "claimed"].contains(&task["state"].as_str().unwrap());
        let fits =
            |task: &&Value| task["work"] == work && (branch.is_none() || task["branch"].as_str() == branch);
        let tasks = seen["tasks"].as_array().unwrap();
        let found = tasks.iter().filter(live).find(fits);
        found.unwrap_or_else(|| panic!("no {work}: {tasks:#?}"))["task"].as_str().unwrap().to_owned()
    }

    /// Takes the live task of this kind.
    async fn claim(&self, who: &str, case: CaseId, work: &str, branch: Option<&str>) -> String {
        let task = self.task(who, case, work, branch).await;
        self.command(who, case, json!({ "do": "claim", "task": task })).await.expect(200);
        task
    }

    async fn accepted(&self) -> Case {
        let case = self.submitted().await;
        self.claim("accept", case.id, "accept", None).await;
        self.command("accept", case.id, json!({ "do": "accept" })).await.expect(200);
        case
    }

    /// Both reviews done, the second with the veterinary form.
    async fn reviewed(&self) -> Case {
        let case = self.accepted().await;
        self.claim("visit", case.id, "review", Some("visit")).await;
        self.command("visit", case.id, opinion("visit", &json!({ "seen": true }))).await.expect(200);
        self.claim("vet", case.id, "review", Some("vet")).await;
        self.attach("vet", case.id, "vet-form", "form.pdf", PDF).await.expect(201);
        self.command("vet", case.id, opinion("vet", &json!({ "fee": 20_000 }))).await.expect(200);
        case
    }

    /// The notice published on this day; it hangs seven days.
    async fn noticed(&self) -> Case {
        let case = self.reviewed().await;
        self.claim("visit", case.id, "notice", None).await;
        self.command("visit", case.id, json!({ "do": "publish-notice" })).await.expect(200);
        case
    }

    /// What time brings about, as the timer job does it.
    async fn tick(&self, case: CaseId) {
        let mut tx = self.room.db.begin().await.unwrap();
        let (bodies, seen) = (self.room.bodies(), cases::get(&mut tx, case).await.unwrap());
        let package = self.room.library().get(&seen.case_type).unwrap();
        let around = self.room.around(&bodies, self.instant());
        let tick = cases::Command::Tick;
        cases::act(&mut tx, &around, &package.case_type, case, None, &Actor::System, tick).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The looks that were noted for the owner: field, purpose, who and case, the latest first.
    async fn looks(&self) -> Vec<(String, String, String, Option<String>)> {
        let subject = format!("person:{}", owner().person);
        let mut tx = self.room.db.snapshot().await.unwrap();
        let request = store::page::PageRequest { size: 100.try_into().unwrap(), after: None };
        let page = store::access_log::list(&mut tx, &subject, &request).await.unwrap();
        page.items.into_iter().map(|look| (look.field, look.purpose, look.by, look.case)).collect()
    }
}

/// Runs a test on each engine, in an office that opens on Monday 21 September 2026.
async fn in_office<Run, Done>(test: Run)
where
    Run: Fn(Office) -> Done,
    Done: Future<Output = ()>,
{
    testkit::each_database(async |db| Box::pin(test(Office::open(db, "2026-09-21T09:30").await)).await).await;
}
