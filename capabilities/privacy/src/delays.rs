//! `/desk/looks/{look}/delay` and `/desk/looks/delays`: supervision orders that a look is told to the person later (延迟告知), and
//! ends such orders. The person is told of look and order once it is over.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::{ActKind, NewAct};
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{EventId, FieldError, Message, Refusal, StaffActor, Timestamp, china_date, china_midnight};
use serde::Deserialize;
use store::Tx;
use store::access_log::{self, Access};
use store::look_delays::{self, Delay, Ground, NewDelay};
use store::page::{Cursor, PageRequest};
use web::{AppError, Choice, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use crate::room::SUPERVISE;
use crate::{Room, supervise, words};

const HREF: &str = "/desk/looks/delays";
/// The longest that one order holds back; whoever needs longer decides anew.
const MONTHS_MAX: i8 = 6;
const DOCUMENT_MAX: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    ground: String,
    document: String,
    /// The last day on which the person is not told.
    until: String,
}

#[derive(Template)]
#[template(path = "delay.html")]
struct FormPage {
    shell: Shell,
    errors: FormErrors,
    look: String,
    what: String,
    reach: String,
    grounds: Vec<Choice>,
    form: Form,
    last: String,
}

/// A look of a body that the visitor watches, not by themselves, at a person's data.
async fn look(tx: &mut Tx, room: &Room, visitor: &Visitor, id: &str) -> Result<(Access, String), Refusal> {
    let id: EventId = id.parse().map_err(|_no_id| Refusal::NotFound)?;
    let found = access_log::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let watched = supervise::watched(room, visitor.actor.staff()?);
    let body = found.body.clone().filter(|body| watched.iter().any(|one| one.id.to_string() == *body));
    let body = body.ok_or(Refusal::NotFound)?;
    if found.by == visitor.actor.reference() {
        return Err(Refusal::conflict("privacy-delay-own"));
    }
    if look_delays::of_look(tx, &found, visitor.now).await?.is_some() {
        return Err(Refusal::conflict("privacy-delay-there"));
    }
    Ok((found, body))
}

/// The last day that an order may hold back.
fn last_day(now: Timestamp) -> Date {
    china_date(now).checked_add(MONTHS_MAX.months()).unwrap_or(Date::MAX)
}

fn form_page(room: &Room, visitor: &Visitor, look: &Access, form: Form, errors: FormErrors) -> FormPage {
    let ground = |ground: Ground| {
        let text = visitor.t(&format!("privacy-delay-ground-{}", ground.as_str()));
        Choice::new(ground.as_str(), text).chosen_if(ground.as_str() == form.ground)
    };
    let body = words::body_name(room, visitor, look.body.as_deref());
    let purpose = visitor.t(&words::purpose_key(&look.purpose));
    FormPage {
        shell: Shell::new(visitor, visitor.t("privacy-delay-title"))
            .crumb(visitor.t("privacy-supervise-title"), "/desk/looks"),
        errors,
        look: look.id.to_string(),
        what: visitor.t3(
            "privacy-delay-what",
            "when",
            visitor.datetime(look.at),
            "body",
            body,
            "purpose",
            purpose,
        ),
        reach: reach(visitor, look.case.as_deref()),
        grounds: Ground::ALL.map(ground).into(),
        form,
        last: visitor.t1("privacy-delay-until-hint", "last", visitor.date(last_day(visitor.now))),
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db().snapshot().await?;
    let (look, _body) = look(&mut tx, &room, &visitor, &id).await?;
    page(&form_page(&room, &visitor, &look, Form::default(), FormErrors::none()))
}

fn read(form: &Form, now: Timestamp) -> Result<(Ground, &str, Date), Refusal> {
    let mut faults = Vec::new();
    let ground = Ground::read(&form.ground);
    if ground.is_none() {
        faults.push(FieldError::new("ground", Message::new("privacy-delay-ground-wrong")));
    }
    let document = form.document.trim();
    if document.is_empty() || document.chars().count() > DOCUMENT_MAX {
        let rule = Message::new("privacy-delay-document-wrong").with("max", DOCUMENT_MAX);
        faults.push(FieldError::new("document", rule));
    }
    let until = form.until.trim().parse::<Date>().ok();
    let until = until.filter(|day| (china_date(now)..=last_day(now)).contains(day));
    if until.is_none() {
        let rule = Message::new("privacy-delay-until-wrong").with("last", last_day(now).to_string());
        faults.push(FieldError::new("until", rule));
    }
    match (ground, until) {
        (Some(ground), Some(until)) if faults.is_empty() => Ok((ground, document, until)),
        _ => Err(Refusal::Invalid(faults)),
    }
}

pub(crate) async fn order(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db().begin().await?;
    let (look, body) = look(&mut tx, &room, &visitor, &id).await?;
    let (ground, document, until) = match read(&form, visitor.now) {
        Ok(read) => read,
        Err(refusal) => {
            tx.rollback().await?;
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = form_page(&room, &visitor, &look, form, errors);
            return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    let (by, name) = (visitor.actor.reference(), visitor.actor.staff()?.shown_as.clone());
    let new = NewDelay {
        look: &look,
        body: &body,
        ground,
        document,
        until: china_midnight(until.tomorrow().unwrap_or(until)),
        by: (&by, &name),
    };
    let delay = look_delays::order(&mut tx, &new, visitor.now).await?;
    let act = NewAct::new(ActKind::LookDelayed, body.parse().ok(), format!("look:{}", look.id));
    let act = act.changed("", format!("delay:{delay} {} {until}", ground.as_str())).because(document);
    identity::record_act(&mut tx, &visitor.actor, act, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to(HREF).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "delays.html")]
struct DelaysPage {
    shell: Shell,
    rows: Vec<Row>,
    may_end: bool,
    next: String,
    first: String,
}

struct Row {
    id: String,
    ordered: String,
    by: String,
    body: String,
    why: String,
    reach: String,
    state: String,
    lasts: bool,
}

fn may_see(room: &Room, watcher: &StaffActor, delay: &Delay) -> bool {
    supervise::watched(room, watcher).iter().any(|body| body.id.to_string() == delay.body)
}

/// Which looks an order holds back, by whether it is for a case.
fn reach(visitor: &Visitor, case: Option<&str>) -> String {
    visitor.t(if case.is_some() { "privacy-delay-reach-case" } else { "privacy-delay-reach-one" })
}

/// Why, and by which decision.
fn why(visitor: &Visitor, delay: &Delay) -> String {
    let ground = visitor.t(&format!("privacy-delay-ground-{}", delay.ground));
    visitor.t2("privacy-delay-why", "ground", ground, "document", &delay.document)
}

/// The sentence for the person about a look that was held back; empty for others.
pub(crate) fn told_late(visitor: &Visitor, past: &[Delay], look: &Access) -> String {
    past.iter()
        .find(|delay| delay.covers(look) && look.at < delay.until)
        .map_or_else(String::new, |delay| visitor.t1("privacy-told-late", "why", why(visitor, delay)))
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let watcher = visitor.actor.staff()?;
    let is_first = asked.after.is_none();
    let mut tx = room.db().snapshot().await?;
    let request = PageRequest { after: asked.after, ..PageRequest::default() };
    let found = look_delays::list(&mut tx, &request).await?;
    tx.rollback().await?;
    let row = |delay: &Delay| {
        let last = china_date(delay.until).yesterday().unwrap_or(Date::MIN);
        let state = match &delay.ended {
            Some((at, name)) => {
                visitor.t2("privacy-delay-ended", "name", name, "when", visitor.datetime(*at))
            }
            None if delay.lasts(visitor.now) => visitor.t1("privacy-delay-lasts", "last", visitor.date(last)),
            None => visitor.t1("privacy-delay-over", "last", visitor.date(last)),
        };
        Row {
            id: delay.id.to_string(),
            ordered: visitor.datetime(delay.ordered_at),
            by: delay.ordered_name.clone(),
            body: words::body_name(&room, &visitor, Some(&delay.body)),
            why: why(&visitor, delay),
            reach: reach(&visitor, delay.case.as_deref()),
            state,
            lasts: delay.lasts(visitor.now),
        }
    };
    page(&DelaysPage {
        rows: found.items.iter().filter(|delay| may_see(&room, watcher, delay)).map(row).collect(),
        may_end: visitor.actor.may(SUPERVISE),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?after={next}")),
        first: if is_first { String::new() } else { HREF.into() },
        shell: Shell::new(&visitor, visitor.t("privacy-delays-title"))
            .crumb(visitor.t("privacy-supervise-title"), "/desk/looks"),
    })
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let staff = visitor.actor.staff()?;
    let id: EventId = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db().begin().await?;
    let found = look_delays::find(&mut tx, id).await?.filter(|delay| may_see(&room, staff, delay));
    let found = found.ok_or(AppError(Refusal::NotFound))?;
    let by = visitor.actor.reference();
    if !look_delays::end(&mut tx, id, (&by, &staff.shown_as), visitor.now).await? {
        return Err(Refusal::conflict("privacy-delay-over-already").into());
    }
    let act = NewAct::new(ActKind::LookDelayEnded, found.body.parse().ok(), format!("look:{}", found.look));
    identity::record_act(&mut tx, &visitor.actor, act.changed(format!("delay:{id}"), ""), visitor.now)
        .await?;
    tx.commit().await?;
    Ok(Redirect::to(HREF))
}
