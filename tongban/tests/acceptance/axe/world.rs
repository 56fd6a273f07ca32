//! A house in which every kind of page has something to show.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use catalogue::directory::{self, Format, ImportedBy};
use serde_json::{Value, json};
use store::outbox;
use tongban::scenario::{Client, Scenario};
use tower::ServiceExt as _;

use crate::browser::Browser;
use crate::journey::{House, scenario};
use crate::server::workspace;

/// Who looks at a page.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// A stranger.
    Nobody,
    /// A person, for themselves.
    Person(&'static str),
    /// Whoever asked for what has this name in [`World::names`], under the same hat.
    Owner(&'static str),
    /// A member of staff by login.
    Staff(&'static str),
    /// A person under the hat of a legal person.
    Agent(String, String),
}

pub(super) struct World {
    pub(super) house: House,
    /// What stands for a word in braces.
    names: BTreeMap<&'static str, String>,
    owners: BTreeMap<&'static str, Who>,
}

/// The secret that browsers carry while somebody signs in with an account elsewhere.
pub(super) const BROWSER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// When everything is looked at.
const NOW: &str = "2026-06-10 10:00";

/// Cases: their name here, package, scenario, how many of its steps, and when the last of them happens. The days of a
/// scenario are moved with its last step: weeks are whole where days of the law are counted.
const CASES: [(&str, &str, &str, usize, &str); 8] = [
    ("yuyue", "jiehun-dengji-yuyue", "01-confirmed-at-once.yaml", 1, "2026-05-02 21:00"),
    ("granted", "shehui-tuanti-chengli", "01-granted.yaml", 7, "2026-05-29 10:00"),
    (
        "heard",
        "jianshe-binyi-fuwuzhan",
        "02-an-objection-is-right-and-the-applicant-is-heard.yaml",
        12,
        "2026-06-04 00:30",
    ),
    ("decided", "yanglao-jigou-beian", "01-granted.yaml", 3, "2026-06-05 15:00"),
    ("corrected", "linshi-jiuzhu", "03-corrected-then-granted.yaml", 4, "2026-06-08 09:05"),
    ("defective", "linshi-jiuzhu", "03-corrected-then-granted.yaml", 2, "2026-06-09 09:00"),
    ("promised", "jianshe-guhuitang", "03-design-follows.yaml", 3, "2026-06-09 09:30"),
    ("noticed-case", "zuidi-shenghuo-baozhang", "03-an-objection-is-right.yaml", 7, "2026-06-09 15:00"),
];

impl World {
    pub(super) async fn make() -> Self {
        let mut world = Self::around(House::open_with("2026-01-05 09:00", "packages").await);
        for (name, package, file, steps, at) in CASES {
            let case = world.house.play_one(package, file, steps, at).await;
            world.own(name, &scenario(package, file));
            world.names.insert(name, case.to_string());
        }
        world.lost_letter().await;
        world.whole().await;
        world.house.at(NOW).await;
        world.results().await;
        world.draft().await;
        world.template().await;
        world.revision().await;
        world.connected().await;
        world.upstream().await;
        world.calendar().await;
        world.seal().await;
        world.lists().await;
        world.house.work().await;
        world.news().await;
        world.offices().await;
        world.mandates().await;
        world
    }

    /// A house in which nothing was made yet.
    pub(super) const fn around(house: House) -> Self {
        Self { house, names: BTreeMap::new(), owners: BTreeMap::new() }
    }

    fn own(&mut self, name: &'static str, scenario: &Scenario) {
        let owner = match &scenario.on_behalf_of {
            Some(hat) => Who::Agent(scenario.applicant.clone(), hat.clone()),
            None => Who::Agent(scenario.applicant.clone(), String::new()),
        };
        self.owners.insert(name, owner);
    }

    async fn whole(&mut self) {
        let file = "04-one-part-is-corrected.yaml";
        self.house.play_bundle("open-teahouse", file, 3, "2026-06-10 09:00").await;
        let path = workspace().join("packages/examples/chaguan-yijianshi/scenarios").join(file);
        self.own("whole", &Scenario::read(&path).unwrap());
        self.find("whole", "select id from master_cases").await;
    }

    /// Keeps the first value that a query finds.
    async fn find(&mut self, name: &'static str, sql: &'static str) {
        let mut tx = self.house.platform.db.snapshot().await.unwrap();
        let value: String = tx.fetch_one(sql, store::vals![]).await.unwrap().get(0).unwrap();
        self.names.insert(name, value);
    }

    async fn results(&mut self) {
        let mut tx = self.house.platform.db.snapshot().await.unwrap();
        let of_case = licences::of_case(&mut tx, self.names["granted"].parse().unwrap()).await.unwrap();
        drop(tx);
        self.names.insert("licence", of_case[0].id.to_string());
        self.names.insert("identifier", of_case[0].identifier.clone());
        self.right().await;
        self.find(
            "uscc",
            "select subject_code from register_entries where register = 'social-organisations'",
        )
        .await;
        let noticed = self.number("noticed-case").await;
        self.names.insert("noticed", noticed);
        let mut tx = self.house.platform.db.snapshot().await.unwrap();
        let defective = cases::get(&mut tx, self.names["defective"].parse().unwrap()).await.unwrap();
        self.names.insert("accepting", defective.tasks[0].id.to_string());
    }

    /// A right of the street office to use the licence.
    async fn right(&mut self) {
        let owner = self.token(&self.whoever(&Who::Owner("granted"), "")).await;
        let body = self.house.body("wenyilu").await;
        let right =
            json!({ "receiver": format!("body:{body}"), "purpose": "核对登记情况", "until": "2026-12-31" });
        let path = format!("/api/v1/licences/{}/authorisations", self.names["licence"]);
        let made = self.create(&path, owner, &right).await;
        self.names.insert("authorisation", made["id"].as_str().unwrap().to_owned());
    }

    async fn draft(&mut self) {
        let token = self.token(&self.whoever(&Who::Owner("corrected"), "")).await;
        let start = json!({ "item": "000511002000", "handling": "01", "division": "430102001" });
        let made = self.create("/api/v1/drafts", token, &start).await;
        self.names.insert("draft", made["id"].as_str().unwrap().to_owned());
        let package = self.house.platform.library().current("000511002000", "01").unwrap();
        for (name, step) in ["step", "second-step"].into_iter().zip(&package.form.steps) {
            self.names.insert(name, step.id.clone());
        }
    }

    async fn create(&self, path: &str, token: Option<String>, body: &Value) -> Value {
        let client = Client::new(self.house.platform.router.clone());
        let answer = client.create(path, &token.unwrap(), body, path).await;
        assert!(answer.is_good(), "{path}: {}", String::from_utf8_lossy(&answer.bytes));
        answer.json()
    }

    async fn template(&mut self) {
        let clerk = self.token(&Who::Staff("town-acceptance")).await;
        let phrase = json!({ "title": "缺票据", "text": "请补充医疗费票据。", "shared": false });
        let made = self.create("/api/v1/desk/templates", clerk, &phrase).await;
        self.names.insert("template", made["id"].as_str().unwrap().to_owned());
    }

    /// A connected system, and a request of it that waits for a consent.
    async fn connected(&mut self) {
        let admin = self.token(&Who::Staff("admin")).await;
        let callback = "http://127.0.0.1:9401/callback";
        let system = json!({
            "name_zh": "演示图书馆", "name_en": "Demo library", "redirect_uris": [callback],
            "grant_types": ["authorization_code"], "scopes": ["openid", "profile", "phone", "resident_id"],
            "needed_scopes": ["openid", "profile"],
        });
        let made = self.create("/api/v1/clients", admin, &system).await;
        let client = made["client_id"].as_str().unwrap().to_owned();
        let asked = [
            format!("client_id={client}&redirect_uri={}", callback.replace(':', "%3A").replace('/', "%2F")),
            "response_type=code&scope=openid%20profile%20phone%20resident_id".to_owned(),
            format!("code_challenge={}&code_challenge_method=S256", "A".repeat(43)),
        ];
        let path = format!("/oauth/authorize?{}", asked.join("&"));
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = self.house.platform.router.clone().oneshot(request).await.unwrap();
        // To the sign-in, with the way back.
        let (_, handle) = answer.headers()["location"].to_str().unwrap().rsplit_once("%2F").unwrap();
        self.names.insert("sign-on", handle.to_owned());
        self.names.insert("client", client);
    }

    /// An offer that waits for an answer, beside the guardians of the cast; and a clerk has looked at somebody's data.
    async fn mandates(&mut self) {
        let li = self.token(&Who::Person("li-shili")).await;
        let offer = json!({
            "name": "张演示", "resident_id": "439900197901010011",
            "rights": ["apply", "see"], "items": ["000511002000"], "until": "2026-12-31",
        });
        self.create("/api/v1/offers", li, &offer).await;
        let clerk = self.token(&Who::Staff("town-acceptance")).await;
        let (router, case) = (self.house.platform.router.clone(), &self.names["defective"]);
        let seen =
            Client::new(router).page(Method::GET, &format!("/desk/cases/{case}"), clerk.as_deref()).await;
        assert!(seen.is_good(), "{}", seen.status);
        self.find("look", "select id from personal_data_accesses where looker_body is not null order by id")
            .await;
        let guardian = self.house.imported.persons["zhang-yanshi"];
        let sql = "select id from mandates where kind = 'guardian' and person = $1";
        let mut tx = self.house.platform.db.snapshot().await.unwrap();
        let mandate: String = tx.fetch_one(sql, store::vals![guardian]).await.unwrap().get(0).unwrap();
        self.names.insert("mandate", mandate);
    }

    /// An account elsewhere that opens somebody's account, and one that nobody here knows, which every browser has brought.
    async fn upstream(&self) {
        let (identity, now) = (&self.house.platform.identity, self.house.clock.now());
        let number = codes::ResidentId::from_parts("430102", codes::CivilDate::new(1990, 3, 7).unwrap(), 9);
        let known = identity::Said {
            provider: crate::server::province().id,
            issuer: crate::server::province().issuer,
            subject: "known".into(),
            name: Some("韩梅梅".into()),
            resident_id: Some(number.unwrap().as_str().to_owned()),
            phone: Some("13900139000".into()),
            is_checked: false,
        };
        let person = self.house.imported.persons["wang-yangben"];
        let mut tx = self.house.platform.db.begin().await.unwrap();
        identity::link(&mut tx, &identity.vault, person, &known, "", now).await.unwrap();
        let brought = identity::Said { subject: "unknown".into(), ..known };
        let sealed = serde_json::to_vec(&brought).unwrap();
        let sealed = identity.vault.seal("oidc.upstream-said", &sealed).unwrap();
        let browser = identity::Token::parse(BROWSER).unwrap();
        tx.execute(
            "insert into oidc_upstream_pending (browser_digest, said_sealed, next, expires_at)
             values ($1, $2, '', $3)",
            store::vals![browser.digest(), sealed, now + jiff::SignedDuration::from_hours(1)],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    /// Somebody with a post, a file of staff with faults, and a way back that waits for a second clerk.
    async fn offices(&mut self) {
        let (staff, now) = (&self.house.imported.staff, self.house.clock.now());
        let (reviewer, admin, other) = (staff["city-review"], staff["admin"], staff["town-decision"]);
        let person = self.house.imported.persons["wang-yangben"];
        let mut tx = self.house.platform.db.begin().await.unwrap();
        let post = identity::posts_of(&mut tx, reviewer).await.unwrap()[0].id.to_string();
        let town = identity::posts_of(&mut tx, other).await.unwrap()[0].body;
        let file = "login,name,body,title,roles,from,until\r\nA B,甲,nowhere,,boss,soon,\r\n";
        tx.execute(
            "insert into staff_imports (id, by_staff, at, file_name, content, lines)
             values ('01a0c19591c07a38a6060253240dc5ad', $1, $2, 'staff.csv', $3, 1)",
            store::vals![admin, now, file.as_bytes().to_vec()],
        )
        .await
        .unwrap();
        let day = jiff::SignedDuration::from_hours(24);
        tx.execute(
            "insert into recoveries (id, person, body, asked_by, asked_at, document, needs_second, expires_at)
             values ('01a0c19591c07a38a6060253240dc5ae', $1, $2, $3, $4, 'resident-card', 1, $5)",
            store::vals![person, town, other, now, now + day],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        self.names.insert("reviewer", reviewer.to_string());
        self.names.insert("post", post);
        self.names.insert("import", "01a0c19591c07a38a6060253240dc5ad".into());
        self.names.insert("recovery", "01a0c19591c07a38a6060253240dc5ae".into());
    }

    /// A change of an item that is being written.
    async fn revision(&mut self) {
        let author = self.token(&Who::Staff("catalogue-author")).await;
        let begin = "/api/v1/catalogue/items/000511002000/01/revisions";
        let made = self.create(begin, author, &json!({})).await;
        self.names.insert("revision", made["id"].as_str().unwrap().to_owned());
    }

    /// A calendar with one more holiday, which moves the days of open cases.
    async fn calendar(&mut self) {
        let admin = self.token(&Who::Staff("admin")).await;
        let data = legal_time::CalendarData::china();
        let mut year = serde_json::to_value(data.year(2026).unwrap()).unwrap();
        let off = json!({ "name": "纪念日", "date": "2026-10-12", "isOffDay": true });
        year["days"].as_array_mut().unwrap().push(off);
        let new = json!({ "calendar": year, "source": "关于增加放假的通知（示例）" });
        let client = Client::new(self.house.platform.router.clone());
        let made = client.send(Method::POST, "/api/v1/calendars", admin.as_deref(), Some(&new)).await;
        assert!(made.is_good(), "calendar: {}", String::from_utf8_lossy(&made.bytes));
        self.names.insert("calendar", made.json()["version"].as_str().unwrap().to_owned());
    }

    /// A seal that is made and waits to be put in use.
    async fn seal(&mut self) {
        let [admin, decider] = ["admin", "province-decision"].map(Who::Staff);
        let new = json!({ "body": "furong-mz", "kind": "04", "reason": "核发证照",
            "valid_from": "2026-06-10", "valid_until": "2028-06-09" });
        let made = self.create("/api/v1/seals", self.token(&admin).await, &new).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let steps = format!("/api/v1/seals/{id}/steps");
        for (who, step, version) in [(&decider, "approve", 1), (&admin, "make", 2)] {
            let step = json!({ "step": step, "version": version });
            self.create(&steps, self.token(who).await, &step).await;
        }
        self.names.insert("seal", id);
    }

    /// Lists of items: two that were brought in, and one of which it is only known what it would change.
    async fn lists(&mut self) {
        let room = &self.house.platform.directory;
        let now = (self.house.platform.clock)();
        let (mut items, mut rows, mut others) = (Vec::new(), Vec::new(), Vec::new());
        directory::generate_items(30, Format::Csv, &mut items).unwrap();
        directory::generate_implementations(30, 1, Format::Csv, &mut rows).unwrap();
        directory::generate_implementations(30, 2, Format::Csv, &mut others).unwrap();
        let by = ImportedBy { reference: kernel::Actor::System.reference(), name: String::new() };
        for (name, bytes) in [("items.csv", items), ("rows.csv", rows)] {
            let import = directory::start(&room.db, &room.files, name, bytes, &by, now).await.unwrap();
            let mut tx = room.db.begin().await.unwrap();
            directory::start_run(&mut tx, import.number, now).await.unwrap();
            tx.commit().await.unwrap();
            directory::work_through(&room.db, &room.files, import.number, now, &mut |_| {}).await.unwrap();
        }
        directory::start(&room.db, &room.files, "others.csv", others, &by, now).await.unwrap();
        self.find("item", "select code from directory_items order by code").await;
        self.find("implementation", "select code from directory_implementations order by code").await;
    }

    /// A letter to a receiver that nobody set up, tried again every hour until it is dead.
    async fn lost_letter(&self) {
        let hour = |hour: u32| format!("2026-06-{:02} {:02}:00", 8 + hour / 24, hour % 24);
        self.house.at(&hour(0)).await;
        let message = outbox::Message {
            receiver: "push:unknown".into(),
            topic: "decision".into(),
            key: "lost".into(),
            payload: json!({}),
            now: (self.house.platform.clock)(),
        };
        let mut tx = self.house.platform.db.begin().await.unwrap();
        assert!(outbox::post(&mut tx, &message).await.unwrap());
        tx.commit().await.unwrap();
        for tried in 1..=outbox::ATTEMPTS_MAX {
            self.house.at(&hour(tried)).await;
        }
    }

    /// An entry of the news that everybody may read.
    async fn news(&mut self) {
        let writer = self.token(&Who::Staff("county-decision")).await;
        let text =
            json!({ "title_zh": "窗口周六也开", "text_zh": "上午照常办理。\n\n## 时间\n- 9:00 至 12:00" });
        let made = self.create("/api/v1/news", writer.clone(), &text).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let client = Client::new(self.house.platform.router.clone());
        let out = format!("/api/v1/news/{id}/publication");
        let shown = client.send(Method::PUT, &out, writer.as_deref(), Some(&json!({ "version": 1 }))).await;
        assert!(shown.is_good(), "{out}: {}", String::from_utf8_lossy(&shown.bytes));
        self.names.insert("news", id);
    }

    /// Uploads a package that is not published yet.
    pub(super) async fn try_a_package(&mut self, browser: &mut Browser) {
        browser.sign_in_staff("county-decision").await;
        browser.open("/desk/packages/try").await;
        let folder = workspace().join("packages/minzheng/linshi-jiuzhu");
        for file in ["item.yaml", "form.schema.json", "process.yaml", "licences.yaml"] {
            browser.give_file(&format!("[name='{file}']"), &folder.join(file)).await;
        }
        browser.click("main form button").await;
        let id = browser.path().await.rsplit('/').next().unwrap_or_default().to_owned();
        self.names.insert("tried", id);
    }

    /// An example with everything that was made in place of its words.
    pub(super) fn path(&self, example: &str) -> String {
        let mut path = example.to_owned();
        for (name, value) in &self.names {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        assert!(!path.contains('{'), "{example}: nothing stands for its words");
        path
    }

    /// The number of a case.
    pub(super) async fn number(&self, name: &str) -> String {
        let mut tx = self.house.platform.db.snapshot().await.unwrap();
        cases::get(&mut tx, self.names[name].parse().unwrap()).await.unwrap().number
    }

    /// Who is meant, by name.
    pub(super) fn whoever(&self, who: &Who, example: &str) -> Who {
        match who {
            Who::Owner(name) => self.owners.get(name).unwrap_or_else(|| panic!("{example}: {name}?")).clone(),
            Who::Nobody | Who::Person(_) | Who::Staff(_) | Who::Agent(..) => who.clone(),
        }
    }

    /// The token of a new visit.
    pub(super) async fn token(&self, who: &Who) -> Option<String> {
        let imported = &self.house.imported;
        let (subject, hat) = match who {
            Who::Nobody | Who::Owner(_) => return None,
            Who::Person(slug) => (identity::Subject::Person(imported.persons[*slug]), None),
            Who::Staff(login) => (identity::Subject::Staff(imported.staff[*login]), None),
            Who::Agent(slug, hat) => {
                (identity::Subject::Person(imported.persons[slug]), imported.legal_persons.get(hat).copied())
            }
        };
        let now = (self.house.platform.clock)();
        let mut tx = self.house.platform.db.begin().await.unwrap();
        let mut opened = identity::open_session_for(&mut tx, subject, now).await.unwrap();
        if hat.is_some() {
            opened =
                identity::switch_hat(&mut tx, opened.session, hat.map(kernel::Principal::LegalPerson), now)
                    .await
                    .unwrap();
        }
        tx.commit().await.unwrap();
        Some(opened.token.reveal())
    }
}
