//! The page of one's own notices, and its forms.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use web::{AppError, Choice, FormErrors, FormPairs, Shell, Visitor, page_with_status};

use super::settings_of;
use crate::contact::{self, Address, ContactState, settings};
use crate::{Channel, Reader, Room, Topic};

const HREF: &str = "/account/notices";

struct ChannelPart {
    word: &'static str,
    title: String,
    address_label: String,
    address_hint: String,
    kind: &'static str,
    autocomplete: &'static str,
    confirmed: String,
    pending: String,
    topics: Vec<Choice>,
    /// What was typed last, after a fault.
    address: String,
}

#[derive(Template)]
#[template(path = "choose/page.html")]
struct SettingsPage {
    shell: Shell,
    errors: FormErrors,
    channels: Vec<ChannelPart>,
    for_organisation: bool,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    render(&room, &visitor, FormErrors::none(), StatusCode::OK, None).await
}

async fn render(
    room: &Room,
    visitor: &Visitor,
    errors: FormErrors,
    status: StatusCode,
    typed: Option<(Channel, &str)>,
) -> Result<Response, AppError> {
    let reader = settings_of(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let settings = settings(&mut tx, room, reader, visitor.now).await?;
    let part = |state: &ContactState| part(visitor, reader, state, typed);
    let page = SettingsPage {
        channels: settings.contacts.iter().map(part).collect(),
        for_organisation: matches!(reader, Reader::LegalPerson(_)),
        errors,
        shell: Shell::new(visitor, visitor.t("messages-settings-title"))
            .crumb(visitor.t("messages-title"), "/messages"),
    };
    page_with_status(status, &page)
}

fn part(
    visitor: &Visitor,
    reader: Reader,
    state: &ContactState,
    typed: Option<(Channel, &str)>,
) -> ChannelPart {
    let word = state.channel.as_str();
    let (kind, autocomplete) = match state.channel {
        Channel::Email => ("email", "email"),
        Channel::Sms => ("tel", "tel"),
        Channel::Wechat => ("text", "off"),
    };
    let topic = |topic: &Topic| {
        Choice::new(topic.as_str(), visitor.t(&format!("messages-topic-{}", topic.as_str())))
            .hint(visitor.t(&format!("messages-topic-{}-hint", topic.as_str())))
            .chosen_if(state.topics.contains(topic))
    };
    ChannelPart {
        word,
        title: visitor.t(&format!("messages-channel-{word}")),
        address_label: visitor.t(&format!("messages-{word}-address")),
        address_hint: visitor.t(&format!("messages-{word}-hint")),
        kind,
        autocomplete,
        confirmed: state.confirmed.clone().unwrap_or_default(),
        pending: state.pending.clone().unwrap_or_default(),
        topics: reader.topics().iter().map(topic).collect(),
        address: typed
            .filter(|(channel, _)| *channel == state.channel)
            .map_or("", |(_, text)| text)
            .to_owned(),
    }
}

/// The channel of a path; one that is not offered here does not exist.
pub(super) fn channel_of(room: &Room, word: &str) -> Result<Channel, Refusal> {
    Channel::from_word(word).filter(|channel| room.offers(*channel)).ok_or(Refusal::NotFound)
}

pub(crate) async fn offer(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let channel = channel_of(&room, &word)?;
    let typed = form.get(&format!("{word}-address")).unwrap_or_default();
    let done = send_code(&room, &visitor, channel, typed).await;
    answer(&room, &visitor, channel, done, Some((channel, typed))).await
}

pub(super) async fn send_code(
    room: &Room,
    visitor: &Visitor,
    channel: Channel,
    text: &str,
) -> Result<(), Refusal> {
    let address = Address::parse(channel, text).map_err(contact::ContactError::Address)?;
    let mut tx = room.db.begin().await?;
    contact::offer(&mut tx, room, settings_of(&visitor.actor)?, &address, visitor.lang, visitor.now).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn confirm(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let channel = channel_of(&room, &word)?;
    let typed = form.get(&format!("{word}-code")).unwrap_or_default();
    let done = check_code(&room, &visitor, channel, typed).await;
    answer(&room, &visitor, channel, done, None).await
}

/// A wrong try is kept, too: the transaction is committed before the refusal is told.
pub(super) async fn check_code(
    room: &Room,
    visitor: &Visitor,
    channel: Channel,
    code: &str,
) -> Result<(), Refusal> {
    let mut tx = room.db.begin().await?;
    let reader = settings_of(&visitor.actor)?;
    let verdict = contact::confirm(&mut tx, room, reader, channel, code, visitor.now).await?;
    tx.commit().await?;
    Ok(verdict.accept(channel)?)
}

pub(crate) async fn remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
    _form: FormPairs,
) -> Result<Response, AppError> {
    let channel = channel_of(&room, &word)?;
    let done = forget(&room, &visitor, channel).await;
    answer(&room, &visitor, channel, done, None).await
}

pub(super) async fn forget(room: &Room, visitor: &Visitor, channel: Channel) -> Result<(), Refusal> {
    let mut tx = room.db.begin().await?;
    contact::remove(&mut tx, settings_of(&visitor.actor)?, channel).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn topics(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let channel = channel_of(&room, &word)?;
    let name = format!("{word}-topics");
    let ticked: Vec<&str> = form.all(&name).collect();
    let done = set_topics(&room, &visitor, channel, &ticked).await;
    answer(&room, &visitor, channel, done, None).await
}

pub(super) async fn set_topics(
    room: &Room,
    visitor: &Visitor,
    channel: Channel,
    words: &[impl AsRef<str>],
) -> Result<(), Refusal> {
    let unknown = || contact::ContactError::Choice(format!("{}-topics", channel.as_str()));
    let topics: Option<Vec<Topic>> = words.iter().map(|word| Topic::from_word(word.as_ref())).collect();
    let mut tx = room.db.begin().await?;
    contact::choose(&mut tx, settings_of(&visitor.actor)?, channel, &topics.ok_or_else(unknown)?).await?;
    Ok(tx.commit().await?)
}

/// Back to the page, at the channel's place; or the page once more with what is wrong.
async fn answer(
    room: &Room,
    visitor: &Visitor,
    channel: Channel,
    done: Result<(), Refusal>,
    typed: Option<(Channel, &str)>,
) -> Result<Response, AppError> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{HREF}#{}", channel.as_str())).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(visitor, refusal)?;
            render(room, visitor, errors, StatusCode::UNPROCESSABLE_ENTITY, typed).await
        }
    }
}

#[cfg(test)]
mod tests;
