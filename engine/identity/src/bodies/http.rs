//! `GET /api/v1/bodies`: the public directory.

use axum::Json;
use axum::extract::{Query, State};
use codes::DivisionCode;
use kernel::{Message, Refusal};
use serde::{Deserialize, Serialize};
use store::page::{Page, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Visitor};

use super::{BodyRecord, list_bodies};
use crate::Room;

/// Which bodies are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only bodies of this division and those inside it.
    division: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many rows, 1 to 100; 20 without it.
    size: Option<u32>,
}

/// A page of the directory.
#[derive(Serialize, ToSchema)]
pub(crate) struct BodyList {
    /// In the order of divisions.
    items: Vec<BodyEntry>,
    /// Where the next page starts; null on the last one.
    next: Option<String>,
}

/// A body.
#[derive(Serialize, ToSchema)]
pub(crate) struct BodyEntry {
    /// Its short name.
    slug: String,
    /// Its name in Chinese.
    name_zh: String,
    /// Its name in English.
    name_en: String,
    /// Its unified social credit code.
    uscc: String,
    /// Its division.
    division: String,
    /// Where to find it.
    address: String,
    /// How to call it.
    phone: String,
}

impl From<BodyRecord> for BodyEntry {
    fn from(body: BodyRecord) -> Self {
        Self {
            slug: body.slug,
            name_zh: body.name.zh,
            name_en: body.name.en,
            uscc: body.uscc,
            division: body.division,
            address: body.address,
            phone: body.phone,
        }
    }
}

pub(crate) async fn list(
    State(room): State<Room>,
    _visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Json<BodyList>, AppError> {
    let wrong = |field: &'static str, key: &'static str| AppError(Refusal::field(field, Message::new(key)));
    let division = wanted
        .division
        .map(|text| DivisionCode::parse(&text))
        .transpose()
        .map_err(|_form| wrong("division", "identity-division-wrong"))?;
    let after = wanted.after.map(|text| text.parse()).transpose();
    let size = wanted.size.map_or(Ok(PageSize::default()), PageSize::try_from);
    let request = PageRequest {
        after: after.map_err(|_form| wrong("after", "identity-page-wrong"))?,
        size: size.map_err(|_range| wrong("size", "identity-page-wrong"))?,
    };
    let mut tx = room.db.snapshot().await?;
    let page: Page<BodyEntry> = list_bodies(&mut tx, division.as_ref(), &request).await?.map(BodyEntry::from);
    Ok(Json(BodyList { items: page.items, next: page.next.map(|cursor| cursor.to_string()) }))
}

pub(crate) fn operation() -> Operation {
    Operation::new("listBodies", "The directory of bodies.")
        .tag("identity")
        .query::<Wanted>()
        .returns::<BodyList>(200, "One page.")
}
