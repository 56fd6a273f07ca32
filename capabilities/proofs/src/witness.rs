//! Cosigning the checkpoints of other platforms (C2SP tlog-witness, add-checkpoint).

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use kernel::Refusal;
use ledger::witness::{AddCheckpoint, Refused, cosign};
use web::{AppError, Visitor};

use crate::{Room, Witness};

pub(crate) async fn add_checkpoint(
    State(room): State<Room>,
    visitor: Visitor,
    body: String,
) -> Result<Response, AppError> {
    let Some(witness) = &room.witness else { return Err(Refusal::NotFound.into()) };
    match answer(&room, witness, &visitor, &body).await {
        Ok(line) => Ok(line.into_response()),
        Err(Refused::Internal(error)) => Err(Refusal::internal(error).into()),
        Err(refused) => {
            tracing::info!(%refused, "a checkpoint was not cosigned");
            let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
            // The log begins anew from the size that it is told here; the specification names the type.
            Ok(match refused {
                Refused::OtherSize(size) => {
                    (status, [(CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
                }
                Refused::Malformed(_)
                | Refused::UnknownLog(_)
                | Refused::Unsigned
                | Refused::OtherRoot(_)
                | Refused::Inconsistent(_)
                | Refused::Internal(_) => (status, format!("{refused}\n")).into_response(),
            })
        }
    }
}

async fn answer(room: &Room, witness: &Witness, visitor: &Visitor, body: &str) -> Result<String, Refused> {
    let request: AddCheckpoint = body.parse()?;
    let mut tx = room.ledger.db.begin().await?;
    let line = cosign(&mut tx, &witness.logs, &witness.key, &request, visitor.now).await?;
    tx.commit().await?;
    Ok(line.to_string())
}
