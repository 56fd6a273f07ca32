//! `/lists/reduced`: fewer materials and shorter limits since a base date, as a page, a file and an endpoint.

use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use jiff::civil::Date;
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use store::Db;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, FormErrors, Operation, Shell, Visitor, page};

use super::download::{BoxError, attachment};
use super::{Room, address, named, place};
use crate::directory::record::{Reduced, list_reduced};
use crate::directory::sheet::{Format, SheetWriter};

const PATH: &str = "/lists/reduced";

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(super) struct Asked {
    /// The base date; the first day of this year unless said otherwise.
    since: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
}

impl Asked {
    /// The base date; an error where the text is no day.
    fn since(&self, visitor: &Visitor) -> Result<Date, ()> {
        let text = self.since.trim();
        if text.is_empty() {
            return Ok(visitor.today().first_of_year());
        }
        text.parse().map_err(|_form| ())
    }
}

struct Row {
    href: String,
    name: String,
    place: String,
    body: String,
    materials: String,
    limit: String,
}

fn materials(row: &Reduced) -> String {
    match (row.materials_before, row.materials) {
        (Some(before), Some(now)) if now < before => format!("{before} → {now}"),
        _ => String::new(),
    }
}

fn limit(visitor: &Visitor, row: &Reduced) -> String {
    match (row.promised_before, row.promised) {
        (Some(before), Some(now)) if now < before => {
            format!("{before} → {now} {}", named(visitor, "limit_unit", &row.unit))
        }
        _ => String::new(),
    }
}

#[derive(Template)]
#[template(path = "directory/pages/reduced.html")]
struct ReducedPage {
    shell: Shell,
    errors: FormErrors,
    since: String,
    csv: String,
    rows: Vec<Row>,
    next: String,
    first: String,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let mut errors = FormErrors::none();
    let since = asked.since(&visitor).unwrap_or_else(|()| {
        errors.add("since", visitor.t("directory-since-wrong"));
        visitor.today()
    });
    let is_first = asked.after.is_none();
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = list_reduced(&mut tx, since, &request).await?;
    let day = since.to_string();
    let values = [("since", day.as_str())];
    let next = found.next.map_or_else(String::new, |next| {
        let next = next.to_string();
        address(PATH, &[values[0], ("after", &next)])
    });
    let row = |row: &Reduced| Row {
        href: format!("/implementations/{}", row.code),
        name: row.name.clone(),
        place: place(&row.division),
        body: row.body_name.clone(),
        materials: materials(row),
        limit: limit(&visitor, row),
    };
    page(&ReducedPage {
        shell: Shell::new(&visitor, visitor.t("directory-list-reduced"))
            .crumb(visitor.t("directory-published"), "/lists"),
        rows: found.items.iter().flatten().map(row).collect(),
        csv: address(&format!("{PATH}.csv"), &values),
        first: if is_first { String::new() } else { address(PATH, &values) },
        since: day.clone(),
        errors,
        next,
    })
}

/// The list on its way into a file.
struct File {
    db: Db,
    since: Date,
    request: Option<PageRequest>,
    writer: SheetWriter,
    visitor: Visitor,
}

pub(super) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let since = asked.since(&visitor).map_err(|()| wrong_day())?;
    let mut writer = SheetWriter::new(Format::Csv).map_err(Refusal::internal)?;
    let heads = ["code", "name", "division", "body", "materials", "limit"];
    writer.row(&heads.map(|key| visitor.t(&format!("directory-{key}")))).map_err(Refusal::internal)?;
    let size = PageSize::try_from(100).unwrap_or_default();
    let request = Some(PageRequest { after: None, size });
    let file = File { db: room.db, since, request, writer, visitor };
    let body = Body::from_stream(stream::try_unfold(file, |file| async move {
        file.write().await.inspect_err(|error| tracing::error!(%error, "list of reductions cut off"))
    }));
    Ok(attachment("reduced.csv", Format::Csv, body))
}

fn wrong_day() -> Refusal {
    Refusal::field("since", kernel::Message::new("directory-since-wrong"))
}

impl File {
    async fn write(mut self) -> Result<Option<(Bytes, Self)>, BoxError> {
        let Some(request) = self.request.take() else { return Ok(None) };
        let mut tx = self.db.snapshot().await?;
        let found = list_reduced(&mut tx, self.since, &request).await?;
        drop(tx);
        for row in found.items.iter().flatten() {
            let (papers, days) = (materials(row), limit(&self.visitor, row));
            let (name, body) = (row.name.clone(), row.body_name.clone());
            self.writer.row(&[row.code.clone(), name, place(&row.division), body, papers, days])?;
        }
        self.request = found.next.map(|after| PageRequest { after: Some(after), size: request.size });
        Ok(Some((Bytes::from(self.writer.take()), self)))
    }
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReducedRows)]
pub(super) struct Rows {
    items: Vec<Reduced>,
    /// Where the next page starts; null when this is the last one. A page may be short.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        "listReduced",
        "Lists implementations with fewer materials or shorter limits than on a base date.",
    )
    .tag("directory")
    .query::<Asked>()
    .returns::<Rows>(200, "A page of implementations.")
}

pub(super) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<Rows>, AppError> {
    let since = asked.since(&visitor).map_err(|()| wrong_day())?;
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = list_reduced(&mut tx, since, &request).await?;
    Ok(Json(Rows { items: found.items.into_iter().flatten().collect(), next: found.next }))
}
