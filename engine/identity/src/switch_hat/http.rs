//! The choice on `/my/account`, and `PUT /api/v1/sessions/current/hat`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{LegalPersonId, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, PostForm, Visitor, local_path};

use super::switch_hat;
use crate::Room;
use crate::authenticate::hand_cookie;
use crate::session_api::SessionToken;
use crate::sessions::Opened;

#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    /// Empty: for oneself.
    #[serde(default)]
    legal_person: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let hat = match form.legal_person.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_no_id| AppError(Refusal::conflict("identity-hat-not-yours")))?),
    };
    let opened = switch(&room, &visitor, hat).await?;
    let mut response = Redirect::to(local_path(&form.next).unwrap_or("/my/account")).into_response();
    hand_cookie(&room, response.headers_mut(), &opened.token);
    Ok(response)
}

/// Whom to act for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HatChoice {
    /// The legal person; null for oneself.
    #[schema(value_type = Option<String>)]
    legal_person: Option<LegalPersonId>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(choice): ApiJson<HatChoice>,
) -> Result<Json<SessionToken>, AppError> {
    let opened = switch(&room, &visitor, choice.legal_person).await?;
    Ok(Json(opened.into()))
}

pub(crate) fn operation() -> Operation {
    Operation::new("switchHat", "Acts for a legal person from now on, or for oneself again.")
        .description(
            "The answer holds a new token; the old one is worthless. 409 for a legal person of which the bearer is \
             neither representative nor agent.",
        )
        .tag("identity")
        .body::<HatChoice>()
        .returns::<SessionToken>(200, "The new token of the same visit.")
}

async fn switch(room: &Room, visitor: &Visitor, hat: Option<LegalPersonId>) -> Result<Opened, AppError> {
    let session = visitor.session.ok_or(AppError(Refusal::Unauthenticated))?;
    let mut tx = room.db.begin().await?;
    let opened = switch_hat(&mut tx, session, hat, visitor.now).await?;
    tx.commit().await?;
    Ok(opened)
}
