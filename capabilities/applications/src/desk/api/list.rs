//! Lists of work by the API, their files, finding a case by its number, and keeping an eye on one.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{CaseId, StaffActor};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Routes, Visitor};

use super::TAG;
use crate::desk::listing::{Asked, ListWords};
use crate::desk::views::{self, DeskTaskPage};
use crate::desk::{DeskError, WORK, export, names, numbers, see};
use crate::{Room, http};

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let list = Operation::new("list_desk_tasks", "List the work that waits for the clerk")
        .description(
            "A page looks at a bounded number of tasks, however long the list is: with a filter that lets little \
             through it may not be full, or be empty, and still have a `next`.",
        )
        .tag(TAG)
        .query::<ListWords>()
        .returns::<DeskTaskPage>(200, "In the order asked for");
    let file = Operation::new("export_desk_tasks", "Download a list as CSV")
        .description("At most 5,000 rows; the last line says when there are more.")
        .tag(TAG)
        .query::<ListWords>()
        .returns_file("text/csv");
    let find = Operation::new("find_desk_cases", "Find cases by their number")
        .description(
            "Of cases on which the clerk's body works or worked. Names of applicants are stored sealed and cannot be \
             searched.",
        )
        .tag(TAG)
        .query::<NumberQuery>()
        .returns::<DeskFoundPage>(200, "By their numbers, from the end");
    let watch = Operation::new("watch_desk_case", "Keep an eye on a case")
        .tag(TAG)
        .path_param("id", "The case")
        .returns_nothing(204, "The case is in the list of watched cases");
    let unwatch = Operation::new("unwatch_desk_case", "Keep an eye on a case no longer")
        .tag(TAG)
        .path_param("id", "The case")
        .returns_nothing(204, "The case is not in the list of watched cases");
    routes
        .api(Method::GET, "/api/v1/desk/tasks", WORK, list_tasks, list)
        .api(Method::GET, "/api/v1/desk/tasks.csv", WORK, export_tasks, file)
        .api(Method::GET, "/api/v1/desk/cases", WORK, find_cases, find)
        .api(Method::PUT, "/api/v1/desk/cases/{id}/watch", WORK, put_watch, watch)
        .api(Method::DELETE, "/api/v1/desk/cases/{id}/watch", WORK, delete_watch, unwatch)
}

async fn list_tasks(
    State(room): State<Room>,
    visitor: Visitor,
    Query(words): Query<ListWords>,
) -> Result<Json<DeskTaskPage>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    Ok(Json(page(&visitor, &room, clerk, &words.read()?).await?))
}

/// A page of a list as it is for this clerk.
pub(super) async fn page(
    visitor: &Visitor,
    room: &Room,
    clerk: &StaffActor,
    asked: &Asked,
) -> Result<DeskTaskPage, DeskError> {
    let query = asked.query(room, clerk, visitor.today());
    let mut tx = room.db.snapshot().await?;
    let mut page = cases::worklist(&mut tx, &query, &asked.place, asked.size).await?;
    crate::recuse::hide(&mut tx, clerk.staff, &mut page.items).await?;
    let lights = cases::count_lights(&mut tx, &query).await?;
    Ok(views::task_page(visitor, room, clerk, page, lights))
}

async fn export_tasks(
    State(room): State<Room>,
    visitor: Visitor,
    Query(words): Query<ListWords>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?.clone();
    Ok(export::csv(room, visitor, clerk, words.read()?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NumberQuery {
    /// The whole number, or at least its last four characters.
    number: String,
}

/// Cases of which the number was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct DeskFoundPage {
    items: Vec<DeskFound>,
    /// There are more; ask for more characters.
    has_more: bool,
}

/// A case that was found by its number. Nothing personal.
#[derive(Debug, Serialize, ToSchema)]
struct DeskFound {
    case: String,
    /// 办件编号
    number: String,
    item: String,
    handling: String,
    item_name: String,
    /// `submitted`, `correction`, `in-progress` or `closed`.
    status: &'static str,
}

async fn find_cases(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<NumberQuery>,
) -> Result<Json<DeskFoundPage>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let found = numbers::find(&mut tx, clerk, &query.number).await?;
    let one = |case: cases::Case| {
        let package = see::package(&room, &case)?;
        Ok::<_, DeskError>(DeskFound {
            case: case.id.to_string(),
            item_name: names::pick(&visitor, &package.item.name),
            number: case.number,
            item: case.case_type.item,
            handling: case.case_type.handling,
            status: case.status.as_str(),
        })
    };
    let items = found.cases.into_iter().map(one).collect::<Result<_, _>>()?;
    Ok(Json(DeskFoundPage { items, has_more: found.has_more }))
}

async fn put_watch(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    keep_watch(&room, &visitor, http::id(&id)?, true).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn delete_watch(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    keep_watch(&room, &visitor, http::id(&id)?, false).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Watches a case that the clerk may see, or watches it no longer.
pub(in crate::desk) async fn keep_watch(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    watched: bool,
) -> Result<(), DeskError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    if watched {
        cases::watch(&mut tx, clerk.staff, case.id, visitor.now).await?;
    } else {
        cases::unwatch(&mut tx, clerk.staff, case.id).await?;
    }
    Ok(tx.commit().await?)
}
