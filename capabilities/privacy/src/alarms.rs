//! `/desk/looks/alarms`: looks at the data of many persons (批量查询预警), and what supervision found; `/admin/looks`: from how
//! many on an alarm is raised.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::{ActKind, NewAct};
use kernel::{EventId, FieldError, Message, Refusal, StaffActor};
use serde::Deserialize;
use store::Tx;
use store::alarms::{self, Alarm, Looker, Span};
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, FormPairs, PostForm, Shell, Visitor, page_with_status};

use crate::{Room, supervise, words};

const HREF: &str = "/desk/looks/alarms";
const NOTE_MAX: usize = 500;
/// More persons than a country has clients in a day would be no limit.
const PERSONS_MAX: u32 = 1_000_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    all: String,
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "alarms.html")]
struct AlarmsPage {
    shell: Shell,
    errors: FormErrors,
    /// Which alarm's note was wrong, and what was typed.
    wrong: String,
    typed: String,
    rule: String,
    all: bool,
    may_note: bool,
    rows: Vec<Row>,
    next: String,
    first: String,
}

struct Row {
    id: String,
    raised: String,
    by: String,
    body: String,
    what: String,
    /// Empty while nobody has looked into it.
    done: String,
    note: String,
}

fn may_see(room: &Room, watcher: &StaffActor, alarm: &Alarm) -> bool {
    // A connected system is nobody's clerk: all who supervise see it.
    alarm.body.as_ref().is_none_or(|body| {
        supervise::watched(room, watcher).iter().any(|watched| watched.id.to_string() == *body)
    })
}

fn row(room: &Room, visitor: &Visitor, alarm: &Alarm, name: String) -> Row {
    let span = if alarm.span == "hour" { "privacy-alarm-hour" } else { "privacy-alarm-day" };
    let (persons, max) = (alarm.persons, alarm.persons_max);
    let done = alarm.acknowledged.as_ref().map_or_else(String::new, |done| {
        visitor.t2("privacy-alarm-done", "name", &done.name, "when", visitor.datetime(done.at))
    });
    Row {
        id: alarm.id.to_string(),
        raised: visitor.datetime(alarm.raised_at),
        by: name,
        body: words::body_name(room, visitor, alarm.body.as_deref()),
        what: visitor.t3(span, "since", visitor.datetime(alarm.since), "persons", persons, "max", max),
        done,
        note: alarm.acknowledged.as_ref().map_or_else(String::new, |done| done.note.clone()),
    }
}

async fn named(tx: &mut Tx, visitor: &Visitor, alarms: &[Alarm]) -> store::Result<Vec<String>> {
    let staff = supervise::names(tx, alarms.iter().map(|alarm| alarm.looker.as_str())).await?;
    let mut names = Vec::new();
    for alarm in alarms {
        let client = alarm.looker.strip_prefix("client:").and_then(|id| id.parse().ok());
        let name = match (staff.get(&alarm.looker), client) {
            (Some(name), _) => name.clone(),
            (None, Some(id)) => match oidc::find_client(tx, id).await? {
                Some(client) => {
                    let name = client.settings.name();
                    visitor.pick(&name.zh, &name.en).to_owned()
                }
                None => visitor.t("privacy-system-gone"),
            },
            (None, None) => String::new(),
        };
        names.push(name);
    }
    Ok(names)
}

async fn answer(
    room: &Room,
    visitor: &Visitor,
    asked: Asked,
    errors: FormErrors,
    (wrong, typed): (String, String),
) -> Result<Response, AppError> {
    let watcher = visitor.actor.staff()?;
    let all = asked.all == "1";
    let is_first = asked.after.is_none();
    let mut tx = room.db().snapshot().await?;
    let request = PageRequest { after: asked.after, ..PageRequest::default() };
    let found = alarms::list(&mut tx, !all, &request).await?;
    let names = named(&mut tx, visitor, &found.items).await?;
    tx.rollback().await?;
    let seen = found.items.iter().zip(names).filter(|(alarm, _)| may_see(room, watcher, alarm));
    let href = if all { format!("{HREF}?all=1&") } else { format!("{HREF}?") };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = AlarmsPage {
        rows: seen.map(|(alarm, name)| row(room, visitor, alarm, name)).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{href}after={next}")),
        first: if is_first { String::new() } else { href },
        shell: Shell::new(visitor, visitor.t("privacy-alarms-title"))
            .crumb(visitor.t("privacy-supervise-title"), "/desk/looks"),
        rule: errors.get(&format!("note-{wrong}")).to_owned(),
        errors,
        wrong,
        typed,
        all,
        may_note: visitor.actor.may(crate::room::SUPERVISE),
    };
    page_with_status(status, &shown)
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    answer(&room, &visitor, asked, FormErrors::none(), (String::new(), String::new())).await
}

/// What was found.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    #[serde(default)]
    note: String,
}

pub(crate) async fn acknowledge(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Found { note }): PostForm<Found>,
) -> Result<Response, AppError> {
    let staff = visitor.actor.staff()?;
    let alarm: EventId = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db().begin().await?;
    let found = alarms::find(&mut tx, alarm).await?.filter(|alarm| may_see(&room, staff, alarm));
    let found = found.ok_or(AppError(Refusal::NotFound))?;
    // Nobody looks into their own looks (回避).
    if found.looker == visitor.actor.reference() {
        return Err(Refusal::conflict("privacy-alarm-own").into());
    }
    let length = note.trim().chars().count();
    if length == 0 || length > NOTE_MAX {
        tx.rollback().await?;
        let rule = Message::new("privacy-note-wrong").with("max", NOTE_MAX);
        let refusal = Refusal::Invalid(vec![FieldError::new(format!("note-{id}"), rule)]);
        let errors = FormErrors::of(&visitor, refusal)?;
        return answer(&room, &visitor, Asked::default(), errors, (id, note)).await;
    }
    let by = visitor.actor.reference();
    let who = (by.as_str(), staff.shown_as.as_str());
    if !alarms::acknowledge(&mut tx, alarm, who, note.trim(), visitor.now).await? {
        return Err(Refusal::conflict("privacy-alarm-done-already").into());
    }
    tx.commit().await?;
    Ok(Redirect::to(HREF).into_response())
}

#[derive(Template)]
#[template(path = "limits.html")]
struct LimitsPage {
    shell: Shell,
    errors: FormErrors,
    may_set: bool,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    label: String,
    value: String,
    hint: String,
    error: String,
}

fn kinds() -> impl Iterator<Item = (Looker, Span, String)> {
    let pairs = Looker::ALL.into_iter().flat_map(|looker| Span::ALL.map(|span| (looker, span)));
    pairs.map(|(looker, span)| (looker, span, format!("{}-{}", looker.as_str(), span.as_str())))
}

async fn limits_page(
    room: &Room,
    visitor: &Visitor,
    errors: FormErrors,
    typed: Option<&FormPairs>,
) -> Result<Response, AppError> {
    let mut fields = Vec::new();
    let mut tx = room.db().snapshot().await?;
    for (looker, span, name) in kinds() {
        let kept = alarms::limit(&mut tx, looker, span).await?.to_string();
        let value = typed.and_then(|form| form.get(&name)).map_or(kept, str::to_owned);
        fields.push(Field {
            label: visitor.t(&format!("privacy-limit-{name}")),
            hint: visitor.t1("privacy-limit-default", "persons", looker.persons_max(span)),
            error: errors.get(&name).to_owned(),
            value,
            name,
        });
    }
    tx.rollback().await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shell = Shell::new(visitor, visitor.t("privacy-limits-title"));
    let shell = shell.crumb(visitor.t("privacy-keys-title"), "/admin/keys");
    let may_set = visitor.actor.may(crate::room::SET_LIMITS);
    page_with_status(status, &LimitsPage { shell, errors, may_set, fields })
}

pub(crate) async fn limits(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    limits_page(&room, &visitor, FormErrors::none(), None).await
}

pub(crate) async fn set_limits(
    State(room): State<Room>,
    visitor: Visitor,
    form: FormPairs,
) -> Result<Response, AppError> {
    let mut faults = Vec::new();
    let mut limits = Vec::new();
    for (looker, span, name) in kinds() {
        let number = form.get(&name).and_then(|text| text.trim().parse::<u32>().ok());
        if let Some(persons) = number.filter(|persons| (1..=PERSONS_MAX).contains(persons)) {
            limits.push(((looker, span), persons));
        } else {
            let rule = Message::new("privacy-limit-wrong").with("max", PERSONS_MAX);
            faults.push(FieldError::new(name, rule));
        }
    }
    if !faults.is_empty() {
        let errors = FormErrors::of(&visitor, Refusal::Invalid(faults))?;
        return limits_page(&room, &visitor, errors, Some(&form)).await;
    }
    let mut tx = room.db().begin().await?;
    let (mut was, mut became) = (Vec::new(), Vec::new());
    for ((looker, span), persons) in limits {
        let name = format!("{}-{}", looker.as_str(), span.as_str());
        was.push(format!("{name} {}", alarms::limit(&mut tx, looker, span).await?));
        became.push(format!("{name} {persons}"));
        alarms::set_limit(&mut tx, (looker, span), persons, &visitor.actor.reference(), visitor.now).await?;
    }
    let act = NewAct::new(ActKind::LimitsSet, None, "looks:limits");
    let act = act.changed(was.join(", "), became.join(", "));
    identity::record_act(&mut tx, &visitor.actor, act, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to("/admin/looks").into_response())
}
