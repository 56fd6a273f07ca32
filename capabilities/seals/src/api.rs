//! Seals for programs.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use guomi::Certificate;
use jiff::civil::Date;
use kernel::{FieldError, Message, Refusal};
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, Operation, Visitor};

use crate::draw;
use crate::list::{self, WantedSeals};
use crate::pages::visible;
use crate::record::{SealRecord, UseRecord};
use crate::request::{NewSeal, request};
use crate::room::Room;
use crate::seal;
use crate::seal::{RevokeReason, Step};
use crate::step::{TakeStep, take_step};

/// A seal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SealView {
    /// Its id.
    id: String,
    /// 印章编码; null before it is approved.
    number: Option<String>,
    /// 印章标识 esID; null before it is approved.
    es_id: Option<String>,
    /// 印章名称
    name: String,
    /// Code of its kind.
    kind: String,
    /// Id of the body.
    body: String,
    /// Name of the body.
    body_name: String,
    /// Social credit code of the body.
    body_uscc: String,
    /// `requested`, `refused`, `approved`, `made`, `in-force`, `suspended`, `revoked` or `expired`.
    state: &'static str,
    /// First day of use.
    valid_from: String,
    /// Last day of use.
    valid_until: String,
    /// What it is needed for.
    reason: String,
    /// When it was asked for, RFC 3339.
    requested_at: String,
    /// When it was revoked.
    revoked_at: Option<String>,
    /// Why: `key-compromise`, `body-changed`, `superseded` or `no-longer-used`.
    revoke_reason: Option<&'static str>,
    /// The certificate in PEM; null before the seal is made.
    certificate: Option<String>,
    /// Counts every change; a step names the one that was seen.
    version: i64,
}

/// A page of seals.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SealPage {
    /// The seals, newest first.
    items: Vec<SealView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// A seal to be asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealRequest {
    /// Short name of the body.
    body: String,
    /// Code of the kind.
    kind: String,
    /// 印章名称; made from body and kind when left out.
    #[serde(default)]
    name: String,
    /// The name along the ring; the body's when left out.
    #[serde(default)]
    ring: String,
    /// First day of use, yyyy-mm-dd.
    valid_from: String,
    /// Last day of use.
    valid_until: String,
    /// What it is needed for.
    reason: String,
}

/// A step to be taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepRequest {
    /// `approve`, `refuse`, `make`, `activate`, `suspend`, `resume` or `revoke`.
    step: String,
    /// Why; needed to refuse, suspend, resume and revoke.
    #[serde(default)]
    word: String,
    /// The reason of a revocation: `key-compromise`, `body-changed`, `superseded` or `no-longer-used`.
    #[serde(default)]
    reason: Option<String>,
    /// The version of the seal that was seen.
    version: i64,
}

/// Something that was sealed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UseView {
    /// Its id.
    id: String,
    /// When, RFC 3339.
    at: String,
    /// `licence` or `document`.
    purpose: String,
    /// What was sealed.
    reference: String,
    /// Its digest before sealing: SM3, hexadecimal.
    digest: String,
    /// Id of the case.
    case: String,
    /// Name of who decided.
    decided_by: String,
}

/// A page of uses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsePage {
    /// The uses, the latest first.
    items: Vec<UseView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// Words in name, body or number.
    q: String,
    /// A state.
    state: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Rows of a page, 1 to 100; 20 without it.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct PageAsked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Rows of a page, 1 to 100; 20 without it.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

fn view(seal: &SealRecord, today: Date) -> Result<SealView, Refusal> {
    let certificate = seal.certificate.as_deref().map(Certificate::from_der).transpose();
    Ok(SealView {
        id: seal.id.to_string(),
        number: seal.number.clone(),
        es_id: seal.es_id.clone(),
        name: seal.name.clone(),
        kind: seal.kind.clone(),
        body: seal.body.to_string(),
        body_name: seal.body_name.clone(),
        body_uscc: seal.body_uscc.clone(),
        state: seal.state_on(today).as_str(),
        valid_from: seal.valid_from.to_string(),
        valid_until: seal.valid_until.to_string(),
        reason: seal.reason.clone(),
        requested_at: seal.requested_at.to_string(),
        revoked_at: seal.revoked_at.map(|at| at.to_string()),
        revoke_reason: seal.revoke_reason.map(RevokeReason::as_str),
        certificate: certificate.map_err(Refusal::internal)?.as_ref().map(Certificate::to_pem),
        version: seal.version,
    })
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<SealPage>, AppError> {
    let staff = visitor.actor.staff()?;
    let state = if asked.state.is_empty() {
        None
    } else {
        let unknown = || Refusal::field("state", Message::new("seals-state-unknown"));
        Some(seal::State::read(&asked.state).ok_or_else(unknown)?)
    };
    let mut tx = room.db.snapshot().await?;
    let is_authority = room.authority(&mut tx).await? == Some(staff.body);
    let wanted = WantedSeals { body: (!is_authority).then_some(staff.body), state, words: asked.q };
    let request = PageRequest { after: asked.after, size: asked.size };
    let today = visitor.today();
    let found = list::list(&mut tx, &wanted, today, &request).await?;
    let items = found.items.iter().map(|seal| view(seal, today)).collect::<Result<_, _>>()?;
    Ok(Json(SealPage { items, next: found.next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listSeals", "Lists the seals of the own body; for the seal authority all.")
        .tag("seals")
        .query::<Asked>()
        .returns::<SealPage>(200, "A page of seals.")
}

pub(crate) async fn request_seal(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(asked): ApiJson<SealRequest>,
) -> Result<Response, AppError> {
    let new = NewSeal {
        body: asked.body,
        kind: asked.kind,
        name: asked.name,
        ring: asked.ring,
        valid_from: asked.valid_from,
        valid_until: asked.valid_until,
        reason: asked.reason,
    };
    let mut tx = room.db.begin().await?;
    let seal = request(&mut tx, &room, &visitor.actor, &new, visitor.now).await.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(view(&seal, visitor.today())?)).into_response())
}

pub(crate) fn request_operation() -> Operation {
    Operation::new("requestSeal", "Asks for a seal of a body.")
        .tag("seals")
        .body::<SealRequest>()
        .returns::<SealView>(201, "The seal, which waits for approval.")
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<SealView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    Ok(Json(view(&seal, visitor.today())?))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getSeal", "Shows a seal.")
        .tag("seals")
        .path_param("seal", "The seal's id.")
        .returns::<SealView>(200, "The seal.")
}

pub(crate) async fn step(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    ApiJson(asked): ApiJson<StepRequest>,
) -> Result<Json<SealView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    tx.rollback().await?;
    let step = Step::read(&asked.step);
    let reason = asked.reason.as_deref().map(RevokeReason::read);
    let mut faults = Vec::new();
    if step.is_none() {
        faults.push(FieldError::new("step", Message::new("seals-step-unknown")));
    }
    if reason == Some(None) {
        faults.push(FieldError::new("reason", Message::new("seals-revoke-reason-wrong")));
    }
    let (Some(step), true) = (step, faults.is_empty()) else {
        return Err(Refusal::Invalid(faults).into());
    };
    let take = TakeStep { step, word: asked.word, reason: reason.flatten(), version: asked.version };
    let seal = take_step(&room, &visitor.actor, seal.id, &take, visitor.now).await.map_err(Refusal::from)?;
    Ok(Json(view(&seal, visitor.today())?))
}

pub(crate) fn step_operation() -> Operation {
    Operation::new("stepSeal", "Takes a step in the life of a seal.")
        .description("Nobody approves a seal that they asked for, and nobody makes one that they approved.")
        .tag("seals")
        .path_param("seal", "The seal's id.")
        .body::<StepRequest>()
        .returns::<SealView>(200, "The seal after the step.")
}

pub(crate) async fn uses(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<PageAsked>,
) -> Result<Json<UsePage>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    let request = PageRequest { after: asked.after, size: asked.size };
    let found = list::uses(&mut tx, seal.id, &request).await?.map(|used: UseRecord| UseView {
        id: used.id.to_string(),
        at: used.at.to_string(),
        purpose: used.purpose,
        reference: used.reference,
        digest: used.digest,
        case: used.case.to_string(),
        decided_by: used.decided_name,
    });
    Ok(Json(UsePage { items: found.items, next: found.next }))
}

pub(crate) fn uses_operation() -> Operation {
    Operation::new("listSealUses", "Lists what was sealed with a seal.")
        .tag("seals")
        .path_param("seal", "The seal's id.")
        .query::<PageAsked>()
        .returns::<UsePage>(200, "A page of uses.")
}

pub(crate) async fn picture(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let seal = visible(&mut tx, &room, &visitor, &id).await?;
    let svg = draw::picture(&seal, &room.faces).map_err(Refusal::internal)?;
    Ok(([(CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

pub(crate) fn picture_operation() -> Operation {
    Operation::new("getSealPicture", "Draws a seal.")
        .tag("seals")
        .path_param("seal", "The seal's id.")
        .returns_file("image/svg+xml")
}
