//! The same for programs of the desk.

use axum::Json;
use axum::extract::State;
use kernel::{Message, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::show;
use crate::room::Room;
use crate::service::api::ServedLicence;

/// The code of a document that its holder shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceCode {
    /// The code, as typed or scanned.
    pub(crate) code: String,
    /// What it is looked at for, 4 to 100 characters.
    pub(crate) purpose: String,
}

/// What is said of a code that is none.
pub(crate) fn unknown_code() -> Refusal {
    Refusal::field("code", Message::new("licences-desk-code-unknown"))
}

pub(crate) async fn scan(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(asked): ApiJson<LicenceCode>,
) -> Result<Json<ServedLicence>, AppError> {
    let mut tx = room.db.begin().await?;
    let typed = (asked.code.as_str(), asked.purpose.as_str());
    let opened = show(&mut tx, &room, &visitor.actor, visitor.now, typed).await?;
    tx.commit().await?; // also a miss, which counts
    let opened = opened.ok_or_else(unknown_code)?;
    Ok(Json(ServedLicence::of(&opened, visitor.today())))
}

pub(crate) fn scan_operation() -> Operation {
    Operation::new("scanLicence", "Shows a clerk the document of a code, once.")
        .description("The holder sees which body looked, when and what for.")
        .tag("licences")
        .body::<LicenceCode>()
        .returns::<ServedLicence>(200, "The document.")
}
