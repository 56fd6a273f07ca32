//! `/news`, an entry of it, and the feed.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use kernel::{NewsId, Refusal, china_date};
use store::page::PageRequest;
use web::{AppError, Shell, Visitor};

use super::text::{Block, blocks};
use super::{NewsEntry, find, shown};
use crate::Room;
use crate::paging::Pages;

/// News as lists show them.
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) day: String,
    pub(crate) body: String,
    pub(crate) pinned: bool,
}

impl Row {
    pub(crate) fn new(visitor: &Visitor, entry: &NewsEntry) -> Self {
        let title = &entry.writing.title;
        Self {
            href: format!("/news/{}", entry.id),
            title: visitor.pick(&title.zh, &title.en).to_owned(),
            day: entry.shown_from.map_or_else(String::new, |from| visitor.date(china_date(from))),
            body: visitor.pick(&entry.body_name.zh, &entry.body_name.en).to_owned(),
            pinned: entry.writing.pinned,
        }
    }
}

#[derive(Template)]
#[template(path = "news/list.html")]
struct NewsPage {
    shell: Shell,
    rows: Vec<Row>,
    next: String,
    first: String,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let is_first = pages.after.is_none();
    let mut tx = room.set.db.snapshot().await?;
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let found = shown(&mut tx, visitor.now, &request).await?;
    tx.rollback().await?;
    web::page(&NewsPage {
        rows: found.items.iter().map(|entry| Row::new(&visitor, entry)).collect(),
        next: found.next.map_or_else(String::new, |cursor| format!("/news?after={cursor}")),
        first: if is_first { String::new() } else { "/news".to_owned() },
        shell: Shell::new(&visitor, visitor.t("portal-news")),
    })
}

#[derive(Template)]
#[template(path = "news/entry.html")]
struct EntryPage {
    shell: Shell,
    row: Row,
    blocks: Vec<Block>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id: NewsId = id.parse().map_err(|_form| Refusal::NotFound)?;
    let mut tx = room.set.db.snapshot().await?;
    let entry = find(&mut tx, id).await?.filter(|entry| entry.is_shown(visitor.now));
    tx.rollback().await?;
    let entry = entry.ok_or(Refusal::NotFound)?;
    let row = Row::new(&visitor, &entry);
    let text = &entry.writing.text;
    web::page(&EntryPage {
        blocks: blocks(visitor.pick(&text.zh, &text.en)),
        shell: Shell::new(&visitor, row.title.clone()).crumb(visitor.t("portal-news"), "/news"),
        row,
    })
}

#[derive(Template)]
#[template(path = "news/feed.xml", escape = "html")]
struct Feed<'a> {
    title: String,
    url: &'a str,
    lang: &'a str,
    updated: String,
    entries: Vec<FeedEntry>,
}

struct FeedEntry {
    id: String,
    href: String,
    title: String,
    body: String,
    published: String,
    updated: String,
}

/// `/news.atom` (RFC 4287): the first page of news for readers of feeds.
pub(crate) async fn feed(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut tx = room.set.db.snapshot().await?;
    let found = shown(&mut tx, visitor.now, &PageRequest::default()).await?;
    tx.rollback().await?;
    let updated = found.items.iter().map(|entry| entry.changed_at).max().unwrap_or(visitor.now);
    let entry = |entry: &NewsEntry| {
        let row = Row::new(&visitor, entry);
        FeedEntry {
            id: entry.id.to_string(),
            href: row.href,
            title: row.title,
            body: row.body,
            published: entry.shown_from.unwrap_or(entry.changed_at).to_string(),
            updated: entry.changed_at.to_string(),
        }
    };
    let feed = Feed {
        title: visitor.t("portal-feed-title"),
        url: &room.set.public_url,
        lang: visitor.lang.tag(),
        updated: updated.to_string(),
        entries: found.items.iter().map(entry).collect(),
    };
    let text = askama::Template::render(&feed).map_err(Refusal::internal)?;
    let kind = [(CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"))];
    Ok((kind, text).into_response())
}
