//! Public notices (公示): what anybody may read about a case while its notice hangs, and nothing beside it.

use cases::{Case, CaseError, Notice, StageKind, Status, TaskKind, TypeRef};
use catalogue::{Named, NoticeFacts, Package};
use jiff::civil::Date;
use kernel::{Actor, BodyId, Refusal, Words};
use serde_json::Value;
use store::page::{Page, PageRequest};
use store::{Purpose, Tx};

use crate::{Room, division, dossier};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why notices were not shown.
#[derive(Debug, thiserror::Error)]
pub enum NoticesError {
    /// The engine could not read a case.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A case runs under a package version that this node does not know.
    #[error("unknown package version {0:?}")]
    UnknownPackage(TypeRef),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<NoticesError> for Refusal {
    fn from(error: NoticesError) -> Self {
        match error {
            NoticesError::Case(error) => error.into(),
            NoticesError::UnknownPackage(_) => Self::internal(error),
            NoticesError::Store(error) => error.into(),
        }
    }
}

/// A notice as everybody may read it (公示).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNotice {
    /// Name of the service item.
    pub item: Words,
    /// 办件编号
    pub number: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The body that published it, where objections are raised (异议).
    pub body: Words,
    /// How to call that body.
    pub phone: String,
    /// Whether one can object here (公示异议).
    pub may_object: bool,
    /// The lines that the package names: label and value.
    pub lines: Vec<(Words, String)>,
}

/// The notices that hang today, the one that ends first at the head of the list.
pub async fn list(
    tx: &mut Tx,
    room: &Room,
    today: Date,
    page: &PageRequest,
) -> Result<Page<PublicNotice>, NoticesError> {
    let found = cases::hanging_notices(tx, today, page).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for case in &found.items {
        if let Some(notice) = hanging(case, today) {
            items.push(read(tx, room, case, notice).await?);
        }
    }
    Ok(Page { items, next: found.next })
}

/// The notice of a case that hangs today.
pub fn hanging(case: &Case, today: Date) -> Option<&Notice> {
    case.hanging_notice().filter(|notice| case.status != Status::Closed && notice.until >= today)
}

pub(crate) async fn read(
    tx: &mut Tx,
    room: &Room,
    case: &Case,
    notice: &Notice,
) -> Result<PublicNotice, NoticesError> {
    let unknown = || NoticesError::UnknownPackage(case.case_type.clone());
    let package = room.library().get(&case.case_type).ok_or_else(unknown)?;
    // Being read by everybody is the purpose of a notice, and only the lines of the package leave this function. A
    // row in the access log for each reader would bury the looks that the person wants to find there and let any
    // stranger fill the log; that the notice was published stands in the history of the case, which they see.
    let purpose = Purpose::new("public-notice", Actor::System.reference()).for_case(case.id);
    let answers = dossier::answers_of_case(tx, room, case.id, &purpose).await?.unwrap_or_default();
    let applicant = match case.applicant.acting_for {
        Some(id) => identity::find_legal_person(tx, id).await?.map(|legal_person| legal_person.name),
        None => dossier::applicant_name(tx, room, case.id, &purpose).await?,
    };
    let publisher = publisher(case, &notice.stage);
    let (body, phone) = match room.bodies().get(publisher) {
        Some(body) => (body.name.clone(), body.phone.clone()),
        None => (Words::new("", ""), String::new()),
    };
    Ok(PublicNotice {
        item: package.item.name.clone(),
        number: case.number.clone(),
        from: notice.from,
        until: notice.until,
        body,
        phone,
        may_object: may_object(&package, &notice.stage),
        lines: lines(room, &package, case, &notice.stage, &answers, &applicant.unwrap_or_default()),
    })
}

/// The lines that the notice of a stage shows: the same for the clerk who is about to publish them.
pub(crate) fn lines(
    room: &Room,
    package: &Package,
    case: &Case,
    stage: &str,
    answers: &Value,
    applicant: &str,
) -> Vec<(Words, String)> {
    let bodies = room.bodies();
    let names = |named: Named<'_>| match named {
        Named::Body(slug) => bodies.by_slug(slug).map(|body| body.name.zh.clone()),
        Named::Division(code) => Some(division::full_name(code)),
    };
    let facts = NoticeFacts {
        answers,
        findings: &case.findings,
        case_number: &case.number,
        applicant_name: applicant,
        body_name: bodies.get(publisher(case, stage)).map_or("", |body| body.name.zh.as_str()),
        names: &names,
    };
    package.notice_lines(stage, &facts)
}

/// Whether the package lets objections be answered.
fn may_object(package: &Package, stage: &str) -> bool {
    let stage = package.process().stage(stage).map(|stage| &stage.kind);
    matches!(stage, Some(StageKind::PublicNotice { objections: Some(_), .. }))
}

/// The body whose work the notice is; the one that accepts, should the task be unknown.
fn publisher(case: &Case, stage: &str) -> BodyId {
    let mut tasks = case.tasks.iter().rev();
    let task = tasks.find(|task| task.work == TaskKind::Notice && task.stage == stage);
    task.map_or(case.body, |task| task.body)
}
