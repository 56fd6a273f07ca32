//! Revoking a seal (撤销印章): the reason, why, and that it is meant, on a page of its own, for there is no way back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{FieldError, Message, Refusal, china_date};
use serde::Deserialize;
use web::{AppError, Choice, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::show::heading;
use super::{HREF, visible};
use crate::record::SealRecord;
use crate::room::Room;
use crate::seal::{RevokeReason, Step};
use crate::step::{StepError, TakeStep, standing, take_step};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    reason: String,
    word: String,
    confirmed: String,
    version: i64,
}

#[derive(Template)]
#[template(path = "pages/revoke.html")]
struct RevokePage {
    shell: Shell,
    errors: FormErrors,
    seal: SealRecord,
    number: String,
    state: String,
    tag: &'static str,
    reasons: Vec<Choice>,
    form: Form,
}

fn revoke_page(visitor: &Visitor, seal: SealRecord, form: Form, errors: FormErrors) -> RevokePage {
    let reason = |reason: RevokeReason| {
        Choice::new(reason.as_str(), visitor.t(&format!("seals-revoke-{}", reason.as_str())))
            .chosen_if(form.reason == reason.as_str())
    };
    let (state, tag) = heading(visitor, &seal);
    RevokePage {
        shell: Shell::new(visitor, visitor.t("seals-revoke-title"))
            .crumb(visitor.t("seals-title"), HREF)
            .crumb(seal.name.clone(), format!("{HREF}/{}", seal.id)),
        errors,
        number: seal.number.clone().unwrap_or_default(),
        state,
        tag,
        reasons: RevokeReason::ALL.map(reason).into(),
        form,
        seal,
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    let authority = room.authority(&mut tx).await?;
    let stands = standing(visitor.actor.staff()?, authority, &seal);
    Step::Revoke.check(stands).map_err(|denied| Refusal::from(StepError::Denied(denied)))?;
    let state = seal.state_on(china_date(visitor.now));
    Step::Revoke.leads(state).ok_or(Refusal::from(StepError::NotNow(state)))?;
    let form = Form { version: seal.version, ..Form::default() };
    page(&revoke_page(&visitor, seal, form, FormErrors::none()))
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    tx.rollback().await?;
    let take = TakeStep {
        step: Step::Revoke,
        word: form.word.clone(),
        reason: RevokeReason::read(&form.reason),
        version: form.version,
    };
    let refused = if form.confirmed == "true" {
        match take_step(&room, &visitor.actor, seal.id, &take, visitor.now).await {
            Ok(seal) => return Ok(Redirect::to(&format!("{HREF}/{}", seal.id)).into_response()),
            Err(error) => Refusal::from(error),
        }
    } else {
        Refusal::Invalid(vec![FieldError::new("confirmed", Message::new("seals-revoke-unconfirmed"))])
    };
    let errors = FormErrors::of(&visitor, refused)?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &revoke_page(&visitor, seal, form, errors))
}
