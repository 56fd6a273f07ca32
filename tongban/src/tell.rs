//! Who is told of what happened to a case, and in which words (办件消息). The engine says in one job which events a
//! command has made; here each of them becomes messages. A new kind of event is one more arm of [`tellings`].

mod account;
mod applicant;
mod deputies;
mod mandates;
mod staff;
#[cfg(test)]
mod tests;

use anyhow::Context as _;
use cases::{Case, Event, Recorded};
use catalogue::Package;
use jiff::civil::Date;
use kernel::{CaseId, Message, Timestamp, Words};
use legal_time::{Calendar, Clock};
use messages::{About, Recipient, Telling, Topic};
use store::jobs::{self, Handlers, Job};

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) =
    (include_str!("tell/messages.zh-CN.ftl"), include_str!("tell/messages.en.ftl"));

/// The handlers of [`cases::TELL_JOB`] and [`identity::DEPUTY_JOB`].
pub fn handlers(applications: &applications::Room, room: &messages::Room) -> Handlers {
    let (db, box_of) = (applications.db.clone(), room.clone());
    let deputies = Handlers::new().on(identity::DEPUTY_JOB, move |job, now| {
        let (db, room) = (db.clone(), box_of.clone());
        async move { Ok(deputies::run(&db, &room, &job, now).await?) }
    });
    let (applications, room) = (applications.clone(), room.clone());
    deputies.on(cases::TELL_JOB, move |job, now| {
        let (applications, room) = (applications.clone(), room.clone());
        async move { Ok(run(&applications, &room, &job, now).await?) }
    })
}

/// The handler of [`identity::ACCOUNT_JOB`]: what the holder of an account is told of it.
pub fn account_handlers(room: &messages::Room) -> Handlers {
    let room = room.clone();
    Handlers::new().on(identity::ACCOUNT_JOB, move |job, now| {
        let room = room.clone();
        async move { Ok(account::run(&room, &job, now).await?) }
    })
}

/// The handlers of [`identity::MANDATE_JOB`] and [`identity::OFFER_JOB`]: both sides of a mandate are told of it.
pub fn mandate_handlers(room: &messages::Room) -> Handlers {
    let (told, offered) = (room.clone(), room.clone());
    let told = Handlers::new().on(identity::MANDATE_JOB, move |job, now| {
        let room = told.clone();
        async move { Ok(mandates::run(&room, &job, now).await?) }
    });
    told.on(identity::OFFER_JOB, move |job, now| {
        let room = offered.clone();
        async move { Ok(mandates::run_offer(&room, &job, now).await?) }
    })
}

/// Tells everybody concerned, once: the messages and the end of the job share one transaction.
async fn run(
    applications: &applications::Room,
    room: &messages::Room,
    job: &Job,
    now: Timestamp,
) -> anyhow::Result<()> {
    let id: CaseId =
        job.payload["case"].as_str().and_then(|text| text.parse().ok()).context("the job names no case")?;
    let seq = |name: &str| job.payload[name].as_i64().with_context(|| format!("the job names no {name:?}"));
    let (from, to) = (seq("from")?, seq("to")?);
    let mut tx = applications.db.begin().await?;
    let mut history = cases::history(&mut tx, id).await?;
    history.retain(|recorded| recorded.seq <= to);
    let after = Case::replay(id, &history).context("the history of the case")?;
    let package = applications.library().get(&after.case_type).context("package version of the case")?;
    let scene = Scene {
        package: &package,
        calendar: applications.calendar.current(),
        history: &history,
        after: &after,
    };
    for telling in scene.tellings_since(from) {
        messages::tell(&mut tx, room, &telling, now).await?;
    }
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

/// A case with everything that sentences about it need.
#[derive(Clone, Copy)]
struct Scene<'a> {
    package: &'a Package,
    calendar: &'a Calendar,
    /// Up to the last event of the command.
    history: &'a [Recorded],
    /// The case after the command.
    after: &'a Case,
}

impl Scene<'_> {
    /// What is to be told of the events from this one on.
    fn tellings_since(&self, from: i64) -> Vec<Telling> {
        let told = self.history.iter().filter(|recorded| recorded.seq >= from && recorded.event.tells());
        told.flat_map(|recorded| self.moment(recorded).map_or_else(Vec::new, |moment| tellings(&moment)))
            .collect()
    }

    fn moment<'b>(&'b self, recorded: &'b Recorded) -> Option<Moment<'b>> {
        let until = self.history.iter().position(|other| other.seq == recorded.seq)?;
        let replay = |count: usize| Case::replay(self.after.id, &self.history[..count]);
        Some(Moment { scene: self, recorded, before: replay(until), at: replay(until + 1)? })
    }
}

/// One event, with the case before and right after it.
struct Moment<'a> {
    scene: &'a Scene<'a>,
    recorded: &'a Recorded,
    /// Nothing before the first event.
    before: Option<Case>,
    at: Case,
}

/// The title and the text of a message by its word: `tell-WORD-title` and `tell-WORD-text`.
macro_rules! words {
    ($word:literal) => {
        (
            concat!("case-", $word),
            ::kernel::Message::new(concat!("tell-", $word, "-title")),
            ::kernel::Message::new(concat!("tell-", $word, "-text")),
        )
    };
}
use words;

/// The same for messages that are about no case: `tell-KIND-title` and `tell-KIND-text`.
macro_rules! named {
    ($kind:literal) => {
        (
            $kind,
            ::kernel::Message::new(concat!("tell-", $kind, "-title")),
            ::kernel::Message::new(concat!("tell-", $kind, "-text")),
        )
    };
}
use named;

/// Tells it and ends the job, in one transaction.
async fn tell_once(
    room: &messages::Room,
    telling: &Telling,
    job: &Job,
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut tx = room.db.begin().await?;
    messages::tell(&mut tx, room, telling, now).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

type Sentences = (&'static str, Message, Message);

/// What is told of one event, and to whom.
fn tellings(moment: &Moment<'_>) -> Vec<Telling> {
    match &moment.recorded.event {
        Event::TaskTransferred { .. }
        | Event::TaskReleased { .. }
        | Event::TaskRouted { .. }
        | Event::PromiseKept { .. }
        | Event::Resubmitted { .. }
        | Event::SentBack { .. }
        | Event::HearingRequested { .. }
        | Event::ObjectionMade { .. }
        | Event::ApprovalAsked { .. }
        | Event::ApprovalGiven { .. }
        | Event::Warned { .. }
        | Event::Withdrawn { .. } => staff::tellings(moment),
        Event::Submitted { .. }
        | Event::Expedited { .. }
        | Event::Accepted { .. }
        | Event::NotAccepted { .. }
        | Event::CorrectionSent { .. }
        | Event::CorrectionLapsed
        | Event::PromiseBroken { .. }
        | Event::Arranged { .. }
        | Event::HearingOffered { .. }
        | Event::NoticePublished { .. }
        | Event::NoticeEnded { .. }
        | Event::Extended { .. }
        | Event::Suspended { .. }
        | Event::Resumed { .. }
        | Event::Terminated { .. }
        | Event::Decided { .. }
        | Event::OutOfTime
        | Event::EffectDone { .. }
        | Event::DueMoved { .. }
        | Event::Checked { .. } => applicant::tellings(moment),
        // What `Event::tells` leaves out.
        Event::RulesApplied { .. }
        | Event::ApplicantMerged { .. }
        | Event::TaskOpened { .. }
        | Event::TaskClaimed { .. }
        | Event::DefectNoted { .. }
        | Event::DefectDropped { .. }
        | Event::StageStarted { .. }
        | Event::OpinionGiven { .. }
        | Event::OpinionTakenBack { .. }
        | Event::StageConcluded { .. }
        | Event::HearingWaived { .. }
        | Event::ObjectionAnswered { .. } => Vec::new(),
    }
}

impl Moment<'_> {
    /// A message about this event; item and number stand in every sentence that wants them.
    fn telling(&self, to: Recipient, topic: Topic, link: String, (kind, title, text): Sentences) -> Telling {
        let case = &self.at;
        let item = &self.scene.package.case_type.name;
        Telling {
            to,
            kind,
            topic,
            title: both(title, "item", item),
            text: text.with("number", &case.number),
            link,
            about: Some(About {
                case: case.id,
                item: case.case_type.item.clone(),
                number: case.number.clone(),
            }),
            key: format!("{}:{}", case.id, self.recorded.seq),
        }
    }

    /// The last day of a clock, or `unknown` while the holidays of a year are not announced or the clock stands.
    fn until(&self, clock: Option<&Clock>) -> String {
        let reading = clock.and_then(|clock| clock.evaluate(self.scene.calendar).ok());
        day(reading.and_then(|reading| reading.due.date()))
    }
}

fn day(date: Option<Date>) -> String {
    date.map_or_else(|| "unknown".to_owned(), |date| date.to_string())
}

/// Words that somebody typed, without the stop at their end, since the sentence around them has its own; `none` where
/// they typed nothing.
fn bare(text: &str) -> String {
    match text.trim().trim_end_matches(['。', '；', '.', ';']) {
        "" => "none".into(),
        words => words.to_owned(),
    }
}

/// A value in both languages: `NAME` stands in Chinese sentences, `NAME_en` in English ones.
fn both(message: Message, name: &'static str, words: &Words) -> Message {
    let english = match name {
        "item" => "item_en",
        "material" => "material_en",
        "document" => "document_en",
        _ => "ground_en",
    };
    let in_english = if words.en.is_empty() { &words.zh } else { &words.en };
    message.with(name, &words.zh).with(english, in_english)
}
