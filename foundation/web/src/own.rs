//! The room's own routes: language, type size, assets, the design page, the description of the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Permission, Refusal};
use serde::Deserialize;

use crate::{
    ApiInfo, AppError, Lang, RouteSpec, Routes, Site, api_page, assets, cookie, design, openapi, plain,
};

/// Choosing language and type size.
const SET_LOOK: Permission = Permission::everyone("web.set-look");
/// Style sheet, script, icon.
const SEE_ASSETS: Permission = Permission::everyone("web.see-assets");
/// The page with every component.
const SEE_DESIGN: Permission = Permission::everyone("web.see-design");
/// The description of the API.
const SEE_API: Permission = Permission::everyone("web.see-api");

/// `/lang`, `/type`, `/assets/…`, `/design`, and what lets the platform be installed on a phone.
pub fn own_routes(site: &Site) -> Routes {
    Routes::new()
        .page(Method::GET, "/lang", SET_LOOK, set_lang)
        .page(Method::GET, "/type", SET_LOOK, set_type)
        .page(Method::GET, "/assets/{file}", SEE_ASSETS, assets::show)
        .page(Method::GET, "/design", SEE_DESIGN, design::show)
        .page(Method::GET, "/manifest.webmanifest", SEE_ASSETS, plain::manifest)
        .page(Method::GET, "/sw.js", SEE_ASSETS, assets::service_worker)
        .page(Method::GET, "/offline", SEE_ASSETS, plain::offline)
        .with_state(site.clone())
}

/// `/api/openapi.json` and the same to read at `/api`. Call it with the routes of all rooms.
pub fn api_docs(specs: &[RouteSpec], info: &ApiInfo) -> Routes {
    let document = Arc::new(openapi(specs, info));
    Routes::new()
        .page(
            Method::GET,
            "/api/openapi.json",
            SEE_API,
            async |State(document): State<Arc<serde_json::Value>>| Json((*document).clone()),
        )
        .page(Method::GET, "/api", SEE_API, api_page::show)
        .with_state(document)
}

/// A path of this site, safe to redirect to: it starts with one slash and holds nothing that a browser might read
/// as another host (`//host`, `/\host`, control characters).
pub fn local_path(text: &str) -> Option<&str> {
    let is_local = text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    is_local.then_some(text)
}

#[derive(Debug, Deserialize)]
struct Choice {
    to: String,
    #[serde(default)]
    back: String,
}

const YEAR_SECONDS: u64 = 365 * 24 * 3600;

async fn set_lang(State(site): State<Site>, Query(choice): Query<Choice>) -> Result<Response, AppError> {
    let lang = Lang::from_tag(&choice.to).ok_or(AppError(Refusal::NotFound))?;
    Ok(choose(&site, "lang", lang.tag(), &choice.back))
}

async fn set_type(State(site): State<Site>, Query(choice): Query<Choice>) -> Result<Response, AppError> {
    match choice.to.as_str() {
        "large" => Ok(choose(&site, "type", "large", &choice.back)),
        "normal" => Ok(choose(&site, "type", "normal", &choice.back)),
        _ => Err(AppError(Refusal::NotFound)),
    }
}

fn choose(site: &Site, name: &str, value: &str, back: &str) -> Response {
    let mut response = Redirect::to(local_path(back).unwrap_or("/")).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie::set(name, value, Some(YEAR_SECONDS), site.config.secure_cookies) {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests;
