//! A small site for the tests of this room, reached through every layer.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Router};
use http_body_util::BodyExt;
use kernel::{Actor, BodyId, PersonActor, PersonId, Role, StaffActor, StaffId, Timestamp, TypedId};
use tower::ServiceExt;

use crate::{Catalogue, Routes, SignedIn, Site, Source, WebConfig, outer_layers, visitor_layer};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789a";

pub(crate) fn site() -> Site {
    site_with(WebConfig { secure_cookies: false, ..WebConfig::default() })
}

pub(crate) fn site_with(config: WebConfig) -> Site {
    let dogs =
        Source {
            room: "dogs", zh_cn: "dogs-rule = 犬名不能为空", en: "dogs-rule = A dog needs a name"
        };
    let texts = Arc::new(Catalogue::load(&[dogs]).unwrap());
    Site::new(texts, Arc::new(|| "2026-10-09T08:00:00Z".parse().unwrap()), config)
}

pub(crate) fn person() -> Actor {
    let person = PersonId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]);
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person,
        acting_for: None,
        shown_as: "张*".into(),
    })
}

pub(crate) fn staff(role: Role) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff: StaffId::from_parts(Timestamp::UNIX_EPOCH, [2; 10]),
        body: BodyId::from_parts(Timestamp::UNIX_EPOCH, [3; 10]),
        division: "430102".into(),
        roles: BTreeSet::from([role]),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: "李审查".into(),
    })
}

/// The routes behind every layer, as they are for this actor.
pub(crate) fn app(site: &Site, routes: Routes, actor: Actor) -> Router {
    let mut router = visitor_layer(routes.finish().0, site);
    if actor != Actor::Anonymous {
        router = router.layer(Extension(SignedIn { actor, session: None, csrf: TOKEN.into() }));
    }
    outer_layers(router, site)
}

/// An answer that has been read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

pub(crate) async fn read(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

pub(crate) async fn send(app: &Router, request: Request) -> Answer {
    read(app.clone().oneshot(request).await.unwrap()).await
}

/// A request with `name: value` headers.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).unwrap()
}

pub(crate) async fn get(app: &Router, path: &str) -> Answer {
    send(app, request("GET", path, &[], "")).await
}

/// Whether a page has script or style between its lines, which the content security policy would refuse.
pub(crate) fn inline_code(html: &str) -> Option<&str> {
    let attributes = [" style=", " onclick=", " onsubmit=", " onload=", "javascript:", "<style"];
    let script_with_text = || {
        html.split("<script").skip(1).find(|rest| {
            let content = rest.split_once('>').map_or("", |(_, after)| after);
            !content.trim_start().starts_with("</script>")
        })
    };
    attributes.into_iter().find(|attribute| html.contains(attribute)).or_else(script_with_text)
}
