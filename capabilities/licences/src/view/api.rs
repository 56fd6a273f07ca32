//! `/api/v1/licences/{id}` and its file.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use kernel::Words;
use serde::Serialize;
use utoipa::ToSchema;
use web::{AppError, Operation, Visitor};

use super::http::{Form, OFD_MEDIA_TYPE, named, read};
use super::{get_visible, id_of};
use crate::record::Licence;
use crate::room::Room;

/// A name in Chinese and English.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceName {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

impl LicenceName {
    pub(crate) fn of(words: &Words) -> Self {
        Self { zh: words.zh.clone(), en: words.en.clone() }
    }
}

/// The body that issued a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceIssuer {
    /// Its name.
    name: String,
    /// Its unified social credit code.
    code: String,
}

impl LicenceIssuer {
    pub(crate) fn of(licence: &Licence) -> Self {
        Self { name: licence.issuer_name.clone(), code: licence.issuer_uscc.clone() }
    }
}

/// A document that was issued (证照).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceView {
    /// Its id on this platform.
    id: String,
    /// Its identifier everywhere (电子证照标识, GB/T 36904).
    identifier: String,
    /// Its number (证照编号).
    number: String,
    /// `licence` or `notice`.
    kind: String,
    /// Licence type (证照类型代码).
    type_code: String,
    /// Its name.
    name: LicenceName,
    /// The holder's name, masked for a natural person.
    holder: String,
    /// Who issued it.
    issuer: LicenceIssuer,
    /// The case it comes from.
    case_id: String,
    /// Day of issue.
    #[schema(value_type = String, format = Date)]
    issued_on: Date,
    /// First day on which it holds.
    #[schema(value_type = String, format = Date)]
    valid_from: Date,
    /// Last day on which it holds; null: until revoked.
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<Date>,
    /// `valid`, `expired`, `revoked` (撤销), `cancelled` (注销) or `replaced` (换发).
    state: &'static str,
    /// When it was revoked, cancelled or replaced.
    revoked_at: Option<String>,
    /// Why it was.
    revoke_reason: Option<String>,
    /// Of one that was replaced: the identifier of what stands in its place.
    replaced_by: Option<String>,
    /// Where anyone can look up its state.
    status_url: String,
    /// SM3 of the sealed PDF, hexadecimal.
    file_sm3: String,
    /// SM3 of the sealed OFD file, hexadecimal; null for documents that have none.
    ofd_sm3: Option<String>,
    /// Raised by one with each reissue.
    version: u16,
}

impl LicenceView {
    pub(crate) fn of(licence: &Licence, today: Date, room: &Room) -> Self {
        let ending = licence.ending.as_ref();
        Self {
            id: licence.id.to_string(),
            identifier: licence.identifier.clone(),
            number: licence.number.clone(),
            kind: licence.kind.clone(),
            type_code: licence.type_code.clone(),
            name: LicenceName::of(&licence.name),
            holder: licence.holder_shown.clone(),
            issuer: LicenceIssuer::of(licence),
            case_id: licence.case.to_string(),
            issued_on: licence.issued_on,
            valid_from: licence.valid_from,
            valid_until: licence.valid_until,
            state: licence.state(today).as_str(),
            revoked_at: ending.map(|ending| ending.at.to_string()),
            revoke_reason: ending.map(|ending| ending.reason.clone()),
            replaced_by: ending.and_then(|ending| ending.replaced_by.clone()),
            status_url: room.status_url(&licence.identifier),
            file_sm3: licence.file_sm3.clone(),
            ofd_sm3: licence.ofd_sm3.clone(),
            version: licence.version,
        }
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<LicenceView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let licence = get_visible(&mut tx, &visitor.actor, id_of(&id)?).await?;
    Ok(Json(LicenceView::of(&licence, visitor.today(), &room)))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new(
        "getLicence",
        "Gives a document of one's own, or one that the own body issued or worked on.",
    )
    .tag("licences")
    .path_param("id", "The document's id.")
    .returns::<LicenceView>(200, "The document.")
}

pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let (licence, file) = read(&room, &visitor.actor, visitor.now, &id, Form::Pdf).await?;
    Ok(named(&licence, file, Form::Pdf, "attachment"))
}

pub(crate) fn file_operation() -> Operation {
    Operation::new("getLicenceFile", "Gives the sealed PDF of a document.")
        .description("A look by staff at a person's document is noted for the person to see.")
        .tag("licences")
        .path_param("id", "The document's id.")
        .returns_file("application/pdf")
}

pub(crate) async fn ofd_file(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let (licence, file) = read(&room, &visitor.actor, visitor.now, &id, Form::Ofd).await?;
    Ok(named(&licence, file, Form::Ofd, "attachment"))
}

pub(crate) fn ofd_file_operation() -> Operation {
    Operation::new("getLicenceOfdFile", "Gives the sealed OFD file of a document (GB/T 33190).")
        .description("Documents that were issued before there were OFD files have none: 404. A look by staff at a person's document is noted for the person to see.")
        .tag("licences")
        .path_param("id", "The document's id.")
        .returns_file(OFD_MEDIA_TYPE)
}
