//! Notices through the whole program: what happens to a case reaches those concerned, in the platform and by the
//! channels that they chose, and nothing personal leaves the house.

use std::sync::{Arc, Mutex};

use axum::http::Method;
use messages::receiver::{Arrival, Manner, Receiver};
use messages::{BridgeSettings, Endpoint, MailSettings, Proof, Secret, Security, SenderSettings};
use serde_json::{Value, json};
use tongban::cast::{Cast, Imported};
use tongban::platform::{Platform, Settings};
use tongban::scenario::{Client, Extent, FrozenClock, Player, beijing};

use crate::journey::scenario;
use crate::server::{Place, program, workspace};

const SECRET: &str = "between bridge and platform";

/// The program with the test receiver on the other side.
struct Town {
    platform: Platform,
    clock: FrozenClock,
    cast: Cast,
    imported: Imported,
    client: Client,
    arrived: Arc<Mutex<Vec<Arrival>>>,
    _receiver: Receiver,
    _folder: tempfile::TempDir,
}

fn senders(receiver: &Receiver) -> SenderSettings {
    SenderSettings {
        mail: Some(MailSettings {
            host: "127.0.0.1".into(),
            port: receiver.smtp.port(),
            security: Security::None,
            from: "noreply@zwfw.example.cn".into(),
            login: None,
        }),
        sms: Some(BridgeSettings {
            endpoint: Endpoint {
                url: format!("http://{}/sms", receiver.http),
                proof: Proof::HmacSm3(Secret::new(SECRET)),
            },
            templates: std::collections::BTreeMap::new(),
        }),
        ..SenderSettings::default()
    }
}

impl Town {
    async fn open(database: &str) -> Self {
        let arrived: Arc<Mutex<Vec<Arrival>>> = Arc::default();
        let ears = Arc::clone(&arrived);
        let mut manner = Manner::new(move |arrival| ears.lock().unwrap().push(arrival));
        manner.secret = Some(SECRET.into());
        let any = "127.0.0.1:0".parse().unwrap();
        let receiver = Receiver::start(any, any, manner).await.unwrap();
        let folder = testkit::folder();
        let settings =
            Settings { senders: senders(&receiver), ..Place::settings(folder.path(), 80, Some(database)) };
        let clock = FrozenClock::at(beijing("2026-01-01 08:00").unwrap());
        let platform = Platform::open(&settings, clock.clock()).await.unwrap();
        let cast = Cast::read(&workspace().join("packages/cast.yaml")).unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let imported = cast.import(&mut tx, &platform.identity, clock.now(), |_| None).await.unwrap();
        tx.commit().await.unwrap();
        platform.refresh_bodies().await.unwrap();
        let client = Client::new(platform.router.clone());
        Self { platform, clock, cast, imported, client, arrived, _receiver: receiver, _folder: folder }
    }

    async fn token(&self, subject: identity::Subject) -> String {
        let mut tx = self.platform.db.begin().await.unwrap();
        let opened = identity::open_session_for(&mut tx, subject, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        opened.token.reveal()
    }

    async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Value {
        let answer = self.client.send(method, path, Some(token), body.as_ref()).await;
        assert!(answer.is_good(), "{path}: {} {}", answer.status, answer.json());
        answer.json()
    }

    fn arrived(&self) -> Vec<Arrival> {
        std::mem::take(&mut self.arrived.lock().unwrap())
    }

    /// Gives an address and confirms it with the code that arrives there.
    async fn turn_on(&self, token: &str, channel: &str, address: &str) {
        let path = format!("/api/v1/notice-settings/{channel}");
        self.call(Method::PUT, &path, token, Some(json!({ "address": address }))).await;
        self.platform.run_due().await.unwrap();
        let text = format!("{:?}", self.arrived());
        let code = text.split("验证码 ").nth(1).unwrap().get(..6).unwrap();
        self.call(Method::POST, &format!("{path}/confirmation"), token, Some(json!({ "code": code }))).await;
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_mins(2));
    }

    /// Kinds in the box that tell of cases, the first told first.
    async fn kinds(&self, subject: identity::Subject) -> Vec<String> {
        let token = self.token(subject).await;
        let list = self.call(Method::GET, "/api/v1/messages?size=100", &token, None).await;
        let mut items: Vec<(String, String)> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (item["at"].as_str().unwrap().to_owned(), item["kind"].as_str().unwrap().to_owned()))
            .collect();
        items.sort();
        items.into_iter().map(|(_, kind)| kind).filter(|kind| kind.starts_with("case-")).collect()
    }
}

const TOLD: [&str; 7] = [
    "case-submitted",
    "case-correction",
    "case-accepted",
    "case-notice-published",
    "case-notice-ended",
    "case-document", // told in the same minute as the decision
    "case-granted",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_told_from_the_receipt_to_the_document() {
    Box::pin(testkit::each_test_database(async |test_db| {
        let town = Town::open(&test_db.url).await;
        let applicant = identity::Subject::Person(town.imported.persons["li-shili"]);
        let token = town.token(applicant).await;
        town.turn_on(&token, "email", "lishili@example.cn").await;
        town.turn_on(&token, "sms", "19900000002").await;
        let topics = json!({ "topics": ["action"] });
        town.call(Method::PUT, "/api/v1/notice-settings/sms/topics", &token, Some(topics)).await;
        let played = scenario("linshi-jiuzhu", "03-corrected-then-granted.yaml");
        let package = town.platform.library().current("000511002000", "01").unwrap();
        let player = Player::new(&town.platform, town.clock.clone(), &town.cast, &town.imported);
        player.play(&package, &played, Extent::Whole).await.unwrap();
        assert_eq!(town.kinds(applicant).await, TOLD);
        let clerk = identity::Subject::Staff(town.imported.staff["town-acceptance"]);
        assert!(town.kinds(clerk).await.contains(&"case-resubmitted".to_owned()));
        let other = identity::Subject::Person(town.imported.persons["zhang-yanshi"]);
        assert!(town.kinds(other).await.is_empty());
        let arrived = town.arrived();
        let letters = arrived.iter().filter(|arrival| matches!(arrival, Arrival::Smtp { .. })).count();
        assert_eq!((letters, arrived.len() - letters), (TOLD.len(), 1), "{arrived:?}");
        let outside = serde_json::to_string(&arrived).unwrap();
        for secret in ["李", "示例", "救助", "4399", "票据", "文艺路", "240000", "/cases", "/licences"]
        {
            assert!(!outside.contains(secret), "{secret} in {outside}");
        }
        nothing_twice(&town, applicant).await;
    }))
    .await;
}

/// A job that runs once more, because a worker died at the wrong moment, tells nothing twice.
async fn nothing_twice(town: &Town, applicant: identity::Subject) {
    let mut tx = town.platform.db.begin().await.unwrap();
    let again =
        "update jobs set state = 'waiting', lease = null, ended_at = null, attempts = 0 where kind = $1";
    assert!(tx.execute(again, store::vals![cases::TELL_JOB]).await.unwrap() > 4);
    tx.commit().await.unwrap();
    town.platform.run_due().await.unwrap();
    assert_eq!(town.kinds(applicant).await, TOLD);
    assert_eq!(town.arrived(), []);
}

/// `tongban outbox` on a platform whose receiver is not in the config: waiting, then dead, then replayed.
#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_listed_and_replayed_on_the_command_line() {
    let place = Place::make(None).await;
    let db = store::Db::open(&format!("sqlite:{}", place.folder.path().join("tongban.db").display()))
        .await
        .unwrap();
    let mut tx = db.begin().await.unwrap();
    let now = (crate::server::machine_clock())();
    let message = store::outbox::Message {
        receiver: "push:nobody".into(),
        topic: "decision".into(),
        key: "1".into(),
        payload: json!({}),
        now,
    };
    assert!(store::outbox::post(&mut tx, &message).await.unwrap());
    tx.execute(
        "update outbox_messages set state = 'dead', ended_at = posted_at, last_error = 'nobody there'",
        Vec::new(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let outbox = |arguments: &[&str]| {
        let output =
            program().arg("outbox").args(arguments).arg("--config").arg(&place.config).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, listed) = outbox(&["list"]);
    assert_eq!(code, Some(0));
    let dead: Value = serde_json::from_str(listed.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&dead["dead"]["receiver"], &dead["dead"]["last_error"]),
        (&json!("push:nobody"), &json!("nobody there"))
    );
    assert_eq!(outbox(&["replay", "push:nobody", "7"]).0, Some(2), "no such letter");
    assert_eq!(outbox(&["replay", "push:nobody", "1"]), (Some(0), "1 replayed\n".into()));
    let (_, listed) = outbox(&["list"]);
    assert!(listed.contains("\"waiting\"") && !listed.contains("\"dead\""), "{listed}");
    assert_eq!(outbox(&["replay", "--all"]), (Some(0), "0 replayed\n".into()));
    db.close().await;
}
