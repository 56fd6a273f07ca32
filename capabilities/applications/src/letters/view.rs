//! Letters as pages and the API show them.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use store::page::Page;
use utoipa::ToSchema;
use web::Visitor;

use super::{Letter, Side};
use crate::Room;

/// A letter beneath a case.
pub(crate) struct LetterRow {
    pub(crate) who: String,
    pub(crate) text: String,
    pub(crate) when: String,
    /// Whether whoever looks at the page wrote it, or a colleague.
    pub(crate) is_own: bool,
    /// Written by the other side and opened for the first time now.
    pub(crate) is_new: bool,
    /// When the other side opened what was written here; empty for what they wrote, and while unread.
    pub(crate) read: String,
}

/// The thread of a case.
pub(crate) struct Thread {
    /// Oldest first, as one reads.
    pub(crate) rows: Vec<LetterRow>,
    /// How many are new.
    pub(crate) unread: usize,
    /// Where the page with earlier ones is; empty when there are none.
    pub(crate) earlier: String,
    pub(crate) is_open: bool,
    /// What was typed, when it comes back with an error.
    pub(crate) typed: String,
    pub(crate) error: String,
}

impl Thread {
    /// The thread for a reader. `here` is the address of the case page, without query.
    pub(crate) fn of(
        visitor: &Visitor,
        room: &Room,
        reader: Side,
        here: &str,
        page: &Page<Letter>,
        is_open: bool,
    ) -> Self {
        let earlier =
            page.next.as_ref().map(|next| format!("{here}?letters={next}#letters")).unwrap_or_default();
        let mut rows: Vec<LetterRow> =
            page.items.iter().map(|letter| row(visitor, room, reader, letter)).collect();
        rows.reverse();
        let unread = rows.iter().filter(|row| row.is_new).count();
        Self { rows, unread, earlier, is_open, typed: String::new(), error: String::new() }
    }
}

fn is_own(reader: Side, letter: &Letter) -> bool {
    (reader == Side::Applicant) == (letter.side == Side::Applicant)
}

fn row(visitor: &Visitor, room: &Room, reader: Side, letter: &Letter) -> LetterRow {
    let is_own = is_own(reader, letter);
    LetterRow {
        who: who(visitor, room, reader, letter),
        text: letter.text.clone(),
        when: visitor.datetime(letter.written_at),
        is_new: !is_own && letter.read_at.is_none(),
        read: letter.read_at.filter(|_| is_own).map(|at| visitor.datetime(at)).unwrap_or_default(),
        is_own,
    }
}

/// The office is named as a body to the applicant; colleagues also read which of them wrote.
fn who(visitor: &Visitor, room: &Room, reader: Side, letter: &Letter) -> String {
    let Side::Office(body) = letter.side else { return letter.author_name.clone() };
    let bodies = room.bodies();
    let body = bodies.get(body).map_or("", |body| visitor.pick(&body.name.zh, &body.name.en));
    if reader == Side::Applicant { body.to_owned() } else { format!("{body} {}", letter.author_name) }
}

/// A letter in the API.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterView {
    /// Its id.
    id: String,
    /// `applicant` or `office`.
    from: &'static str,
    /// How the writer is shown to whoever asks.
    author: String,
    /// What it says.
    text: String,
    #[schema(value_type = String, format = "date-time")]
    written_at: Timestamp,
    /// When the other side first opened it.
    #[schema(value_type = Option<String>, format = "date-time")]
    read_at: Option<Timestamp>,
}

impl LetterView {
    pub(crate) fn of(visitor: &Visitor, room: &Room, reader: Side, letter: &Letter) -> Self {
        Self {
            id: letter.id.to_string(),
            from: if letter.side == Side::Applicant { "applicant" } else { "office" },
            author: who(visitor, room, reader, letter),
            text: letter.text.clone(),
            written_at: letter.written_at,
            read_at: letter.read_at,
        }
    }
}

/// A page of letters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterPage {
    /// The letters, newest first.
    items: Vec<LetterView>,
    /// Where the next page starts, for the parameter `after`.
    next: Option<String>,
}

impl LetterPage {
    pub(crate) fn of(visitor: &Visitor, room: &Room, reader: Side, page: &Page<Letter>) -> Self {
        Self {
            items: page.items.iter().map(|letter| LetterView::of(visitor, room, reader, letter)).collect(),
            next: page.next.as_ref().map(ToString::to_string),
        }
    }
}

/// A letter to be written.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLetter {
    /// Plain text, at most 2000 characters.
    pub(crate) text: String,
}

/// Where a letter is once it is written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterWritten {
    /// Its id.
    pub(crate) id: String,
}
