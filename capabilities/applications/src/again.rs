//! Applying again from an older case (再次申请): its answers and files go into a new draft, as far as the form of today
//! still asks for them.

use cases::{Case, CaseError, Status};
use catalogue::Package;
use kernel::{CaseId, Message, PersonActor, Refusal};
use store::Tx;

use crate::attach::{AttachError, Kept, materials_of_applicant};
use crate::dossier::{self, Material, Owner};
use crate::draft::Answers;
use crate::room::own_purpose;
use crate::start::StartApplication;
use crate::{Room, own_case};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why a case was not begun anew.
#[derive(Debug, thiserror::Error)]
pub enum AgainError {
    /// There is no such case, or it is another's.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The case still runs.
    #[error("the case still runs")]
    StillRuns,
    /// The case was of another item.
    #[error("the case was of another item")]
    OtherItem,
    /// A file could not be taken over.
    #[error("a file was not taken over")]
    File(#[from] AttachError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<AgainError> for Refusal {
    fn from(error: AgainError) -> Self {
        match error {
            AgainError::Case(error) => error.into(),
            AgainError::StillRuns => Self::conflict("applications-again-still-runs"),
            AgainError::OtherItem => Self::field("again_of", Message::new("applications-again-other-item")),
            AgainError::File(error) => error.into(),
            AgainError::Store(error) => error.into(),
        }
    }
}

/// An older case with what was handed in.
pub(crate) struct Earlier {
    case: Case,
    answers: Answers,
    files: Vec<Material>,
}

/// A closed case of this applicant.
pub(crate) async fn read(
    tx: &mut Tx,
    room: &Room,
    by: &PersonActor,
    id: CaseId,
) -> Result<Earlier, AgainError> {
    let case = own_case::get(tx, by, id).await?;
    if case.status != Status::Closed {
        return Err(AgainError::StillRuns);
    }
    let purpose = own_purpose(by, Some(id));
    let answers = dossier::answers_of_case(tx, room, id, &purpose).await?;
    let mut files = dossier::materials(tx, room, Owner::Case(id), &purpose).await?;
    files.retain(|file| file.is_handed_in() && file.state == "current");
    Ok(Earlier {
        answers: answers.and_then(|answers| answers.as_object().cloned()).unwrap_or_default(),
        files,
        case,
    })
}

impl Earlier {
    /// What was left open about the new draft is as it was in the older case.
    pub(crate) fn complete(&self, wanted: StartApplication) -> Result<StartApplication, AgainError> {
        let case_type = &self.case.case_type;
        let or = |given: String, then: &str| if given.is_empty() { then.to_owned() } else { given };
        let wanted = StartApplication {
            item: or(wanted.item, &case_type.item),
            handling: or(wanted.handling, &case_type.handling),
            division: or(wanted.division, &self.case.division),
            ..wanted
        };
        let is_same = wanted.item == case_type.item && wanted.handling == case_type.handling;
        if is_same { Ok(wanted) } else { Err(AgainError::OtherItem) }
    }

    /// Answers and files that the package of today still asks for; and the names of those that it does not.
    pub(crate) fn sort_out(&self, package: &Package) -> (Answers, Vec<(String, Kept)>, Vec<String>) {
        let mut answers = Answers::new();
        let mut dropped = Vec::new();
        for (field, value) in &self.answers {
            if package.form.field(field).is_some() {
                answers.insert(field.clone(), value.clone());
            } else {
                dropped.push(field.clone());
            }
        }
        let mut taken = Vec::new();
        for file in &self.files {
            let material = materials_of_applicant(package).find(|material| material.id == file.material);
            if let Some(kept) = material.and_then(|material| Kept::again(file, material)) {
                taken.push((file.material.clone(), kept));
                continue;
            }
            let name = format!("materials/{}", file.material);
            if !dropped.contains(&name) {
                dropped.push(name);
            }
        }
        (answers, taken, dropped)
    }
}

/// The names of what was left out, by the form of the older case.
pub(crate) fn names_of_dropped(
    visitor: &web::Visitor,
    room: &Room,
    older: &Case,
    dropped: &[String],
) -> Vec<String> {
    let Some(package) = room.library().get(&older.case_type) else { return dropped.to_vec() };
    let pick = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
    let name = |id: &String| match id.strip_prefix("materials/") {
        Some(material) => package.item.material(material).map(|material| pick(&material.name)),
        None => package.form.field(id).map(|field| pick(&field.label)),
    };
    dropped.iter().map(|id| name(id).unwrap_or_else(|| id.clone())).collect()
}
