//! `/api/v1/messages`: the box for programs.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, Operation, Visitor};

use super::{Inbox, Message, count_unread, http, list};
use crate::Room;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Messages on a page, 1 to 100; 20 unless said otherwise.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

/// A page of the box.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageList {
    /// Unread first, the latest first.
    items: Vec<MessageView>,
    /// How many are unread; 100 stands for 100 and more.
    unread: u32,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A message (消息).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Its id.
    id: String,
    /// A stable word for what happened, such as `case-accepted`.
    kind: String,
    /// `action`, `result`, `progress`, `work` or `limit`.
    topic: &'static str,
    /// What it is, in the language asked for (`Accept-Language`).
    title: String,
    /// What it means for the reader.
    text: String,
    /// Page of this platform to read on.
    link: String,
    /// The case, if it is about one.
    case: Option<String>,
    /// When it was told.
    at: String,
    /// Whether it is still to be read.
    unread: bool,
}

impl MessageView {
    fn of(message: &Message, visitor: &Visitor) -> Self {
        Self {
            id: message.id.to_string(),
            kind: message.kind.clone(),
            topic: message.topic.as_str(),
            title: message.title.for_visitor(visitor),
            text: message.text.for_visitor(visitor),
            link: message.link.clone(),
            case: message.case.map(|case| case.to_string()),
            at: message.at.to_string(),
            unread: message.is_unread,
        }
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<MessageList>, AppError> {
    let inbox = Inbox::of(&visitor.actor)?;
    let request = PageRequest { after: asked.after, size: asked.size };
    let mut tx = room.db.snapshot().await?;
    let found = list(&mut tx, &room, inbox.clone(), &request).await?;
    let unread = count_unread(&mut tx, inbox).await?;
    let items = found.items.iter().map(|message| MessageView::of(message, &visitor)).collect();
    Ok(Json(MessageList { items, unread, next: found.next }))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("listMessages", "Lists what one was told, unread first.")
        .description("A person who acts for a legal person reads its box.")
        .tag("messages")
        .query::<Asked>()
        .returns::<MessageList>(200, "A page of messages.")
}

pub(crate) async fn read_one(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<StatusCode, AppError> {
    http::mark(&room, &visitor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn read_one_operation() -> Operation {
    Operation::new("markMessageRead", "Marks a message as read. Doing it again changes nothing.")
        .tag("messages")
        .path_param("id", "The message's id.")
        .returns_nothing(204, "It is read.")
}

/// Up to which message everything is read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadUntil {
    /// The id of the newest message that was seen.
    until: String,
}

/// How many messages were marked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkedRead {
    /// So many.
    marked: u64,
}

pub(crate) async fn read_all(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(asked): ApiJson<ReadUntil>,
) -> Result<Json<MarkedRead>, AppError> {
    let marked = http::mark_all(&room, &visitor, &asked.until).await?;
    Ok(Json(MarkedRead { marked }))
}

pub(crate) fn read_all_operation() -> Operation {
    Operation::new(
        "markMessagesRead",
        "Marks everything as read up to a message; what came later stays unread.",
    )
    .tag("messages")
    .body::<ReadUntil>()
    .returns::<MarkedRead>(200, "How many were marked.")
}
