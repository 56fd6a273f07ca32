//! The form on the document's page, and `POST /api/v1/licences/{id}/revocation`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use serde::Deserialize;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{ApiJson, AppError, FormErrors, IdempotencyKey, Operation, PostForm, Visitor};

use crate::revoke;
use crate::room::Room;
use crate::view::api::LicenceView;
use crate::view::{self, get_visible, id_of};

#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    reason: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let id = id_of(&id)?;
    let mut tx = room.db.begin().await?;
    match revoke(&mut tx, &visitor.actor, visitor.now, id, &form.reason).await.map_err(Refusal::from) {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/licences/{id}")).into_response())
        }
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let licence = get_visible(&mut tx, &visitor.actor, id).await?;
            view::http::page_of(
                &visitor,
                &room,
                licence,
                StatusCode::UNPROCESSABLE_ENTITY,
                errors,
                form.reason,
            )
        }
    }
}

/// Why a document is revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceRevocation {
    /// 4 to 500 characters, shown to the holder and to staff.
    reason: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(asked): ApiJson<LicenceRevocation>,
) -> Result<Json<LicenceView>, AppError> {
    let (id, by) = (id_of(&id)?, &visitor.actor);
    let once = Once::new(by, key, &[b"revoke", id.to_string().as_bytes(), asked.reason.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let licence = if once.earlier(&mut tx, visitor.now).await?.is_some() {
        get_visible(&mut tx, by, id).await?
    } else {
        let licence = revoke(&mut tx, by, visitor.now, id, &asked.reason).await?;
        once.keep(&mut tx, &id.to_string()).await?;
        tx.commit().await?;
        licence
    };
    Ok(Json(LicenceView::of(&licence, visitor.today(), &room)))
}

pub(crate) fn operation() -> Operation {
    Operation::new("revokeLicence", "Revokes a document of the own body, for a reason.")
        .description("From then on every check says that it is revoked. Needs the role of deciding.")
        .tag("licences")
        .path_param("id", "The document's id.")
        .idempotent()
        .body::<LicenceRevocation>()
        .returns::<LicenceView>(200, "The document, revoked.")
}
