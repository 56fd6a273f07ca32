//! Both sides of a mandate are told what happened to it (告知授权双方), and the addressee of an offer that it waits.

use anyhow::Context as _;
use identity::What;
use kernel::{PersonId, Principal, Timestamp};
use messages::{Recipient, Telling, Topic};
use store::jobs::{self, Job};

use super::{Sentences, named, tell_once};

/// Tells one side of what happened, once.
pub(super) async fn run(room: &messages::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let to = job.payload["to"].as_str().and_then(|text| text.parse().ok());
    let to: Principal = to.context("the job does not say whom to tell")?;
    let what = What::ALL.into_iter().find(|what| job.payload["what"] == what.as_str());
    let what = what.context("the job does not say what")?;
    let name = job.payload["name"].as_str().unwrap_or_default();
    tell_once(room, &telling(to, what, name, &job.key), job, now).await
}

/// Tells the addressee of an offer, if an account has that number and name. Nobody learns whether one has.
pub(super) async fn run_offer(room: &messages::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let offer = job.payload["offer"].as_str().and_then(|text| text.parse().ok());
    let offer = offer.context("the job names no offer")?;
    let mut tx = room.db.begin().await?;
    if let Some((person, name)) = identity::offer_concerns(&mut tx, &room.vault, offer, now).await? {
        messages::tell(&mut tx, room, &offered(person, &name, &job.key), now).await?;
    }
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) fn offered(person: PersonId, name: &str, key: &str) -> Telling {
    tell(Principal::Person(person), named!("mandate-offered"), "/my/hat#offers", name, key)
}

pub(super) fn telling(to: Principal, what: What, name: &str, key: &str) -> Telling {
    let (words, link) = match what {
        What::Accepted => (named!("mandate-accepted"), "/my/agents"),
        What::Declined => (named!("mandate-declined"), "/my/agents"),
        What::Named => (named!("mandate-named"), "/my/hat"),
        What::Revoked => (named!("mandate-revoked"), "/my/hat"),
        What::GivenUp => (named!("mandate-given-up"), "/my/agents"),
        What::Guardian => (named!("mandate-guardian"), "/my/hat"),
        What::Ward => (named!("mandate-ward"), "/my/agents"),
        What::GuardianEnded => (named!("mandate-guardian-ended"), "/my/hat"),
        What::Represents => (named!("mandate-represents"), "/my/hat"),
        What::Replaced => (named!("mandate-replaced"), "/my/hat"),
    };
    tell(to, words, link, name, key)
}

fn tell(to: Principal, (kind, title, text): Sentences, link: &str, name: &str, key: &str) -> Telling {
    let to = match to {
        Principal::Person(person) => Recipient::Person(person),
        Principal::LegalPerson(legal_person) => Recipient::LegalPerson(legal_person),
    };
    let text = text.with("name", name);
    Telling {
        to,
        kind,
        topic: Topic::Action,
        title,
        text,
        link: link.into(),
        about: None,
        key: format!("{kind}:{key}"),
    }
}
