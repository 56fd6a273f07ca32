//! `/api/v1/outbox`: the same for the tools of those who run the platform.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use store::outbox;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, Operation, Visitor};

use super::http::revive;
use crate::Room;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Rows on a page, 1 to 100; 20 unless said otherwise.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

impl Asked {
    fn request(self) -> PageRequest {
        PageRequest { after: self.after, size: self.size }
    }
}

/// A page of receivers for which messages wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingList {
    /// The next to be tried first.
    items: Vec<WaitingReceiver>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A receiver for which messages wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingReceiver {
    /// `channel:address`.
    receiver: String,
    /// How many wait.
    count: i64,
    /// Since when the first of them waits.
    since: String,
    /// How often that one was tried.
    attempts: u32,
    /// What the last try said.
    last_error: Option<String>,
    /// When it is tried next.
    next_try: String,
}

pub(crate) async fn waiting(
    State(room): State<Room>,
    _visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<WaitingList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let page = outbox::list_waiting(&mut tx, &asked.request()).await?.map(|row| WaitingReceiver {
        receiver: row.receiver,
        count: row.count,
        since: row.since.to_string(),
        attempts: row.attempts,
        last_error: row.last_error,
        next_try: row.next_try.to_string(),
    });
    Ok(Json(WaitingList { items: page.items, next: page.next }))
}

pub(crate) fn waiting_operation() -> Operation {
    Operation::new("listOutboxWaiting", "Lists the receivers for which messages wait.")
        .tag("outbox")
        .query::<Asked>()
        .returns::<WaitingList>(200, "A page of receivers.")
}

/// A page of dead letters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterList {
    /// The longest dead first.
    items: Vec<DeadLetterView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A message that nobody tries to deliver any more. Its content is not shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterView {
    /// `channel:address`.
    receiver: String,
    /// Its place in the receiver's row of messages.
    number: i64,
    /// What it is about.
    topic: String,
    /// Its name.
    key: String,
    /// When it was given up.
    died_at: String,
    /// What the last try said.
    last_error: String,
}

pub(crate) async fn dead(
    State(room): State<Room>,
    _visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<DeadLetterList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let page = outbox::list_dead(&mut tx, &asked.request()).await?.map(|letter| DeadLetterView {
        receiver: letter.receiver,
        number: letter.number,
        topic: letter.topic,
        key: letter.key,
        died_at: letter.died_at.to_string(),
        last_error: letter.last_error,
    });
    Ok(Json(DeadLetterList { items: page.items, next: page.next }))
}

pub(crate) fn dead_operation() -> Operation {
    Operation::new("listDeadLetters", "Lists what could not be delivered.")
        .tag("outbox")
        .query::<Asked>()
        .returns::<DeadLetterList>(200, "A page of dead letters.")
}

/// Which dead letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeadLetterReplay {
    /// `channel:address`.
    receiver: String,
    /// Its number.
    number: i64,
}

pub(crate) async fn replay(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(asked): ApiJson<DeadLetterReplay>,
) -> Result<StatusCode, AppError> {
    revive(&room, &visitor, &asked.receiver, asked.number).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(crate) fn replay_operation() -> Operation {
    Operation::new("replayDeadLetter", "Has a dead letter delivered after all.")
        .description("409 when no such letter is dead, for instance because it was replayed already.")
        .tag("outbox")
        .body::<DeadLetterReplay>()
        .returns_nothing(202, "It is tried again at once.")
}
