//! One thing in the API.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use kernel::{DraftId, MasterCaseId, Refusal};
use serde::{Deserialize, Serialize};
use store::idempotency::Once;
use store::page::PageRequest;
use utoipa::ToSchema;
use web::{ApiJson, AppError, IdempotencyKey, Operation, Visitor};

use super::hand_in::hand_in;
use super::standing::{MasterView, read};
use super::{MasterCase, list, own};
use crate::http::{created, id};
use crate::submit::SubmitError;
use crate::{Room, draft};

/// What is handed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMasterCase {
    /// The complete draft of a bundle.
    #[schema(value_type = String)]
    draft: DraftId,
}

/// One thing in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MasterRow {
    /// Its id.
    id: String,
    /// 主办件编号
    number: String,
    /// Id of the bundle.
    bundle: String,
    /// Division where it is applied for.
    division: String,
    /// When it was handed in, RFC 3339.
    submitted_at: String,
}

/// A page of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MasterPage {
    /// Newest first.
    items: Vec<MasterRow>,
    /// Give it as `after` to go on; null on the last page.
    next: Option<String>,
}

/// Hands the draft in, or finds what was made of it.
pub(crate) async fn hand_in_once(
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
    once: &Once,
) -> Result<MasterCase, Refusal> {
    let mut tx = room.db.begin().await?;
    if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        return Ok(own(&mut tx, visitor.actor.person()?, id::<MasterCaseId>(&earlier)?).await?);
    }
    match hand_in(&mut tx, room, &visitor.actor, visitor.now, draft).await {
        Ok(master) => {
            once.keep(&mut tx, &master.id.to_string()).await?;
            tx.commit().await?;
            Ok(master)
        }
        Err(SubmitError::Outdated) => {
            // As with a single application: its questions can be looked at again.
            drop(tx);
            draft::move_on(room, visitor.actor.person()?, draft, visitor.now).await?;
            Err(SubmitError::Outdated.into())
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn api_hand_in(
    State(room): State<Room>,
    visitor: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewMasterCase>,
) -> Result<Response, AppError> {
    let place = format!("POST master-cases {}", new.draft);
    let once = Once::new(&visitor.actor, key, &[place.as_bytes()]);
    let master = hand_in_once(&room, &visitor, new.draft, &once).await?;
    let mut tx = room.db.snapshot().await?;
    let view = read(&mut tx, &room, &visitor, &master).await?;
    Ok(created(&format!("/api/v1/master-cases/{}", master.id), &view))
}

pub(crate) fn hand_in_operation() -> Operation {
    Operation::new("handInMasterCase", "Hands a complete draft of a bundle in (一件事): one number for all of its parts.")
        .description(
            "Parts that wait for no other become cases at once, in the same transaction; the others begin by themselves \
             when the parts before them were granted. By this call the applicant declares that everything is true. \
             Repeating it gives the same master case. 422 lists everything that is missing; 409 when the draft is of a \
             single item, when nothing is needed after its answers, or when the bundle was published anew since the \
             draft was begun.",
        )
        .tag("applications")
        .idempotent()
        .body::<NewMasterCase>()
        .returns::<MasterView>(201, "The master case.")
}

pub(crate) async fn api_list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(request): Query<PageRequest>,
) -> Result<Json<MasterPage>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let page = list(&mut tx, visitor.actor.person()?, &request).await?;
    let row = |master: MasterCase| MasterRow {
        id: master.id.to_string(),
        number: master.number,
        bundle: master.bundle.item,
        division: master.division,
        submitted_at: crate::view::instant(master.submitted_at),
    };
    let next = page.next.as_ref().map(ToString::to_string);
    Ok(Json(MasterPage { items: page.items.into_iter().map(row).collect(), next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listMasterCases", "Lists the applicant's master cases (一件事), newest first.")
        .tag("applications")
        .query_param("after", "The `next` of the page before.", false)
        .query_param("size", "Rows of a page, 1 to 100; 20 without it.", false)
        .returns::<MasterPage>(200, "A page of master cases.")
}

pub(crate) async fn api_show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(master): Path<String>,
) -> Result<Json<MasterView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let master = own(&mut tx, visitor.actor.person()?, id(&master)?).await?;
    Ok(Json(read(&mut tx, &room, &visitor, &master).await?))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getMasterCase", "Shows where every part of one thing stands, until when and why.")
        .tag("applications")
        .path_param("id", "The master case.")
        .returns::<MasterView>(200, "The master case.")
}
