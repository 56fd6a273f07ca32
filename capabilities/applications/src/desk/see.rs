//! What a clerk may see: cases that their body has or had work on, opened for the purpose of handling them.

use std::sync::Arc;

use cases::{Case, CaseError};
use catalogue::Package;
use kernel::{Actor, CaseId, LegalPersonId, MandateKind, MaterialId, StaffActor, Timestamp};
use serde_json::{Map, Value};
use store::page::{Page, PageRequest};
use store::{Purpose, Tx, access_log, vals};

use super::{DeskError, actions};
use crate::dossier::{self, Material, Owner};
use crate::letters::{self, Letter, Side};
use crate::reach::Reach;
use crate::stand_in::{self, StandIn};
use crate::{Room, recuse};

/// The member of staff who acts.
pub(super) fn staff(by: &Actor) -> Result<&StaffActor, DeskError> {
    by.staff().map_err(DeskError::Refused)
}

/// The case, if work on it lies or lay in the clerk's body. To anybody else it is not there, nor to whoever is kept out of it.
pub(super) async fn case(tx: &mut Tx, clerk: &StaffActor, id: CaseId) -> Result<Case, DeskError> {
    let case = cases::get(tx, id).await?;
    let is_there =
        Reach::of_staff(&case, clerk).is_there() && !recuse::is_kept_out(tx, id, clerk.staff).await?;
    if is_there { Ok(case) } else { Err(CaseError::NotFound.into()) }
}

/// The package version under which the case runs.
pub(super) fn package(room: &Room, case: &Case) -> Result<Arc<Package>, DeskError> {
    room.library().get(&case.case_type).ok_or_else(|| DeskError::UnknownPackage(case.case_type.clone()))
}

/// What was handed in, in clear.
pub(super) struct Dossier {
    /// Name of whoever handed it in or on whose behalf.
    pub(super) applicant: String,
    /// The legal person that applies, with its credit code.
    pub(super) acting_for: Option<(String, String)>,
    /// Who handed it in for a natural person, masked, and why they may.
    pub(super) through: Option<(String, MandateKind)>,
    /// Field and value.
    pub(super) answers: Map<String, Value>,
    /// The files.
    pub(super) materials: Vec<Material>,
    /// Promises and commitments in the place of files.
    pub(super) stand_ins: Vec<StandIn>,
}

/// Opens what was handed in and notes the look in the same transaction, so that there is none without its
/// note.
pub(super) async fn dossier(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    case: &Case,
    now: Timestamp,
) -> Result<Dossier, DeskError> {
    let purpose = purpose(by, case.id);
    note(tx, &purpose, case, "applications.answers", now).await?;
    let answers = dossier::answers_of_case(tx, room, case.id, &purpose).await?;
    let acting_for = match case.applicant.acting_for {
        Some(legal_person) => legal_person_name(tx, legal_person).await?,
        None => None,
    };
    let through = match &case.applicant.through {
        Some(through) => {
            identity::person_shown_as(tx, &room.vault, through.person).await?.map(|name| (name, through.kind))
        }
        None => None,
    };
    Ok(Dossier {
        applicant: dossier::applicant_name(tx, room, case.id, &purpose).await?.unwrap_or_default(),
        acting_for,
        through,
        answers: answers.as_ref().and_then(Value::as_object).cloned().unwrap_or_default(),
        materials: dossier::materials(tx, room, Owner::Case(case.id), &purpose).await?,
        stand_ins: stand_in::of_case(tx, case.id).await?,
    })
}

async fn legal_person_name(tx: &mut Tx, id: LegalPersonId) -> Result<Option<(String, String)>, DeskError> {
    let found = identity::find_legal_person(tx, id).await?;
    Ok(found.map(|record| (record.name, record.uscc.to_string())))
}

/// A file of the case, with the note that it was opened.
pub(super) async fn material(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    case: &Case,
    id: MaterialId,
    now: Timestamp,
) -> Result<Material, DeskError> {
    let purpose = purpose(by, case.id);
    let materials = dossier::materials(tx, room, Owner::Case(case.id), &purpose).await?;
    // A file that the applicant prepares in answer to the notice is theirs until they send it.
    let found = materials.into_iter().find(|material| material.id == id && material.state == "current");
    let found = found.ok_or(CaseError::NotFound)?;
    note(tx, &purpose, case, "materials.file", now).await?;
    Ok(found)
}

/// Which of the case's materials are there, by their ids in the package. Nothing is opened.
pub(super) async fn materials_there(tx: &mut Tx, case: CaseId) -> Result<Vec<String>, DeskError> {
    let rows = tx
        .fetch_all(
            "select distinct material from materials where case_id = $1 and state = 'current'",
            vals![case],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?)
}

/// The letters of the case. What the applicant wrote counts as read by the office once somebody opens it who works on
/// the case or belongs to the body that accepted it; the look is noted for the applicant.
pub(super) async fn letters(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    case: &Case,
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<Letter>, DeskError> {
    let clerk = staff(by)?;
    let purpose = purpose(by, case.id);
    let found = letters::list(tx, room, case.id, &purpose, page).await?;
    if found.items.iter().any(|letter| letter.side == Side::Applicant) {
        note(tx, &purpose, case, "letters.text", now).await?;
    }
    if case.body == clerk.body || !actions::tasks_of(case, clerk).is_empty() {
        letters::mark_read(tx, case.id, Side::Office(clerk.body), now).await?;
    }
    Ok(found)
}

/// The purpose under which clerks open what was handed in; the person reads it in their own log.
pub(super) fn purpose(by: &Actor, case: CaseId) -> Purpose {
    Purpose::of("handling", by).for_case(case)
}

pub(super) async fn note(
    tx: &mut Tx,
    purpose: &Purpose,
    case: &Case,
    field: &str,
    now: Timestamp,
) -> Result<(), DeskError> {
    let subject = format!("person:{}", case.applicant.person);
    Ok(access_log::record(tx, purpose, &subject, field, now).await?)
}
