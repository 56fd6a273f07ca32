//! Cases in the database: state, tasks, events and timer jobs of one command share one transaction.

use jiff::ToSpan;
use jiff::civil::Date;
use kernel::{Actor, CaseId, EventId, TaskId, Timestamp, china_date, china_midnight, from_micros, to_micros};
use legal_time::Calendar;
use serde_json::{Map, Value, json};
use store::{Tx, vals};

use crate::bodies::Bodies;
use crate::case::{Applicant, Case};
use crate::command::{Command, Context};
use crate::days::{due_on, yellow_from};
use crate::effects::{effects_of, is_settled, plan_effects};
use crate::error::CaseError;
use crate::event::{Event, Intake, Recorded, StoodInFor};
use crate::facts::fact_of;
use crate::process::CaseType;
use crate::reevaluate::has_running;
use crate::stage::find_body;
use crate::status::{Outcome, Status};
use crate::tasks;

/// The job that lets time act on a case. Payload: `{"case": id}`.
pub const TIMER_JOB: &str = "cases.timer";
/// The job that carries out one effect of a decision. Payload: `{"case": id, "effect": {…}}`.
pub const EFFECT_JOB: &str = "cases.effect";
/// The job that goes on with one thing (一件事) when a part of it has ended, and what its decision brought about is done.
/// Payload: `{"case": id}`.
pub const BUNDLE_JOB: &str = "cases.bundle";
/// The job that tells those concerned what a command has done. Payload: `{"case": id, "from": seq, "to": seq}`.
pub const TELL_JOB: &str = "cases.tell";

/// The engine's surroundings while the program runs.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Now.
    pub now: Timestamp,
    /// The law's calendar.
    pub calendar: &'a Calendar,
    /// Who is competent where.
    pub bodies: &'a Bodies,
}

/// What a new case needs.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// Where it is applied for.
    pub division: String,
    /// Who applies.
    pub applicant: Applicant,
    /// Name of the person handing in, as shown in the history.
    pub applicant_name: String,
    /// The form values named by `CaseType::fields_read`.
    pub facts: Map<String, Value>,
    /// What registers and licences answered: `register` and `licence`, by the ids of the process's lookups.
    pub answers: Map<String, Value>,
    /// How it comes in.
    pub intake: Intake,
}

pub(crate) fn with_context<T>(
    around: &Surroundings<'_>,
    case_type: &CaseType,
    run: impl FnOnce(&Context<'_>) -> T,
) -> T {
    let now = around.now;
    let new_task = move || -> TaskId { store::fresh_id(now) };
    run(&Context { now, calendar: around.calendar, bodies: around.bodies, case_type, new_task: &new_task })
}

/// Opens a case: number, first event, acceptance task, timer. The caller commits.
pub async fn open(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    by: &Actor,
    new: NewCase,
) -> Result<Case, CaseError> {
    let acceptance = &case_type.process.acceptance;
    if new.intake.received_by.is_some() && !acceptance.elsewhere {
        return Err(CaseError::NotForeseen("elsewhere"));
    }
    let view = json!({ "form": new.facts }).as_object().cloned().unwrap_or_default();
    let (body, _) =
        with_context(around, case_type, |ctx| find_body(ctx, &acceptance.by, &new.division, &view))?;
    let number = next_number(tx, around, case_type, body).await?;
    let submitted = Event::Submitted {
        number,
        case_type: case_type.reference.clone(),
        division: new.division,
        body,
        applicant: new.applicant,
        facts: new.facts,
        answers: new.answers,
        intake: new.intake,
        acceptance_limit: acceptance.limit.to_limit(),
    };
    let id: CaseId = store::fresh_id(around.now);
    let first = recorded(around.now, 1, by, &new.applicant_name, submitted);
    let mut case = Case::begin(id, &first).ok_or(CaseError::NotFound)?;
    let mut events = vec![first];
    let following = with_context(around, case_type, |ctx| case.receive(ctx))?;
    take(&mut case, &mut events, around.now, &Actor::System, following);
    insert_case(tx, around, case_type, &case).await?;
    write_rest(tx, around, case_type, None, &case, &events).await?;
    Ok(case)
}

/// Gives a command to a case. What time itself has already brought about happens first, so that a late timer
/// never lets a command through that came too late. `expected` is the version the page showed, if it says one.
pub async fn act(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    id: CaseId,
    expected: Option<i64>,
    by: &Actor,
    command: Command,
) -> Result<Case, CaseError> {
    let case = get(tx, id).await?;
    if expected.is_some_and(|expected| expected != case.version) {
        return Err(CaseError::Stale);
    }
    act_on(tx, around, case_type, case, by, command).await
}

/// The same for a case that was read in this very transaction. Should another have changed it since, nothing is kept
/// ([`CaseError::Stale`]).
pub async fn act_on(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    mut case: Case,
    by: &Actor,
    command: Command,
) -> Result<Case, CaseError> {
    let before = case.version;
    let seen = case.clone();
    let mut events = Vec::new();
    // One thing that was due may bring the next: accepted by silence long ago, and near its end by now.
    for _ in 0..TICKS_MAX {
        let overdue = with_context(around, case_type, |ctx| case.decide(ctx, &Actor::System, Command::Tick))?;
        if overdue.is_empty() {
            break;
        }
        take(&mut case, &mut events, around.now, &Actor::System, overdue);
    }
    let stood_in_for = case.stands_in_for(by, &command);
    let wanted = with_context(around, case_type, |ctx| case.decide(ctx, by, command))?;
    take_for(&mut case, &mut events, around.now, (by, stood_in_for.as_ref()), wanted);
    if events.is_empty() {
        return Ok(case);
    }
    update_case(tx, around, case_type, &case, before).await?;
    write_rest(tx, around, case_type, Some(&seen), &case, &events).await?;
    Ok(case)
}

/// Most things that time brings about before one command: each stage at most once, and its warnings.
const TICKS_MAX: usize = 100;

/// What belongs to the state that was written: events, tasks, timer, and the effects of what was decided.
async fn write_rest(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    before: Option<&Case>,
    case: &Case,
    events: &[Recorded],
) -> Result<(), CaseError> {
    insert_events(tx, case.id, events).await?;
    plan_telling(tx, around.now, case.id, events).await?;
    tasks::write(tx, around, case_type, before, case).await?;
    plan_timer(tx, around, case_type, case).await?;
    for recorded in events {
        if matches!(recorded.event, Event::Decided { .. }) {
            plan_effects(tx, around.now, effects_of(case_type, case), case.id).await?;
        }
        if matches!(recorded.event, Event::Checked { passed: false, .. }) {
            plan_effects(tx, around.now, &case_type.process.effects.check_failed, case.id).await?;
        }
    }
    plan_bundle(tx, around.now, case_type, case).await
}

/// Once, in the transaction of the end or of the last effect: what waits for this part may look its result up.
async fn plan_bundle(
    tx: &mut Tx,
    now: Timestamp,
    case_type: &CaseType,
    case: &Case,
) -> Result<(), CaseError> {
    if case.intake.bundle.is_some() && is_settled(case_type, case) {
        let job = store::jobs::NewJob {
            kind: BUNDLE_JOB,
            key: case.id.to_string(),
            payload: json!({ "case": case.id }),
            run_at: now,
        };
        store::jobs::enqueue(tx, &job).await?;
    }
    Ok(())
}

pub(crate) fn take(case: &mut Case, log: &mut Vec<Recorded>, now: Timestamp, by: &Actor, events: Vec<Event>) {
    take_for(case, log, now, (by, None), events);
}

/// The same for events of somebody who stands in for somebody else (代理).
fn take_for(
    case: &mut Case,
    log: &mut Vec<Recorded>,
    now: Timestamp,
    (by, stood_in_for): (&Actor, Option<&StoodInFor>),
    events: Vec<Event>,
) {
    for event in events {
        let recorded = recorded(now, case.version + 1, by, &name_of(by), event);
        let recorded = Recorded { stood_in_for: stood_in_for.cloned(), ..recorded };
        case.apply(&recorded);
        log.push(recorded);
    }
}

fn name_of(actor: &Actor) -> String {
    match actor {
        Actor::Person(person) => person.shown_as.clone(),
        Actor::Staff(staff) => staff.shown_as.clone(),
        Actor::System | Actor::Anonymous => String::new(),
    }
}

fn recorded(at: Timestamp, seq: i64, by: &Actor, name: &str, event: Event) -> Recorded {
    // The events table keeps microseconds; the state must be the fold of what is stored.
    let at = from_micros(to_micros(at));
    let id: EventId = store::fresh_id(at);
    Recorded { id, seq, at, actor: by.reference(), actor_name: name.to_owned(), stood_in_for: None, event }
}

/// The next number of this body, item and day: implementation code + date + serial (办件编号).
async fn next_number(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    body: kernel::BodyId,
) -> Result<String, CaseError> {
    let body = around.bodies.get(body).ok_or_else(|| CaseError::NobodyCompetent("acceptance".into()))?;
    let level = match body.level() {
        crate::Level::Province => 2,
        crate::Level::City => 3,
        crate::Level::County => 4,
        crate::Level::Town => 5,
    };
    let prefix = format!("{}{level}{}", body.uscc, case_type.reference.item);
    let day = china_date(around.now);
    let row = tx
        .fetch_one(
            "insert into case_serials (prefix, day, last) values ($1, $2, 1)
             on conflict (prefix, day) do update set last = case_serials.last + 1 returning last",
            vals![&prefix, day],
        )
        .await?;
    let serial: i64 = row.get(0)?;
    Ok(format!("{prefix}{}{serial:04}", day.strftime("%Y%m%d")))
}

pub(crate) struct Days {
    pub(crate) due_on: Option<Date>,
    pub(crate) yellow_from: Option<Date>,
    pub(crate) statutory: Option<Date>,
    /// Last day of the public notice that hangs.
    pub(crate) notice_until: Option<Date>,
}

pub(crate) fn days_of(case: &Case, case_type: &CaseType, calendar: &Calendar) -> Result<Days, CaseError> {
    if case.status == Status::Closed {
        // A case that was withdrawn takes its notice down with it.
        return Ok(Days { due_on: None, yellow_from: None, statutory: None, notice_until: None });
    }
    let due = due_on(case.leading_clock(), calendar)?;
    let statutory = case.statutory_clock.as_ref().map(|clock| due_on(clock, calendar)).transpose()?.flatten();
    let yellow = case_type.process.warnings.yellow;
    let yellow_from = due.and_then(|due| yellow_from(due, yellow, calendar));
    let notice_until = case.hanging_notice().map(|notice| notice.until);
    Ok(Days { due_on: due, yellow_from, statutory, notice_until })
}

async fn insert_case(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    case: &Case,
) -> Result<(), CaseError> {
    let days = days_of(case, case_type, around.calendar)?;
    tx.execute(
        "insert into cases (id, number, item, handling, package_version, division, body, person, legal_person,
             status, stage, outcome, due_on, yellow_from, statutory_due_on, calendar_version, state, version,
             submitted_at, closed_at, notice_until, told_calendar, bundle)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
             $22, $23)",
        vals![
            case.id,
            &case.number,
            &case.case_type.item,
            &case.case_type.handling,
            &case.case_type.version,
            &case.division,
            case.body,
            case.applicant.person,
            case.applicant.acting_for,
            case.status.as_str(),
            &case.stage,
            case.outcome.map(Outcome::as_str),
            days.due_on,
            days.yellow_from,
            days.statutory,
            around.calendar.version(),
            serde_json::to_string(case)?,
            case.version,
            case.submitted_at,
            case.closed_at,
            days.notice_until,
            has_running(case).then(|| around.calendar.version().to_owned()),
            case.intake.bundle.as_ref().map(|part| part.number.as_str())
        ],
    )
    .await?;
    Ok(())
}

async fn update_case(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    case: &Case,
    before: i64,
) -> Result<(), CaseError> {
    let days = days_of(case, case_type, around.calendar)?;
    let changed = tx
        .execute(
            "update cases set status = $1, stage = $2, outcome = $3, due_on = $4, yellow_from = $5,
                 statutory_due_on = $6, calendar_version = $7, state = $8, version = $9, closed_at = $10,
                 notice_until = $11, told_calendar = case when $14 = 1 then coalesce(told_calendar, $7) end
             where id = $12 and version = $13",
            vals![
                case.status.as_str(),
                &case.stage,
                case.outcome.map(Outcome::as_str),
                days.due_on,
                days.yellow_from,
                days.statutory,
                around.calendar.version(),
                serde_json::to_string(case)?,
                case.version,
                case.closed_at,
                days.notice_until,
                case.id,
                before,
                has_running(case)
            ],
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(CaseError::Stale) }
}

pub(crate) async fn insert_events(tx: &mut Tx, case: CaseId, events: &[Recorded]) -> Result<(), CaseError> {
    for recorded in events {
        let Recorded { id, seq, at, actor, actor_name, stood_in_for, event } = recorded;
        let payload = serde_json::to_string(event)?;
        ledger::append(tx, *at, &fact_of(case, recorded, &payload)).await?;
        tx.execute(
            "insert into case_events (case_id, seq, id, at, actor, actor_name, for_staff, for_name, kind, payload)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            vals![
                case,
                *seq,
                *id,
                *at,
                actor,
                actor_name,
                stood_in_for.as_ref().map(|held| held.staff),
                stood_in_for.as_ref().map(|held| held.name.as_str()),
                event.kind(),
                payload
            ],
        )
        .await?;
    }
    Ok(())
}

async fn plan_timer(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    case: &Case,
) -> Result<(), CaseError> {
    let last_day = with_context(around, case_type, |ctx| case.next_timer(ctx))?;
    let Some(day) = last_day.and_then(|day| day.checked_add(1.day()).ok()) else { return Ok(()) };
    store::jobs::enqueue(
        tx,
        &store::jobs::NewJob {
            kind: TIMER_JOB,
            key: format!("{}:{day}", case.id),
            payload: json!({ "case": case.id }),
            run_at: china_midnight(day),
        },
    )
    .await?;
    Ok(())
}

/// One job for all events of a command, and only when one of them concerns somebody.
pub(crate) async fn plan_telling(
    tx: &mut Tx,
    now: Timestamp,
    case: CaseId,
    events: &[Recorded],
) -> Result<(), CaseError> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
    if !events.iter().any(|recorded| recorded.event.tells()) {
        return Ok(());
    }
    let job = store::jobs::NewJob {
        kind: TELL_JOB,
        key: format!("{case}:{}", first.seq),
        payload: json!({ "case": case, "from": first.seq, "to": last.seq }),
        run_at: now,
    };
    store::jobs::enqueue(tx, &job).await?;
    Ok(())
}

/// The case of this id; it must exist.
pub async fn get(tx: &mut Tx, id: CaseId) -> Result<Case, CaseError> {
    let row = tx.fetch_optional("select state from cases where id = $1", vals![id]).await?;
    let state: String = row.ok_or(CaseError::NotFound)?.get(0)?;
    from_state(&state)
}

/// A case as its row keeps it.
pub(crate) fn from_state(state: &str) -> Result<Case, CaseError> {
    Ok(serde_json::from_str(state)?)
}

/// What happened to a case, oldest first.
pub async fn history(tx: &mut Tx, id: CaseId) -> Result<Vec<Recorded>, CaseError> {
    let rows = tx
        .fetch_all(
            "select id, seq, at, actor, actor_name, payload, for_staff, for_name from case_events
             where case_id = $1 order by seq",
            vals![id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let payload: String = row.get(5)?;
            Ok(Recorded {
                id: row.get(0)?,
                seq: row.get(1)?,
                at: row.get(2)?,
                actor: row.get(3)?,
                actor_name: row.get(4)?,
                stood_in_for: stood_in_for(row)?,
                event: serde_json::from_str(&payload)?,
            })
        })
        .collect()
}

fn stood_in_for(row: &store::Row) -> Result<Option<StoodInFor>, CaseError> {
    let (staff, name): (Option<kernel::StaffId>, Option<String>) = (row.get(6)?, row.get(7)?);
    Ok(staff.zip(name).map(|(staff, name)| StoodInFor { staff, name }))
}
