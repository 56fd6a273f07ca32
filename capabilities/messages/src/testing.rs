//! The room with the test receiver on the other side, and a small site around it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use http_body_util::BodyExt as _;
use kernel::{
    Actor, BodyId, CaseId, LegalPersonId, Mandate, Message, PersonActor, PersonId, Principal, Role,
    StaffActor, StaffId, Timestamp, TypedId as _, from_micros, to_micros,
};
use store::{Db, outbox};
use testkit::{instant, vault};
use tower::ServiceExt as _;
use web::{Catalogue, SignedIn, Site, Source, WebConfig, outer_layers, visitor_layer};

use crate::receiver::{Arrival, Manner, Receiver};
use crate::{
    About, BridgeSettings, Endpoint, MailSettings, Proof, Reader, Recipient, Room, Secret, Security,
    SenderSettings, Senders, Telling, Topic, deliverers, routes, tell, unread_layer,
};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789a";
pub(crate) const SECRET: &str = "shared between both sides";
pub(crate) const NUMBER: &str = "11430000DEM00001432000111001000202610094321";
pub(crate) const NAME: &str = "张小开";
pub(crate) const ITEM: &str = "临时救助";

pub(crate) struct World {
    pub(crate) room: Room,
    pub(crate) refuse: Arc<AtomicBool>,
    _receiver: Receiver,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    clock: Arc<AtomicI64>,
}

pub(crate) fn person_id(n: u8) -> PersonId {
    PersonId::from_parts(instant("2026-01-01T00:00"), [n; 10])
}

pub(crate) fn legal_person_id(n: u8) -> LegalPersonId {
    LegalPersonId::from_parts(instant("2026-01-01T00:00"), [n; 10])
}

pub(crate) fn staff_id(n: u8) -> StaffId {
    StaffId::from_parts(instant("2026-01-01T00:00"), [n; 10])
}

pub(crate) fn case_id() -> CaseId {
    CaseId::from_parts(instant("2026-10-09T09:00"), [9; 10])
}

pub(crate) fn person(n: u8) -> Actor {
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person: person_id(n),
        acting_for: None,
        shown_as: "张**".into(),
    })
}

pub(crate) fn agent(n: u8, of: u8) -> Actor {
    let acting_for = Some(Mandate::whole(Principal::LegalPerson(legal_person_id(of))));
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person: person_id(n),
        acting_for,
        shown_as: "张**".into(),
    })
}

pub(crate) fn staff(n: u8, role: Role) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff: staff_id(n),
        body: BodyId::from_parts(instant("2026-01-01T00:00"), [1; 10]),
        division: "430000".into(),
        roles: [role].into(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: "李受理".into(),
    })
}

/// A telling with personal values in its sentences.
pub(crate) fn telling(to: Recipient, topic: Topic, key: &str) -> Telling {
    Telling {
        to,
        kind: "test-news",
        topic,
        title: Message::new("test-title").with("item", ITEM),
        text: Message::new("test-text").with("name", NAME).with("until", "2026-10-12"),
        link: format!("/cases/{}", case_id()),
        about: Some(About { case: case_id(), item: "000511002000".into(), number: NUMBER.into() }),
        key: key.into(),
    }
}

impl World {
    pub(crate) async fn new(db: &Db) -> Self {
        Self::with(db, true).await
    }

    /// A platform that sends nothing.
    pub(crate) async fn silent(db: &Db) -> Self {
        Self::with(db, false).await
    }

    async fn with(db: &Db, sends: bool) -> Self {
        db.migrate(&[store::MIGRATIONS, identity::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let arrivals: Arc<Mutex<Vec<Arrival>>> = Arc::default();
        let ears = Arc::clone(&arrivals);
        let mut manner = Manner::new(move |arrival| ears.lock().unwrap().push(arrival));
        manner.secret = Some(SECRET.into());
        let refuse = Arc::clone(&manner.refuse);
        let any = "127.0.0.1:0".parse().unwrap();
        let receiver = Receiver::start(any, any, manner).await.unwrap();
        let settings = if sends { settings(&receiver) } else { SenderSettings::default() };
        let (zh_cn, en) = crate::MESSAGES;
        let test = Source {
            room: "test",
            zh_cn: "test-title = 关于{ $item }\ntest-text = { $name }请在 { $until } 前补正",
            en: "test-title = On { $item }\ntest-text = { $name }, correct it until { $until }",
        };
        let texts = Catalogue::load(&[Source { room: "messages", zh_cn, en }, test]).unwrap();
        let room = Room {
            db: db.clone(),
            vault: vault(),
            texts: Arc::new(texts),
            public_url: "https://zwfw.example.cn/".into(),
            senders: Senders::new(&settings).unwrap(),
        };
        let clock = Arc::new(AtomicI64::new(to_micros(instant("2026-10-09T10:00"))));
        Self { room, refuse, _receiver: receiver, arrivals, clock }
    }

    pub(crate) fn now(&self) -> Timestamp {
        from_micros(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub(crate) async fn tell(&self, telling: &Telling) {
        let mut tx = self.room.db.begin().await.unwrap();
        tell(&mut tx, &self.room, telling, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Delivers what is due.
    pub(crate) async fn deliver(&self) {
        outbox::deliver_due(&self.room.db, self.now(), &deliverers(&self.room)).await.unwrap();
    }

    /// What arrived since the last look.
    pub(crate) fn arrived(&self) -> Vec<Arrival> {
        std::mem::take(&mut self.arrivals.lock().unwrap())
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.room.db.snapshot().await.unwrap();
        tx.fetch_one(sql, Vec::new()).await.unwrap().get(0).unwrap()
    }

    /// The routes as they are for this actor.
    pub(crate) fn app(&self, actor: Actor) -> TestSite {
        let clock = Arc::clone(&self.clock);
        let now: web::Clock = Arc::new(move || from_micros(clock.load(Ordering::SeqCst)));
        let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
        let site = Site::new(Arc::clone(&self.room.texts), now, config);
        let mut router = visitor_layer(routes(self.room.clone()).finish().0, &site);
        router = unread_layer(router, &self.room);
        if actor != Actor::Anonymous {
            router = router.layer(Extension(SignedIn { actor, session: None, csrf: TOKEN.into() }));
        }
        TestSite(outer_layers(router, &site))
    }

    /// Gives an address, reads the code that arrives there, and confirms it.
    pub(crate) async fn turn_on(&self, app: &TestSite, channel: &str, address: &str) {
        let path = format!("/account/notices/{channel}");
        let sent = app.post(&path, &[(&format!("{channel}-address"), address)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        self.deliver().await;
        let code = code_in(&self.arrived());
        let confirmed = app.post(&format!("{path}/confirm"), &[(&format!("{channel}-code"), &code)]).await;
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);
        self.wait(61);
    }
}

fn settings(receiver: &Receiver) -> SenderSettings {
    let endpoint = |path: &str, proof| Endpoint { url: format!("http://{}/{path}", receiver.http), proof };
    let secret = || Secret::new(SECRET);
    SenderSettings {
        mail: Some(MailSettings {
            host: receiver.smtp.ip().to_string(),
            port: receiver.smtp.port(),
            security: Security::None,
            from: "通办 <noreply@zwfw.example.cn>".into(),
            login: None,
        }),
        sms: Some(BridgeSettings {
            endpoint: endpoint("sms", Proof::Bearer(secret())),
            templates: BTreeMap::from([("news".into(), "SMS_1".into())]),
        }),
        wechat: Some(BridgeSettings {
            endpoint: endpoint("wechat", Proof::HmacSm3(secret())),
            templates: BTreeMap::new(),
        }),
        other_receivers: None,
        receivers: BTreeMap::from([("shijian".into(), endpoint("push", Proof::HmacSm3(secret())))]),
    }
}

/// The six digits in the only thing that arrived.
pub(crate) fn code_in(arrivals: &[Arrival]) -> String {
    assert_eq!(arrivals.len(), 1, "{arrivals:?}");
    let text = text_of(&arrivals[0]);
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
    assert!(digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()), "{text}");
    digits
}

pub(crate) fn text_of(arrival: &Arrival) -> String {
    match arrival {
        Arrival::Smtp { text, .. } => text.clone(),
        Arrival::Http { body, .. } => body["text"].as_str().unwrap_or_default().to_owned(),
    }
}

pub(crate) fn reader(n: u8) -> Reader {
    Reader::Person(person_id(n))
}

/// The site as one visitor has it.
pub(crate) struct TestSite(Router);

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl TestSite {
    async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.0.clone().oneshot(request).await.unwrap().into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        assert!(!text.contains('⟦'), "a sentence is missing: {text}");
        let location = parts.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        Answer { status: parts.status, location, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_in(&self, path: &str, lang: &str) -> Answer {
        self.send(Request::builder().uri(path).header("accept-language", lang).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, TOKEN, fields).await
    }

    pub(crate) async fn post_with(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| {
            let byte = |b: &u8| {
                if b.is_ascii_alphanumeric() { char::from(*b).to_string() } else { format!("%{b:02X}") }
            };
            text.as_bytes().iter().map(byte).collect::<String>()
        };
        let pairs = [("_csrf", token)].into_iter().chain(fields.iter().copied());
        let body =
            pairs.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
        let request = Request::builder().method("POST").uri(path);
        let request =
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(body));
        self.send(request.unwrap()).await
    }

    pub(crate) async fn api(&self, method: &str, path: &str, json: Option<serde_json::Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("authorization", "Bearer x");
        let request = match json {
            Some(json) => request.header(CONTENT_TYPE, "application/json").body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }
}
