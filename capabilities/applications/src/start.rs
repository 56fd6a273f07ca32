//! Beginning an application: which item, where, and on whose behalf.

use cases::{Applicant, Level};
use catalogue::Package;
use identity::AgentAct;
use kernel::{Actor, AssuranceLevel, CaseId, DraftId, Message, PersonActor, Refusal, Timestamp, Words};
use serde_json::Map;
use store::Tx;

use crate::again::{self, AgainError};
use crate::attach::{self, Place};
use crate::division;
use crate::dossier::Owner;
use crate::draft::{self, Answers, Draft, DraftError};
use crate::submit::closed;
use crate::{Room, acting, prefill, requirement};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// What is to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartApplication {
    /// 基本编码
    pub item: String,
    /// 业务办理项
    pub handling: String,
    /// Where it is applied for.
    pub division: String,
    /// The closed case of the applicant's from which it is begun anew; what is left empty above is taken from there.
    pub again_of: Option<CaseId>,
    /// What was answered in the guided choice (智能导办), for fields of the form.
    pub chosen: Answers,
}

/// Why a draft was not begun.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such item.
    #[error("no such item")]
    UnknownItem,
    /// Nobody can ask for the item at the moment.
    #[error("the item is suspended")]
    Closed(Message),
    /// The item is for natural persons, and the applicant wears the hat of a legal person.
    #[error("the item is for natural persons")]
    ForPersonsOnly,
    /// The item is for legal persons, and the applicant wears no hat.
    #[error("the item is for legal persons")]
    ForLegalPersonsOnly,
    /// The visit does not reach the level that the item asks for.
    #[error("assurance level {0} needed")]
    LevelNeeded(AssuranceLevel),
    /// Something that the item requires is not true of the applicant.
    #[error("not entitled: {}", .0.zh)]
    NotEligible(Words),
    /// There is no such division here.
    #[error("division: unknown")]
    UnknownDivision,
    /// The division must be named more exactly.
    #[error("division: must be named down to {0:?}")]
    DivisionTooWide(Level),
    /// No office of this node takes the item in that division.
    #[error("division: nobody takes the item there")]
    NobodyThere,
    /// The older case cannot be begun anew.
    #[error(transparent)]
    Again(#[from] AgainError),
    /// Only a person may.
    #[error("only a person may apply")]
    NotAPerson(Refusal),
    /// Reading or writing failed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The account could not be read.
    #[error("the account could not be read")]
    Account(Refusal),
}

impl From<StartError> for Refusal {
    fn from(error: StartError) -> Self {
        let division = |key| Self::field("division", Message::new(key));
        match error {
            StartError::UnknownItem => Self::NotFound,
            StartError::Closed(message) => Self::Conflict(message),
            StartError::ForPersonsOnly => Self::conflict("applications-for-persons-only"),
            StartError::ForLegalPersonsOnly => Self::conflict("applications-for-legal-persons-only"),
            StartError::LevelNeeded(level) => Self::LevelNeeded(level),
            StartError::NotEligible(says) => Self::Conflict(requirement::message(&says)),
            StartError::UnknownDivision => division("applications-division-unknown"),
            StartError::DivisionTooWide(Level::Town) => division("applications-division-to-town"),
            StartError::DivisionTooWide(Level::County) => division("applications-division-to-county"),
            StartError::DivisionTooWide(Level::City | Level::Province) => {
                division("applications-division-to-city")
            }
            StartError::NobodyThere => division("applications-division-nobody"),
            StartError::Again(error) => error.into(),
            StartError::NotAPerson(refusal) | StartError::Account(refusal) => refusal,
            StartError::Draft(error) => error.into(),
        }
    }
}

/// Begins a draft, with what the account already knows filled in.
pub async fn start(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    wanted: StartApplication,
) -> Result<Draft, StartError> {
    let person = by.person().map_err(StartError::NotAPerson)?;
    let earlier = match wanted.again_of {
        Some(case) => Some(again::read(tx, room, person, case).await?),
        None => None,
    };
    let wanted = match &earlier {
        Some(earlier) => earlier.complete(wanted)?,
        None => wanted,
    };
    let package = room.library().offered(&wanted.item, &wanted.handling).ok_or(StartError::UnknownItem)?;
    if let Some(message) = closed(room, &package.reference) {
        return Err(StartError::Closed(message));
    }
    check_hat(&package, person)?;
    check_level(&package, person).map_err(StartError::LevelNeeded)?;
    acting::check_item(person, &wanted.item)?;
    let unmet = requirement::unmet_at_first(tx, room, &package, person, now).await;
    if let Some(says) = unmet.map_err(DraftError::from)?.into_iter().next() {
        return Err(StartError::NotEligible(says));
    }
    check_divisions(room, &package, &wanted.division)?;
    let mut answers = Answers::new();
    let mut taken = Vec::new();
    let mut dropped = Vec::new();
    if let Some(earlier) = &earlier {
        (answers, taken, dropped) = earlier.sort_out(&package);
    }
    answers.extend(wanted.chosen);
    // What the account knows today is newer than what was handed in then.
    answers.extend(prefill::of(tx, room, person, &package, now).await.map_err(StartError::Account)?);
    let draft = Draft {
        id: store::fresh_id::<DraftId>(now),
        applicant: Applicant::of(person),
        case_type: package.reference.clone(),
        division: wanted.division,
        answers,
        version: 1,
        created_at: now,
        updated_at: now,
        case: None,
        again_of: wanted.again_of,
        dropped,
        master: None,
        part: None,
    };
    draft::insert(tx, room, &draft).await?;
    acting::note_draft(tx, by, AgentAct::Started, &draft, now).await.map_err(DraftError::from)?;
    for (material, file) in &taken {
        let place = Place { owner: Owner::Draft(draft.id), material, state: "current" };
        attach::add(tx, room, by, now, place, file).await.map_err(AgainError::from)?;
    }
    Ok(draft)
}

/// Who may ask (服务对象): natural persons for themselves, organisations through somebody who wears their hat.
pub(crate) fn check_hat(package: &Package, by: &PersonActor) -> Result<(), StartError> {
    match by.legal_person() {
        Some(_) if !package.item.is_for_organisations() => Err(StartError::ForPersonsOnly),
        None if !package.item.is_for_people() => Err(StartError::ForLegalPersonsOnly),
        Some(_) | None => Ok(()),
    }
}

/// Whether the visit reaches the level that the item asks for (实名等级), or which one is missing.
pub(crate) fn check_level(package: &Package, by: &PersonActor) -> Result<(), AssuranceLevel> {
    let needed = package.item.assurance;
    if by.level >= needed { Ok(()) } else { Err(needed) }
}

/// Of a bundle every item must be taken there: nobody knows yet which of them are needed.
fn check_divisions(room: &Room, package: &Package, code: &str) -> Result<(), StartError> {
    let Some(bundle) = room.library().bundle_of(&package.reference) else {
        return check_division(room, package, code);
    };
    bundle.parts.iter().try_for_each(|part| check_division(room, &part.package, code))
}

/// The division must be known, exact enough, and served.
pub(crate) fn check_division(room: &Room, package: &Package, code: &str) -> Result<(), StartError> {
    let found = division::find(code).ok_or(StartError::UnknownDivision)?;
    let process = &package.case_type.process;
    let needed = division::level_needed(process);
    if found.level < needed {
        return Err(StartError::DivisionTooWide(needed));
    }
    // Executors with a condition, or named by the form, cannot be known yet; the last one has no condition.
    let (department, nothing) = (package.case_type.department(), Map::new());
    let served = process
        .acceptance
        .by
        .list()
        .last()
        .filter(|by| by.level.is_some())
        .is_none_or(|by| room.bodies().of_executor(by, department, code, &nothing).is_some());
    if served { Ok(()) } else { Err(StartError::NobodyThere) }
}
