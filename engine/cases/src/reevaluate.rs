//! Open cases under another calendar (重新计算时限): every clock is read anew from its events, the days that lists sort
//! by and the timers follow, and what moved is an event of the case, so that applicants and clerks are told and why.
//!
//! A command that arrives in between works with the new calendar at once, but leaves `told_calendar` as it is: the
//! case still comes by here, and the move is told against the days that people had been told.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use kernel::{Actor, CaseId, Message, TaskId, Timestamp, china_midnight};
use legal_time::{Calendar, Clock, ClockEvent, Due};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Tx, jobs, vals};

use crate::case::Case;
use crate::error::CaseError;
use crate::event::Event;
use crate::process::{CaseType, StageKind, TypeRef};
use crate::record::{self, Surroundings, TIMER_JOB};
use crate::status::Status;

pub(crate) mod run;

pub use run::{
    Move, Reevaluation, RunState, Stale, count_open, end_reevaluation, find_reevaluation, forget_old_moves,
    is_behind, is_running, list_moves, list_reevaluations, plan_reevaluation, stale,
};

/// The job that goes over some of the open cases with the calendar in force. Its payload is a [`Step`].
pub const REEVALUATE_JOB: &str = "cases.reevaluate";

/// How many cases one step looks at. They share a transaction, so others wait no longer than that.
pub const STEP_SIZE: u32 = 200;
/// So long after its end a run looks once more, for what nodes wrote that had not noticed the new calendar.
const LATE_MINUTES: i64 = 5;

/// A piece of a run, as its job names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Number of the run.
    pub run: i64,
    /// 0 for the first piece.
    pub step: i64,
    /// The run has ended, and this looks for stragglers.
    pub late: bool,
}

/// Whose last day (哪一个时限).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockName {
    /// Time for accepting (受理期限).
    Acceptance,
    /// Time of the applicant (补正期限).
    Correction,
    /// 承诺时限
    Promised,
    /// 法定时限
    Statutory,
    /// Time for the stage as a whole.
    Stage,
    /// The public notice (公示).
    Notice,
    /// Time for asking for a hearing (听证).
    Hearing,
    /// The longest time of a suspension (中止).
    Suspension,
    /// A material to be handed in later (容缺), by its id.
    Material(String),
    /// A task's own limit.
    Task(TaskId),
}

impl ClockName {
    /// The word used in tables and addresses, and by which the sentences choose their name for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Acceptance => "acceptance",
            Self::Correction => "correction",
            Self::Promised => "promised",
            Self::Statutory => "statutory",
            Self::Stage => "stage",
            Self::Notice => "notice",
            Self::Hearing => "hearing",
            Self::Suspension => "suspension",
            Self::Material(_) => "material",
            Self::Task(_) => "task",
        }
    }

    /// The one whose end the pages show first, as `Case::leading_clock` chooses it.
    pub const fn leading(case: &Case) -> Self {
        match (case.status, &case.promised_clock) {
            (Status::Correction, _) => Self::Correction,
            (_, Some(_)) => Self::Promised,
            (_, None) => Self::Acceptance,
        }
    }

    /// Whether applicants were told this last day. What the office sets itself inside is its own matter.
    pub const fn is_of_applicant(&self) -> bool {
        match self {
            Self::Acceptance
            | Self::Correction
            | Self::Promised
            | Self::Notice
            | Self::Hearing
            | Self::Suspension
            | Self::Material(_) => true,
            Self::Statutory | Self::Stage | Self::Task(_) => false,
        }
    }
}

/// A last day as people are told it (期限届满日).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum LastDay {
    /// This day.
    On {
        /// The day.
        day: Date,
    },
    /// Unknown: the holidays of a year that matters are not announced.
    NotAnnounced {
        /// The year.
        year: i16,
    },
    /// The clock stands still.
    Paused,
}

impl LastDay {
    /// Of a clock's reading; nothing for a clock that has not started.
    pub fn of(due: &Due) -> Option<Self> {
        match due {
            Due::On(day) => Some(Self::On { day: *day }),
            Due::Unknown { not_announced } => Some(Self::NotAnnounced { year: *not_announced }),
            Due::Paused { .. } => Some(Self::Paused),
            Due::NotStarted => None,
        }
    }

    /// The day, if there is one.
    pub const fn day(self) -> Option<Date> {
        match self {
            Self::On { day } => Some(day),
            Self::NotAnnounced { .. } | Self::Paused => None,
        }
    }
}

/// A move in plain words; `day` writes a day for the reader.
pub fn moved_sentence(
    clock: &ClockName,
    before: LastDay,
    after: LastDay,
    calendar: &str,
    source: &str,
    day: impl Fn(Date) -> String,
) -> Message {
    let message = match (before, after) {
        (LastDay::On { day: before }, LastDay::On { day: after }) => {
            Message::new("cases-event-due-moved").with("before", day(before)).with("after", day(after))
        }
        (LastDay::NotAnnounced { year }, LastDay::On { day: after }) => {
            Message::new("cases-event-due-known").with("year", year).with("after", day(after))
        }
        (LastDay::Paused, LastDay::On { day: after }) => {
            Message::new("cases-event-due-set").with("after", day(after))
        }
        (LastDay::On { day: before }, LastDay::Paused) => {
            Message::new("cases-event-due-paused").with("before", day(before))
        }
        (LastDay::On { day: before }, LastDay::NotAnnounced { year }) => {
            Message::new("cases-event-due-unknown").with("year", year).with("before", day(before))
        }
        (LastDay::NotAnnounced { .. } | LastDay::Paused, LastDay::NotAnnounced { .. } | LastDay::Paused) => {
            Message::new("cases-event-due-open")
        }
    };
    message.with("clock", clock.as_str()).with("calendar", calendar).with("source", source)
}

/// What goes over the cases: which run, because of which calendar.
#[derive(Clone, Copy)]
pub struct News<'a> {
    /// Where the calendar in force comes from, as people are told.
    pub source: &'a str,
    /// When it was put in force.
    pub since: Timestamp,
    /// Calendars by version: the one under which a case was told its days.
    pub earlier: &'a (dyn Fn(&str) -> Option<Calendar> + Send + Sync),
    /// Package versions.
    pub case_type: &'a (dyn Fn(&TypeRef) -> Option<Arc<CaseType>> + Send + Sync),
}

/// What became of one case.
#[derive(Debug, Default)]
struct Looked {
    /// The move that is shown for the case: that of the clock which leads, if it moved.
    shown: Option<(ClockName, LastDay, LastDay)>,
    became_known: bool,
    became_unknown: bool,
}

/// One step of a run: brings these cases to the calendar of `around`, notes the progress and plans the next step, all
/// in the caller's transaction; so a run that is killed goes on where it was. A case that changes at the same moment
/// is left for the next step; one that cannot be read is noted as a fault and holds up nobody. No cases: the run ends.
pub async fn reevaluate(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    news: &News<'_>,
    step: Step,
    stale: Vec<Stale>,
) -> Result<(), CaseError> {
    let next = Step { step: step.step + 1, ..step };
    if stale.is_empty() {
        if step.late {
            return Ok(());
        }
        end_reevaluation(tx, step.run, RunState::Done, around.now).await?;
        let later = around.now.checked_add(LATE_MINUTES.minutes()).unwrap_or(around.now);
        return run::plan_step(tx, Step { late: true, ..next }, later).await;
    }
    let mut tally = run::Tally::default();
    for row in stale {
        let is_told = row.told == around.calendar.version();
        match one(tx, around, news, &row).await {
            Ok(Some(looked)) => {
                tally.looked_at += i64::from(!is_told);
                tally.moved += i64::from(looked.shown.is_some());
                tally.became_known += i64::from(looked.became_known);
                tally.became_unknown += i64::from(looked.became_unknown);
                if let Some((clock, before, after)) = looked.shown {
                    run::note_move(tx, step.run, &row, &clock, before, after).await?;
                }
            }
            Ok(None) => {}
            Err(error @ CaseError::Store(_)) => return Err(error),
            Err(fault) => {
                tracing::error!(case = %row.id, error = %fault, "case cannot be brought to the new calendar");
                run::note_fault(tx, step.run, &row, &fault.to_string()).await?;
                tally.looked_at += 1;
                tally.faults += 1;
            }
        }
    }
    run::add(tx, step.run, around.now, &tally).await?;
    run::plan_step(tx, next, around.now).await
}

/// One case. Nothing when it has changed meanwhile.
async fn one(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    news: &News<'_>,
    row: &Stale,
) -> Result<Option<Looked>, CaseError> {
    let mut case = record::from_state(&row.state)?;
    let before = case.version;
    let case_type = (news.case_type)(&case.case_type)
        .ok_or_else(|| CaseError::UnknownType(case.case_type.version.clone()))?;
    let told = if row.told == around.calendar.version() {
        around.calendar.clone()
    } else {
        (news.earlier)(&row.told).ok_or_else(|| CaseError::UnknownCalendar(row.told.clone()))?
    };
    let old_timer = next_timer(&Surroundings { calendar: &told, ..*around }, &case_type, &case)?;
    let mut moves = moves(&case, &case_type, &told, around.calendar)?;
    if row.cached != row.told && !moves.is_empty() {
        // A command has come in between. What began with it was told under the new calendar from the first.
        let told = told_before(tx, case.id, news.since).await?;
        moves.retain(|(clock, ..)| told.contains(clock));
    }
    let leading = ClockName::leading(&case);
    let mut looked = Looked::default();
    let mut events = Vec::new();
    for (clock, before, after) in moves {
        looked.became_known |= before.day().is_none() && after.day().is_some();
        looked.became_unknown |= before.day().is_some() && after.day().is_none();
        if looked.shown.is_none() || clock == leading {
            looked.shown = Some((clock.clone(), before, after));
        }
        let calendar = around.calendar.version().to_owned();
        events.push(Event::DueMoved { clock, before, after, calendar, source: news.source.to_owned() });
    }
    let mut log = Vec::new();
    record::take(&mut case, &mut log, around.now, &Actor::System, events);
    if !keep(tx, around, &case_type, &case, before).await? {
        return Ok(None);
    }
    record::insert_events(tx, case.id, &log).await?;
    record::plan_telling(tx, around.now, case.id, &log).await?;
    crate::tasks::write(tx, around, &case_type, None, &case).await?;
    let new_timer = next_timer(around, &case_type, &case)?;
    move_timer(tx, around, &row.told, &case, old_timer, new_timer).await?;
    Ok(Some(looked))
}

/// Whether a last day of this case can still move. After the decision only checks that follow it can.
pub(crate) fn has_running(case: &Case) -> bool {
    case.status != Status::Closed || case.live_tasks().next().is_some()
}

/// The clocks that run now, each with its name. What has stopped moves no more.
fn running(case: &Case) -> Vec<(ClockName, &Clock)> {
    let mut clocks = Vec::new();
    if case.promised_clock.is_none() {
        clocks.push((ClockName::Acceptance, &case.acceptance_clock));
    }
    clocks.extend(case.correction.iter().map(|correction| (ClockName::Correction, &correction.clock)));
    clocks.extend(case.promised_clock.iter().map(|clock| (ClockName::Promised, clock)));
    clocks.extend(case.statutory_clock.iter().map(|clock| (ClockName::Statutory, clock)));
    clocks.extend(case.stage_clock.iter().map(|clock| (ClockName::Stage, clock)));
    clocks.extend(case.open_hearing().map(|right| (ClockName::Hearing, &right.clock)));
    let suspended = case.suspension.iter().filter_map(|suspension| suspension.clock.as_ref());
    clocks.extend(suspended.map(|clock| (ClockName::Suspension, clock)));
    for promise in case.promises.iter().filter(|promise| promise.kept.is_none()) {
        clocks.push((ClockName::Material(promise.material.clone()), &promise.clock));
    }
    for task in case.live_tasks() {
        clocks.extend(task.clock.iter().map(|clock| (ClockName::Task(task.id), clock)));
    }
    let has_stopped =
        |clock: &Clock| clock.events.iter().any(|event| matches!(event, ClockEvent::Stop { .. }));
    clocks.retain(|(_, clock)| !has_stopped(clock));
    clocks
}

/// What ran when the calendar in force was still the earlier one.
async fn told_before(tx: &mut Tx, id: CaseId, since: Timestamp) -> Result<Vec<ClockName>, CaseError> {
    let mut history = record::history(tx, id).await?;
    history.retain(|recorded| recorded.at < since);
    let Some(case) = Case::replay(id, &history) else { return Ok(Vec::new()) };
    let notice = case.hanging_notice().map(|_| ClockName::Notice);
    Ok(running(&case).into_iter().map(|(name, _)| name).chain(notice).collect())
}

/// Every last day that differs under the two calendars. Where neither has a day, nobody was told one.
fn moves(
    case: &Case,
    case_type: &CaseType,
    old: &Calendar,
    new: &Calendar,
) -> Result<Vec<(ClockName, LastDay, LastDay)>, CaseError> {
    let mut moves = Vec::new();
    for (name, clock) in running(case) {
        let Some(shift) = clock.shift(old, new)? else { continue };
        if let (Some(before), Some(after)) = (LastDay::of(&shift.before), LastDay::of(&shift.after))
            && (before.day().is_some() || after.day().is_some())
        {
            moves.push((name, before, after));
        }
    }
    if old.version() != new.version()
        && let Some((before, after)) = notice_move(case, case_type, new)?
    {
        moves.push((ClockName::Notice, LastDay::On { day: before }, LastDay::On { day: after }));
    }
    Ok(moves)
}

/// A notice whose last day became a day off hangs until the next working day (民法典 §203). It never comes down earlier
/// than it says: its readers rely on what is written.
fn notice_move(
    case: &Case,
    case_type: &CaseType,
    calendar: &Calendar,
) -> Result<Option<(Date, Date)>, CaseError> {
    let Some(notice) = case.hanging_notice() else { return Ok(None) };
    let stage = case_type.process.stage(&notice.stage);
    let Some(StageKind::PublicNotice { lasts, .. }) = stage.map(|stage| &stage.kind) else { return Ok(None) };
    let due = Clock::started(lasts.to_limit(), notice.from).evaluate(calendar)?.due.date();
    Ok(due.filter(|day| *day > notice.until).map(|day| (notice.until, day)))
}

fn next_timer(
    around: &Surroundings<'_>,
    case_type: &CaseType,
    case: &Case,
) -> Result<Option<Date>, CaseError> {
    record::with_context(around, case_type, |ctx| case.next_timer(ctx))
}

/// Writes the days, and the state when an event changed it. `false`: the case has changed meanwhile.
async fn keep(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    case: &Case,
    before: i64,
) -> Result<bool, CaseError> {
    let days = record::days_of(case, case_type, around.calendar)?;
    let state = (case.version != before).then(|| serde_json::to_string(case)).transpose()?;
    let changed = tx
        .execute(
            "update cases set due_on = $1, yellow_from = $2, statutory_due_on = $3, notice_until = $4,
                 calendar_version = $5, told_calendar = case when $10 = 1 then $5 end,
                 state = coalesce($6, state), version = $7
             where id = $8 and version = $9",
            vals![
                days.due_on,
                days.yellow_from,
                days.statutory,
                days.notice_until,
                around.calendar.version(),
                state,
                case.version,
                case.id,
                before,
                has_running(case)
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// The timer of the old day is taken back and one of the new day is set. Its key names the calendar, because a timer
/// of the same day may have rung already under an earlier one.
async fn move_timer(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    told: &str,
    case: &Case,
    old: Option<Date>,
    new: Option<Date>,
) -> Result<(), CaseError> {
    let after = |day: Option<Date>| day.and_then(|day| day.checked_add(1.day()).ok());
    if old != new
        && let Some(day) = after(old)
    {
        for key in [format!("{}:{day}", case.id), timer_key(case.id, day, told)] {
            jobs::cancel(tx, TIMER_JOB, &key).await?;
        }
    }
    if let Some(day) = after(new) {
        let key = timer_key(case.id, day, around.calendar.version());
        let payload = json!({ "case": case.id });
        let timer = jobs::NewJob { kind: TIMER_JOB, key, payload, run_at: china_midnight(day) };
        jobs::enqueue(tx, &timer).await?;
    }
    Ok(())
}

fn timer_key(case: CaseId, day: Date, calendar: &str) -> String {
    format!("{case}:{day}:{calendar}")
}
