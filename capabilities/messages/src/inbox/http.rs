//! `/messages`: the box as a page.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Actor, MessageId, Refusal};
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, PostForm, Shell, Visitor, local_path, page};

use super::{Inbox, Message, count_unread, list, mark_all_read, mark_read};
use crate::{Reader, Room};

const HREF: &str = "/messages";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: Option<Cursor>,
}

struct Shown {
    id: MessageId,
    at: String,
    title: String,
    text: String,
    is_unread: bool,
    link: String,
}

/// Another box that the reader may open with another hat.
struct OtherBox {
    name: String,
    unread: u32,
}

#[derive(Template)]
#[template(path = "inbox/list.html")]
struct ListPage {
    shell: Shell,
    messages: Vec<Shown>,
    unread: u32,
    /// The newest message on the page, up to which "mark all" goes.
    until: String,
    /// Whose box it is, in words.
    lead: String,
    others: Vec<OtherBox>,
    next: String,
    first: &'static str,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let inbox = Inbox::of(&visitor.actor)?;
    let first = if asked.after.is_some() { HREF } else { "" };
    let request = PageRequest { after: asked.after, ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = list(&mut tx, &room, inbox.clone(), &request).await?;
    let unread = count_unread(&mut tx, inbox.clone()).await?;
    let others = other_boxes(&mut tx, &room, &visitor).await?;
    let until = found.items.iter().map(|message| message.id).max();
    let shown = |message: &Message| Shown {
        id: message.id,
        at: visitor.datetime(message.at),
        title: message.title.for_visitor(&visitor),
        text: message.text.for_visitor(&visitor),
        is_unread: message.is_unread,
        link: local_path(&message.link).unwrap_or(HREF).to_owned(),
    };
    page(&ListPage {
        messages: found.items.iter().map(shown).collect(),
        unread,
        until: until.map_or_else(String::new, |id| id.to_string()),
        lead: lead(&visitor, &inbox),
        others,
        next: found.next.map_or_else(String::new, |after| format!("{HREF}?after={after}")),
        first,
        shell: Shell::new(&visitor, visitor.t("messages-title")),
    })
}

fn lead(visitor: &Visitor, inbox: &Inbox) -> String {
    match (inbox.reader, &visitor.actor) {
        (Reader::LegalPerson(_), _) => visitor.t("messages-lead-organisation"),
        (Reader::Person(_), Actor::Person(person)) if person.acting_for.is_some() => {
            visitor.t("messages-lead-person")
        }
        (Reader::Person(_) | Reader::Staff(_), _) => visitor.t("messages-lead"),
    }
}

/// A person without a hat is told what waits in the boxes of those for whom they may act.
async fn other_boxes(tx: &mut store::Tx, room: &Room, visitor: &Visitor) -> Result<Vec<OtherBox>, Refusal> {
    let person = match &visitor.actor {
        Actor::Person(person) if person.acting_for.is_none() => person.person,
        Actor::Person(_) | Actor::Staff(_) | Actor::Anonymous | Actor::System => return Ok(Vec::new()),
    };
    let mut others = Vec::new();
    for hat in identity::hats(tx, &room.vault, person, visitor.now).await? {
        let unread = count_unread(tx, Inbox::under(&hat)).await?;
        if unread > 0 {
            others.push(OtherBox { name: hat.name, unread });
        }
    }
    Ok(others)
}

/// The buttons under a message.
#[derive(Debug, Deserialize)]
pub(crate) struct Read {
    /// Read on at the message's link.
    #[serde(default)]
    go: String,
}

pub(crate) async fn read_one(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<Read>,
) -> Result<Response, AppError> {
    let link = mark(&room, &visitor, &id).await?;
    let to = if form.go.is_empty() { HREF } else { local_path(&link).unwrap_or(HREF) };
    Ok(Redirect::to(to).into_response())
}

pub(super) async fn mark(room: &Room, visitor: &Visitor, id: &str) -> Result<String, Refusal> {
    let id: MessageId = id.parse().map_err(|_form| Refusal::NotFound)?;
    let mut tx = room.db.begin().await?;
    let link = mark_read(&mut tx, Inbox::of(&visitor.actor)?, id, visitor.now).await?;
    tx.commit().await?;
    Ok(link)
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReadAll {
    #[serde(default)]
    until: String,
}

pub(crate) async fn read_all(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<ReadAll>,
) -> Result<Redirect, AppError> {
    mark_all(&room, &visitor, &form.until).await?;
    Ok(Redirect::to(HREF))
}

pub(super) async fn mark_all(room: &Room, visitor: &Visitor, until: &str) -> Result<u64, Refusal> {
    let until: MessageId = until
        .parse()
        .map_err(|_form| Refusal::field("until", kernel::Message::new("messages-until-wrong")))?;
    let mut tx = room.db.begin().await?;
    let marked = mark_all_read(&mut tx, Inbox::of(&visitor.actor)?, until, visitor.now).await?;
    tx.commit().await?;
    Ok(marked)
}
