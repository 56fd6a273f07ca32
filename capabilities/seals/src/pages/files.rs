//! What anybody needs to check seals without the platform: the certificates of the authorities and the list of revoked ones.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use guomi::Certificate;
use kernel::Refusal;
use web::AppError;

use crate::renew::last_list;
use crate::room::Room;

/// `/ca/seals.crl`: the last list of revoked certificates (RFC 2585: DER).
pub(crate) async fn list(State(room): State<Room>) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let list = last_list(&mut tx).await?.ok_or(Refusal::NotFound)?;
    let headers =
        [(CONTENT_TYPE, "application/pkix-crl"), (CONTENT_DISPOSITION, "attachment; filename=\"seals.crl\"")];
    Ok((headers, list).into_response())
}

/// `/ca/seals.pem`: the trusted roots and the authorities below them.
pub(crate) async fn certificates(State(room): State<Room>) -> Result<Response, AppError> {
    let keys = room.keys.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let mut all = keys.anchors()?;
        all.extend(keys.intermediates()?);
        Ok::<_, crate::KeysError>(all)
    });
    let all = reading.await.map_err(Refusal::internal)?.map_err(Refusal::internal)?;
    if all.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let bundle: String = all.iter().map(Certificate::to_pem).collect();
    let headers = [
        (CONTENT_TYPE, "application/x-pem-file"),
        (CONTENT_DISPOSITION, "attachment; filename=\"seals.pem\""),
    ];
    Ok((headers, bundle).into_response())
}
