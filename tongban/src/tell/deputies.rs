//! Both are told when somebody stands in for a colleague, or no longer does (告知代理双方).

use anyhow::Context as _;
use kernel::{DeputyId, Message, Timestamp};
use messages::{Recipient, Telling, Topic};
use store::Db;
use store::jobs::{self, Job};

use super::bare;

/// Tells who is away and who stands in, once each.
pub(super) async fn run(db: &Db, room: &messages::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let id: DeputyId = job.payload["deputy"]
        .as_str()
        .and_then(|text| text.parse().ok())
        .context("the job names no deputy")?;
    let what = job.payload["what"].as_str().context("the job does not say what")?;
    let mut tx = db.begin().await?;
    let found = identity::find_deputy(&mut tx, id).await?.context("no such deputy")?;
    for telling in tellings(&found, what) {
        messages::tell(&mut tx, room, &telling, now).await?;
    }
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) fn tellings(found: &identity::DeputyRecord, what: &str) -> Vec<Telling> {
    let (kind, to_absent, to_deputy) = if what == "ended" {
        let key = |title, text| (Message::new(title), Message::new(text));
        (
            "deputy-ended",
            key("tell-deputy-ended-title", "tell-deputy-ended-absent"),
            key("tell-deputy-ended-title", "tell-deputy-ended-deputy"),
        )
    } else {
        let key = |title, text| (Message::new(title), Message::new(text));
        (
            "deputy-named",
            key("tell-deputy-absent-title", "tell-deputy-absent-text"),
            key("tell-deputy-deputy-title", "tell-deputy-deputy-text"),
        )
    };
    let by = match (what, &found.ended_by_name) {
        ("ended", Some(name)) => name,
        _ => &found.named_by_name,
    };
    let told = |to, (title, text): (Message, Message)| {
        let with = |message: Message| {
            message
                .with("absent", &found.absent_name)
                .with("deputy", &found.deputy_name)
                .with("from", found.first_day)
                .with("until", found.last_day)
                .with("by", by)
                .with("reason", bare(&found.reason))
        };
        Telling {
            to: Recipient::Staff(to),
            kind,
            topic: Topic::Work,
            title: with(title),
            text: with(text),
            link: "/staff/deputies".into(),
            about: None,
            key: format!("{kind}:{}", found.id),
        }
    };
    vec![told(found.absent, to_absent), told(found.deputy, to_deputy)]
}
