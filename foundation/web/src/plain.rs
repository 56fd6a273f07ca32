//! Pages that must be shown when nothing else can be: without network, and while the platform stands still. They are
//! the same for everybody, so that they can be kept; and the manifest with which the platform is installed.

use std::sync::LazyLock;

use askama::Template;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use kernel::Words;
use serde_json::json;

use crate::assets;
use crate::site::retry_after;

#[derive(Template)]
#[template(path = "plain.html")]
struct PlainPage<'a> {
    css: &'a str,
    icon: &'a str,
    title: Words,
    /// Chinese and English, one after the other: nobody knows the reader's language here.
    lines: Vec<Words>,
    retry: Words,
}

fn again() -> Words {
    Words::new("重新打开", "Try again")
}

fn render(title: Words, lines: Vec<Words>) -> String {
    let page = PlainPage { css: assets::css_href(), icon: assets::icon_href(), title, lines, retry: again() };
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "plain page cannot be rendered");
        page.title.zh
    })
}

pub(crate) static OFFLINE: LazyLock<String> = LazyLock::new(|| {
    let lines = vec![
        Words::new(
            "您的手机或电脑现在没有连上网络。已经保存和提交的内容不受影响。",
            "Your phone or computer has no network at the moment. What you saved and handed in is safe.",
        ),
        Words::new(
            "请检查网络以后再试。急事可以拨打 12345，或者到办事窗口办理。",
            "Check the network and try again. If it is urgent, call 12345 or go to the counter.",
        ),
    ];
    render(Words::new("没有网络", "No network"), lines)
});

/// `/offline`: kept by the service worker and shown in place of any page that cannot be reached.
pub(crate) async fn offline() -> Response {
    let keep = [(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"))];
    (keep, Html(OFFLINE.as_str())).into_response()
}

/// The answer to everything while the platform stands still for maintenance (停机维护): 503 and a plain page. `note` is
/// what the operator said, such as until when; it may be empty.
pub fn maintenance(note: &str, retry_seconds: u64) -> Response {
    let mut lines = vec![Words::new(
        "系统正在维护，暂时不能办理。已经提交的内容不受影响，法定期限照常由系统计算，不会因此延误。",
        "The platform is being maintained. What you handed in is safe, and its legal limits are counted as before.",
    )];
    if !note.is_empty() {
        lines.push(Words::new(note, note));
    }
    lines.push(Words::new(
        "急事可以拨打 12345，或者到办事窗口办理。",
        "If it is urgent, call 12345 or go to the counter.",
    ));
    let html = render(Words::new("系统维护中", "Under maintenance"), lines);
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Html(html)).into_response();
    retry_after(&mut response, retry_seconds);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `/manifest.webmanifest` (W3C Web Application Manifest).
pub(crate) async fn manifest() -> Response {
    let icon = |file: &str, sizes: &str, purpose: &str| json!({ "src": assets::href(file), "sizes": sizes, "type": "image/png", "purpose": purpose });
    let manifest = json!({
        "id": "/",
        "name": "通办 政务服务",
        "short_name": "通办",
        "lang": "zh-CN",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#17365d",
        "icons": [
            { "src": assets::icon_href(), "sizes": "any", "type": "image/svg+xml" },
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-mask.png", "512x512", "maskable"),
        ],
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/manifest+json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, manifest.to_string()).into_response()
}
