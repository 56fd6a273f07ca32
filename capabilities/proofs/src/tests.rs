//! The pages and files, and two platforms of which one witnesses the other, over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use guomi::PrivateKey;
use http_body_util::BodyExt as _;
use ledger::note::{KeyUse, SigningKey};
use ledger::policy::Policy;
use ledger::{Fact, Kind, Ledger, Provable};
use testkit::{TestDb, instant};
use tokio::sync::watch;
use tower::ServiceExt as _;
use web::{Catalogue, Site, Source, WebConfig, outer_layers, visitor_layer};

use super::*;

const NOW: &str = "2026-11-30T09:00";

struct Node {
    room: Room,
    _test_db: TestDb,
    _folder: Box<dyn std::any::Any + Send>,
}

fn key(name: &str, usage: KeyUse) -> SigningKey {
    SigningKey::new(name, usage, PrivateKey::generate()).unwrap()
}

impl Node {
    async fn new(name: &str, witness: Option<Witness>) -> Self {
        let test_db = testkit::sqlite().await;
        test_db.db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS]).await.unwrap();
        let folder = testkit::folder();
        let key = key(name, KeyUse::Note);
        let ledger = Ledger::open(&test_db.db, key, folder.path(), instant(NOW)).await.unwrap();
        let room = Room { ledger, witness: witness.map(Arc::new) };
        Self { room, _test_db: test_db, _folder: Box::new(folder) }
    }

    /// Writes down some facts and signs.
    async fn write(&self, ids: std::ops::Range<u32>) {
        let mut tx = self.room.ledger.db.begin().await.unwrap();
        for id in ids {
            let fact = Fact::new(Kind::Licence, format!("l/{id}")).field("有效");
            ledger::append(&mut tx, instant(NOW), &fact).await.unwrap();
        }
        tx.commit().await.unwrap();
        self.room.settle().await;
    }

    async fn proof(&self, id: u32) -> String {
        let mut tx = self.room.ledger.db.snapshot().await.unwrap();
        let proved = ledger::prove(&mut tx, Kind::Licence, &format!("l/{id}"), None).await.unwrap();
        let Provable::Proved(proof) = proved else { panic!("{proved:?}") };
        proof.to_string()
    }

    fn app(&self) -> Router {
        let (zh_cn, en) = crate::MESSAGES;
        let texts = Catalogue::load(&[Source { room: "proofs", zh_cn, en }]).unwrap();
        let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
        let site = Site::new(Arc::new(texts), Arc::new(|| instant(NOW)), config);
        outer_layers(visitor_layer(routes(self.room.clone()).finish().0, &site), &site)
    }

    async fn get(&self, path: &str) -> (StatusCode, String, Vec<u8>) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (parts, body) = self.app().oneshot(request).await.unwrap().into_parts();
        let caching = parts.headers.get("cache-control").map(|value| value.to_str().unwrap().to_owned());
        (parts.status, caching.unwrap_or_default(), body.collect().await.unwrap().to_bytes().to_vec())
    }

    async fn paste(&self, proof: &str) -> String {
        let token = "a".repeat(64);
        let body = format!("_csrf={token}&proof={}", web::encode(proof));
        let request = Request::post("/ledger/check")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("pre={token}"))
            .body(Body::from(body))
            .unwrap();
        let body = self.app().oneshot(request).await.unwrap().into_body();
        let page = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        assert!(!page.contains('⟦'), "a sentence is missing: {page}");
        page
    }
}

impl Room {
    async fn settle(&self) {
        ledger::integrate(&self.ledger, instant(NOW)).await.unwrap();
        ledger::sign(&self.ledger, instant(NOW)).await.unwrap();
        ledger::publish(&self.ledger).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_are_served_as_they_are_published() {
    let node = Node::new("a.example/ledger", None).await;
    assert_eq!(node.get("/ledger/checkpoint").await.0, StatusCode::NOT_FOUND, "before the first entry");
    node.write(0..300).await;
    let (status, caching, checkpoint) = node.get("/ledger/checkpoint").await;
    assert_eq!((status, caching.as_str()), (StatusCode::OK, "public, max-age=5"));
    assert!(String::from_utf8(checkpoint).unwrap().starts_with("a.example/ledger\n300\n"));
    let (status, caching, tile) = node.get("/ledger/tile/0/001.p/44").await;
    assert_eq!((status, tile.len()), (StatusCode::OK, 44 * 32));
    assert_eq!(caching, "public, max-age=31536000, immutable");
    assert_eq!(node.get("/ledger/tile/entries/000").await.0, StatusCode::OK);
    for none in ["/ledger/tile/0/002", "/ledger/tile/0/../checkpoint", "/ledger/tile/0/%2e%2e/key"] {
        assert_eq!(node.get(none).await.0, StatusCode::NOT_FOUND, "{none}");
    }
    let (_, _, policy) = node.get("/ledger/policy").await;
    let policy: Policy = String::from_utf8(policy).unwrap().parse().unwrap();
    node.proof(7).await.parse::<ledger::Proof>().unwrap().verify(&policy).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_is_pasted_is_checked() {
    let (node, other) =
        (Node::new("a.example/ledger", None).await, Node::new("a.example/ledger", None).await);
    node.write(0..5).await;
    other.write(0..5).await;
    let (_, _, page) = node.get("/ledger/check").await;
    assert!(String::from_utf8(page).unwrap().contains("存证核验"));
    let proof = node.proof(3).await;
    let page = node.paste(&proof.replace('\n', "\r\n")).await;
    assert!(page.contains("证明有效") && page.contains("a.example/ledger"), "{page}");
    assert!(
        node.paste(&proof.replacen("index 3", "index 2", 1)).await.contains("这条记录不在证明所指的账本中")
    );
    assert!(node.paste(&other.proof(3).await).await.contains("不是本平台账本签名的"));
    assert!(node.paste("hello <script>").await.contains("这不是完整的存证证明"));
    assert!(!node.paste("hello <script>").await.contains("hello <script>"));
    assert!(node.paste(" ").await.contains("请粘贴存证证明"));
}

/// The real thing: a log asks a witness over HTTP, and shows it another face later.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_asks_another_for_its_signature() {
    let log = Node::new("log.example/ledger", None).await;
    let logs = Policy::of_log(log.room.ledger.key.verifier().clone());
    let witness_key = key("witness.example/ledger/witness", KeyUse::Cosignature);
    let verifier = witness_key.verifier().clone();
    let witness = Node::new("witness.example/ledger", Some(Witness { logs, key: witness_key })).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = witness.app().into_make_service_with_connect_info::<std::net::SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let policy = format!(
        "log {}\nwitness w {verifier} http://{address}/ledger/witness\nquorum w\n",
        log.room.ledger.key.verifier()
    );
    let policy: Policy = policy.parse().unwrap();
    log.write(0..3).await;
    let unwitnessed: ledger::Proof = log.proof(1).await.parse().unwrap();
    assert!(unwitnessed.verify(&policy).is_err());
    let (stop, stopped) = watch::channel(false);
    let asking = tokio::spawn(ask_forever(
        log.room.ledger.clone(),
        policy.clone(),
        Arc::new(|| instant(NOW)),
        stopped,
    ));
    let proven = loop {
        let proof: ledger::Proof = log.proof(1).await.parse().unwrap();
        match proof.verify(&policy) {
            Ok(proven) => break proven,
            Err(_not_yet) => tokio::task::yield_now().await,
        }
    };
    assert_eq!(proven.trusted.witnesses, ["w"]);
    stop.send_replace(true);
    asking.await.unwrap();
    // The status and type that the specification asks for.
    let request = Request::post("/ledger/witness/add-checkpoint");
    let asked = ledger::witness::request(&mut log.room.ledger.db.snapshot().await.unwrap(), 0).await.unwrap();
    let request = request.body(Body::from(asked.unwrap().to_string())).unwrap();
    let answer = witness.app().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert_eq!(answer.headers()["content-type"], "text/x.tlog.size");
    // Whoever witnesses nobody has no such address.
    let request = Request::post("/ledger/witness/add-checkpoint").body(Body::from("old 0\n")).unwrap();
    assert_eq!(log.app().oneshot(request).await.unwrap().status(), StatusCode::NOT_FOUND);
    server.abort();
}
