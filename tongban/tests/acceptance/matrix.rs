//! Who gets what from every route (权限矩阵): asked with a real case, draft, licence and so on of one organisation, by everybody
//! from a stranger to the administrator. The answers are compared with `data/permissions.tsv`, which people read and
//! review; a route that is not in it fails. `TONGBAN_WRITE=permissions` writes the file anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::Subject;
use kernel::{Actor, LegalPersonId};
use serde_json::{Value, json};
use testkit::TestDb;
use tongban::scenario::Client;
use tower::ServiceExt as _;
use web::{RouteKind, RouteSpec};

use crate::journey::{House, scenario};
use crate::server::{filled_with, workspace};

const PACKAGE: &str = "minfei-biangeng-mingcheng";
/// The code of its item.
const CODE: &str = "000111003000";
const FILE: &str = "packages/minzheng";
const ITEM: (&str, &str) = ("001011003000", "01");

/// Who asks, with the least rights first: what somebody destroys is asked for by the others before.
const WHO: [&str; 10] = [
    "stranger",
    "other-citizen",
    "other-clerk",
    "auditor",
    "administrator",
    "supervisor",
    "clerk",
    "narrow-agent",
    "agent",
    "citizen",
];

/// The paths that end or change what others are asked about come last, in this order.
const LAST: [&str; 9] =
    ["withdraw", "discard", "remove", "licences", "end", "part", "shut-out", "sign-out", "agents"];

/// The platform, and the ids of what really is there by the part of a path that stands before them.
struct Filled {
    house: House,
    things: BTreeMap<&'static str, String>,
}

struct Asker {
    name: &'static str,
    subject: Option<Subject>,
    hat: Option<LegalPersonId>,
}

impl Filled {
    async fn open(database: &TestDb) -> Self {
        let house = House::open_on("2026-03-30 09:00", FILE, Some(&database.url)).await;
        let mut filled = Self { house, things: BTreeMap::new() };
        filled.fill().await;
        filled
    }

    /// One of everything: a closed case with its licence, a draft, and what staff keep.
    async fn fill(&mut self) {
        let story = scenario(PACKAGE, "01-granted.yaml");
        let steps = story.steps.len();
        let case = self.house.play_one(PACKAGE, "01-granted.yaml", steps, "2026-04-09 10:00").await;
        let legal_person = self.house.imported.legal_persons["yanshi-yuedu"];
        let offer = self.name_narrow_agent(legal_person).await;
        let citizen = self.asker("citizen");
        let mut things = BTreeMap::from([
            ("cases", case.to_string()),
            ("legal-persons", legal_person.to_string()),
            ("items", ITEM.0.to_owned()),
            ("apply", CODE.to_owned()),
            ("handling", ITEM.1.to_owned()),
            ("bodies", "hunan-mz".to_owned()),
            ("questions", "working-days".to_owned()),
            ("choose", "hardship".to_owned()),
            ("choices", "hardship".to_owned()),
            ("topics", "change".to_owned()),
            ("bundles", "open-teahouse".to_owned()),
            ("registers", "social-organisations".to_owned()),
            ("offers", offer),
        ]);
        let draft = json!({ "item": CODE, "handling": "01", "division": "430000" });
        let draft = self.call(&citizen, Method::POST, "/api/v1/drafts", Some(draft)).await;
        things.insert("drafts", word(&draft, "id"));
        things.insert("upstream", crate::server::province().id);
        for (name, path) in [
            ("licences", "/api/v1/licences".to_owned()),
            ("agents", format!("/api/v1/legal-persons/{legal_person}/agents")),
            ("messages", "/api/v1/messages".to_owned()),
        ] {
            let list = self.call(&citizen, Method::GET, &path, None).await;
            things.insert(name, word(&list["items"][0], "id"));
        }
        things.insert("authorisations", self.authorise(&citizen, &things["licences"]).await);
        let now = self.house.clock.now();
        let mut tx = self.house.platform.db.begin().await.unwrap();
        let settings = oidc::Settings {
            name_zh: "演示系统".into(),
            name_en: "Demo system".into(),
            redirect_uris: vec!["https://demo.example/back".into()],
            grant_types: vec![oidc::GrantType::Code],
            scopes: vec![oidc::Scope::OpenId],
            ..oidc::Settings::default()
        };
        let client = oidc::register_client(&mut tx, &Actor::System, &settings, now).await.unwrap();
        tx.commit().await.unwrap();
        things.insert("clients", client.id.to_string());
        let seal = json!({ "body": "furong-mz", "kind": "04", "reason": "核发证照",
            "valid_from": "2026-12-01", "valid_until": "2028-11-30" });
        let administrator = self.asker("administrator");
        let seal = self.call(&administrator, Method::POST, "/api/v1/seals", Some(seal)).await;
        things.insert("seals", word(&seal, "id"));
        self.people(&mut things).await;
        things.insert("connected-systems", client.id.to_string());
        self.things = things;
    }

    /// A right of the clerk's body to use the licence.
    async fn authorise(&self, citizen: &Asker, licence: &str) -> String {
        let body = self.house.body("hunan-mz").await;
        let right =
            json!({"receiver": format!("body:{body}"), "purpose": "核对登记情况", "until": "2026-12-31"});
        let path = format!("/api/v1/licences/{licence}/authorisations");
        word(&self.call(citizen, Method::POST, &path, Some(right)).await, "id")
    }

    /// Somebody of staff below the administrator with their post, and a person for whom a way back is asked for.
    async fn people(&self, things: &mut BTreeMap<&'static str, String>) {
        let (platform, now) = (&self.house.platform, self.house.clock.now());
        let (reviewer, clerk) =
            (self.house.imported.staff["city-review"], self.house.imported.staff["province-acceptance"]);
        let person = self.house.imported.persons["liu-moni"];
        let mut tx = platform.db.begin().await.unwrap();
        let post = identity::posts_of(&mut tx, reviewer).await.unwrap()[0].id;
        let visit = identity::open_session_for(&mut tx, Subject::Staff(clerk), now).await.unwrap();
        let vault = &platform.identity.vault;
        let live = identity::find_session(&mut tx, vault, &visit.token, now).await.unwrap().unwrap();
        let seen = identity::Seen { document: Some(identity::Document::ResidentCard), compared: true };
        identity::ask_recovery(&mut tx, vault, &live.actor, now, person, seen).await.unwrap();
        let row = tx.fetch_one("select id from recoveries", store::vals![]).await.unwrap();
        things.insert("recoveries", row.get(0).unwrap());
        tx.commit().await.unwrap();
        things.insert("staff", reviewer.to_string());
        things.insert("posts", post.to_string());
        things.insert("counter", person.to_string());
    }

    /// An agent of the organisation for another item than that of the case, and an offer that waits for the same person.
    async fn name_narrow_agent(&self, legal_person: LegalPersonId) -> String {
        let identity = &self.house.platform.identity;
        let by = Actor::Person(kernel::PersonActor {
            person: self.house.imported.persons["liu-moni"],
            acting_for: None,
            level: kernel::AssuranceLevel::Registered,
            shown_as: String::new(),
        });
        let appoint = identity::AppointAgent {
            legal_person,
            name: "吴虚构".into(),
            resident_id: "439900199505050088".into(),
            kind: kernel::MandateKind::Handler,
            items: kernel::Items::Listed(["000111001000".into()].into()),
            until: None,
        };
        let (mut tx, now) = (identity.db.begin().await.unwrap(), self.house.clock.now());
        identity::appoint_agent(&mut tx, &identity.vault, &by, now, appoint).await.unwrap();
        let offer = identity::OfferMandate {
            name: "吴虚构".into(),
            resident_id: "439900199505050088".into(),
            rights: [kernel::Right::See].into(),
            items: kernel::Items::All,
            until: Some(kernel::china_date(now)),
        };
        let offer = identity::offer_mandate(&mut tx, &identity.vault, &by, now, offer).await.unwrap();
        tx.commit().await.unwrap();
        offer.to_string()
    }

    fn asker(&self, name: &'static str) -> Asker {
        let person = |slug: &str| Some(Subject::Person(self.house.imported.persons[slug]));
        let staff = |login: &str| Some(Subject::Staff(self.house.imported.staff[login]));
        let hat = Some(self.house.imported.legal_persons["yanshi-yuedu"]);
        let (subject, hat) = match name {
            "other-citizen" => (person("li-shili"), None),
            "other-clerk" => (staff("county-acceptance"), None),
            "auditor" => (staff("auditor"), None),
            "administrator" => (staff("admin"), None),
            "supervisor" => (staff("supervisor"), None),
            "clerk" => (staff("province-acceptance"), None),
            "agent" => (person("zhao-ceshi"), hat),
            "narrow-agent" => (person("wu-xugou"), hat),
            "citizen" => (person("liu-moni"), hat),
            _ => (None, None),
        };
        Asker { name, subject, hat }
    }

    /// A fresh visit for each request: some routes end the one they are asked with.
    async fn visit(&self, asker: &Asker) -> Option<String> {
        let subject = asker.subject?;
        let mut tx = self.house.platform.db.begin().await.unwrap();
        let now = self.house.clock.now();
        let mut opened = identity::open_session_for(&mut tx, subject, now).await.unwrap();
        if asker.hat.is_some() {
            // When the last row has ended the agent's right, they are there as themselves.
            if let Ok(worn) = identity::switch_hat(
                &mut tx,
                opened.session,
                asker.hat.map(kernel::Principal::LegalPerson),
                now,
            )
            .await
            {
                opened = worn;
            }
        }
        tx.commit().await.unwrap();
        Some(opened.token.reveal())
    }

    async fn call(&self, asker: &Asker, method: Method, path: &str, body: Option<Value>) -> Value {
        let token = self.visit(asker).await;
        let client = Client::new(self.house.platform.router.clone());
        let answer = match &body {
            Some(body) => client.create(path, token.as_deref().unwrap(), body, path).await,
            None => client.send(method, path, token.as_deref(), None).await,
        };
        assert!(answer.is_good(), "{path}: {} {}", answer.status, answer.json());
        answer.json()
    }

    /// The path with a real thing in every parameter of which there is one, and with nobody's in the others.
    fn filled(&self, path: &str) -> String {
        filled_with(path, |before, parameter| {
            let kind = match parameter {
                "code" if before != "apply" => "items",
                "handling" => "handling",
                _ => before,
            };
            self.things.get(kind).map(String::as_str)
        })
    }

    async fn ask(&self, route: &RouteSpec, asker: &Asker) -> &'static str {
        let (path, visit) = (self.filled(&route.path), self.visit(asker).await);
        let mut request =
            Request::builder().method(&route.method).uri(&path).header(header::HOST, "localhost");
        let is_page = matches!(route.kind, RouteKind::Page);
        let mut body = String::new();
        if let Some(token) = &visit {
            request = if is_page {
                let secret = URL_SAFE_NO_PAD.decode(token).unwrap();
                body = format!("_csrf={}", web::csrf_token(&secret, "forms"));
                request.header(header::COOKIE, format!("session={token}"))
            } else {
                "{}".clone_into(&mut body);
                request.header(header::AUTHORIZATION, format!("Bearer {token}"))
            };
        }
        if route.method == Method::GET || route.method == Method::DELETE {
            body.clear();
        } else {
            let form = if is_page { "application/x-www-form-urlencoded" } else { "application/json" };
            request = request.header(header::CONTENT_TYPE, form).header("idempotency-key", "a");
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.house.platform.router.clone().oneshot(request).await.unwrap();
        let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        match response.status() {
            status if status.is_server_error() => "FAULT",
            StatusCode::UNAUTHORIZED => "401",
            StatusCode::FORBIDDEN => "403",
            StatusCode::NOT_FOUND => "404",
            StatusCode::SEE_OTHER if to.starts_with("/sign-in") || to.starts_with("/staff/sign-in") => {
                "sign-in"
            }
            _ => "yes",
        }
    }
}

fn word(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}")).to_owned()
}

/// What ends something is asked last.
fn order(route: &RouteSpec) -> (usize, bool, String, String) {
    let changes = route.method != Method::GET;
    let last = LAST.iter().position(|word| route.path.contains(word)).map_or(0, |at| at + 1);
    let deletes = route.method == Method::DELETE;
    (if changes { last + 1 } else { 0 }, deletes, route.path.clone(), route.method.to_string())
}

async fn table(database: &TestDb) -> String {
    let filled = Filled::open(database).await;
    let askers = WHO.map(|name| filled.asker(name));
    let mut routes: Vec<&RouteSpec> = filled.house.platform.routes.iter().collect();
    routes.sort_by_key(|route| order(route));
    let mut rows = BTreeMap::new();
    for route in routes {
        let mut row = String::new();
        for asker in &askers {
            write!(row, "\t{}", filled.ask(route, asker).await).unwrap();
        }
        rows.insert(format!("{}\t{}\t{}", route.path, route.method, route.permission.name), row);
    }
    let mut table = format!("path\tmethod\tpermission\t{}\n", askers.map(|asker| asker.name).join("\t"));
    for (route, row) in rows {
        writeln!(table, "{route}{row}").unwrap();
    }
    table
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_everybody_as_the_table_says() {
    let file = workspace().join("tongban/tests/acceptance/data/permissions.tsv");
    for database in testkit::databases().await {
        let found = Box::pin(table(&database)).await;
        assert!(!found.contains("FAULT"), "{found}");
        if std::env::var("TONGBAN_WRITE").is_ok_and(|what| what == "permissions") {
            std::fs::write(&file, &found).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        let (found, kept) = (lines(&found), lines(&kept));
        let new: Vec<_> = found.difference(&kept).collect();
        let gone: Vec<_> = kept.difference(&found).collect();
        assert!(
            new.is_empty() && gone.is_empty(),
            "{}: the table does not say what the program does; look at each line, then write it with \
             TONGBAN_WRITE=permissions\nprogram: {new:#?}\ntable: {gone:#?}",
            database.engine
        );
    }
}
