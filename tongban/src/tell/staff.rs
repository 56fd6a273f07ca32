//! What staff are told (告知工作人员): something changed in work that they hold or that waits for them.

use cases::{Case, Event, Task, TaskKind};
use kernel::{StaffId, TaskId};
use messages::{Recipient, Telling, Topic};

use super::{Moment, Sentences, bare, both, words};

/// Whoever has or gets the work, and whoever it was taken from.
pub(super) fn tellings(moment: &Moment<'_>) -> Vec<Telling> {
    let mut all = of_event(moment);
    all.extend(taken_from(moment));
    all
}

/// A colleague had the work, and somebody else handed it on or put it back.
#[expect(clippy::wildcard_enum_match_arm, reason = "the list of all events stands in `super::tellings`")]
fn taken_from(moment: &Moment<'_>) -> Option<Telling> {
    let (id, new_holder, (kind, title, text)) = match &moment.recorded.event {
        Event::TaskTransferred { task, to, name, reason } => {
            let (kind, title, text) = words!("handed-on");
            (*task, Some(*to), (kind, title, text.with("name", name).with("reason", bare(reason))))
        }
        Event::TaskReleased { task, reason } => {
            let (kind, title, text) = words!("put-back");
            (*task, None, (kind, title, text.with("reason", bare(reason))))
        }
        _ => return None,
    };
    let held = moment.before.as_ref()?.task(id)?.claimed_by?;
    let did_it = new_holder.is_some() && moment.recorded.actor == format!("staff:{held}");
    let link = format!("/desk/cases/{}", moment.at.id);
    (Some(held) != new_holder && !did_it)
        .then(|| moment.telling(Recipient::Staff(held), Topic::Work, link, (kind, title, text)))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the list of all events stands in `super::tellings`")]
fn of_event(moment: &Moment<'_>) -> Vec<Telling> {
    let with = |(kind, title, text): Sentences, name, value: String| (kind, title, text.with(name, value));
    let (topic, to, sentences) = match &moment.recorded.event {
        Event::TaskTransferred { to, reason, .. } => {
            let sentences = with(words!("transferred"), "reason", bare(reason));
            (Topic::Work, vec![Recipient::Staff(*to)], sentences)
        }
        Event::TaskRouted { task, reason, .. } => {
            let sentences = with(words!("routed"), "reason", bare(reason));
            (Topic::Work, holders(moment, |other| other.id == *task), sentences)
        }
        Event::PromiseKept { material } => {
            let materials = &moment.scene.package.item.materials;
            let name = materials.iter().find(|other| other.id == *material).map(|other| other.name.clone());
            let (kind, title, text) = words!("promise-kept");
            let text =
                both(text, "material", &name.unwrap_or_else(|| kernel::Words::new(material, material)));
            (Topic::Work, holders(moment, |_| true), (kind, title, text))
        }
        Event::Resubmitted { .. } => {
            let until = moment.until(Some(moment.at.leading_clock()));
            (Topic::Work, holders(moment, |_| true), with(words!("resubmitted"), "until", until))
        }
        Event::SentBack { reason, .. } => {
            (Topic::Work, holders(moment, |_| true), with(words!("sent-back"), "reason", bare(reason)))
        }
        Event::HearingRequested { reason } => {
            let sentences = with(words!("hearing-requested"), "reason", bare(reason));
            (Topic::Work, holders(moment, |_| true), sentences)
        }
        Event::ObjectionMade { text } => {
            let sentences = with(words!("objection"), "reason", bare(text));
            (Topic::Work, holders(moment, |task| task.work == TaskKind::Answer), sentences)
        }
        Event::ApprovalAsked { reason, .. } => {
            let sentences = with(words!("approval-asked"), "reason", bare(reason));
            (Topic::Work, holders(moment, |task| task.work == TaskKind::Approve), sentences)
        }
        Event::ApprovalGiven { granted, reason, .. } => {
            let sentences = if *granted { words!("approved") } else { words!("not-approved") };
            (Topic::Work, asker(moment), with(sentences, "reason", bare(reason)))
        }
        Event::Warned { task, due, overdue } => {
            let sentences = if *overdue { words!("overdue") } else { words!("warned") };
            let concerned = |other: &Task| task.is_none_or(|task: TaskId| other.id == task);
            (Topic::Limit, holders(moment, concerned), with(sentences, "until", due.to_string()))
        }
        Event::Withdrawn { reason } => {
            (Topic::Work, who_held(moment), with(words!("withdrawn"), "reason", bare(reason)))
        }
        _ => return Vec::new(),
    };
    let link = || format!("/desk/cases/{}", moment.at.id);
    to.into_iter().map(|to| moment.telling(to, topic, link(), sentences.clone())).collect()
}

/// Whoever has such work after the command: the clerk who took it, else everybody for whom it waits.
fn holders(moment: &Moment<'_>, concerned: impl Fn(&Task) -> bool) -> Vec<Recipient> {
    let live = moment.scene.after.live_tasks().filter(|task| concerned(task));
    let mut holders: Vec<Recipient> = Vec::new();
    for task in live {
        let work = Recipient::Work { body: task.body, role: task.role };
        let holder = task.claimed_by.map_or(work, Recipient::Staff);
        if !holders.contains(&holder) {
            holders.push(holder);
        }
    }
    holders
}

/// The clerks whose work has come to nothing.
fn who_held(moment: &Moment<'_>) -> Vec<Recipient> {
    let before = moment.before.iter().flat_map(Case::live_tasks);
    let mut held: Vec<StaffId> = before.filter_map(|task| task.claimed_by).collect();
    held.sort();
    held.dedup();
    held.into_iter().map(Recipient::Staff).collect()
}

/// Whoever made the last request before this answer.
fn asker(moment: &Moment<'_>) -> Vec<Recipient> {
    let earlier = moment.scene.history.iter().rev().filter(|other| other.seq < moment.recorded.seq);
    let request = earlier.into_iter().find(|other| matches!(other.event, Event::ApprovalAsked { .. }));
    let staff = request.and_then(|request| request.actor.strip_prefix("staff:")?.parse().ok());
    staff.map(Recipient::Staff).into_iter().collect()
}
