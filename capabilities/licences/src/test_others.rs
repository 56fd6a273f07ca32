//! Whoever uses documents of others: an office with a clerk, and a bank whose system has tokens.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::{AddBody, Passwords, Strength, add_body};
use kernel::{Actor, BodyId, ClientId, Role, StaffActor, StaffId, TypedId as _, Words};
use oidc::{GrantType, Settings, register_client};
use serde_json::{Value, json};
use store::page::PageRequest;
use store::{Db, access_log};
use web::{Catalogue, Site, Source, WebConfig, outer_layers, visitor_layer};

use crate::test_site::{Answer, app_at, now, person, person_id, send, staff};
use crate::{Licence, Room};

/// Where the bank's system is.
pub(crate) const BANK: &str = "https://bank.example";

pub(crate) struct Others {
    pub(crate) body: BodyId,
    /// Of the office, in its acceptance.
    pub(crate) clerk: Actor,
    pub(crate) client: ClientId,
    secret: String,
}

pub(crate) async fn others(db: &Db) -> Others {
    others_at(db, &format!("{BANK}/left")).await
}

/// With another registered address of the bank.
pub(crate) async fn others_at(db: &Db, address: &str) -> Others {
    let office = AddBody {
        slug: "street".into(),
        name: Words::new("望城街道办事处（演示）", "Street Office"),
        uscc: codes::SocialCreditCode::from_parts("11", "430102", "MA000007").unwrap().to_string(),
        division: "430102001".into(),
        serves: vec!["*".into()],
        parent: None,
        address: "某路 1 号".into(),
        phone: "0731-12345".into(),
    };
    let scopes =
        [crate::service::QUERY, crate::service::COMPARE, crate::service::FETCH, crate::service::SUBSCRIBE];
    let bank = Settings {
        name_zh: "湘江演示银行开户系统".into(),
        name_en: "Demo Bank".into(),
        grant_types: vec![GrantType::ClientCredentials],
        system_scopes: scopes.map(str::to_owned).into(),
        backchannel_logout_uri: address.into(),
        ..Settings::default()
    };
    let mut tx = db.begin().await.unwrap();
    let body = add_body(&mut tx, now(), office).await.unwrap();
    let registered = register_client(&mut tx, &staff(9, Role::Administration), &bank, now()).await.unwrap();
    tx.commit().await.unwrap();
    Others { body, clerk: clerk_of(body), client: registered.id, secret: registered.secret.unwrap().reveal() }
}

pub(crate) fn clerk_of(body: BodyId) -> Actor {
    let Actor::Staff(clerk) = staff(7, Role::Acceptance) else { unreachable!("a clerk") };
    Actor::Staff(StaffActor { body, staff: StaffId::from_parts(now(), [7; 10]), ..clerk })
}

impl Others {
    /// `client:…` of the bank.
    pub(crate) fn bank(&self) -> String {
        format!("client:{}", self.client)
    }

    /// A token of the bank for these scopes, from the real endpoint.
    pub(crate) async fn token(&self, room: &Room, scope: &str, at: &'static str) -> String {
        let (zh_cn, en) = oidc::MESSAGES;
        let texts = Catalogue::load(&[Source { room: "oidc", zh_cn, en }]).unwrap();
        let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
        let site = Site::new(Arc::new(texts), Arc::new(|| testkit::instant(at)), config);
        let identity = identity::Room {
            db: room.db.clone(),
            vault: room.vault.clone(),
            passwords: Passwords::new(Strength::CHEAP).unwrap(),
            site: site.clone(),
            items: identity::ItemNames::default(),
            behind_proxy: false,
            factors: identity::FactorRules::default(),
        };
        let oidc = oidc::Room::open(identity, "https://tongban.example").await.unwrap();
        let router = outer_layers(visitor_layer(oidc::routes(oidc).finish().0, &site), &site);
        let proof = STANDARD.encode(format!("{}:{}", self.client, self.secret));
        let request = Request::builder()
            .method("POST")
            .uri("/oauth/token")
            .header(AUTHORIZATION, format!("Basic {proof}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("grant_type=client_credentials&scope={}", scope.replace(':', "%3A"))));
        let answer = send(&router, request.unwrap()).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// What the bank's system sends with this token.
    pub(crate) async fn call(app: &Router, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/licence-service/{path}"))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        send(app, request.unwrap()).await
    }
}

/// The application as a stranger, or a system, finds it at this moment.
pub(crate) fn outside(room: &Room, at: &'static str) -> Router {
    app_at(room, Actor::Anonymous, at)
}

/// Who looked at person 1's data and why.
pub(crate) async fn looks(db: &Db) -> Vec<(String, String, String)> {
    let subject = format!("person:{}", person_id(1));
    let mut tx = db.snapshot().await.unwrap();
    let found = access_log::list(&mut tx, &subject, &PageRequest::default()).await.unwrap();
    found.items.into_iter().map(|look| (look.by, look.purpose, look.field)).collect()
}

/// How a document was used, the latest first.
pub(crate) async fn uses(room: &Room, licence: &Licence) -> Vec<crate::Use> {
    let mut tx = room.db.snapshot().await.unwrap();
    let purpose = store::Purpose::of("licences.own-uses", &person(1));
    let found = crate::uses::list(&mut tx, &room.vault, licence, &purpose, &PageRequest::default()).await;
    found.unwrap().items
}

/// A right for the holder's document of case 1, for the bank or the office, as a program gives it.
pub(crate) fn right(receiver: &str) -> String {
    json!({"receiver": receiver, "purpose": "办理对公账户开户", "until": "2026-12-31"}).to_string()
}
