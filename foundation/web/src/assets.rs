//! The style sheet, the scripts and the icon, inside the program.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::Refusal;

use crate::AppError;

struct Asset {
    stem: &'static str,
    ending: &'static str,
    content_type: &'static str,
    content: &'static [u8],
    href: String,
}

impl Asset {
    fn new(
        stem: &'static str,
        ending: &'static str,
        content_type: &'static str,
        content: &'static [u8],
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let href = format!("/assets/{stem}.{:016x}.{ending}", hasher.finish());
        Self { stem, ending, content_type, content, href }
    }
}

static CSS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("app", "css", "text/css; charset=utf-8", include_bytes!("../assets/app.css"))
});
static JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("app", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/app.js"))
});
/// What only some pages need: they name it in their block `head`.
static FURTHER: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    let css = "text/css; charset=utf-8";
    let js = "text/javascript; charset=utf-8";
    [
        Asset::new("desk", "js", js, include_bytes!("../assets/desk.js")),
        Asset::new("desk-case", "css", css, include_bytes!("../assets/desk-case.css")),
        Asset::new("desk-case", "js", js, include_bytes!("../assets/desk-case.js")),
        Asset::new("passkeys", "js", js, include_bytes!("../assets/passkeys.js")),
    ]
});
/// Icons of the installed platform (the drawing of `icon.svg`; the last one leaves room for masks).
static PICTURES: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let png = "image/png";
    [
        Asset::new("icon-192", "png", png, include_bytes!("../assets/icon-192.png")),
        Asset::new("icon-512", "png", png, include_bytes!("../assets/icon-512.png")),
        Asset::new("icon-mask", "png", png, include_bytes!("../assets/icon-mask.png")),
    ]
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));

pub(crate) fn css_href() -> &'static str {
    &CSS.href
}

pub(crate) fn js_href() -> &'static str {
    &JS.href
}

pub(crate) fn icon_href() -> &'static str {
    &ICON.href
}

/// The address of a further asset; of one that does not exist nothing, which a page's test shows.
pub(crate) fn href(file: &str) -> &'static str {
    let found = FURTHER
        .iter()
        .chain(PICTURES.iter())
        .find(|asset| file.split_once('.') == Some((asset.stem, asset.ending)));
    found.map_or("", |asset| asset.href.as_str())
}

/// An asset by its name. While nodes of two versions run side by side a page may ask the other node for its
/// sheet: it gets the nearest one, but must not keep it.
pub(crate) async fn show(Path(file): Path<String>) -> Result<Response, AppError> {
    let stem = file.split('.').next().unwrap_or_default();
    let ending = file.rsplit('.').next().unwrap_or_default();
    let all = [&*CSS, &*JS, &*ICON].into_iter().chain(FURTHER.iter()).chain(PICTURES.iter());
    let found = all.into_iter().find(|asset| asset.stem == stem && asset.ending == ending);
    let asset = found.ok_or(AppError(Refusal::NotFound))?;
    let is_exact = asset.href.strip_prefix("/assets/") == Some(file.as_str());
    let keep = if is_exact { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    Ok((headers, asset.content).into_response())
}

/// The service worker: its list names the present files, so that a new version of the program brings a new list.
static WORKER: LazyLock<String> = LazyLock::new(|| {
    let files = [css_href(), js_href(), icon_href(), "/offline"];
    let mut hasher = DefaultHasher::new();
    (files, crate::plain::OFFLINE.as_str()).hash(&mut hasher);
    include_str!("../assets/sw.js")
        .replace("KEPT_NAME", &format!("tongban-{:016x}", hasher.finish()))
        .replace("KEPT_FILES", &serde_json::json!(files).to_string())
});

/// `/sw.js`. It is asked for anew each time: a worker that is kept for long keeps old files for long.
pub(crate) async fn service_worker() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, WORKER.as_str()).into_response()
}
