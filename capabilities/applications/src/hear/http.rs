//! `/cases/{id}/hearing` and `POST /api/v1/cases/{id}/hearing`.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::CaseError;
use kernel::{CaseId, Message, Refusal};
use serde::Deserialize;
use store::Tx;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{
    ApiJson, AppError, FormErrors, IdempotencyKey, Operation, PostForm, Shell, Visitor, page,
    page_with_status,
};

use super::answer;
use crate::http::id;
use crate::mine::http::reading;
use crate::mine::now::{CaseHearing, Look};
use crate::view::CaseView;
use crate::{Room, own_case};

#[derive(Template)]
#[template(path = "hear/hear.html")]
struct HearPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    number: String,
    hearing: CaseHearing,
    until: String,
    reason: String,
    version: i64,
    action: String,
    back: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct HearForm {
    /// `yes` or `no`: which of the two buttons.
    #[serde(default)]
    wanted: String,
    #[serde(default)]
    reason: String,
    /// Ticked: known that it cannot be asked for again.
    #[serde(default)]
    sure: bool,
    version: i64,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    page(&build(&mut tx, &room, &visitor, id(&case)?, String::new(), FormErrors::none()).await?)
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    reason: String,
    errors: FormErrors,
) -> Result<HearPage, AppError> {
    let case = own_case::get(tx, visitor.actor.person()?, case).await?;
    let package = room.package(&case.case_type)?;
    let look = Look { visitor, room, package: &package, case: &case };
    let open = look.hearing()?.filter(|right| right.wanted.is_none() && case.outcome.is_none());
    let hearing = open.ok_or(AppError(CaseError::NoHearing.into()))?;
    let back = format!("/cases/{}", case.id);
    Ok(HearPage {
        shell: Shell::new(visitor, visitor.t("applications-hearing-title"))
            .crumb(visitor.t("web-my"), "/my")
            .crumb(case.number.clone(), back.clone()),
        errors,
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        number: case.number.clone(),
        until: hearing.until.map(|day| visitor.date(day)).unwrap_or_default(),
        hearing,
        reason,
        version: case.version,
        action: format!("{back}/hearing"),
        back,
    })
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    PostForm(form): PostForm<HearForm>,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let result = give(&room, &visitor, case, &form).await;
    let Err(refusal) = result else {
        return Ok(Redirect::to(&format!("/cases/{case}")).into_response());
    };
    let errors = FormErrors::of(&visitor, refusal)?;
    let mut tx = room.db.snapshot().await?;
    let again = build(&mut tx, &room, &visitor, case, form.reason, errors).await?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

/// To do without is final, so it takes a tick beside the button.
async fn give(room: &Room, visitor: &Visitor, case: CaseId, form: &HearForm) -> Result<(), Refusal> {
    let wanted = match form.wanted.as_str() {
        "yes" => Some(form.reason.clone()),
        "no" if form.sure => None,
        "no" => return Err(Refusal::field("sure", Message::new("applications-hearing-tick"))),
        _ => return Err(Refusal::field("", Message::new("applications-hearing-choose"))),
    };
    let mut tx = room.db.begin().await?;
    answer(&mut tx, room, &visitor.actor, visitor.now, case, Some(form.version), wanted).await?;
    Ok(tx.commit().await?)
}

/// Whether the applicant wants to be heard.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HearingAnswer {
    /// True to be heard, false to do without.
    wanted: bool,
    /// Why; needed to be heard.
    #[serde(default)]
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
    ApiJson(given): ApiJson<HearingAnswer>,
) -> Result<Json<CaseView>, AppError> {
    let case_id: CaseId = id(&case)?;
    let place = format!("POST hearing {case_id} {}", given.wanted);
    let once = Once::new(&visitor.actor, key, &[place.as_bytes(), given.reason.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let case = if once.earlier(&mut tx, visitor.now).await?.is_some() {
        own_case::get(&mut tx, visitor.actor.person()?, case_id).await?
    } else {
        let wanted = given.wanted.then_some(given.reason);
        let (by, now) = (&visitor.actor, visitor.now);
        let case = answer(&mut tx, &room, by, now, case_id, given.version, wanted).await?;
        once.keep(&mut tx, &case.id.to_string()).await?;
        case
    };
    tx.commit().await?;
    Ok(Json(CaseView::of(&visitor, &room, &case, &reading(&room, &case)?)?))
}

pub(crate) fn operation() -> Operation {
    Operation::new("answerHearing", "Asks for a hearing, or does without one (听证).")
        .description(
            "409 when no answer is awaited, its time is over, or the case has moved on; 422 when a hearing is asked for \
             without a reason.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .idempotent()
        .body::<HearingAnswer>()
        .returns::<CaseView>(200, "The case.")
}
