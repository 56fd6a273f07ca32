//! Rights to a document for programs of its holder.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use store::idempotency::Once;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, IdempotencyKey, Operation, Visitor};

use super::http::right_of;
use super::{Authorisation, NewAuthorisation, authorise, end_authorisation, find_of, of_licence};
use crate::receiver::{Receiver, search};
use crate::room::Room;
use crate::uses::http::own_purpose;
use crate::view::api::LicenceName;
use crate::view::{id_of, seen};

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

/// Somebody who may be given a right.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceReceiver {
    /// `body:…` or `client:…`.
    receiver: String,
    /// Its name.
    name: LicenceName,
}

impl LicenceReceiver {
    fn of(receiver: &Receiver) -> Self {
        Self { receiver: receiver.reference.clone(), name: LicenceName::of(&receiver.name) }
    }
}

/// A right to use a document (用证授权).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceAuthorisation {
    /// Its id.
    id: String,
    /// Who may use the document.
    receiver: LicenceReceiver,
    /// What for.
    purpose: String,
    /// Since when.
    given_at: String,
    /// Its last day.
    #[schema(value_type = String, format = Date)]
    until: Date,
    /// When it was ended before that; null: it was not.
    ended_at: Option<String>,
    /// Whether it can be used today.
    in_force: bool,
}

impl LicenceAuthorisation {
    fn of(right: &Authorisation, today: Date) -> Self {
        Self {
            id: right.id.to_string(),
            receiver: LicenceReceiver::of(&right.receiver),
            purpose: right.purpose.clone(),
            given_at: right.given_at.to_string(),
            until: right.until,
            ended_at: right.ended_at.map(|at| at.to_string()),
            in_force: right.is_in_force(today),
        }
    }
}

/// A page of rights.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceAuthorisationList {
    /// The rights.
    items: Vec<LicenceAuthorisation>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<LicenceAuthorisationList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let licence = seen(&mut tx, visitor.actor.person()?, id_of(&id)?).await?;
    let request = PageRequest { after: asked.after, size: asked.size };
    let rights = of_licence(&mut tx, &room.vault, &licence, &own_purpose(&visitor), &request).await?;
    let rights = rights.map(|right| LicenceAuthorisation::of(&right, visitor.today()));
    Ok(Json(LicenceAuthorisationList { items: rights.items, next: rights.next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listLicenceAuthorisations", "Lists the rights to use a document of one's own.")
        .tag("licences")
        .path_param("id", "The document's id.")
        .query::<Asked>()
        .returns::<LicenceAuthorisationList>(200, "A page of rights, the latest first.")
}

/// A right that is to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLicenceAuthorisation {
    /// Who, from the list of receivers.
    receiver: String,
    /// What for, 4 to 100 characters.
    purpose: String,
    /// The last day, today to a year ahead.
    #[schema(format = Date)]
    until: String,
}

pub(crate) async fn give(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(asked): ApiJson<NewLicenceAuthorisation>,
) -> Result<(StatusCode, Json<LicenceAuthorisation>), AppError> {
    let (id, by) = (id_of(&id)?, &visitor.actor);
    let named = id.to_string();
    let parts = ["authorise", &named, &asked.receiver, &asked.purpose, &asked.until].map(str::as_bytes);
    let once = Once::new(by, key, &parts);
    let mut tx = room.db.begin().await?;
    let right = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        right_of(&earlier)?
    } else {
        let new =
            NewAuthorisation { receiver: &asked.receiver, purpose: &asked.purpose, until: &asked.until };
        let right = authorise(&mut tx, &room.vault, by, visitor.now, id, new).await?;
        once.keep(&mut tx, &right.to_string()).await?;
        right
    };
    let found = find_of(&mut tx, &room.vault, id, right, &own_purpose(&visitor)).await?;
    let found = found.ok_or(Refusal::NotFound)?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(LicenceAuthorisation::of(&found, visitor.today()))))
}

pub(crate) fn give_operation() -> Operation {
    Operation::new("authoriseLicence", "Lets a body or a system use a document of one's own.")
        .description("For a purpose and a time. Needs the right to collect where somebody acts for another.")
        .tag("licences")
        .path_param("id", "The document's id.")
        .idempotent()
        .body::<NewLicenceAuthorisation>()
        .returns::<LicenceAuthorisation>(201, "The right.")
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, right)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    let mut tx = room.db.begin().await?;
    end_authorisation(&mut tx, &visitor.actor, visitor.now, id_of(&id)?, right_of(&right)?).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn end_operation() -> Operation {
    Operation::new("endLicenceAuthorisation", "Ends a right to use a document at once.")
        .description("Doing it again changes nothing.")
        .tag("licences")
        .path_param("id", "The document's id.")
        .path_param("authorisation", "The right's id.")
        .returns_nothing(204, "The right has ended.")
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Sought {
    /// Part of the name.
    q: String,
}

/// Those who were found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceReceiverList {
    /// At most twenty.
    items: Vec<LicenceReceiver>,
}

pub(crate) async fn receivers(
    State(room): State<Room>,
    Query(sought): Query<Sought>,
) -> Result<Json<LicenceReceiverList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let found = search(&mut tx, &sought.q).await?;
    Ok(Json(LicenceReceiverList { items: found.iter().map(LicenceReceiver::of).collect() }))
}

pub(crate) fn receivers_operation() -> Operation {
    Operation::new("findLicenceReceivers", "Finds bodies and systems that may be given a right, by name.")
        .tag("licences")
        .query::<Sought>()
        .returns::<LicenceReceiverList>(200, "At most twenty.")
}
