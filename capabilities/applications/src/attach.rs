//! Handing in a file: for a draft, in answer to a correction notice, or made by the office.
//! The file is kept first and the row after it, so that a row never names a file that is not there.

use bytes::Bytes;
use cases::CaseError;
use kernel::{Actor, CaseId, DraftId, MaterialId, Message, Refusal, Timestamp};
use store::{Tx, vals};

use crate::Room;
use crate::correct;
use crate::dossier::{Material, Owner};
use crate::draft::{self, DraftError};
use crate::evidence::{self, FILES_MAX, FileFault};
use crate::stand_in;

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// A file that somebody hands in.
#[derive(Clone)]
pub struct HandedIn {
    /// The name it has at its sender's.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
}

/// A file that was looked into and lies in the store.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    file_name: String,
    media_type: &'static str,
    size: i64,
    sm3: String,
}

impl Kept {
    /// A file that was handed in before, for a material that may have other rules now; nothing when it does not fit
    /// them any more.
    pub(crate) fn again(file: &Material, material: &catalogue::Material) -> Option<Self> {
        let kind = material.accepts.iter().find(|kind| evidence::media_type(**kind) == file.media_type)?;
        let fits = u64::try_from(file.size).is_ok_and(|size| size <= crate::http::bytes_max(material));
        let (file_name, sm3) = (file.file_name.clone(), file.file_sm3.clone());
        fits.then(|| Self { file_name, media_type: evidence::media_type(*kind), size: file.size, sm3 })
    }
}

/// Where a file belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The draft or case.
    pub owner: Owner,
    /// The material of the package.
    pub material: &'a str,
    /// `current`, or `pending` until an answer to a correction notice is sent.
    pub state: &'static str,
}

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// Only a person may.
    #[error("only the applicant may")]
    NotAPerson(Refusal),
    /// The package asks for no such material, or not from the applicant.
    #[error("no such material")]
    NoSuchMaterial,
    /// The file itself is at fault; the material for which it was meant.
    #[error("{1}")]
    File(String, #[source] FileFault),
    /// Enough files of this material are there.
    #[error("{0} has enough files")]
    Enough(String),
    /// The draft cannot be opened or has been submitted.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The case cannot be opened.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The correction notice does not ask for this material.
    #[error("{0} is not to be corrected")]
    NotFlagged(String),
    /// The correction cannot be read.
    #[error("the correction cannot be read")]
    Correction(#[source] Box<correct::CorrectError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<AttachError> for Refusal {
    fn from(error: AttachError) -> Self {
        match error {
            AttachError::NotAPerson(refusal) => refusal,
            AttachError::NoSuchMaterial => Self::NotFound,
            AttachError::File(material, fault) => fault.refusal(&material),
            AttachError::Enough(material) => {
                Self::field(material, Message::new("applications-files-enough").with("most", FILES_MAX))
            }
            AttachError::NotFlagged(material) => {
                Self::field(material, Message::new("applications-correction-not-flagged"))
            }
            AttachError::Draft(error) => error.into(),
            AttachError::Correction(error) => (*error).into(),
            AttachError::Case(error) => error.into(),
            AttachError::Store(error) => error.into(),
        }
    }
}

/// Looks into a file and keeps it. No row names it yet.
pub async fn keep(room: &Room, material: &catalogue::Material, file: HandedIn) -> Result<Kept, AttachError> {
    let bytes_max = crate::http::bytes_max(material);
    let kind = evidence::inspect(&file.name, &file.bytes, &material.accepts, bytes_max)
        .map_err(|fault| AttachError::File(material.id.clone(), fault))?;
    let found = room.files.put(file.bytes.to_vec()).await?;
    let size = i64::try_from(found.size).unwrap_or(i64::MAX);
    Ok(Kept { file_name: file.name, media_type: evidence::media_type(kind), size, sm3: found.sm3 })
}

/// Writes the row of a file that was kept. The caller holds the draft or case, so that nobody adds another file at the
/// same time.
pub async fn add(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    place: Place<'_>,
    file: &Kept,
) -> Result<MaterialId, AttachError> {
    const OF_DRAFT: &str = "select count(*) from materials
         where draft_id = $1 and case_id is null and material = $2 and state = $3";
    const OF_CASE: &str =
        "select count(*) from materials where case_id = $1 and material = $2 and state = $3";
    let Place { owner, material, state } = place;
    let (count, draft, case) = match owner {
        Owner::Draft(draft) => {
            (tx.fetch_one(OF_DRAFT, vals![draft, material, state]).await?, Some(draft), None)
        }
        Owner::Case(case) => (tx.fetch_one(OF_CASE, vals![case, material, state]).await?, None, Some(case)),
    };
    if count.get::<u32>(0)? >= FILES_MAX {
        return Err(AttachError::Enough(material.to_owned()));
    }
    let id: MaterialId = store::fresh_id(now);
    let name = room.vault.seal("materials.file_name", file.file_name.as_bytes())?;
    tx.execute(
        "insert into materials (id, draft_id, case_id, material, state, file_sm3, file_name_sealed, media_type,
             size, added_by, added_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        vals![
            id,
            draft,
            case,
            material,
            state,
            &file.sm3,
            name,
            file.media_type,
            file.size,
            by.reference(),
            now
        ],
    )
    .await?;
    Ok(id)
}

/// Hands in a file for a draft.
pub async fn attach(
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
    material: &str,
    file: HandedIn,
) -> Result<MaterialId, AttachError> {
    let kept = keep_for_draft(room, by, id, material, file).await?;
    let mut tx = room.db.begin().await?;
    let added = add_to_draft(&mut tx, room, by, now, id, material, &kept).await?;
    tx.commit().await?;
    Ok(added)
}

/// The first half: whose draft it is and what the package says are asked before anything is kept, so that strangers
/// cannot fill the disk.
pub(crate) async fn keep_for_draft(
    room: &Room,
    by: &Actor,
    id: DraftId,
    material: &str,
    file: HandedIn,
) -> Result<Kept, AttachError> {
    let person = by.person().map_err(AttachError::NotAPerson)?;
    let mut tx = room.db.snapshot().await?;
    let draft = draft::get_open(&mut tx, room, person, id).await?;
    drop(tx);
    let package = room.package(&draft.case_type)?;
    keep(room, asked_of_applicant(&package, material)?, file).await
}

/// The second half: the row.
pub(crate) async fn add_to_draft(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
    material: &str,
    file: &Kept,
) -> Result<MaterialId, AttachError> {
    draft::lock_open(tx, id, now).await?;
    let person = by.person().map_err(AttachError::NotAPerson)?;
    draft::get_open(tx, room, person, id).await?;
    stand_in::give_way(tx, id, material).await?;
    add(tx, room, by, now, Place { owner: Owner::Draft(id), material, state: "current" }, file).await
}

/// The first half for an answer to a correction notice: only what the notice asks for.
pub(crate) async fn keep_for_correction(
    room: &Room,
    by: &Actor,
    id: CaseId,
    material: &str,
    file: HandedIn,
) -> Result<Kept, AttachError> {
    let person = by.person().map_err(AttachError::NotAPerson)?;
    let mut tx = room.db.snapshot().await?;
    let case = correct::get_awaiting(&mut tx, person, id).await?;
    let package = room.package(&case.case_type)?;
    let wanted = asked_of_applicant(&package, material)?;
    if !correct::flagged_materials(&case).contains(material) {
        let correcting = correct::get(&mut tx, room, person, id)
            .await
            .map_err(|error| AttachError::Correction(Box::new(error)))?;
        if !correcting.materials_open(&package).contains(material) {
            return Err(AttachError::NotFlagged(material.to_owned()));
        }
    }
    drop(tx);
    keep(room, wanted, file).await
}

/// The second half for an answer to a correction notice: the file waits until the answer is sent.
pub(crate) async fn add_to_correction(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: CaseId,
    material: &str,
    file: &Kept,
) -> Result<MaterialId, AttachError> {
    let person = by.person().map_err(AttachError::NotAPerson)?;
    correct::lock(tx, id).await?;
    correct::get_awaiting(tx, person, id).await?;
    add(tx, room, by, now, Place { owner: Owner::Case(id), material, state: "pending" }, file).await
}

/// The material of a package that the applicant hands in.
pub(crate) fn asked_of_applicant<'a>(
    package: &'a catalogue::Package,
    material: &str,
) -> Result<&'a catalogue::Material, AttachError> {
    materials_of_applicant(package).find(|found| found.id == material).ok_or(AttachError::NoSuchMaterial)
}

/// What the applicant hands in, in the guide's order. What the office makes on the way is not asked for.
pub(crate) fn materials_of_applicant(
    package: &catalogue::Package,
) -> impl Iterator<Item = &catalogue::Material> {
    package.item.materials.iter().filter(|material| material.by == catalogue::MadeBy::Applicant)
}
