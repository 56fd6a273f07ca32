//! Files: whole lists, published lists, the report of an import. Each is written piece by piece.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use kernel::{Message, Refusal};
use store::Db;
use store::page::{PageRequest, PageSize};
use web::{AppError, Visitor};

use super::{Room, named, place};
use crate::directory::import::{self, ReportRow};
use crate::directory::record::{Listed, Published, list_published};
use crate::directory::sheet::{Format, SheetWriter};
use crate::directory::source::List;
use crate::directory::{Finding, export};

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(super) fn attachment(name: &str, format: Format, body: Body) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(format.content_type())),
        (CONTENT_DISPOSITION, disposition.unwrap_or_else(|_control| HeaderValue::from_static("attachment"))),
    ];
    (headers, body).into_response()
}

/// `/desk/directory/files/items.csv`: a whole list.
pub(super) async fn list(State(room): State<Room>, Path(name): Path<String>) -> Result<Response, AppError> {
    let (word, _ending) = name.split_once('.').ok_or(Refusal::NotFound)?;
    let list = List::from_word(word).ok_or(Refusal::NotFound)?;
    let format = Format::of_name(&name).ok_or(Refusal::NotFound)?;
    let exported = export(&room.db, list, format).map_err(Refusal::internal)?;
    let body = Body::from_stream(stream::try_unfold(exported, |mut exported| async move {
        let piece =
            exported.next().await.inspect_err(|error| tracing::error!(%error, "list file cut off"))?;
        Ok::<_, BoxError>(piece.map(|piece| (Bytes::from(piece), exported)))
    }));
    Ok(attachment(&name, format, body))
}

/// A published list on its way into a file.
struct PublishedFile {
    db: Db,
    list: Published,
    division: Option<String>,
    request: Option<PageRequest>,
    writer: SheetWriter,
    visitor: Visitor,
}

pub(super) fn published(
    room: Room,
    visitor: &Visitor,
    list: Published,
    division: Option<String>,
) -> Response {
    let Ok(mut writer) = SheetWriter::new(Format::Csv) else {
        return AppError(Refusal::Unavailable).into_response();
    };
    let heads =
        ["directory-code", "directory-name", "directory-level", "directory-division", "directory-body"];
    if writer.row(&heads.map(|key| visitor.t(key))).is_err() {
        return AppError(Refusal::Unavailable).into_response();
    }
    for package in room.library().list().filter(|package| super::published::has(list, package)) {
        let code = format!("{}-{}", package.item.code, package.item.handling);
        let row = [code, package.item.name.zh.clone(), String::new(), String::new(), String::new()];
        if writer.row(&row).is_err() {
            return AppError(Refusal::Unavailable).into_response();
        }
    }
    let size = PageSize::try_from(100).unwrap_or_default();
    let file = PublishedFile {
        db: room.db,
        list,
        division,
        request: Some(PageRequest { after: None, size }),
        writer,
        visitor: visitor.clone(),
    };
    let body = Body::from_stream(stream::try_unfold(file, |file| async move {
        file.write().await.inspect_err(|error| tracing::error!(%error, "published list cut off"))
    }));
    attachment(&format!("{}.csv", list.as_str()), Format::Csv, body)
}

impl PublishedFile {
    async fn write(mut self) -> Result<Option<(Bytes, Self)>, BoxError> {
        let Some(request) = self.request.take() else { return Ok(None) };
        let mut tx = self.db.snapshot().await?;
        let found = list_published(&mut tx, self.list, self.division.as_deref(), &request).await?;
        drop(tx);
        for row in &found.items {
            self.writer.row(&cells(&self.visitor, row))?;
        }
        self.request = found.next.map(|after| PageRequest { after: Some(after), size: request.size });
        Ok(Some((Bytes::from(self.writer.take()), self)))
    }
}

fn cells(visitor: &Visitor, row: &Listed) -> [String; 5] {
    [
        row.code.clone(),
        row.name.clone(),
        named(visitor, "use_level", &row.level),
        place(&row.division),
        row.body_name.clone(),
    ]
}

/// The sentence of a finding.
pub(crate) fn message(finding: &Finding) -> Message {
    Message::new(finding.rule.key())
        .with("element", element_name(finding))
        .with("here", &finding.here)
        .with("there", &finding.there)
}

fn element_name(finding: &Finding) -> &str {
    crate::directory::Elements::element(&finding.element).map_or("", |element| element.zh)
}

/// The report of an import on its way into a file.
struct ReportFile {
    db: Db,
    number: i64,
    after: i64,
    writer: Option<SheetWriter>,
    visitor: Visitor,
}

/// `/desk/directory/imports/{number}/report.csv`
pub(super) async fn report(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<i64>,
) -> Result<Response, AppError> {
    import::find(&mut room.db.snapshot().await?, number).await?.ok_or(Refusal::NotFound)?;
    let mut writer = SheetWriter::new(Format::Csv).map_err(Refusal::internal)?;
    writer.row(&report_head(|key| visitor.t(key))).map_err(Refusal::internal)?;
    let file = ReportFile { db: room.db, number, after: -1, writer: Some(writer), visitor };
    let body = Body::from_stream(stream::try_unfold(file, |file| async move {
        file.write().await.inspect_err(|error| tracing::error!(%error, "import report cut off"))
    }));
    Ok(attachment(&format!("import-{number}.csv"), Format::Csv, body))
}

impl ReportFile {
    async fn write(mut self) -> Result<Option<(Bytes, Self)>, BoxError> {
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        let mut tx = self.db.snapshot().await?;
        let Some((position, rows)) = import::report(&mut tx, self.number, self.after).await? else {
            return Ok(Some((Bytes::from(writer.finish()?), self)));
        };
        drop(tx);
        for row in &rows {
            writer.row(&report_cells(row, |key| self.visitor.t(key), |told| self.visitor.message(told)))?;
        }
        self.after = position;
        let piece = Bytes::from(writer.take());
        self.writer = Some(writer);
        Ok(Some((piece, self)))
    }
}

/// The header of a report.
pub fn report_head(say: impl Fn(&str) -> String) -> [String; 5] {
    ["line", "code", "outcome", "element", "rule"].map(|column| say(&format!("directory-report-{column}")))
}

/// A row of a report: line, code, outcome, elements, rules in words.
pub fn report_cells(
    row: &ReportRow,
    say: impl Fn(&str) -> String,
    tell: impl Fn(&Message) -> String,
) -> [String; 5] {
    let elements: Vec<&str> = row.findings.iter().map(element_name).filter(|name| !name.is_empty()).collect();
    let rules: Vec<String> = row.findings.iter().map(|finding| tell(&message(finding))).collect();
    [
        row.line.to_string(),
        row.code.clone(),
        say(&format!("directory-outcome-{}", row.outcome.as_str())),
        elements.join("\n"),
        rules.join("\n"),
    ]
}
