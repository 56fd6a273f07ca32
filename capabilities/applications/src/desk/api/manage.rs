//! How work is shared out, by the API.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::Method;
use jiff::civil::Date;
use kernel::{Message, Refusal, StaffId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, IdempotencyKey, Operation, Routes, Visitor};

use super::TAG;
use super::batch::DeskBatchResult;
use crate::Room;
use crate::desk::manage::reassign::{self, Chosen, Holder, Reassign};
use crate::desk::manage::{self, Clerk};
use crate::desk::{MANAGE, REASSIGN, names, see};

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let clerks = Operation::new("list_desk_load", "List the clerks of a body with what they have in hand")
        .description(
            "For who decides in the body, and for supervision about the bodies that it watches. No figure is above 1000, \
             which stands for so many or more.",
        )
        .tag(TAG)
        .query::<ManageQuery>()
        .returns::<DeskLoad>(200, "By login");
    let items = Operation::new("list_desk_item_load", "List the items of which work waits in a body")
        .description("With the package versions under which their cases run. Of each role at most 1000 tasks are counted.")
        .tag(TAG)
        .query::<ManageQuery>()
        .returns::<DeskItemLoadPage>(200, "By item code");
    let reassign = Operation::new("reassign_desk_tasks", "Hand tasks on to a colleague, or back to where all can take them")
        .description(
            "For who decides in the body. Each task is done, or refused, by itself; the answer says of every one what \
             became of it. At most 100 at once.",
        )
        .tag(TAG)
        .body::<DeskReassignRequest>()
        .idempotent()
        .returns::<DeskBatchResult>(200, "What became of each");
    routes
        .api(Method::GET, "/api/v1/desk/manage/clerks", MANAGE, list_clerks, clerks)
        .api(Method::GET, "/api/v1/desk/manage/items", MANAGE, list_items, items)
        .api(Method::POST, "/api/v1/desk/manage/reassignments", REASSIGN, post, reassign)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ManageQuery {
    /// The short name of the body; one's own without it.
    #[param(value_type = Option<String>)]
    body: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: String,
}

/// A page of clerks.
#[derive(Debug, Serialize, ToSchema)]
struct DeskLoad {
    items: Vec<DeskClerkLoad>,
    /// Where the next page starts.
    next: Option<String>,
}

/// A clerk with what they have in hand (工作量).
#[derive(Debug, Serialize, ToSchema)]
struct DeskClerkLoad {
    staff: String,
    login: String,
    name: String,
    #[schema(value_type = Vec<String>)]
    roles: Vec<kernel::Role>,
    /// Whether they have left: what they have in hand is to be handed on.
    has_left: bool,
    claimed: i64,
    yellow: i64,
    red: i64,
    /// Taken, while the case waits for its applicant or is suspended.
    waiting: i64,
    /// When the longest waiting case was submitted.
    #[schema(value_type = Option<String>, format = "date-time")]
    oldest: Option<Timestamp>,
    /// Finished in the last seven days.
    finished_7: i64,
    /// Finished in the last thirty days.
    finished_30: i64,
    /// Who stands in for them today.
    away: Option<DeskAway>,
}

/// Who stands in for a clerk (代理).
#[derive(Debug, Serialize, ToSchema)]
struct DeskAway {
    deputy: String,
    deputy_name: String,
    /// The last day.
    #[schema(value_type = String, format = "date")]
    until: Date,
}

impl From<Clerk> for DeskClerkLoad {
    fn from(clerk: Clerk) -> Self {
        let Clerk { staff, load, away, stands_in_for: _ } = clerk;
        Self {
            staff: staff.id.to_string(),
            login: staff.login,
            name: staff.name,
            roles: staff.roles.into_iter().collect(),
            has_left: staff.is_disabled,
            claimed: load.claimed,
            yellow: load.yellow,
            red: load.red,
            waiting: load.waiting,
            oldest: load.oldest,
            finished_7: load.finished_lately,
            finished_30: load.finished,
            away: away.map(|one| DeskAway {
                deputy: one.deputy.to_string(),
                deputy_name: one.deputy_name,
                until: one.last_day,
            }),
        }
    }
}

async fn list_clerks(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<ManageQuery>,
) -> Result<Json<DeskLoad>, AppError> {
    let body = manage::body(&room, see::staff(&visitor.actor)?, &query.body)?;
    let mut tx = room.db.snapshot().await?;
    let page = manage::clerks(&mut tx, &room, &body, &query.after, visitor.now).await?;
    Ok(Json(DeskLoad { items: page.items.into_iter().map(DeskClerkLoad::from).collect(), next: page.next }))
}

/// A page of items.
#[derive(Debug, Serialize, ToSchema)]
struct DeskItemLoadPage {
    items: Vec<DeskItemLoad>,
    /// Where the next page starts.
    next: Option<String>,
}

/// The waiting work of an item under one package version.
#[derive(Debug, Serialize, ToSchema)]
struct DeskItemLoad {
    item: String,
    handling: String,
    name: String,
    version: String,
    /// Whether new cases come in under this version.
    in_force: bool,
    waiting: i64,
    /// Taken by nobody.
    open: i64,
    yellow: i64,
    red: i64,
    /// Cases to which these tasks belong.
    cases: i64,
}

async fn list_items(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<ManageQuery>,
) -> Result<Json<DeskItemLoadPage>, AppError> {
    let body = manage::body(&room, see::staff(&visitor.actor)?, &query.body)?;
    let mut tx = room.db.snapshot().await?;
    let (found, next) = manage::items(&mut tx, &room, &body, &query.after, visitor.today()).await?;
    let mut items = Vec::new();
    for load in found {
        for version in load.versions {
            let current = room.library().current(&load.item, &version.handling);
            items.push(DeskItemLoad {
                name: current
                    .as_ref()
                    .map_or_else(|| load.item.clone(), |package| names::pick(&visitor, &package.item.name)),
                in_force: current.is_some_and(|package| package.reference.version == version.version),
                item: load.item.clone(),
                handling: version.handling,
                version: version.version,
                waiting: version.waiting,
                open: version.open,
                yellow: version.yellow,
                red: version.red,
                cases: version.cases,
            });
        }
    }
    Ok(Json(DeskItemLoadPage { items, next }))
}

/// Which tasks go to whom (改派).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskReassignRequest {
    /// The tasks.
    tasks: Vec<DeskReassignTask>,
    /// The colleague; left out or null: back to where everybody with the role can take them.
    #[serde(default)]
    to: Option<String>,
    /// Why; the clerks concerned read it.
    reason: String,
    /// Also while the colleague is away; without it that is refused, and the answer names who stands in.
    #[serde(default)]
    anyway: bool,
}

/// A task to be handed on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskReassignTask {
    /// The task.
    task: String,
    /// Who had it when it was looked at, or null for nobody; with another holder it is refused. Left out: not checked.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    #[expect(clippy::option_option, reason = "left out, nobody, and somebody are three things")]
    holder: Option<Option<String>>,
}

/// Tells `null` from what is left out.
#[expect(clippy::option_option, reason = "left out, nobody, and somebody are three things")]
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

async fn post(
    State(room): State<Room>,
    visitor: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(request): ApiJson<DeskReassignRequest>,
) -> Result<Json<DeskBatchResult>, AppError> {
    let staff = |field: String, id: &str| -> Result<StaffId, Refusal> {
        id.parse().map_err(|_form| Refusal::field(field, Message::new("desk-no-such-colleague")))
    };
    let chosen = |(at, one): (usize, &DeskReassignTask)| -> Result<Chosen, Refusal> {
        let no_task = |_form| Refusal::field(format!("tasks/{at}"), Message::new("desk-batch-no-task"));
        let task: TaskId = one.task.parse().map_err(no_task)?;
        let holder = match &one.holder {
            None => Holder::Anybody,
            Some(None) => Holder::Known(None),
            Some(Some(id)) => Holder::Known(Some(staff(format!("tasks/{at}/holder"), id)?)),
        };
        Ok(Chosen { task, holder })
    };
    let tasks = request.tasks.iter().enumerate().map(chosen).collect::<Result<Vec<_>, _>>()?;
    let to = request.to.as_deref().map(|id| staff("to".into(), id)).transpose()?;
    let how = Reassign { to, reason: request.reason, anyway: request.anyway };
    let done = reassign::run(&room, &visitor, key.as_deref(), &tasks, &how).await?;
    Ok(Json(done.into()))
}
