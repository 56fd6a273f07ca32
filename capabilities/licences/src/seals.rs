//! The electronic seals of bodies (电子印章, GB/T 38540-2020): made once for each certificate of a signer, then kept.

use std::sync::Arc;

use guomi::Signer;
use kernel::{EventId, Timestamp};
use ofd::ses::{MakeError, Seal, SealSpec, SesFault, make_seal};
use store::{Tx, fresh_id, vals};

use crate::document::seal_design;
use crate::fonts::OFD_FACES;
use crate::metadata::Metadata;
use crate::room::Room;
use crate::signers::{Signers, SignersError};

/// Who made the program that makes the seals (Vid).
const VENDOR: &str = "Tongban";

/// A body has no seal.
#[derive(Debug, thiserror::Error)]
pub enum SealsError {
    /// The seal authority.
    #[error(transparent)]
    Signers(#[from] SignersError),
    /// The picture.
    #[error(transparent)]
    Design(#[from] ofd::DesignError),
    /// Making it.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// The seal authority's certificate ended before the body's began.
    #[error("the certificate of the seal authority does not hold while that of {0} does")]
    NoCommonTime(String),
    /// The one that was kept is damaged.
    #[error("the seal on record cannot be read: {0}")]
    Damaged(SesFault),
    /// The thread that made it ended early.
    #[error("making the seal was interrupted")]
    Interrupted,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The seal with which `signer` seals what `metadata` describe, made when it is first asked for.
pub(crate) async fn of_signer(
    room: &Room,
    signer: &Arc<dyn Signer>,
    metadata: &Metadata,
    now: Timestamp,
) -> Result<Seal, SealsError> {
    let certificate = hex::encode(signer.certificate().fingerprint());
    if let Some(seal) = find(&mut room.db.snapshot().await?, &certificate).await? {
        return Ok(seal);
    }
    let (signers, body, of) = (room.signers.clone(), Arc::clone(signer), metadata.clone());
    let id = fresh_id::<EventId>(now).to_string();
    let work = move || make(&signers, body.as_ref(), &of, &id, now);
    let made = tokio::task::spawn_blocking(work).await.map_err(|_panic| SealsError::Interrupted)??;
    let mut tx = room.db.begin().await?;
    tx.execute(
        "insert into licence_seals (certificate_sm3, body_name, body_uscc, seal, created_at) values ($1, $2, $3, $4, $5)
         on conflict (certificate_sm3) do nothing",
        vals![&certificate, &metadata.issuer, &metadata.issuer_code, hex::encode(&made.der), now],
    )
    .await?;
    // Should two have made one at once, the first counts for both.
    let kept = find(&mut tx, &certificate).await?.ok_or(store::Error::Missing)?;
    tx.commit().await?;
    Ok(kept)
}

async fn find(tx: &mut Tx, certificate: &str) -> Result<Option<Seal>, SealsError> {
    let sql = "select seal from licence_seals where certificate_sm3 = $1";
    let Some(row) = tx.fetch_optional(sql, vals![certificate]).await? else { return Ok(None) };
    let text: String = row.get(0)?;
    let der = hex::decode(text).map_err(|_form| row.damaged(0, "hexadecimal"))?;
    Seal::from_der(&der).map(Some).map_err(SealsError::Damaged)
}

fn make(
    signers: &Signers,
    signer: &dyn Signer,
    metadata: &Metadata,
    id: &str,
    now: Timestamp,
) -> Result<Seal, SealsError> {
    let maker = signers.maker()?;
    let (own, makers) = (signer.certificate(), maker.certificate());
    let design = seal_design(metadata);
    // A seal that outlives a certificate it rests on could not be checked to the end.
    let valid_from = own.not_before().max(makers.not_before());
    let valid_until = own.not_after().min(makers.not_after());
    if valid_from > valid_until {
        return Err(SealsError::NoCommonTime(metadata.issuer.clone()));
    }
    let spec = SealSpec {
        vendor: VENDOR,
        id,
        name: &format!("{}{}", metadata.issuer, design.below),
        signers: vec![own.to_der()],
        created: now.as_second().clamp(valid_from, valid_until),
        valid_from,
        valid_until,
        picture: &design.to_ofd(&*OFD_FACES)?,
    };
    Ok(make_seal(&spec, maker.as_ref())?)
}
