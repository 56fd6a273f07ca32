//! What is mine: drafts to go on with, cases to follow, and what I must do now.

use cases::{Applicant, Case, CaseError, CaseSummary, OwnCases, Recorded, Status};
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{CaseId, PersonActor, Refusal, Right, Timestamp, china_date, china_midnight};
use serde_json::Value;
use store::Tx;
use store::page::{Page, PageRequest};
use web::Visitor;

use crate::dossier::{self, Material, Owner};
use crate::draft::{Answers, DraftError};
use crate::room::own_purpose;
use crate::{Room, own_case};
use now::{CaseToDo, Look};

pub(crate) mod all;
pub(crate) mod http;
pub(crate) mod now;
pub(crate) mod organisation;
pub(crate) mod overview;
pub(crate) mod page;
pub(crate) mod rows;
pub(crate) mod shown;
#[cfg(test)]
mod tests;

/// Why what is mine was not shown.
#[derive(Debug, thiserror::Error)]
pub enum MineError {
    /// There is no such case, or it is another's.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// What is stored cannot be read.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<MineError> for Refusal {
    fn from(error: MineError) -> Self {
        match error {
            MineError::Case(error) => error.into(),
            MineError::Draft(error) => error.into(),
            MineError::Store(error) => error.into(),
        }
    }
}

/// The applicant's cases, newest first.
pub async fn list(
    tx: &mut Tx,
    by: &PersonActor,
    which: &OwnCases,
    now: Timestamp,
    page: &PageRequest,
) -> Result<Page<CaseSummary>, MineError> {
    let which = OwnCases { within: by.seen_items(), ..which.clone() };
    Ok(cases::of_applicant(tx, &Applicant::of(by), &which, china_date(now), page).await?)
}

/// Days after the decision during which a visit that it fixed may still lie ahead.
const VISIT_DAYS_MAX: i64 = 100;

/// The name under which a decision fixes the day on which the applicant comes (docs/packages.md).
const VISIT: &str = "visit_confirmed";

/// What of the applicant's cases is on somebody's calendar.
#[derive(Default)]
pub(crate) struct Ahead {
    /// What waits for the applicant, the most urgent first: corrections, promised materials, the choice of a hearing.
    pub(crate) waiting: Vec<(Case, CaseToDo)>,
    /// Visits, surveys, hearings from today on, the next first.
    pub(crate) coming: Vec<Coming>,
}

/// A day to come (预约、听证、踏勘).
pub(crate) struct Coming {
    /// Which.
    pub(crate) on: Date,
    /// Of which case.
    pub(crate) case: Case,
    /// What happens, in words; empty for a visit.
    pub(crate) what: String,
    /// Where; empty when the case does not say.
    pub(crate) place: String,
}

/// Reads it from the applicant's newest hundred cases that are alive.
pub(crate) async fn ahead(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    by: &PersonActor,
) -> Result<Ahead, Refusal> {
    let since = china_midnight(visitor.today().saturating_sub(VISIT_DAYS_MAX.days()));
    let mut ahead = Ahead::default();
    for case in cases::alive_of_applicant(tx, &Applicant::of(by), since).await? {
        if !by.may(Right::See, &case.case_type.item) {
            continue;
        }
        let package = room.package(&case.case_type)?;
        let look = Look { visitor, room, package: &package, case: &case };
        let to_do = look.waiting_for_applicant()?;
        if case.status != Status::Closed {
            let arranged = look.arrangements().into_iter().filter(|arranged| arranged.on >= visitor.today());
            ahead.coming.extend(arranged.map(|arranged| Coming {
                on: arranged.on,
                case: case.clone(),
                what: arranged.name,
                place: arranged.place,
            }));
        }
        let visit = case.findings.get(VISIT).and_then(Value::as_str).and_then(|day| day.parse::<Date>().ok());
        if let Some(on) = visit.filter(|on| *on >= visitor.today()) {
            ahead.coming.push(Coming { on, case: case.clone(), what: String::new(), place: String::new() });
        }
        ahead.waiting.extend(to_do.into_iter().map(|to_do| (case.clone(), to_do)));
    }
    ahead.waiting.sort_by_key(|(_, to_do)| to_do.until.unwrap_or(Date::MAX));
    ahead.coming.sort_by_key(|coming| coming.on);
    Ok(ahead)
}

/// A case with everything that its applicant may see.
pub struct MyCase {
    /// The case.
    pub case: Case,
    /// What happened.
    pub history: Vec<Recorded>,
    /// What was asked for, as it stands; nothing for a case that did not begin with a form.
    pub answers: Answers,
    /// The files that count, also those that the office made.
    pub files: Vec<Material>,
}

/// The case with its history and what was handed in.
pub async fn get(tx: &mut Tx, room: &Room, by: &PersonActor, id: CaseId) -> Result<MyCase, MineError> {
    let case = own_case::get(tx, by, id).await?;
    let purpose = own_purpose(by, Some(id));
    let answers = dossier::answers_of_case(tx, room, id, &purpose).await?;
    Ok(MyCase {
        history: cases::history(tx, id).await?,
        answers: answers.and_then(|answers| answers.as_object().cloned()).unwrap_or_default(),
        files: dossier::materials(tx, room, Owner::Case(id), &purpose).await?,
        case,
    })
}
