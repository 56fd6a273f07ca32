//! The JSON API of the desk: what a clerk's own system, and the scenarios of packages, work with.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{CaseId, Refusal};
use serde::{Deserialize, Serialize};
use store::idempotency::Once;
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, IdempotencyKey, Operation, Routes, Visitor};

use super::made::AttachMade;
use super::submit::Given;
use super::views::{self, DeskAdded, DeskCase, DeskOutcome};
use super::{DeskCommand, DeskError, WORK, made, see, submit};
use crate::attach::HandedIn;
use crate::{Room, http};

mod batch;
mod checks;
mod filters;
mod list;
mod manage;
mod talk;
mod watch;

pub(super) use list::keep_watch;

const TAG: &str = "desk";

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let see = Operation::new("get_desk_case", "Read a case with everything that was handed in")
        .description(
            "Work on the case must lie or have lain in the clerk's body. The applicant sees that it was read.",
        )
        .tag(TAG)
        .path_param("id", "The case")
        .returns::<DeskCase>(200, "The case");
    let command = Operation::new("command_desk_case", "Give a command to a case")
        .description(
            "Refused in this order: 404 for whom the case is hidden from, 403 for who may not, 409 when it \
             does not fit (another clerk has the task, the page is stale, a notice hangs), 422 for what is \
             wrong in it.",
        )
        .tag(TAG)
        .path_param("id", "The case")
        .body::<DeskCommandRequest>()
        .idempotent()
        .returns::<DeskOutcome>(200, "What became of the case");
    let attach = Operation::new("attach_desk_material", "Add a file that the office has made")
        .description(
            "The body is the file itself. The clerk must have taken a task that makes this material.",
        )
        .tag(TAG)
        .path_param("id", "The case")
        .path_param("material", "A material that the package says the office makes")
        .query::<FileQuery>()
        .idempotent()
        .returns::<DeskAdded>(201, "The file is there");
    let show = Operation::new("get_desk_material", "Read a file of a case")
        .description("The look is noted for the applicant.")
        .tag(TAG)
        .path_param("id", "The case")
        .path_param("material", "The file's id")
        .returns_file("application/octet-stream");
    let routes = manage::routes(watch::routes(routes));
    checks::routes(talk::routes(filters::routes(batch::routes(list::routes(routes)))))
        .api(Method::GET, "/api/v1/desk/cases/{id}", WORK, get_case, see)
        .api(Method::POST, "/api/v1/desk/cases/{id}/commands", WORK, post_command, command)
        .api(Method::POST, "/api/v1/desk/cases/{id}/materials/{material}", WORK, post_material, attach)
        .api(Method::GET, "/api/v1/desk/cases/{id}/materials/{material}", WORK, get_material, show)
}

async fn get_case(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<DeskCase>, AppError> {
    let by = &visitor.actor;
    let clerk = see::staff(by)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, http::id(&id)?).await?;
    let package = see::package(&room, &case)?;
    let dossier = see::dossier(&mut tx, &room, by, &case, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(views::case(&visitor, &room, &package, clerk, &case, dossier)?))
}

/// A command with the version on which it was based.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskCommandRequest {
    /// The version that the client has seen; with another one the command is refused. Left out: not checked.
    #[serde(default)]
    version: Option<i64>,
    /// Take the task first if nobody has it: both are done or neither.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    take: bool,
    /// What is to be done.
    command: DeskCommand,
}

async fn post_command(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(request): ApiJson<DeskCommandRequest>,
) -> Result<Response, AppError> {
    let by = &visitor.actor;
    let case: CaseId = http::id(&id)?;
    let digested = serde_json::to_vec(&request).map_err(Refusal::internal)?;
    let once = Once::new(by, key, &[b"desk.command", case.to_string().as_bytes(), &digested]);
    let mut tx = room.db.begin().await?;
    if let Some(answer) = once.earlier(&mut tx, visitor.now).await? {
        return Ok(json(StatusCode::OK, answer));
    }
    let given = Given { case, expected: request.version, command: request.command };
    let case = if request.take {
        submit::take_and_submit(&mut tx, &room, by, given, visitor.now).await?
    } else {
        submit::submit(&mut tx, &room, by, given, visitor.now).await?
    };
    let answer = views::outcome(&case, room.calendar.current(), visitor.today())?;
    let answer = serde_json::to_string(&answer).map_err(Refusal::internal)?;
    once.keep(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(json(StatusCode::OK, answer))
}

/// What the file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FileQuery {
    /// The file's name.
    name: String,
}

async fn post_material(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, material)): Path<(String, String)>,
    Query(query): Query<FileQuery>,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Response, AppError> {
    let by = &visitor.actor;
    let wanted = AttachMade { case: http::id(&id)?, expected: None, task: None, material: &material };
    let once =
        Once::new(by, key, &[b"desk.attach", id.as_bytes(), material.as_bytes(), query.name.as_bytes()]);
    let mut tx = room.db.begin().await?;
    if let Some(answer) = once.earlier(&mut tx, visitor.now).await? {
        return Ok(json(StatusCode::CREATED, answer));
    }
    drop(tx);
    let bytes_max = made::bytes_max(&room, by, &wanted).await?;
    let bytes = http::read_file(body, bytes_max).await?;
    let kept = made::keep(&room, by, &wanted, HandedIn { name: query.name, bytes }).await?;
    // Asked again: the same request may have come twice while the file was read.
    let mut tx = room.db.begin().await?;
    if let Some(answer) = once.earlier(&mut tx, visitor.now).await? {
        return Ok(json(StatusCode::CREATED, answer));
    }
    let (_case, added) = made::add(&mut tx, &room, by, &wanted, &kept, visitor.now).await?;
    let answer = DeskAdded { id: added.to_string(), material: material.clone() };
    let answer = serde_json::to_string(&answer).map_err(Refusal::internal)?;
    once.keep(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(json(StatusCode::CREATED, answer))
}

async fn get_material(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, material)): Path<(String, String)>,
) -> Result<Response, AppError> {
    show(&room, &visitor, &id, &material).await
}

/// A file of a case as it is; pages show it in a frame.
pub(super) async fn show(
    room: &Room,
    visitor: &Visitor,
    case: &str,
    file: &str,
) -> Result<Response, AppError> {
    let by = &visitor.actor;
    let clerk = see::staff(by)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, http::id(case)?).await?;
    let file = see::material(&mut tx, room, by, &case, http::id(file)?, visitor.now).await?;
    tx.commit().await?;
    let content = room.files.get(&file.file_sm3).await.map_err(DeskError::from)?;
    http::show_file(&file, content)
}

/// An answer that is, or will be, given again word by word.
fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
