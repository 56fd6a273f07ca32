//! The operator's page, and delivering a dead letter once more after all.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use kernel::Refusal;
use serde::Deserialize;
use store::outbox::{self, DeadLetter, Waiting};
use store::page::{Cursor, PageRequest};
use web::{AppError, PostForm, Shell, Visitor, page};

use crate::Room;

const HREF: &str = "/admin/outbox";
/// The page says "so many or more".
pub(super) const DEAD_COUNTED_MAX: u32 = 1000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    waiting: Option<Cursor>,
    dead: Option<Cursor>,
}

struct WaitingRow {
    receiver: String,
    count: i64,
    since: String,
    next_try: String,
    attempts: u32,
    error: String,
}

struct DeadRow {
    receiver: String,
    number: i64,
    topic: String,
    died_at: String,
    error: String,
}

#[derive(Template)]
#[template(path = "outbox/page.html")]
struct OutboxPage {
    shell: Shell,
    waiting: Vec<WaitingRow>,
    dead: Vec<DeadRow>,
    dead_count: u32,
    next_waiting: String,
    next_dead: String,
    first: &'static str,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let first = if asked.waiting.is_some() || asked.dead.is_some() { HREF } else { "" };
    let mut tx = room.db.snapshot().await?;
    let request = |after| PageRequest { after, ..PageRequest::default() };
    let waiting = outbox::list_waiting(&mut tx, &request(asked.waiting)).await?;
    let dead = outbox::list_dead(&mut tx, &request(asked.dead)).await?;
    let dead_count = outbox::count_dead(&mut tx, DEAD_COUNTED_MAX).await?;
    let waiting_row = |row: &Waiting| WaitingRow {
        receiver: row.receiver.clone(),
        count: row.count,
        since: visitor.datetime(row.since),
        next_try: visitor.datetime(row.next_try),
        attempts: row.attempts,
        error: row.last_error.clone().unwrap_or_default(),
    };
    page(&OutboxPage {
        waiting: waiting.items.iter().map(waiting_row).collect(),
        dead: dead.items.iter().map(|letter| dead_row(&visitor, letter)).collect(),
        dead_count,
        next_waiting: waiting.next.map_or_else(String::new, |after| format!("{HREF}?waiting={after}")),
        next_dead: dead.next.map_or_else(String::new, |after| format!("{HREF}?dead={after}")),
        first,
        shell: Shell::new(&visitor, visitor.t("messages-outbox-title")),
    })
}

fn dead_row(visitor: &Visitor, letter: &DeadLetter) -> DeadRow {
    DeadRow {
        receiver: letter.receiver.clone(),
        number: letter.number,
        topic: letter.topic.clone(),
        died_at: visitor.datetime(letter.died_at),
        error: letter.last_error.clone(),
    }
}

/// Which dead letter.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    receiver: String,
    number: i64,
}

#[derive(Template)]
#[template(path = "outbox/replay.html")]
struct ReplayPage {
    shell: Shell,
    letter: DeadRow,
}

/// Asks once more before anything is sent.
pub(crate) async fn ask(
    State(room): State<Room>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let letter = outbox::find_dead(&mut tx, &which.receiver, which.number).await?;
    let letter = letter.ok_or(AppError(Refusal::NotFound))?;
    page(&ReplayPage {
        letter: dead_row(&visitor, &letter),
        shell: Shell::new(&visitor, visitor.t("messages-replay-title"))
            .crumb(visitor.t("messages-outbox-title"), HREF),
    })
}

pub(crate) async fn replay(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(which): PostForm<Which>,
) -> Result<Redirect, AppError> {
    revive(&room, &visitor, &which.receiver, which.number).await?;
    Ok(Redirect::to(HREF))
}

/// A letter that is not dead (any more) is a conflict: somebody was quicker.
pub(super) async fn revive(
    room: &Room,
    visitor: &Visitor,
    receiver: &str,
    number: i64,
) -> Result<(), Refusal> {
    let mut tx = room.db.begin().await?;
    if !outbox::replay(&mut tx, receiver, number, visitor.now).await? {
        return Err(Refusal::conflict("messages-not-dead"));
    }
    tx.commit().await?;
    tracing::info!(receiver, number, by = visitor.actor.reference(), "dead letter replayed");
    Ok(())
}

#[cfg(test)]
mod tests;
