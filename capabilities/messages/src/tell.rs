//! Telling somebody something (告知): into their box, and by the channels that they chose.

use jiff::civil::Date;
use kernel::{
    BodyId, CaseId, LegalPersonId, Message, MessageId, PersonId, Role, StaffId, Timestamp, china_date,
};
use serde_json::json;
use store::{Result, Tx, fresh_id, outbox, vals};

use crate::outgoing::Template;
use crate::{Channel, Reader, Room, Topic};

/// Under which the values of sentences lie in the vault.
pub(crate) const VALUES: &str = "messages.values";

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// A natural person.
    Person(PersonId),
    /// A legal person: whoever acts for it.
    LegalPerson(LegalPersonId),
    /// A member of staff.
    Staff(StaffId),
    /// Everybody who does this work in a body at the moment.
    Work {
        /// The body.
        body: BodyId,
        /// Whose work it is.
        role: Role,
    },
}

/// The case that a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Which.
    pub case: CaseId,
    /// Its item (基本编码).
    pub item: String,
    /// 办件编号; what leaves the platform shows its last four digits.
    pub number: String,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// To whom.
    pub to: Recipient,
    /// A stable word, such as `case-accepted`.
    pub kind: &'static str,
    /// By which the reader chooses whether to be told elsewhere too.
    pub topic: Topic,
    /// What it is, as a sentence of the catalogue. A value that is a civil day (`2026-10-12`) is shown as days are
    /// written in the reader's language. All values lie sealed.
    pub title: Message,
    /// What it means for the reader: what to do, until when, and why.
    pub text: Message,
    /// A page of this platform.
    pub link: String,
    /// The case.
    pub about: Option<About>,
    /// Its name: the same key is told to the same reader once.
    pub key: String,
}

/// Writes the message into the box of everybody concerned and posts what goes out by other channels, all in the
/// caller's transaction. What was told before is not told again.
pub async fn tell(tx: &mut Tx, room: &Room, telling: &Telling, now: Timestamp) -> Result<()> {
    for reader in readers(tx, telling.to, china_date(now)).await? {
        if let Some(id) = write(tx, room, reader, telling, now).await? {
            post(tx, room, reader, telling, id, now).await?;
        }
    }
    Ok(())
}

async fn readers(tx: &mut Tx, to: Recipient, today: Date) -> Result<Vec<Reader>> {
    Ok(match to {
        Recipient::Person(person) => vec![Reader::Person(person)],
        Recipient::LegalPerson(legal_person) => vec![Reader::LegalPerson(legal_person)],
        Recipient::Staff(staff) => vec![Reader::Staff(staff)],
        Recipient::Work { body, role } => {
            let staff = identity::staff_of(tx, body, today).await?;
            let at_work = staff.into_iter().filter(|clerk| !clerk.is_disabled && clerk.roles.contains(&role));
            at_work.map(|clerk| Reader::Staff(clerk.id)).collect()
        }
    })
}

async fn write(
    tx: &mut Tx,
    room: &Room,
    reader: Reader,
    telling: &Telling,
    now: Timestamp,
) -> Result<Option<MessageId>> {
    let id: MessageId = fresh_id(now);
    let values = json!({ "title": telling.title.args, "text": telling.text.args }).to_string();
    let inserted = tx
        .execute(
            "insert into messages (id, reader, kind, topic, title_key, text_key, values_sealed, link, case_id, item,
               key, at, unread)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) on conflict (reader, key) do nothing",
            vals![
                id,
                reader.to_string(),
                telling.kind,
                telling.topic.as_str(),
                telling.title.key,
                telling.text.key,
                room.vault.seal(VALUES, values.as_bytes())?,
                &telling.link,
                telling.about.as_ref().map(|about| about.case),
                telling.about.as_ref().map(|about| about.item.as_str()),
                &telling.key,
                now
            ],
        )
        .await?;
    Ok((inserted == 1).then_some(id))
}

/// What leaves the platform says that there is something to read, and nothing of it.
async fn post(
    tx: &mut Tx,
    room: &Room,
    reader: Reader,
    telling: &Telling,
    id: MessageId,
    now: Timestamp,
) -> Result<()> {
    if room.offered().next().is_none() {
        return Ok(());
    }
    let wanted = tx
        .fetch_all(
            "select c.channel from message_contacts c
             join message_choices w on w.reader = c.reader and w.channel = c.channel
             where c.reader = $1 and w.topic = $2 and c.address_sealed is not null order by c.channel",
            vals![reader.to_string(), telling.topic.as_str()],
        )
        .await?;
    for row in wanted {
        let channel = Channel::from_word(&row.get::<String>(0)?);
        let Some(channel) = channel.filter(|channel| room.offers(*channel)) else { continue };
        let tail = telling.about.as_ref().map(|about| last_four(&about.number));
        let message = outbox::Message {
            receiver: format!("{}:{reader}", channel.as_str()),
            topic: "notice".into(),
            key: id.to_string(),
            payload: json!({ "template": Template::of(telling.topic).as_str(), "tail": tail }),
            now,
        };
        outbox::post(tx, &message).await?;
    }
    Ok(())
}

fn last_four(number: &str) -> &str {
    let from = number.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    &number[from..]
}

#[cfg(test)]
mod tests;
