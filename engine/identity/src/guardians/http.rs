//! `/desk/guardians`: where an acceptance desk enters guardians, ends them, and gives wards of full age their accounts.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, Refusal};
use serde::Deserialize;
use store::page::PageRequest;
use web::{AppError, Choice, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use super::{EnterGuardian, Ground, GuardianRecord, end_guardian, enter_guardian, guardians_of_desk};
use crate::Room;
use crate::takeover::give_takeover_code;

#[derive(Template)]
#[template(path = "guardians/guardians.html")]
struct GuardiansPage {
    shell: Shell,
    errors: FormErrors,
    form: Form,
    grounds: Vec<Choice>,
    rows: Vec<Row>,
    /// A code that was just given: shown once.
    code: String,
    next_href: String,
    first_href: String,
}

struct Row {
    id: String,
    ward: String,
    guardian: String,
    since: String,
    until: String,
    state: String,
    may_end: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    ward_name: String,
    ward_resident_id: String,
    name: String,
    resident_id: String,
    ground: String,
    basis_number: String,
    until: String,
    takeover_name: String,
    takeover_resident_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: Option<String>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    page(&build(&room, &visitor, Form::default(), asked.after, FormErrors::none()).await?)
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    match enter(&room, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to("/desk/guardians").into_response()),
        Err(refusal) => again(&room, &visitor, form, refusal).await,
    }
}

async fn again(room: &Room, visitor: &Visitor, form: Form, refusal: Refusal) -> Result<Response, AppError> {
    let errors = FormErrors::of(visitor, refusal)?;
    let again = build(room, visitor, form, None, errors).await?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

async fn enter(room: &Room, visitor: &Visitor, form: &Form) -> Result<(), Refusal> {
    let until = match form.until.trim() {
        "" => None,
        day => {
            let wrong = |_no_day| Refusal::field("until", Message::new("identity-date-wrong"));
            Some(day.parse().map_err(wrong)?)
        }
    };
    let enter = EnterGuardian {
        ward_name: form.ward_name.clone(),
        ward_resident_id: form.ward_resident_id.clone(),
        name: form.name.clone(),
        resident_id: form.resident_id.clone(),
        ground: Ground::from_word(&form.ground),
        number: form.basis_number.clone(),
        until,
    };
    let mut tx = room.db.begin().await?;
    enter_guardian(&mut tx, &room.vault, &visitor.actor, visitor.now, enter).await?;
    tx.commit().await?;
    Ok(())
}

/// A code for a ward of full age who stands here with their identity card. The page shows it this once.
pub(crate) async fn give_code(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let (name, number) = (form.takeover_name.as_str(), form.takeover_resident_id.as_str());
    let given = give_takeover_code(&mut tx, &room.vault, &visitor.actor, visitor.now, name, number).await;
    match given.map_err(Refusal::from) {
        Ok(code) => {
            tx.commit().await?;
            let built = build(&room, &visitor, Form::default(), None, FormErrors::none()).await?;
            page(&GuardiansPage { code, ..built })
        }
        Err(refusal) => {
            tx.rollback().await?;
            again(&room, &visitor, form, refusal).await
        }
    }
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(mandate): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let mandate = mandate.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    end_guardian(&mut tx, &room.vault, &visitor.actor, visitor.now, mandate).await?;
    tx.commit().await?;
    Ok(Redirect::to("/desk/guardians"))
}

async fn build(
    room: &Room,
    visitor: &Visitor,
    form: Form,
    after: Option<String>,
    errors: FormErrors,
) -> Result<GuardiansPage, AppError> {
    let clerk = visitor.actor.staff()?;
    let is_first = after.is_none();
    let after = after.map(|text| text.parse()).transpose();
    let request =
        PageRequest { after: after.map_err(|_form| AppError(Refusal::NotFound))?, ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = guardians_of_desk(&mut tx, &room.vault, clerk.body, &request).await?;
    let grounds = Ground::ALL.map(|ground| {
        let label = visitor.t(&format!("identity-ground-{}", ground.as_str()));
        Choice::new(ground.as_str(), label).chosen_if(form.ground == ground.as_str())
    });
    Ok(GuardiansPage {
        shell: Shell::new(visitor, visitor.t("identity-guardians-title")),
        errors,
        form,
        grounds: grounds.into(),
        rows: found.items.iter().map(|one| row(visitor, one)).collect(),
        code: String::new(),
        next_href: found.next.map(|next| format!("/desk/guardians?after={next}#all")).unwrap_or_default(),
        first_href: if is_first { String::new() } else { "/desk/guardians#all".into() },
    })
}

fn row(visitor: &Visitor, one: &GuardianRecord) -> Row {
    let is_over = one.until.is_some_and(|until| until < visitor.today());
    let holds = one.ended_at.is_none() && !is_over;
    let state = match (one.ended_at, is_over) {
        (Some(_), _) => "identity-guardian-ended",
        (None, true) => "identity-guardian-over",
        (None, false) => "identity-guardian-holds",
    };
    Row {
        id: one.id.to_string(),
        ward: one.ward.clone(),
        guardian: one.guardian.clone(),
        since: visitor.datetime(one.since),
        until: one.until.map(|day| visitor.date(day)).unwrap_or_default(),
        state: visitor.t(state),
        may_end: holds,
    }
}
