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
    content: &'static str,
    href: String,
}

impl Asset {
    fn new(
        stem: &'static str,
        ending: &'static str,
        content_type: &'static str,
        content: &'static str,
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let href = format!("/assets/{stem}.{:016x}.{ending}", hasher.finish());
        Self { stem, ending, content_type, content, href }
    }
}

static CSS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("app", "css", "text/css; charset=utf-8", include_str!("../assets/app.css")));
static JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("app", "js", "text/javascript; charset=utf-8", include_str!("../assets/app.js"))
});
/// What only some pages need: they name it in their block `head`.
static FURTHER: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let css = "text/css; charset=utf-8";
    let js = "text/javascript; charset=utf-8";
    [
        Asset::new("desk", "js", js, include_str!("../assets/desk.js")),
        Asset::new("desk-case", "css", css, include_str!("../assets/desk-case.css")),
        Asset::new("desk-case", "js", js, include_str!("../assets/desk-case.js")),
    ]
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("../assets/icon.svg")));

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
    let found = FURTHER.iter().find(|asset| file.split_once('.') == Some((asset.stem, asset.ending)));
    found.map_or("", |asset| asset.href.as_str())
}

/// An asset by its name. While nodes of two versions run side by side a page may ask the other node for its
/// sheet: it gets the nearest one, but must not keep it.
pub(crate) async fn show(Path(file): Path<String>) -> Result<Response, AppError> {
    let stem = file.split('.').next().unwrap_or_default();
    let ending = file.rsplit('.').next().unwrap_or_default();
    let all = [&*CSS, &*JS, &*ICON].into_iter().chain(FURTHER.iter());
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
