//! Internal notes on a case (内部备注): what colleagues tell each other. The applicant never sees them; they are sealed
//! all the same, because they may speak of persons.

use cases::{Case, CaseError};
use jiff::ToSpan as _;
use kernel::{Actor, CaseId, Message, NoteId, Refusal, StaffActor, StaffId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};

use super::{DeskError, see};
use crate::{Room, text};

/// So long its author can take a note back; afterwards colleagues may have acted on it.
const TAKEN_BACK_WITHIN_MINUTES: i64 = 10;
/// Longest note.
const CHARACTERS_MAX: usize = 2000;

/// A note in clear.
pub(super) struct Note {
    pub(super) id: NoteId,
    author: StaffId,
    pub(super) author_name: String,
    pub(super) text: String,
    pub(super) written_at: Timestamp,
}

impl Note {
    /// Whether this clerk may still take it back.
    pub(super) fn may_be_taken_back(&self, clerk: &StaffActor, now: Timestamp) -> bool {
        self.author == clerk.staff && is_fresh(self.written_at, now)
    }
}

fn is_fresh(written_at: Timestamp, now: Timestamp) -> bool {
    written_at.checked_add(TAKEN_BACK_WITHIN_MINUTES.minutes()).is_ok_and(|last| now <= last)
}

/// Writes a note, of which a fault is said under the name of its field. That the clerk may see the case is asked before.
pub(super) async fn add(
    tx: &mut Tx,
    room: &Room,
    clerk: &StaffActor,
    case: CaseId,
    (field, text): (&str, &str),
    now: Timestamp,
) -> Result<NoteId, DeskError> {
    let text = text::plain(field, text, CHARACTERS_MAX)
        .map_err(|error| DeskError::Refused(Refusal::Invalid(vec![error])))?;
    let id: NoteId = store::fresh_id(now);
    tx.execute(
        "insert into case_notes (id, case_id, author, author_name, body, text_sealed, written_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        vals![
            id,
            case,
            clerk.staff,
            &clerk.shown_as,
            clerk.body,
            room.vault.seal("notes.text", text.as_bytes())?,
            now
        ],
    )
    .await?;
    Ok(id)
}

/// The notes of a case, the newest first.
pub(super) async fn list(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    case: &Case,
    page: &PageRequest,
) -> Result<Page<Note>, DeskError> {
    let purpose = see::purpose(by, case.id);
    // Newest first: the first page starts above every id, which are hexadecimal in any collation.
    let before = page.keys(vals!["z"])?.pop().unwrap_or_else(|| "z".into());
    let rows = tx
        .fetch_all(
            "select id, author, author_name, text_sealed, written_at from case_notes
             where case_id = $1 and id < $2 order by id desc limit $3",
            vals![case.id, before, page.size.limit()],
        )
        .await?;
    let read = |row: &Row| -> Result<Note, DeskError> {
        let text = room.vault.open("notes.text", &row.get::<Vec<u8>>(3)?, &purpose)?;
        Ok(Note {
            id: row.get(0)?,
            author: row.get(1)?,
            author_name: row.get(2)?,
            text: String::from_utf8_lossy(&text).into_owned(),
            written_at: row.get(4)?,
        })
    };
    let notes = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(notes, page.size, |note| vals![note.id]))
}

/// Takes one's own note back while it is fresh. A colleague's is theirs (403); one that has stood is on record (409).
pub(super) async fn take_back(
    tx: &mut Tx,
    clerk: &StaffActor,
    case: CaseId,
    id: NoteId,
    now: Timestamp,
) -> Result<(), DeskError> {
    let row = tx
        .fetch_optional(
            "select author, written_at from case_notes where id = $1 and case_id = $2",
            vals![id, case],
        )
        .await?;
    let Some(row) = row else { return Err(CaseError::NotFound.into()) };
    if row.get::<StaffId>(0)? != clerk.staff {
        return Err(DeskError::Refused(Refusal::Forbidden));
    }
    if !is_fresh(row.get(1)?, now) {
        let message = Message::new("desk-note-stands").with("minutes", TAKEN_BACK_WITHIN_MINUTES);
        return Err(DeskError::Refused(Refusal::Conflict(message)));
    }
    tx.execute("delete from case_notes where id = $1", vals![id]).await?;
    Ok(())
}
