//! Answering the one correction notice (补正): only what it names may change, and everything is sent at once.

use std::collections::BTreeSet;

use cases::{Case, CaseError, Command, Status};
use identity::AgentAct;
use kernel::{Actor, CaseId, FieldError, Message, PersonActor, Refusal, Right, Timestamp};
use serde_json::Value;
use store::{Tx, vals};

use crate::asked::AtHand;
use crate::dossier::{self, Material, Owner};
use crate::draft::{Answers, DraftError};
use crate::known::Known;
use crate::room::own_purpose;
use crate::submit::{facts, missing};
use crate::{Room, acting, asked, draft, own_case, save};

pub(crate) mod api;
pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why a correction was not kept or sent.
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    /// Only a person may.
    #[error("only the applicant may correct")]
    NotAPerson(Refusal),
    /// These fields are not named by the notice.
    #[error("not to be corrected: {}", .0.join(", "))]
    NotFlagged(Vec<String>),
    /// Nothing was changed, so there is nothing to send.
    #[error("nothing was corrected")]
    NothingChanged,
    /// Answers or materials are missing or wrong after the change.
    #[error("not complete: {}", .0.len())]
    Incomplete(Vec<FieldError>),
    /// The case has no application that was handed in here.
    #[error("the case has no answers")]
    NoAnswers,
    /// The engine refuses: no correction is awaited, its time is over, or the case has changed.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// What is stored cannot be read.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<CorrectError> for Refusal {
    fn from(error: CorrectError) -> Self {
        match error {
            CorrectError::NotAPerson(refusal) => refusal,
            CorrectError::NotFlagged(fields) => {
                let message = || Message::new("applications-correction-not-flagged");
                Self::Invalid(fields.into_iter().map(|field| FieldError::new(field, message())).collect())
            }
            CorrectError::NothingChanged => Self::field("", Message::new("applications-correction-nothing")),
            CorrectError::Incomplete(errors) => Self::Invalid(errors),
            CorrectError::NoAnswers => Self::NotFound,
            CorrectError::Case(error) => error.into(),
            CorrectError::Draft(error) => error.into(),
            CorrectError::Store(error) => error.into(),
        }
    }
}

/// A correction as it stands.
#[derive(Clone)]
pub struct Correcting {
    /// The case, awaiting it.
    pub case: Case,
    /// The answers as they were handed in.
    pub answers: Answers,
    /// The answers that are to replace them.
    pub changes: Answers,
    /// The files handed in, and those that wait to be sent (`pending`).
    pub files: Vec<Material>,
}

impl Correcting {
    /// The answers as they will be.
    pub fn answers_after(&self) -> Answers {
        let mut answers = self.answers.clone();
        save::merge(&mut answers, self.changes.clone());
        answers
    }

    /// The files as they will be: new ones of a material take the place of all its old ones.
    pub fn files_after(&self) -> Vec<Material> {
        let replaced = self.materials_changed();
        let stays = |file: &&Material| file.state == "pending" || !replaced.contains(&file.material);
        self.files.iter().filter(stays).cloned().collect()
    }

    /// Materials for which a new file waits.
    pub fn materials_changed(&self) -> BTreeSet<String> {
        self.files.iter().filter(|file| file.state == "pending").map(|file| file.material.clone()).collect()
    }

    /// Materials that may be handed in now: those of the notice, and those that the changed answers make necessary.
    pub fn materials_open(&self, package: &catalogue::Package) -> BTreeSet<String> {
        let (after, known) = (self.answers_after(), Known::of_case(&self.case));
        let is_new = |material: &&catalogue::Material| {
            asked::is_wanted(material, &after, &known) && !asked::is_wanted(material, &self.answers, &known)
        };
        let new = crate::attach::materials_of_applicant(package).filter(is_new);
        flagged_materials(&self.case).into_iter().chain(new.map(|material| material.id.clone())).collect()
    }

    /// Everything that would be missing or wrong if the answer were sent as it stands.
    pub(crate) fn missing(&self, room: &Room, package: &catalogue::Package) -> Vec<FieldError> {
        let (answers, known, files) = (self.answers_after(), Known::of_case(&self.case), self.files_after());
        let intake = &self.case.intake;
        let promised = intake.promised.iter().map(|promised| promised.material.clone());
        let stand_ins = promised.chain(intake.commitments.iter().cloned()).collect();
        let at_hand = AtHand { answers: &answers, known: &known, files: &files, stand_ins: &stand_ins };
        missing(room, package, &at_hand)
    }

    /// Fields whose answer will be another.
    pub fn fields_changed(&self) -> BTreeSet<String> {
        let is_other = |field: &&String| self.changes.get(*field) != self.answers.get(*field);
        self.changes.keys().filter(is_other).cloned().collect()
    }
}

/// Fields that the notice names. A place inside a list (`members/0/name`) opens the whole list.
pub fn flagged_fields(case: &Case) -> BTreeSet<String> {
    let top = |field: &str| field.split('/').next().unwrap_or_default().to_owned();
    let defects = case.correction.iter().flat_map(|correction| &correction.defects);
    defects.filter_map(|defect| defect.field.as_deref().map(top)).collect()
}

/// Materials that the notice names.
pub fn flagged_materials(case: &Case) -> BTreeSet<String> {
    let defects = case.correction.iter().flat_map(|correction| &correction.defects);
    defects.filter_map(|defect| defect.material.clone()).collect()
}

/// The case, while it awaits a correction by this person.
pub(crate) async fn get_awaiting(tx: &mut Tx, by: &PersonActor, id: CaseId) -> Result<Case, CaseError> {
    let case = own_case::get_to(tx, by, id, Right::Apply).await?;
    match case.status {
        Status::Correction => Ok(case),
        Status::Closed => Err(CaseError::Closed),
        Status::Submitted | Status::InProgress | Status::Suspended => Err(CaseError::NoCorrectionAwaited),
    }
}

/// Takes hold of the answers of a case until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, id: CaseId) -> Result<(), store::Error> {
    tx.execute("update applications set case_id = case_id where case_id = $1", vals![id]).await?;
    Ok(())
}

/// The correction as it stands.
pub async fn get(tx: &mut Tx, room: &Room, by: &PersonActor, id: CaseId) -> Result<Correcting, CorrectError> {
    let case = get_awaiting(tx, by, id).await?;
    let purpose = own_purpose(by, Some(id));
    let row = tx
        .fetch_optional(
            "select answers_sealed, correction_sealed from applications where case_id = $1",
            vals![id],
        )
        .await?
        .ok_or(CorrectError::NoAnswers)?;
    let sealed: Vec<u8> = row.get(0)?;
    let changes: Option<Vec<u8>> = row.get(1)?;
    let answers = room.vault.open("applications.answers", &sealed, &purpose)?;
    let changes =
        changes.map(|sealed| room.vault.open("applications.correction", &sealed, &purpose)).transpose()?;
    let read = |plain: &[u8]| serde_json::from_slice::<Answers>(plain).map_err(DraftError::Damaged);
    Ok(Correcting {
        answers: read(&answers)?,
        changes: changes.as_deref().map(read).transpose()?.unwrap_or_default(),
        files: dossier::materials(tx, room, Owner::Case(id), &purpose).await?,
        case,
    })
}

/// Keeps changed answers until they are sent. Only fields that the notice names may change.
pub async fn change(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    id: CaseId,
    changes: Answers,
) -> Result<Correcting, CorrectError> {
    let person = by.person().map_err(CorrectError::NotAPerson)?;
    lock(tx, id).await?;
    let mut correcting = get(tx, room, person, id).await?;
    let flagged = flagged_fields(&correcting.case);
    let others: Vec<String> = changes.keys().filter(|field| !flagged.contains(*field)).cloned().collect();
    if !others.is_empty() {
        return Err(CorrectError::NotFlagged(others));
    }
    let package = room.package(&correcting.case.case_type)?;
    for (field, value) in changes {
        // A null is kept: it takes the answer away when the correction is sent.
        let tidied = save::tidy(&package.form, Answers::from_iter([(field.clone(), value)]));
        correcting.changes.insert(field.clone(), tidied.get(&field).cloned().unwrap_or(Value::Null));
    }
    let plain = draft::to_bytes(&correcting.changes)?;
    tx.execute(
        "update applications set correction_sealed = $1 where case_id = $2",
        vals![room.vault.seal("applications.correction", &plain)?, id],
    )
    .await?;
    Ok(correcting)
}

/// Whether more is to come after what is sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// The whole answer: the office goes on.
    Whole,
    /// What is there by now; the rest of the notice stays open (部分补正).
    Part,
}

/// Sends the answer to the notice, or a part of it. The caller commits: the case, answers and materials change together.
pub async fn send(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: CaseId,
    expected: Option<i64>,
    sending: Sending,
) -> Result<Case, CorrectError> {
    let person = by.person().map_err(CorrectError::NotAPerson)?;
    lock(tx, id).await?;
    let correcting = get(tx, room, person, id).await?;
    let (fields, materials) = (correcting.fields_changed(), correcting.materials_changed());
    // What was sent in part before counts for the whole.
    let earlier = correcting.case.correction.iter().any(|correction| !correction.answered.is_empty());
    if fields.is_empty() && materials.is_empty() && (sending == Sending::Part || !earlier) {
        return Err(CorrectError::NothingChanged);
    }
    let package = room.package(&correcting.case.case_type)?;
    let answers = correcting.answers_after();
    let mut faults = correcting.missing(room, &package);
    if sending == Sending::Part {
        // A part may leave things out, but what it changes is right.
        faults.retain(|fault| fields.contains(fault.field.split('/').next().unwrap_or_default()));
    }
    if !faults.is_empty() {
        return Err(CorrectError::Incomplete(faults));
    }
    let command = Command::Resubmit {
        fields: fields.into_iter().collect(),
        materials: materials.iter().cloned().collect(),
        facts: facts(&package, &answers),
        partial: sending == Sending::Part,
    };
    let bodies = room.bodies();
    let around = room.around(&bodies, now);
    let case = cases::act(tx, &around, &package.case_type, id, expected, by, command).await?;
    keep(tx, room, id, &answers, &materials).await?;
    acting::note_case(tx, by, AgentAct::Corrected, &case, now).await?;
    Ok(case)
}

async fn keep(
    tx: &mut Tx,
    room: &Room,
    id: CaseId,
    answers: &Answers,
    materials: &BTreeSet<String>,
) -> Result<(), CorrectError> {
    let plain = draft::to_bytes(answers)?;
    tx.execute(
        "update applications set answers_sealed = $1, correction_sealed = null where case_id = $2",
        vals![room.vault.seal("applications.answers", &plain)?, id],
    )
    .await?;
    for material in materials {
        // Superseded files stay: what was first handed in is part of the record.
        tx.execute(
            "update materials set state = 'superseded' where case_id = $1 and material = $2 and state = 'current'",
            vals![id, material],
        )
        .await?;
        tx.execute(
            "update materials set state = 'current' where case_id = $1 and material = $2 and state = 'pending'",
            vals![id, material],
        )
        .await?;
    }
    Ok(())
}
