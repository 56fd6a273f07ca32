//! The summary strip: who, what, where in the process, until when and why.

use cases::{Case, Outcome, Status};
use legal_time::Clock;
use web::{Lang, Visitor};

use super::{Read, Seen};
use crate::desk::checks::signer;
use crate::desk::pages::pieces;
use crate::desk::pages::work::Work;
use crate::desk::{DeskError, names, views};
use crate::{Room, trace};

/// What stands above everything and stays in sight.
pub(super) struct Strip {
    pub(super) number: Vec<String>,
    /// The applicant, masked: the strip is in sight of whoever stands at the desk.
    pub(super) who: String,
    pub(super) status: String,
    pub(super) status_kind: &'static str,
    pub(super) stage: String,
    pub(super) with: String,
    /// Empty once the case is closed.
    pub(super) light: &'static str,
    pub(super) light_word: String,
    pub(super) due: String,
    pub(super) clocks: Vec<ClockView>,
    /// The task of the page, where the clerk may take it; empty otherwise.
    pub(super) claim: String,
    pub(super) awaiting: bool,
    pub(super) notice_until: String,
    pub(super) reason: String,
}

/// A clock with the reason for its date.
pub(in crate::desk::pages) struct ClockView {
    pub(in crate::desk::pages) title: String,
    pub(in crate::desk::pages) due: String,
    pub(in crate::desk::pages) basis: String,
    pub(in crate::desk::pages) lines: Vec<String>,
}

impl Seen<'_> {
    pub(super) fn strip(&self, read: &Read, work: Option<&Work>) -> Result<Strip, DeskError> {
        let Self { visitor, room, package, case, .. } = *self;
        let (due, light) = views::due(case, room.calendar.current(), visitor.today())?;
        let clocks = clocks(visitor, room, case)?;
        let is_closed = case.status == Status::Closed;
        let acting_for = read.dossier.acting_for.as_ref().map(|(name, _uscc)| name.clone());
        let claim = work.filter(|work| work.may("claim")).map(|work| work.task.clone());
        Ok(Strip {
            number: pieces(&case.number),
            who: acting_for.unwrap_or_else(|| signer(&read.history).to_owned()),
            status: status(visitor, case),
            status_kind: status_kind(case),
            stage: if is_closed { String::new() } else { names::stage(visitor, package, &case.stage) },
            with: if is_closed { String::new() } else { self.with() },
            light: if is_closed { "" } else { light.as_str() },
            light_word: trace::light_word(visitor, light, due),
            due: clocks.first().map(|clock| clock.due.clone()).filter(|_| !is_closed).unwrap_or_default(),
            clocks,
            claim: claim.unwrap_or_default(),
            awaiting: case.status == Status::Correction,
            notice_until: case.hanging_notice().map(|notice| visitor.date(notice.until)).unwrap_or_default(),
            reason: case.reason.clone().unwrap_or_default(),
        })
    }

    /// The bodies where the case lies, each with the clerk who has it.
    fn with(&self) -> String {
        let Self { visitor, room, case, .. } = *self;
        let mut names: Vec<String> = Vec::new();
        for task in case.live_tasks() {
            let body = names::body_name(visitor, room, task.body);
            let name =
                task.claimed_name.as_ref().map_or_else(|| body.clone(), |name| format!("{body} {name}"));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(visitor.pick("、", ", "))
    }
}

pub(super) fn status(visitor: &Visitor, case: &Case) -> String {
    match case.outcome {
        Some(outcome) => names::outcome(visitor, outcome),
        None => names::status(visitor, case.status),
    }
}

fn status_kind(case: &Case) -> &'static str {
    match (case.status, case.outcome) {
        (_, Some(Outcome::Granted)) => "success",
        (_, Some(Outcome::Refused | Outcome::NotAccepted)) => "danger",
        (_, Some(Outcome::Withdrawn | Outcome::OutOfTime | Outcome::Terminated)) => "plain",
        (Status::Correction | Status::Suspended, None) => "warning",
        (Status::Submitted | Status::InProgress | Status::Closed, None) => "info",
    }
}

/// The clock that counts now and the statutory one, each with the reason for its date.
pub(in crate::desk::pages) fn clocks(
    visitor: &Visitor,
    room: &Room,
    case: &Case,
) -> Result<Vec<ClockView>, DeskError> {
    let leading = match (case.status, &case.promised_clock) {
        (Status::Correction, _) => "desk-clock-correction",
        (_, Some(_)) => "desk-clock-promised",
        (_, None) => "desk-clock-acceptance",
    };
    let mut clocks = vec![clock(visitor, room, leading, case.leading_clock())?];
    if case.status == Status::Correction
        && let Some(promised) = &case.promised_clock
    {
        clocks.push(clock(visitor, room, "desk-clock-promised", promised)?);
    }
    if let Some(statutory) = &case.statutory_clock {
        clocks.push(clock(visitor, room, "desk-clock-statutory", statutory)?);
    }
    Ok(clocks)
}

fn clock(visitor: &Visitor, room: &Room, key: &str, clock: &Clock) -> Result<ClockView, DeskError> {
    let reading = clock.evaluate(room.calendar.current()).map_err(cases::CaseError::from)?;
    let (lines, limit) = match visitor.lang {
        Lang::ZhCn => (reading.explanation.lines_zh(), clock.limit.display_zh()),
        Lang::En => (reading.explanation.lines_en(), clock.limit.to_string()),
    };
    let basis = clock.limit.basis.as_ref().map(|basis| format!("{limit} · {basis}"));
    Ok(ClockView {
        title: visitor.t(key),
        due: trace::due_text(visitor, &reading),
        basis: basis.unwrap_or(limit),
        lines,
    })
}
