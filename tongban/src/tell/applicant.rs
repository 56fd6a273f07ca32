//! What applicants are told (告知申请人): what it means, what to do until when, and why.

use cases::{Event, Outcome};
use kernel::{Message, Words};
use legal_time::Limit;
use messages::{Recipient, Telling, Topic};

use super::{Moment, Sentences, both, words};

/// So many problems of a correction notice stand in the message; the page has them all.
const PROBLEMS_MAX: usize = 5;

pub(super) fn tellings(moment: &Moment<'_>) -> Vec<Telling> {
    let Some((topic, sentences)) = say(moment) else { return Vec::new() };
    let applicant = &moment.at.applicant;
    let to = applicant.acting_for.map_or(Recipient::Person(applicant.person), Recipient::LegalPerson);
    vec![moment.telling(to, topic, link(moment), sentences)]
}

/// Where to go on: the correction itself, the document itself, else the case.
fn link(moment: &Moment<'_>) -> String {
    let case = moment.at.id;
    if let Event::EffectDone { reference, .. } = &moment.recorded.event {
        return format!("/licences/{reference}");
    }
    let to_correct = matches!(moment.recorded.event, Event::CorrectionSent { .. });
    format!("/cases/{case}{}", if to_correct { "/correct" } else { "" })
}

#[expect(clippy::too_many_lines, reason = "a table with a line or two for each event")]
#[expect(clippy::wildcard_enum_match_arm, reason = "the list of all events stands in `super::tellings`")]
fn say(moment: &Moment<'_>) -> Option<(Topic, Sentences)> {
    let with = |(kind, title, text): Sentences, name, value: String| (kind, title, text.with(name, value));
    let case = &moment.at;
    let until = |clock| moment.until(clock);
    Some(match &moment.recorded.event {
        Event::Submitted { .. } => {
            (Topic::Progress, with(words!("submitted"), "until", until(Some(&case.acceptance_clock))))
        }
        Event::Expedited { reason, .. } => {
            (Topic::Progress, with(words!("expedited"), "reason", reason.clone()))
        }
        Event::Accepted { deemed, promised, .. } => {
            let sentences = if *deemed { words!("accepted-by-silence") } else { words!("accepted") };
            let (kind, title, text) = with(sentences, "until", until(case.promised_clock.as_ref()));
            (Topic::Result, (kind, title, limit(text, promised)))
        }
        Event::NotAccepted { reason } => {
            (Topic::Result, with(words!("not-accepted"), "reason", reason.clone()))
        }
        Event::CorrectionSent { defects, .. } => {
            let clock = case.correction.as_ref().map(|correction| &correction.clock);
            let (kind, title, text) = with(words!("correction"), "until", until(clock));
            let problems: Vec<&str> =
                defects.iter().take(PROBLEMS_MAX).map(|defect| defect.problem.as_str()).collect();
            let text = text.with("count", defects.len()).with("problems", problems.join("；"));
            (Topic::Action, (kind, title, text))
        }
        Event::CorrectionLapsed => (Topic::Progress, words!("correction-lapsed")),
        Event::PromiseBroken { material } => {
            let (kind, title, text) = words!("promise-broken");
            (Topic::Result, (kind, title, both(text, "material", &material_name(moment, material))))
        }
        Event::Arranged { on, place, .. } => {
            let sentences = with(words!("arranged"), "on", on.to_string());
            (Topic::Action, with(sentences, "place", place.clone()))
        }
        Event::HearingOffered { .. } => {
            let clock = case.open_hearing().map(|right| &right.clock);
            (Topic::Action, with(words!("hearing-offered"), "until", until(clock)))
        }
        Event::NoticePublished { until, stops_clock, .. } => {
            let sentences = with(words!("notice-published"), "until", until.to_string());
            (Topic::Progress, with(sentences, "stops", if *stops_clock { "yes" } else { "no" }.into()))
        }
        Event::NoticeEnded { .. } => {
            (Topic::Progress, with(words!("notice-ended"), "until", until(Some(case.leading_clock()))))
        }
        Event::Extended { by, reason } => {
            let sentences = with(words!("extended"), "until", until(Some(case.leading_clock())));
            let (kind, title, text) = with(sentences, "reason", reason.clone());
            (Topic::Progress, (kind, title, limit(text, by)))
        }
        Event::DueMoved { after, source, .. } => {
            let (kind, title, text) = with(words!("due-moved"), "until", super::day(after.day()));
            (Topic::Progress, (kind, title, text.with("source", source)))
        }
        Event::Suspended { ground, reason, .. } => {
            let (kind, title, text) = with(words!("suspended"), "reason", reason.clone());
            (Topic::Progress, (kind, title, both(text, "ground", &ground.name).with("basis", &ground.basis)))
        }
        Event::Resumed { .. } => {
            (Topic::Progress, with(words!("resumed"), "until", until(Some(case.leading_clock()))))
        }
        Event::Terminated { ground, reason } => {
            let (kind, title, text) = with(words!("terminated"), "reason", reason.clone());
            (Topic::Result, (kind, title, both(text, "ground", &ground.name).with("basis", &ground.basis)))
        }
        Event::Decided { outcome, reason, .. } => {
            let sentences = if *outcome == Outcome::Granted { words!("granted") } else { words!("refused") };
            (Topic::Result, with(sentences, "reason", reason.clone()))
        }
        Event::OutOfTime => (Topic::Result, words!("out-of-time")),
        Event::EffectDone { effect, .. } => {
            let (kind, title, text) = words!("document");
            (Topic::Result, (kind, title, both(text, "document", &document_name(moment, effect))))
        }
        Event::Checked { text, .. } => (Topic::Result, with(words!("check-failed"), "reason", text.clone())),
        _ => return None,
    })
}

/// A limit in both languages, and the clause it comes from.
fn limit(text: Message, limit: &Limit) -> Message {
    let basis = limit.basis.clone().unwrap_or_else(|| "none".into());
    text.with("limit", limit.display_zh()).with("limit_en", limit).with("basis", basis)
}

fn material_name(moment: &Moment<'_>, id: &str) -> Words {
    let materials = &moment.scene.package.item.materials;
    materials.iter().find(|material| material.id == id).map_or_else(|| Words::new(id, id), |m| m.name.clone())
}

fn document_name(moment: &Moment<'_>, effect: &str) -> Words {
    let id = effect.strip_prefix("issue:").unwrap_or(effect);
    let found = moment.scene.package.documents.find(id);
    found.map_or_else(|| Words::new(id, id), |document| Words::new(&document.name.zh, &document.name.en))
}
