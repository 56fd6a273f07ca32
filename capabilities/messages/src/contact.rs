//! Where a reader wants to be told besides (联系方式): an address is used only after a code sent to it came back.

mod address;
mod code;
mod state;

use kernel::{EventId, Message, Refusal, Timestamp};
use serde_json::json;
use store::{Purpose, Tx, Val, fresh_id, outbox, vals};
use web::Lang;

pub use address::{Address, AddressFault};
pub use state::{ContactState, Settings, settings};

use crate::outgoing::Template;
use crate::{Channel, Reader, Room, Topic};

pub(crate) use code::forget_old;

/// Names of sealed fields.
pub(crate) const ADDRESS: &str = "messages.address";
pub(crate) const CODE: &str = "messages.code";

/// How long a code holds.
pub(crate) const CODE_MINUTES: i64 = 10;
/// Wrong tries before a code is worth nothing: five guesses at a million codes.
const TRIES_MAX: i64 = 5;

/// Why a change of contacts or choices was refused.
#[derive(Debug, thiserror::Error)]
pub enum ContactError {
    /// This platform does not send by that channel.
    #[error("the channel is not offered here")]
    NotOffered,
    /// The address breaks a rule.
    #[error("{0}")]
    Address(AddressFault),
    /// Too many codes were asked for; seconds to wait.
    #[error("too many codes, wait {0} s")]
    TooManyCodes(u64),
    /// No code is awaited.
    #[error("no code is awaited")]
    NothingPending,
    /// The code is wrong.
    #[error("wrong code, {left} tries left")]
    WrongCode {
        /// The channel.
        channel: Channel,
        /// Tries that are left.
        left: i64,
    },
    /// The code came too late or after too many tries.
    #[error("the code no longer holds")]
    SpentCode(Channel),
    /// A choice for a channel without an address, or of a topic that this reader is never told.
    #[error("{0}: such a choice cannot be made")]
    Choice(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<ContactError> for Refusal {
    fn from(error: ContactError) -> Self {
        let code_field =
            |channel: Channel, message| Self::field(format!("{}-code", channel.as_str()), message);
        match error {
            ContactError::NotOffered => Self::NotFound,
            ContactError::Address(fault) => {
                Self::field(format!("{}-address", fault.channel.as_str()), Message::new(fault.key()))
            }
            ContactError::TooManyCodes(seconds) => Self::TooMany(seconds),
            ContactError::NothingPending => Self::conflict("messages-code-not-awaited"),
            ContactError::WrongCode { channel, left } => {
                code_field(channel, Message::new("messages-code-wrong").with("left", left))
            }
            ContactError::SpentCode(channel) => code_field(channel, Message::new("messages-code-spent")),
            ContactError::Choice(field) => Self::field(field, Message::new("messages-choice-wrong")),
            ContactError::Store(error) => error.into(),
        }
    }
}

/// Takes an address and sends a code to it. The address that was confirmed before stays in use meanwhile.
pub async fn offer(
    tx: &mut Tx,
    room: &Room,
    reader: Reader,
    address: &Address,
    lang: Lang,
    now: Timestamp,
) -> Result<(), ContactError> {
    let channel = address.channel();
    if !room.offers(channel) {
        return Err(ContactError::NotOffered);
    }
    let id: EventId = fresh_id(now);
    code::allow(tx, room, reader, address, id, now).await?;
    let sealed_code = room.vault.seal(CODE, code::fresh().as_bytes())?;
    tx.execute(
        "insert into message_contacts (reader, channel, pending_sealed, code_id, code_sealed, code_until, tries, lang)
         values ($1, $2, $3, $4, $5, $6, 0, $7)
         on conflict (reader, channel) do update set pending_sealed = excluded.pending_sealed,
           code_id = excluded.code_id, code_sealed = excluded.code_sealed, code_until = excluded.code_until,
           tries = 0, lang = excluded.lang",
        vals![
            reader.to_string(),
            channel.as_str(),
            room.vault.seal(ADDRESS, address.as_str().as_bytes())?,
            id,
            sealed_code,
            code::until(now),
            lang.tag()
        ],
    )
    .await?;
    let message = outbox::Message {
        // A row of its own: a code must not wait behind a notice to an address that is wrong.
        receiver: format!("{}:code:{reader}", channel.as_str()),
        topic: "code".into(),
        key: id.to_string(),
        payload: json!({ "template": Template::Code.as_str() }),
        now,
    };
    outbox::post(tx, &message).await?;
    Ok(())
}

/// What became of a code. The caller commits in every case, since a wrong try counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The address is confirmed and in use.
    Confirmed,
    /// A wrong code; so many tries are left.
    Wrong(i64),
    /// Too late, or too many tries.
    Spent,
}

impl Verdict {
    /// Any verdict but the good one, as an error.
    pub fn accept(self, channel: Channel) -> Result<(), ContactError> {
        match self {
            Self::Confirmed => Ok(()),
            Self::Wrong(left) => Err(ContactError::WrongCode { channel, left }),
            Self::Spent => Err(ContactError::SpentCode(channel)),
        }
    }
}

/// Confirms the pending address with its code. Whoever gives an address wants to be told there, so the first time
/// every topic is chosen for the channel.
pub async fn confirm(
    tx: &mut Tx,
    room: &Room,
    reader: Reader,
    channel: Channel,
    code: &str,
    now: Timestamp,
) -> Result<Verdict, ContactError> {
    let row = tx
        .fetch_optional(
            "update message_contacts set tries = tries + 1
             where reader = $1 and channel = $2 and pending_sealed is not null
             returning code_sealed, code_until, tries, address_sealed",
            key(reader, channel),
        )
        .await?;
    let row = row.ok_or(ContactError::NothingPending)?;
    let (sealed, until, tries): (Vec<u8>, Timestamp, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    if now > until || tries > TRIES_MAX {
        return Ok(Verdict::Spent);
    }
    let purpose = Purpose::new("messages.confirm-address", reader.to_string());
    let expected = room.vault.open(CODE, &sealed, &purpose)?;
    // Keyed hashes are compared, so that the time it takes says nothing of the code.
    let blind = |code: &str| room.vault.blind(CODE, code);
    if blind(code.trim()) != blind(&String::from_utf8_lossy(&expected)) {
        return Ok(if tries == TRIES_MAX { Verdict::Spent } else { Verdict::Wrong(TRIES_MAX - tries) });
    }
    let is_first = row.get::<Option<Vec<u8>>>(3)?.is_none();
    tx.execute(
        "update message_contacts set address_sealed = pending_sealed, confirmed_at = $3, pending_sealed = null,
           code_id = null, code_sealed = null, code_until = null
         where reader = $1 and channel = $2",
        [key(reader, channel), vals![now]].concat(),
    )
    .await?;
    if is_first {
        choose(tx, reader, channel, reader.topics()).await?;
    }
    Ok(Verdict::Confirmed)
}

/// Forgets the address of a channel, also one that is not confirmed yet.
pub async fn remove(tx: &mut Tx, reader: Reader, channel: Channel) -> Result<(), ContactError> {
    tx.execute("delete from message_contacts where reader = $1 and channel = $2", key(reader, channel))
        .await?;
    choose(tx, reader, channel, &[]).await
}

/// Chooses of what this channel tells: exactly these topics.
pub async fn choose(
    tx: &mut Tx,
    reader: Reader,
    channel: Channel,
    topics: &[Topic],
) -> Result<(), ContactError> {
    let confirmed = "select 1 from message_contacts
                     where reader = $1 and channel = $2 and address_sealed is not null";
    let is_reachable =
        topics.is_empty() || tx.fetch_optional(confirmed, key(reader, channel)).await?.is_some();
    if !is_reachable || topics.iter().any(|topic| !reader.topics().contains(topic)) {
        return Err(ContactError::Choice(format!("{}-topics", channel.as_str())));
    }
    tx.execute("delete from message_choices where reader = $1 and channel = $2", key(reader, channel))
        .await?;
    for topic in topics {
        tx.execute(
            "insert into message_choices (reader, channel, topic) values ($1, $2, $3)
             on conflict (reader, channel, topic) do nothing",
            [key(reader, channel), vals![topic.as_str()]].concat(),
        )
        .await?;
    }
    Ok(())
}

fn key(reader: Reader, channel: Channel) -> Vec<Val> {
    vals![reader.to_string(), channel.as_str()]
}

#[cfg(test)]
mod tests;
