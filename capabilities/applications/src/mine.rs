//! What is mine: drafts to go on with, cases to follow, and what I must do now.

use cases::{Case, CaseError, CaseSummary, Recorded, Status, Which};
use jiff::civil::Date;
use kernel::{CaseId, PersonActor, Refusal, Timestamp, china_date};
use store::Tx;
use store::page::{Page, PageRequest};
use web::Visitor;

use crate::dossier::{self, Material, Owner};
use crate::draft::{Answers, DraftError, applicant_of};
use crate::room::own_purpose;
use crate::{Room, own_case};
use now::{CaseToDo, Look};

pub(crate) mod http;
pub(crate) mod now;
pub(crate) mod page;
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
    which: Which,
    now: Timestamp,
    page: &PageRequest,
) -> Result<Page<CaseSummary>, MineError> {
    Ok(cases::of_applicant(tx, &applicant_of(by), which, china_date(now), page).await?)
}

/// What waits for the applicant, the most urgent first: corrections, promised materials, the choice of a hearing.
/// Looked for among the open ones of the newest hundred cases.
pub(crate) async fn waiting(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    by: &PersonActor,
) -> Result<Vec<(CaseSummary, CaseToDo)>, Refusal> {
    let size = store::page::PageSize::try_from(100).unwrap_or_default();
    let newest = list(tx, by, Which::All, visitor.now, &PageRequest { after: None, size }).await?;
    let mut waiting = Vec::new();
    for summary in newest.items.into_iter().filter(|case| case.status != Status::Closed) {
        let case = cases::get(tx, summary.id).await?;
        let package = room.package(&case.case_type)?;
        let look = Look { visitor, room, package: &package, case: &case };
        waiting.extend(look.waiting_for_applicant()?.into_iter().map(|to_do| (summary.clone(), to_do)));
    }
    waiting.sort_by_key(|(_, to_do)| to_do.until.unwrap_or(Date::MAX));
    Ok(waiting)
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
