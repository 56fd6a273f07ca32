//! What happened to a case and where it stands, in words for its applicant.

use cases::{ACCEPTANCE, Case, ClockName, Event, LastDay, Recorded, Stage, Status, YELLOW_WORKING_DAYS};
use catalogue::Package;
use jiff::civil::Date;
use kernel::{Timestamp, Words};
use legal_time::{Due, Light, Limit, Reading};
use rules::Facts;
use serde_json::Map;
use web::{Lang, Visitor};

use crate::Room;

/// Something that happened, ready to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Its place in the history.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Which kind of event.
    pub kind: &'static str,
    /// What happened.
    pub text: String,
    /// Where to see what came out; empty for most.
    pub href: String,
}

/// A step of the process, as the applicant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// `done`, `now` or `ahead`.
    pub state: &'static str,
    /// Who has it now; empty otherwise.
    pub hint: String,
}

/// The events that the applicant sees, oldest first.
pub fn public(visitor: &Visitor, package: &Package, history: &[Recorded]) -> Vec<Trace> {
    history
        .iter()
        .filter(|recorded| recorded.event.is_public())
        .map(|recorded| Trace {
            seq: recorded.seq,
            at: recorded.at,
            kind: recorded.event.kind(),
            text: sentence(visitor, package, &recorded.event),
            href: href(&recorded.event),
        })
        .collect()
}

/// An event in plain words, with names where events carry ids.
pub fn sentence(visitor: &Visitor, package: &Package, event: &Event) -> String {
    let said = || visitor.message(&event.sentence());
    match event {
        Event::OpinionGiven { branch, .. } => {
            let name = branch_name(package, branch).map(|name| pick(visitor, name));
            name.map_or_else(said, |name| {
                visitor.t2("applications-trace-branch", "branch", name, "text", said())
            })
        }
        Event::NoticePublished { until, .. } => {
            visitor.t1("cases-event-notice-published", "until", visitor.date(*until))
        }
        Event::StageStarted { stage, .. } => {
            visitor.t1("cases-event-stage-started", "stage", stage_name(visitor, package, stage))
        }
        Event::TaskOpened { stage, .. } => {
            visitor.t1("cases-event-task-opened", "stage", stage_name(visitor, package, stage))
        }
        Event::EffectDone { effect, .. } => effect_sentence(visitor, package, effect).unwrap_or_else(said),
        Event::DueMoved { clock, before, after, calendar, source } => {
            let day = |day| visitor.date(day);
            visitor.message(&cases::moved_sentence(clock, *before, *after, calendar, source, day))
        }
        Event::PromiseKept { material } | Event::PromiseBroken { material } => {
            let name = package.item.material(material).map(|found| pick(visitor, &found.name));
            let key = event.sentence().key;
            visitor.t1(key, "material", name.unwrap_or_else(|| material.clone()))
        }
        Event::Arranged { on, place, .. } => {
            visitor.t2("cases-event-arranged", "on", visitor.date(*on), "place", place)
        }
        Event::Extended { by, reason } => {
            visitor.t2("cases-event-extended", "by", limit_text(visitor, by), "reason", reason)
        }
        Event::HearingOffered { limit, .. } => {
            visitor.t1("cases-event-hearing-offered", "limit", limit_text(visitor, limit))
        }
        Event::Warned { due, .. } => visitor.t1(event.sentence().key, "due", visitor.date(*due)),
        Event::Submitted { .. }
        | Event::ApplicantMerged { .. }
        | Event::RulesApplied { .. }
        | Event::Expedited { .. }
        | Event::TaskClaimed { .. }
        | Event::TaskReleased { .. }
        | Event::TaskTransferred { .. }
        | Event::TaskRouted { .. }
        | Event::Accepted { .. }
        | Event::NotAccepted { .. }
        | Event::DefectNoted { .. }
        | Event::DefectDropped { .. }
        | Event::CorrectionSent { .. }
        | Event::Resubmitted { .. }
        | Event::CorrectionLapsed
        | Event::OpinionTakenBack { .. }
        | Event::SentBack { .. }
        | Event::StageConcluded { .. }
        | Event::HearingRequested { .. }
        | Event::HearingWaived { .. }
        | Event::ObjectionMade { .. }
        | Event::ObjectionAnswered { .. }
        | Event::NoticeEnded { .. }
        | Event::ApprovalAsked { .. }
        | Event::ApprovalGiven { .. }
        | Event::Suspended { .. }
        | Event::Resumed { .. }
        | Event::Terminated { .. }
        | Event::Decided { .. }
        | Event::Withdrawn { .. }
        | Event::Checked { .. }
        | Event::OutOfTime => said(),
    }
}

/// The sentence of the last move of the day that leads now, while that day still stands: for the top of the page.
pub fn moved(
    visitor: &Visitor,
    package: &Package,
    case: &Case,
    history: &[Recorded],
    reading: &Reading,
) -> Option<String> {
    let now = LastDay::of(&reading.due)?;
    let leading = ClockName::leading(case);
    let is_it = |event: &Event| matches!(event, Event::DueMoved { clock, after, .. } if *clock == leading && *after == now);
    let last = history.iter().rev().find(|recorded| is_it(&recorded.event))?;
    Some(sentence(visitor, package, &last.event))
}

/// Where what came out can be seen.
fn href(event: &Event) -> String {
    if let Event::EffectDone { effect, reference } = event
        && effect.starts_with("issue:")
    {
        return format!("/licences/{reference}");
    }
    String::new()
}

/// The documents that came out of a case: their names and ids.
pub fn results(visitor: &Visitor, package: &Package, case: &Case) -> Vec<(String, String)> {
    let one = |(effect, reference): &(String, String)| {
        let id = effect.strip_prefix("issue:")?;
        let document = package.documents.find(id)?;
        Some((visitor.pick(&document.name.zh, &document.name.en).to_owned(), reference.clone()))
    };
    case.effects.iter().filter_map(one).collect()
}

fn effect_sentence(visitor: &Visitor, package: &Package, effect: &str) -> Option<String> {
    match effect.split_once(':')? {
        ("issue", id) => {
            let document =
                package.documents.documents().iter().find(|document| document.id.as_str() == id)?;
            Some(visitor.t1(
                "applications-trace-issued",
                "name",
                visitor.pick(&document.name.zh, &document.name.en),
            ))
        }
        ("register", _) => Some(visitor.t("applications-trace-registered")),
        ("change", _) => Some(visitor.t("applications-trace-changed")),
        ("restore", _) => Some(visitor.t("applications-trace-restored")),
        ("end", _) => Some(visitor.t("applications-trace-ended")),
        ("cancel", _) => Some(visitor.t("applications-trace-cancelled")),
        _ => None,
    }
}

fn limit_text(visitor: &Visitor, limit: &Limit) -> String {
    match visitor.lang {
        Lang::ZhCn => limit.display_zh(),
        Lang::En => limit.to_string(),
    }
}

fn pick(visitor: &Visitor, words: &Words) -> String {
    visitor.pick(&words.zh, &words.en).to_owned()
}

/// The name of a stage for a reader.
pub fn stage_name(visitor: &Visitor, package: &Package, stage: &str) -> String {
    if stage == ACCEPTANCE {
        return visitor.t("cases-stage-acceptance");
    }
    let found = package.case_type.process.stage(stage);
    found.map_or_else(|| stage.to_owned(), |found| pick(visitor, &found.name))
}

pub(crate) fn branch_name<'a>(package: &'a Package, branch: &str) -> Option<&'a Words> {
    let mut stages = package.case_type.process.stages.iter();
    stages.find_map(|stage| {
        // The opinion of a whole stage stands under the stage's own id.
        let own = (stage.id == branch).then_some(&stage.name);
        own.or_else(|| stage.branch(branch).map(|found| &found.name))
    })
}

/// The way of the case from submission to its end. Stages whose condition is known not to hold are left out.
pub fn places(visitor: &Visitor, room: &Room, package: &Package, case: &Case) -> Vec<Place> {
    let stages = &package.case_type.process.stages;
    let at = stages.iter().position(|stage| stage.id == case.stage);
    let is_closed = case.status == Status::Closed;
    let with = || with_whom(visitor, room, case).join("、");
    let now = |name: String| Place { name, state: "now", hint: with() };
    let done = |name: String| Place { name, state: "done", hint: String::new() };
    let ahead = |name: String| Place { name, state: "ahead", hint: String::new() };
    let mut places = vec![done(visitor.t("applications-place-submitted"))];
    let acceptance = visitor.t("cases-stage-acceptance");
    places.push(if case.stage == ACCEPTANCE && !is_closed { now(acceptance) } else { done(acceptance) });
    for (index, stage) in stages.iter().enumerate() {
        let name = pick(visitor, &stage.name);
        let was_there = case.tasks.iter().any(|task| task.stage == stage.id);
        match at {
            _ if is_closed && was_there => places.push(done(name)),
            _ if is_closed => {}
            Some(at) if index < at && was_there => places.push(done(name)),
            Some(at) if index < at => {}
            Some(at) if index == at => places.push(now(name)),
            _ if may_come(stage, case) => places.push(ahead(name)),
            _ => {}
        }
    }
    let end = visitor.t("cases-status-closed");
    places.push(if is_closed { done(end) } else { ahead(end) });
    places
}

/// A condition over the form can be answered now; one over findings only when they are made.
pub(crate) fn may_come(stage: &Stage, case: &Case) -> bool {
    stage.when.as_ref().is_none_or(|when| {
        let is_open =
            when.reads().iter().any(|path| path.starts_with("finding.") || path.starts_with("opinion."));
        is_open || when.holds(&Facts::from(&case.view(&Map::new()))).holds
    })
}

/// The bodies where the case lies now, each once.
pub fn with_whom(visitor: &Visitor, room: &Room, case: &Case) -> Vec<String> {
    let bodies = room.bodies();
    let mut names: Vec<String> = Vec::new();
    for task in case.live_tasks() {
        let name = bodies.get(task.body).map(|body| pick(visitor, &body.name)).unwrap_or_default();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The light of a clock of this case, the same as in lists: there the day on which it turns yellow counts the last day
/// too. The package may say how many days are yellow.
pub fn light(room: &Room, case: &Case, reading: &Reading, today: Date) -> Light {
    let package = room.library().get(&case.case_type);
    let yellow = package.map_or(YELLOW_WORKING_DAYS, |package| package.process().warnings.yellow);
    reading.light(room.calendar.current(), today, yellow.saturating_sub(1))
}

/// The word of a light. Without a last day it says so: the clock runs, but the holidays it will meet are not announced.
pub fn light_word(visitor: &Visitor, light: Light, due: Option<Date>) -> String {
    match due {
        Some(_day) => visitor.t(&format!("cases-light-{}", light.as_str())),
        None => visitor.t("applications-light-open"),
    }
}

/// The last day of a clock, or why there is none.
pub fn due_text(visitor: &Visitor, reading: &Reading) -> String {
    match &reading.due {
        Due::On(day) => visitor.date(*day),
        Due::Unknown { not_announced } => visitor.t1("applications-due-not-announced", "year", not_announced),
        Due::Paused { .. } => visitor.t("applications-due-paused"),
        Due::NotStarted => visitor.t("applications-due-unknown"),
    }
}
