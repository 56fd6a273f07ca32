//! Several items asked for as one thing (一件事): the master case, its parts, and who may see it. Each part that has begun
//! is a case like any other; what binds them stands here.

use cases::{Applicant, TypeRef};
use catalogue::{BUNDLE, Bundle};
use kernel::{CaseId, DraftId, MasterCaseId, PersonActor, Principal, Refusal, Right, Timestamp};
use std::sync::Arc;
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

use crate::Room;
use crate::acting;
use crate::draft::{DraftError, through};

pub(crate) mod api;
pub(crate) mod go_on;
pub(crate) mod hand_in;
pub(crate) mod page;
pub(crate) mod receipt;
pub(crate) mod siblings;
pub(crate) mod standing;
#[cfg(test)]
mod tests;
pub(crate) mod withdraw;

/// One thing (一件事主办件).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterCase {
    /// Its id.
    pub id: MasterCaseId,
    /// 主办件编号
    pub number: String,
    /// Who applies.
    pub applicant: Applicant,
    /// Their name, masked.
    pub applicant_shown: String,
    /// The bundle, as what it asked for.
    pub bundle: TypeRef,
    /// Where it is applied for.
    pub division: String,
    /// When it came in.
    pub submitted_at: Timestamp,
    /// Its parts in the order of the bundle.
    pub parts: Vec<MasterPart>,
}

/// One part of it (联办事项).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterPart {
    /// Its id in the bundle.
    pub part: String,
    /// Where it stands.
    pub state: PartState,
    /// What was filled in for it.
    pub draft: Option<DraftId>,
    /// Its case, once begun.
    pub case: Option<CaseId>,
    /// Of a part that was not begun: the part on which it rested; nothing when the applicant took it back.
    pub because: Option<String>,
}

/// Where a part stands, as far as it is no case's affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartState {
    /// Its condition does not hold.
    NotNeeded,
    /// It begins when parts before it were granted.
    Waiting,
    /// It has a case.
    Begun,
    /// It never begins: a part before it was not granted, or it was taken back.
    NotBegun,
}

impl PartState {
    /// The word in tables and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotNeeded => "not-needed",
            Self::Waiting => "waiting",
            Self::Begun => "begun",
            Self::NotBegun => "not-begun",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::NotNeeded, Self::Waiting, Self::Begun, Self::NotBegun].into_iter().find(|s| s.as_str() == word)
    }
}

/// Why a master case was not shown.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    /// There is none, or it is another's.
    #[error("no such master case")]
    NotFound,
    /// It is there, and the mandate of whoever acts does not reach so far (超出授权范围).
    #[error("outside the mandate")]
    Outside,
    /// This version of the bundle is not loaded.
    #[error("unknown bundle version {0:?}")]
    UnknownBundle(TypeRef),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<MasterError> for Refusal {
    fn from(error: MasterError) -> Self {
        match error {
            MasterError::NotFound => Self::NotFound,
            MasterError::Outside => cases::CaseError::OutsideMandate.into(),
            MasterError::Store(error) => error.into(),
            MasterError::UnknownBundle(_) => Self::internal(error),
        }
    }
}

impl MasterCase {
    /// The part of this id.
    pub fn part(&self, id: &str) -> Option<&MasterPart> {
        self.parts.iter().find(|part| part.part == id)
    }

    /// The bundle in the version under which it was handed in.
    pub(crate) fn bundle(&self, room: &Room) -> Result<Arc<Bundle>, MasterError> {
        room.library().bundle_of(&self.bundle).ok_or_else(|| MasterError::UnknownBundle(self.bundle.clone()))
    }
}

const OF_ID: &str =
    "select id, number, person, legal_person, applicant_shown, bundle, version, division, submitted_at,
         through, through_kind
     from master_cases where id = $1";

/// The master case of this id.
pub async fn get(tx: &mut Tx, id: MasterCaseId) -> Result<MasterCase, MasterError> {
    let row = tx.fetch_optional(OF_ID, vals![id]).await?.ok_or(MasterError::NotFound)?;
    let mut master = read(&row)?;
    let rows = tx
        .fetch_all(
            "select part, state, draft_id, case_id, because from master_parts where master = $1 order by position",
            vals![id],
        )
        .await?;
    master.parts = rows.iter().map(read_part).collect::<Result<_, _>>()?;
    Ok(master)
}

/// Which master case has this number (主办件编号), and who applies in it.
pub(crate) async fn of_number(
    tx: &mut Tx,
    number: &str,
) -> Result<Option<(MasterCaseId, Applicant)>, MasterError> {
    let sql = "select id, person, legal_person from master_cases where number = $1";
    let row = tx.fetch_optional(sql, vals![number]).await?;
    let read = |row: &Row| -> Result<_, store::Error> {
        Ok((row.get(0)?, Applicant { person: row.get(1)?, acting_for: row.get(2)?, through: None }))
    };
    Ok(row.as_ref().map(read).transpose()?)
}

/// The same, if it is this person's business. Another's is not there.
pub async fn own(tx: &mut Tx, by: &PersonActor, id: MasterCaseId) -> Result<MasterCase, MasterError> {
    own_to(tx, by, id, Right::See).await
}

/// The same, if this person may do that with it.
pub(crate) async fn own_to(
    tx: &mut Tx,
    by: &PersonActor,
    id: MasterCaseId,
    right: Right,
) -> Result<MasterCase, MasterError> {
    let master = get(tx, id).await?;
    acting::check(&master.applicant, by, right, &master.bundle.item).map_err(|error| {
        if matches!(error, DraftError::Outside) { MasterError::Outside } else { MasterError::NotFound }
    })?;
    Ok(master)
}

/// The one thing of which a case is a part.
pub async fn of_case(tx: &mut Tx, case: CaseId) -> Result<Option<MasterCase>, MasterError> {
    let row = tx.fetch_optional("select master from master_parts where case_id = $1", vals![case]).await?;
    match row {
        Some(row) => Ok(Some(get(tx, row.get(0)?).await?)),
        None => Ok(None),
    }
}

/// Takes hold of a master case until the transaction ends: of two who go on with it the second waits here.
async fn hold(tx: &mut Tx, id: MasterCaseId) -> Result<(), MasterError> {
    let held = tx.execute("update master_cases set turn = turn + 1 where id = $1", vals![id]).await?;
    if held == 1 { Ok(()) } else { Err(MasterError::NotFound) }
}

/// The master cases of an applicant, newest first, without their parts.
pub async fn list(
    tx: &mut Tx,
    by: &PersonActor,
    page: &PageRequest,
) -> Result<Page<MasterCase>, MasterError> {
    const OF_PERSON: &str =
        "select id, number, person, legal_person, applicant_shown, bundle, version, division, submitted_at,
         through, through_kind
         from master_cases where person = $1 and legal_person is null and id < $2 order by id desc limit $3";
    const OF_LEGAL_PERSON: &str =
        "select id, number, person, legal_person, applicant_shown, bundle, version, division, submitted_at,
         through, through_kind
         from master_cases where legal_person = $1 and id < $2 order by id desc limit $3";
    // Ids are hexadecimal, so `g` stands after all of them.
    let before = page.keys(vals!["g"])?.pop().unwrap_or_else(|| "g".into());
    let size = page.size.limit();
    let rows = match by.principal() {
        Principal::LegalPerson(id) => tx.fetch_all(OF_LEGAL_PERSON, vals![id, before, size]).await?,
        Principal::Person(id) => tx.fetch_all(OF_PERSON, vals![id, before, size]).await?,
    };
    let masters = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::cut(masters, page.size, |master: &MasterCase| vals![master.id]);
    page.items.retain(|master| by.may(Right::See, &master.bundle.item));
    Ok(page)
}

/// How many parts of an applicant's master cases still wait, by master case; those with none are left out.
pub(crate) async fn waiting_parts(
    tx: &mut Tx,
    by: &PersonActor,
) -> Result<std::collections::BTreeMap<MasterCaseId, i64>, MasterError> {
    const OF_PERSON: &str =
        "select p.master, count(*) from master_parts p join master_cases m on m.id = p.master
         where m.person = $1 and m.legal_person is null and p.state = 'waiting' group by p.master";
    const OF_LEGAL_PERSON: &str =
        "select p.master, count(*) from master_parts p join master_cases m on m.id = p.master
         where m.legal_person = $1 and p.state = 'waiting' group by p.master";
    let rows = match by.principal() {
        Principal::LegalPerson(id) => tx.fetch_all(OF_LEGAL_PERSON, vals![id]).await?,
        Principal::Person(id) => tx.fetch_all(OF_PERSON, vals![id]).await?,
    };
    Ok(rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, store::Error>>()?)
}

fn read(row: &Row) -> Result<MasterCase, store::Error> {
    Ok(MasterCase {
        id: row.get(0)?,
        number: row.get(1)?,
        applicant: Applicant { person: row.get(2)?, acting_for: row.get(3)?, through: through(row, 9)? },
        applicant_shown: row.get(4)?,
        bundle: TypeRef { item: row.get(5)?, handling: BUNDLE.into(), version: row.get(6)? },
        division: row.get(7)?,
        submitted_at: row.get(8)?,
        parts: Vec::new(),
    })
}

fn read_part(row: &Row) -> Result<MasterPart, store::Error> {
    let word: String = row.get(1)?;
    Ok(MasterPart {
        part: row.get(0)?,
        state: PartState::from_word(&word).ok_or_else(|| row.damaged(1, "a word of its list"))?,
        draft: row.get(2)?,
        case: row.get(3)?,
        because: row.get(4)?,
    })
}
