//! A room with an authority of its own, invented cases, and a small site around them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Extension, Router};
use guomi::demo_ca::DemoCa;
use http_body_util::BodyExt as _;
use kernel::{
    Actor, BodyId, CaseId, LegalPersonId, Mandate, PersonActor, PersonId, Principal, Role, StaffActor,
    StaffId, Timestamp, TypedId as _,
};
use store::{Db, Files};
use testkit::{date, instant, vault};
use tower::ServiceExt as _;
use web::{Catalogue, SignedIn, Site, Source, WebConfig, outer_layers, visitor_layer};

use crate::template::{Decision, Document, Fact, Facts, Templates};
use crate::{Holder, Issued, IssuerBody, Licence, NewLicence, Room, Signers, find, issue, prepare, routes};

/// Codes that begin with DEM are invented; the check characters are right.
const OFFICE: &str = "11430000DEM0000143";
/// What browsers send as a form's token.
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789a";

/// The association that holds the certificates.
pub(crate) const ASSOCIATION: &str = "51430000DEM000217K";

const YAML: &str = r#"
documents:
  - id: registration
    kind: licence
    code: "011"
    layout: certificate
    name: {zh: 社会团体法人登记证书, en: Certificate of registration}
    holder: {name: "{form.name}", code: "{finding.uscc}"}
    number: "湘社证字〔{decision.year}〕{serial}号"
    lines:
      - {label: {zh: 名称, en: Name}, value: "{form.name}"}
    valid: {years: 1}
  - id: relief
    kind: notice
    code: "031"
    layout: letter
    name: {zh: 临时救助决定书, en: Decision on temporary relief}
    holder: {name: "{applicant.name}", code: "{applicant.code_masked}"}
    number: "湘临救〔{decision.year}〕{serial}号"
    body: ["{applicant.name}：准予救助。"]
"#;

pub(crate) fn template(id: &str) -> Document {
    Templates::parse(YAML).unwrap().find(id).unwrap().clone()
}

pub(crate) fn facts() -> Facts {
    let text = |text: &str| Fact::Text(text.into());
    Facts {
        form: BTreeMap::from([("name".into(), text("湖南省演示健步走协会"))]),
        findings: BTreeMap::from([("uscc".into(), text(ASSOCIATION))]),
        case_number: "11430000DEM00001432000111001000202610090001".into(),
        case_item: "社会团体成立登记".into(),
        decision: Some(Decision { date: date("2026-10-09"), reason: "符合规定".into() }),
        body_name: String::new(),
        serial: String::new(),
        applicant_name: "张演示".into(),
        applicant_code_masked: "439900********0011".into(),
        issued_on: date("2026-10-09"),
    }
}

/// One authority for all tests: opening key files is slow on purpose.
static SIGNERS: LazyLock<Signers> = LazyLock::new(|| {
    let folder = testkit::folder();
    let ca = DemoCa::open_or_create(folder.path(), "开门", now().as_second()).unwrap();
    let signers = Signers::demo(ca);
    // The folder goes at the end of this block, so the signers are opened now.
    signers.of_body("湖南省民政厅（演示）", OFFICE).unwrap();
    signers.maker().unwrap();
    signers
});

pub(crate) fn now() -> Timestamp {
    instant("2026-10-09T10:00")
}

pub(crate) fn case(n: u8) -> CaseId {
    CaseId::from_parts(now(), [n; 10])
}

pub(crate) fn person(n: u8) -> Actor {
    person_for(n, None)
}

pub(crate) fn person_for(n: u8, acting_for: Option<LegalPersonId>) -> Actor {
    let acting_for = acting_for.map(|id| Mandate::whole(Principal::LegalPerson(id)));
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person: person_id(n),
        acting_for,
        shown_as: "张**".into(),
    })
}

pub(crate) fn person_id(n: u8) -> PersonId {
    PersonId::from_parts(now(), [n; 10])
}

pub(crate) fn legal_person_id(n: u8) -> LegalPersonId {
    LegalPersonId::from_parts(now(), [n; 10])
}

pub(crate) fn body_id(n: u8) -> BodyId {
    BodyId::from_parts(now(), [n; 10])
}

/// A clerk of the n-th body; documents are issued by body 1.
pub(crate) fn staff(n: u8, role: Role) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff: StaffId::from_parts(now(), [n; 10]),
        body: body_id(n),
        division: "430000".into(),
        roles: [role].into(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: "孙决定".into(),
    })
}

pub(crate) fn issuer() -> IssuerBody {
    IssuerBody {
        id: body_id(1),
        name: "湖南省民政厅（演示）".into(),
        uscc: OFFICE.into(),
        division: "430000".into(),
    }
}

/// The room, and the folder that its files lie in.
pub(crate) struct TestRoom {
    pub(crate) room: Room,
    _folder: tempfile::TempDir,
}

pub(crate) async fn test_room(db: &Db) -> TestRoom {
    db.migrate(&[
        store::MIGRATIONS,
        identity::MIGRATIONS,
        ledger::MIGRATIONS,
        oidc::MIGRATIONS,
        cases::MIGRATIONS,
        crate::MIGRATIONS,
    ])
    .await
    .unwrap();
    let (folder, vault) = (testkit::folder(), vault());
    let room = Room {
        db: db.clone(),
        files: Files::open(folder.path(), &vault).unwrap(),
        vault,
        signers: SIGNERS.clone(),
        public_url: "https://tongban.example/".into(),
    };
    TestRoom { room, _folder: folder }
}

/// A document of case `n` for the person or legal person `n`.
pub(crate) fn new_licence<'a>(
    n: u8,
    document: &'a Document,
    facts: Facts,
    issuer: &'a IssuerBody,
) -> NewLicence<'a> {
    NewLicence {
        document,
        facts: Facts { body_name: issuer.name.clone(), ..facts },
        case: case(n),
        effect: "issue:test",
        holder: Holder { person: Some(person_id(n)), ..Holder::default() },
        issuer,
        type_owner: OFFICE,
        now: now(),
    }
}

pub(crate) async fn issue_one(room: &Room, new: NewLicence<'_>) -> Issued {
    let prepared = prepare(room, room.db.begin().await.unwrap(), new).await.unwrap();
    let mut tx = room.db.begin().await.unwrap();
    let issued = issue(&mut tx, prepared).await.unwrap();
    tx.commit().await.unwrap();
    issued
}

/// A registration certificate of case `n`, held by person `n`.
pub(crate) async fn issue_certificate(room: &Room, n: u8) -> Licence {
    let issued = issue_one(room, new_licence(n, &template("registration"), facts(), &issuer())).await;
    find(&mut room.db.snapshot().await.unwrap(), issued.id).await.unwrap().unwrap()
}

/// The routes as they are for this actor, at this moment.
pub(crate) fn app_at(room: &Room, actor: Actor, now: &'static str) -> Router {
    let (zh_cn, en) = crate::MESSAGES;
    let texts = Catalogue::load(&[Source { room: "licences", zh_cn, en }]).unwrap();
    let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
    let site = Site::new(Arc::new(texts), Arc::new(|| instant(now)), config);
    let mut router = visitor_layer(routes(room.clone()).finish().0, &site);
    if actor != Actor::Anonymous {
        router = router.layer(Extension(SignedIn { actor, session: None, csrf: TOKEN.into() }));
    }
    outer_layers(router, &site)
}

pub(crate) fn app(room: &Room, actor: Actor) -> Router {
    app_at(room, actor, "2026-10-10T09:00")
}

/// An answer that has been read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        let text = String::from_utf8(self.bytes.clone()).unwrap();
        assert!(!text.contains('⟦'), "a sentence is missing: {text}");
        text
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn send(app: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, bytes }
}

/// A request; those to the API carry a bearer token.
pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    if path.starts_with("/api/") {
        builder = builder.header("authorization", "Bearer x");
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).unwrap()
}

pub(crate) async fn get(app: &Router, path: &str) -> Answer {
    send(app, request("GET", path, &[], "")).await
}

pub(crate) async fn post_json(app: &Router, path: &str, json: &str) -> Answer {
    send(app, request("POST", path, &[("content-type", "application/json")], json.to_owned())).await
}

pub(crate) async fn post_form(app: &Router, path: &str, fields: &str) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(app, request("POST", path, &headers, format!("_csrf={TOKEN}&{fields}"))).await
}
