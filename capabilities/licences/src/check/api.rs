//! Checks for machines.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::{Message, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::http::told;
use super::{Check, check_file, note};
use crate::record::Licence;
use crate::room::Room;
use crate::view::api::{LicenceIssuer, LicenceName};

/// Larger than any document with its annexed lists.
const FILE_BYTES_MAX: usize = 25 * 1024 * 1024;

/// What is to be looked up: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceCheckRequest {
    /// The identifier (电子证照标识, GB/T 36904).
    #[serde(default)]
    identifier: Option<String>,
    /// The number (证照编号).
    #[serde(default)]
    number: Option<String>,
}

/// A document as everybody may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicLicence {
    /// Its identifier.
    identifier: String,
    /// Its number.
    number: String,
    /// Its name.
    name: LicenceName,
    /// The holder's name, masked for a natural person.
    holder: String,
    /// Who issued it.
    issuer: LicenceIssuer,
    /// Day of issue.
    #[schema(value_type = String, format = Date)]
    issued_on: Date,
    /// Last day on which it holds; null: until revoked.
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<Date>,
    /// `valid`, `expired` or `revoked`.
    state: &'static str,
    /// When it was revoked.
    revoked_at: Option<String>,
    /// Of one that was replaced: the identifier of what stands in its place.
    replaced_by: Option<String>,
}

/// What the seal of a file says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SealCheck {
    /// Whether the file is what was sealed.
    genuine: bool,
    /// Which part is wrong: `not-pdf`, `no-signature`, `document-changed`, `metadata-changed`, `signature-damaged`,
    /// `certificate-damaged`, `not-trusted`, `not-valid-at-signing`, `not-the-issuer`, `bytes-after`, `truncated`,
    /// `metadata-missing`, `metadata-unreadable`, `too-large`, `signed-later`, or `ofd`: then see `parts`.
    fault: Option<&'static str>,
    /// The fault in words.
    detail: Option<String>,
    /// Of an OFD file, every part that is wrong.
    parts: Vec<WrongPart>,
    /// Who sealed it.
    signer: Option<String>,
    /// When they say they did.
    signed_at: Option<String>,
    /// Whether it comes from a demonstration and has no legal force.
    demo: Option<bool>,
}

/// A part of an OFD file that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WrongPart {
    /// Which part, such as `package`, `coverage`, `digest`, `signature`, `seal-file`, `signer-certificate`.
    part: &'static str,
    /// Which one, where there are several: the path of a file; else empty.
    subject: String,
    /// What is wrong with it, such as `changed`, `not-covered`, `data-hash`, `certificate-not-trusted`.
    fault: &'static str,
    /// The fault in words.
    detail: String,
}

impl WrongPart {
    fn of(visitor: &Visitor, finding: &ofd::Finding) -> Option<Self> {
        let fault = finding.result.as_ref().err()?;
        Some(Self {
            part: finding.part.code(),
            subject: finding.subject.clone(),
            fault: fault.code(),
            detail: told(visitor, finding),
        })
    }
}

/// What a check comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceCheck {
    /// `valid`, `expired`, `revoked`, `cancelled`, `replaced`, `unknown`, `several` (numbers only: compare issuer and holder), `not-genuine`, or
    /// `other-file` (sealed, but not the file on record).
    result: &'static str,
    /// What is on record.
    licences: Vec<PublicLicence>,
    /// What the seal says; for files only.
    seal: Option<SealCheck>,
}

impl PublicLicence {
    fn of(licence: &Licence, today: Date) -> Self {
        Self {
            identifier: licence.identifier.clone(),
            number: licence.number.clone(),
            name: LicenceName::of(&licence.name),
            holder: licence.holder_shown.clone(),
            issuer: LicenceIssuer::of(licence),
            issued_on: licence.issued_on,
            valid_until: licence.valid_until,
            state: licence.state(today).as_str(),
            revoked_at: licence.ending.as_ref().map(|ending| ending.at.to_string()),
            replaced_by: licence.ending.as_ref().and_then(|ending| ending.replaced_by.clone()),
        }
    }
}

impl LicenceCheck {
    fn of(visitor: &Visitor, check: &Check) -> Self {
        let today = visitor.today();
        let seal = check.seal.as_ref().map(|seal| match seal {
            Ok(verified) => SealCheck {
                genuine: true,
                fault: None,
                detail: None,
                parts: Vec::new(),
                signer: Some(verified.signer.clone()),
                signed_at: Timestamp::from_second(verified.signed_at).ok().map(|at| at.to_string()),
                demo: Some(verified.metadata.demo),
            },
            Err(fault) => SealCheck {
                genuine: false,
                fault: Some(fault.code()),
                detail: Some(visitor.t(&format!("licences-fault-{}", fault.code()))),
                parts: fault.parts().iter().filter_map(|part| WrongPart::of(visitor, part)).collect(),
                signer: None,
                signed_at: None,
                demo: None,
            },
        });
        let licences = check.licences.iter().map(|licence| PublicLicence::of(licence, today)).collect();
        Self { result: check.verdict.as_str(), licences, seal }
    }
}

pub(crate) async fn look_up(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(asked): ApiJson<LicenceCheckRequest>,
) -> Result<Json<LicenceCheck>, AppError> {
    let one = asked.identifier.xor(asked.number).filter(|text| !text.trim().is_empty());
    let text = one.ok_or_else(|| Refusal::field("identifier", Message::new("licences-check-one-of")))?;
    let mut tx = room.db.snapshot().await?;
    let check = super::look_up(&mut tx, &text, visitor.today()).await?;
    drop(tx);
    note(&room, &check, visitor.now).await;
    Ok(Json(LicenceCheck::of(&visitor, &check)))
}

pub(crate) fn look_up_operation() -> Operation {
    Operation::new("checkLicence", "Looks up a document by its identifier or its number.")
        .description("Says what the issuer's table says; the paper or file in hand is not looked at.")
        .tag("licences")
        .body::<LicenceCheckRequest>()
        .returns::<LicenceCheck>(200, "What is on record, also when nothing is.")
}

pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    mut request: Request,
) -> Result<Json<LicenceCheck>, AppError> {
    DefaultBodyLimit::max(FILE_BYTES_MAX).apply(&mut request);
    let file = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Refusal::TooLarge(FILE_BYTES_MAX as u64)
        } else {
            Refusal::Malformed(Message::new("web-body-cut"))
        }
    })?;
    let check = check_file(&room, file.to_vec(), visitor.today()).await?;
    note(&room, &check, visitor.now).await;
    Ok(Json(LicenceCheck::of(&visitor, &check)))
}

pub(crate) fn file_operation() -> Operation {
    Operation::new("checkLicenceFile", "Checks the sealed file of a document and looks up its state.")
        .description("The body is the file itself (application/pdf or application/ofd), at most 25 MB.")
        .tag("licences")
        .returns::<LicenceCheck>(200, "What the seal and the record say, also when the file is not genuine.")
}
