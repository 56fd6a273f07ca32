//! `/cases/{id}/withdraw` and `POST /api/v1/cases/{id}/withdrawal`.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::{CaseError, Status};
use kernel::{CaseId, Refusal};
use serde::Deserialize;
use store::Tx;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{
    ApiJson, AppError, FormErrors, IdempotencyKey, Operation, PostForm, Shell, Visitor, page,
    page_with_status,
};

use super::withdraw;
use crate::http::id;
use crate::mine::http::reading;
use crate::view::CaseView;
use crate::{Room, own_case};

#[derive(Template)]
#[template(path = "withdraw/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    number: String,
    reason: String,
    version: i64,
    action: String,
    back: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WithdrawForm {
    #[serde(default)]
    reason: String,
    version: i64,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let shown = build(&mut tx, &room, &visitor, id(&case)?, String::new(), FormErrors::none()).await?;
    page(&shown)
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    reason: String,
    errors: FormErrors,
) -> Result<WithdrawPage, AppError> {
    let case = own_case::get(tx, visitor.actor.person()?, case).await?;
    if case.status == Status::Closed {
        return Err(CaseError::Closed.into());
    }
    let package = room.package(&case.case_type)?;
    let back = format!("/cases/{}", case.id);
    Ok(WithdrawPage {
        shell: Shell::new(visitor, visitor.t("applications-withdraw")).crumb(visitor.t("web-my"), "/my"),
        errors,
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        number: case.number,
        reason,
        version: case.version,
        action: format!("{back}/withdraw"),
        back,
    })
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    PostForm(form): PostForm<WithdrawForm>,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let mut tx = room.db.begin().await?;
    let reason = form.reason.clone();
    let result =
        withdraw(&mut tx, &room, &visitor.actor, visitor.now, case, Some(form.version), reason).await;
    match result {
        Ok(_case) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/cases/{case}")).into_response())
        }
        Err(error) => {
            drop(tx);
            let errors = FormErrors::of(&visitor, Refusal::from(error))?;
            let mut tx = room.db.snapshot().await?;
            let again = build(&mut tx, &room, &visitor, case, form.reason, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// Why an application is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawal {
    /// The reason, for the record.
    reason: String,
    /// The version of the case that was seen; 409 when it has moved on since.
    #[serde(default)]
    version: Option<i64>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(wanted): ApiJson<Withdrawal>,
) -> Result<Json<CaseView>, AppError> {
    let case_id: CaseId = id(&case)?;
    let once =
        Once::new(&visitor.actor, key, &[b"POST withdrawal", case.as_bytes(), wanted.reason.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let case = if once.earlier(&mut tx, visitor.now).await?.is_some() {
        own_case::get(&mut tx, visitor.actor.person()?, case_id).await?
    } else {
        let (by, now) = (&visitor.actor, visitor.now);
        let case = withdraw(&mut tx, &room, by, now, case_id, wanted.version, wanted.reason).await?;
        once.keep(&mut tx, &case.id.to_string()).await?;
        case
    };
    tx.commit().await?;
    Ok(Json(CaseView::of(&visitor, &room, &case, &reading(&room, &case)?)?))
}

pub(crate) fn operation() -> Operation {
    Operation::new("withdrawCase", "Takes an application back.")
        .description("409 when the case is closed already, or has moved on since the version named.")
        .tag("applications")
        .path_param("id", "The case.")
        .idempotent()
        .body::<Withdrawal>()
        .returns::<CaseView>(200, "The case, closed.")
}
