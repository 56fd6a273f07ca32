//! What applicant and office write to each other about a case (留言): one thread a case, sealed, each letter read once by
//! the other side.
//!
//! Both may write while the case runs and for [`DAYS_AFTER_CLOSING`] days after it has ended: questions about a decision
//! and its document come in those days, and what comes later is a complaint or a new application.

use cases::{Case, CaseError};
use jiff::ToSpan as _;
use kernel::{
    Actor, BodyId, CaseId, FieldError, LetterId, Message, Principal, Refusal, Timestamp, china_date,
};
use store::page::{Page, PageRequest, PageSize};
use store::{Purpose, Row, Tx, vals};

use crate::{Room, text};

pub(crate) mod http;
#[cfg(test)]
mod tests;
pub(crate) mod view;

/// How long after its end people may still write about a case.
pub const DAYS_AFTER_CLOSING: i64 = 30;
/// Longest letter.
const CHARACTERS_MAX: usize = 2000;
/// So many of the applicant's letters in a row may wait for an answer; a form that is filled in by a machine ends here.
const UNANSWERED_MAX: i64 = 20;

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Whoever applies.
    Applicant,
    /// A clerk, for a body.
    Office(BodyId),
}

/// A letter in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// Who wrote it; the applicant sees the body and not the clerk.
    pub side: Side,
    /// How the writer is shown to the office.
    pub author_name: String,
    /// What it says.
    pub text: String,
    /// When.
    pub written_at: Timestamp,
    /// When the other side first opened it.
    pub read_at: Option<Timestamp>,
}

/// Why a letter was not written.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The case is not there for this actor.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The text breaks a rule.
    #[error("the text breaks a rule")]
    Text(FieldError),
    /// The case ended too long ago.
    #[error("the case has been closed for more than {DAYS_AFTER_CLOSING} days")]
    Over,
    /// Enough letters wait for an answer.
    #[error("{UNANSWERED_MAX} letters wait for an answer already")]
    Enough,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<LetterError> for Refusal {
    fn from(error: LetterError) -> Self {
        match error {
            LetterError::Case(error) => error.into(),
            LetterError::Text(error) => Self::Invalid(vec![error]),
            LetterError::Over => {
                Self::Conflict(Message::new("applications-letters-over").with("days", DAYS_AFTER_CLOSING))
            }
            LetterError::Enough => Self::conflict("applications-letters-enough"),
            LetterError::Store(error) => error.into(),
        }
    }
}

/// Whether letters about this case can still be written.
pub fn is_open(case: &Case, now: Timestamp) -> bool {
    let Some(closed_at) = case.closed_at else { return true };
    let last = china_date(closed_at).checked_add(DAYS_AFTER_CLOSING.days());
    last.is_ok_and(|last| china_date(now) <= last)
}

/// Who reads what the other side writes.
fn addressee(case: &Case, writer: Side) -> String {
    match (writer, case.applicant.acting_for) {
        (Side::Applicant, _) => of_body(case.body),
        (Side::Office(_), Some(legal_person)) => format!("legal:{legal_person}"),
        (Side::Office(_), None) => format!("person:{}", case.applicant.person),
    }
}

fn of_body(body: BodyId) -> String {
    format!("body:{body}")
}

/// Writes a letter. That the writer may see the case is asked before.
pub async fn write(
    tx: &mut Tx,
    room: &Room,
    by: (&Actor, Side, &str),
    case: &Case,
    text: &str,
    now: Timestamp,
) -> Result<LetterId, LetterError> {
    let (actor, side, shown_as) = by;
    let text = text::plain("letter", text, CHARACTERS_MAX).map_err(LetterError::Text)?;
    if !is_open(case, now) {
        return Err(LetterError::Over);
    }
    if side == Side::Applicant && unanswered(tx, case.id).await? >= UNANSWERED_MAX {
        return Err(LetterError::Enough);
    }
    let id: LetterId = store::fresh_id(now);
    let body = match side {
        Side::Applicant => None,
        Side::Office(body) => Some(body),
    };
    tx.execute(
        "insert into case_letters (id, case_id, from_office, author, author_name, body, addressee, text_sealed,
             written_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vals![
            id,
            case.id,
            body.is_some(),
            actor.reference(),
            shown_as,
            body,
            addressee(case, side),
            room.vault.seal("letters.text", text.as_bytes())?,
            now
        ],
    )
    .await?;
    Ok(id)
}

/// Letters of the applicant since the office's last one.
async fn unanswered(tx: &mut Tx, case: CaseId) -> Result<i64, store::Error> {
    let row = tx
        .fetch_one(
            "select count(*) from case_letters where case_id = $1 and from_office = 0 and id > coalesce(
                 (select max(id) from case_letters where case_id = $1 and from_office = 1), '')",
            vals![case],
        )
        .await?;
    row.get(0)
}

/// The letters of a case, the newest first, opened for a purpose.
pub async fn list(
    tx: &mut Tx,
    room: &Room,
    case: CaseId,
    purpose: &Purpose,
    page: &PageRequest,
) -> Result<Page<Letter>, store::Error> {
    // Newest first: the first page starts above every id, which are hexadecimal in any collation.
    let before = page.keys(vals!["z"])?.pop().unwrap_or_else(|| "z".into());
    let rows = tx
        .fetch_all(
            "select id, body, author_name, text_sealed, written_at, read_at from case_letters
             where case_id = $1 and id < $2 order by id desc limit $3",
            vals![case, before, page.size.limit()],
        )
        .await?;
    let read = |row: &Row| -> Result<Letter, store::Error> {
        let body: Option<BodyId> = row.get(1)?;
        let text = room.vault.open("letters.text", &row.get::<Vec<u8>>(3)?, purpose)?;
        Ok(Letter {
            id: row.get(0)?,
            side: body.map_or(Side::Applicant, Side::Office),
            author_name: row.get(2)?,
            text: String::from_utf8_lossy(&text).into_owned(),
            written_at: row.get(4)?,
            read_at: row.get(5)?,
        })
    };
    let letters = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(letters, page.size, |letter| vals![letter.id]))
}

/// How many letters are shown beneath a case; earlier ones are a page further.
pub(crate) fn shown() -> PageSize {
    PageSize::try_from(30).unwrap_or_default()
}

/// Marks what the other side wrote as read.
pub async fn mark_read(tx: &mut Tx, case: CaseId, reader: Side, now: Timestamp) -> Result<u64, store::Error> {
    let from_office = reader == Side::Applicant;
    tx.execute(
        "update case_letters set read_at = $3 where case_id = $1 and from_office = $2 and read_at is null",
        vals![case, from_office, now],
    )
    .await
}

/// The cases in which the applicant of `case_of` has letters unread, at most a hundred.
pub async fn unread_of(tx: &mut Tx, applicant: &cases::Applicant) -> Result<Vec<CaseId>, store::Error> {
    let reader = match applicant.principal() {
        Principal::LegalPerson(id) => format!("legal:{id}"),
        Principal::Person(id) => format!("person:{id}"),
    };
    unread(tx, &reader).await
}

/// The cases accepted by a body in which applicants have written and nobody has opened it yet, at most a hundred.
pub async fn unread_of_body(tx: &mut Tx, body: BodyId) -> Result<Vec<CaseId>, store::Error> {
    unread(tx, &of_body(body)).await
}

async fn unread(tx: &mut Tx, addressee: &str) -> Result<Vec<CaseId>, store::Error> {
    let rows = tx
        .fetch_all(
            "select distinct case_id from case_letters where addressee = $1 and read_at is null
             order by case_id limit 100",
            vals![addressee],
        )
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}
