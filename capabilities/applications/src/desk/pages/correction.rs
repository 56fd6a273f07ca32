//! The whole correction notice before it is sent (一次性补正告知): there is only one, so it is read first.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::CaseError;
use kernel::CaseId;
use serde::Deserialize;
use web::{AppError, Lang, Shell, Visitor};

use super::case::history::{DefectView, defect};
use super::conflict;
use crate::desk::actions::{self, DeskAction};
use crate::desk::see;
use crate::{Room, http};

#[derive(Debug, Deserialize)]
pub(super) struct CorrectionQuery {
    /// The task in which it is sent.
    task: String,
}

#[derive(Template)]
#[template(path = "desk/pages/correction.html", whitespace = "minimize")]
struct CorrectionPage {
    shell: Shell,
    id: String,
    task: String,
    version: i64,
    limit: String,
    defects: Vec<DefectView>,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<CorrectionQuery>,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let package = see::package(&room, &case)?;
    let task = case.task(http::id(&query.task)?).ok_or(CaseError::NoSuchTask)?;
    if !actions::allowed(&package, &case, task, clerk).contains(&DeskAction::SendCorrection) {
        let why_not = why_not(&case).into();
        drop(tx);
        return conflict::refuse(&room, &visitor, id, why_not, None).await;
    }
    let limit = package.case_type.process.correction.limit.to_limit();
    let limit = match visitor.lang {
        Lang::ZhCn => limit.display_zh(),
        Lang::En => limit.to_string(),
    };
    let title = visitor.t("desk-correction-title");
    let back = visitor.t("desk-case");
    web::page(&CorrectionPage {
        shell: Shell::new(&visitor, title)
            .crumb(visitor.t("web-desk"), "/desk")
            .crumb(back, format!("/desk/cases/{id}")),
        id: id.to_string(),
        task: task.id.to_string(),
        version: case.version,
        limit,
        defects: case.defects.iter().map(|noted| defect(&visitor, &package, &case, noted)).collect(),
    })
}

fn why_not(case: &cases::Case) -> CaseError {
    match (&case.correction, case.outcome) {
        (_, Some(_)) => CaseError::Closed,
        (Some(_), None) => CaseError::CorrectionAlreadySent,
        (None, None) if case.defects.is_empty() => CaseError::NothingToCorrect,
        (None, None) => CaseError::NotClaimed,
    }
}
