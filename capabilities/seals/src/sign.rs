//! Using a seal (用印): the one way to something that signs. A seal is given only while it is in force, for a purpose that
//! its kind serves, for a decision in a case; and the use is on record before anything is signed.

use std::sync::Arc;

use guomi::Signer;
use jiff::civil::Date;
use kernel::{BodyId, CaseId, EventId, SealId, Timestamp, china_date};
use ofd::ses::{Seal, SesFault};
use store::{Tx, fresh_id, vals};

use crate::keys::{Keys, KeysError};
use crate::kinds::{Purpose, Rules};
use crate::record::{self, SealRecord};
use crate::room::Room;
use crate::seal::State;

/// What is to be sealed, and by which decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The body whose seal it is.
    pub body: BodyId,
    /// What for.
    pub purpose: Purpose,
    /// What is sealed, such as the identifier of a licence. The same reference and digest are one use.
    pub reference: &'a str,
    /// Digest of the file before sealing: SM3.
    pub digest: guomi::sm3::Digest,
    /// The case whose decision asks for it.
    pub case: CaseId,
    /// Who decided: an actor's reference.
    pub decided_by: &'a str,
    /// Their name.
    pub decided_name: &'a str,
}

/// A seal that may be used once, for what was asked.
pub struct Granted {
    /// Which.
    pub id: SealId,
    /// Its number (印章编码).
    pub number: String,
    /// The seal.
    pub seal: Seal,
    /// What signs with it.
    pub signer: Arc<dyn Signer>,
}

impl std::fmt::Debug for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Granted").field("id", &self.id).field("number", &self.number).finish_non_exhaustive()
    }
}

/// Why no seal is given.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The body has none for this purpose.
    #[error("body {0} has no seal for this purpose")]
    NoSeal(BodyId),
    /// It has, and none that is in force.
    #[error("seal {number} is {}: it may not be used", state.as_str())]
    NotInForce {
        /// Number of the seal that was tried last.
        number: String,
        /// Where it stands.
        state: State,
    },
    /// The period of the seal has not begun.
    #[error("seal {number} may be used from {from} on")]
    NotYet {
        /// Its number.
        number: String,
        /// Its first day.
        from: Date,
    },
    /// Its key.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// What is kept is no seal: a fault of the storage.
    #[error("the stored seal cannot be read: {0}")]
    Damaged(#[from] SesFault),
    /// Opening the key was interrupted.
    #[error("opening the key was interrupted")]
    Interrupted,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Opens the key of the seal that [`sign()`] would give, which takes about a second the first time: before the transaction
/// of the use is begun.
pub async fn open_key(
    room: &Room,
    body: BodyId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<SealId, SignError> {
    let mut tx = room.db.snapshot().await?;
    let seal = in_force(&mut tx, &room.rules, body, purpose, now).await?;
    tx.rollback().await?;
    let (keys, id) = (room.keys.clone(), seal.id);
    let opening = tokio::task::spawn_blocking(move || keys.of_seal(id).map(|_kept| ()));
    opening.await.map_err(|_ended| SignError::Interrupted)??;
    Ok(seal.id)
}

/// Gives the seal and writes the use down, in the caller's transaction: commit it before signing. Asked again for the same
/// reference and digest, it gives the seal again and the use stays one. A key that is not open yet is opened here.
pub async fn sign(
    tx: &mut Tx,
    room: &Room,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Granted, SignError> {
    let seal = in_force(tx, &room.rules, wanted.body, wanted.purpose, now).await?;
    let signer = match room.keys.at_hand(seal.id) {
        Some(signer) => signer,
        None => open(&room.keys, seal.id).await?,
    };
    room.keys.check(signer.certificate(), signer.intermediates(), now.as_second())?;
    let made = Seal::from_der(seal.seal.as_deref().unwrap_or_default())?;
    tx.execute(
        "insert into seal_uses (id, seal, at, purpose, reference, digest, case_id, decided_by, decided_name)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (reference, digest) do nothing",
        vals![
            fresh_id::<EventId>(now),
            seal.id,
            now,
            wanted.purpose.as_str(),
            wanted.reference,
            hex::encode(wanted.digest),
            wanted.case,
            wanted.decided_by,
            wanted.decided_name,
        ],
    )
    .await?;
    let number = seal.number.unwrap_or_default();
    tracing::info!(seal = %seal.id, number, reference = wanted.reference, case = %wanted.case, "seal used");
    Ok(Granted { id: seal.id, number, seal: made, signer })
}

async fn open(keys: &Keys, seal: SealId) -> Result<Arc<guomi::FileSigner>, SignError> {
    let keys = keys.clone();
    let opening = tokio::task::spawn_blocking(move || keys.of_seal(seal));
    Ok(opening.await.map_err(|_ended| SignError::Interrupted)??)
}

async fn in_force(
    tx: &mut Tx,
    rules: &Rules,
    body: BodyId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<SealRecord, SignError> {
    let seals = record::made_of(tx, body).await?;
    choose(seals, rules, (body, purpose), china_date(now))
}

/// The seal of the most special kind that may be used on this day, the newest of several; or why there is none.
fn choose(
    seals: Vec<SealRecord>,
    rules: &Rules,
    (body, purpose): (BodyId, Purpose),
    today: Date,
) -> Result<SealRecord, SignError> {
    let kinds = rules.serving(purpose);
    let rank = |seal: &SealRecord| kinds.iter().position(|kind| kind.code == seal.kind);
    let mut serving: Vec<(usize, SealRecord)> =
        seals.into_iter().filter_map(|seal| Some((rank(&seal)?, seal))).collect();
    serving.sort_by_key(|(rank, _)| *rank); // a stable sort: the newest stays first
    let mut why = SignError::NoSeal(body);
    for (_, seal) in serving {
        let number = seal.number.clone().unwrap_or_default();
        match seal.state_on(today) {
            State::InForce if seal.valid_from <= today => return Ok(seal),
            State::InForce => why = SignError::NotYet { number, from: seal.valid_from },
            state @ (State::Requested
            | State::Refused
            | State::Approved
            | State::Made
            | State::Suspended
            | State::Revoked
            | State::Expired) => why = SignError::NotInForce { number, state },
        }
    }
    Err(why)
}
