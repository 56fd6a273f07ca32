//! `GET /api/v1/drafts/{id}/windows`; the page that is checked before sending shows the same.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{AppError, Operation, Visitor};

use super::search;
use crate::http::id;
use crate::{Room, draft};

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Near {
    /// Part of the name of a division or of a window.
    #[serde(default)]
    pub(crate) near: String,
}

/// A window where papers can be handed in for the competent body (异地代收).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowView {
    /// The short name of its body, for the submission.
    window: String,
    /// Its name.
    name: String,
    /// The division in which it lies.
    place: String,
}

/// Windows that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowList {
    /// At most twenty, by division; empty where the item allows none.
    items: Vec<WindowView>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
    Query(Near { near }): Query<Near>,
) -> Result<Json<WindowList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let draft = draft::get_open(&mut tx, &room, visitor.actor.person()?, id(&draft)?).await?;
    let package = room.package(&draft.case_type)?;
    let found = if package.process().acceptance.elsewhere {
        search(&mut tx, &visitor, &room, &package, &near).await?
    } else {
        Vec::new()
    };
    let one = |found: super::Window| WindowView { window: found.slug, name: found.name, place: found.place };
    Ok(Json(WindowList { items: found.into_iter().map(one).collect() }))
}

pub(crate) fn operation() -> Operation {
    Operation::new("listWindows", "Lists windows of other divisions that receive the papers of a draft.")
        .tag("applications")
        .path_param("id", "The draft.")
        .query_param(
            "near",
            "Part of the name of a division or of a window, or the code of a division.",
            false,
        )
        .returns::<WindowList>(200, "The windows.")
}
