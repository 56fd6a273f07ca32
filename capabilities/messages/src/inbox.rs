//! The box (消息): what a reader was told, unread first.

pub(crate) mod api;
pub(crate) mod http;
pub(crate) mod layer;

use std::collections::BTreeSet;

use kernel::{Actor, CaseId, Items, MandateKind, MessageId, Refusal, Right, Timestamp};
use serde::Deserialize;
use store::page::{Page, PageRequest};
use store::{Purpose, Row, Tx, vals};
use web::Visitor;

use crate::tell::VALUES;
use crate::{Reader, Room, Topic};

/// The header shows no more than that.
const UNREAD_SHOWN_MAX: u32 = 100;

/// A box as somebody may look into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// Whose it is.
    pub reader: Reader,
    /// Of which items they see what was told; a mandate for certain items opens those alone.
    within: Items,
    /// Whether what they read counts as read: an agent of a natural person reads over their shoulder.
    marks: bool,
}

impl From<Reader> for Inbox {
    fn from(reader: Reader) -> Self {
        Self { reader, within: Items::All, marks: true }
    }
}

impl Inbox {
    /// The box of whoever is signed in, as far as their mandate lets them see it.
    pub fn of(actor: &Actor) -> Result<Self, Refusal> {
        let reader = Reader::of(actor)?;
        let Actor::Person(person) = actor else { return Ok(reader.into()) };
        let Some(mandate) = &person.acting_for else { return Ok(reader.into()) };
        Ok(Self::within(reader, mandate.kind, &mandate.rights, &mandate.items))
    }

    /// The box of somebody for whom one may act, as that mandate opens it.
    pub(crate) fn under(hat: &identity::Hat) -> Self {
        Self::within(hat.principal.into(), hat.kind, &hat.rights, &hat.items)
    }

    fn within(reader: Reader, kind: MandateKind, rights: &BTreeSet<Right>, items: &Items) -> Self {
        Self { reader, within: items.seen_under(rights), marks: kind != MandateKind::Agent }
    }
}

/// A sentence as it was told: its key and the values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Key in the catalogue.
    pub key: String,
    /// Values by name.
    pub values: Vec<(String, String)>,
}

/// A message in a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The stable word of what happened.
    pub kind: String,
    /// Of what it is.
    pub topic: Topic,
    /// What it is.
    pub title: Said,
    /// What it means for the reader.
    pub text: Said,
    /// Where to read on.
    pub link: String,
    /// The case.
    pub case: Option<CaseId>,
    /// When it was told.
    pub at: Timestamp,
    /// Whether it is still to be read.
    pub is_unread: bool,
}

impl Said {
    /// The sentence in the visitor's language; a value that is a civil day is written as that language writes days.
    pub fn for_visitor(&self, visitor: &Visitor) -> String {
        let shown = |value: &String| match value.parse::<jiff::civil::Date>() {
            Ok(day) if value.len() == "2026-10-12".len() => visitor.date(day),
            Ok(_) | Err(_) => value.clone(),
        };
        let values: Vec<(&str, String)> =
            self.values.iter().map(|(name, value)| (name.as_str(), shown(value))).collect();
        visitor.texts.format(visitor.lang, &self.key, &values)
    }
}

#[derive(Deserialize)]
struct Values {
    title: Vec<(String, String)>,
    text: Vec<(String, String)>,
}

/// A page of the box: what is unread first, the latest first.
pub async fn list(
    tx: &mut Tx,
    room: &Room,
    inbox: impl Into<Inbox>,
    request: &PageRequest,
) -> store::Result<Page<Message>> {
    let Inbox { reader, within, .. } = inbox.into();
    let mut vals = vals![reader.to_string()];
    vals.extend(request.keys(vals![2, "z"])?); // after every message: unread is 0 or 1, and ids are hexadecimal
    vals.extend(vals![request.size.limit(), within.to_list()]);
    let rows = tx
        .fetch_all(
            "select id, kind, topic, title_key, text_key, values_sealed, link, case_id, at, unread from messages
             where reader = $1 and (unread, id) < ($2, $3) and ($5 = '' or $5 like '%,' || item || ',%')
             order by unread desc, id desc limit $4",
            vals,
        )
        .await?;
    let purpose = Purpose::new("messages.own-box", reader.to_string());
    let messages = rows.iter().map(|row| read(row, room, &purpose)).collect::<store::Result<Vec<_>>>()?;
    Ok(Page::cut(messages, request.size, |message| vals![i64::from(message.is_unread), message.id]))
}

fn read(row: &Row, room: &Room, purpose: &Purpose) -> store::Result<Message> {
    let sealed: Vec<u8> = row.get(5)?;
    let values: Values = serde_json::from_slice(&room.vault.open(VALUES, &sealed, purpose)?)
        .map_err(|_form| row.damaged(5, "the values of two sentences"))?;
    let topic: String = row.get(2)?;
    Ok(Message {
        id: row.get(0)?,
        kind: row.get(1)?,
        topic: Topic::from_word(&topic).ok_or_else(|| row.damaged(2, "a topic"))?,
        title: Said { key: row.get(3)?, values: values.title },
        text: Said { key: row.get(4)?, values: values.text },
        link: row.get(6)?,
        case: row.get(7)?,
        at: row.get(8)?,
        is_unread: row.get(9)?,
    })
}

/// How many messages are unread, counted up to a hundred: a short range of one index.
pub async fn count_unread(tx: &mut Tx, inbox: impl Into<Inbox>) -> store::Result<u32> {
    let Inbox { reader, within, marks } = inbox.into();
    if !marks {
        return Ok(0);
    }
    let row = tx
        .fetch_one(
            "select count(*) from (select 1 from messages where reader = $1 and unread = 1
                 and ($3 = '' or $3 like '%,' || item || ',%') limit $2) as unread",
            vals![reader.to_string(), UNREAD_SHOWN_MAX, within.to_list()],
        )
        .await?;
    row.get(0)
}

/// Marks one message as read and says where it leads. Another's message is not there.
pub async fn mark_read(
    tx: &mut Tx,
    inbox: impl Into<Inbox>,
    id: MessageId,
    now: Timestamp,
) -> Result<String, Refusal> {
    let Inbox { reader, within, marks } = inbox.into();
    let row = tx
        .fetch_optional(
            "update messages set unread = case when $5 = 1 then 0 else unread end,
                 read_at = case when $5 = 1 then coalesce(read_at, $3) else read_at end
             where id = $1 and reader = $2 and ($4 = '' or $4 like '%,' || item || ',%') returning link",
            vals![id, reader.to_string(), now, within.to_list(), i64::from(marks)],
        )
        .await?;
    Ok(row.ok_or(Refusal::NotFound)?.get(0)?)
}

/// Marks everything as read that was told up to the message `until`: what came while the page was open stays unread.
pub async fn mark_all_read(
    tx: &mut Tx,
    inbox: impl Into<Inbox>,
    until: MessageId,
    now: Timestamp,
) -> store::Result<u64> {
    let Inbox { reader, within, marks } = inbox.into();
    if !marks {
        return Ok(0);
    }
    tx.execute(
        "update messages set unread = 0, read_at = $3 where reader = $1 and unread = 1 and id <= $2
             and ($4 = '' or $4 like '%,' || item || ',%')",
        vals![reader.to_string(), until, now, within.to_list()],
    )
    .await
}

#[cfg(test)]
mod tests;
