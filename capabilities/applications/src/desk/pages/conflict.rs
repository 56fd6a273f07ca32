//! Somebody else was first. The page says what happened in the meantime and by whom, and keeps what was typed: to be
//! copied, or sent once more as it is. Open pages are told before anything is sent.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::Case;
use catalogue::Package;
use kernel::{CaseId, Message, Refusal, TaskId};
use serde::{Deserialize, Serialize};
use web::{AppError, FormPairs, Shell, Visitor};

use super::case::Seen;
use super::case::history::HistoryView;
use super::work;
use crate::desk::{DeskError, actions, drafts, see};
use crate::{Room, http};

/// How much of the history is told where the page did not say what it had shown.
const LATEST: usize = 3;

/// A form that could not be carried out.
pub(super) struct Unsent<'a> {
    pub(super) task: TaskId,
    pub(super) pairs: &'a FormPairs,
}

#[derive(Template)]
#[template(path = "desk/pages/conflict.html", whitespace = "minimize")]
struct ConflictPage {
    shell: Shell,
    sentence: String,
    back: String,
    meanwhile: Vec<HistoryView>,
    kept: Vec<(String, String)>,
    /// The form once more, for the case as it is now; nothing when the clerk may not give it any longer.
    resend: Option<Resend>,
}

struct Resend {
    action: String,
    version: i64,
    pairs: Vec<(String, String)>,
}

/// A refusal of something about a case: conflicts lead back to it, the rest is said by the frame.
pub(super) async fn refuse(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    refusal: Refusal,
    unsent: Option<Unsent<'_>>,
) -> Result<Response, AppError> {
    match refusal {
        Refusal::Conflict(message) => conflict(room, visitor, id, &message, unsent).await,
        Refusal::NotFound
        | Refusal::Unauthenticated
        | Refusal::Forbidden
        | Refusal::LevelNeeded(_)
        | Refusal::Outside(_)
        | Refusal::Invalid(_)
        | Refusal::Malformed(_)
        | Refusal::TooLarge(_)
        | Refusal::Unsupported(_)
        | Refusal::TooMany(_)
        | Refusal::Unavailable
        | Refusal::Internal(_) => Err(AppError(refusal)),
    }
}

/// 409 as a page: the case has moved on, somebody else has the task, a notice hangs.
async fn conflict(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    message: &Message,
    unsent: Option<Unsent<'_>>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let history = cases::history(&mut tx, id).await?;
    let mut kept = Vec::new();
    let package = see::package(room, &case)?;
    let mut resend = None;
    let mut seen_until = history.len().saturating_sub(LATEST);
    if let Some(unsent) = &unsent {
        let form = unsent.pairs.get("do").unwrap_or_default();
        let of = (id, unsent.task, form);
        drafts::save(&mut tx, room, clerk, of, unsent.pairs, visitor.now).await?;
        kept = work::lines(visitor, &package, unsent.pairs);
        resend = again(&package, &case, clerk, unsent, form);
        if let Some(version) = unsent.pairs.get("version").and_then(|text| text.parse::<i64>().ok()) {
            seen_until = history.partition_point(|recorded| recorded.seq <= version);
        }
    }
    tx.commit().await?;
    let seen = Seen { visitor, room, package: &package, case: &case, clerk };
    let shell = Shell::new(visitor, visitor.t("desk-conflict-title")).crumb(visitor.t("web-desk"), "/desk");
    let page = ConflictPage {
        shell,
        sentence: visitor.message(message),
        back: unsent.map_or_else(
            || format!("/desk/cases/{id}"),
            |unsent| format!("/desk/cases/{id}?task={}", unsent.task),
        ),
        meanwhile: seen.history(&history[seen_until..], false),
        kept,
        resend,
    };
    web::page_with_status(StatusCode::CONFLICT, &page)
}

/// The same form for the version that the clerk reads about on this page, where they may still give it.
fn again(
    package: &Package,
    case: &Case,
    clerk: &kernel::StaffActor,
    unsent: &Unsent<'_>,
    form: &str,
) -> Option<Resend> {
    // Only forms whose words carry their whole meaning: "the second defect" may be another one by now.
    let task = case.task(unsent.task).filter(|_| drafts::FORMS.contains(&form))?;
    let may = actions::allowed(package, case, task, clerk).iter().any(|action| action.as_str() == form);
    let pairs = unsent.pairs.0.iter().filter(|(name, _)| name != "version").cloned().collect();
    may.then(|| Resend { action: format!("/desk/cases/{}/commands", case.id), version: case.version, pairs })
}

/// What a page asks that has been open for a while.
#[derive(Debug, Deserialize)]
pub(super) struct Since {
    since: i64,
}

/// What happened since a page was made.
#[derive(Debug, Serialize)]
pub(super) struct Meanwhile {
    version: i64,
    /// In plain words, newest first; empty while nothing has happened.
    happened: Vec<String>,
}

/// GET `/desk/cases/{id}/changes`. Nothing sealed is opened.
pub(super) async fn changes(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<Since>,
) -> Result<Json<Meanwhile>, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let case = see::case(&mut tx, clerk, http::id(&id)?).await?;
    if case.version <= query.since {
        return Ok(Json(Meanwhile { version: case.version, happened: Vec::new() }));
    }
    let history = cases::history(&mut tx, case.id).await.map_err(DeskError::from)?;
    drop(tx);
    let package = see::package(&room, &case)?;
    let seen = Seen { visitor: &visitor, room: &room, package: &package, case: &case, clerk };
    let since = history.partition_point(|recorded| recorded.seq <= query.since);
    let told = |event: HistoryView| {
        let HistoryView { when, text, who, .. } = event;
        match who.as_str() {
            "" => format!("{when} {text}"),
            who => visitor.t3("desk-meanwhile-line", "when", when, "text", text, "who", who),
        }
    };
    let happened = seen.history(&history[since..], false).into_iter().map(told).collect();
    Ok(Json(Meanwhile { version: case.version, happened }))
}
