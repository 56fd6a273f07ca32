//! The published files of the ledger (C2SP tlog-tiles) and what is needed to believe them.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use kernel::Refusal;
use web::AppError;

use crate::Room;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// The checkpoint is another every ten seconds; files of the tree never change.
const SOON_OLD: HeaderValue = HeaderValue::from_static("public, max-age=5");
const NEVER_OLD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

pub(crate) async fn checkpoint(State(room): State<Room>) -> Result<Response, AppError> {
    let bytes = read(&room, "checkpoint").await?;
    Ok(([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, SOON_OLD)], bytes).into_response())
}

pub(crate) async fn tile(State(room): State<Room>, Path(path): Path<String>) -> Result<Response, AppError> {
    let bytes = read(&room, &format!("tile/{path}")).await?;
    let binary = HeaderValue::from_static("application/octet-stream");
    Ok(([(CONTENT_TYPE, binary), (CACHE_CONTROL, NEVER_OLD)], bytes).into_response())
}

/// A policy that believes this log, and no more: who asks for witnesses adds them.
pub(crate) async fn policy(State(room): State<Room>) -> Response {
    let text = format!("log {}\nquorum none\n", room.ledger.key.verifier());
    ([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, SOON_OLD)], text).into_response()
}

async fn read(room: &Room, path: &str) -> Result<Vec<u8>, Refusal> {
    let found = ledger::read_published(&room.ledger, path).await.map_err(Refusal::internal)?;
    found.ok_or(Refusal::NotFound)
}
