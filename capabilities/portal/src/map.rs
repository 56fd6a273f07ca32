//! The site map, to read and for search engines.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use store::page::PageRequest;
use web::{AppError, Shell, Visitor};

use crate::entrances::Clients;
use crate::lists::pick;
use crate::{Room, news};

/// Pages that everybody may see, by chapter: addresses and the keys of their words.
const PAGES: [(&str, &[(&str, &str)]); 4] = [
    (
        "portal-map-find",
        &[
            ("/", "web-home"),
            ("/search", "web-search"),
            ("/people", "portal-people"),
            ("/organisations", "portal-organisations"),
            ("/choose", "catalogue-choose-title"),
            ("/questions", "portal-questions"),
            ("/directory", "web-directory"),
            ("/bodies", "portal-bodies"),
            ("/place", "portal-place-title"),
        ],
    ),
    (
        "portal-map-own",
        &[
            ("/my", "web-my"),
            ("/my/licences", "web-my-licences"),
            ("/messages", "web-messages"),
            ("/sign-in", "web-sign-in"),
            ("/register", "portal-map-account"),
        ],
    ),
    (
        "portal-map-open",
        &[
            ("/progress", "web-progress"),
            ("/news", "portal-news"),
            ("/notices", "portal-notices"),
            ("/check", "web-check"),
            ("/registers/social-organisations", "web-register"),
            ("/api", "web-api"),
        ],
    ),
    (
        "portal-map-about",
        &[
            ("/help", "web-help"),
            ("/accessibility", "web-accessibility"),
            ("/privacy", "web-privacy"),
            ("/about", "web-about"),
            ("/design", "web-design-title"),
        ],
    ),
];

struct Chapter {
    title: String,
    /// Words and address.
    links: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "map.html")]
struct MapPage {
    shell: Shell,
    chapters: Vec<Chapter>,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut chapters: Vec<Chapter> = PAGES
        .iter()
        .map(|(title, links)| Chapter {
            title: visitor.t(title),
            links: links.iter().map(|(href, key)| (visitor.t(key), (*href).to_owned())).collect(),
        })
        .collect();
    for (key, clients) in [("portal-life", Clients::People), ("portal-work", Clients::Organisations)] {
        let events = room.set.entrances.events_of(clients);
        let links = events.map(|event| (pick(&visitor, &event.name), format!("/topics/{}", event.id)));
        let links: Vec<_> = links.collect();
        if !links.is_empty() {
            chapters.insert(1, Chapter { title: visitor.t(key), links });
        }
    }
    web::page(&MapPage { chapters, shell: Shell::new(&visitor, visitor.t("web-sitemap")) })
}

/// The most addresses that one file may have (sitemaps.org).
const ADDRESSES_MAX: usize = 50_000;

/// `/sitemap.xml`: every page that is the same for everybody.
pub(crate) async fn xml(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut tx = room.set.db.snapshot().await?;
    let request = PageRequest { after: None, size: 100.try_into().unwrap_or_default() };
    let news = news::shown(&mut tx, visitor.now, &request).await?;
    tx.rollback().await?;
    let for_all = |href: &&str| !["/my", "/my/licences", "/messages", "/sign-in"].contains(href);
    let pages = PAGES.iter().flat_map(|(_, links)| links.iter().map(|(href, _)| *href));
    let (bodies, library) = (room.bodies(), room.library());
    let addresses = pages
        .filter(for_all)
        .map(str::to_owned)
        .chain(room.set.entrances.events.iter().map(|event| format!("/topics/{}", event.id)))
        .chain(library.bundles().map(|bundle| bundle.asked.guide_href()))
        .chain(library.list().map(|package| package.guide_href()))
        .chain(news.items.iter().map(|entry| format!("/news/{}", entry.id)))
        .chain(bodies.0.iter().map(|body| format!("/bodies/{}", body.slug)));
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for address in addresses.take(ADDRESSES_MAX) {
        let whole = format!("{}{address}", room.set.public_url);
        let whole = whole.replace('&', "&amp;").replace('<', "&lt;");
        let _never_fails = writeln!(text, "<url><loc>{whole}</loc></url>");
    }
    text.push_str("</urlset>\n");
    let kind = [(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"))];
    Ok((kind, text).into_response())
}

/// `/robots.txt`: what belongs to somebody, or makes endless lists, is not for search engines.
pub(crate) async fn robots(State(room): State<Room>) -> Response {
    let url = &room.set.public_url;
    let closed = ["/my", "/messages", "/account", "/drafts", "/cases", "/apply", "/desk", "/staff", "/admin"];
    let mut text = String::from("User-agent: *\n");
    for path in closed.into_iter().chain(["/lang", "/type", "/place", "/search?", "/api/"]) {
        let _never_fails = writeln!(text, "Disallow: {path}");
    }
    let _never_fails = writeln!(text, "Sitemap: {url}/sitemap.xml");
    text.into_response()
}
