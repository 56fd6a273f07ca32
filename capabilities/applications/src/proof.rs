//! `/cases/{id}/proof`: that the submission of one's case stands in the ledger (存证证明), to keep with the receipt.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use kernel::{CaseId, Refusal};
use ledger::{Kind, Provable};
use web::{AppError, Shell, Visitor, page};

use crate::http::id;
use crate::{Room, own_case};

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage {
    shell: Shell,
    number: String,
    case_href: String,
    file_href: String,
    /// Empty while it waits for the next checkpoint.
    proof: String,
}

/// The case's number and the proof of its first event; nothing while it waits, or for a case from before the ledger.
async fn find(
    room: &Room,
    visitor: &Visitor,
    case: &str,
) -> Result<(CaseId, String, Option<String>), Refusal> {
    let mut tx = room.db.snapshot().await?;
    let case = own_case::get(&mut tx, visitor.actor.person()?, id::<CaseId>(case)?).await?;
    let reference = cases::event_reference(case.id, 1);
    let provable = ledger::prove(&mut tx, Kind::CaseEvent, &reference, Some(&cases::LEDGER_SOURCE)).await;
    let proof = match provable.map_err(Refusal::internal)? {
        Provable::Proved(proof) => Some(proof.to_string()),
        Provable::Waits | Provable::Unknown => None,
    };
    Ok((case.id, case.number, proof))
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, AppError> {
    let (case, number, proof) = find(&room, &visitor, &case).await?;
    page(&ProofPage {
        shell: Shell::new(&visitor, visitor.t("applications-proof")).crumb(visitor.t("web-my"), "/my"),
        number,
        case_href: format!("/cases/{case}"),
        file_href: format!("/cases/{case}/proof.tlog-proof"),
        proof: proof.unwrap_or_default(),
    })
}

pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, AppError> {
    let (_case, number, proof) = find(&room, &visitor, &case).await?;
    let name = format!("attachment; filename=\"{number}.tlog-proof\"");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(Refusal::internal)?),
    ];
    Ok((headers, proof.ok_or(Refusal::NotFound)?).into_response())
}
