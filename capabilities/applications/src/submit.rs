//! Handing in a complete draft: it becomes a case. Repeating it gives the first receipt again.

use cases::{Bodies, Case, CaseError, Intake, NewCase, TypeRef};
use catalogue::{Field, Kind, Package};
use identity::AgentAct;
use kernel::{
    Actor, AssuranceLevel, BodyId, DraftId, FieldError, Message, Refusal, Right, Timestamp, china_date,
};
use serde_json::Value;
use store::{Tx, vals};

use crate::asked::{AtHand, Filled};
use crate::attach::AttachError;
use crate::draft::{self, Answers, Draft, DraftError};
use crate::master::MasterError;
use crate::start::check_level;
use crate::{Room, acting, body_choice, prefill, recuse, requirement, stand_in, window};

pub(crate) mod http;
pub(crate) mod receipt;
#[cfg(test)]
mod tests;

/// Why a draft was not handed in.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Only a person may.
    #[error("only the applicant may submit")]
    NotAPerson(Refusal),
    /// Answers or materials that are missing or wrong: every one of them.
    #[error("not complete: {}", .0.len())]
    Incomplete(Vec<FieldError>),
    /// The item has been published anew since the draft was begun, so its questions may be others.
    #[error("the item has a newer version")]
    Outdated,
    /// Nobody can ask for the item at the moment, or any more; the draft is kept.
    #[error("the item is suspended or cancelled")]
    Closed(Message),
    /// It is a bundle, or was handed in as a part of one: there is no single case of it.
    #[error("it is handed in as one thing")]
    Bundle,
    /// It is no bundle: it becomes a single case.
    #[error("it is no bundle")]
    NoBundle,
    /// The visit does not reach the level that the item asks for; the draft is kept.
    #[error("assurance level {0} needed")]
    LevelNeeded(AssuranceLevel),
    /// A file cannot be given to a part of a bundle.
    #[error(transparent)]
    File(AttachError),
    /// The master case cannot be read.
    #[error(transparent)]
    Master(#[from] MasterError),
    /// Of a bundle nothing is needed after these answers.
    #[error("nothing is needed")]
    NothingNeeded,
    /// Papers for this item cannot be handed in at that window.
    #[error("window: not one for this item")]
    WrongWindow,
    /// Everybody who could handle it is kept out of it (回避); the draft is kept.
    #[error("nobody is left to handle it")]
    NobodyLeft,
    /// The draft cannot be opened.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The engine refuses: nobody is competent there.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The account cannot be read.
    #[error("the account could not be read")]
    Account(Refusal),
}

impl From<SubmitError> for Refusal {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::NotAPerson(refusal) | SubmitError::Account(refusal) => refusal,
            SubmitError::Incomplete(errors) => Self::Invalid(errors),
            SubmitError::Outdated => Self::conflict("applications-draft-outdated"),
            SubmitError::Closed(message) => Self::Conflict(message),
            SubmitError::Bundle => Self::conflict("applications-bundle-draft"),
            SubmitError::NoBundle => Self::conflict("applications-no-bundle-draft"),
            SubmitError::LevelNeeded(level) => Self::LevelNeeded(level),
            SubmitError::File(error) => error.into(),
            SubmitError::Master(error) => error.into(),
            SubmitError::NothingNeeded => Self::conflict("applications-bundle-nothing-needed"),
            SubmitError::WrongWindow => Self::field("window", Message::new("applications-window-wrong")),
            SubmitError::NobodyLeft => Self::conflict("applications-recuse-nobody-left"),
            SubmitError::Draft(error) => error.into(),
            SubmitError::Case(error) => error.into(),
            SubmitError::Store(error) => error.into(),
        }
    }
}

/// Turns a complete draft into a case. The caller commits: case, answers, materials and the mark on the draft are
/// kept together or not at all. `window` is the slug of the body of another division where the papers are to be
/// received and checked (异地代收).
pub async fn submit(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
    window: Option<&str>,
) -> Result<Case, SubmitError> {
    let person = by.person().map_err(SubmitError::NotAPerson)?;
    // Held first and read afterwards: of two clicks at once the second waits here and then finds the first's case.
    let held = draft::lock_open(tx, id, now).await;
    let draft = draft::get_to(tx, room, person, id, Right::Apply).await?;
    if let Some(case) = draft.case {
        return Ok(cases::get(tx, case).await?);
    }
    if draft.master.is_some() || draft.case_type.handling == catalogue::BUNDLE {
        return Err(SubmitError::Bundle);
    }
    held?;
    if let Some(message) = closed(room, &draft.case_type) {
        return Err(SubmitError::Closed(message));
    }
    if is_outdated(room, &draft) {
        return Err(SubmitError::Outdated);
    }
    let filled = Filled::read(tx, room, person, draft, now).await?;
    check_level(&filled.package, person).map_err(SubmitError::LevelNeeded)?;
    let missing = filled.missing(room);
    if !missing.is_empty() {
        return Err(SubmitError::Incomplete(missing));
    }
    let mut intake = filled.intake(filled.draft.again_of);
    intake.received_by = received_by(tx, room, &filled.package, window, now).await?;
    open(tx, room, by, now, &filled, intake).await
}

/// Makes a case of a draft with everything that belongs to it.
pub(crate) async fn open(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    filled: &Filled,
    intake: Intake,
) -> Result<Case, SubmitError> {
    let person = by.person().map_err(SubmitError::NotAPerson)?;
    let (draft, package) = (&filled.draft, &filled.package);
    let new = NewCase {
        division: draft.division.clone(),
        applicant: draft.applicant.clone(),
        applicant_name: person.shown_as.clone(),
        facts: facts(package, &draft.answers),
        answers: filled.known.0.clone(),
        intake,
    };
    let bodies = room.bodies();
    let case = cases::open(tx, &room.around(&bodies, now), &package.case_type, by, new).await?;
    let name = prefill::full_name(tx, room, person, now).await.map_err(SubmitError::Account)?;
    keep(tx, room, draft, &case, &name).await?;
    acting::note_case(tx, by, AgentAct::Submitted, &case, now).await?;
    for identifier in filled.known.licences() {
        let about = (case.id, &package.item.name);
        licences::note_in_application(tx, &room.vault, identifier, about, &by.reference(), now).await?;
    }
    recuse::keep_out(tx, filled, &case, now).await?;
    for (material, _) in filled.counted() {
        stand_in::keep(tx, draft.id, case.id, &material.id).await?;
    }
    Ok(case)
}

/// The window that was chosen. Whether the package allows one at all, the engine says.
async fn received_by(
    tx: &mut Tx,
    room: &Room,
    package: &Package,
    window: Option<&str>,
    now: Timestamp,
) -> Result<Option<BodyId>, SubmitError> {
    let Some(slug) = window.map(str::trim).filter(|slug| !slug.is_empty()) else { return Ok(None) };
    if !package.process().acceptance.elsewhere {
        return Err(SubmitError::Case(CaseError::NotForeseen("elsewhere")));
    }
    let found = window::find(tx, &room.bodies(), package, slug, china_date(now)).await?;
    Ok(Some(found.ok_or(SubmitError::WrongWindow)?))
}

/// The form values that the process reads: only these leave the sealed answers.
pub(crate) fn facts(package: &Package, answers: &Answers) -> Answers {
    package.facts_read(answers)
}

/// Why nobody can ask for an item or a bundle: it is suspended (暂停) or cancelled (取消).
pub(crate) fn closed(room: &Room, reference: &TypeRef) -> Option<Message> {
    let (library, TypeRef { item, handling, .. }) = (room.library(), reference);
    if let Some(turn) = library.cancelled(item, handling) {
        return Some(Message::new("applications-item-cancelled").with("word", &turn.word));
    }
    let turn = library.suspended(item, handling)?;
    Some(match turn.until {
        Some(day) => {
            Message::new("applications-item-suspended-until").with("word", &turn.word).with("until", day)
        }
        None => Message::new("applications-item-suspended").with("word", &turn.word),
    })
}

/// Whether the item was published anew since the draft was begun.
pub(crate) fn is_outdated(room: &Room, draft: &Draft) -> bool {
    room.library()
        .offered(&draft.case_type.item, &draft.case_type.handling)
        .is_some_and(|current| current.reference != draft.case_type)
}

/// Everything that is missing or wrong, answers in the order of the form and then materials in that of the guide.
pub(crate) fn missing(room: &Room, package: &Package, at_hand: &AtHand<'_>) -> Vec<FieldError> {
    let answers = at_hand.answers;
    let mut errors = package.form.validate(&Value::Object(answers.clone())).err().unwrap_or_default();
    errors.extend(unknown_bodies(room, package, answers));
    let unmet = requirement::unmet(package, Some(answers), at_hand.known).into_iter();
    errors.extend(
        unmet.map(|requirement| FieldError::new(requirement::FIELD, requirement::message(&requirement.says))),
    );
    let message = || Message::new("applications-material-missing");
    let missing = at_hand.missing_materials(package).into_iter();
    errors.extend(missing.map(|material| FieldError::new(format!("materials/{}", material.id), message())));
    errors
}

/// Fields that name a body must name one that is in the directory: the form's rules cannot know it.
fn unknown_bodies(room: &Room, package: &Package, answers: &Answers) -> Vec<FieldError> {
    let bodies = room.bodies();
    let mut errors = Vec::new();
    let asked = Value::Object(answers.clone());
    for field in package.form.steps_asked(&asked).flat_map(|step| &step.fields) {
        let value = answers.get(&field.name).unwrap_or(&Value::Null);
        note_unknown_bodies(&bodies, field, &field.name, value, &mut errors);
    }
    errors
}

fn note_unknown_bodies(
    bodies: &Bodies,
    field: &Field,
    place: &str,
    value: &Value,
    errors: &mut Vec<FieldError>,
) {
    match (&field.kind, value) {
        (Kind::Body { department, level }, Value::String(slug))
            if !body_choice::fits(bodies, department.as_deref(), *level, slug) =>
        {
            errors.push(FieldError::new(place, Message::new("applications-body-unknown")));
        }
        (Kind::List { fields, .. }, Value::Array(entries)) => {
            for (index, entry) in entries.iter().enumerate() {
                for inner in fields {
                    let value = entry.get(&inner.name).unwrap_or(&Value::Null);
                    note_unknown_bodies(
                        bodies,
                        inner,
                        &format!("{place}/{index}/{}", inner.name),
                        value,
                        errors,
                    );
                }
            }
        }
        (_, _) => {}
    }
}

async fn keep(tx: &mut Tx, room: &Room, draft: &Draft, case: &Case, name: &str) -> Result<(), SubmitError> {
    let answers = draft::to_bytes(&draft.answers)?;
    tx.execute(
        "insert into applications (case_id, draft_id, applicant_name_sealed, answers_sealed) values ($1, $2, $3, $4)",
        vals![
            case.id,
            draft.id,
            room.vault.seal("applications.applicant_name", name.as_bytes())?,
            room.vault.seal("applications.answers", &answers)?
        ],
    )
    .await?;
    tx.execute(
        "update materials set case_id = $1 where draft_id = $2 and case_id is null",
        vals![case.id, draft.id],
    )
    .await?;
    tx.execute("update drafts set case_id = $1 where id = $2", vals![case.id, draft.id]).await?;
    Ok(())
}
