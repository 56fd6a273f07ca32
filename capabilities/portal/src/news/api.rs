//! News for programs.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::{Refusal, Words};
use serde::{Deserialize, Serialize};
use store::page::Cursor;
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::desk::{id, own, rfc3339, written};
use super::{NewsEntry, Writing, find, scope, shown};
use crate::Room;
use crate::paging::Asked;

/// News of an office.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewsView {
    /// Its id.
    id: String,
    /// The body that answers for it, in Chinese.
    body_zh: String,
    /// The same in English.
    body_en: String,
    /// Title in Chinese.
    title_zh: String,
    /// Title in English; may be empty.
    title_en: String,
    /// Text in Chinese: paragraphs between blank lines, `## ` headings, `- ` lists, `[words](address)` links.
    text_zh: String,
    /// Text in English; may be empty.
    text_en: String,
    /// Whether it stands before all others.
    pinned: bool,
    /// `draft`, `published` or `withdrawn`.
    state: &'static str,
    /// From when on it is shown, RFC 3339; null while nobody said.
    shown_from: Option<String>,
    /// Grows with every change; commands name the version that they change.
    version: i64,
}

impl From<NewsEntry> for NewsView {
    fn from(entry: NewsEntry) -> Self {
        let Writing { title, text, pinned } = entry.writing;
        Self {
            id: entry.id.to_string(),
            body_zh: entry.body_name.zh,
            body_en: entry.body_name.en,
            title_zh: title.zh,
            title_en: title.en,
            text_zh: text.zh,
            text_en: text.en,
            pinned,
            state: entry.state.as_str(),
            shown_from: entry.shown_from.map(|from| from.to_string()),
            version: entry.version,
        }
    }
}

/// A page of news.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewsList {
    /// Pinned ones first, then the newest.
    items: Vec<NewsView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// What is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewsText {
    /// Title in Chinese.
    title_zh: String,
    /// Title in English.
    #[serde(default)]
    title_en: String,
    /// Text in Chinese.
    text_zh: String,
    /// Text in English; with a title in English only.
    #[serde(default)]
    text_en: String,
    /// Whether it stands before all others.
    #[serde(default)]
    pinned: bool,
    /// The version that is written anew; not for a new entry.
    #[serde(default)]
    version: i64,
}

impl NewsText {
    fn writing(&self) -> Writing {
        Writing {
            title: Words::new(&self.title_zh, &self.title_en),
            text: Words::new(&self.text_zh, &self.text_en),
            pinned: self.pinned,
        }
    }
}

/// When it is shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publication {
    /// The version that is published.
    version: i64,
    /// From when on, RFC 3339; now without it.
    #[serde(default)]
    from: Option<String>,
}

/// Why it is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewsWithdrawal {
    /// The version that is taken back.
    version: i64,
    /// Why.
    reason: String,
}

/// What a command made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeNews {
    /// The entry.
    id: String,
    /// Its version now.
    version: i64,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<NewsList>, AppError> {
    let mut tx = room.set.db.snapshot().await?;
    let found = shown(&mut tx, visitor.now, &asked.request()).await?.map(NewsView::from);
    Ok(Json(NewsList { items: found.items, next: found.next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listNews", "Lists the news that everybody may read.")
        .tag("portal")
        .query::<Asked>()
        .returns::<NewsList>(200, "A page of news.")
}

/// Whoever writes for its body sees an entry in every state; everybody else what is shown.
pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
) -> Result<Json<NewsView>, AppError> {
    let mut tx = room.set.db.snapshot().await?;
    let entry = find(&mut tx, id(&news)?).await?.ok_or(Refusal::NotFound)?;
    let writes = visitor.actor.may(crate::room::WRITE_NEWS)
        && visitor.actor.staff().is_ok_and(|staff| scope(staff).is_none_or(|body| body == entry.body));
    if !writes && !entry.is_shown(visitor.now) {
        return Err(AppError(Refusal::NotFound));
    }
    Ok(Json(entry.into()))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getNews", "Shows an entry of the news.")
        .tag("portal")
        .path_param("id", "Its id.")
        .returns::<NewsView>(200, "The entry.")
}

pub(crate) async fn create(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(text): ApiJson<NewsText>,
) -> Result<Response, AppError> {
    let id = written(&room, &visitor, &text.writing()).await?;
    Ok((StatusCode::CREATED, Json(MadeNews { id: id.to_string(), version: 1 })).into_response())
}

pub(crate) fn create_operation() -> Operation {
    Operation::new("writeNews", "Begins an entry of the news, as a draft of one's own body.")
        .tag("portal")
        .body::<NewsText>()
        .returns::<MadeNews>(201, "The draft.")
}

pub(crate) async fn save(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
    ApiJson(text): ApiJson<NewsText>,
) -> Result<Json<MadeNews>, AppError> {
    let id = id(&news)?;
    let mut tx = room.set.db.begin().await?;
    own(&mut tx, &visitor, id).await?;
    let version =
        super::rewrite(&mut tx, &visitor.actor, visitor.now, id, text.version, &text.writing()).await?;
    tx.commit().await?;
    Ok(Json(MadeNews { id: id.to_string(), version }))
}

pub(crate) fn save_operation() -> Operation {
    Operation::new("rewriteNews", "Writes an entry of the news anew.")
        .tag("portal")
        .path_param("id", "Its id.")
        .body::<NewsText>()
        .returns::<MadeNews>(200, "Its new version.")
}

pub(crate) async fn publish(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
    ApiJson(wanted): ApiJson<Publication>,
) -> Result<Json<MadeNews>, AppError> {
    let id = id(&news)?;
    let from = wanted.from.as_deref().map(|text| rfc3339("from", text)).transpose()?;
    let mut tx = room.set.db.begin().await?;
    let version = super::publish(&mut tx, &visitor.actor, visitor.now, id, wanted.version, from).await?;
    tx.commit().await?;
    Ok(Json(MadeNews { id: id.to_string(), version }))
}

pub(crate) fn publish_operation() -> Operation {
    Operation::new("publishNews", "Shows an entry of the news to everybody, now or from an instant on.")
        .tag("portal")
        .path_param("id", "Its id.")
        .body::<Publication>()
        .returns::<MadeNews>(200, "Its new version.")
}

pub(crate) async fn withdraw(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
    ApiJson(wanted): ApiJson<NewsWithdrawal>,
) -> Result<Json<MadeNews>, AppError> {
    let id = id(&news)?;
    let mut tx = room.set.db.begin().await?;
    let by = &visitor.actor;
    let version = super::withdraw(&mut tx, by, visitor.now, id, wanted.version, &wanted.reason).await?;
    tx.commit().await?;
    Ok(Json(MadeNews { id: id.to_string(), version }))
}

pub(crate) fn withdraw_operation() -> Operation {
    Operation::new("withdrawNews", "Takes an entry of the news back.")
        .tag("portal")
        .path_param("id", "Its id.")
        .body::<NewsWithdrawal>()
        .returns::<MadeNews>(200, "Its new version.")
}
