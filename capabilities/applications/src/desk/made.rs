//! Materials that the office makes on the way (办理过程中形成的材料): a survey form, an opinion, a public notice.

use cases::{Case, Task};
use catalogue::{Material, Package};
use kernel::{Actor, CaseId, MaterialId, TaskId, Timestamp};
use store::Tx;

use super::{DeskError, actions, see};
use crate::Room;
use crate::attach::{self, HandedIn, Kept, Place};
use crate::dossier::Owner;

/// The materials that are made in a task, as its branch or stage says.
pub(super) fn of_task<'a>(package: &'a Package, task: &Task) -> Vec<&'a Material> {
    package.case_type.makes_of(task).iter().filter_map(|id| package.item.material(id)).collect()
}

/// Refuses when a material that the task makes is not there yet.
pub(super) async fn require(tx: &mut Tx, case: CaseId, made: &[&Material]) -> Result<(), DeskError> {
    if made.is_empty() {
        return Ok(());
    }
    let there = see::materials_there(tx, case).await?;
    let missing = made.iter().filter(|material| !there.contains(&material.id));
    let missing: Vec<_> = missing.map(|material| (material.id.clone(), material.name.clone())).collect();
    if missing.is_empty() { Ok(()) } else { Err(DeskError::MaterialMissing(missing)) }
}

/// A file that an office adds to a case.
pub(super) struct AttachMade<'a> {
    /// The case.
    pub(super) case: CaseId,
    /// The version that the page showed, if it says one.
    pub(super) expected: Option<i64>,
    /// The task in which it was made; without one the clerk's own task that makes it.
    pub(super) task: Option<TaskId>,
    /// Which material of the package.
    pub(super) material: &'a str,
}

/// How large the file may be, if this clerk may add it now: asked before anything is read or kept, so that
/// nobody else can fill memory or disk.
pub(super) async fn bytes_max(room: &Room, by: &Actor, wanted: &AttachMade<'_>) -> Result<u64, DeskError> {
    Ok(crate::http::bytes_max(&wanted_material(room, by, wanted).await?))
}

/// The first half: the file is looked into and kept.
pub(super) async fn keep(
    room: &Room,
    by: &Actor,
    wanted: &AttachMade<'_>,
    file: HandedIn,
) -> Result<Kept, DeskError> {
    let material = wanted_material(room, by, wanted).await?;
    Ok(attach::keep(room, &material, file).await?)
}

async fn wanted_material(room: &Room, by: &Actor, wanted: &AttachMade<'_>) -> Result<Material, DeskError> {
    let clerk = see::staff(by)?;
    let mut tx = room.db.snapshot().await?;
    let case = see::case(&mut tx, clerk, wanted.case).await?;
    drop(tx);
    let package = see::package(room, &case)?;
    actions::making_task(&package, &case, clerk, wanted)?;
    let material = package.item.material(wanted.material).cloned();
    material.ok_or_else(|| DeskError::NotMadeHere(wanted.material.to_owned()))
}

/// The second half: the row. The case may have moved on since the first, so everything is asked again.
pub(super) async fn add(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    wanted: &AttachMade<'_>,
    kept: &Kept,
    now: Timestamp,
) -> Result<(Case, MaterialId), DeskError> {
    let clerk = see::staff(by)?;
    let case = see::case(tx, clerk, wanted.case).await?;
    if wanted.expected.is_some_and(|expected| expected != case.version) {
        return Err(cases::CaseError::Stale.into());
    }
    let package = see::package(room, &case)?;
    actions::making_task(&package, &case, clerk, wanted)?;
    let place = Place { owner: Owner::Case(case.id), material: wanted.material, state: "current" };
    let id = attach::add(tx, room, by, now, place, kept).await?;
    Ok((case, id))
}
