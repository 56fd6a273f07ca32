//! `/api/v1/notice-settings`: the same for programs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::http::{channel_of, check_code, forget, send_code, set_topics};
use super::settings_of;
use crate::Room;
use crate::contact::settings;

/// Where and of what one is told besides the box.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeSettings {
    /// Every channel that this platform offers.
    channels: Vec<NoticeChannel>,
    /// Of what one can be told.
    topics: Vec<&'static str>,
}

/// One channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeChannel {
    /// `email`, `sms` or `wechat`.
    channel: &'static str,
    /// The address in use, masked.
    address: Option<String>,
    /// The address whose code is awaited, masked.
    pending: Option<String>,
    /// Of what this channel tells.
    topics: Vec<&'static str>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
) -> Result<Json<NoticeSettings>, AppError> {
    let reader = settings_of(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let settings = settings(&mut tx, &room, reader, visitor.now).await?;
    let channel = |state: crate::contact::ContactState| NoticeChannel {
        channel: state.channel.as_str(),
        address: state.confirmed,
        pending: state.pending,
        topics: state.topics.iter().map(|topic| topic.as_str()).collect(),
    };
    Ok(Json(NoticeSettings {
        channels: settings.contacts.into_iter().map(channel).collect(),
        topics: reader.topics().iter().map(|topic| topic.as_str()).collect(),
    }))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getNoticeSettings", "Gives one's own addresses, masked, and what each channel tells.")
        .tag("messages")
        .returns::<NoticeSettings>(200, "The settings.")
}

/// An address to be told at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeAddress {
    /// An e-mail address, a mobile number, or the WeChat binding name.
    address: String,
}

pub(crate) async fn offer(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
    ApiJson(asked): ApiJson<NoticeAddress>,
) -> Result<StatusCode, AppError> {
    send_code(&room, &visitor, channel_of(&room, &word)?, &asked.address).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(crate) fn offer_operation() -> Operation {
    Operation::new("offerNoticeAddress", "Sends a confirming code to a new address.")
        .description(
            "The address in use stays in use until the code has come back. At most one code a minute.",
        )
        .tag("messages")
        .path_param("channel", "`email`, `sms` or `wechat`.")
        .body::<NoticeAddress>()
        .returns_nothing(202, "The code is on its way.")
}

/// The code that came.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeCode {
    /// Six digits.
    code: String,
}

pub(crate) async fn confirm(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
    ApiJson(asked): ApiJson<NoticeCode>,
) -> Result<StatusCode, AppError> {
    check_code(&room, &visitor, channel_of(&room, &word)?, &asked.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn confirm_operation() -> Operation {
    Operation::new("confirmNoticeAddress", "Confirms an address with the code that was sent to it.")
        .description("Five wrong tries or ten minutes, and a new code is needed.")
        .tag("messages")
        .path_param("channel", "`email`, `sms` or `wechat`.")
        .body::<NoticeCode>()
        .returns_nothing(204, "The address is in use.")
}

pub(crate) async fn remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
) -> Result<StatusCode, AppError> {
    forget(&room, &visitor, channel_of(&room, &word)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn remove_operation() -> Operation {
    Operation::new("removeNoticeAddress", "Forgets the address of a channel; nothing is sent there any more.")
        .tag("messages")
        .path_param("channel", "`email`, `sms` or `wechat`.")
        .returns_nothing(204, "It is forgotten.")
}

/// Of what a channel tells.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeTopics {
    /// Exactly these topics from now on.
    topics: Vec<String>,
}

pub(crate) async fn topics(
    State(room): State<Room>,
    visitor: Visitor,
    Path(word): Path<String>,
    ApiJson(asked): ApiJson<NoticeTopics>,
) -> Result<StatusCode, AppError> {
    set_topics(&room, &visitor, channel_of(&room, &word)?, &asked.topics).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn topics_operation() -> Operation {
    Operation::new("chooseNoticeTopics", "Chooses of what a channel with a confirmed address tells.")
        .tag("messages")
        .path_param("channel", "`email`, `sms` or `wechat`.")
        .body::<NoticeTopics>()
        .returns_nothing(204, "It is chosen.")
}
