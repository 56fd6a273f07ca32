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

use super::DeskError;
use super::listing::Asked;
use super::views::{self, DeskTaskRow};
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

/// The file of a list. It says in its last line when it holds not all of it.
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
        let page = cases::worklist(&mut tx, &query, &place, size).await?;
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
        Ok(Some((Bytes::from(text), self)))
    }
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
