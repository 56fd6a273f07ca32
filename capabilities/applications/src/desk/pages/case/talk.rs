//! Notes among colleagues and letters to and from the applicant, on the case page.

use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{CaseId, Refusal};
use store::page::{Cursor, Page, PageRequest};
use web::{AppError, FormErrors, FormPairs, Visitor};

use super::{Here, Seen, Typed};
use crate::desk::notes::{self, Note};
use crate::desk::pages::{conflict, redirect};
use crate::desk::see;
use crate::letters::view::Thread;
use crate::letters::{self, Letter, Side};
use crate::{Room, http};

/// A note beneath the case.
pub(super) struct NoteRow {
    pub(super) id: String,
    pub(super) who: String,
    pub(super) when: String,
    pub(super) text: String,
    pub(super) may_be_taken_back: bool,
}

/// As many notes or letters as stand beneath a case.
pub(super) fn page(after: Option<&Cursor>) -> PageRequest {
    PageRequest { after: after.cloned(), size: letters::shown() }
}

/// The page with what is older.
pub(super) fn earlier(here: &Here, name: &str, next: Option<&Cursor>) -> String {
    next.map(|next| format!("{}#{name}", here.with(&format!("{name}={next}")))).unwrap_or_default()
}

impl Seen<'_> {
    pub(super) fn note_rows(&self, notes: &[Note]) -> Vec<NoteRow> {
        let Self { visitor, clerk, .. } = *self;
        let one = |note: &Note| NoteRow {
            id: note.id.to_string(),
            who: note.author_name.clone(),
            when: visitor.datetime(note.written_at),
            text: note.text.clone(),
            may_be_taken_back: note.may_be_taken_back(clerk, visitor.now),
        };
        notes.iter().map(one).collect()
    }

    pub(super) fn thread(
        &self,
        letters: &Page<Letter>,
        here: &Here,
        pairs: &FormPairs,
        errors: &FormErrors,
    ) -> Thread {
        let Self { visitor, room, case, clerk, .. } = *self;
        let earlier = earlier(here, "letters", letters.next.as_ref());
        let is_open = letters::is_open(case, visitor.now);
        let reader = Side::Office(clerk.body);
        let mut thread = Thread::of(visitor, room, reader, "", letters, is_open);
        thread.earlier = earlier;
        pairs.get("letter").unwrap_or_default().clone_into(&mut thread.typed);
        errors.get("letter").clone_into(&mut thread.error);
        thread
    }
}

/// POST `/desk/cases/{id}/notes`.
pub(in crate::desk::pages) async fn add_note(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let written = write_note(&room, &visitor, id, pairs.get("note").unwrap_or_default()).await;
    answer(&room, &visitor, id, pairs, written, "note").await
}

async fn write_note(room: &Room, visitor: &Visitor, id: CaseId, text: &str) -> Result<(), Refusal> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    see::case(&mut tx, clerk, id).await?;
    notes::add(&mut tx, room, clerk, id, ("note", text), visitor.now).await?;
    Ok(tx.commit().await?)
}

/// POST `/desk/cases/{id}/notes/{note}/take-back`.
pub(in crate::desk::pages) async fn take_note_back(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, note)): Path<(String, String)>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let taken = take_back(&room, &visitor, id, &note).await;
    answer(&room, &visitor, id, pairs, taken, "note-taken-back").await
}

async fn take_back(room: &Room, visitor: &Visitor, id: CaseId, note: &str) -> Result<(), Refusal> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    see::case(&mut tx, clerk, id).await?;
    notes::take_back(&mut tx, clerk, id, http::id(note)?, visitor.now).await?;
    Ok(tx.commit().await?)
}

/// POST `/desk/cases/{id}/letters`.
pub(in crate::desk::pages) async fn write_letter(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let written = send_letter(&room, &visitor, id, pairs.get("letter").unwrap_or_default()).await;
    answer(&room, &visitor, id, pairs, written, "letter").await
}

async fn send_letter(room: &Room, visitor: &Visitor, id: CaseId, text: &str) -> Result<(), Refusal> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let by = (&visitor.actor, Side::Office(clerk.body), clerk.shown_as.as_str());
    letters::write(&mut tx, room, by, &case, text, visitor.now).await?;
    Ok(tx.commit().await?)
}

/// Back to the page with the word that it was done, or the page again with what is wrong.
async fn answer(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    pairs: FormPairs,
    result: Result<(), Refusal>,
    done: &str,
) -> Result<Response, AppError> {
    let Err(refusal) = result else {
        let task = pairs.get("task").unwrap_or_default();
        let query = super::CaseQuery {
            task: task.to_owned(),
            material: pairs.get("shown").unwrap_or_default().to_owned(),
            ..super::CaseQuery::default()
        };
        return Ok(redirect(&Here::new(id, &query).with(&format!("done={done}"))));
    };
    match FormErrors::of(visitor, refusal) {
        Ok(errors) => {
            let task = pairs.get("task").and_then(|task| task.parse().ok());
            super::again(room, visitor, id, Typed { pairs, errors, task }).await
        }
        Err(refusal) => conflict::refuse(room, visitor, id, refusal, None).await,
    }
}
