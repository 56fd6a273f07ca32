//! Several tasks at once by the API.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use kernel::{Message, Refusal, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, IdempotencyKey, Operation, Routes, Visitor};

use super::TAG;
use crate::Room;
use crate::desk::WORK;
use crate::desk::batch::{self, Batch, Chosen, Shown};

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    let batch = Operation::new("batch_desk_tasks", "Take, give back or settle several tasks")
        .description(
            "Each task is done, or refused, by itself; the answer says of every one what became of it. At most 100 \
             tasks are taken or given back and 50 settled. Settled together are only reviews or decisions of one item \
             and stage that need neither findings nor materials; a task that nobody has taken is taken first.",
        )
        .tag(TAG)
        .body::<DeskBatchRequest>()
        .idempotent()
        .returns::<DeskBatchResult>(200, "What became of each");
    routes.api(Method::POST, "/api/v1/desk/batch", WORK, post, batch)
}

/// What is to be done with several tasks (批量办理).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum DeskBatchRequest {
    /// Take them (签收).
    Claim {
        /// The tasks.
        tasks: Vec<String>,
    },
    /// Give them back.
    Release {
        /// The tasks.
        tasks: Vec<String>,
    },
    /// Settle them with one opinion or decision.
    Settle {
        /// The tasks with the versions of their cases that were looked at.
        tasks: Vec<DeskBatchTask>,
        /// Agree, or grant.
        agree: bool,
        /// The opinion, or the reason.
        text: String,
    },
}

/// A task to be settled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeskBatchTask {
    /// The task.
    task: String,
    /// The version of its case; with another one it is refused. Left out: not checked.
    #[serde(default)]
    version: Option<i64>,
}

/// What became of several tasks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskBatchResult {
    /// In the order in which they were named, each once.
    items: Vec<DeskBatchItem>,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
struct DeskBatchItem {
    task: String,
    /// Its case; nothing when it is hidden from the clerk.
    case: Option<String>,
    number: Option<String>,
    done: bool,
    /// Why it was not done.
    problem: Option<String>,
}

impl From<Vec<Shown>> for DeskBatchResult {
    fn from(shown: Vec<Shown>) -> Self {
        Self { items: shown.into_iter().map(DeskBatchItem::from).collect() }
    }
}

impl From<Shown> for DeskBatchItem {
    fn from(shown: Shown) -> Self {
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            task: shown.task,
            case: given(shown.case),
            number: given(shown.number),
            done: shown.problem.is_empty(),
            problem: given(shown.problem),
        }
    }
}

async fn post(
    State(room): State<Room>,
    visitor: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(request): ApiJson<DeskBatchRequest>,
) -> Result<Json<DeskBatchResult>, AppError> {
    let plain = |tasks: Vec<String>| {
        tasks.into_iter().map(|task| DeskBatchTask { task, version: None }).collect::<Vec<_>>()
    };
    let (tasks, batch) = match request {
        DeskBatchRequest::Claim { tasks } => (plain(tasks), Batch::Claim),
        DeskBatchRequest::Release { tasks } => (plain(tasks), Batch::Release),
        DeskBatchRequest::Settle { tasks, agree, text } => (tasks, Batch::Settle { agree, text }),
    };
    let chosen = tasks.iter().enumerate().map(|(at, one)| chosen(at, one)).collect::<Result<Vec<_>, _>>()?;
    let done = batch::run(&room, &visitor, key.as_deref(), &chosen, &batch).await?;
    Ok(Json(done.into()))
}

fn chosen(at: usize, one: &DeskBatchTask) -> Result<Chosen, Refusal> {
    let task: Result<TaskId, _> = one.task.parse();
    let task =
        task.map_err(|_form| Refusal::field(format!("tasks/{at}"), Message::new("desk-batch-no-task")))?;
    Ok(Chosen { task, version: one.version })
}
