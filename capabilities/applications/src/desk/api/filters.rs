//! Saved filters by the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Routes, Visitor};

use super::TAG;
use crate::desk::filters::{self, Change, SavedFilter};
use crate::desk::{WORK, see};
use crate::{Room, http};

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let (all, one) = ("/api/v1/desk/filters", "/api/v1/desk/filters/{no}");
    let list = Operation::new("list_desk_filters", "List the clerk's saved filters")
        .tag(TAG)
        .returns::<DeskFilterList>(200, "The oldest first");
    let save = Operation::new("save_desk_filter", "Save a filter")
        .description("A clerk has at most 20. Of the query only what names a list is kept.")
        .tag(TAG)
        .body::<NewDeskFilter>()
        .returns::<DeskFilter>(201, "Saved");
    let change = Operation::new("change_desk_filter", "Rename a filter, or let the desk open with it")
        .tag(TAG)
        .path_param("no", "Its number")
        .body::<DeskFilterChange>()
        .returns::<DeskFilter>(200, "As it is now");
    let delete = Operation::new("delete_desk_filter", "Forget a filter")
        .tag(TAG)
        .path_param("no", "Its number")
        .returns_nothing(204, "Forgotten");
    routes
        .api(Method::GET, all, WORK, list_filters, list)
        .api(Method::POST, all, WORK, save_filter, save)
        .api(Method::PATCH, one, WORK, change_filter, change)
        .api(Method::DELETE, one, WORK, delete_filter, delete)
}

/// A clerk's saved filters.
#[derive(Debug, Serialize, ToSchema)]
struct DeskFilterList {
    items: Vec<DeskFilter>,
}

/// A saved filter (常用筛选).
#[derive(Debug, Serialize, ToSchema)]
struct DeskFilter {
    no: i64,
    name: String,
    /// The query of `/desk` and `/api/v1/desk/tasks` for this list.
    query: String,
    /// Whether the desk opens with it.
    is_default: bool,
}

impl From<SavedFilter> for DeskFilter {
    fn from(SavedFilter { no, name, query, is_default }: SavedFilter) -> Self {
        Self { no, name, query, is_default }
    }
}

/// A filter to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDeskFilter {
    /// At most 30 characters, and not twice the same.
    name: String,
    query: String,
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskFilterChange {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    is_default: Option<bool>,
}

async fn list_filters(State(room): State<Room>, visitor: Visitor) -> Result<Json<DeskFilterList>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let items = filters::list(&mut tx, clerk.staff).await?;
    Ok(Json(DeskFilterList { items: items.into_iter().map(DeskFilter::from).collect() }))
}

async fn save_filter(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(new): ApiJson<NewDeskFilter>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let saved = filters::save(&mut tx, clerk.staff, &new.name, &new.query, visitor.now).await?;
    tx.commit().await?;
    Ok(http::created(&format!("/api/v1/desk/filters/{}", saved.no), &DeskFilter::from(saved)))
}

async fn change_filter(
    State(room): State<Room>,
    visitor: Visitor,
    Path(no): Path<String>,
    ApiJson(DeskFilterChange { name, is_default }): ApiJson<DeskFilterChange>,
) -> Result<Json<DeskFilter>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let saved = filters::change(&mut tx, clerk.staff, http::id(&no)?, Change { name, is_default }).await?;
    tx.commit().await?;
    Ok(Json(saved.into()))
}

async fn delete_filter(
    State(room): State<Room>,
    visitor: Visitor,
    Path(no): Path<String>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    filters::delete(&mut tx, clerk.staff, http::id(&no)?).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
