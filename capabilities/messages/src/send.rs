//! Who carries messages out of the house (外发): mail by SMTP; SMS, WeChat and other receivers by HTTP. The outbox calls
//! them, tries again and keeps dead letters; here a message is handed over once, or not.

mod http;
mod settings;
mod smtp;

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Actor, Timestamp};
use serde_json::json;
use store::outbox::{Deliverers, Delivery};
use store::{Purpose, vals};
use web::Lang;

pub use http::signature;
pub use settings::{
    BridgeSettings, Endpoint, MailSettings, Proof, Secret, Security, SenderFault, SenderSettings,
};

use crate::contact::{ADDRESS, Address, CODE};
use crate::outgoing::{Outgoing, Template};
use crate::{Channel, Reader, Room};
use http::{Bridge, Post};
use smtp::{Letter, Mailer};

/// Everybody who carries something out, ready to work. Cheap to clone.
#[derive(Clone, Default)]
pub struct Senders(Arc<Carriers>);

#[derive(Default)]
struct Carriers {
    mail: Option<Mailer>,
    sms: Option<Bridge>,
    wechat: Option<Bridge>,
    receivers: BTreeMap<String, Post>,
    other_receivers: Option<Post>,
}

impl std::fmt::Debug for Senders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Senders").field("receivers", &self.0.receivers.keys()).finish_non_exhaustive()
    }
}

impl Senders {
    /// Makes them ready; a setting that breaks a rule stops the start.
    pub fn new(settings: &SenderSettings) -> Result<Self, SenderFault> {
        let SenderSettings { mail, sms, wechat, receivers, other_receivers } = settings;
        let client = http::client(settings)?;
        let bridge = |name: &str, settings: &Option<BridgeSettings>| {
            settings.as_ref().map(|settings| Bridge::new(name, settings, &client)).transpose()
        };
        let receiver = |(name, endpoint): (&String, &Endpoint)| {
            Ok((name.clone(), Post::new(&format!("receivers.{name}"), endpoint, &client)?))
        };
        Ok(Self(Arc::new(Carriers {
            mail: mail.as_ref().map(Mailer::new).transpose()?,
            sms: bridge("sms", sms)?,
            wechat: bridge("wechat", wechat)?,
            receivers: receivers.iter().map(receiver).collect::<Result<_, SenderFault>>()?,
            other_receivers: other_receivers
                .as_ref()
                .map(|endpoint| Post::new("other receivers", endpoint, &client))
                .transpose()?,
        })))
    }

    /// Whether this platform sends by the channel.
    pub fn carry(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.0.mail.is_some(),
            Channel::Sms => self.0.sms.is_some(),
            Channel::Wechat => self.0.wechat.is_some(),
        }
    }
}

/// Why a message was not handed over. Texts of the other side are left out: they may hold an address.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The other side answered with this code.
    #[error("{what} answered {code}")]
    Answered {
        /// Who.
        what: &'static str,
        /// SMTP reply code or HTTP status.
        code: u16,
    },
    /// The other side cannot be reached, or broke off.
    #[error("{what} cannot be reached: {why}")]
    Unreachable {
        /// Who.
        what: &'static str,
        /// Why, without anything personal.
        why: String,
    },
    /// The config names no such receiver.
    #[error("the config names no [receivers.{0}]")]
    UnknownReceiver(String),
    /// What is in the outbox cannot be read.
    #[error("the message in the outbox cannot be read: {0}")]
    Unreadable(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The deliverers of every channel: `email`, `sms`, `wechat` to readers; `push` and `pay` to receivers of the config.
pub fn deliverers(room: &Room) -> Deliverers {
    let mut deliverers = Deliverers::new();
    for channel in Channel::ALL {
        let room = room.clone();
        deliverers = deliverers.on(channel.as_str(), move |delivery, now| {
            let room = room.clone();
            async move { Ok(notify(&room, *channel, &delivery, now).await?) }
        });
    }
    for channel in ["push", "pay"] {
        let senders = room.senders.clone();
        deliverers = deliverers.on(channel, move |delivery, now| {
            let senders = senders.clone();
            async move { Ok(hand_over(&senders, &delivery, now).await?) }
        });
    }
    deliverers
}

/// `push:NAME` and `pay:NAME`: the message as it lies in the outbox.
async fn hand_over(senders: &Senders, delivery: &Delivery, now: Timestamp) -> Result<(), SendError> {
    let name = delivery.receiver.split_once(':').map_or("", |(_, name)| name);
    let post = senders.0.receivers.get(name).or(senders.0.other_receivers.as_ref());
    let post = post.ok_or_else(|| SendError::UnknownReceiver(name.to_owned()))?;
    let body = json!({
        "receiver": delivery.receiver, "number": delivery.number, "topic": delivery.topic, "key": delivery.key,
        "payload": delivery.payload, "posted_at": delivery.posted_at.to_string(),
    });
    post.send(&delivery.key, &body, now).await
}

/// `CHANNEL:READER` and `CHANNEL:code:READER`. Whatever is no longer wanted is not sent, and that is no failure.
async fn notify(room: &Room, channel: Channel, delivery: &Delivery, now: Timestamp) -> Result<(), SendError> {
    let rest = delivery.receiver.split_once(':').map_or("", |(_, rest)| rest);
    let (reader, is_code) = rest.strip_prefix("code:").map_or((rest, false), |reader| (reader, true));
    let reader: Reader = reader.parse().map_err(|_form| SendError::Unreadable("receiver"))?;
    let found = if is_code {
        pending(room, channel, reader, &delivery.key, now).await?
    } else {
        in_use(room, channel, reader, delivery).await?
    };
    let Some((address, outgoing)) = found else {
        tracing::debug!(receiver = delivery.receiver, "no longer wanted, not sent");
        return Ok(());
    };
    let carriers = &room.senders.0;
    let unset = || SendError::UnknownReceiver(channel.as_str().to_owned());
    match channel {
        Channel::Email => {
            let letter = Letter {
                key: &delivery.key,
                to: address.as_str(),
                subject: outgoing.subject(&room.texts),
                text: outgoing.text(&room.texts),
                now,
            };
            carriers.mail.as_ref().ok_or_else(unset)?.send(letter).await
        }
        Channel::Sms | Channel::Wechat => {
            let bridge = if channel == Channel::Sms { &carriers.sms } else { &carriers.wechat };
            let bridge = bridge.as_ref().ok_or_else(unset)?;
            let text = outgoing.text(&room.texts);
            bridge.send(channel, &delivery.key, address.as_str(), &outgoing, &text, now).await
        }
    }
}

fn purpose() -> Purpose {
    Purpose::new("messages.deliver", Actor::System.reference())
}

fn opened(room: &Room, channel: Channel, sealed: &[u8]) -> Result<Address, SendError> {
    let text = room.vault.open(ADDRESS, sealed, &purpose())?;
    let text = String::from_utf8_lossy(&text);
    Address::parse(channel, &text).map_err(|_form| SendError::Unreadable("address"))
}

fn front_door(room: &Room) -> String {
    format!("{}/messages", room.public_url.trim_end_matches('/'))
}

/// The address in use, and what is said to it.
async fn in_use(
    room: &Room,
    channel: Channel,
    reader: Reader,
    delivery: &Delivery,
) -> Result<Option<(Address, Outgoing)>, SendError> {
    let template = delivery.payload["template"].as_str().and_then(Template::from_word);
    let template = template.ok_or(SendError::Unreadable("template"))?;
    let mut tx = room.db.snapshot().await?;
    let row = tx
        .fetch_optional(
            "select address_sealed, lang from message_contacts
             where reader = $1 and channel = $2 and address_sealed is not null",
            vals![reader.to_string(), channel.as_str()],
        )
        .await?;
    tx.rollback().await?;
    let Some(row) = row else { return Ok(None) };
    let address = opened(room, channel, &row.get::<Vec<u8>>(0)?)?;
    let lang = Lang::from_tag(&row.get::<String>(1)?).unwrap_or_default();
    let tail = delivery.payload["tail"].as_str().map(str::to_owned);
    Ok(Some((address, Outgoing { template, lang, tail, code: None, url: front_door(room) })))
}

/// The address that waits for its code, if this is still the code.
async fn pending(
    room: &Room,
    channel: Channel,
    reader: Reader,
    key: &str,
    now: Timestamp,
) -> Result<Option<(Address, Outgoing)>, SendError> {
    let mut tx = room.db.snapshot().await?;
    let row = tx
        .fetch_optional(
            "select pending_sealed, code_sealed, lang from message_contacts
             where reader = $1 and channel = $2 and code_id = $3 and code_until >= $4",
            vals![reader.to_string(), channel.as_str(), key, now],
        )
        .await?;
    tx.rollback().await?;
    let Some(row) = row else { return Ok(None) };
    let address = opened(room, channel, &row.get::<Vec<u8>>(0)?)?;
    let code = room.vault.open(CODE, &row.get::<Vec<u8>>(1)?, &purpose())?;
    let code = Some(String::from_utf8_lossy(&code).into_owned());
    let lang = Lang::from_tag(&row.get::<String>(2)?).unwrap_or_default();
    Ok(Some((address, Outgoing { template: Template::Code, lang, tail: None, code, url: front_door(room) })))
}

#[cfg(test)]
mod tests;
