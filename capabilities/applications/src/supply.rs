//! Handing in what was promised when the application came in (容缺补齐).

use cases::{Case, CaseError, Command, Status};
use identity::AgentAct;
use kernel::{Actor, CaseId, MaterialId, PersonActor, Refusal, Right, Timestamp};
use store::Tx;

use crate::attach::{self, AttachError, HandedIn, Kept, Place, asked_of_applicant, keep};
use crate::correct;
use crate::dossier::Owner;
use crate::draft::DraftError;
use crate::{Room, acting, own_case};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why a promised material was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SupplyError {
    /// Only a person may.
    #[error("only the applicant may")]
    NotAPerson(Refusal),
    /// The case cannot be found, or the engine refuses: not promised, not accepted yet, too late.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The file is at fault, or the package asks for no such material.
    #[error(transparent)]
    File(#[from] AttachError),
    /// The package of the case is not loaded.
    #[error(transparent)]
    Package(#[from] DraftError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<SupplyError> for Refusal {
    fn from(error: SupplyError) -> Self {
        match error {
            SupplyError::NotAPerson(refusal) => refusal,
            SupplyError::Case(error) => error.into(),
            SupplyError::File(error) => error.into(),
            SupplyError::Package(error) => error.into(),
            SupplyError::Store(error) => error.into(),
        }
    }
}

/// The case, while it waits for this material of this person's. Asked before a file is kept, so that nobody fills the
/// disk; the engine has the last word.
pub(crate) async fn get_awaiting(
    tx: &mut Tx,
    by: &PersonActor,
    id: CaseId,
    material: &str,
) -> Result<Case, CaseError> {
    let case = own_case::get_to(tx, by, id, Right::Apply).await?;
    let promise = case.promises.iter().find(|promise| promise.material == material);
    let was_promised = case.intake.promised.iter().any(|promised| promised.material == material);
    match promise {
        _ if case.status == Status::Closed => Err(CaseError::Closed),
        Some(promise) if promise.kept.is_none() => Ok(case),
        Some(_) => Err(CaseError::PromiseOver),
        None if was_promised => Err(CaseError::NotAcceptedYet),
        None => Err(CaseError::NoSuchPromise),
    }
}

/// The first half: the file is looked into and kept.
pub(crate) async fn keep_file(
    room: &Room,
    by: &Actor,
    id: CaseId,
    material: &str,
    file: HandedIn,
) -> Result<Kept, SupplyError> {
    let person = by.person().map_err(SupplyError::NotAPerson)?;
    let mut tx = room.db.snapshot().await?;
    let case_type = own_case::get(&mut tx, person, id).await?.case_type;
    let package = room.package(&case_type)?;
    let wanted = asked_of_applicant(&package, material)?;
    get_awaiting(&mut tx, person, id, material).await?;
    drop(tx);
    Ok(keep(room, wanted, file).await?)
}

/// The second half: the files' rows, and the promise is kept. The caller commits.
pub(crate) async fn supply(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: CaseId,
    material: &str,
    files: &[Kept],
) -> Result<(Case, Vec<MaterialId>), SupplyError> {
    let person = by.person().map_err(SupplyError::NotAPerson)?;
    correct::lock(tx, id).await?;
    let case = own_case::get_to(tx, person, id, Right::Apply).await?;
    let package = room.package(&case.case_type)?;
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    let command = Command::Supply { material: material.to_owned() };
    let case = cases::act(tx, &around, &package.case_type, id, None, by, command).await?;
    acting::note_case(tx, by, AgentAct::Supplied, &case, now).await?;
    let mut added = Vec::new();
    for file in files {
        let place = Place { owner: Owner::Case(id), material, state: "current" };
        added.push(attach::add(tx, room, by, now, place, file).await?);
    }
    Ok((case, added))
}
