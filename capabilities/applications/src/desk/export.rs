//! A list as a file for spreadsheets (CSV, RFC 4180), read page by page.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cases::Place;
use futures_util::stream;
use kernel::StaffActor;
use store::page::PageSize;
use web::Visitor;
use web::csv::{self, MARK, line};

use super::listing::Asked;
use super::views::{self, DeskTaskRow};
use super::{DeskError, names};
use crate::{Room, trace};

/// Most rows of a file: more is no list to work through but a matter of statistics.
pub(super) const ROWS_MAX: usize = 5000;
/// Most pages that are read for one file, also when a filter lets little through.
const PAGES_MAX: usize = 500;

const COLUMNS: [&str; 9] = [
    "desk-number",
    "desk-case",
    "desk-column-task",
    "desk-column-due",
    "desk-column-light",
    "desk-column-express",
    "desk-column-who",
    "desk-division",
    "desk-submitted",
];

/// The file of a list. It says when it holds not all of it, and in its last line who took it.
pub(super) fn csv(room: Room, visitor: Visitor, clerk: StaffActor, asked: Asked) -> Response {
    let head = format!("{MARK}{}", line(&COLUMNS.map(|key| visitor.t(key))));
    let start = Part { room, visitor, clerk, asked, next: Some(Place::First), head, rows: 0, pages: 0 };
    let body = Body::from_stream(stream::try_unfold(start, |part| async move {
        part.write().await.inspect_err(|error| tracing::error!(%error, "list file cut off"))
    }));
    (csv::headers("worklist.csv"), body).into_response()
}

/// What is still to be written.
struct Part {
    room: Room,
    visitor: Visitor,
    clerk: StaffActor,
    asked: Asked,
    next: Option<Place>,
    head: String,
    rows: usize,
    pages: usize,
}

impl Part {
    async fn write(mut self) -> Result<Option<(Bytes, Self)>, DeskError> {
        let Some(place) = self.next.take() else { return Ok(None) };
        let query = self.asked.query(&self.room, &self.clerk, self.visitor.today());
        let size = PageSize::try_from(100).unwrap_or_default();
        let mut tx = self.room.db.snapshot().await?;
        let mut page = cases::worklist(&mut tx, &query, &place, size).await?;
        crate::recuse::hide(&mut tx, self.clerk.staff, &mut page.items).await?;
        drop(tx);
        let mut text = std::mem::take(&mut self.head);
        for item in page.items {
            let row = views::task_row(&self.visitor, &self.room, &self.clerk, item);
            text.push_str(&line(&fields(&self.visitor, &row)));
            self.rows += 1;
        }
        self.pages += 1;
        self.next = page.next.map(Place::After);
        if self.next.is_some() && (self.rows >= ROWS_MAX || self.pages >= PAGES_MAX) {
            text.push_str(&line(&[self.visitor.t1("desk-export-cut", "count", self.rows)]));
            self.next = None;
        }
        if self.next.is_none() {
            text.push_str(&line(&[signature(&self.room, &self.visitor, &self.clerk)]));
        }
        Ok(Some((Bytes::from(text), self)))
    }
}

/// The last line of every file of the desk (水印): who took it along, of which body, and when.
pub(super) fn signature(room: &Room, visitor: &Visitor, clerk: &StaffActor) -> String {
    let who = who(room, visitor, clerk);
    visitor.t2("desk-exported", "who", who, "when", visitor.datetime(visitor.now))
}

/// Who takes something along, and of which body.
pub(super) fn who(room: &Room, visitor: &Visitor, clerk: &StaffActor) -> String {
    let bodies = room.bodies();
    let body = bodies.get(clerk.body).map(|body| names::pick(visitor, &body.name)).unwrap_or_default();
    visitor.t2("desk-exported-by", "name", &clerk.shown_as, "body", body)
}

fn fields(visitor: &Visitor, row: &DeskTaskRow) -> [String; 9] {
    [
        row.number.clone(),
        row.item_name.clone(),
        row.task_name.clone(),
        row.due_on.map(|day| day.to_string()).unwrap_or_default(),
        trace::light_word(visitor, row.light, row.due_on),
        visitor.t(if row.express { "desk-yes" } else { "desk-no" }),
        row.claimed_name.clone().unwrap_or_default(),
        crate::division::full_name(&row.division),
        visitor.datetime(row.submitted_at),
    ]
}
