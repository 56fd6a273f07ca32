//! `/desk/directory/imports`: bringing a list in: sent, looked at, confirmed, followed.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, PostForm, PostUpload, Shell, Visitor, page, page_with_status};

use super::Room;
use super::download::message;
use crate::directory::import::{self, Import, ImportState, ImportedBy, Outcome};

const HREF: &str = "/desk/directory/imports";

/// An import in words.
struct Shown {
    href: String,
    title: String,
    state: String,
    progress: String,
    counts: Vec<(String, i64)>,
    by: String,
    at: String,
    ignored: String,
}

fn shown(visitor: &Visitor, import: &Import) -> Shown {
    let count = |word: &str, number: i64| (visitor.t(&format!("directory-outcome-{word}")), number);
    let counts = import.counts;
    Shown {
        href: format!("{HREF}/{}", import.number),
        title: import.file_name.clone(),
        state: visitor.t(&format!("directory-import-{}", import.state.as_str())),
        progress: visitor.t2("directory-progress", "done", import.position, "rows", import.rows),
        counts: vec![
            count("new", counts.new),
            count("changed", counts.changed),
            count("unchanged", counts.unchanged),
            count("refused", counts.refused),
            count("flagged", counts.flagged),
        ],
        by: import.started_name.clone(),
        at: visitor.datetime(import.started_at),
        ignored: import.ignored.join("、"),
    }
}

#[derive(Template)]
#[template(path = "directory/pages/imports.html")]
struct ImportsPage {
    shell: Shell,
    errors: FormErrors,
    imports: Vec<Shown>,
    next: String,
    first: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<Cursor>,
    /// Which batch of the report.
    batch: Option<i64>,
}

pub(super) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    page(&imports_page(&room, &visitor, asked.after, FormErrors::none()).await?)
}

async fn imports_page(
    room: &Room,
    visitor: &Visitor,
    after: Option<Cursor>,
    errors: FormErrors,
) -> Result<ImportsPage, Refusal> {
    let is_first = after.is_none();
    let mut tx = room.db.snapshot().await?;
    let found = import::list(&mut tx, &PageRequest { after, ..PageRequest::default() }).await?;
    Ok(ImportsPage {
        shell: Shell::new(visitor, visitor.t("directory-imports")),
        errors,
        imports: found.items.iter().map(|import| shown(visitor, import)).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?after={next}")),
        first: if is_first { String::new() } else { HREF.into() },
    })
}

pub(super) async fn upload(
    State(room): State<Room>,
    visitor: Visitor,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let staff = visitor.actor.staff()?;
    let by = ImportedBy { reference: visitor.actor.reference(), name: staff.shown_as.clone() };
    let started = match upload.file("file") {
        Some(file) => {
            let bytes = file.bytes.to_vec();
            import::start(&room.db, &room.files, &file.file_name, bytes, &by, visitor.now).await
        }
        None => Err(crate::directory::FileFault::Empty.into()),
    };
    match started {
        Ok(import) => {
            let mut tx = room.db.begin().await?;
            import::plan(&mut tx, &import, visitor.now).await?;
            tx.commit().await?;
            Ok(Redirect::to(&format!("{HREF}/{}", import.number)).into_response())
        }
        Err(error) => {
            let errors = FormErrors::of(&visitor, error.into())?;
            let again = imports_page(&room, &visitor, None, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// A row of the report.
struct Line {
    line: u32,
    code: String,
    outcome: String,
    kind: &'static str,
    rules: Vec<String>,
}

#[derive(Template)]
#[template(path = "directory/pages/import.html")]
struct ImportPage {
    shell: Shell,
    import: Shown,
    number: i64,
    is_going_on: bool,
    is_checked: bool,
    may_leave: bool,
    is_done: bool,
    lines: Vec<Line>,
    next: String,
    first: String,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let found = import::find(&mut tx, number).await?.ok_or(Refusal::NotFound)?;
    let path = format!("{HREF}/{number}");
    let batch = import::report(&mut tx, number, asked.batch.unwrap_or(-1)).await?;
    let (next, rows) = match batch {
        Some((position, rows))
            if position + i64::try_from(rows.len()).unwrap_or_default() < found.position =>
        {
            (format!("{path}?batch={position}"), rows)
        }
        Some((_, rows)) => (String::new(), rows),
        None => (String::new(), Vec::new()),
    };
    let line = |row: &import::ReportRow| Line {
        line: row.line,
        code: row.code.clone(),
        outcome: visitor.t(&format!("directory-outcome-{}", row.outcome.as_str())),
        kind: match row.outcome {
            Outcome::New | Outcome::Changed => "success",
            Outcome::Unchanged => "plain",
            Outcome::Refused => "error",
        },
        rules: row.findings.iter().map(|finding| visitor.message(&message(finding))).collect(),
    };
    page(&ImportPage {
        shell: Shell::new(&visitor, visitor.t1("directory-import-title", "number", number))
            .crumb(visitor.t("directory-imports"), HREF),
        import: shown(&visitor, &found),
        number,
        is_going_on: found.state.is_going_on(),
        is_checked: found.state == ImportState::Checked,
        may_leave: matches!(found.state, ImportState::Checking | ImportState::Checked),
        is_done: found.state == ImportState::Done,
        // What needs a look comes first; the whole report is a file.
        lines: rows.iter().filter(|row| !row.findings.is_empty() || rows.len() <= 50).map(line).collect(),
        next,
        first: if asked.batch.is_none() { String::new() } else { path },
    })
}

/// A confirmation says nothing else.
#[derive(Debug, Deserialize)]
pub(super) struct Confirmation {}

pub(super) async fn run(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<i64>,
    PostForm(Confirmation {}): PostForm<Confirmation>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    import::find(&mut tx, number).await?.ok_or(Refusal::NotFound)?;
    import::start_run(&mut tx, number, visitor.now).await.map_err(Refusal::from)?;
    let import = import::find(&mut tx, number).await?.ok_or(Refusal::NotFound)?;
    import::plan(&mut tx, &import, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{HREF}/{number}")).into_response())
}

pub(super) async fn leave(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<i64>,
    PostForm(Confirmation {}): PostForm<Confirmation>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    import::find(&mut tx, number).await?.ok_or(Refusal::NotFound)?;
    import::discard(&mut tx, number, visitor.now).await.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Redirect::to(HREF).into_response())
}
