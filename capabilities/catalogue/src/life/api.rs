//! The life of items for programs: changes, their checking, approval and publication, and packages in and out.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cases::TypeRef;
use kernel::{FieldError, Message, Refusal, RevisionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use super::http::{beijing, by, find};
use super::record::{self, Revision};
use super::{LifeError, Office};
use crate::edit::zip;
use crate::package::{Texts, is_file_name};
use crate::{Severity, versions};

/// A change that is being prepared.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueRevision)]
pub(crate) struct RevisionView {
    /// Its id.
    id: String,
    /// 基本编码
    code: String,
    /// 业务办理项
    handling: String,
    /// The version that it changes; empty for a new item.
    base: String,
    /// The version that it will be.
    version: String,
    /// `draft`, `checked`, `approved`, `published` or `dropped`.
    state: &'static str,
    /// Say it with every change; another one is a conflict.
    edition: i64,
    /// When it is to be published, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_at: Option<String>,
    /// Its files, file name to text.
    #[schema(value_type = Object)]
    files: Texts,
    /// What the rules say.
    faults: Vec<FaultView>,
}

/// A broken rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PackageFault)]
pub(crate) struct FaultView {
    /// The file.
    file: String,
    /// The line, from 1.
    line: u64,
    /// `error` or `warning`.
    severity: &'static str,
    /// Id of the rule.
    rule: &'static str,
    /// How it is broken.
    text: String,
}

/// Files of a package.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PackageFiles)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesBody {
    /// File name to text.
    #[schema(value_type = Object)]
    files: Texts,
}

/// Changed files.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RevisionFiles)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveBody {
    /// The edition that was changed.
    edition: i64,
    /// All files, file name to text.
    #[schema(value_type = Object)]
    files: Texts,
}

/// What is done with a change.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RevisionAct)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActBody {
    /// The edition that was seen.
    edition: i64,
    /// Why; needed to give it back or up.
    #[serde(default)]
    word: String,
    /// When to publish, day and time in China (`2026-10-01T08:00`); now without it.
    #[serde(default)]
    at: Option<String>,
}

/// What is done with an item.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ItemAct)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemActBody {
    /// Why; everybody can read it.
    word: String,
    /// The last day of a suspension, where it is known.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    until: Option<jiff::civil::Date>,
    /// Code and handling item of what takes the place of a cancelled item (`001011003000-01`).
    #[serde(default)]
    replaced_by: String,
}

async fn view(office: &Office, id: RevisionId) -> Result<RevisionView, Refusal> {
    let mut tx = office.db.snapshot().await?;
    let revision = record::find(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    let files = record::files(&mut tx, id).await?;
    drop(tx);
    let faults = if revision.state.is_open() { office.look(&files).1 } else { Vec::new() };
    let fault = |fault: crate::Fault| FaultView {
        severity: if fault.rule.severity() == Severity::Error { "error" } else { "warning" },
        rule: fault.rule.id(),
        file: fault.file,
        line: fault.line,
        text: fault.text,
    };
    let Revision { key: (code, handling), base, version, state, edition, publish_at, .. } = revision;
    Ok(RevisionView {
        id: id.to_string(),
        code,
        handling,
        base,
        version,
        state: state.as_str(),
        edition,
        publish_at: publish_at.map(|at| at.to_string()),
        files,
        faults: faults.into_iter().map(fault).collect(),
    })
}

fn parse(id: &str) -> Result<RevisionId, Refusal> {
    id.parse().map_err(|_form| Refusal::NotFound)
}

/// The same limits as for ZIP files.
fn acceptable(files: &Texts) -> Result<(), Refusal> {
    let wrong = |message| Err(Refusal::Invalid(vec![FieldError::new("files", message)]));
    if files.len() > zip::FILES_MAX {
        return wrong(Message::new("catalogue-zip-too-many").with("most", zip::FILES_MAX));
    }
    for (name, text) in files {
        if !is_file_name(name) {
            let name: String = name.chars().take(100).collect();
            return wrong(Message::new("catalogue-zip-bad-name").with("file", name));
        }
        if text.len() > zip::FILE_BYTES_MAX {
            let message = Message::new("catalogue-zip-too-large").with("file", name);
            return wrong(message.with("most", zip::FILE_BYTES_MAX / 1024));
        }
        if text.contains('\0') {
            return wrong(Message::new("catalogue-zip-not-text").with("file", name));
        }
    }
    Ok(())
}

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(id, summary).tag("catalogue")
}

fn of_item(operation: Operation) -> Operation {
    operation.path_param("code", "基本编码, 12 characters").path_param("handling", "业务办理项, two digits")
}

pub(crate) fn begin_operation() -> Operation {
    of_item(operation("beginRevision", "Begins a change of an item with the files of the version in force."))
        .returns::<RevisionView>(201, "The change.")
}

pub(crate) async fn begin(
    State(office): State<Office>,
    visitor: Visitor,
    Path(key): Path<(String, String)>,
) -> Result<Response, AppError> {
    let mut tx = office.db.begin().await?;
    let begun = super::begin(&mut tx, &office, &by(&visitor)?, key, visitor.now).await;
    let id = begun.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(view(&office, id).await?)).into_response())
}

pub(crate) fn import_operation() -> Operation {
    operation("importPackage", "Takes the files of a package in as a change of its item, or as a new item.")
        .body::<FilesBody>()
        .returns::<RevisionView>(201, "The change.")
}

pub(crate) async fn import(
    State(office): State<Office>,
    visitor: Visitor,
    ApiJson(FilesBody { files }): ApiJson<FilesBody>,
) -> Result<Response, AppError> {
    acceptable(&files)?;
    let mut tx = office.db.begin().await?;
    let taken = super::import(&mut tx, &office, &by(&visitor)?, &files, visitor.now).await;
    let id = taken.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(view(&office, id).await?)).into_response())
}

pub(crate) fn get_operation() -> Operation {
    operation("getRevision", "A change with its files and what the rules say.")
        .path_param("id", "Id of the change.")
        .returns::<RevisionView>(200, "The change.")
}

pub(crate) async fn get(
    State(office): State<Office>,
    Path(id): Path<String>,
) -> Result<Json<RevisionView>, AppError> {
    let revision = find(&mut office.db.snapshot().await?, &id).await?;
    Ok(Json(view(&office, revision.id).await?))
}

pub(crate) fn save_operation() -> Operation {
    operation("saveRevision", "Keeps changed files; what was checked or approved is a draft again.")
        .path_param("id", "Id of the change.")
        .body::<SaveBody>()
        .returns::<RevisionView>(200, "The change.")
}

pub(crate) async fn save(
    State(office): State<Office>,
    visitor: Visitor,
    Path(id): Path<String>,
    ApiJson(SaveBody { edition, files }): ApiJson<SaveBody>,
) -> Result<Json<RevisionView>, AppError> {
    acceptable(&files)?;
    let id = parse(&id)?;
    let mut tx = office.db.begin().await?;
    let saved = super::save(&mut tx, &by(&visitor)?, id, edition, &files, visitor.now).await;
    saved.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Json(view(&office, id).await?))
}

pub(crate) fn act_operation() -> Operation {
    operation("actOnRevision", "Checks, approves, publishes, gives back or gives up a change.")
        .description("Whoever wrote any of it cannot approve it.")
        .path_param("id", "Id of the change.")
        .path_param("act", "`check`, `approve`, `publish`, `return` or `drop`.")
        .body::<ActBody>()
        .returns::<RevisionView>(200, "The change.")
}

pub(crate) async fn act(
    State(office): State<Office>,
    visitor: Visitor,
    Path((id, act)): Path<(String, String)>,
    ApiJson(sent): ApiJson<ActBody>,
) -> Result<Json<RevisionView>, AppError> {
    let id = parse(&id)?;
    Box::pin(carry_out(&office, &visitor, id, &act, &sent)).await?;
    Ok(Json(view(&office, id).await?))
}

async fn carry_out(
    office: &Office,
    visitor: &Visitor,
    id: RevisionId,
    act: &str,
    sent: &ActBody,
) -> Result<(), Refusal> {
    let (who, now, edition) = (by(visitor)?, visitor.now, sent.edition);
    let mut tx = office.db.begin().await?;
    match (act, &sent.at) {
        ("check", _) => super::check(&mut tx, office, &who, id, edition, now).await?,
        ("approve", _) => super::approve(&mut tx, office, &who, id, edition, &sent.word, now).await?,
        ("return", _) => super::send_back(&mut tx, &who, id, edition, &sent.word, now).await?,
        ("drop", _) => super::drop_revision(&mut tx, &who, id, edition, &sent.word, now).await?,
        ("publish", Some(at)) => {
            let at = beijing(at).ok_or(LifeError::BadTime)?;
            super::plan(&mut tx, &who, id, edition, at, now).await?;
        }
        ("publish", None) => {
            let news = super::publish(&mut tx, office, &who, id, edition, now).await?;
            tx.commit().await?;
            news.put_on(&office.shelf);
            return Ok(());
        }
        _ => return Err(Refusal::NotFound),
    }
    Ok(tx.commit().await?)
}

pub(crate) fn item_act_operation() -> Operation {
    of_item(operation("actOnItem", "Suspends, resumes or cancels an item."))
        .path_param("act", "`suspend`, `resume` or `cancel`.")
        .body::<ItemActBody>()
        .returns_nothing(204, "Done.")
}

pub(crate) async fn act_on_item(
    State(office): State<Office>,
    visitor: Visitor,
    Path((item, handling, act)): Path<(String, String, String)>,
    ApiJson(sent): ApiJson<ItemActBody>,
) -> Result<StatusCode, AppError> {
    let (key, who, now) = ((item, handling), by(&visitor)?, visitor.now);
    let mut tx = office.db.begin().await?;
    let done = match act.as_str() {
        "suspend" => super::suspend(&mut tx, &office, &who, key, &sent.word, sent.until, now).await,
        "resume" => super::resume(&mut tx, &office, &who, key, &sent.word, now).await,
        "cancel" => super::cancel(&mut tx, &office, &who, key, &sent.word, &sent.replaced_by, now).await,
        _ => return Err(Refusal::NotFound.into()),
    };
    let news = done.map_err(Refusal::from)?;
    tx.commit().await?;
    news.put_on(&office.shelf);
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn export_operation() -> Operation {
    of_item(operation(
        "exportPackage",
        "The files of any version of an item, every byte as it was brought in.",
    ))
    .path_param("version", "The version.")
    .returns::<FilesBody>(200, "The files.")
}

pub(crate) async fn export(
    State(office): State<Office>,
    Path((item, handling, version)): Path<(String, String, String)>,
) -> Result<Json<FilesBody>, AppError> {
    let mut tx = office.db.snapshot().await?;
    let files = versions::files(&mut tx, &TypeRef { item, handling, version }).await?;
    Ok(Json(FilesBody { files: files.ok_or(Refusal::NotFound)? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_looked_at_before_they_are_kept() {
        let files = |name: &str, text: &str| Texts::from([(name.to_owned(), text.to_owned())]);
        assert!(acceptable(&files("item.yaml", "code: 1")).is_ok());
        for (name, text) in [("../item.yaml", "x"), ("item.yaml", "\0"), ("x.exe", "x")] {
            assert!(matches!(acceptable(&files(name, text)), Err(Refusal::Invalid(_))), "{name}");
        }
        let read: Result<FilesBody, _> = serde_json::from_value(serde_json::json!({"files": {"a": 1}}));
        assert!(read.is_err(), "a text is wanted");
    }
}
