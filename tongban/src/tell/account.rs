//! The holder of an account is told what happened to it (账号安全提醒), whoever did it.

use anyhow::Context as _;
use identity::{Subject, Told};
use kernel::Timestamp;
use messages::{Recipient, Telling, Topic};
use store::jobs::Job;

use super::{named, tell_once};

/// Tells it once.
pub(super) async fn run(room: &messages::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let owner = job.payload["owner"].as_str().and_then(|text| text.parse().ok());
    let owner: Subject = owner.context("the job names no account")?;
    let what = Told::ALL.into_iter().find(|what| job.payload["what"] == what.as_str());
    let what = what.context("the job does not say what")?;
    let device = job.payload["device"].as_str().unwrap_or_default();
    tell_once(room, &telling(owner, what, device, &job.key), job, now).await
}

pub(super) fn telling(owner: Subject, what: Told, device: &str, key: &str) -> Telling {
    let (kind, title, text) = match what {
        Told::NewDevice => named!("account-new-device"),
        Told::PasswordChanged => named!("account-password-changed"),
        Told::FactorAdded => named!("account-factor-added"),
        Told::FactorRemoved => named!("account-factor-removed"),
        Told::RecoveryCodeUsed => named!("account-recovery-code-used"),
        Told::PasskeyCopied => named!("account-passkey-copied"),
        Told::Recovered => named!("account-recovered"),
        Told::Verified => named!("account-verified"),
        Told::RecoveryGiven => named!("account-recovery-given"),
        Told::UpstreamLinked => named!("account-upstream-linked"),
        Told::UpstreamUnlinked => named!("account-upstream-unlinked"),
        Told::UpstreamVerified => named!("account-upstream-verified"),
        Told::Corrected => named!("account-corrected"),
        Told::PhoneChanged => named!("account-phone-changed"),
        Told::Merged => named!("account-merged"),
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
