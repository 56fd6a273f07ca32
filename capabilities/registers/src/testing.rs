//! Invented decisions and a small site for the tests of this room.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use kernel::{CaseId, TypedId as _};
use serde_json::{Map, Value, json};
use store::Db;
use testkit::{date, instant};
use tower::ServiceExt as _;
use web::{Catalogue, Site, Source, WebConfig, outer_layers, visitor_layer};

use crate::{Decided, NewEntry, Room, SOCIAL_ORGANISATIONS, entry_from, routes};

/// Codes that begin with DEM are invented; the check characters are right.
pub(crate) const CODES: [&str; 3] = ["51430000DEM000217K", "51430000DEM000225E", "11430000DEM0000143"];

pub(crate) fn case(n: u8) -> CaseId {
    CaseId::from_parts(instant("2026-09-18T10:00"), [n; 10])
}

pub(crate) fn form(name: &str) -> Value {
    json!({
        "name": name, "category": "professional", "purpose": "推广健步走运动", "business_scope": "组织健步走活动",
        "activity_area": "湖南省", "address": "长沙市演示大道88号201室", "funds": 5_000_050, "supervising_body": "hunan-ty",
        "legal_representative": "周假定", "legal_representative_id": "439900198303030076",
        "founders": [{"name": "张演示", "resident_id": "439900197901010011"}],
    })
}

pub(crate) fn decided<'a>(n: u8, form: &'a Value, findings: &'a Map<String, Value>) -> Decided<'a> {
    Decided {
        form,
        findings,
        decided_on: date("2026-09-18"),
        registrar: "湖南省民政厅（演示）",
        body_name: &|slug| (slug == "hunan-ty").then(|| "湖南省体育局（演示）".to_owned()),
        case: case(n),
        effect: "register:social-organisations",
        now: instant("2026-09-18T10:00"),
    }
}

/// The entry of the n-th decision.
pub(crate) fn new_entry(n: u8, name: &str, uscc: &str) -> NewEntry {
    let findings = Map::from_iter([("uscc".to_owned(), Value::from(uscc))]);
    entry_from(SOCIAL_ORGANISATIONS, &decided(n, &form(name), &findings)).unwrap()
}

pub(crate) async fn fresh(db: &Db) {
    db.migrate(&[store::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
}

pub(crate) fn app(db: &Db) -> Router {
    let (zh_cn, en) = crate::MESSAGES;
    let texts = Catalogue::load(&[Source { room: "registers", zh_cn, en }]).unwrap();
    let clock = Arc::new(|| instant("2026-10-09T10:00"));
    let site = Site::new(Arc::new(texts), clock, WebConfig { secure_cookies: false, ..WebConfig::default() });
    outer_layers(visitor_layer(routes(Room { db: db.clone() }).finish().0, &site), &site)
}

pub(crate) async fn get(app: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}
