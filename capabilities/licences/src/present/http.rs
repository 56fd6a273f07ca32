//! `POST /licences/{id}/present`: the page with the code, and the same for programs.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{AppError, Nothing, Operation, PostForm, Qr, Shell, Visitor, page};

use super::present;
use crate::Licence;
use crate::room::Room;
use crate::view::id_of;

#[derive(Template)]
#[template(path = "present/code.html")]
struct CodePage {
    shell: Shell,
    licence: Licence,
    code: String,
    until: Timestamp,
    qr: Option<Qr>,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let id = id_of(&id)?;
    let mut tx = room.db.begin().await?;
    let made = present(&mut tx, &room.vault, &visitor.actor, visitor.now, id).await?;
    let licence = crate::find(&mut tx, id).await?.ok_or(kernel::Refusal::NotFound)?;
    tx.commit().await?;
    let shell = Shell::new(&visitor, visitor.t("licences-present-title"))
        .crumb(visitor.t("licences-mine"), "/my/licences")
        .crumb(visitor.pick(&licence.name.zh, &licence.name.en), format!("/licences/{id}"));
    page(&CodePage { shell, licence, qr: Qr::of(&made.code), code: made.code, until: made.until })
}

/// A code that shows a document once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicencePresentation {
    /// To be typed or scanned by whoever is to see the document.
    code: String,
    /// Until when.
    expires_at: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<LicencePresentation>, AppError> {
    let mut tx = room.db.begin().await?;
    let made = present(&mut tx, &room.vault, &visitor.actor, visitor.now, id_of(&id)?).await?;
    tx.commit().await?;
    Ok(Json(LicencePresentation { code: made.code, expires_at: made.until.to_string() }))
}

pub(crate) fn operation() -> Operation {
    Operation::new("presentLicence", "Makes a code under which a document is shown once.")
        .description(
            "The code is shown this once, lasts five minutes, and makes an earlier one of the same document void. \
             Needs the right to collect where somebody acts for another.",
        )
        .tag("licences")
        .path_param("id", "The document's id.")
        .returns::<LicencePresentation>(200, "The code.")
}
