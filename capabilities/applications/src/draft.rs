//! An application being filled in (草稿): who may see it, how it is kept, how it changes.

use cases::{Applicant, CaseError, Through, TypeRef};
use catalogue::{Package, Step};
use kernel::{CaseId, DraftId, MasterCaseId, Message, PersonActor, Principal, Refusal, Right, Timestamp};
use serde_json::{Map, Value};
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

use crate::{Room, acting};

/// What the applicant has filled in so far: field and value.
pub type Answers = Map<String, Value>;

/// More than any form asks for.
pub(crate) const ANSWERS_BYTES_MAX: u64 = 256 * 1024;

/// A draft, opened for the person who fills it in.
#[derive(Clone, PartialEq)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// Who applies.
    pub applicant: Applicant,
    /// The package version under which it was begun; it is kept to the end.
    pub case_type: TypeRef,
    /// Where it is applied for.
    pub division: String,
    /// What is filled in so far.
    pub answers: Answers,
    /// Counts the changes of the answers, to detect a stale page.
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The case that was made of it.
    pub case: Option<CaseId>,
    /// The older case from which it was begun.
    pub again_of: Option<CaseId>,
    /// What of that case the form of today does not know: ids of fields, and of materials after `materials/`.
    pub dropped: Vec<String>,
    /// The one thing (一件事) that was made of it, or of which it is a part.
    pub master: Option<MasterCaseId>,
    /// Which part of it; nothing for what was filled in for all of them.
    pub part: Option<String>,
}

impl Draft {
    /// Where to see what was made of it; empty while it can still be changed.
    pub(crate) fn outcome_href(&self) -> String {
        match (self.case, self.master) {
            (Some(case), _) => format!("/cases/{case}"),
            (None, Some(master)) => format!("/master-cases/{master}"),
            (None, None) => String::new(),
        }
    }
}

/// Shows no answers: they are personal data and debug output ends in logs.
impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("id", &self.id).field("version", &self.version).finish_non_exhaustive()
    }
}

/// A draft as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSummary {
    /// Its id.
    pub id: DraftId,
    /// The item and its package version.
    pub case_type: TypeRef,
    /// Where it is applied for.
    pub division: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What is filled in so far, sealed.
    sealed: Vec<u8>,
}

/// Where somebody stopped filling in a draft.
pub(crate) struct Stopped {
    /// The page of the form with something missing, and its place; nothing when only materials are left.
    pub(crate) step: Option<(Step, usize)>,
    /// How many pages the form has after these answers.
    pub(crate) steps: usize,
}

/// The first page of the form on which something is missing.
pub(crate) fn stopped(package: &Package, answers: &Value) -> Stopped {
    let asked: Vec<&Step> = package.form.steps_asked(answers).collect();
    let missing = asked.iter().position(|step| package.form.validate_step(&step.id, answers).is_err());
    Stopped { step: missing.map(|place| (asked[place].clone(), place + 1)), steps: asked.len() }
}

impl DraftSummary {
    /// Where its applicant stopped.
    pub(crate) fn stopped(&self, room: &Room, by: &PersonActor) -> Result<Stopped, DraftError> {
        let plain = room.vault.open("drafts.answers", &self.sealed, &crate::room::own_purpose(by, None))?;
        Ok(stopped(&*room.package(&self.case_type)?, &serde_json::from_slice(&plain)?))
    }
}

/// Why a draft was not opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// There is none, or it is another person's.
    #[error("no such draft")]
    NotFound,
    /// It is there, and the mandate of whoever acts does not reach so far (超出授权范围).
    #[error("outside the mandate")]
    Outside,
    /// It was changed since the page was made, perhaps in another window.
    #[error("the draft has changed")]
    Stale,
    /// It has become a case and changes no more.
    #[error("the draft was submitted")]
    Submitted,
    /// The platform no longer knows the package version of the draft.
    #[error("unknown package version {0:?}")]
    UnknownType(TypeRef),
    /// More was filled in than any form asks for.
    #[error("answers are larger than {ANSWERS_BYTES_MAX} bytes")]
    TooLarge,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What is stored cannot be read.
    #[error("stored answers are damaged: {0}")]
    Damaged(#[from] serde_json::Error),
}

impl From<DraftError> for Refusal {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::NotFound => Self::NotFound,
            DraftError::Outside => CaseError::OutsideMandate.into(),
            DraftError::Stale => Self::Conflict(Message::new("applications-draft-stale")),
            DraftError::Submitted => Self::Conflict(Message::new("applications-draft-submitted")),
            DraftError::TooLarge => Self::TooLarge(ANSWERS_BYTES_MAX),
            DraftError::Store(error) => error.into(),
            DraftError::UnknownType(_) | DraftError::Damaged(_) => Self::internal(error),
        }
    }
}

/// The draft, if this person may see it: their own, or that of whoever they act for.
pub async fn get(tx: &mut Tx, room: &Room, by: &PersonActor, id: DraftId) -> Result<Draft, DraftError> {
    get_to(tx, room, by, id, Right::See).await
}

/// The draft, if this person may do that with it.
pub(crate) async fn get_to(
    tx: &mut Tx,
    room: &Room,
    by: &PersonActor,
    id: DraftId,
    right: Right,
) -> Result<Draft, DraftError> {
    let row = tx
        .fetch_optional(
            "select id, person, legal_person, item, handling, package_version, division, answers_sealed, version,
                 created_at, updated_at, case_id, again_of, dropped, bundle, part, through, through_kind
             from drafts where id = $1",
            vals![id],
        )
        .await?
        .ok_or(DraftError::NotFound)?;
    let applicant = Applicant { person: row.get(1)?, acting_for: row.get(2)?, through: through(&row, 16)? };
    acting::check(&applicant, by, right, &row.get::<String>(3)?)?;
    let sealed: Vec<u8> = row.get(7)?;
    let plain = room.vault.open("drafts.answers", &sealed, &crate::room::own_purpose(by, None))?;
    Ok(Draft {
        id: row.get(0)?,
        applicant,
        case_type: type_of(&row, 3)?,
        division: row.get(6)?,
        answers: serde_json::from_slice(&plain)?,
        version: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        case: row.get(11)?,
        again_of: row.get(12)?,
        dropped: row
            .get::<Option<String>>(13)?
            .map_or_else(|| Ok(Vec::new()), |text| serde_json::from_str(&text))?,
        master: row.get(14)?,
        part: row.get(15)?,
    })
}

/// The same, only while it can still be changed, and by whoever may.
pub async fn get_open(tx: &mut Tx, room: &Room, by: &PersonActor, id: DraftId) -> Result<Draft, DraftError> {
    let draft = get_to(tx, room, by, id, Right::Apply).await?;
    if draft.case.is_some() || draft.master.is_some() { Err(DraftError::Submitted) } else { Ok(draft) }
}

fn type_of(row: &Row, first: usize) -> Result<TypeRef, store::Error> {
    Ok(TypeRef { item: row.get(first)?, handling: row.get(first + 1)?, version: row.get(first + 2)? })
}

/// Keeps a new draft.
pub(crate) async fn insert(tx: &mut Tx, room: &Room, draft: &Draft) -> Result<(), DraftError> {
    tx.execute(
        "insert into drafts (id, person, legal_person, item, handling, package_version, division, answers_sealed,
             version, created_at, updated_at, again_of, dropped, bundle, part, through, through_kind)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        vals![
            draft.id,
            draft.applicant.person,
            draft.applicant.acting_for,
            &draft.case_type.item,
            &draft.case_type.handling,
            &draft.case_type.version,
            &draft.division,
            seal(room, &draft.answers)?,
            draft.version,
            draft.created_at,
            draft.updated_at,
            draft.again_of,
            serde_json::to_string(&draft.dropped)?,
            draft.master,
            draft.part.as_deref(),
            draft.applicant.through.as_ref().map(|through| through.person),
            draft.applicant.through.as_ref().map(|through| through.kind.as_str())
        ],
    )
    .await?;
    Ok(())
}

/// Keeps new answers of a draft that is as it was read. Of two writers the second is stale.
pub(crate) async fn update(
    tx: &mut Tx,
    room: &Room,
    draft: &mut Draft,
    now: Timestamp,
) -> Result<(), DraftError> {
    let changed = tx
        .execute(
            "update drafts set answers_sealed = $1, version = version + 1, updated_at = $2
             where id = $3 and version = $4 and case_id is null and bundle is null",
            vals![seal(room, &draft.answers)?, now, draft.id, draft.version],
        )
        .await?;
    if changed != 1 {
        return Err(DraftError::Stale);
    }
    draft.version += 1;
    draft.updated_at = now;
    Ok(())
}

/// Takes hold of a draft that can still be changed until the transaction ends, so that nobody submits or discards it
/// meanwhile. Its answers stay as they are.
pub(crate) async fn lock_open(tx: &mut Tx, id: DraftId, now: Timestamp) -> Result<(), DraftError> {
    let changed = tx
        .execute(
            "update drafts set updated_at = $2 where id = $1 and case_id is null and bundle is null",
            vals![id, now],
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(DraftError::Submitted) }
}

fn seal(room: &Room, answers: &Answers) -> Result<Vec<u8>, DraftError> {
    Ok(room.vault.seal("drafts.answers", &to_bytes(answers)?)?)
}

/// Answers as they are sealed.
pub(crate) fn to_bytes(answers: &Answers) -> Result<Vec<u8>, DraftError> {
    let bytes = serde_json::to_vec(answers)?;
    if bytes.len() as u64 > ANSWERS_BYTES_MAX { Err(DraftError::TooLarge) } else { Ok(bytes) }
}

/// Who began it for a natural person, in two columns.
pub(crate) fn through(row: &Row, at: usize) -> Result<Option<Through>, store::Error> {
    let Some(person) = row.get(at)? else { return Ok(None) };
    Ok(Some(Through { person, kind: row.parse(at + 1)? }))
}

/// The applicant's drafts that are not submitted, newest first.
pub async fn list(
    tx: &mut Tx,
    by: &PersonActor,
    page: &PageRequest,
) -> Result<Page<DraftSummary>, DraftError> {
    const OF_PERSON: &str =
        "select id, item, handling, package_version, division, updated_at, answers_sealed from drafts
         where person = $1 and legal_person is null and case_id is null and bundle is null
             and id < $2 order by id desc limit $3";
    const OF_LEGAL_PERSON: &str =
        "select id, item, handling, package_version, division, updated_at, answers_sealed from drafts
         where legal_person = $1 and case_id is null and bundle is null and id < $2 order by id desc limit $3";
    // Ids are hexadecimal, so `g` stands after all of them.
    let before = page.keys(vals!["g"])?.pop().unwrap_or_else(|| "g".into());
    let size = page.size.limit();
    let rows = match by.principal() {
        Principal::LegalPerson(id) => tx.fetch_all(OF_LEGAL_PERSON, vals![id, before, size]).await?,
        Principal::Person(id) => tx.fetch_all(OF_PERSON, vals![id, before, size]).await?,
    };
    let drafts = rows.iter().map(summary).collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::cut(drafts, page.size, |draft: &DraftSummary| vals![draft.id]);
    page.items.retain(|draft| by.may(Right::See, &draft.case_type.item));
    Ok(page)
}

/// The newest open draft of the applicant for an item, to be gone on with.
pub async fn find_running(
    tx: &mut Tx,
    by: &PersonActor,
    item: &str,
    handling: &str,
) -> Result<Option<DraftSummary>, DraftError> {
    const OF_PERSON: &str =
        "select id, item, handling, package_version, division, updated_at, answers_sealed from drafts
         where person = $1 and legal_person is null and case_id is null and bundle is null
             and item = $2 and handling = $3
         order by id desc limit 1";
    const OF_LEGAL_PERSON: &str =
        "select id, item, handling, package_version, division, updated_at, answers_sealed from drafts
         where legal_person = $1 and case_id is null and bundle is null and item = $2 and handling = $3
         order by id desc limit 1";
    if !by.may(Right::See, item) {
        return Ok(None);
    }
    let row = match by.principal() {
        Principal::LegalPerson(id) => tx.fetch_optional(OF_LEGAL_PERSON, vals![id, item, handling]).await?,
        Principal::Person(id) => tx.fetch_optional(OF_PERSON, vals![id, item, handling]).await?,
    };
    Ok(row.as_ref().map(summary).transpose()?)
}

fn summary(row: &Row) -> Result<DraftSummary, store::Error> {
    Ok(DraftSummary {
        id: row.get(0)?,
        case_type: type_of(row, 1)?,
        division: row.get(4)?,
        updated_at: row.get(5)?,
        sealed: row.get(6)?,
    })
}

/// The same in a transaction of its own, after handing in was refused: so that the questions of today can be looked at.
pub(crate) async fn move_on(
    room: &Room,
    by: &PersonActor,
    id: DraftId,
    now: Timestamp,
) -> Result<(), DraftError> {
    let mut tx = room.db.begin().await?;
    move_to_current(&mut tx, room, by, id, now).await?;
    Ok(tx.commit().await?)
}

/// Moves a draft on to the version of the item that is offered now. Answers to questions that are gone go too.
async fn move_to_current(
    tx: &mut Tx,
    room: &Room,
    by: &PersonActor,
    id: DraftId,
    now: Timestamp,
) -> Result<(), DraftError> {
    let mut draft = get_open(tx, room, by, id).await?;
    let Some(package) = room.library().offered(&draft.case_type.item, &draft.case_type.handling) else {
        return Ok(());
    };
    draft.answers.retain(|field, _| package.form.field(field).is_some());
    update(tx, room, &mut draft, now).await?;
    tx.execute("update drafts set package_version = $1 where id = $2", vals![&package.reference.version, id])
        .await?;
    Ok(())
}
