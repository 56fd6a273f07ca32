//! Supervision by the API: bodies and their waiting work, nothing personal.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::Method;
use cases::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Routes, Visitor};

use super::{TAG, list};
use crate::Room;
use crate::desk::listing::{Asked, ListWords};
use crate::desk::views::{DeskLights, DeskTaskPage};
use crate::desk::{WATCH, names, see, watch};

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let bodies = Operation::new("list_watched_bodies", "List bodies with their waiting work by light")
        .description("The bodies of the supervisor's division and below. Nothing about applicants is told.")
        .tag(TAG)
        .query::<BodiesQuery>()
        .returns::<WatchedBodyPage>(200, "By their short names");
    let tasks = Operation::new("list_watched_tasks", "List the waiting work of a body")
        .tag(TAG)
        .path_param("body", "The short name of the body")
        .description("The filters are those of a worklist; its scope is always the body.")
        .query::<ListWords>()
        .returns::<DeskTaskPage>(200, "Most urgent first");
    routes.api(Method::GET, "/api/v1/desk/watch", WATCH, list_bodies, bodies).api(
        Method::GET,
        "/api/v1/desk/watch/{body}",
        WATCH,
        list_tasks,
        tasks,
    )
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct BodiesQuery {
    /// The `next` of the page before.
    after: String,
}

/// A page of bodies.
#[derive(Debug, Serialize, ToSchema)]
struct WatchedBodyPage {
    items: Vec<WatchedBody>,
    /// Where the next page starts.
    next: Option<String>,
}

/// A body with its waiting work (机构期限情况).
#[derive(Debug, Serialize, ToSchema)]
struct WatchedBody {
    /// Short name.
    body: String,
    name: String,
    division: String,
    lights: DeskLights,
}

async fn list_bodies(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<BodiesQuery>,
) -> Result<Json<WatchedBodyPage>, AppError> {
    let watcher = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let page = watch::bodies(&mut tx, &room, watcher, &query.after, visitor.today()).await?;
    let one = |(body, lights): (cases::Body, cases::Lights)| WatchedBody {
        name: names::pick(&visitor, &body.name),
        body: body.slug,
        division: body.division,
        lights: lights.into(),
    };
    Ok(Json(WatchedBodyPage { items: page.items.into_iter().map(one).collect(), next: page.next }))
}

async fn list_tasks(
    State(room): State<Room>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(words): Query<ListWords>,
) -> Result<Json<DeskTaskPage>, AppError> {
    let watcher = see::staff(&visitor.actor)?;
    let clerk = watch::as_clerk_of(watcher, &watch::body(&room, watcher, &slug)?);
    let asked = Asked { scope: Scope::Body, ..words.read()? };
    Ok(Json(list::page(&visitor, &room, &clerk, &asked).await?))
}
