//! `/master-cases/{id}/withdraw` and `POST /api/v1/master-cases/{id}/withdrawal`.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{MasterCaseId, Refusal};
use serde::Deserialize;
use store::Tx;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{
    ApiJson, AppError, Choice, FormErrors, IdempotencyKey, Operation, PostForm, Shell, Visitor, page,
    page_with_status,
};

use super::{WithdrawMasterError, withdraw};
use crate::Room;
use crate::http::id;
use crate::master::own;
use crate::master::standing::{MasterView, PartView, is_end, read};

#[derive(Template)]
#[template(path = "master/withdraw/withdraw.html")]
struct WithdrawPage {
    shell: Shell,
    errors: FormErrors,
    name: String,
    number: String,
    /// The whole, and the parts that run or wait.
    choices: Vec<Choice>,
    reason: String,
    action: String,
    back: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct WithdrawForm {
    /// Empty: all.
    #[serde(default)]
    part: String,
    #[serde(default)]
    reason: String,
}

/// Which part was meant on the page before.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Meant {
    #[serde(default)]
    part: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(master): Path<String>,
    Query(meant): Query<Meant>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let form = WithdrawForm { part: meant.part, reason: String::new() };
    page(&build(&mut tx, &room, &visitor, id(&master)?, form, FormErrors::none()).await?)
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    master: MasterCaseId,
    form: WithdrawForm,
    errors: FormErrors,
) -> Result<WithdrawPage, AppError> {
    let master = own(tx, visitor.actor.person()?, master).await?;
    let view = read(tx, room, visitor, &master).await?;
    let open: Vec<&PartView> = view.parts.iter().filter(|part| !is_end(part.state)).collect();
    if open.is_empty() {
        return Err(AppError(WithdrawMasterError::Over.into()));
    }
    let all = Choice::new("", visitor.t("applications-master-all")).chosen_if(form.part.is_empty());
    let part = |part: &&PartView| Choice::new(&part.part, &part.name).chosen_if(part.part == form.part);
    let back = format!("/master-cases/{}", master.id);
    Ok(WithdrawPage {
        shell: Shell::new(visitor, visitor.t("applications-master-withdraw"))
            .crumb(visitor.t("web-my"), "/my"),
        errors,
        choices: std::iter::once(all).chain(open.iter().map(part)).collect(),
        name: view.name.clone(),
        number: master.number,
        reason: form.reason,
        action: format!("{back}/withdraw"),
        back,
    })
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(master): Path<String>,
    PostForm(form): PostForm<WithdrawForm>,
) -> Result<Response, AppError> {
    let master: MasterCaseId = id(&master)?;
    let mut tx = room.db.begin().await?;
    let part = Some(form.part.as_str()).filter(|part| !part.is_empty());
    match withdraw(&mut tx, &room, &visitor.actor, visitor.now, master, part, &form.reason).await {
        Ok(_master) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/master-cases/{master}")).into_response())
        }
        Err(error) => {
            drop(tx);
            let errors = FormErrors::of(&visitor, Refusal::from(error))?;
            let mut tx = room.db.snapshot().await?;
            let again = build(&mut tx, &room, &visitor, master, form, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// What is taken back, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MasterWithdrawal {
    /// The part; without it everything that runs or waits.
    #[serde(default)]
    part: Option<String>,
    /// The reason, for the record.
    reason: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(master): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(wanted): ApiJson<MasterWithdrawal>,
) -> Result<Json<MasterView>, AppError> {
    let master_id: MasterCaseId = id(&master)?;
    let part = wanted.part.as_deref();
    let place = format!("POST master-cases {master} withdrawal of {}", part.unwrap_or("all"));
    let once = Once::new(&visitor.actor, key, &[place.as_bytes(), wanted.reason.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let master = if once.earlier(&mut tx, visitor.now).await?.is_some() {
        own(&mut tx, visitor.actor.person()?, master_id).await?
    } else {
        let (by, now) = (&visitor.actor, visitor.now);
        let master = withdraw(&mut tx, &room, by, now, master_id, part, &wanted.reason).await?;
        once.keep(&mut tx, &master.id.to_string()).await?;
        master
    };
    let view = read(&mut tx, &room, &visitor, &master).await?;
    tx.commit().await?;
    Ok(Json(view))
}

pub(crate) fn operation() -> Operation {
    Operation::new("withdrawMasterCase", "Takes one thing back, or one part of it.")
        .description(
            "Parts that wait for what is taken back are not begun. 404 when there is no such part; 409 when nothing that \
             is meant runs or waits any more; 422 without a reason.",
        )
        .tag("applications")
        .path_param("id", "The master case.")
        .idempotent()
        .body::<MasterWithdrawal>()
        .returns::<MasterView>(200, "The master case as it stands now.")
}
