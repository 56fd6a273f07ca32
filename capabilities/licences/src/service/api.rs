//! `/api/v1/licence-service/…`: what other systems call, each with a token of its own and the scope of the call.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use kernel::{Message, Refusal};
use oidc::{System, get_system};
use serde::{Deserialize, Serialize};
use store::Purpose;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, Operation, Visitor};

use super::{COMPARE, FETCH, QUERY, SUBSCRIBE, Sought, compare, fetch, is_in_force, query, show, subscribe};
use crate::authorise::of_receiver;
use crate::desk::Opened;
use crate::desk::api::{LicenceCode, unknown_code};
use crate::room::Room;
use crate::view::api::{LicenceIssuer, LicenceName};
use crate::{Licence, find};

/// The system that calls, known by its token before what it sends is read.
pub(crate) struct Calling(System);

impl FromRequestParts<Room> for Calling {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, room: &Room) -> Result<Self, AppError> {
        let now = Visitor::from_request_parts(parts, room).await?.now;
        let mut tx = room.db.snapshot().await?;
        Ok(Self(get_system(&mut tx, &parts.headers, now).await?))
    }
}

/// Which document is asked for: an identifier, or a holder and a type.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceQuery {
    /// The identifier (电子证照标识, GB/T 36904).
    #[serde(default)]
    identifier: Option<String>,
    /// Identity number or social credit code of the holder.
    #[serde(default)]
    holder_code: Option<String>,
    /// Licence type (证照类型代码); with `holder_code`.
    #[serde(default)]
    type_code: Option<String>,
    /// What it is asked for, 4 to 100 characters; the holder reads it.
    purpose: String,
}

/// Whether a document is there and in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceQueryAnswer {
    /// Whether there is one.
    exists: bool,
    /// Whether it holds today.
    in_force: bool,
    /// `valid`, `expired`, `revoked`, `cancelled` or `replaced`.
    state: Option<&'static str>,
    /// Its identifier.
    identifier: Option<String>,
    /// Last day on which it holds; null: until revoked.
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<Date>,
}

impl LicenceQueryAnswer {
    fn of(found: Option<&Licence>, today: Date) -> Self {
        Self {
            exists: found.is_some(),
            in_force: found.is_some_and(|licence| is_in_force(licence, today)),
            state: found.map(|licence| licence.state(today).as_str()),
            identifier: found.map(|licence| licence.identifier.clone()),
            valid_until: found.and_then(|licence| licence.valid_until),
        }
    }
}

pub(crate) async fn ask(
    State(room): State<Room>,
    visitor: Visitor,
    Calling(system): Calling,
    ApiJson(asked): ApiJson<LicenceQuery>,
) -> Result<Json<LicenceQueryAnswer>, AppError> {
    system.require(QUERY)?;
    let mut tx = room.db.begin().await?;
    let sought = match (&asked.identifier, &asked.holder_code, &asked.type_code) {
        (Some(identifier), None, None) => Sought::Identifier(identifier),
        (None, Some(code), Some(type_code)) => Sought::Holder { code, type_code },
        (Some(_) | None, _, _) => {
            return Err(Refusal::field("identifier", Message::new("licences-query-one-of")).into());
        }
    };
    let found = query(&mut tx, &room, &system, visitor.now, (sought, &asked.purpose)).await?;
    tx.commit().await?;
    Ok(Json(LicenceQueryAnswer::of(found.as_ref(), visitor.today())))
}

pub(crate) fn ask_operation() -> Operation {
    Operation::new("queryLicence", "Says whether a document is there and in force.")
        .description(
            "With a token that the system got in its own name for the scope `licences:query`. \
             The holder sees who asked and what for.",
        )
        .tag("licence-service")
        .body::<LicenceQuery>()
        .returns::<LicenceQueryAnswer>(200, "The answer, also when there is none.")
}

/// What is to be compared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceComparison {
    /// The identifier of the document.
    identifier: String,
    /// What the system knows, by field: `holder_name`, `holder_code`, `number`, `name`, `issuer`, `issuer_code`, `issued_on`,
    /// `valid_from`, `valid_until` (empty: no end).
    fields: BTreeMap<String, String>,
    /// What it is compared for, 4 to 100 characters; the holder reads it.
    purpose: String,
}

/// What a comparison comes to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceComparisonAnswer {
    /// `valid`, `expired`, `revoked`, `cancelled` or `replaced`.
    state: &'static str,
    /// For each field whether it is alike; never what stands there.
    fields: BTreeMap<&'static str, bool>,
}

pub(crate) async fn comparison(
    State(room): State<Room>,
    visitor: Visitor,
    Calling(system): Calling,
    ApiJson(asked): ApiJson<LicenceComparison>,
) -> Result<Json<LicenceComparisonAnswer>, AppError> {
    system.require(COMPARE)?;
    let mut tx = room.db.begin().await?;
    let given = (&asked.fields, asked.purpose.as_str());
    let done = compare::compare(&mut tx, &room, &system, visitor.now, &asked.identifier, given).await?;
    tx.commit().await?;
    let (licence, fields) = done;
    Ok(Json(LicenceComparisonAnswer { state: licence.state(visitor.today()).as_str(), fields }))
}

pub(crate) fn comparison_operation() -> Operation {
    Operation::new("compareLicence", "Says of each field whether it is alike in a document.")
        .description(
            "With a token that the system got in its own name for the scope `licences:compare`. \
             One system compares one document at most 20 times in 24 hours. The holder sees which fields were compared.",
        )
        .tag("licence-service")
        .body::<LicenceComparison>()
        .returns::<LicenceComparisonAnswer>(200, "Yes or no for each field.")
}

/// The file of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServedFile {
    /// `application/pdf`.
    media_type: &'static str,
    /// SM3 of the content, hexadecimal.
    sm3: String,
    /// The sealed file in Base64 (RFC 4648 §4).
    content: String,
}

/// A document as it is shown to others with its holder's will.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServedLicence {
    /// Its identifier everywhere (电子证照标识, GB/T 36904).
    identifier: String,
    /// Its number (证照编号).
    number: String,
    /// Licence type (证照类型代码).
    type_code: String,
    /// Its name.
    name: LicenceName,
    /// The holder's whole name.
    holder_name: String,
    /// The holder's code; masked for a natural person.
    holder_code: String,
    /// Who issued it.
    issuer: LicenceIssuer,
    /// Day of issue.
    #[schema(value_type = String, format = Date)]
    issued_on: Date,
    /// First day on which it holds.
    #[schema(value_type = String, format = Date)]
    valid_from: Date,
    /// Last day on which it holds; null: until revoked.
    #[schema(value_type = Option<String>, format = Date)]
    valid_until: Option<Date>,
    /// `valid`, `expired`, `revoked`, `cancelled` or `replaced`.
    state: &'static str,
    /// Its file; for systems only.
    file: Option<ServedFile>,
}

impl ServedLicence {
    pub(crate) fn of(opened: &Opened, today: Date) -> Self {
        let Opened { licence, whole } = opened;
        Self {
            identifier: licence.identifier.clone(),
            number: licence.number.clone(),
            type_code: licence.type_code.clone(),
            name: LicenceName::of(&licence.name),
            holder_name: whole.holder_name.clone(),
            holder_code: whole.holder_code.clone(),
            issuer: LicenceIssuer::of(licence),
            issued_on: licence.issued_on,
            valid_from: licence.valid_from,
            valid_until: licence.valid_until,
            state: licence.state(today).as_str(),
            file: None,
        }
    }

    fn with_file(opened: &Opened, file: &[u8], today: Date) -> Self {
        let sm3 = opened.licence.file_sm3.clone();
        let file = ServedFile { media_type: "application/pdf", sm3, content: STANDARD.encode(file) };
        Self { file: Some(file), ..Self::of(opened, today) }
    }
}

/// Which document is to be fetched.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceFetch {
    /// The identifier.
    identifier: String,
}

pub(crate) async fn fetched(
    State(room): State<Room>,
    visitor: Visitor,
    Calling(system): Calling,
    ApiJson(asked): ApiJson<LicenceFetch>,
) -> Result<Json<ServedLicence>, AppError> {
    system.require(FETCH)?;
    let mut tx = room.db.begin().await?;
    let (opened, file) = fetch(&mut tx, &room, &system, visitor.now, &asked.identifier).await?;
    tx.commit().await?;
    Ok(Json(ServedLicence::with_file(&opened, &file, visitor.today())))
}

pub(crate) fn fetched_operation() -> Operation {
    Operation::new("fetchLicence", "Gives a document that its holder lets the system use.")
        .description(
            "With a token that the system got in its own name for the scope `licences:fetch`. \
             403 where the holder has given no right, or it has ended. The purpose is that of the right.",
        )
        .tag("licence-service")
        .body::<LicenceFetch>()
        .returns::<ServedLicence>(200, "The document with its file.")
}

pub(crate) async fn shown(
    State(room): State<Room>,
    visitor: Visitor,
    Calling(system): Calling,
    ApiJson(asked): ApiJson<LicenceCode>,
) -> Result<Json<ServedLicence>, AppError> {
    system.require(FETCH)?;
    let mut tx = room.db.begin().await?;
    let found = show(&mut tx, &room, &system, visitor.now, (&asked.code, &asked.purpose)).await?;
    tx.commit().await?; // also a miss, which counts
    let (opened, file) = found.ok_or_else(unknown_code)?;
    Ok(Json(ServedLicence::with_file(&opened, &file, visitor.today())))
}

pub(crate) fn shown_operation() -> Operation {
    Operation::new("redeemLicencePresentation", "Gives a document that its holder shows by a code, once.")
        .description(
            "With a token that the system got in its own name for the scope `licences:fetch`. \
             Ten codes that are none in 15 minutes, and the system waits.",
        )
        .tag("licence-service")
        .body::<LicenceCode>()
        .returns::<ServedLicence>(200, "The document with its file.")
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Asked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Rights on a page, 1 to 100; 20 unless said otherwise.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

/// A right that a holder gave to the system.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivedAuthorisation {
    /// Its id.
    id: String,
    /// The document that may be fetched.
    identifier: String,
    /// What for.
    purpose: String,
    /// Since when.
    given_at: String,
    /// Its last day.
    #[schema(value_type = String, format = Date)]
    until: Date,
}

/// A page of rights.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivedAuthorisationList {
    /// The rights.
    items: Vec<ReceivedAuthorisation>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn rights(
    State(room): State<Room>,
    visitor: Visitor,
    Calling(system): Calling,
    Query(asked): Query<Asked>,
) -> Result<Json<ReceivedAuthorisationList>, AppError> {
    system.require(FETCH)?;
    let mut tx = room.db.snapshot().await?;
    let reference = system.reference();
    let why = Purpose::new("licences.authorised", reference.clone());
    let request = PageRequest { after: asked.after, size: asked.size };
    let found = of_receiver(&mut tx, &room.vault, &reference, &why, visitor.today(), &request).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for right in found.items {
        let licence = find(&mut tx, right.licence).await?.ok_or(store::Error::Missing)?;
        items.push(ReceivedAuthorisation {
            id: right.id.to_string(),
            identifier: licence.identifier,
            purpose: right.purpose,
            given_at: right.given_at.to_string(),
            until: right.until,
        });
    }
    Ok(Json(ReceivedAuthorisationList { items, next: found.next }))
}

pub(crate) fn rights_operation() -> Operation {
    Operation::new("listReceivedAuthorisations", "Lists the rights in force that holders gave to the system.")
        .description(
            "With a token that the system got in its own name for the scope `licences:fetch`. \
             The latest first.",
        )
        .tag("licence-service")
        .query::<Asked>()
        .returns::<ReceivedAuthorisationList>(200, "A page of rights.")
}

/// Where a system is told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LicenceSubscription {
    /// An address at the origin of one that is registered of the system.
    notify_uri: String,
    /// What for, 4 to 100 characters; the holder reads it.
    purpose: String,
}

pub(crate) async fn subscribed(
    State(room): State<Room>,
    visitor: Visitor,
    Calling(system): Calling,
    Path(identifier): Path<String>,
    ApiJson(asked): ApiJson<LicenceSubscription>,
) -> Result<Json<LicenceQueryAnswer>, AppError> {
    system.require(SUBSCRIBE)?;
    let mut tx = room.db.begin().await?;
    let given = (asked.notify_uri.as_str(), asked.purpose.as_str());
    let licence = subscribe::subscribe(&mut tx, &room, &system, visitor.now, &identifier, given).await?;
    tx.commit().await?;
    Ok(Json(LicenceQueryAnswer::of(Some(&licence), visitor.today())))
}

pub(crate) fn subscribed_operation() -> Operation {
    Operation::new("subscribeLicence", "Has the system told when a document ends.")
        .description(
            "With a token that the system got in its own name for the scope `licences:subscribe`. \
             Told by POST with `identifier`, `state`, `changed_at` and `message`, which names the message: it may come twice. Ask again before you rely on it. A last day that passes is not told.",
        )
        .tag("licence-service")
        .path_param("identifier", "The identifier of the document.")
        .body::<LicenceSubscription>()
        .returns::<LicenceQueryAnswer>(200, "Its state now.")
}

pub(crate) async fn unsubscribed(
    State(room): State<Room>,
    Calling(system): Calling,
    Path(identifier): Path<String>,
) -> Result<StatusCode, AppError> {
    system.require(SUBSCRIBE)?;
    let mut tx = room.db.begin().await?;
    subscribe::unsubscribe(&mut tx, &system, &identifier).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn unsubscribed_operation() -> Operation {
    Operation::new("unsubscribeLicence", "Ends a subscription.")
        .description(
            "With a token that the system got in its own name for the scope `licences:subscribe`. \
             There need be none.",
        )
        .tag("licence-service")
        .path_param("identifier", "The identifier of the document.")
        .returns_nothing(204, "Nothing is told any more.")
}
