//! Bringing in what another authority issued (导入证书): a root that is trusted, the maker of seals, the key of a seal.

use guomi::pair::PairError;
use guomi::{Certificate, PrivateKey, SignerError};
use identity::{ActKind, NewAct, record_act};
use kernel::{Actor, SealId, Timestamp};
use store::Tx;

use crate::keys::{Keys, KeysError, Place};
use crate::record;
use crate::seal::State;

/// Why something is not brought in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no root.
    #[error("the certificate of {0} is not one of a root: it did not issue itself or may not issue")]
    NotRoot(String),
    /// There are no certificates.
    #[error("there is no certificate")]
    Empty,
    /// Key and certificate do not belong together.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The certificate does not lead to a trusted root, or the folder refuses.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// There is a key already.
    #[error("there is a key already; it is not replaced")]
    Exists,
    /// There is no such seal.
    #[error("there is no such seal")]
    NoSeal,
    /// Only what is approved and not made waits for a key.
    #[error("the seal is {}; only one that is approved and not made waits for a key", .0.as_str())]
    NotApproved(State),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<PairError> for ImportError {
    fn from(error: PairError) -> Self {
        Self::Keys(error.into())
    }
}

/// Trusts a root of another authority from now on.
pub async fn trust_anchor(
    tx: &mut Tx,
    keys: &Keys,
    by: &Actor,
    root: &Certificate,
    now: Timestamp,
) -> Result<(), ImportError> {
    if !root.is_ca() || !root.is_self_signed() {
        return Err(ImportError::NotRoot(root.subject_common_name().to_owned()));
    }
    keys.trust(root)?;
    record_import(tx, by, "seals:anchor", root, now).await
}

/// Takes a key with its certificate as the maker of seals (制章者). `certificates`: the maker's own, then those between it
/// and a trusted root.
pub async fn import_maker(
    tx: &mut Tx,
    keys: &Keys,
    by: &Actor,
    (key, certificates): (PrivateKey, Vec<Certificate>),
    now: Timestamp,
) -> Result<(), ImportError> {
    keep(tx, keys, by, Place::Maker, (key, certificates), now).await
}

/// Takes a key with its certificate for a seal that is approved and not made.
pub async fn import_signer(
    tx: &mut Tx,
    keys: &Keys,
    by: &Actor,
    seal: SealId,
    (key, certificates): (PrivateKey, Vec<Certificate>),
    now: Timestamp,
) -> Result<(), ImportError> {
    let found = record::find(tx, seal).await?.ok_or(ImportError::NoSeal)?;
    let state = found.state_on(kernel::china_date(now));
    if state != State::Approved {
        return Err(ImportError::NotApproved(state));
    }
    keep(tx, keys, by, Place::Seal(seal), (key, certificates), now).await
}

async fn keep(
    tx: &mut Tx,
    keys: &Keys,
    by: &Actor,
    place: Place,
    (key, certificates): (PrivateKey, Vec<Certificate>),
    now: Timestamp,
) -> Result<(), ImportError> {
    let (own, above) = certificates.split_first().ok_or(ImportError::Empty)?;
    if key.public() != *own.public_key() {
        let subject = own.subject_common_name().to_owned();
        return Err(SignerError::KeyMismatch { subject }.into());
    }
    keys.check(own, above, now.as_second())?;
    if keys.has(place) {
        return Err(ImportError::Exists);
    }
    let target = match place {
        Place::Maker => "seals:maker".to_owned(),
        Place::Seal(seal) => format!("seal:{seal}"),
    };
    record_import(tx, by, &target, own, now).await?;
    if keys.keep(place, &key, &certificates)? { Ok(()) } else { Err(ImportError::Exists) }
}

async fn record_import(
    tx: &mut Tx,
    by: &Actor,
    target: &str,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), ImportError> {
    let what = format!("{} {}", certificate.subject_common_name(), certificate.serial_hex());
    let act = NewAct::new(ActKind::SealKeyImported, None, target).changed("", what);
    Ok(record_act(tx, by, act, now).await?)
}
