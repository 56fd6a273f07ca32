//! A step in the life of a seal: who takes it, whether it can be taken, what it changes; on record in the transaction of
//! the step.

use std::sync::Arc;

use identity::{ActKind, NewAct, record_act};
use kernel::{Actor, BodyId, Message, Refusal, Role, SealId, StaffActor, Timestamp, china_date};
use serde_json::json;
use store::Tx;
use store::jobs::{self, NewJob};

use crate::keys::KeysError;
use crate::kinds::Named;
use crate::make::{self, Made, MakeError};
use crate::record::{self, SealRecord};
use crate::renew::{LIST_JOB, tell};
use crate::request::WORD_CHARACTERS_MAX;
use crate::room::{Room, STEP};
use crate::seal::{Denied, RevokeReason, Standing, State, Step};

/// A step to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeStep {
    /// Which.
    pub step: Step,
    /// Why, where the step needs it.
    pub word: String,
    /// The reason of a revocation, as lists of revoked certificates tell it.
    pub reason: Option<RevokeReason>,
    /// The version that the taker saw.
    pub version: i64,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// There is no such seal, or none that they may see.
    #[error("there is no such seal")]
    NotFound,
    /// They take no steps at all.
    #[error(transparent)]
    Refused(Refusal),
    /// They may not take this one.
    #[error("not allowed: {0:?}")]
    Denied(Denied),
    /// Somebody else has changed the seal meanwhile.
    #[error("the seal was changed meanwhile")]
    Overtaken,
    /// The step does not follow from where the seal stands.
    #[error("the seal is {}, from where this step does not lead", .0.as_str())]
    NotNow(State),
    /// Why is missing, or too long.
    #[error("word: say why, in at most {WORD_CHARACTERS_MAX} characters")]
    Word,
    /// The reason of the revocation is missing.
    #[error("reason: say why the seal is revoked")]
    Reason,
    /// All numbers are given away.
    #[error("there are no more numbers for seals of this kind")]
    NoNumbers,
    /// It could not be made.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<StepError> for Refusal {
    fn from(error: StepError) -> Self {
        match error {
            StepError::NotFound => Self::NotFound,
            StepError::Refused(refusal) => refusal,
            StepError::Denied(Denied::NotTheirs) => Self::Outside(Message::new("seals-not-theirs")),
            StepError::Denied(Denied::Asked) => Self::Outside(Message::new("seals-asked-oneself")),
            StepError::Denied(Denied::Approved) => Self::Outside(Message::new("seals-approved-oneself")),
            StepError::Overtaken => Self::conflict("seals-overtaken"),
            StepError::NotNow(_) => Self::conflict("seals-not-now"),
            StepError::Word => {
                Self::field("word", Message::new("seals-reason-wrong").with("max", WORD_CHARACTERS_MAX))
            }
            StepError::Reason => Self::field("reason", Message::new("seals-revoke-reason-wrong")),
            StepError::NoNumbers => Self::conflict("seals-no-numbers"),
            StepError::Make(MakeError::Keys(KeysError::NoAuthority | KeysError::NoMaker)) => {
                Self::conflict("seals-no-authority")
            }
            StepError::Make(MakeError::CertificateEnds(_)) => Self::conflict("seals-certificate-ends"),
            StepError::Make(MakeError::Keys(KeysError::NotTrusted { .. })) => {
                Self::conflict("seals-certificate-untrusted")
            }
            StepError::Make(error) => Self::internal(error),
            StepError::Store(error) => error.into(),
        }
    }
}

/// How somebody of staff stands to a seal.
pub(crate) fn standing(staff: &StaffActor, authority: Option<BodyId>, seal: &SealRecord) -> Standing {
    let is_authority = authority == Some(staff.body);
    let administers = staff.roles.contains(&Role::Administration);
    let reference = Actor::Staff(staff.clone()).reference();
    Standing {
        keeps: administers && (is_authority || staff.body == seal.body),
        makes: administers && is_authority,
        decides: is_authority && staff.roles.contains(&Role::Decision),
        asked: reference == seal.requested_by,
        approved: seal.approved_by.as_ref() == Some(&reference),
    }
}

/// Whether somebody of staff sees a seal: those of their own body, and the seal authority all.
pub(crate) fn may_see(staff: &StaffActor, authority: Option<BodyId>, seal: &SealRecord) -> bool {
    staff.body == seal.body || authority == Some(staff.body)
}

/// Takes the step and gives the seal as it is after it.
pub async fn take_step(
    room: &Room,
    by: &Actor,
    id: SealId,
    take: &TakeStep,
    now: Timestamp,
) -> Result<SealRecord, StepError> {
    let made = if take.step == Step::Make { Some(make(room, by, id, take, now).await?) } else { None };
    let mut tx = room.db.begin().await?;
    let (seal, to) = checked(&mut tx, room, by, id, take, now).await?;
    let mut after = SealRecord { state: to, version: seal.version + 1, ..seal.clone() };
    match take.step {
        Step::Approve => number(&mut tx, room, &mut after, by, now).await?,
        Step::Make => {
            let made = made.ok_or(StepError::Overtaken)?;
            after.seal = Some(made.seal);
            after.certificate = Some(made.certificate);
        }
        Step::Revoke => {
            after.revoked_at = Some(now);
            after.revoke_reason = Some(take.reason.ok_or(StepError::Reason)?);
            if after.certificate.is_some() {
                let key = format!("seal:{id}");
                jobs::enqueue(&mut tx, &NewJob { kind: LIST_JOB, key, payload: json!({}), run_at: now })
                    .await?;
            }
        }
        Step::Refuse | Step::Activate | Step::Suspend | Step::Resume => {}
    }
    if !record::update(&mut tx, &after, seal.version).await? {
        return Err(StepError::Overtaken);
    }
    let word = take.word.trim();
    record::note(&mut tx, id, by, take.step.as_str(), word, now).await?;
    let became = match take.reason {
        Some(reason) if take.step == Step::Revoke => format!("{} {}", to.as_str(), reason.as_str()),
        _ => to.as_str().to_owned(),
    };
    let act = NewAct::new(act_kind(take.step), Some(seal.body), format!("seal:{id}"));
    record_act(&mut tx, by, act.changed(seal.state.as_str(), became).because(word), now).await?;
    tell(&mut tx, &after, take.step.as_str(), now).await?;
    tx.commit().await?;
    Ok(after)
}

/// The seal, and where the step leads, if this actor may take it now.
async fn checked(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    id: SealId,
    take: &TakeStep,
    now: Timestamp,
) -> Result<(SealRecord, State), StepError> {
    by.require(STEP).map_err(StepError::Refused)?;
    let staff = by.staff().map_err(StepError::Refused)?;
    let authority = room.authority(tx).await?;
    let seal = record::find(tx, id).await?.filter(|seal| may_see(staff, authority, seal));
    let seal = seal.ok_or(StepError::NotFound)?;
    take.step.check(standing(staff, authority, &seal)).map_err(StepError::Denied)?;
    if seal.version != take.version {
        return Err(StepError::Overtaken);
    }
    let state = seal.state_on(china_date(now));
    let to = take.step.leads(state).ok_or(StepError::NotNow(state))?;
    let word = take.word.trim();
    if (take.step.needs_word() && word.is_empty()) || word.chars().count() > WORD_CHARACTERS_MAX {
        return Err(StepError::Word);
    }
    if take.step == Step::Revoke && take.reason.is_none() {
        return Err(StepError::Reason);
    }
    Ok((seal, to))
}

/// Makes the seal before any write transaction is open: that is work for the processor.
async fn make(
    room: &Room,
    by: &Actor,
    id: SealId,
    take: &TakeStep,
    now: Timestamp,
) -> Result<Made, StepError> {
    let mut tx = room.db.snapshot().await?;
    let (seal, _to) = checked(&mut tx, room, by, id, take, now).await?;
    tx.rollback().await?;
    let (keys, faces) = (room.keys.clone(), Arc::clone(&room.faces));
    let making = tokio::task::spawn_blocking(move || make::make(&keys, &faces, &seal, now));
    Ok(making.await.map_err(|_ended| MakeError::Interrupted)??)
}

/// What an approval gives: number and identifier.
async fn number(
    tx: &mut Tx,
    room: &Room,
    seal: &mut SealRecord,
    by: &Actor,
    now: Timestamp,
) -> Result<(), StepError> {
    let kind = seal.kind.clone();
    let division = seal.division.clone();
    let uscc = seal.body_uscc.clone();
    let named = Named { division: &division, kind: &kind, uscc: &uscc, year: china_date(now).year() };
    let number = &room.rules.number;
    let serial = record::next_serial(tx, &format!("number {}", number.counter(named))).await?;
    seal.number = Some(number.fill(named, serial).ok_or(StepError::NoNumbers)?);
    let id = &room.rules.id;
    let serial = record::next_serial(tx, &format!("id {}", id.counter(named))).await?;
    seal.es_id = Some(id.fill(named, serial).ok_or(StepError::NoNumbers)?);
    seal.approved_by = Some(by.reference());
    Ok(())
}

const fn act_kind(step: Step) -> ActKind {
    match step {
        Step::Approve => ActKind::SealApproved,
        Step::Refuse => ActKind::SealRefused,
        Step::Make => ActKind::SealMade,
        Step::Activate => ActKind::SealActivated,
        Step::Suspend => ActKind::SealSuspended,
        Step::Resume => ActKind::SealResumed,
        Step::Revoke => ActKind::SealRevoked,
    }
}
