//! The holder of an account is told what happened to it (账号安全提醒), whoever did it.

use anyhow::Context as _;
use identity::{Subject, Told};
use kernel::{Message, Timestamp};
use messages::{Recipient, Telling, Topic};
use store::jobs::{self, Job};

/// The title and the text of a message by its word: `tell-account-WORD-title` and `tell-account-WORD-text`.
macro_rules! words {
    ($word:literal) => {
        (
            concat!("account-", $word),
            Message::new(concat!("tell-account-", $word, "-title")),
            Message::new(concat!("tell-account-", $word, "-text")),
        )
    };
}

/// Tells it once.
pub(super) async fn run(room: &messages::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let owner = job.payload["owner"].as_str().and_then(|text| text.parse().ok());
    let owner: Subject = owner.context("the job names no account")?;
    let what = Told::ALL.into_iter().find(|what| job.payload["what"] == what.as_str());
    let what = what.context("the job does not say what")?;
    let device = job.payload["device"].as_str().unwrap_or_default();
    let mut tx = room.db.begin().await?;
    messages::tell(&mut tx, room, &telling(owner, what, device, &job.key), now).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) fn telling(owner: Subject, what: Told, device: &str, key: &str) -> Telling {
    let (kind, title, text) = match what {
        Told::NewDevice => words!("new-device"),
        Told::PasswordChanged => words!("password-changed"),
        Told::FactorAdded => words!("factor-added"),
        Told::FactorRemoved => words!("factor-removed"),
        Told::RecoveryCodeUsed => words!("recovery-code-used"),
        Told::PasskeyCopied => words!("passkey-copied"),
    };
    let (to, topic, link) = match owner {
        Subject::Person(person) => (Recipient::Person(person), Topic::Action, "/my/account"),
        Subject::Staff(staff) => (Recipient::Staff(staff), Topic::Work, "/staff/account"),
    };
    let device = if device.is_empty() { "unknown" } else { device };
    Telling {
        to,
        kind,
        topic,
        title,
        text: text.with("device", device),
        link: link.into(),
        about: None,
        key: format!("{kind}:{key}"),
    }
}
