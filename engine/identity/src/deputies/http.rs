//! `/staff/deputies`: who is away, who stands in for them, and naming a deputy.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use kernel::{BodyId, DeputyId, Message, Refusal, Role, StaffActor, StaffId};
use serde::Deserialize;
use store::Tx;
use store::idempotency::Once;
use store::page::PageRequest;
use web::{AppError, Choice, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::{DeputyRecord, DeputyState, deputies_of, deputies_on};
use crate::Room;
use crate::bodies::{BodyRecord, bodies, find_body};
use crate::end_deputy::end_deputy;
use crate::name_deputy::{DEPUTY_DAYS_MAX, DEPUTY_REASON_MAX, NameDeputy, STANDS_IN_MAX, name_deputy};
use crate::permission::NAME_DEPUTIES;
use crate::staff::{StaffRecord, staff_of};

#[derive(Template)]
#[template(path = "deputies/deputies.html")]
struct DeputiesPage {
    shell: Shell,
    errors: FormErrors,
    form: Form,
    body_name: String,
    /// The bodies to choose from; only the administration has a choice.
    bodies: Vec<Choice>,
    may_name: bool,
    is_manager: bool,
    absents: Vec<Choice>,
    deputies: Vec<Choice>,
    away: Vec<DeputyRow>,
    /// The names of the colleagues for whom the reader stands in today.
    stands_in_for: Vec<String>,
    rows: Vec<DeputyRow>,
    next_href: String,
    first_href: String,
    days_max: i32,
    at_a_time_max: usize,
    reason_max: usize,
}

struct DeputyRow {
    id: String,
    absent: String,
    deputy: String,
    from: String,
    until: String,
    reason: String,
    named_by: String,
    state: String,
    state_kind: &'static str,
    may_end: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    body: String,
    key: String,
    absent: String,
    deputy: String,
    first_day: String,
    last_day: String,
    reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    body: String,
    after: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let form = Form { body: asked.body, ..Form::default() };
    page(&build(&room, &visitor, form, &asked.after, FormErrors::none()).await?)
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    match name(&room, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to(&address(&form.body, "")).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = build(&room, &visitor, form, "", errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

async fn name(room: &Room, visitor: &Visitor, form: &Form) -> Result<(), Refusal> {
    let me = visitor.actor.staff()?;
    let wrong = |field: &'static str, key: &'static str| Refusal::field(field, Message::new(key));
    let staff = |field, text: &str| -> Result<StaffId, Refusal> {
        text.parse().map_err(|_no_id| wrong(field, "identity-deputy-choose"))
    };
    let day = |field, text: &str| -> Result<Date, Refusal> {
        text.trim().parse().map_err(|_no_day| wrong(field, "identity-date-wrong"))
    };
    let name = NameDeputy {
        absent: if form.absent.is_empty() { me.staff } else { staff("absent", &form.absent)? },
        deputy: staff("deputy", &form.deputy)?,
        first_day: day("first_day", &form.first_day)?,
        last_day: day("last_day", &form.last_day)?,
        reason: form.reason.replace("\r\n", "\n"),
    };
    let digested = format!("{name:?}");
    let key = Some(form.key.clone()).filter(|key| is_key(key));
    let once = Once::new(&visitor.actor, key, &[b"identity.name-deputy", digested.as_bytes()]);
    let mut tx = room.db.begin().await?;
    if once.earlier(&mut tx, visitor.now).await?.is_some() {
        return Ok(()); // the button was pressed twice
    }
    let id = name_deputy(&mut tx, &visitor.actor, visitor.now, name).await?;
    once.keep(&mut tx, &id.to_string()).await?;
    tx.commit().await?;
    Ok(())
}

/// A key that a page of ours has made.
fn is_key(key: &str) -> bool {
    (8..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_hexdigit())
}

#[derive(Deserialize)]
pub(crate) struct EndForm {
    #[serde(default)]
    body: String,
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<EndForm>,
) -> Result<Redirect, AppError> {
    let id: DeputyId = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    let ended = end_deputy(&mut tx, &visitor.actor, visitor.now, id).await?;
    ended.ok_or(AppError(Refusal::NotFound))?;
    tx.commit().await?;
    Ok(Redirect::to(&address(&form.body, "")))
}

/// A slug has no letters that an address must hide; anything else is no body and is left out.
fn address(body: &str, after: &str) -> String {
    let is_slug = body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    let named = |name: &str, value: &str| (!value.is_empty()).then(|| format!("{name}={value}"));
    let words = [named("body", if is_slug { body } else { "" }), named("after", after)];
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() { "/staff/deputies".into() } else { format!("/staff/deputies?{}", words.join("&")) }
}

/// The body that is looked at: one's own, or any for the administration.
pub(super) async fn body_of(tx: &mut Tx, me: &StaffActor, slug: &str) -> Result<Option<BodyRecord>, Refusal> {
    let is_admin = me.roles.contains(&Role::Administration);
    if slug.is_empty() {
        return Ok(bodies(tx).await?.into_iter().find(|body| body.id == me.body));
    }
    let found = find_body(tx, slug).await?.filter(|body| is_admin || body.id == me.body);
    found.map(Some).ok_or(Refusal::NotFound)
}

async fn build(
    room: &Room,
    visitor: &Visitor,
    form: Form,
    after: &str,
    errors: FormErrors,
) -> Result<DeputiesPage, AppError> {
    let me = visitor.actor.staff()?;
    let today = visitor.today();
    let after_cursor = match after {
        "" => None,
        text => Some(text.parse().map_err(|_form| AppError(Refusal::NotFound))?),
    };
    let request = PageRequest { after: after_cursor, ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let body = body_of(&mut tx, me, &form.body).await?.ok_or(AppError(Refusal::NotFound))?;
    let is_admin = me.roles.contains(&Role::Administration);
    let all = if is_admin { bodies(&mut tx).await? } else { Vec::new() };
    let staff = staff_of(&mut tx, body.id, today).await?;
    let away = deputies_on(&mut tx, body.id, today).await?;
    let list = deputies_of(&mut tx, body.id, &request).await?;
    drop(tx);
    let is_manager = is_admin || (me.roles.contains(&Role::Decision) && me.body == body.id);
    let row = |record: &DeputyRecord| row(visitor, me, is_manager, record, today);
    let next_href =
        list.next.as_ref().map_or_else(String::new, |next| address(&form.body, &next.to_string()));
    let chosen_absent = if form.absent.is_empty() { me.staff.to_string() } else { form.absent.clone() };
    let choice = |one: &StaffRecord, chosen: &str| {
        let label = format!("{}（{}）", one.name, roles(visitor, one));
        Choice::new(one.id.to_string(), label).chosen_if(one.id.to_string() == chosen)
    };
    let at_work: Vec<&StaffRecord> = staff.iter().filter(|one| !one.is_disabled && does_work(one)).collect();
    Ok(DeputiesPage {
        body_name: visitor.pick(&body.name.zh, &body.name.en).to_owned(),
        bodies: all
            .iter()
            .map(|one| {
                Choice::new(one.slug.clone(), visitor.pick(&one.name.zh, &one.name.en))
                    .chosen_if(one.id == body.id)
            })
            .collect(),
        may_name: visitor.actor.may(NAME_DEPUTIES) && at_work.len() > 1,
        is_manager,
        absents: at_work.iter().map(|one| choice(one, &chosen_absent)).collect(),
        deputies: at_work
            .iter()
            .filter(|one| is_manager || one.id != me.staff)
            .map(|one| choice(one, &form.deputy))
            .collect(),
        stands_in_for: names_of(&away, me.staff, body.id == me.body),
        away: away.iter().map(row).collect(),
        rows: list.items.iter().map(row).collect(),
        next_href,
        first_href: if after.is_empty() { String::new() } else { address(&form.body, "") },
        form: Form { key: visitor.request_id.clone(), body: body.slug, ..form },
        errors,
        days_max: DEPUTY_DAYS_MAX,
        at_a_time_max: STANDS_IN_MAX,
        reason_max: DEPUTY_REASON_MAX,
        shell: Shell::new(visitor, visitor.t("identity-deputies-title"))
            .crumb(visitor.t("web-desk"), "/desk"),
    })
}

fn names_of(away: &[DeputyRecord], me: StaffId, is_own_body: bool) -> Vec<String> {
    let mine = away.iter().filter(|one| is_own_body && one.deputy == me);
    mine.map(|one| one.absent_name.clone()).collect()
}

pub(super) fn does_work(one: &StaffRecord) -> bool {
    [Role::Acceptance, Role::Review, Role::Decision].iter().any(|role| one.roles.contains(role))
}

fn roles(visitor: &Visitor, one: &StaffRecord) -> String {
    let words = one.roles.iter().map(|role| visitor.t(&format!("identity-role-{role}")));
    words.collect::<Vec<_>>().join(visitor.pick("、", ", "))
}

/// The reason may be an illness: it is for the two, and for whoever shares out the work.
pub(super) fn reason_for(me: &StaffActor, is_manager: bool, record: &DeputyRecord) -> String {
    let concerns = [record.absent, record.deputy, record.named_by].contains(&me.staff);
    if is_manager || concerns { record.reason.clone() } else { String::new() }
}

fn row(
    visitor: &Visitor,
    me: &StaffActor,
    is_manager: bool,
    record: &DeputyRecord,
    today: Date,
) -> DeputyRow {
    let state = record.state(today);
    DeputyRow {
        id: record.id.to_string(),
        absent: record.absent_name.clone(),
        deputy: record.deputy_name.clone(),
        from: visitor.date(record.first_day),
        until: visitor.date(record.last_day),
        reason: reason_for(me, is_manager, record),
        named_by: record.named_by_name.clone(),
        state: visitor.t(&format!("identity-deputy-state-{}", state.as_str())),
        state_kind: match state {
            DeputyState::Running => "success",
            DeputyState::Ahead => "info",
            DeputyState::Over | DeputyState::Ended => "plain",
        },
        may_end: record.is_open(today)
            && visitor.actor.may(NAME_DEPUTIES)
            && (is_manager || record.absent == me.staff),
    }
}

/// The id of a body, for the API.
pub(super) async fn body_id(tx: &mut Tx, me: &StaffActor, slug: &str) -> Result<BodyId, Refusal> {
    Ok(body_of(tx, me, slug).await?.ok_or(Refusal::NotFound)?.id)
}
