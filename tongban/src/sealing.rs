//! Electronic seals in the running platform (印章): their keys, who is told of what, and what is done every night.

use std::sync::Arc;

use anyhow::Context as _;
use guomi::demo_ca::DEMO_MARK;
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{BodyId, Message, Role, SealId, Timestamp, china_date, china_midnight};
use messages::{Recipient, Telling, Topic};
use seals::SealRecord;
use serde_json::json;
use store::jobs::{self, Handlers, Job, NewJob};
use store::{Db, Tx};

use crate::platform::Settings;

const NIGHT_JOB: &str = "seals.night";
/// At this hour in China, when nobody waits.
const HOUR: i64 = 4;

/// What is told: a stable word, and the sentences of title and text.
type Words = (&'static str, &'static str, &'static str);
pub(crate) const ASKED: Words = ("seal-asked", "tell-seal-asked-title", "tell-seal-asked-text");
pub(crate) const APPROVED: Words = ("seal-approved", "tell-seal-approved-title", "tell-seal-approved-text");
pub(crate) const MADE: Words = ("seal-made", "tell-seal-made-title", "tell-seal-made-text");
pub(crate) const REFUSED: Words = ("seal-refused", "tell-seal-refused-title", "tell-seal-refused-text");
pub(crate) const STOPPED: Words = ("seal-stopped", "tell-seal-stopped-title", "tell-seal-stopped-text");
pub(crate) const ENDS: Words = ("seal-ends", "tell-seal-ends-title", "tell-seal-ends-text");

/// Opens the room. A demonstration has an authority at once; an office sets its own up (docs/seals.md).
pub(crate) fn open(db: &Db, settings: &Settings, now: Timestamp) -> anyhow::Result<seals::Room> {
    let keys = seals::Keys::new(settings.folder.join("seals"), &settings.passphrase);
    if settings.web.demo && !keys.has_authority() {
        let root = settings.folder.join("seals-root");
        let name = ("通办演示印章机构 Tongban Demo", DEMO_MARK);
        keys.set_up(&root, &settings.passphrase, name, now.as_second()).context("seal authority")?;
    }
    let faces = licences::face_files().map(|(name, file)| ofd::Face::new(name, file));
    let faces = faces.into_iter().collect::<Result<Vec<_>, _>>().context("faces of seals")?;
    let rules = seals::Rules::load(&settings.packages)?;
    Ok(seals::Room { db: db.clone(), keys, rules: Arc::new(rules), faces: faces.into() })
}

/// The handlers of what the room and this file plan.
pub fn handlers(seals: &seals::Room, messages: &messages::Room) -> Handlers {
    let (telling, messages_told) = (seals.clone(), messages.clone());
    let told = Handlers::new().on(seals::TELL_JOB, move |job, now| {
        let (seals, messages) = (telling.clone(), messages_told.clone());
        async move { Ok(tell(&seals, &messages, &job, now).await?) }
    });
    let listing = seals.clone();
    let listed = told.on(seals::LIST_JOB, move |job, now| {
        let seals = listing.clone();
        async move { Ok(list(&seals, &job, now).await?) }
    });
    let (seals, messages) = (seals.clone(), messages.clone());
    listed.on(NIGHT_JOB, move |job, now| {
        let (seals, messages) = (seals.clone(), messages.clone());
        async move { Ok(night(&seals, &messages, &job, now).await?) }
    })
}

/// Plans the next night. One job a night, however many nodes plan it.
pub async fn plan(tx: &mut Tx, now: Timestamp) -> store::Result<()> {
    let Ok(night) = china_date(now).tomorrow() else { return Ok(()) };
    let Ok(run_at) = china_midnight(night).checked_add(HOUR.hours()) else { return Ok(()) };
    jobs::enqueue(tx, &NewJob { kind: NIGHT_JOB, key: night.to_string(), payload: json!({}), run_at })
        .await?;
    Ok(())
}

/// The own authority, opened outside of any transaction: that takes a second of computing.
async fn authority(seals: &seals::Room) -> anyhow::Result<Option<Arc<guomi::Authority>>> {
    let keys = seals.keys.clone();
    let opening =
        tokio::task::spawn_blocking(
            move || {
                if keys.has_authority() { keys.authority().map(Some) } else { Ok(None) }
            },
        );
    Ok(opening.await.context("opening the seal authority")??)
}

/// A list of revoked certificates after a revocation.
async fn list(seals: &seals::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let authority = authority(seals).await?;
    let mut tx = seals.db.begin().await?;
    // Without an authority of one's own, that of the certificate revokes it.
    if let Some(authority) = authority {
        seals::issue_list(&mut tx, &authority, now).await?;
    }
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

/// The next list before the last one ends, and word to the keepers of seals that end soon.
async fn night(
    seals: &seals::Room,
    messages: &messages::Room,
    job: &Job,
    now: Timestamp,
) -> anyhow::Result<()> {
    let authority = authority(seals).await?;
    let mut tx = seals.db.begin().await?;
    if let Some(authority) = authority
        && seals::list_is_due(&mut tx, now).await?
    {
        seals::issue_list(&mut tx, &authority, now).await?;
    }
    let above = seals.authority(&mut tx).await?;
    for seal in seals::take_expiring(&mut tx, &seals.rules, now).await? {
        for to in keepers(&seal, above) {
            let telling = telling(seal.id, (&seal.name, seal.valid_until), to, ENDS);
            messages::tell(&mut tx, messages, &telling, now).await?;
        }
    }
    plan(&mut tx, now).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Whoever keeps the seal: the administration of its body and that of the seal authority.
fn keepers(seal: &SealRecord, authority: Option<BodyId>) -> Vec<Recipient> {
    let mut bodies = vec![seal.body];
    bodies.extend(authority.filter(|authority| *authority != seal.body));
    bodies.into_iter().map(|body| Recipient::Work { body, role: Role::Administration }).collect()
}

/// Tells whoever has to do something next, or has to know.
async fn tell(
    seals: &seals::Room,
    messages: &messages::Room,
    job: &Job,
    now: Timestamp,
) -> anyhow::Result<()> {
    let id = job.payload["seal"].as_str().and_then(|text| text.parse().ok());
    let id: SealId = id.context("the job names no seal")?;
    let step = job.payload["step"].as_str().context("the job does not say what was done")?;
    let mut tx = seals.db.begin().await?;
    let seal = seals::find(&mut tx, id).await?.context("no such seal")?;
    let authority = seals.authority(&mut tx).await?;
    let work = |body, role| vec![Recipient::Work { body, role }];
    let of_authority = |role| authority.map(|body| work(body, role)).unwrap_or_default();
    let told = match step {
        "request" => Some((of_authority(Role::Decision), ASKED)),
        "approve" => Some((of_authority(Role::Administration), APPROVED)),
        "make" => Some((work(seal.body, Role::Administration), MADE)),
        "refuse" => Some((keepers(&seal, authority), REFUSED)),
        "suspend" | "revoke" => Some((keepers(&seal, authority), STOPPED)),
        // Who puts it in use or lets it be used again knows it.
        _ => None,
    };
    let (to, words) = told.unwrap_or((Vec::new(), STOPPED));
    for to in to {
        let mut telling = telling(seal.id, (&seal.name, seal.valid_until), to, words);
        telling.key = format!("{}:{}", telling.key, job.key);
        messages::tell(&mut tx, messages, &telling, now).await?;
    }
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) fn telling(
    seal: SealId,
    (name, until): (&str, Date),
    to: Recipient,
    (kind, title, text): Words,
) -> Telling {
    let with = |key| Message::new(key).with("seal", name).with("until", until);
    Telling {
        to,
        kind,
        topic: Topic::Work,
        title: with(title),
        text: with(text),
        link: format!("/admin/seals/{seal}"),
        about: None,
        key: format!("{kind}:{seal}"),
    }
}
