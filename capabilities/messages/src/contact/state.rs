//! What a reader has set: addresses, masked, and choices.

use kernel::Timestamp;
use store::{Purpose, Tx, vals};

use super::{ADDRESS, Address};
use crate::{Channel, Reader, Room, Topic};

/// One channel as its reader has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactState {
    /// Which channel.
    pub channel: Channel,
    /// The address in use, masked.
    pub confirmed: Option<String>,
    /// The address whose code is awaited, masked.
    pub pending: Option<String>,
    /// Of what this channel tells.
    pub topics: Vec<Topic>,
}

/// Everything a reader has set: every channel that this platform offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Channel by channel.
    pub contacts: Vec<ContactState>,
}

impl Settings {
    /// The state of a channel.
    pub fn of(&self, channel: Channel) -> Option<&ContactState> {
        self.contacts.iter().find(|contact| contact.channel == channel)
    }
}

/// What this reader has set. A code that has run out is no longer awaited.
pub async fn settings(tx: &mut Tx, room: &Room, reader: Reader, now: Timestamp) -> store::Result<Settings> {
    let rows = tx
        .fetch_all(
            "select channel, address_sealed, pending_sealed, code_until from message_contacts where reader = $1",
            vals![reader.to_string()],
        )
        .await?;
    let choices = tx
        .fetch_all("select channel, topic from message_choices where reader = $1", vals![reader.to_string()])
        .await?;
    let purpose = Purpose::new("messages.own-contacts", reader.to_string());
    let masked = |channel: Channel, sealed: Option<Vec<u8>>| -> store::Result<Option<String>> {
        let Some(sealed) = sealed else { return Ok(None) };
        let text = String::from_utf8_lossy(&room.vault.open(ADDRESS, &sealed, &purpose)?).into_owned();
        Ok(Address::parse(channel, &text).ok().map(|address| address.masked()))
    };
    let mut contacts = Vec::new();
    for channel in room.offered() {
        let mut state = ContactState { channel, confirmed: None, pending: None, topics: Vec::new() };
        for row in &rows {
            if row.get::<String>(0)? == channel.as_str() {
                state.confirmed = masked(channel, row.get(1)?)?;
                let awaited = row.get::<Option<Timestamp>>(3)?.is_some_and(|until| until >= now);
                state.pending = if awaited { masked(channel, row.get(2)?)? } else { None };
            }
        }
        for choice in &choices {
            if choice.get::<String>(0)? == channel.as_str() {
                state.topics.extend(Topic::from_word(&choice.get::<String>(1)?));
            }
        }
        state.topics.sort();
        contacts.push(state);
    }
    Ok(Settings { contacts })
}
