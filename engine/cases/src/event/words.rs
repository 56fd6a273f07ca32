//! The words of events: under which they are stored, who sees them, and how they read.

use kernel::Message;

use super::{Conclusion, Event};
use crate::reevaluate::moved_sentence;
use crate::status::Outcome;

/// A sentence about an event.
macro_rules! say {
    ($end:literal) => {
        Message::new(concat!("cases-event-", $end))
    };
}

impl Event {
    /// The word under which the event is stored.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Submitted { .. } => "submitted",
            Self::RulesApplied { .. } => "rules-applied",
            Self::Expedited { .. } => "expedited",
            Self::TaskOpened { .. } => "task-opened",
            Self::TaskClaimed { .. } => "task-claimed",
            Self::TaskReleased { .. } => "task-released",
            Self::TaskTransferred { .. } => "task-transferred",
            Self::TaskRouted { .. } => "task-routed",
            Self::Accepted { .. } => "accepted",
            Self::NotAccepted { .. } => "not-accepted",
            Self::DefectNoted { .. } => "defect-noted",
            Self::DefectDropped { .. } => "defect-dropped",
            Self::CorrectionSent { .. } => "correction-sent",
            Self::Resubmitted { .. } => "resubmitted",
            Self::CorrectionLapsed => "correction-lapsed",
            Self::PromiseKept { .. } => "promise-kept",
            Self::PromiseBroken { .. } => "promise-broken",
            Self::StageStarted { .. } => "stage-started",
            Self::OpinionGiven { .. } => "opinion-given",
            Self::OpinionTakenBack { .. } => "opinion-taken-back",
            Self::SentBack { .. } => "sent-back",
            Self::StageConcluded { .. } => "stage-concluded",
            Self::Arranged { .. } => "arranged",
            Self::HearingOffered { .. } => "hearing-offered",
            Self::HearingRequested { .. } => "hearing-requested",
            Self::HearingWaived { .. } => "hearing-waived",
            Self::NoticePublished { .. } => "notice-published",
            Self::ObjectionMade { .. } => "objection-made",
            Self::ObjectionAnswered { .. } => "objection-answered",
            Self::NoticeEnded { .. } => "notice-ended",
            Self::ApprovalAsked { .. } => "approval-asked",
            Self::ApprovalGiven { .. } => "approval-given",
            Self::Extended { .. } => "extended",
            Self::Suspended { .. } => "suspended",
            Self::Resumed { .. } => "resumed",
            Self::Terminated { .. } => "terminated",
            Self::Warned { .. } => "warned",
            Self::Decided { .. } => "decided",
            Self::Withdrawn { .. } => "withdrawn",
            Self::OutOfTime => "out-of-time",
            Self::EffectDone { .. } => "effect-done",
            Self::Checked { .. } => "checked",
            Self::DueMoved { .. } => "due-moved",
            Self::ApplicantMerged { .. } => "applicant-merged",
        }
    }

    /// Whether the applicant sees it in the trace of the case. Who took which task, and what the office says to
    /// itself, is the office's own matter.
    pub const fn is_public(&self) -> bool {
        match self {
            Self::TaskOpened { .. }
            | Self::TaskClaimed { .. }
            | Self::TaskReleased { .. }
            | Self::TaskTransferred { .. }
            | Self::TaskRouted { .. }
            | Self::DefectNoted { .. }
            | Self::DefectDropped { .. }
            | Self::StageStarted { .. }
            | Self::OpinionTakenBack { .. }
            | Self::SentBack { .. }
            | Self::ObjectionMade { .. }
            | Self::ObjectionAnswered { .. }
            | Self::ApprovalAsked { .. }
            | Self::ApprovalGiven { .. }
            | Self::Warned { .. } => false,
            Self::Submitted { .. }
            | Self::RulesApplied { .. }
            | Self::Expedited { .. }
            | Self::Accepted { .. }
            | Self::NotAccepted { .. }
            | Self::CorrectionSent { .. }
            | Self::Resubmitted { .. }
            | Self::CorrectionLapsed
            | Self::PromiseKept { .. }
            | Self::PromiseBroken { .. }
            | Self::OpinionGiven { .. }
            | Self::StageConcluded { .. }
            | Self::Arranged { .. }
            | Self::HearingOffered { .. }
            | Self::HearingRequested { .. }
            | Self::HearingWaived { .. }
            | Self::NoticePublished { .. }
            | Self::NoticeEnded { .. }
            | Self::Extended { .. }
            | Self::Suspended { .. }
            | Self::Resumed { .. }
            | Self::Terminated { .. }
            | Self::Decided { .. }
            | Self::Withdrawn { .. }
            | Self::OutOfTime
            | Self::EffectDone { .. }
            | Self::ApplicantMerged { .. }
            | Self::Checked { .. } => true,
            Self::DueMoved { clock, .. } => clock.is_of_applicant(),
        }
    }

    /// Whether somebody is told of it (消息): the applicant, or staff who hold work on the case.
    pub fn tells(&self) -> bool {
        match self {
            // A document is ready; a register entry is the office's own matter.
            Self::EffectDone { effect, .. } => effect.starts_with("issue:"),
            Self::Resubmitted { partial, .. } => !partial,
            Self::DueMoved { clock, .. } => clock.is_of_applicant(),
            Self::Checked { passed, .. } => !passed,
            // Whoever gives their own work back knows it.
            Self::TaskReleased { reason, .. } => !reason.is_empty(),
            Self::Submitted { .. }
            | Self::Expedited { .. }
            | Self::TaskTransferred { .. }
            | Self::TaskRouted { .. }
            | Self::Accepted { .. }
            | Self::NotAccepted { .. }
            | Self::CorrectionSent { .. }
            | Self::CorrectionLapsed
            | Self::PromiseKept { .. }
            | Self::PromiseBroken { .. }
            | Self::SentBack { .. }
            | Self::Arranged { .. }
            | Self::HearingOffered { .. }
            | Self::HearingRequested { .. }
            | Self::NoticePublished { .. }
            | Self::ObjectionMade { .. }
            | Self::NoticeEnded { .. }
            | Self::ApprovalAsked { .. }
            | Self::ApprovalGiven { .. }
            | Self::Extended { .. }
            | Self::Suspended { .. }
            | Self::Resumed { .. }
            | Self::Terminated { .. }
            | Self::Warned { .. }
            | Self::Decided { .. }
            | Self::Withdrawn { .. }
            | Self::OutOfTime => true,
            Self::RulesApplied { .. }
            | Self::TaskOpened { .. }
            | Self::TaskClaimed { .. }
            | Self::DefectNoted { .. }
            | Self::DefectDropped { .. }
            | Self::StageStarted { .. }
            | Self::OpinionGiven { .. }
            | Self::OpinionTakenBack { .. }
            | Self::StageConcluded { .. }
            | Self::HearingWaived { .. }
            | Self::ApplicantMerged { .. }
            | Self::ObjectionAnswered { .. } => false,
        }
    }

    /// The event in plain words.
    #[expect(clippy::too_many_lines, reason = "a table with a line for each event")]
    pub fn sentence(&self) -> Message {
        match self {
            Self::Submitted { number, .. } => say!("submitted").with("number", number),
            Self::RulesApplied { all_hold: true, .. } => say!("rules-hold"),
            Self::RulesApplied { all_hold: false, .. } => say!("rules-do-not-hold"),
            Self::Expedited { reason, .. } => say!("expedited").with("reason", reason),
            Self::TaskOpened { stage, .. } => say!("task-opened").with("stage", stage),
            Self::TaskClaimed { name, .. } => say!("task-claimed").with("name", name),
            Self::TaskReleased { reason, .. } if reason.is_empty() => say!("task-released"),
            Self::TaskReleased { reason, .. } => say!("task-taken-from").with("reason", reason),
            Self::TaskTransferred { name, reason, .. } => {
                say!("task-transferred").with("name", name).with("reason", reason)
            }
            Self::TaskRouted { level, reason, .. } => {
                say!("task-routed").with("level", level.as_str()).with("reason", reason)
            }
            Self::Accepted { deemed: false, .. } => say!("accepted"),
            Self::Accepted { deemed: true, .. } => say!("accepted-by-silence"),
            Self::NotAccepted { reason } => say!("not-accepted").with("reason", reason),
            Self::DefectNoted { defect } => say!("defect-noted").with("problem", &defect.problem),
            Self::DefectDropped { .. } => say!("defect-dropped"),
            Self::CorrectionSent { defects, .. } => say!("correction-sent").with("count", defects.len()),
            Self::Resubmitted { partial: false, .. } => say!("resubmitted"),
            Self::Resubmitted { partial: true, .. } => say!("resubmitted-in-part"),
            Self::CorrectionLapsed => say!("correction-lapsed"),
            Self::PromiseKept { material } => say!("promise-kept").with("material", material),
            Self::PromiseBroken { material } => say!("promise-broken").with("material", material),
            Self::StageStarted { stage, .. } => say!("stage-started").with("stage", stage),
            Self::OpinionTakenBack { .. } => say!("opinion-taken-back"),
            Self::SentBack { reason, .. } => say!("sent-back").with("reason", reason),
            Self::Warned { due, overdue: false, .. } => say!("warned").with("due", due),
            Self::Warned { due, overdue: true, .. } => say!("overdue").with("due", due),
            Self::ApplicantMerged { .. } => say!("applicant-merged"),
            Self::EffectDone { reference, .. } => say!("effect-done").with("reference", reference),
            Self::Checked { passed: true, text, .. } => say!("checked").with("text", text),
            Self::Checked { passed: false, text, .. } => say!("check-failed").with("text", text),
            Self::OpinionGiven { conclusion: Conclusion::Agree, text, .. } => {
                say!("opinion-agree").with("text", text)
            }
            Self::OpinionGiven { conclusion: Conclusion::Disagree, text, .. } => {
                say!("opinion-disagree").with("text", text)
            }
            Self::StageConcluded { conclusion: Conclusion::Agree, .. } => say!("signed"),
            Self::StageConcluded { conclusion: Conclusion::Disagree, .. } => say!("not-signed"),
            Self::Arranged { on, place, .. } => say!("arranged").with("on", on).with("place", place),
            Self::HearingOffered { limit, .. } => say!("hearing-offered").with("limit", limit),
            Self::HearingRequested { reason } => say!("hearing-requested").with("reason", reason),
            Self::HearingWaived { by_silence: false } => say!("hearing-waived"),
            Self::HearingWaived { by_silence: true } => say!("hearing-not-asked-for"),
            Self::NoticePublished { until, .. } => say!("notice-published").with("until", until),
            Self::ObjectionMade { text } => say!("objection-made").with("text", text),
            Self::ObjectionAnswered { upheld: true, text, .. } => say!("objection-upheld").with("text", text),
            Self::ObjectionAnswered { upheld: false, text, .. } => {
                say!("objection-rejected").with("text", text)
            }
            Self::NoticeEnded { .. } => say!("notice-ended"),
            Self::ApprovalAsked { asked, reason } => {
                say!("approval-asked").with("what", asked.as_str()).with("reason", reason)
            }
            Self::ApprovalGiven { granted: true, reason, .. } => {
                say!("approval-granted").with("reason", reason)
            }
            Self::ApprovalGiven { granted: false, reason, .. } => {
                say!("approval-denied").with("reason", reason)
            }
            Self::Extended { by, reason } => say!("extended").with("by", by).with("reason", reason),
            Self::Suspended { ground, reason, .. } => {
                say!("suspended").with("ground", &ground.name.zh).with("reason", reason)
            }
            Self::Resumed { by_time: false, reason } => say!("resumed").with("reason", reason),
            Self::Resumed { by_time: true, .. } => say!("resumed-by-time"),
            Self::Terminated { ground, reason } => {
                say!("terminated").with("ground", &ground.name.zh).with("reason", reason)
            }
            Self::Decided { task: None, reason, .. } => say!("decided-by-rules").with("reason", reason),
            Self::Decided { outcome: Outcome::Granted, reason, .. } => say!("granted").with("reason", reason),
            Self::Decided { reason, .. } => say!("refused").with("reason", reason),
            Self::Withdrawn { reason } => say!("withdrawn").with("reason", reason),
            Self::OutOfTime => say!("out-of-time"),
            Self::DueMoved { clock, before, after, calendar, source } => {
                moved_sentence(clock, *before, *after, calendar, source, |day| day.to_string())
            }
        }
    }
}
